"""The tables of the register, by subject. Amounts are 分 (BIGINT), instants UTC."""

from mediaid.register.schema.audit import audit_event, audit_head
from mediaid.register.schema.cases import aid_case, bill, bill_reversal, case_step, paper
from mediaid.register.schema.determinations import (
    approval,
    decision,
    determination,
    determination_bill,
    determination_line,
    pool_use,
    rule_pack,
    standing,
)
from mediaid.register.schema.office import case_counter, kept_mapping, office, setting
from mediaid.register.schema.payments import fund_transfer, payment, payment_entry
from mediaid.register.schema.people import identity_document, person, person_period
from mediaid.register.schema.types import metadata

HEAD = "0001"
"""The schema this program reads and writes."""

KNOWN = ("0001",)
"""Every released schema, oldest first: all of them can be upgraded to HEAD."""

__all__ = [
    "HEAD",
    "KNOWN",
    "aid_case",
    "approval",
    "audit_event",
    "audit_head",
    "bill",
    "bill_reversal",
    "case_counter",
    "case_step",
    "decision",
    "determination",
    "determination_bill",
    "determination_line",
    "fund_transfer",
    "identity_document",
    "kept_mapping",
    "metadata",
    "office",
    "paper",
    "payment",
    "payment_entry",
    "person",
    "person_period",
    "pool_use",
    "rule_pack",
    "setting",
    "standing",
]
