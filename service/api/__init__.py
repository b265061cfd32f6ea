"""HTTP: one module a resource, one map from errors to answers. Owns the HTTP border."""
