"""States, actions and kinds in the user's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediaid.claims.selfpaid import PARTS
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def state_words(state: str) -> str:
    """Return a case's state in words."""
    return {
        "accepted": _("accepted, being entered"),
        "in_review": _("waiting for review"),
        "reviewed": _("waiting for approval"),
        "approved": _("waiting for payment"),
        "paid": _("paid"),
        "filed": _("filed"),
        "returned": _("sent back for completion"),
        "denied": _("denied"),
        "void": _("void"),
    }.get(state, state)


def action_words(action: str) -> str:
    """Return what is done with a case, as a command."""
    return {
        "submit": _("submit for review"),
        "review": _("review and determine"),
        "approve": _("approve"),
        "return": _("send back for completion"),
        "deny": _("deny assistance"),
        "reopen": _("reopen"),
        "void": _("withdraw"),
        "pay": _("note as paid"),
        "pay_back": _("note as returned by the bank"),
        "file": _("note as filed"),
        "correct": _("correct"),
        "adjust": _("correct, with nothing to send"),
    }.get(action, action)


def paper_words(kind: str) -> str:
    """Return the name of a paper."""
    return {
        "discharge_summary": _("discharge summary"),
        "invoice": _("invoice"),
        "itemised_bill": _("itemised bill"),
    }.get(kind, kind)


def payment_words(kind: str) -> str:
    """Return the name of a payment's kind or state."""
    return {
        "aid": _("aid"),
        "supplement": _("supplement"),
        "reclaim": _("reclaim"),
        "open": _("open"),
        "sent": _("sent"),
        "done": _("done"),
        "stopped": _("stopped"),
    }.get(kind, kind)


def transfer_words(kind: str) -> str:
    """Return the name of a kind of transfer between giver and town."""
    return {
        "advance": _("advance"),
        "topped_up": _("paid to the town"),
        "handed_back": _("handed back"),
    }.get(kind, kind)


def derivation_words(terms: Sequence[Mapping[str, str]]) -> str:
    """Return how self-paid was derived, such as total 12000.00 − pooled fund 3500.00 = 8500.00."""
    *before, result = terms
    shown = " ".join(f"{its['sign']} {PARTS[its['part']]} {its['amount']}" for its in before)
    return f"{shown.strip()} = {result['amount']}".replace("- ", "− ")
