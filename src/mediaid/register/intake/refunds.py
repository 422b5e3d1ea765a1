"""Refunds of a file that name no original, and the bills of the register that they give back.

Such a refund gives back a bill of its person and amount. What was reversed by its own record
before is known by that, so that reading a file again changes nothing. Where more than one bill
could be meant it is refused: a guess would pay a bill that was given back.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from mediaid.claims.refunds import put_together
from mediaid.faults import visible
from mediaid.i18n import gettext as _
from mediaid.money import show_yuan
from mediaid.register.cases.bills import case_words
from mediaid.register.database.many import rows_with
from mediaid.register.schema import aid_case, bill, bill_reversal

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection, Row

    from mediaid.batch.mapped.read import UnnamedRefund
    from mediaid.claims.refunds import Together
    from mediaid.people.documents import Document
    from mediaid.register.intake.report import Report

_NAMED = 5
"""So many bills that could be meant are named."""


@dataclass(frozen=True)
class ReadRefund:
    """A refund of a file that names no original: `row` its number there, and whose it is."""

    row: int
    document: Document
    its: UnnamedRefund


@dataclass(frozen=True)
class Reversal:
    """A bill that is to count no longer, why, and the record that gave it back unnamed, if one
    did."""

    bill_id: int
    reason: str
    record_id: str = ""


def find_originals(
    connection: Connection,
    refunds: Sequence[ReadRefund],
    persons: Mapping[tuple[str, str], int],
    but: But,
    report: Report,
) -> list[Reversal]:
    """Return what refunds reverse. Those whose original is not known, or not which, are refused.

    `persons`: by kind and number of the document; all whose refunds name no record of the file.
    """
    bills = _bills(connection, persons.values(), but.gone)
    by_id = {row.id: row for its in bills.values() for row in its}
    new = _by_person(but.new)
    could_be: dict[int, list[int]] = {}
    doubtful: list[tuple[ReadRefund, list[Row[Any]]]] = []
    for at, refund in enumerate(refunds):
        person = persons.get((refund.document.kind, refund.document.number), 0)
        theirs = [row for row in bills[person] if _could_be(row._mapping, refund.its)]
        if refund.its.cancels:
            doubtful.append((refund, theirs))
            continue
        known = [row for row in theirs if refund.its.claim_id in (row.record_id, row.given_back_by)]
        free = [row for row in theirs if row.given_back_by is None]
        beside = [its for its in new[person] if _could_be(its, refund.its)]
        if beside and not known:
            _refuse_beside(refund, beside, free, report)
        else:
            could_be[at] = [row.id for row in known or free]
    found: dict[int, Reversal] = {}
    for together in put_together(could_be):
        for its in _pair(together, refunds, by_id, but.file, report):
            found[its.bill_id] = its
    # Last, since a bill that another refund gives back leaves nothing in doubt.
    for refund, theirs in doubtful:
        _refuse_doubtful(refund, [row for row in theirs if row.id not in found], but, report)
    return list(found.values())


@dataclass(frozen=True)
class But:
    """What the file says itself: its name, its settlement records, the columns of its bills that
    are new, and the bills of the register that its other rows reverse."""

    file: str
    records: Container[str]
    new: Iterable[Mapping[str, Any]]
    gone: Container[int]


def _by_person(new: Iterable[Mapping[str, Any]]) -> dict[int, list[Mapping[str, Any]]]:
    found: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    for columns in new:
        found[columns["person_id"]].append(columns)
    return found


def _bills(
    connection: Connection, persons: Iterable[int], gone: Container[int]
) -> dict[int, list[Row[Any]]]:
    """Return the bills of persons that count or were reversed."""
    found = (
        select(
            bill,
            bill_reversal.c.bill_id.label("reversed"),
            bill_reversal.c.record_id.label("given_back_by"),
            aid_case.c.number,
        )
        .outerjoin(bill_reversal, bill_reversal.c.bill_id == bill.c.id)
        .outerjoin(aid_case, aid_case.c.id == bill.c.case_id)
        .order_by(bill.c.id)
    )
    bills: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in rows_with(connection, found, bill.c.person_id, persons):
        if row.id not in gone and (row.counts or row.reversed is not None):
            bills[row.person_id].append(row)
    return bills


def _could_be(columns: Mapping[Any, Any], its: UnnamedRefund) -> bool:
    """Whether a bill is of the amount that a refund gives back, and not of another visit or kind of
    care, nor of a later day. What the refund does not say speaks against nothing."""
    if its.visit_id and columns["fields"].get("visit_id", its.visit_id) != its.visit_id:
        return False
    if its.setting and columns["setting"] != its.setting:
        return False
    if its.day is not None and columns["dated_on"] > its.day:
        return False
    if its.self_paid is not None and its.self_paid != columns["self_paid"]:
        return False
    part, fen = its.size
    terms = {name: amount for name, _sign, amount in columns["derivation"] or ()}
    terms["self_paid"] = columns["self_paid"]
    return terms[part] == fen if part in terms else its.self_paid is not None


def _pair(
    its: Together,
    refunds: Sequence[ReadRefund],
    by_id: Mapping[int, Row[Any]],
    file: str,
    report: Report,
) -> Iterator[Reversal]:
    """Reverse the bills that refunds give back, or refuse the refunds where that is left open."""
    bills = [by_id[number] for number in its.records]
    counting = [row for row in bills if row.counts]
    open_which = bool(counting) and (len(counting) < len(bills) or not its.sure)
    for refund, number in ((refunds[at], its.pairs.get(at)) for at in its.refunds):
        if open_which:
            report.refuse(refund.row, _several(refund.its, bills))
            continue
        if number is None:
            message = _(
                "gives back {amount}, and neither the file nor the register has a bill of this "
                "person with that amount and kind of care, of that day or before: export it again "
                "with the original"
            ).format(amount=show_yuan(refund.its.size[1]))
            report.refuse(refund.row, message)
            continue
        row = by_id[number]
        said = _("gives back {bill}, which it reverses") if row.counts else _("gives back {bill}")
        report.leave_out(refund.row, said.format(bill=_words(row)))
        if row.counts:
            reason = _("given back: row {row} of {file}").format(row=refund.row, file=file)
            yield Reversal(row.id, reason, refund.its.claim_id)


def _several(its: UnnamedRefund, bills: Sequence[Row[Any]]) -> str:
    return _(
        "gives back {amount}, and more than one bill could be meant: {bills}. Reverse the right "
        "one by hand (mediaid register case reverse), and remove this row"
    ).format(amount=show_yuan(its.size[1]), bills="; ".join(map(_words, bills[:_NAMED])))


def _refuse_beside(
    refund: ReadRefund,
    beside: Sequence[Mapping[str, Any]],
    bills: Collection[Row[Any]],
    report: Report,
) -> None:
    """Refuse a refund that could be of a bill of the file, which the file does not pair it with:
    one of the two does not say its visit, or they name the person by different documents."""
    message = _(
        "gives back {amount}, and could be of record {record} of this file, but names another "
        "visit or document, or none. {bills}Name its original, or remove this row: together "
        "with the record if that was given back, else once the right bill is reversed by hand "
        "(mediaid register case reverse)"
    ).format(
        amount=show_yuan(refund.its.size[1]),
        record=visible(beside[0]["record_id"] or beside[0]["invoice_no"]),
        bills="".join(
            _("The register has {bill}. ").format(bill=_words(row)) for row in [*bills][:_NAMED]
        ),
    )
    report.refuse(refund.row, message)


def _refuse_doubtful(
    refund: ReadRefund, theirs: Sequence[Row[Any]], but: But, report: Report
) -> None:
    """Refuse a refund of a record of the file where the register knows of another such bill."""
    if any(row.given_back_by == refund.its.claim_id for row in theirs):
        return  # that is known
    others = [row for row in theirs if row.counts and row.record_id not in but.records]
    if others:
        message = _(
            "gives back {amount}: record {record} of this file, or {bills}, which the register "
            "has. Reverse the bill by hand (mediaid register case reverse) and remove this row, or "
            "remove it together with the record"
        ).format(
            amount=show_yuan(refund.its.size[1]),
            record=visible(refund.its.cancels),
            bills="; ".join(map(_words, others[:_NAMED])),
        )
        report.refuse(refund.row, message)


def _words(row: Row[Any]) -> str:
    """Name a bill of the register."""
    words = _("bill {bill} ({day}, invoice {invoice} of {institution}, {case})").format(
        bill=row.id,
        day=row.dated_on,
        invoice=visible(row.invoice_no),
        institution=visible(row.institution),
        case=case_words(row.number),
    )
    return words if row.counts else _("{bill}, reversed already").format(bill=words)
