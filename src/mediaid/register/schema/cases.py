"""Cases with their bills, papers and steps."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from mediaid.register.schema.types import Fen, Json, Key, Utc, metadata

aid_case = Table(
    "aid_case",
    metadata,
    Column("id", Key, primary_key=True),
    Column("number", Text, nullable=False, unique=True),
    Column("office", ForeignKey("office.code"), nullable=False),
    Column("person_id", ForeignKey("person.id"), nullable=False, index=True),
    Column("state", Text, nullable=False),
    Column("accepted_by", Text, nullable=False),
    Column("accepted_at", Utc, nullable=False),
    Index("ix_aid_case_state", "state", "id"),
    Index("ix_aid_case_accepted_at", "accepted_at", "id"),
)

case_step = Table(
    "case_step",
    metadata,
    Column("id", Key, primary_key=True),
    Column("case_id", ForeignKey("aid_case.id"), nullable=False, index=True),
    Column("action", Text, nullable=False),
    Column("from_state", Text, nullable=False),
    Column("to_state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("done_by", Text, nullable=False),
    Column("done_at", Utc, nullable=False),
)

# A bill may be known before any case takes it up: then it counts in event pools alone.
# `self_paid` is given, or derived by the terms in `derivation` (part, sign, 分). `fields` are
# further fields of the claim that a pack reads (settled_on, visit_id, already_aided, premium …), as
# text. `record_id` is the settlement record (setl_id) that it was taken in from, if it was: refunds
# name their original by it. A bill no longer counts once its case is void or it is reversed; only
# then may its key stand again.
bill = Table(
    "bill",
    metadata,
    Column("id", Key, primary_key=True),
    Column("case_id", ForeignKey("aid_case.id"), index=True),
    Column("person_id", ForeignKey("person.id"), nullable=False, index=True),
    Column("institution", Text, nullable=False),
    Column("invoice_no", Text, nullable=False),
    Column("bill_key", Text, nullable=False),
    Column("dated_on", Date, nullable=False),
    Column("setting", Text, nullable=False),
    Column("self_paid", Fen, nullable=False),
    Column("derivation", Json),
    Column("fields", Json, nullable=False),
    Column("similar_answer", Text),
    Column("record_id", Text, index=True),
    Column("counts", Boolean, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", Utc, nullable=False),
    CheckConstraint("self_paid >= 0", name="amount"),
)
Index(
    "uq_bill_key_that_counts",
    bill.c.bill_key,
    unique=True,
    # As queries say it there: SQLite knows an index again by its words.
    sqlite_where=text("counts = 1"),
    postgresql_where=bill.c.counts,
)

# `record_id` is that of the record that gave the bill back, where a file said so without naming the
# bill: read again, it is known by it.
bill_reversal = Table(
    "bill_reversal",
    metadata,
    Column("bill_id", ForeignKey("bill.id"), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("record_id", Text),
    Column("reversed_by", Text, nullable=False),
    Column("reversed_at", Utc, nullable=False),
)

# A paper was received, or (`waived`) the reason why the case goes on without it.
paper = Table(
    "paper",
    metadata,
    Column("id", Key, primary_key=True),
    Column("case_id", ForeignKey("aid_case.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("waived", Text),
    Column("received_by", Text, nullable=False),
    Column("received_at", Utc, nullable=False),
    UniqueConstraint("case_id", "kind"),
)
