"""A forecast as a whole: the central figure, its quantiles, its parts, what moves it, what to
hold it against."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from mediaid.budget.forecast.book import shifted
from mediaid.budget.forecast.central import Central, allocate, central, rounded
from mediaid.budget.forecast.people import People, lay_out
from mediaid.budget.forecast.plain import Plain, plain_of
from mediaid.budget.forecast.simulate import BATCH, draw, quantile, totals, totals_of, widened
from mediaid.budget.forecast.tabulate import SCALE, Levels, bench_of, levels_of, tabulate
from mediaid.engine.coverage import uncovered, why_uncovered
from mediaid.engine.settle import settle
from mediaid.faults import ClaimError, Fault, MediaidError
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mediaid.budget.forecast.book import Book
    from mediaid.budget.forecast.terms import Terms
    from mediaid.engine.lines import Lines
    from mediaid.packs.model import Pack

    Ints = NDArray[np.int64]

QUANTILES = (5, 50, 80, 95)
CHECKED = 100
"""Simulated years that are settled anew by the engine."""
POINT = Fraction(1, 100)

Report = Callable[[str, float], None]
"""Told what is being done, and which part of all (0 to 1). What it raises ends the work: that is
how a caller cancels."""


def quiet(doing: str, done: float) -> None:
    """Report nothing."""


@dataclass(frozen=True)
class Driver:
    """What the central forecast is if one thing is otherwise. 分."""

    name: str
    total: int


@dataclass(frozen=True)
class Path:
    """The way from the aid of the year before to the central forecast. 分.

    `last`: under the policy of `policy_before`; `last_here`: the same claims under that of the
    forecast; `flat`, `priced`, `central`: the forecast without growth, with that of prices, with
    that of prices and persons. `last_known`: the year before was over at the cut-off.
    `provisional` and `warnings` are those of the forecast.
    """

    last_year: int
    last_known: bool
    policy_before: int
    policy: int
    last: int
    last_here: int
    flat: int
    priced: int
    central: int
    provisional: tuple[str, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Forecast:
    """All of a forecast; amounts are 分."""

    terms: Terms
    claims: int
    left_out: int
    """Claims of the files that were not known by the cut-off."""
    known: int
    """Aid of the forecast year's claims in hand, as the engine settles them."""
    central: Central
    quantiles: Mapping[int, int]
    mean: int
    people: People
    levels: Levels
    table: Ints
    simulated: Ints
    plain: Plain
    drivers: tuple[Driver, ...]
    provisional: tuple[str, ...]
    """Values beyond their confirmed period, or drafts, that the forecast rests on."""
    warnings: tuple[str, ...]

    def towns(self, total: int) -> dict[str, int]:
        """Allocate an amount to towns in the central proportions; the parts add up."""
        return allocate(total, self.central.towns)


def forecast(
    book: Book, terms: Terms, pack: Pack, drivers: bool = False, report: Report = quiet
) -> Forecast:
    """Forecast a year's aid from the claims of a book that were known at the cut-off.

    Raises MediaidError where there is too little to learn from or terms make no sense, ClaimError
    where the pack's policy does not cover the year.
    """
    refuse_no_benefits(pack)
    _refuse_terms(book, terms)
    visible = book.by(terms.cut_off)
    report(_("laying out"), 0)
    people = lay_out(visible, terms)
    refuse_policy(visible, terms.settled_in, pack)
    bench = bench_of(visible, people, np.arange(people.rows), terms, pack)
    levels = levels_of(widened(terms.price_sd, people.past))
    table, lines = tabulate(bench, levels, lambda part: report(_("settling"), 0.1 + part / 2))
    simulated = totals(
        people, levels, terms, table, lambda part: report(_("simulating"), 0.6 + part * 0.3)
    )
    ordered = np.sort(simulated)
    report(_("comparing"), 0.9)
    found = Forecast(
        terms=terms,
        claims=int(visible.asked.sum()),
        left_out=left_out(book, visible),
        known=known_aid(visible, terms, pack),
        central=central(visible, people, bench, lines),
        quantiles={q: quantile(ordered, q / 100) for q in QUANTILES} if len(ordered) else {},
        mean=rounded(Fraction(int(simulated.sum()), len(simulated))) if len(simulated) else 0,
        people=people,
        levels=levels,
        table=table,
        simulated=simulated,
        plain=plain_of(visible, terms, pack),
        drivers=drivers_of(visible, terms, pack) if drivers else (),
        provisional=provisional_of(lines),
        warnings=warnings_of(book, visible, people, terms),
    )
    report(_("done"), 1)
    return found


def left_out(book: Book, visible: Book) -> int:
    """How many claims are not among those visible at the cut-off."""
    return int(book.asked.sum()) - int(visible.asked.sum())


def warnings_of(book: Book, visible: Book, people: People, terms: Terms) -> tuple[str, ...]:
    """What whoever reads a figure should know: of claims left out, of the book, of the method."""
    left = left_out(book, visible)
    said = _("{count} claims were not known by {day} and are left out")
    first = [said.format(count=f"{left:,}", day=terms.cut_off)] if left else []
    return (*first, *book.warnings, *people.warnings)


def provisional_of(*settled: Lines) -> tuple[str, ...]:
    """Name the values beyond their confirmed period, or drafts, that lines rest on."""
    found: set[str] = set()
    for lines in settled:
        used = np.unique(lines.provisional).tolist()
        found.update(name for text in used for name in lines.provisional_texts[text].split(";"))
    return tuple(sorted(found - {""}))


