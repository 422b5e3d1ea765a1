"""Triggers, in the words of each database.

Migrations call these, so a function must go on writing what it wrote: give a new rule a new one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def refuse(dialect: str, table: str, event: str, why: str) -> Iterator[str]:
    """Refuse an event (UPDATE, UPDATE OF columns, DELETE) on a table's rows."""
    name = f"{table}_no_{event.split(maxsplit=1)[0].lower()}"
    if dialect == "sqlite":
        yield (
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{why}'); END"
        )
        return
    yield (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN RAISE EXCEPTION '{why}' USING ERRCODE = 'restrict_violation'; END $$"
    )
    yield f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
    if event == "DELETE":
        yield (
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
        )


def append_only(dialect: str, tables: Sequence[str]) -> Iterator[str]:
    """Admit new rows only."""
    for table in tables:
        yield from refuse(dialect, table, "UPDATE", f"{table}: rows are never changed")
        yield from refuse(dialect, table, "DELETE", f"{table}: rows are never deleted")


def never_deleted(dialect: str, tables: Sequence[str]) -> Iterator[str]:
    """Keep every row; what changes in it is in the audit."""
    for table in tables:
        yield from refuse(dialect, table, "DELETE", f"{table}: rows are never deleted")


def set_once(dialect: str, table: str, column: str) -> Iterator[str]:
    """Refuse to change a column once it has a value."""
    name, why = f"{table}_{column}_once", f"{table}: {column} is never changed"
    if dialect == "sqlite":
        yield (
            f"CREATE TRIGGER {name} BEFORE UPDATE OF {column} ON {table} "
            f"WHEN OLD.{column} IS NOT NULL BEGIN SELECT RAISE(ABORT, '{why}'); END"
        )
        return
    yield (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN RAISE EXCEPTION '{why}' USING ERRCODE = 'restrict_violation'; END $$"
    )
    yield (
        f"CREATE TRIGGER {name} BEFORE UPDATE OF {column} ON {table} FOR EACH ROW "
        f"WHEN (OLD.{column} IS NOT NULL) EXECUTE FUNCTION {name}()"
    )


_OVERLAP = (
    "SELECT 1 FROM person_period p WHERE p.person_id = NEW.person_id AND p.kind = NEW.kind "
    "AND p.id <> NEW.id AND (NEW.to_on IS NULL OR p.from_on <= NEW.to_on) "
    "AND (p.to_on IS NULL OR p.to_on >= NEW.from_on)"
)


def no_overlap(dialect: str) -> Iterator[str]:
    """Refuse periods of one kind and person that overlap."""
    why = "person_period: periods overlap"
    if dialect == "sqlite":
        # After the row stands: before, it has no id yet to tell itself from the others.
        for event in ("INSERT", "UPDATE"):
            yield (
                f"CREATE TRIGGER person_period_overlap_{event.lower()} AFTER {event} "
                f"ON person_period WHEN EXISTS ({_OVERLAP}) "
                f"BEGIN SELECT RAISE(ABORT, '{why}'); END"
            )
        return
    yield (
        "CREATE FUNCTION person_period_overlap() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN IF EXISTS ({_OVERLAP}) THEN RAISE EXCEPTION '{why}' "
        "USING ERRCODE = 'exclusion_violation'; END IF; RETURN NEW; END $$"
    )
    yield (
        "CREATE TRIGGER person_period_overlap BEFORE INSERT OR UPDATE ON person_period "
        "FOR EACH ROW EXECUTE FUNCTION person_period_overlap()"
    )


def chained(dialect: str) -> Iterator[str]:
    """Admit an audit event only as the next of the chain, and move the head to it."""
    yield "INSERT INTO audit_head (one, seq, hash) VALUES (1, 0, '')"
    why = "audit_event: not the next of the chain"
    wrong = (
        "NOT EXISTS (SELECT 1 FROM audit_head h WHERE h.seq + 1 = NEW.seq "
        "AND h.hash = NEW.previous)"
    )
    move = "UPDATE audit_head SET seq = NEW.seq, hash = NEW.hash"
    if dialect == "sqlite":
        yield (
            f"CREATE TRIGGER audit_event_next BEFORE INSERT ON audit_event WHEN {wrong} "
            f"BEGIN SELECT RAISE(ABORT, '{why}'); END"
        )
        yield f"CREATE TRIGGER audit_event_head AFTER INSERT ON audit_event BEGIN {move}; END"
        return
    # With the owner's rights: nobody else may move the head.
    yield (
        "CREATE FUNCTION audit_event_next() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER "
        f"SET search_path FROM CURRENT AS $$ BEGIN IF {wrong} THEN RAISE EXCEPTION '{why}' "
        f"USING ERRCODE = 'restrict_violation'; END IF; {move}; RETURN NEW; END $$"
    )
    yield (
        "CREATE TRIGGER audit_event_next BEFORE INSERT ON audit_event "
        "FOR EACH ROW EXECUTE FUNCTION audit_event_next()"
    )
