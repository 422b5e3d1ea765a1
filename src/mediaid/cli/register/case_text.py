"""A case as a clerk reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator


def case_lines(data: dict[str, Any], *, explain: bool) -> Iterator[str]:
    """Return a case's data as lines of text."""
    from mediaid.register.workflow.words import (  # noqa: PLC0415 - start-up stays fast
        derivation_words,
        paper_words,
        payment_words,
        state_words,
    )

    yield _("case {case}: {state}").format(case=data["case"], state=state_words(data["state"]))
    yield _("  person {person} {name}; accepted by {actor}").format(
        person=data["person"], name=data["name"], actor=data["accepted_by"]
    )
    for its in data["bills"]:
        mark = "" if its["counts"] else " " + _("(does not count)")
        yield _("  bill {bill}: {date} {institution} {invoice}, self-paid {paid}{mark}").format(
            bill=its["bill"],
            date=its["date"],
            institution=its["institution"],
            invoice=its["invoice"],
            paid=its["self_paid"],
            mark=mark,
        )
        if its["derivation"]:
            yield f"    {derivation_words(its['derivation'])}"
    if data["missing_papers"]:
        yield _("  papers missing: {papers}").format(
            papers=_(", ").join(map(paper_words, data["missing_papers"]))
        )
    for its in data["determinations"]:
        yield from _determination(its, explain)
    for its in data["payments"]:
        yield _("  payment {payment}: {kind} {amount}, {state}, outstanding {left}").format(
            payment=its["payment"],
            kind=payment_words(its["kind"]),
            amount=its["amount"],
            state=payment_words(its["state"]),
            left=its["outstanding"],
        )
    for its in data["steps"]:
        reason = f": {its['reason']}" if its["reason"] else ""
        yield f"  {its['at']}  {its['by']}  {state_words(its['to'])}{reason}"


def _determination(its: dict[str, Any], explain: bool) -> Iterator[str]:
    standing = {
        "in_force": _("in force"),
        "pending": _("waiting for approval"),
        "superseded": _("superseded"),
        "withdrawn": _("withdrawn"),
    }[its["standing"]]
    yield _("  determination {number} ({standing}): aid {aid}, payable {payable}").format(
        number=its["number"], standing=standing, aid=its["aid"], payable=its["payable"]
    )
    if its["approved_by"]:
        yield "    " + _("approved by {actor}").format(actor=its["approved_by"])
        if not its["separation_proven"]:
            yield "    " + _("that approver and acceptor are two persons is not proven")
    if its["provisional"]:
        yield "    " + _("provisional: {names}").format(names=its["provisional_words"])
    if explain:
        for bill in its["bills"]:
            yield "    " + _("bill {bill}: {aid}").format(bill=bill["bill"], aid=bill["aid"])
            for benefit in bill["explanation"]["benefits"]:
                yield f"      {benefit['label']}"
                for step in benefit.get("steps", ()):
                    yield f"        {step['number']}. {step['words']}"
                    yield f"           {step['formula']}"
                for why in benefit["why_not"]:
                    yield f"        {why['words']}"
        yield "    " + _("rules {hash}; mediaid {version}").format(
            hash=its["pack_hash"], version=its["engine_version"]
        )
