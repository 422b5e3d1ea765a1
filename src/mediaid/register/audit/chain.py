"""The chain of audit events, and the digests by which events witness rows."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from mediaid.register.database.locks import lock_audit
from mediaid.register.schema import audit_event, audit_head
from mediaid.register.schema.types import canonical

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection, Table

UNWITNESSED = frozenset({"audit_event", "audit_head"})
"""Tables whose rows no event names: the audit itself."""


def digest(row: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a row's values, the same on every database."""
    return hashlib.sha256(canonical(dict(row)).encode()).hexdigest()


def key_of(table: Table, row: Mapping[str, Any]) -> str:
    """Return what names a row within its table."""
    return "/".join(str(row[column.name]) for column in table.primary_key)


def event_hash(event: Mapping[str, Any]) -> str:
    """Return an event's hash: over all of it but the hash, the one before it included."""
    return digest({name: value for name, value in event.items() if name != "hash"})


def append(
    connection: Connection,
    at: dt.datetime,
    actor: tuple[str, str],
    events: Iterable[tuple[str, str, Mapping[str, Any], Sequence[Sequence[str]]]],
) -> None:
    """Append (action, subject, details, rows) as events; `rows` are [table, key, digest]."""
    lock_audit(connection)
    head = connection.execute(select(audit_head.c.seq, audit_head.c.hash)).one()
    seq, previous = head.seq, head.hash
    chained: list[dict[str, Any]] = []
    for action, subject, details, rows in events:
        seq += 1
        event = {
            "seq": seq,
            "at": at,
            "actor": actor[0],
            "known_by": actor[1],
            "action": action,
            "subject": subject,
            "details": dict(details),
            "rows": [list(row) for row in rows],
            "previous": previous,
        }
        event["hash"] = previous = event_hash(event)
        chained.append(event)
    if chained:
        connection.execute(insert(audit_event), chained)
