"""The refunds of a whole file, put where reversals are looked for: into `reverses`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from mediaid.batch.cells import Column
from mediaid.batch.mapped.cells import read_days
from mediaid.batch.mapped.refunds import Records, Refunds, find_refunds, why_alone
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from mediaid.batch.mapped.bill import Bill
    from mediaid.batch.mapped.sheet import Sheet
    from mediaid.mappings.model import Refunded

    Rows = NDArray[np.int64]


def read_reversals(sheet: Sheet, found: dict[str, Column], bill: Bill, meant: Refunded) -> Column:
    """Find what refunds cancel; the column holds the claim id of each refund's original.

    Notes the refunds in `bill`, since their amounts give back, and gives those an id of their own
    that carry their original's. Records refunded elsewhere are left out, what the file leaves
    open is refused, or noted in `sheet` where the register may know it.
    """
    flagged = sheet.flag(meant, "refunded")
    fen = bill.size_of()
    marked = np.flatnonzero(~sheet.skipped & (flagged | (fen < 0)))
    reverses: list[str] = [""] * sheet.size
    if len(marked):
        rows = _concerned(sheet, found, marked)
        refunds = find_refunds(_records(sheet, found, meant, rows, fen[rows], flagged[rows]))
        at = sheet.where(sheet.mapping.model.fields["claim_id"])
        if sheet.refunds_of_others is not None:
            _of_others(sheet, found, refunds, rows, sheet.refunds_of_others)
            alone = rows[refunds.alone]
            sheet.skipped[alone] = True
            sheet.unnamed_refunds |= dict.fromkeys(alone.tolist(), "")
            _leave_out_repeats(sheet, refunds, rows, at)
        else:
            for row in refunds.alone:
                sheet.refuse_row(int(rows[row]), at, why_alone(int(fen[rows[row]])))
        _leave_out(sheet, found, refunds, rows)
        for row, original in refunds.reverses.items():
            reverses[rows[row]] = original
        for row in refunds.by_amount:
            if row in refunds.reverses:
                sheet.unnamed_refunds[int(rows[row])] = refunds.reverses[row]
        _rename(found["claim_id"], refunds, rows)
        for row, reason in refunds.refused:
            sheet.refuse_row(int(rows[row]), at, reason)
        refused = [row for row, _reason in refunds.refused]
        gives_back = [*refunds.reverses, *refunds.alone, *refunds.repeats, *refused]
        bill.refunds[rows[gives_back]] = True
    texts = pl.Series(reverses, dtype=pl.String)
    return Column(texts, (texts == "").arg_true().to_numpy().astype(np.int64))


def _concerned(sheet: Sheet, found: dict[str, Column], marked: Rows) -> Rows:
    """The rows of all persons who have refunds."""
    persons = found["person_id"].values
    theirs = persons.is_in(persons.gather(marked).unique().implode()).to_numpy()
    return np.flatnonzero(theirs & ~sheet.skipped)


def _records(
    sheet: Sheet,
    found: dict[str, Column],
    meant: Refunded,
    rows: Rows,
    fen: Rows,
    flagged: NDArray[np.bool_],
) -> Records:
    def of(texts: pl.Series) -> list[str]:
        return texts.gather(rows).to_list()

    originals = sheet.cells.get(meant.original) if meant.original else None
    return Records(
        number=(rows + sheet.source.first_row).tolist(),
        claim_id=of(found["claim_id"].values),
        person=of(found["person_id"].values),
        visit=of(found["visit_id"].values) if "visit_id" in found else None,
        original=None if originals is None else of(originals),
        fen=fen,
        flagged=flagged,
        day=np.asarray(found["date"].values[rows], dtype=np.int64),
        until=last_days(sheet, found, rows),
        setting=found["setting"].values[rows],
    )


def last_days(sheet: Sheet, found: Mapping[str, Column], rows: Rows) -> Rows:
    """The last day that rows state, NO_DATE for none: a refund may repeat its original's discharge,
    and was settled later."""
    days = np.asarray(found["date"].values[rows], dtype=np.int64)
    settled = sheet.mapping.model.fields.get("settled_on")  # which not every pack reads
    if settled is None:
        return days
    later: Rows = read_days(sheet.text(settled).gather(rows)).values
    return np.maximum(days, later)


def _leave_out_repeats(sheet: Sheet, refunds: Refunds, rows: Rows, at: int) -> None:
    """Leave out refunds that stand twice in the same words; in other words one must be wrong."""
    for row, other in sorted(refunds.repeats.items()):
        here, first = int(rows[row]), int(rows[other])
        number = first + sheet.source.first_row
        if all(cells[here] == cells[first] for cells in sheet.cells.values()):
            reason = _("stands twice: row {row} is the same refund").format(row=number)
            sheet.leave_out(rows[[row]], reason)
        else:
            reason = _(
                "row {row} is a refund of this id too, and says something else: remove one of "
                "them, or correct the id"
            )
            sheet.refuse_row(here, at, reason.format(row=number))


def _of_others(
    sheet: Sheet, found: dict[str, Column], refunds: Refunds, rows: Rows, others: dict[int, str]
) -> None:
    """Set apart the refunds whose original is not in the file."""
    ids = found["claim_id"].values
    named = pl.Series(list(set(refunds.reverses.values())), dtype=pl.String)
    here = set(ids.filter(ids.is_in(named.implode())).to_list())
    for row, original in list(refunds.reverses.items()):
        if original not in here:
            others[int(rows[row])] = original
            del refunds.reverses[row]
    sheet.leave_out(
        np.array(sorted(others), dtype=np.int64), _("refund of a record of another file")
    )


def _leave_out(sheet: Sheet, found: dict[str, Column], refunds: Refunds, rows: Rows) -> None:
    """Leave out what was refunded elsewhere, and refunds of records that are left out: there is
    nothing to give back."""
    ids = found["claim_id"].values
    out = set(ids.gather(np.flatnonzero(sheet.skipped)).to_list()) & set(refunds.reverses.values())
    if out:
        live = ids.filter(pl.Series(~sheet.skipped))
        out -= set(live.filter(live.is_in(list(out))).to_list())
    gone = [row for row, original in refunds.reverses.items() if original in out]
    for row in gone:
        del refunds.reverses[row]
    sheet.leave_out(rows[gone], _("refund of a record that is left out itself"))
    sheet.no_more.append(rows[refunds.elsewhere])
    sheet.leave_out(rows[refunds.elsewhere], _("refunded; what refunds it is not in this file"))


def _rename(ids: Column, refunds: Refunds, rows: Rows) -> None:
    if refunds.renamed:
        own = pl.Series(list(refunds.renamed.values()), dtype=pl.String)
        ids.values = ids.values.scatter(rows[list(refunds.renamed)], own)
