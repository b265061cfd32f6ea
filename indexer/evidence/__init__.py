"""Check what the ledger says without asking anybody: proofs, seals, numbered checks, verdict. Pure."""
