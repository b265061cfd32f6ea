"""Rights space: which rights in a work are whose, and what was granted of them. Pure."""
