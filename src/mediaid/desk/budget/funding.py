"""Funding as a budget officer works it out: headcounts and assumptions as typed, what they cost."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from mediaid.budget import provenance
from mediaid.budget.funding.assumptions import Assumed, Scenario, parse_growth
from mediaid.budget.funding.headcounts import Headcounts, check_rows, published_headcounts
from mediaid.budget.funding.years import (
    Given,
    budget_years,
    document_year,
    read_years,
)
from mediaid.claims.cells import parse_written_yuan
from mediaid.desk.budget.fields import AskedFor, take, whole
from mediaid.desk.budget.files import headcounts_of
from mediaid.desk.budget.funding_tables import SHOWN, funding_tables
from mediaid.desk.choices import Choice, exact
from mediaid.desk.packs import pack_of
from mediaid.desk.tables import Note, Table, Unit
from mediaid.faults import MediaidError
from mediaid.i18n import gettext as _
from mediaid.money import parse_yuan, plain
from mediaid.packs.schema.types import Label
from mediaid.packs.show.names import figure_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from mediaid.budget.funding.years import BudgetYear
    from mediaid.packs.budget.funding import Funding
    from mediaid.packs.model import Pack

At = tuple[int | None, str]
"""A field: the row of the headcounts it stands in, from 0, or None; and its name."""

COLUMNS = ("place", "area", "headcount")
MOST_PERSONS = 999_999_999


@dataclass(frozen=True)
class Funded:
    """What came of it: tables, notes, and what is wrong where."""

    tables: tuple[Table, ...] = ()
    notes: tuple[Note, ...] = ()
    problems: Mapping[At, str] = field(default_factory=dict)


class FundingSheet:
    """Headcounts and assumptions as typed. Nothing typed is ever refused: `work_out` says what is
    wrong with it."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.funding: Funding | None = next(iter(pack.funding.values()), None)
        self.source = ""
        self.rows: list[dict[str, str]] = []
        self.texts: dict[str, str] = {}
        self.begin()

    @classmethod
    def of(cls, name: str, readings: Mapping[str, str]) -> FundingSheet:
        """Return the sheet of a pack, with its published figures. Raises PackError."""
        return cls(pack_of(name, readings))

    def begin(self) -> None:
        """Put the pack's published headcounts in, and assume nothing."""
        self.texts = {}
        try:
            self.texts["years"] = str(document_year(self.pack))
        except MediaidError:
            self.texts["years"] = ""
        found = published_headcounts(self.pack.published, self.funding) if self.funding else None
        if found is not None:
            self._put(found[0])
        else:
            self.source, self.rows = "", [self._blank()]

    def copy(self) -> FundingSheet:
        """Return a sheet that further typing does not change, to be worked out elsewhere."""
        other = copy.copy(self)
        other.rows = [dict(row) for row in self.rows]
        other.texts = dict(self.texts)
        return other

    def read_file(self, path: Path) -> None:
        """Put the headcounts of a file in. Raises MediaidError with every fault, and changes
        nothing then."""
        self._put(headcounts_of(path, self.pack))

    def _put(self, found: Headcounts) -> None:
        assert self.funding is not None
        self.source = found.source
        by_year = any(year is not None for _place, year in found.counts)
        self.rows = [
            {
                "place": place.name,
                "area": str(self.funding.areas[place.area]),
                "headcount": f"{count:,}",
            }
            | ({"year": str(year)} if by_year else {})
            for (place, year), count in found.counts.items()
        ]
        self.rows.append(self._blank())

    def _blank(self) -> dict[str, str]:
        columns = [*COLUMNS, *(["year"] if any("year" in row for row in self.rows) else [])]
        return dict.fromkeys(columns, "")

    # ── fields ────────────────────────────────────────────────────────────────────────────────

    @property
    def columns(self) -> tuple[tuple[str, str], ...]:
        """The columns of the headcounts, each with its heading; a file may bring years."""
        heads = {"place": _("place"), "area": _("area"), "headcount": _("number of persons")}
        if self.rows and "year" in self.rows[0]:
            heads["year"] = _("year")
        return tuple(heads.items()) if self.funding else ()

    @property
    def areas(self) -> tuple[Choice, ...]:
        """The areas of the funding."""
        areas = self.funding.areas if self.funding else {}
        return tuple(Choice(code, label.zh, label.en) for code, label in areas.items())

    @property
    def fields(self) -> tuple[AskedFor, ...]:
        """What is asked for beside the headcounts."""
        percent = _("a year, such as 2% or -1.5%")
        found = [AskedFor("years", _("years"), _("a year such as 2024, or 2024-2026"))]
        if self.funding:
            for area, label in self.funding.areas.items():
                name = _("growth of persons, {area}").format(area=label)
                found.append(AskedFor(f"headcount/{area}", name, percent))
            for part, its in self.funding.components.items():
                name = _("standard, {part}").format(part=its)
                hint = _("in yuan a head, of the first year; empty: as the pack has it")
                found.append(AskedFor(f"standards/{part}", name, hint))
                name = _("growth of the standard, {part}").format(part=its)
                found.append(AskedFor(f"standard/{part}", name, percent))
        if self.pack.work_funds or self.pack.enrolment:
            hint = _("persons; empty: as the documents have it")
            found.append(AskedFor("insured", _("residents insured"), hint))
            found.append(AskedFor("insured-growth", _("growth of the insured"), percent))
        for name, scheme in (self.pack.enrolment.enrolment if self.pack.enrolment else {}).items():
            if scheme.base is not None:
                base = _("contribution base, {insurance}").format(insurance=scheme.label)
                found.append(AskedFor(f"base/{name}", base, _("in yuan a head and year")))
        return tuple(found)

    def text(self, at: At) -> str:
        """Return what is typed into a field."""
        row, name = at
        return self.texts.get(name, "") if row is None else self.rows[row].get(name, "")

    def type(self, at: At, text: str) -> bool:
        """Take in what is typed; whether a row was added below."""
        row, name = at
        if row is None:
            self.texts[name] = text
            return False
        if self.rows[row].get(name) != text:
            self.rows[row][name] = text
            if self.source:
                self.source = ""
        if any(self.rows[-1].values()):
            self.rows.append(self._blank())
            return True
        return False

    def remove(self, row: int) -> None:
        """Remove a row; the last one, which is blank, stays."""
        if row < len(self.rows) - 1:
            del self.rows[row]
            self.source = ""

    def tidy(self, at: At) -> str:
        """Return a field's text as it reads best; as it is where it cannot be read."""
        text, name = self.text(at), at[1]
        if name == "headcount" and plain(text).replace(",", "").isdecimal():
            return f"{int(plain(text).replace(',', '')[:9]):,}" if len(plain(text)) <= 11 else text
        if name == "area" and (choice := exact(text, self.areas)):
            return choice.label
        return text

    # ── what it comes to ──────────────────────────────────────────────────────────────────────

    def work_out(self, shown: str = SHOWN[0], unit: Unit = Unit.yuan) -> Funded:
        """Return what the headcounts cost under the assumptions, looked at in one of the ways of
        SHOWN; or what is wrong with them."""
        if not (self.pack.funding or self.pack.work_funds or self.pack.enrolment):
            said = _("pack {pack} has no funding, no work funds and no enrolment")
            return Funded(notes=(Note(said.format(pack=self.pack.id), "warn"),))
        problems: dict[At, str] = {}
        years = take(problems, (None, "years"), self.texts.get("years", ""), read_years)
        headcounts = self._headcounts(problems)
        scenario = self._scenario(problems, years)
        given = self._given(problems, headcounts)
        if problems or years is None or scenario is None:
            return Funded(problems=problems)
        if self.funding and not headcounts:
            return Funded(notes=(Note(_("Fill in a place with its area and persons."), "faint"),))
        try:
            found = budget_years(self.pack, years, given, (scenario,))
        except MediaidError as error:
            return Funded(notes=tuple(Note(str(fault), "bad") for fault in error.faults))
        return Funded(funding_tables(found, shown, unit), tuple(self._notes(found)))

    def _headcounts(self, problems: dict[At, str]) -> Headcounts | None:
        if self.funding is None:
            return None
        rows = []
        for row in self.rows:
            its = dict(row)
            its["headcount"] = its["headcount"].replace(",", "").replace("，", "")
            if choice := exact(its["area"], self.areas):
                its["area"] = choice.code
            rows.append(its)
        counts, faults = check_rows(rows, self.funding)
        for fault in faults:
            problems.setdefault((fault.row - 1, fault.column), fault.message)
        return Headcounts(counts, self.source or _("typed in")) if counts else None

    def _scenario(self, problems: dict[At, str], years: range | None) -> Scenario | None:
        growth: dict[str, dict[str, Fraction]] = {"headcount": {}, "standard": {}}
        standards: dict[str, int] = {}
        insured = Fraction(0)
        for asked in self.fields:
            kind, _slash, name = asked.name.partition("/")
            text, at = self.texts.get(asked.name, ""), (None, asked.name)
            if not text.strip():
                continue
            if kind in growth:
                rate = take(problems, at, text, parse_growth)
                if rate is not None:
                    growth[kind][name] = rate
            elif kind == "standards":
                fen = take(problems, at, text, _amount)
                if fen is not None:
                    standards[name] = fen
            elif kind == "insured-growth":
                insured = take(problems, at, text, parse_growth) or insured
        if years is None:
            return None
        assumed = Assumed.model_construct(
            label=Label.model_construct(zh="假定", en="assumed"),
            headcount=growth["headcount"],
            standard=growth["standard"],
            standards={str(years[0]): standards} if standards else {},
            insured=insured,
        )
        return Scenario("", assumed)

    def _given(self, problems: dict[At, str], headcounts: Headcounts | None) -> Given:
        bases: dict[str, int] = {}
        insured = None
        for name, text in self.texts.items():
            if not text.strip():
                continue
            if name == "insured":
                insured = take(problems, (None, name), text, whole(0, MOST_PERSONS))
            elif name.startswith("base/"):
                fen = take(problems, (None, name), text, _amount)
                if fen is not None:
                    bases[name.removeprefix("base/")] = fen
        return Given(headcounts, insured, bases)

    def _notes(self, found: tuple[BudgetYear, ...]) -> Iterator[Note]:
        for its in found:
            for table in its.fundings:
                if table.provisional:
                    said = _(
                        "{year}: [provisional] the year's standard is not issued; the last one is "
                        "carried on: {names}"
                    )
                    names = figure_words(self.pack, table.provisional)
                    yield Note(said.format(year=its.year, names=names), "warn")
                if table.assumed:
                    said = _("{year}: [assumed] {names}")
                    yield Note(said.format(year=its.year, names=", ".join(table.assumed)), "warn")
            for revenue in its.revenues:
                if revenue.total is None:
                    said = _("{year}: {insurance} cannot be computed: fill in {base}")
                    base = revenue.base_label or "–"
                    yield Note(
                        said.format(year=its.year, insurance=revenue.label, base=base), "warn"
                    )
        for table in found[0].fundings:
            about = _("headcounts from: {source}")
            yield Note(about.format(source=table.source), "faint")
        yield Note(provenance.as_line(self.pack), "faint")


def _amount(text: str) -> int:
    fen = parse_written_yuan(text)
    return fen if fen >= 0 else parse_yuan(text)
