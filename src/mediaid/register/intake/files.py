"""Files into rows that the register compares: people from their columns, bills by a mapping."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mediaid.claims.cells import EPOCH
from mediaid.claims.table import CANCELLED, COUNTS, NO_DATE
from mediaid.faults import Fault, RegisterError, visible, visible_line, visible_path
from mediaid.i18n import gettext as _
from mediaid.mappings.check import AIDED
from mediaid.money import format_yuan
from mediaid.people.documents import KINDS, RESIDENT, parse_kind
from mediaid.register.cases.bills import NewBill, SelfPaid
from mediaid.register.intake.bills import BillRow, GivenBack, NoMore
from mediaid.register.intake.columns import PEOPLE, TEMPLATE, Wanted
from mediaid.register.intake.people import PersonRow
from mediaid.register.intake.refunds import ReadRefund
from mediaid.register.intake.report import Report
from mediaid.register.people.persons import read_document

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from mediaid.batch.mapped.read import Records
    from mediaid.batch.table import Table
    from mediaid.mappings.files import Loaded
    from mediaid.packs.model import Pack


@dataclass(frozen=True)
class Defaults:
    """What holds for all rows of a file that do not say it themselves."""

    town: str = ""
    since: dt.date | None = None
    institution: str = ""


def people_rows(
    path: Path,
    defaults: Defaults,
    words: Loaded | None,
    report: Report,
    wanted: Wanted = PEOPLE,
) -> list[PersonRow]:
    """Read a file of people; `words` is a mapping that says what its words for codes mean.

    What cannot be read is noted in the report. Raises ClaimError for a file that is none.
    """
    from mediaid.batch.mapped.people import read_people  # noqa: PLC0415 - polars is slow to load

    its = read_people(path, wanted, "证件号码", ("开始日期", "结束日期"))
    for row, reason in its.refused:
        report.refuse(row, reason)
    for row, reason in its.left_out:
        report.leave_out(row, reason)
    if its.unread:
        columns = _(", ").join(visible_line(heading) for heading in its.unread)
        report.notes.append(_("columns not read: {columns}").format(columns=columns))
    if not defaults.town and not any(its.texts["街镇"]):
        raise RegisterError(
            Fault(visible_path(path), _("does not say the town: say it for all with --town"))
        )
    meant = {
        name: {} if words is None else words.model.fields[name].values
        for name in ("category", "insurance")
    }
    rows = []
    for at, row in enumerate(its.rows):
        text = {name: column[at] for name, column in its.texts.items()}
        try:
            kind = parse_kind(text["证件类型"]) if text["证件类型"] else RESIDENT
        except ValueError as error:
            report.refuse(row, error)
            continue
        rows.append(
            PersonRow(
                row,
                text["证件号码"],
                text["姓名"],
                text["街镇"] or defaults.town,
                kind,
                meant["category"].get(text["救助类别"], text["救助类别"]),
                meant["insurance"].get(text["参保类型"], text["参保类型"]),
                text["家庭编号"],
                its.days["开始日期"][at] or defaults.since,
                its.days["结束日期"][at],
                text["收款人"],
                text["银行账号"],
            )
        )
    return rows


def bill_rows(
    path: Path,
    mapping: Loaded,
    pack: Pack,
    defaults: Defaults,
    report: Report,
    today: dt.date,
    ignore: Collection[str] = (),
) -> tuple[list[BillRow], GivenBack]:
    """Read a file of bills through a mapping; say what it gives back of other files.

    What cannot be read is noted in the report. Raises ClaimError for a file that does not fit.
    """
    from mediaid.batch.mapped.read import read_records  # noqa: PLC0415 - polars is slow to load

    records = read_records(path, mapping, pack, ignore)
    table = records.table
    first = table.source.first_row
    for row, reason in table.problems.by_row():
        report.refuse(row + first, reason)
    for rows, reason in table.left_out:
        for row in rows.tolist():
            report.leave_out(row + first, reason)
    report.notes += table.notes
    no_more = list(_no_more(records, report))
    refunds = list(_unnamed_refunds(records, today, report))
    given_back = GivenBack(table.source.name, no_more, refunds)
    return list(_bills(records, mapping, defaults)), given_back


def _unnamed_refunds(records: Records, today: dt.date, report: Report) -> Iterator[ReadRefund]:
    """Return the refunds that name no original; those of nobody that can be told are refused."""
    persons, kinds = records.table.values["person_id"], list(KINDS)
    for its in records.unnamed_refunds:
        row, kind = its.row + records.table.source.first_row, int(records.kinds[its.row])
        try:
            yield ReadRefund(row, read_document(persons[its.row], kinds[kind], today), its)
        except RegisterError as error:
            report.refuse(row, error)


def _no_more(records: Records, report: Report) -> Iterator[NoMore]:
    """Return the records that count no more, and leave out those cancelled within the file."""
    table = records.table
    first = table.source.first_row
    reason = _("its settlement record counts no more: row {row} of {file}")
    gone = list(records.no_more)
    void = table.void
    if void is not None:
        for row in np.flatnonzero((void != COUNTS) & table.good()).tolist():
            if void[row] == CANCELLED:
                gone.append((row, records.claim_ids[row]))
            report.leave_out(
                row + first,
                _("given back by another row")
                if void[row] == CANCELLED
                else _("gives back another row"),
            )
    for row, record_id in gone:
        yield NoMore(row + first, record_id, reason.format(row=row + first, file=table.source.name))


def _bills(records: Records, mapping: Loaded, defaults: Defaults) -> Iterator[BillRow]:
    table = records.table
    bill = table.bill
    assert bill.derived is not None
    good = table.good()
    if table.void is not None:
        good &= table.void == COUNTS
    rows = np.flatnonzero(good)
    persons = table.values["person_id"].to_list()
    kinds = list(KINDS)
    days = table.values["date"]
    settings = list(table.pack.codes["setting"])
    insurances, insurance = list(table.pack.codes["insurance"]), table.values["insurance"]
    of_records = mapping.name != TEMPLATE
    columns = dict(_further(table))
    for row in rows.tolist():
        terms = bill.derived.terms(row)
        fields = {name: text for name, texts in columns.items() if (text := texts[row])}
        if bill.already_aided[row]:
            fields[AIDED] = format_yuan(int(bill.already_aided[row]))
        yield BillRow(
            row + table.source.first_row,
            persons[row],
            NewBill(
                records.texts["institution"][row] or defaults.institution,
                records.texts["invoice_no"][row] or records.claim_ids[row],
                EPOCH + dt.timedelta(days=int(days[row])),
                settings[table.values["setting"][row]],
                SelfPaid(terms[-1].fen, tuple(terms) if len(terms) > 1 else ()),
                fields,
                record_id=records.claim_ids[row] if of_records else "",
            ),
            kinds[records.kinds[row]],
            records.texts["name"][row],
            records.texts["town"][row],
            insurances[insured] if (insured := int(insurance[row])) >= 0 else "",
        )


_OWN = {
    "claim_id",
    "person_id",
    "household_id",
    "date",
    "setting",
    "category",
    "insurance",
    "self_paid",
    "reverses",
    AIDED,
}
"""Fields that the register keeps in columns of their own, or knows better."""


def _further(table: Table) -> Iterator[tuple[str, Mapping[int, str] | list[str]]]:
    """Return the other fields of the claims as text, "" where a row does not state one."""
    for name, its in table.columns.fields.items():
        if name in _OWN:
            continue
        values: Any = table.values[name]
        blank = np.zeros(table.size, dtype=np.bool_)
        blank[table.blank[name]] = True
        if its.kind in ("id", "text"):
            texts = [text or "" for text in values.to_list()]
        elif its.kind == "date":
            texts = [_day(day) for day in values.tolist()]
        elif its.kind == "code":
            codes = list(table.pack.codes[name])
            texts = [codes[at] if at >= 0 else "" for at in values.tolist()]
        elif its.kind == "money":
            texts = [format_yuan(fen) for fen in values.tolist()]
        else:
            texts = [str(count) for count in values.tolist()]
        yield name, ["" if none else text for text, none in zip(texts, blank.tolist(), strict=True)]


def _day(days: int) -> str:
    return "" if days == NO_DATE else (EPOCH + dt.timedelta(days=days)).isoformat()


def unknown_file(path: Path, nearest: str) -> RegisterError:
    """Say that a file is neither of people nor of bills as far as can be seen."""
    return RegisterError(
        Fault(
            visible_path(path),
            _(
                "has not the columns of a file of people or of bills, nor those of a mapping."
                "{near} Write a template with mediaid register template, or a mapping of your own "
                "with mediaid mapping recognise"
            ).format(near=f" {visible(nearest)}" if nearest else ""),
        )
    )
