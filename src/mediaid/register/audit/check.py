"""Check the audit: an unbroken chain, and every row as its last event left it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from mediaid.i18n import gettext as _
from mediaid.register.audit.chain import UNWITNESSED, digest, event_hash, key_of
from mediaid.register.audit.witnesses import Witnesses
from mediaid.register.schema import audit_event, audit_head, metadata

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection, Table

PAGE = 1000


def check_audit(connection: Connection) -> Iterator[str]:
    """Return what is wrong, each with its place: events, then rows."""
    with Witnesses() as witnessed:
        yield from _check_chain(connection, witnessed)
        yield from _check_rows(connection, witnessed)


def _check_chain(connection: Connection, witnessed: Witnesses) -> Iterator[str]:
    seq, previous = 0, ""
    events = connection.execution_options(yield_per=PAGE).execute(
        select(audit_event).order_by(audit_event.c.seq)
    )
    for event in events.mappings():
        if event["seq"] != seq + 1:
            yield _("audit: events {first} to {last} are missing").format(
                first=seq + 1, last=event["seq"] - 1
            )
        elif event["previous"] != previous:
            yield _("audit: event {seq} does not follow the one before it").format(seq=event["seq"])
        if event_hash(dict(event)) != event["hash"]:
            yield _("audit: event {seq} was altered").format(seq=event["seq"])
        seq, previous = event["seq"], event["hash"]
        witnessed.note(event["rows"])
    head = connection.execute(select(audit_head)).one_or_none()
    if head is None or (head.seq, head.hash) != (seq, previous):
        yield _("audit: it ends at event {seq}, but the register says it ended at {head}").format(
            seq=seq, head=head.seq if head is not None else "?"
        )


def _check_rows(connection: Connection, witnessed: Witnesses) -> Iterator[str]:
    """Compare every row with the digest in its last event."""
    tables = [table for table in metadata.sorted_tables if table.name not in UNWITNESSED]
    for table in tables:
        known = 0
        for row in _rows(connection, table):
            key = key_of(table, row)
            its = witnessed.of(table.name, key)
            if its is None:
                yield _("{table} {key}: no event tells of this row").format(
                    table=table.name, key=key
                )
                continue
            known += 1
            if its != _digest(row):
                yield _("{table} {key}: was changed behind the audit").format(
                    table=table.name, key=key
                )
        if known != witnessed.count(table.name):
            there = (key_of(table, row) for row in _rows(connection, table))
            yield from _missing(witnessed, table.name, there)
    for name in sorted(set(witnessed.tables()) - {table.name for table in tables}):
        yield from _missing(witnessed, name, ())


def _rows(connection: Connection, table: Table) -> Iterator[dict[str, Any]]:
    rows = connection.execution_options(yield_per=PAGE).execute(select(table))
    return (dict(row) for row in rows.mappings())


def _missing(witnessed: Witnesses, name: str, there: Iterable[str]) -> Iterator[str]:
    for key in witnessed.missing(name, there):
        yield _("{table} {key}: is missing").format(table=name, key=key)


def _digest(row: Any) -> str:
    try:
        return digest(row)
    except (TypeError, ValueError):
        return ""
