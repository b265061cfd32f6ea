"""Show what the ledger says to people: view models, the words of two languages, templates, static files. No network."""
