"""Headcounts by place: from a table of rows, or from the figures that a document publishes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mediaid.faults import Fault, MediaidError, nearest, visible
from mediaid.i18n import gettext as _
from mediaid.money import plain
from mediaid.packs.budget.funding import Funding
from mediaid.packs.budget.published import Published
from mediaid.packs.schema.types import Label

COLUMNS = {
    "place": Label(zh="单位", en="place"),
    "area": Label(zh="户籍地区", en="area"),
    "headcount": Label(zh="人数", en="headcount"),
    "year": Label(zh="年度", en="year"),
}
"""The columns of a headcount file; area and headcount are required."""

SHOWN = 20
FIRST_ROW = 2


@dataclass(frozen=True)
class Place:
    """A town or street: its name, and the area of the pack's funding that it belongs to."""

    name: str
    area: str


@dataclass(frozen=True)
class Headcounts:
    """Persons by place and year; None as year: of whatever year is asked for.

    `source` says where they come from.
    """

    counts: Mapping[tuple[Place, int | None], int]
    source: str

    @property
    def places(self) -> tuple[Place, ...]:
        """Every place, in the order of its first mention."""
        return tuple(dict.fromkeys(place for place, _year in self.counts))

    def known(self, place: Place, year: int) -> tuple[int, int | None]:
        """Return the headcount of the latest year up to `year`, and that year.

        Raises MediaidError if the place has none yet.
        """
        if (place, None) in self.counts:
            return self.counts[place, None], None
        years = [y for p, y in self.counts if p == place and y is not None and y <= year]
        if not years:
            raise MediaidError(
                Fault(
                    self.source,
                    _("{place} has no headcount of {year} or before").format(
                        place=visible(place.name), year=year
                    ),
                )
            )
        return self.counts[place, max(years)], max(years)


def published_headcounts(
    published: Published | None, funding: Funding
) -> tuple[Headcounts, int] | None:
    """Return the headcounts that a document publishes for a funding, and their year."""
    for relation in published.relations.values() if published else ():
        need = relation.need
        if published and need and need.funding == funding.funding:
            figures = published.all_figures
            counts: dict[tuple[Place, int | None], int] = {
                (Place(str(funding.areas[area]), area), None): int(figures[ref].exact)
                for area, ref in need.headcounts.items()
            }
            places = dict.fromkeys(figures[ref].at for ref in need.headcounts.values())
            source = _("published: {label}, {places}").format(
                label=published.label, places=_("; ").join(places)
            )
            return Headcounts(counts, source), need.on.year
    return None


def read_headcounts(
    headings: Sequence[str], rows: Sequence[Sequence[str]], funding: Funding, name: str
) -> Headcounts:
    """Understand a table of headcounts. `name` is what faults call it; row 2 is the first.

    Raises MediaidError with every fault: unknown headings or areas, headcounts that are no whole
    numbers ≥ 0, a place that stands twice.
    """
    at = _columns(headings, name)
    cells = [{column: row[i] for column, i in at.items()} for row in rows]
    counts, wrong = check_rows(cells, funding, FIRST_ROW)
    faults = [Fault(_where(name, fault.row, fault.column), fault.message) for fault in wrong]
    if not counts and not faults:
        faults.append(Fault(name, _("holds no headcounts: below the headings all is empty")))
    if faults:
        rest = len(faults) - SHOWN
        more = [Fault(name, _("and {count} more faults").format(count=rest))] if rest > 0 else []
        raise MediaidError([*faults[:SHOWN], *more])
    return Headcounts(counts, name)


@dataclass(frozen=True)
class RowFault:
    """What is wrong in a row, by its number, at one of COLUMNS."""

    row: int
    column: str
    message: str


def check_rows(
    rows: Sequence[Mapping[str, str]], funding: Funding, first: int = 1
) -> tuple[dict[tuple[Place, int | None], int], list[RowFault]]:
    """Understand rows of texts by column; return the headcounts of the good ones, and every fault.

    Rows are numbered from `first`; those without any text are passed over.
    """
    faults: list[RowFault] = []
    counts: dict[tuple[Place, int | None], int] = {}
    seen: dict[tuple[Place, int | None], int] = {}
    for number, row in enumerate(rows, first):
        cells = {column: plain(text) for column, text in row.items()}
        if not any(cells.values()):
            continue
        found = list(_row_faults(cells, funding))
        if found:
            faults += [RowFault(number, column, text) for column, text in found]
            continue
        area = _areas(funding)[cells["area"].casefold()]
        place = Place(cells.get("place") or str(funding.areas[area]), area)
        key = (place, int(cells["year"]) if "year" in cells else None)
        if key in seen:
            message = _("{place} stands in row {other} already").format(
                place=visible(place.name), other=seen[key]
            )
            faults.append(RowFault(number, "place", message))
        seen.setdefault(key, number)
        counts[key] = int(cells["headcount"])
    return counts, faults


def _columns(headings: Sequence[str], name: str) -> dict[str, int]:
    known = {word: column for column, its in COLUMNS.items() for word in (column, its.zh, its.en)}
    found: dict[str, int] = {}
    faults = []
    for i, heading in enumerate(headings):
        column = known.get(plain(heading).casefold())
        if column is None:
            message = _("is not known.{nearest} A headcount file has: {columns}").format(
                nearest=nearest(plain(heading), known),
                columns=", ".join(f"{c} {its.zh}" for c, its in COLUMNS.items()),
            )
            faults.append(Fault(_where(name, 1, heading), message))
        elif column in found:
            faults.append(Fault(_where(name, 1, heading), _("the column stands twice")))
        else:
            found[column] = i
    faults += [
        Fault(_where(name, 1, column), _("the column is missing"))
        for column in ("area", "headcount")
        if column not in found
    ]
    if faults:
        raise MediaidError(faults)
    return found


def _where(name: str, row: int, column: str) -> str:
    label = COLUMNS[column].zh if column in COLUMNS else ""
    shown = f"{column} {label}" if label else visible(column)
    return _("{file}, row {row}, {column}").format(file=name, row=row, column=shown)


def _areas(funding: Funding) -> dict[str, str]:
    return {
        word.casefold(): area
        for area, label in funding.areas.items()
        for word in (area, plain(label.zh), plain(label.en))
    }


def _row_faults(cells: Mapping[str, str], funding: Funding) -> Iterator[tuple[str, str]]:
    areas = _areas(funding)
    if cells["area"].casefold() not in areas:
        yield (
            "area",
            _("{area} is not an area of {funding}: write {areas}.{nearest}").format(
                area=visible(cells["area"]) or _("(empty)"),
                funding=funding.funding,
                areas=" / ".join(f"{area} {label.zh}" for area, label in funding.areas.items()),
                nearest=nearest(cells["area"], areas),
            ),
        )
    count = cells["headcount"]
    if not re.fullmatch(r"\d{1,9}", count, re.ASCII):
        yield "headcount", _bad_count(count)
    if "year" in cells and not re.fullmatch(r"(19|20)\d\d", cells["year"], re.ASCII):
        yield (
            "year",
            _("{value} is not a year: write it as 2024").format(
                value=visible(cells["year"]) or _("(empty)")
            ),
        )


def _bad_count(count: str) -> str:
    if not count:
        return _("the headcount is missing: give 0 if nobody is registered there")
    if re.fullmatch(r"-\d+", count):
        return _("the headcount {count} is negative").format(count=visible(count))
    return _("the headcount {count} is not a whole number of at most nine digits").format(
        count=visible(count)
    )
