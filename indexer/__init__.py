"""Follow the ledger of a permissioned EVM chain and prove what it says. Reads only: no keys, no HTTP server."""
