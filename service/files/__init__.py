"""Bytes: what they are called, where they are kept, what is said of them (CIDs, content stores, manifests)."""
