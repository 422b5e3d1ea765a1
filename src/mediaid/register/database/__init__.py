"""Opening a register on SQLite and PostgreSQL, and what either says when it cannot."""
