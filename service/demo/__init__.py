"""The demonstration: an institution, its works, holders, gifts and a hold, on a chain of this machine."""
