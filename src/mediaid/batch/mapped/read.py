"""A file of the field read through a mapping, into the same table as any file of claims."""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from mediaid.batch.cells import Column
from mediaid.batch.headings import Columns
from mediaid.batch.ids import numbered, repeated
from mediaid.batch.mapped.apart import rows_apart
from mediaid.batch.mapped.bill import Bill, read_bill
from mediaid.batch.mapped.cells import look_at
from mediaid.batch.mapped.fields import read_fields
from mediaid.batch.mapped.head import locate, open_found
from mediaid.batch.mapped.reversals import last_days, read_reversals
from mediaid.batch.mapped.sheet import Sheet, open_sheet
from mediaid.batch.problems import WHOLE_ROW, Problems
from mediaid.batch.table import Table, find_problems
from mediaid.claims.cells import EPOCH, parse_code
from mediaid.claims.fields import pack_fields
from mediaid.claims.table import NO_DATE
from mediaid.faults import ClaimError, Fault, visible_path
from mediaid.i18n import gettext as _
from mediaid.mappings.check import AIDED
from mediaid.mappings.model import REGISTER
from mediaid.mappings.show import column_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from mediaid.batch.mapped.roster import Roster
    from mediaid.mappings.files import Loaded
    from mediaid.packs.model import Pack

    Rows = NDArray[np.int64]


@dataclass
class MappedTable(Table):
    """The rows of a file that was read through a mapping."""

    bill: Bill = field(kw_only=True)
    """The amounts that self-paid was derived from."""


def read_mapped(
    path: Path,
    mapping: Loaded,
    pack: Pack,
    roster: Roster | None = None,
    ignore: Collection[str] = (),
) -> MappedTable:
    """Read a file through a mapping and find everything that is wrong with its rows.

    `ignore` names further headings not to read ('*': all unknown ones). Raises ClaimError where
    the file as a whole cannot be read.
    """
    fit = locate(path, mapping, ignore)
    if mapping.model.fields["category"].roster is not None and roster is None:
        message = _(
            "holds no categories: name the file that says who is in which with --roster "
            "(mapping {mapping})"
        )
        raise ClaimError(Fault(visible_path(path), message.format(mapping=mapping.name)))
    source = open_found(path, fit)
    sheet = open_sheet(source, fit.positions, mapping, pack, for_register=False)
    found, bill, notes = _read(sheet, ignore)
    if roster is not None:
        found["category"], note = _categories(sheet, found, bill, roster)
        notes += note
    return _table(sheet, found, bill, notes)


@dataclass(frozen=True)
class UnnamedRefund:
    """A row that gives back and names no original.

    `cancels`: the record of the file that has its amount, "" for none. `day`: the last day that it
    states, `setting` its kind of care, "" for none. The original's amount: of one part of a bill
    (`size`: the part, 分), and of what was borne of it, if that can be told.
    """

    row: int
    claim_id: str
    visit_id: str
    cancels: str
    day: dt.date | None
    setting: str
    size: tuple[str, int]
    self_paid: int | None


@dataclass(frozen=True, eq=False)
class Records:
    """A file as the register takes it in: bills, and records of other files that are no more.

    Categories and insurances in `table` are what the file says, −1 where it does not: the register
    knows better, and refuses no row for them. `claim_ids` are
    those of all rows, `kinds` positions in KINDS, `texts` what is kept beside the claim (REGISTER),
    "" where a row does not say. `no_more` are (row, claim id) of records that count no longer,
    `unnamed_refunds` those whose original the register may know, if nothing is wrong with them.
    """

    table: MappedTable
    claim_ids: list[str]
    kinds: Rows
    texts: Mapping[str, list[str]]
    no_more: list[tuple[int, str]]
    unnamed_refunds: list[UnnamedRefund]


