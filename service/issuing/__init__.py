"""From what an institution wants issued to the requests that do it: deposits, editions, mints."""
