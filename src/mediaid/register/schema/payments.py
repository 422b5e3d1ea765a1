"""Payment lines and what happened to them."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Table, Text

from mediaid.register.schema.types import Fen, Key, Utc, metadata

# kind: aid, supplement (补差) or reclaim (追回), which gives an amount its direction.
# A line without an approved determination cannot stand.
payment = Table(
    "payment",
    metadata,
    Column("id", Key, primary_key=True),
    Column("case_id", ForeignKey("aid_case.id"), nullable=False, index=True),
    Column("determination_id", ForeignKey("approval.determination_id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("amount", Fen, nullable=False),
    Column("state", Text, nullable=False),
    Column("payee", Text, nullable=False),
    Column("account", Text, nullable=False),
    CheckConstraint("kind IN ('aid', 'supplement', 'reclaim')", name="kind"),
    CheckConstraint("state IN ('open', 'sent', 'done', 'stopped')", name="state"),
    CheckConstraint("amount > 0", name="amount"),
)

# kind: sent, returned, confirmed (by the bank), received (an instalment of a reclaim), offset (a
# reclaim against a line not yet sent), stopped, payee (another payee or account).
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
)
