"""Payment lines and what happened to them."""

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, Integer, Table, Text

from mediaid.register.schema.types import Fen, Json, Key, Utc, metadata

# kind: aid, supplement (补差) or reclaim (追回), which gives an amount its direction.
# A line without an approved determination cannot stand. `town` is the one whose money it is,
# whoever moves later; `payers` are shares that add up to the amount (分; single ones of a
# difference may be negative), empty where the rules split nothing.
payment = Table(
    "payment",
    metadata,
    Column("id", Key, primary_key=True),
    Column("case_id", ForeignKey("aid_case.id"), nullable=False, index=True),
    Column("determination_id", ForeignKey("approval.determination_id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("amount", Fen, nullable=False),
    Column("state", Text, nullable=False, index=True),
    Column("town", Text, nullable=False),
    Column("payers", Json, nullable=False),
    Column("payee", Text, nullable=False),
    Column("account", Text, nullable=False),
    CheckConstraint("kind IN ('aid', 'supplement', 'reclaim')", name="kind"),
    CheckConstraint("state IN ('open', 'sent', 'done', 'stopped')", name="state"),
    CheckConstraint("amount > 0", name="amount"),
)

# kind: sent, returned, confirmed (by the bank), received (an instalment of a reclaim), offset (a
# reclaim against a line not yet sent), stopped, resumed, payee (another payee or account).
payment_entry = Table(
    "payment_entry",
    metadata,
    Column("id", Key, primary_key=True),
    Column("payment_id", ForeignKey("payment.id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("amount", Fen, nullable=False),
    Column("reference", Text, nullable=False),
    Column("done_by", Text, nullable=False),
    Column("done_at", Utc, nullable=False),
    Index("ix_payment_entry_done_at", "done_at"),
)

# Money between the giver (such as the district) and a town for a year's payments: `advance`
# (预拨), and, once the year is settled, `topped_up` (to the town) or `handed_back` (by it). A
# transfer that was entered by mistake is cancelled by another row that names it.
fund_transfer = Table(
    "fund_transfer",
    metadata,
    Column("id", Key, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("year", Integer, nullable=False),
    Column("town", Text, nullable=False),
    Column("payer", Text, nullable=False),
    Column("amount", Fen, nullable=False),
    Column("dated_on", Date, nullable=False),
    Column("reference", Text, nullable=False),
    Column("cancels_id", ForeignKey("fund_transfer.id"), unique=True),
    Column("entered_by", Text, nullable=False),
    Column("entered_at", Utc, nullable=False),
    CheckConstraint("kind IN ('advance', 'topped_up', 'handed_back', 'cancelled')", name="kind"),
    CheckConstraint("amount > 0", name="amount"),
    CheckConstraint("(kind = 'cancelled') = (cancels_id IS NOT NULL)", name="cancels"),
    Index("ix_fund_transfer_year", "year", "town"),
)