def read_records(path: Path, mapping: Loaded, pack: Pack, ignore: Collection[str] = ()) -> Records:
    """Read a file through a mapping for the register, which knows categories and other files.

    A claim id may stand twice: the register tells what that means. Raises ClaimError where the
    file as a whole cannot be read.
    """
    fit = locate(path, mapping, ignore)
    source = open_found(path, fit)
    sheet = open_sheet(source, fit.positions, mapping, pack, for_register=True)
    sheet.refunds_of_others = {}
    found, bill, notes = _read(sheet, ignore)
    for name in ("category", "insurance"):
        unsaid = np.full(sheet.size, -1, dtype=np.int16)
        said = found[name].values if name in found else unsaid
        found[name] = Column(said, np.empty(0, dtype=np.int64))
    ids: list[str] = found["claim_id"].values.to_list()
    no_more = [(row, ids[row]) for rows in sheet.no_more for row in rows.tolist()]
    no_more += sheet.refunds_of_others.items()
    unnamed = _unnamed_refunds(sheet, found, bill, ids)
    with _looked_at(sheet, found, [its.row for its in unnamed if not its.cancels]):
        table = _table(sheet, found, bill, notes, ids_are_unique=False)
    unnamed = [its for its in unnamed if not table.problems.bad[its.row]]
    texts = {
        name: sheet.first_filled(mapping.model.register_.get(name, ())).to_list()
        for name in REGISTER
    }
    return Records(table, ids, sheet.kinds, texts, no_more, unnamed)


@contextmanager
def _looked_at(sheet: Sheet, found: dict[str, Column], refunds: list[int]) -> Iterator[None]:
    """Have what is wrong with refunds that are no claims be found as with any row.

    Nothing is settled on their own day: that the pack has no values for it does not matter. Nor
    is their id one that others could reverse.
    """
    days = found[sheet.pack.dating].values.copy()
    days[refunds] = NO_DATE
    found[sheet.pack.dating].values = days
    ids = found["claim_id"]
    ids.values = ids.values.scatter(refunds, pl.Series([""]).new_from_index(0, len(refunds)))
    sheet.skipped[refunds] = False
    yield
    sheet.skipped[refunds] = True


def _unnamed_refunds(
    sheet: Sheet, found: Mapping[str, Column], bill: Bill, ids: list[str]
) -> list[UnnamedRefund]:
    if not sheet.unnamed_refunds:
        return []
    rows = np.array(sorted(sheet.unnamed_refunds), dtype=np.int64)
    borne = bill.given_back(rows, sheet.pack.preselfpay)
    sizes = np.abs(bill.size_of()[rows]).tolist()
    visits = (
        found["visit_id"].values.gather(rows).to_list() if "visit_id" in found else [""] * len(rows)
    )
    days = last_days(sheet, found, rows).tolist()
    settings = [*sheet.pack.codes["setting"], ""]  # −1 is none
    return [
        UnnamedRefund(
            row,
            ids[row],
            visits[at] or "",
            sheet.unnamed_refunds[row],
            None if days[at] == NO_DATE else EPOCH + dt.timedelta(days=days[at]),
            settings[int(found["setting"].values[row])],
            (bill.size_part, sizes[at]),
            None if borne.refused[at] else int(borne.self_paid[at]),
        )
        for at, row in enumerate(rows.tolist())
    ]


def _read(sheet: Sheet, ignore: Collection[str]) -> tuple[dict[str, Column], Bill, list[str]]:
    """Read the rows: their fields, the amounts they rest on, and what is odd about totals."""
    model = sheet.mapping.model
    bill = read_bill(model.amounts, sheet.cells, sheet.at)
    notes = _leave_out_no_claims(sheet, bill)
    if "*" not in ignore:
        _refuse_nameless(sheet)
    found = read_fields(sheet)
    if model.refunded is not None:
        found["reverses"] = read_reversals(sheet, found, bill, model.refunded)
    found |= _amounts(sheet, bill)
    return found, bill, notes


def _leave_out_no_claims(sheet: Sheet, bill: Bill) -> list[str]:
    """Leave out totals, notes, empty rows and invalid records; say what is odd about totals."""
    persons = sheet.text(sheet.mapping.model.fields["person_id"])
    apart = rows_apart(sheet.source, persons, bill.positions)
    sheet.skipped[apart.empty] = True
    for rows, reason in apart.left_out():
        sheet.leave_out(rows, reason)
    valid = sheet.mapping.model.valid
    if valid is not None and valid.column in sheet.cells:
        sheet.flag(valid, "valid")
        invalid = sheet.cells[valid.column].is_in(valid.no).to_numpy()
        heading = sheet.heading(sheet.at[valid.column])
        reason = _("invalid record ({heading})").format(heading=heading)
        sheet.no_more.append(np.flatnonzero(invalid & ~sheet.skipped))
        sheet.leave_out(np.flatnonzero(invalid), reason)
    return bill.totals_differ(apart, sheet.source.first_row)


