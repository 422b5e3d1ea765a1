"""The first schema of the register."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from mediaid.register.migrations import guards

revision = "0001"
down_revision = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
JSON_TEXT = sa.Text()

APPEND_ONLY = (
    "approval",
    "audit_event",
    "bill_reversal",
    "case_step",
    "decision",
    "determination",
    "determination_bill",
    "determination_line",
    "fund_transfer",
    "kept_mapping",
    "payment_entry",
    "pool_use",
    "rule_pack",
)
NEVER_DELETED = (
    "aid_case",
    "audit_head",
    "bill",
    "case_counter",
    "identity_document",
    "office",
    "paper",
    "payment",
    "person",
    "person_period",
    "setting",
    "standing",
)
FACTS_OF_A_BILL = (
    "person_id, institution, invoice_no, bill_key, dated_on, setting, self_paid, "
    "derivation, fields, record_id, recorded_by, recorded_at"
)


def upgrade() -> None:
    _register()
    _people()
    _cases()
    _determinations()
    _payments()
    _audit()
    dialect = op.get_bind().dialect.name
    statements = [
        *guards.append_only(dialect, APPEND_ONLY),
        *guards.never_deleted(dialect, NEVER_DELETED),
        *guards.refuse(
            dialect, "bill", f"UPDATE OF {FACTS_OF_A_BILL}", "bill: what it says is never changed"
        ),
        *guards.set_once(dialect, "bill", "case_id"),
        *guards.no_overlap(dialect),
        *guards.chained(dialect),
    ]
    for statement in statements:
        op.execute(statement)


def _register() -> None:
    op.create_table(
        "office",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_office"),
    )
    op.create_table(
        "setting",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_setting"),
    )
    op.create_table(
        "case_counter",
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["office"], ["office.code"], name="fk_case_counter_office"),
        sa.PrimaryKeyConstraint("office", "year", name="pk_case_counter"),
    )
    op.create_table(
        "kept_mapping",
        sa.Column("id", KEY, nullable=False),
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("kept_by", sa.Text(), nullable=False),
        sa.Column("kept_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["office"], ["office.code"], name="fk_kept_mapping_office"),
        sa.PrimaryKeyConstraint("id", name="pk_kept_mapping"),
    )
    op.create_index(
        "ix_kept_mapping_office", "kept_mapping", ["office", "name", "id"], unique=False
    )


def _people() -> None:
    op.create_table(
        "person",
        sa.Column("id", KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("town", sa.Text(), nullable=False),
        sa.Column("payee", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("died_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
    )
    op.create_index(
        "ix_person_name",
        "person",
        ["name"],
        unique=False,
        postgresql_ops={"name": "text_pattern_ops"},
    )
    op.create_index("ix_person_town", "person", ["town"], unique=False)
    op.create_table(
        "identity_document",
        sa.Column("id", KEY, nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_identity_document_person_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_identity_document"),
        sa.UniqueConstraint("kind", "number", name="uq_identity_document_kind_number"),
    )
    op.create_index(
        "ix_identity_document_person_id", "identity_document", ["person_id"], unique=False
    )
    op.create_table(
        "person_period",
        sa.Column("id", KEY, nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "kind IN ('category', 'insurance', 'household')", name="ck_person_period_kind"
        ),
        sa.CheckConstraint("to_on IS NULL OR to_on >= from_on", name="ck_person_period_order"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_person_period_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_person_period"),
        sa.UniqueConstraint(
            "person_id", "kind", "from_on", name="uq_person_period_person_id_kind_from_on"
        ),
    )


def _cases() -> None:
    op.create_table(
        "aid_case",
        sa.Column("id", KEY, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("accepted_by", sa.Text(), nullable=False),
        sa.Column("accepted_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["office"], ["office.code"], name="fk_aid_case_office"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_aid_case_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_aid_case"),
        sa.UniqueConstraint("number", name="uq_aid_case_number"),
    )
    op.create_index("ix_aid_case_person_id", "aid_case", ["person_id"], unique=False)
    op.create_index("ix_aid_case_state", "aid_case", ["state", "id"], unique=False)
    op.create_index("ix_aid_case_accepted_at", "aid_case", ["accepted_at", "id"], unique=False)
    op.create_table(
        "bill",
        sa.Column("id", KEY, nullable=False),
        sa.Column("case_id", KEY, nullable=True),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("institution", sa.Text(), nullable=False),
        sa.Column("invoice_no", sa.Text(), nullable=False),
        sa.Column("bill_key", sa.Text(), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=False),
        sa.Column("setting", sa.Text(), nullable=False),
        sa.Column("self_paid", sa.BigInteger(), nullable=False),
        sa.Column("derivation", JSON_TEXT, nullable=True),
        sa.Column("fields", JSON_TEXT, nullable=False),
        sa.Column("similar_answer", sa.Text(), nullable=True),
        sa.Column("record_id", sa.Text(), nullable=True),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.CheckConstraint("self_paid >= 0", name="ck_bill_amount"),
        sa.ForeignKeyConstraint(["case_id"], ["aid_case.id"], name="fk_bill_case_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_bill_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_bill"),
    )
    op.create_index("ix_bill_case_id", "bill", ["case_id"], unique=False)
    op.create_index("ix_bill_person_id", "bill", ["person_id"], unique=False)
    op.create_index("ix_bill_record_id", "bill", ["record_id"], unique=False)
    op.create_index(
        "uq_bill_key_that_counts",
        "bill",
        ["bill_key"],
        unique=True,
        sqlite_where=sa.text("counts = 1"),
        postgresql_where=sa.text("counts"),
    )
    op.create_table(
        "bill_reversal",
        sa.Column("bill_id", KEY, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=True),
        sa.Column("reversed_by", sa.Text(), nullable=False),
        sa.Column("reversed_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["bill_id"], ["bill.id"], name="fk_bill_reversal_bill_id"),
        sa.PrimaryKeyConstraint("bill_id", name="pk_bill_reversal"),
    )
    op.create_table(
        "case_step",
        sa.Column("id", KEY, nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("done_by", sa.Text(), nullable=False),
        sa.Column("done_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["aid_case.id"], name="fk_case_step_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_case_step"),
    )
    op.create_index("ix_case_step_case_id", "case_step", ["case_id"], unique=False)
    op.create_table(
        "paper",
        sa.Column("id", KEY, nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("waived", sa.Text(), nullable=True),
        sa.Column("received_by", sa.Text(), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["aid_case.id"], name="fk_paper_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_paper"),
        sa.UniqueConstraint("case_id", "kind", name="uq_paper_case_id_kind"),
    )


def _determinations() -> None:
    op.create_table(
        "rule_pack",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("pack", sa.Text(), nullable=False),
        sa.Column("base_hash", sa.Text(), nullable=False),
        sa.Column("readings", JSON_TEXT, nullable=False),
        sa.Column("overlay", sa.Text(), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("by_household", sa.Boolean(), nullable=False),
        sa.Column("adopted_by", sa.Text(), nullable=False),
        sa.Column("adopted_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_rule_pack"),
    )
    op.create_table(
        "decision",
        sa.Column("id", KEY, nullable=False),
        sa.Column("case_id", KEY, nullable=True),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["aid_case.id"], name="fk_decision_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_decision"),
    )
    op.create_index("ix_decision_case_id", "decision", ["case_id"], unique=False)
    op.create_table(
        "determination",
        sa.Column("id", KEY, nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("decision_id", KEY, nullable=False),
        sa.Column("supersedes_id", KEY, nullable=True),
        sa.Column("pack_hash", sa.Text(), nullable=False),
        sa.Column("engine_version", sa.Text(), nullable=False),
        sa.Column("lang", sa.Text(), nullable=False),
        sa.Column("aid", sa.BigInteger(), nullable=False),
        sa.Column("payable", sa.BigInteger(), nullable=False),
        sa.Column("overpaid", sa.BigInteger(), nullable=False),
        sa.Column("provisional", JSON_TEXT, nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["aid_case.id"], name="fk_determination_case_id"),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name="fk_determination_decision_id"
        ),
        sa.ForeignKeyConstraint(
            ["pack_hash"], ["rule_pack.hash"], name="fk_determination_pack_hash"
        ),
        sa.ForeignKeyConstraint(
            ["supersedes_id"], ["determination.id"], name="fk_determination_supersedes_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_determination"),
        sa.UniqueConstraint("case_id", "number", name="uq_determination_case_id_number"),
    )
    op.create_index("ix_determination_decision_id", "determination", ["decision_id"], unique=False)
    op.create_table(
        "determination_bill",
        sa.Column("determination_id", KEY, nullable=False),
        sa.Column("bill_id", KEY, nullable=False),
        sa.Column("claim", JSON_TEXT, nullable=False),
        sa.Column("opening", JSON_TEXT, nullable=False),
        sa.Column("explanation", JSON_TEXT, nullable=False),
        sa.Column("aid", sa.BigInteger(), nullable=False),
        sa.Column("payable", sa.BigInteger(), nullable=False),
        sa.Column("overpaid", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["bill_id"], ["bill.id"], name="fk_determination_bill_bill_id"),
        sa.ForeignKeyConstraint(
            ["determination_id"],
            ["determination.id"],
            name="fk_determination_bill_determination_id",
        ),
        sa.PrimaryKeyConstraint("determination_id", "bill_id", name="pk_determination_bill"),
    )
    op.create_index(
        "ix_determination_bill_bill_id", "determination_bill", ["bill_id"], unique=False
    )
    op.create_table(
        "determination_line",
        sa.Column("determination_id", KEY, autoincrement=False, nullable=False),
        sa.Column("bill_id", KEY, autoincrement=False, nullable=False),
        sa.Column("benefit", sa.Text(), nullable=False),
        sa.Column("base", sa.BigInteger(), nullable=False),
        sa.Column("deducted", sa.BigInteger(), nullable=False),
        sa.Column("rate", sa.Text(), nullable=False),
        sa.Column("uncapped", sa.BigInteger(), nullable=False),
        sa.Column("aid", sa.BigInteger(), nullable=False),
        sa.Column("payable", sa.BigInteger(), nullable=False),
        sa.Column("cap_left", sa.BigInteger(), nullable=True),
        sa.Column("bound_by", sa.Text(), nullable=False),
        sa.Column("provisional", JSON_TEXT, nullable=False),
        sa.Column("payers", JSON_TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["determination_id", "bill_id"],
            ["determination_bill.determination_id", "determination_bill.bill_id"],
            name="fk_determination_line_bill",
        ),
        sa.PrimaryKeyConstraint(
            "determination_id", "bill_id", "benefit", name="pk_determination_line"
        ),
    )
    op.create_table(
        "pool_use",
        sa.Column("determination_id", KEY, autoincrement=False, nullable=False),
        sa.Column("bill_id", KEY, autoincrement=False, nullable=False),
        sa.Column("pool", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["determination_id", "bill_id"],
            ["determination_bill.determination_id", "determination_bill.bill_id"],
            name="fk_pool_use_bill",
        ),
        sa.PrimaryKeyConstraint(
            "determination_id", "bill_id", "pool", "holder", "period", name="pk_pool_use"
        ),
    )
    op.create_index("ix_pool_use_holder", "pool_use", ["holder", "period", "pool"], unique=False)
    op.create_table(
        "approval",
        sa.Column("determination_id", KEY, nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=False),
        sa.Column("separated", sa.Boolean(), nullable=False),
        sa.Column("approved_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["determination_id"], ["determination.id"], name="fk_approval_determination_id"
        ),
        sa.PrimaryKeyConstraint("determination_id", name="pk_approval"),
    )
    op.create_table(
        "standing",
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("in_force_id", KEY, nullable=True),
        sa.Column("pending_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["aid_case.id"], name="fk_standing_case_id"),
        sa.ForeignKeyConstraint(
            ["in_force_id"], ["approval.determination_id"], name="fk_standing_in_force_id"
        ),
        sa.ForeignKeyConstraint(
            ["pending_id"], ["determination.id"], name="fk_standing_pending_id"
        ),
        sa.PrimaryKeyConstraint("case_id", name="pk_standing"),
    )
    op.create_index(
        "ix_standing_pending",
        "standing",
        ["pending_id"],
        unique=False,
        sqlite_where=sa.text("pending_id IS NOT NULL"),
        postgresql_where=sa.text("pending_id IS NOT NULL"),
    )


def _payments() -> None:
    op.create_table(
        "payment",
        sa.Column("id", KEY, nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("determination_id", KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("town", sa.Text(), nullable=False),
        sa.Column("payers", JSON_TEXT, nullable=False),
        sa.Column("payee", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('aid', 'supplement', 'reclaim')", name="ck_payment_kind"),
        sa.CheckConstraint("state IN ('open', 'sent', 'done', 'stopped')", name="ck_payment_state"),
        sa.CheckConstraint("amount > 0", name="ck_payment_amount"),
        sa.ForeignKeyConstraint(["case_id"], ["aid_case.id"], name="fk_payment_case_id"),
        sa.ForeignKeyConstraint(
            ["determination_id"], ["approval.determination_id"], name="fk_payment_determination_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_payment"),
    )
    op.create_index("ix_payment_case_id", "payment", ["case_id"], unique=False)
    op.create_index("ix_payment_state", "payment", ["state"], unique=False)
    op.create_table(
        "payment_entry",
        sa.Column("id", KEY, nullable=False),
        sa.Column("payment_id", KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("done_by", sa.Text(), nullable=False),
        sa.Column("done_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name="fk_payment_entry_payment_id"),
        sa.PrimaryKeyConstraint("id", name="pk_payment_entry"),
    )
    op.create_index("ix_payment_entry_payment_id", "payment_entry", ["payment_id"], unique=False)
    op.create_index("ix_payment_entry_done_at", "payment_entry", ["done_at"], unique=False)
    op.create_table(
        "fund_transfer",
        sa.Column("id", KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("town", sa.Text(), nullable=False),
        sa.Column("payer", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("cancels_id", KEY, nullable=True),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("entered_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "kind IN ('advance', 'topped_up', 'handed_back', 'cancelled')",
            name="ck_fund_transfer_kind",
        ),
        sa.CheckConstraint("amount > 0", name="ck_fund_transfer_amount"),
        sa.CheckConstraint(
            "(kind = 'cancelled') = (cancels_id IS NOT NULL)", name="ck_fund_transfer_cancels"
        ),
        sa.ForeignKeyConstraint(
            ["cancels_id"], ["fund_transfer.id"], name="fk_fund_transfer_cancels_id"
        ),
        sa.UniqueConstraint("cancels_id", name="uq_fund_transfer_cancels_id"),
        sa.PrimaryKeyConstraint("id", name="pk_fund_transfer"),
    )
    op.create_index("ix_fund_transfer_year", "fund_transfer", ["year", "town"], unique=False)


def _audit() -> None:
    op.create_table(
        "audit_event",
        sa.Column("seq", KEY, autoincrement=False, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("known_by", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("details", JSON_TEXT, nullable=False),
        sa.Column("rows", JSON_TEXT, nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_audit_event"),
    )
    op.create_index("ix_audit_event_subject", "audit_event", ["subject", "seq"], unique=False)
    op.create_table(
        "audit_head",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.CheckConstraint("one = 1", name="ck_audit_head_one"),
        sa.PrimaryKeyConstraint("one", name="pk_audit_head"),
    )
