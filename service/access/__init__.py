"""Who may ask for what: bearer keys with scopes, stored hashed, and the record of what a regulator asked."""
