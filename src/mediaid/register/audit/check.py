"""Check the audit: an unbroken chain, and every row as its last event left it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from mediaid.i18n import gettext as _
from mediaid.register.audit.chain import UNWITNESSED, digest, event_hash
from mediaid.register.audit.damaged import readable_rows
from mediaid.register.audit.witnesses import Witnesses
from mediaid.register.schema import audit_event, audit_head, metadata

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection, Table

_SHAPE = 3
"""Table, key, digest."""


def check_audit(connection: Connection) -> Iterator[str]:
    """Return what is wrong, each with its place: events, then rows."""
    with Witnesses() as witnessed:
        yield from _check_chain(connection, witnessed)
        yield from _check_rows(connection, witnessed)


def _check_chain(connection: Connection, witnessed: Witnesses) -> Iterator[str]:
    last, previous = 0, ""
    for (seq,), event in readable_rows(connection, audit_event):
        links = event or _links(connection, seq)
        if seq != last + 1:
            yield _("audit: events {first} to {last} are missing").format(
                first=last + 1, last=seq - 1
            )
        elif links["previous"] != previous:
            yield _("audit: event {seq} does not follow the one before it").format(seq=seq)
        if event is None or _hash(event) != event["hash"]:
            yield _("audit: event {seq} was altered").format(seq=seq)
        if event is not None:
            witnessed.note(_told(event["rows"]))
        last, previous = seq, links["hash"]
    head = connection.execute(select(audit_head)).one_or_none()
    if head is None or (head.seq, head.hash) != (last, previous):
        yield _("audit: it ends at event {seq}, but the register says it ended at {head}").format(
            seq=last, head=head.seq if head is not None else "?"
        )


def _links(connection: Connection, seq: int) -> dict[str, Any]:
    """Return what chains an event that cannot be read."""
    found = select(audit_event.c.previous, audit_event.c.hash).where(audit_event.c.seq == seq)
    return dict(connection.execute(found).mappings().one())


def _told(rows: Any) -> Iterator[tuple[str, str, str]]:
    """Return the rows that an event tells of, without what has not their shape."""
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, list) and len(row) == _SHAPE and all(isinstance(x, str) for x in row):
            yield row[0], row[1], row[2]


def _check_rows(connection: Connection, witnessed: Witnesses) -> Iterator[str]:
    """Compare every row with the digest in its last event."""
    tables = [table for table in metadata.sorted_tables if table.name not in UNWITNESSED]
    for table in tables:
        known = 0
        for key, row in _rows(connection, table):
            its = witnessed.of(table.name, key)
            if its is None:
                yield _("{table} {key}: no event tells of this row").format(
                    table=table.name, key=key
                )
                continue
            known += 1
            if row is None or its != _digest(row):
                yield _("{table} {key}: was changed behind the audit").format(
                    table=table.name, key=key
                )
        if known != witnessed.count(table.name):
            there = (key for key, _row in _rows(connection, table))
            yield from _missing(witnessed, table.name, there)
    for name in sorted(set(witnessed.tables()) - {table.name for table in tables}):
        yield from _missing(witnessed, name, ())


def _rows(connection: Connection, table: Table) -> Iterator[tuple[str, dict[str, Any] | None]]:
    for key, row in readable_rows(connection, table):
        yield "/".join(map(str, key)), row


def _missing(witnessed: Witnesses, name: str, there: Iterable[str]) -> Iterator[str]:
    for key in witnessed.missing(name, there):
        yield _("{table} {key}: is missing").format(table=name, key=key)


def _digest(row: dict[str, Any]) -> str:
    try:
        return digest(row)
    except (TypeError, ValueError):
        return ""


def _hash(event: dict[str, Any]) -> str:
    try:
        return event_hash(event)
    except (TypeError, ValueError):
        return ""
