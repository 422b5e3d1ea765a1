"""Everything a bureau has to fund in a year: by place, payer and component, month by month."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from mediaid.budget.funding.assumptions import NOTHING, Scenario, assumed_scheme, grown
from mediaid.budget.funding.headcounts import Headcounts, Place, published_headcounts
from mediaid.budget.funding.need import need_under
from mediaid.budget.funding.revenue import Revenue, revenues
from mediaid.budget.funding.workfunds import WorkFundAmount, work_fund_lines
from mediaid.faults import Fault, MediaidError
from mediaid.i18n import gettext as _
from mediaid.money import apportion
from mediaid.packs.budget.funding import Funding, NoValueError, scheme_on
from mediaid.packs.schema.types import Cite
from mediaid.packs.schema.values import in_force

if TYPE_CHECKING:
    from mediaid.packs.model import Pack

PARTICIPANTS = "participants"
MOST_YEARS = 30
MONTHS, QUARTERS = 12, 4


@dataclass(frozen=True)
class Row:
    """分 of a year that one payer (or the participants) gives for one component in one place."""

    place: Place
    payer: str
    component: str
    fen: int


@dataclass(frozen=True)
class FundingTable:
    """The need of one funding in one year. Every total is a sum of its rows."""

    funding: Funding
    headcounts: Mapping[Place, int]
    rows: tuple[Row, ...]
    provisional: tuple[str, ...]
    assumed: tuple[str, ...]
    citations: tuple[Cite, ...]
    source: str

    @property
    def payers(self) -> tuple[str, ...]:
        """The payers, and last the participants."""
        return (*self.funding.payers, PARTICIPANTS)

    def total(
        self, payer: str | None = None, component: str | None = None, place: Place | None = None
    ) -> int:
        """分 of one payer, component or place; None: of all."""
        return sum(self._picked(payer, component, place))

    def fiscal(self, place: Place | None = None, component: str | None = None) -> int:
        """分 of all payers, the participants' part apart."""
        return self.total(component=component, place=place) - self.total(
            PARTICIPANTS, component, place
        )

    def by_month(self, payer: str | None = None, place: Place | None = None) -> list[int]:
        """分 by month: each row in twelve equal parts, 分 left over in its first months.

        So the months of all rows add up to the months of the total, and to the year.
        """
        months = [0] * MONTHS
        for fen in self._picked(payer, None, place):
            for month, part in enumerate(apportion(fen, [1] * MONTHS)):
                months[month] += part
        return months

    def by_quarter(self, payer: str | None = None, place: Place | None = None) -> list[int]:
        """分 by quarter: the sum of its months."""
        months = self.by_month(payer, place)
        return [sum(months[3 * q : 3 * q + 3]) for q in range(QUARTERS)]

    def _picked(self, payer: str | None, component: str | None, place: Place | None) -> list[int]:
        return [
            row.fen
            for row in (self.rows if place is None else self._by_place.get(place, ()))
            if payer in (None, row.payer) and component in (None, row.component)
        ]

    @cached_property
    def _by_place(self) -> Mapping[Place, list[Row]]:
        found: dict[Place, list[Row]] = {}
        for row in self.rows:
            found.setdefault(row.place, []).append(row)
        return found


@dataclass(frozen=True)
class BudgetYear:
    """What a pack's policy asks of a year under one scenario."""

    year: int
    scenario: Scenario
    fundings: tuple[FundingTable, ...]
    work_funds: tuple[WorkFundAmount, ...]
    revenues: tuple[Revenue, ...]


@dataclass(frozen=True)
class Given:
    """What the caller knows better than the pack.

    `headcounts` of the fundings; persons `insured`; contribution `bases`: scheme → 分 a head and
    year.
    """

    headcounts: Headcounts | None = None
    insured: int | None = None
    bases: Mapping[str, int] = field(default_factory=dict)


def read_years(text: str) -> range:
    """Read 2024 or 2024-2026. Raises ValueError, which says how to write it, for anything else."""
    found = re.fullmatch(r"((?:19|20)\d\d)(?:-((?:19|20)\d\d))?", text, re.ASCII)
    if found is None:
        raise ValueError(_("write a year such as 2024, or 2024-2026"))
    first, last = int(found[1]), int(found[2] or found[1])
    if not first <= last < first + MOST_YEARS:
        raise ValueError(
            _("the last year lies between {first} and {last}").format(
                first=first, last=first + MOST_YEARS - 1
            )
        )
    return range(first, last + 1)


