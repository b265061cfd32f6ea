"""Act on the ledger and show what it says: requests, keys, files, HTTP, pages. Imports `indexer`, never the reverse."""