def refuse_no_benefits(pack: Pack) -> None:
    """MediaidError if the pack settles nothing: its forecast would be a zero that means nothing."""
    if not pack.benefits:
        raise MediaidError(
            _("The documents of this pack state no benefit of one person with its figures.")
        )


def refuse_policy(book: Book, year: int, pack: Pack) -> None:
    """ClaimError if the pack has no values for a year's days on which claims happened."""
    days = shifted(book.claims.date, year - book.year)
    lacking = days[uncovered(pack, days)]
    if len(lacking):
        raise ClaimError(
            Fault(_("policy of {year}").format(year=year), why_uncovered(pack, int(lacking.min())))
        )


def _refuse_terms(book: Book, terms: Terms) -> None:
    if not 0 <= terms.price_sd <= 0.3 or not 0 <= terms.headcount_sd <= 0.3:
        raise MediaidError(_("a standard deviation lies between 0% and 30%"))
    if not 1 <= terms.continuations <= 255 or terms.simulated < 0:
        raise MediaidError(_("continuations are 1 to 255, simulated years 0 or more"))
    years = terms.year - int(book.year.min()) if book.n else 0
    largest = max((int(fen.max(initial=0)) for fen in book.claims.amounts.values()), default=0)
    if largest * float(1 + abs(terms.price_growth)) ** years * 2.5 * SCALE > 2**61:
        raise MediaidError(_("with this growth amounts grow out of all bounds: check it"))


def known_aid(visible: Book, terms: Terms, pack: Pack) -> int:
    """Aid of the forecast year's claims in hand, as the engine settles them: 分."""
    claims = visible.take(np.flatnonzero(visible.year == terms.year)).claims
    date = shifted(claims.date, terms.settled_in - terms.year)
    return int(settle(replace(claims, date=date), pack).lines.aid.sum())


def central_total(visible: Book, terms: Terms, pack: Pack, **changed: object) -> int:
    """分 of the central forecast, some of the terms being otherwise."""
    its = replace(terms, price_sd=0.0, **changed)  # type: ignore[arg-type]
    return _central(visible, its, pack)[0].total


def _central(visible: Book, terms: Terms, pack: Pack) -> tuple[Central, People, Lines]:
    """The central forecast alone, and what it was made from."""
    people = lay_out(visible, terms)
    bench = bench_of(visible, people, np.arange(people.rows), terms, pack)
    _table, lines = tabulate(bench, levels_of(0))
    return central(visible, people, bench, lines), people, lines


def drivers_of(visible: Book, terms: Terms, pack: Pack) -> tuple[Driver, ...]:
    """What the central forecast would be if one assumption were otherwise."""
    price, heads = terms.price_growth, terms.headcount_growth
    none = Fraction(0)
    others: dict[str, dict[str, object]] = {
        "as-assumed": {},
        "no-growth": {"price_growth": none, "headcount_growth": none},
        "price-plus-point": {"price_growth": price + POINT},
        "headcount-plus-point": {"headcount_growth": heads + POINT},
        "no-late-claims": {"late": False},
    }
    return tuple(
        Driver(name, central_total(visible, terms, pack, **changed))
        for name, changed in others.items()
    )


def path_of(book: Book, terms: Terms, pack: Pack, report: Report = quiet) -> Path | None:
    """How the forecast comes about from the year before; None if no claims of that are known.

    Raises as `forecast` does.
    """
    way = _("the way from last year")
    report(way, 0)
    refuse_no_benefits(pack)
    _refuse_terms(book, terms)
    visible = book.by(terms.cut_off)
    refuse_policy(visible, terms.settled_in, pack)
    last = terms.year - 1
    if last not in visible.years:
        return None
    before = replace(terms, year=last, policy_year=terms.settled_in)
    over = terms.cut_off.year > last
    here = known_aid(visible, before, pack) if over else central_total(visible, before, pack)
    own, policy = here, terms.settled_in
    if terms.policy_year is None:
        try:
            refuse_policy(visible, last, pack)
        except ClaimError:
            pass
        else:
            under = replace(before, policy_year=last)
            own = known_aid(visible, under, pack) if over else central_total(visible, under, pack)
            policy = last
    none = Fraction(0)
    report(way, 0.4)
    its, people, lines = _central(visible, terms, pack)
    report(way, 0.6)
    return Path(
        last_year=last,
        last_known=over,
        policy_before=policy,
        policy=terms.settled_in,
        last=own,
        last_here=here,
        flat=central_total(visible, terms, pack, price_growth=none, headcount_growth=none),
        priced=central_total(visible, terms, pack, headcount_growth=none),
        central=its.total,
        provisional=provisional_of(lines),
        warnings=warnings_of(book, visible, people, terms),
    )


def check_years(
    book: Book, result: Forecast, pack: Pack, count: int = CHECKED, report: Report = quiet
) -> list[tuple[int, int, int]]:
    """Settle simulated years anew, spread over all; return (year, simulated, settled) of each.

    The two amounts are equal to the 分, or the table is wrong.
    """
    terms, people = result.terms, result.people
    visible = book.by(terms.cut_off)
    size = len(result.simulated)
    found = []
    years = sorted({int(its) for its in np.linspace(0, size - 1, min(count, size))})
    for done, year in enumerate(years):
        report(_("settling simulated years again"), done / len(years))
        first = year - year % BATCH
        batch = draw(people, result.levels, terms, first, min(BATCH, size - first))
        at = year - first
        bench = bench_of(visible, people, batch.rows_of(at), terms, pack)
        lines = bench.settled(result.levels.factors[int(batch.level[at])])
        assert totals_of(batch, result.table)[at] == result.simulated[year]
        found.append((year, int(result.simulated[year]), int(lines.aid.sum())))
    return found
