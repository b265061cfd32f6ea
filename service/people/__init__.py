"""People and institutions: who they are, sealed under a key each, and what the chain carries of them instead."""