def _refuse_nameless(sheet: Sheet) -> None:
    """ClaimError for columns without a heading, unless they are empty: one may hold an amount."""
    nameless = [at for at, heading in enumerate(sheet.source.headings) if not heading.strip()]
    columns = look_at(sheet.source, nameless) if nameless else []
    claims = pl.Series(~sheet.skipped)
    faults = [
        Fault(
            _("{file}, column {column}").format(file=sheet.source.name, column=column_name(at)),
            _("has no heading: write one, or leave the column out with --ignore-column '*'"),
        )
        for at, cells in zip(nameless, columns, strict=True)
        if ((cells != "") & claims).any()
    ]
    if faults:
        raise ClaimError(faults)


def _amounts(sheet: Sheet, bill: Bill) -> dict[str, Column]:
    bill.settle(sheet.pack.preselfpay, sheet.skipped)
    sheet.problems += bill.problems
    nothing = np.empty(0, dtype=np.int64)
    found = {"self_paid": Column(bill.self_paid, nothing)}
    if AIDED in sheet.mapping.model.amounts:
        found[AIDED] = Column(bill.already_aided, nothing)
    return found


def _categories(
    sheet: Sheet, found: dict[str, Column], bill: Bill, roster: Roster
) -> tuple[Column, list[str]]:
    """Everybody's category on the day of the claim, and a note if some are not on the roster."""
    codes = sheet.pack.codes["category"]
    otherwise = sheet.mapping.model.fields["category"].otherwise
    column, absent = roster.look_up(
        found["person_id"].values,
        found[sheet.pack.dating].values,
        ~(sheet.skipped | bill.refunds),
        None if otherwise is None else parse_code(otherwise, codes),
    )
    if not absent or otherwise is None:
        return column, []
    note = _(
        "claims of persons who are not on the roster on that day: {claims}; their category is "
        "{category}"
    )
    label = list(codes.values())[parse_code(otherwise, codes)]
    return column, [note.format(claims=f"{absent:,}", category=label)]


def _positions(sheet: Sheet, found: dict[str, Column], bill: Bill) -> dict[str, int]:
    """Where in the file each field is looked for by somebody who reads of its faults."""
    uses = sheet.mapping.model.fields
    at = {name: sheet.where(use) for name, use in uses.items() if name in found}
    at |= dict.fromkeys(set(found) - set(at), WHOLE_ROW)
    at["self_paid"] = bill.at
    at[AIDED] = bill.positions_of(AIDED)[0]
    if uses["category"].roster is not None:
        at["category"] = at["person_id"]
    refunded = sheet.mapping.model.refunded
    original = refunded.original if refunded is not None else None
    if refunded is not None:
        at["reverses"] = sheet.at.get(original or "", at["claim_id"])
    return at


def _table(
    sheet: Sheet,
    found: dict[str, Column],
    bill: Bill,
    notes: list[str],
    *,
    ids_are_unique: bool = True,
) -> MappedTable:
    """The table, in the same form as that of a plain file of claims."""
    out = np.flatnonzero(sheet.skipped)
    ids = found["claim_id"]
    if len(out):
        # What is no claim has no id that another could repeat.
        ids.values = ids.values.scatter(out, pl.Series([""]).new_from_index(0, len(out)))
    fields = pack_fields(sheet.pack)
    source = sheet.source
    table = MappedTable(
        source=source,
        pack=sheet.pack,
        columns=Columns({name: fields[name] for name in found}, _positions(sheet, found, bill), ()),
        size=sheet.size,
        values={name: column.values for name, column in found.items()},
        persons=numbered(found["person_id"].values),
        problems=Problems(source.name, source.headings, sheet.size, source.first_row),
        empty=sheet.skipped,
        blank={name: column.blank for name, column in found.items()},
        left_out=tuple(sheet.left_out),
        notes=tuple(notes),
        bill=bill,
    )
    table.problems.skipped = sheet.skipped
    for problem in sheet.problems:
        table.problems.add(problem)
    find_problems(table, found, repeated(ids.values) if ids_are_unique else {})
    return table
