"""A house's existing contracts: read from a sheet, compared with each other, watched, and recorded as they are."""
