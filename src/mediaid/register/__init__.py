"""The case register: people, cases, determinations and payments, and who did what when.

Folders by what an office would call them: `people`, `cases`, `determinations`, `workflow` (the
states of a case and every step between them), `payments`, `audit`; below them `schema` (the
tables), `database` (opening SQLite and PostgreSQL) and `migrations`. All changes go through
`session.Register.write`, which writes their audit event in the same transaction.
"""
