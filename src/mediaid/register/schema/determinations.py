"""Determinations as they were decided. Rows are only ever added: triggers refuse anything else."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from mediaid.register.schema.types import Fen, Json, Key, Utc, metadata

# Packs by the hash of the rules in effect, whole, so that a determination can be replayed.
rule_pack = Table(
    "rule_pack",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("pack", Text, nullable=False),
    Column("base_hash", Text, nullable=False),
    Column("readings", Json, nullable=False),
    Column("overlay", Text),
    Column("content", Text, nullable=False),
    Column("by_household", Boolean, nullable=False),
    Column("adopted_by", Text, nullable=False),
    Column("adopted_at", Utc, nullable=False),
)

# What is approved at once: a case's determination, and the corrections of other cases that it
# brings about. `case_id` is NULL where corrections stand alone; `cause` says what led to it.
decision = Table(
    "decision",
    metadata,
    Column("id", Key, primary_key=True),
    Column("case_id", ForeignKey("aid_case.id"), index=True),
    Column("cause", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", Utc, nullable=False),
)

determination = Table(
    "determination",
    metadata,
    Column("id", Key, primary_key=True),
    Column("case_id", ForeignKey("aid_case.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("decision_id", ForeignKey("decision.id"), nullable=False, index=True),
    Column("supersedes_id", ForeignKey("determination.id")),
    Column("pack_hash", ForeignKey("rule_pack.hash"), nullable=False),
    Column("engine_version", Text, nullable=False),
    Column("lang", Text, nullable=False),
    Column("aid", Fen, nullable=False),
    Column("payable", Fen, nullable=False),
    Column("overpaid", Fen, nullable=False),
    Column("provisional", Json, nullable=False),
    Column("content_hash", Text, nullable=False),
    UniqueConstraint("case_id", "number"),
)

# One bill as it was settled: the claim, the pools it found, the whole explanation. From `claim`
# and `opening` the engine makes the same result again.
determination_bill = Table(
    "determination_bill",
    metadata,
    Column("determination_id", ForeignKey("determination.id"), primary_key=True),
    Column("bill_id", ForeignKey("bill.id"), primary_key=True, index=True),
    Column("claim", Json, nullable=False),
    Column("opening", Json, nullable=False),
    Column("explanation", Json, nullable=False),
    Column("aid", Fen, nullable=False),
    Column("payable", Fen, nullable=False),
    Column("overpaid", Fen, nullable=False),
)


def _of_bill(name: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["determination_id", "bill_id"],
        ["determination_bill.determination_id", "determination_bill.bill_id"],
        name=f"fk_{name}_bill",
    )


determination_line = Table(
    "determination_line",
    metadata,
    Column("determination_id", Key, primary_key=True, autoincrement=False),
    Column("bill_id", Key, primary_key=True, autoincrement=False),
    Column("benefit", Text, primary_key=True),
    Column("base", Fen, nullable=False),
    Column("deducted", Fen, nullable=False),
    Column("rate", Text, nullable=False),
    Column("uncapped", Fen, nullable=False),
    Column("aid", Fen, nullable=False),
    Column("payable", Fen, nullable=False),
    Column("cap_left", Fen),
    Column("bound_by", Text, nullable=False),
    Column("provisional", Json, nullable=False),
    Column("payers", Json, nullable=False),
    _of_bill("determination_line"),
)

# What a bill's aid adds to the pools, 分 (or claims, by what the pool counts).
pool_use = Table(
    "pool_use",
    metadata,
    Column("determination_id", Key, primary_key=True, autoincrement=False),
    Column("bill_id", Key, primary_key=True, autoincrement=False),
    Column("pool", Text, primary_key=True),
    Column("holder", Text, primary_key=True),
    Column("period", Text, primary_key=True),
    Column("amount", Fen, nullable=False),
    _of_bill("pool_use"),
    Index("ix_pool_use_holder", "holder", "period", "pool"),
)

# `separated`: whether the approver is shown to be another person than who accepted.
approval = Table(
    "approval",
    metadata,
    Column("determination_id", ForeignKey("determination.id"), primary_key=True),
    Column("approved_by", Text, nullable=False),
    Column("separated", Boolean, nullable=False),
    Column("approved_at", Utc, nullable=False),
)

# What stands for a case: the determination approved last, and one that waits for approval.
standing = Table(
    "standing",
    metadata,
    Column("case_id", ForeignKey("aid_case.id"), primary_key=True),
    Column("in_force_id", ForeignKey("approval.determination_id")),
    Column("pending_id", ForeignKey("determination.id")),
)
Index(
    "ix_standing_pending",
    standing.c.pending_id,
    sqlite_where=standing.c.pending_id.is_not(None),
    postgresql_where=standing.c.pending_id.is_not(None),
)