def document_year(pack: Pack) -> int:
    """Return the year of the pack's document. Raises MediaidError if it funds nothing."""
    for funding in pack.funding.values():
        found = published_headcounts(pack.published, funding)
        if found:
            return found[1]
    starts = [
        dated.from_.year
        for funding in pack.funding.values()
        for dated in funding.parameters.standard.values
    ]
    starts += [
        dated.from_.year
        for part in (
            pack.work_funds.work_funds.values() if pack.work_funds else (),
            pack.enrolment.enrolment.values() if pack.enrolment else (),
        )
        for line in part
        for dated in line.values
    ]
    if not starts:
        raise MediaidError(
            _("pack {pack} has no funding, no work funds and no enrolment").format(pack=pack.id)
        )
    return max(starts)


def budget_years(
    pack: Pack,
    years: Sequence[int],
    given: Given = Given(),
    scenarios: Sequence[Scenario] = (),
) -> tuple[BudgetYear, ...]:
    """Return every year under every scenario, scenario by scenario.

    Raises MediaidError where a year has no value or a place no headcount.
    """
    return tuple(
        _year(pack, year, years[0], given, scenario)
        for scenario in scenarios or (Scenario("", NOTHING),)
        for year in years
    )


def _year(pack: Pack, year: int, first: int, given: Given, scenario: Scenario) -> BudgetYear:
    on = dt.date(year, 1, 1)
    growth = scenario.assumed.insured

    def heads(documented: int) -> int:
        count = documented if given.insured is None else given.insured
        return grown(count, growth, year - first)

    return BudgetYear(
        year=year,
        scenario=scenario,
        fundings=tuple(
            _table(pack, funding, year, first, given.headcounts, scenario)
            for funding in pack.funding.values()
        ),
        work_funds=work_fund_lines(pack, on, heads),
        revenues=revenues(pack, on, given.bases, heads),
    )


def _table(
    pack: Pack,
    funding: Funding,
    year: int,
    first: int,
    headcounts: Headcounts | None,
    scenario: Scenario,
) -> FundingTable:
    if headcounts is None:
        found = published_headcounts(pack.published, funding)
        if found is None:
            raise MediaidError(
                _("the pack publishes no headcounts of {funding}: give --headcounts FILE").format(
                    funding=funding.funding
                )
            )
        headcounts = found[0]
    on = dt.date(year, 1, 1)
    try:
        scheme = scheme_on(funding, on)
    except NoValueError as error:
        raise MediaidError(Fault("", str(error))) from error
    stated = in_force(funding.parameters.standard.values, on)
    since = max(first, stated[0].from_.year if stated else first)
    scheme, changed = assumed_scheme(scheme, scenario.assumed, year, since)
    counts, assumed = _counts(headcounts, year, first, scenario)
    rows: list[Row] = []
    for place, count in counts.items():
        areas = {area: count if area == place.area else 0 for area in funding.areas}
        need = need_under(funding, scheme, areas, on)
        rows += [
            Row(place, share.payer, share.component, share.fen)
            for share in need.shares
            if share.area == place.area
        ]
        rows += [
            Row(place, PARTICIPANTS, part.component, part.fen)
            for part in need.contributions
            if part.area == place.area
        ]
    return FundingTable(
        funding=funding,
        headcounts=counts,
        rows=tuple(rows),
        provisional=scheme.provisional,
        assumed=tuple(f"{funding.funding}/standard/{name}" for name in changed) + assumed,
        citations=scheme.citations,
        source=headcounts.source,
    )


def _counts(
    headcounts: Headcounts, year: int, first: int, scenario: Scenario
) -> tuple[dict[Place, int], tuple[str, ...]]:
    """Each place's headcount, grown from the last year it is known; and which areas are assumed."""
    counts: dict[Place, int] = {}
    assumed: dict[str, None] = {}
    for place in headcounts.places:
        count, known = headcounts.known(place, year)
        since = first if known is None else known
        rate = scenario.assumed.headcount.get(place.area)
        if rate and year > since:
            count = grown(count, rate, year - since)
            assumed[f"headcount/{place.area}"] = None
        counts[place] = count
    return counts, tuple(assumed)
