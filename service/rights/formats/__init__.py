"""Rights as others write them: ODRL and ONIX. Pure."""
