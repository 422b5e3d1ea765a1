"""The register's schema, step by step: one module a released schema in `versions/`."""
