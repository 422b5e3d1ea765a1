"""A person's years as tables: bills with what they were given, pools with what is used and left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediaid.i18n import gettext as _
from mediaid.tui.lines import Line
from mediaid.tui.tables import table_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mediaid.desk.register.detail import PersonDetail, Year
    from mediaid.desk.tables import Table

WIDE = 100
"""Cells from which on there is room for the institution."""


def person_lines(its: PersonDetail, width: int) -> list[Line]:
    """Lay a person out in a width."""
    from mediaid.desk.tables import Unit  # noqa: PLC0415 - with the register

    lines = [Line(*said) for said in its.lines]
    for year in its.years:
        for table in _tables(year, width):
            lines += [Line(""), *table_lines(table, Unit.yuan, width)]
    if not its.years:
        lines += [Line(""), Line(_("No bill of this person is known yet."), 0, "faint")]
    return lines


def _tables(its: Year, width: int) -> Iterator[Table]:
    from mediaid.desk.tables import Bar, Money, Row, Table  # noqa: PLC0415 - with the register

    heads = [_("date"), _("setting"), _("case"), _("state")]
    if width >= WIDE:
        heads.insert(2, _("institution"))
    rows = []
    for bill in its.bills:
        names = [bill.date, bill.setting, bill.case, bill.state]
        if width >= WIDE:
            names.insert(2, bill.institution)
        aid = "–" if bill.aid is None else Money(bill.aid)
        rows.append(Row((*names, Money(bill.self_paid), aid)))
    counted = [bill for bill in its.bills if bill.counts]
    blank = [""] * (len(heads) - 1)
    sums = Money(sum(b.self_paid for b in counted)), Money(sum(b.aid or 0 for b in counted))
    rows.append(Row((_("in total"), *blank, *sums), total=True))
    title = _("Bills of {year}").format(year=its.year)
    yield Table(title, (*heads, _("self-paid"), _("aid")), tuple(rows), left=len(heads))
    if its.pools:
        yield Table(
            _("Used and left in {year}").format(year=its.year),
            (_("benefit or pool"), _("used"), _("left")),
            tuple(
                Row(
                    (use.label, Money(use.used), "–" if use.left is None else Money(use.left)),
                    bar=Bar(use.used, use.used + use.left)
                    if use.left is not None and use.alone
                    else None,
                )
                for use in its.pools
            ),
        )
