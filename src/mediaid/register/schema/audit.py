"""The audit: events that are only added, each naming the one before it by its hash."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, Table, Text

from mediaid.register.schema.types import Json, Utc, metadata

audit_event = Table(
    "audit_event",
    metadata,
    Column(
        "seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    ),
    Column("at", Utc, nullable=False),
    Column("actor", Text, nullable=False),
    Column("known_by", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("details", Json, nullable=False),
    Column("rows", Json, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index("ix_audit_event_subject", "subject", "seq"),
)

# Where the chain ends. Moved by the trigger that admits events, and by nothing else.
audit_head = Table(
    "audit_head",
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", Text, nullable=False),
    CheckConstraint("one = 1", name="one"),
)
