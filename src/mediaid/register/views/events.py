"""The audit, page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from mediaid.register.schema import audit_event
from mediaid.register.schema.types import canonical

if TYPE_CHECKING:
    from sqlalchemy import Connection


def events_data(
    connection: Connection, *, subject: str = "", after: int = 0, limit: int = 50
) -> list[dict[str, Any]]:
    """Return events behind a number, of one subject (such as case:MH-2023-000001) or of all."""
    found = select(audit_event).where(audit_event.c.seq > after)
    if subject:
        found = found.where(audit_event.c.subject == subject)
    rows = connection.execute(found.order_by(audit_event.c.seq).limit(limit))
    return [
        {
            "event": row.seq,
            "at": canonical(row.at).strip('"'),
            "actor": row.actor,
            "known_by": row.known_by,
            "action": row.action,
            "subject": row.subject,
            "details": row.details,
            # Not the digests: a number could be found from one by trying all there are.
            "rows": [[table, key] for table, key, _digest in row.rows],
        }
        for row in rows
    ]
