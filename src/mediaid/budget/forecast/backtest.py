"""How good a forecast would have been: past years, or invented ones, forecast from what was known.

Everything that is tried is reported; nothing is chosen by its result.
"""

from __future__ import annotations

import datetime as dt
import math
from calendar import monthrange
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from mediaid.budget.forecast.book import number_of
from mediaid.budget.forecast.forecast import forecast, known_aid
from mediaid.budget.forecast.synthetic import World, make
from mediaid.budget.forecast.terms import Terms
from mediaid.faults import MediaidError
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from mediaid.budget.forecast.book import Book
    from mediaid.packs.model import Pack

METHODS = ("forecast", "by-months", "chain-ladder")
LOW, HIGH = 5, 95


@dataclass(frozen=True)
class Trial:
    """One forecast and what came: 分. None where a method had nothing to go on."""

    year: int
    month: int
    truth: int
    forecast: int
    by_months: int | None
    chain_ladder: int | None
    low: int
    high: int

    def error(self, method: str) -> float | None:
        """Forecast ÷ truth − 1."""
        found = {
            "forecast": self.forecast,
            "by-months": self.by_months,
            "chain-ladder": self.chain_ladder,
        }[method]
        return None if found is None else found / self.truth - 1

    @property
    def held(self) -> bool:
        """Whether the interval from P5 to P95 held the truth."""
        return self.low <= self.truth <= self.high


@dataclass(frozen=True)
class Score:
    """Of several trials: by method the mean error and its root mean square; what was held."""

    trials: int
    bias: dict[str, float | None]
    rmse: dict[str, float | None]
    held: int

    @property
    def coverage(self) -> float:
        return self.held / self.trials

    @property
    def coverage_error(self) -> float:
        """The standard error of the coverage."""
        return math.sqrt(self.coverage * (1 - self.coverage) / self.trials)


def score(trials: Sequence[Trial]) -> Score:
    """Sum trials up. Raises ValueError for none."""
    if not trials:
        raise ValueError("no trials")
    bias: dict[str, float | None] = {}
    rmse: dict[str, float | None] = {}
    for method in METHODS:
        errors = [its for trial in trials if (its := trial.error(method)) is not None]
        bias[method] = float(np.mean(errors)) if errors else None
        rmse[method] = float(np.sqrt(np.mean(np.square(errors)))) if errors else None
    return Score(len(trials), bias, rmse, sum(trial.held for trial in trials))


def end_of(year: int, month: int) -> dt.date:
    """Return the last day of a month."""
    return dt.date(year, month, monthrange(year, month)[1])


def trial_of(book: Book, pack: Pack, terms: Terms) -> Trial:
    """Forecast the year of the cut-off and hold it against all that the book knows of it."""
    its = forecast(book, terms, pack)
    truth = known_aid(book, terms, pack)
    if truth == 0:
        raise MediaidError(_("the claims of {year} give no aid").format(year=terms.year))
    return Trial(
        terms.year,
        terms.cut_off.month,
        truth,
        its.central.total,
        its.plain.by_months,
        its.plain.chain_ladder,
        its.quantiles[LOW],
        its.quantiles[HIGH],
    )


def years_to_test(book: Book) -> list[int]:
    """Years with an earlier one before them that had ended by the last day the book knows of."""
    years = book.years
    last = int(book.known.max(initial=0))
    return [year for year in years[1:] if number_of(dt.date(year, 12, 31)) <= last]


def backtest(
    book: Book,
    pack: Pack,
    terms: Terms,
    months: Sequence[int],
    report: Callable[[str, float], None] = lambda _doing, _done: None,
) -> Iterator[Trial]:
    """Hold out each past year from the end of each month. Year and cut-off of `terms` do not count.

    Raises MediaidError where no year can be held out.
    """
    years = years_to_test(book)
    if not years:
        raise MediaidError(
            _("there is no year to hold out: two years of claims are needed, the second complete")
        )
    latest = book.years[-1] if terms.policy_year is None else terms.policy_year
    ends = [end_of(year, month) for year in years for month in months]
    for done, end in enumerate(ends):
        report(end.isoformat(), done / len(ends))
        its = replace(terms, year=end.year, cut_off=end, policy_year=latest)
        yield trial_of(book, pack, its)


def synthetic_backtest(
    world: World,
    pack: Pack,
    terms: Terms,
    month: int,
    trials: int,
    report: Callable[[float], None] = lambda _done: None,
) -> list[Trial]:
    """Forecast the last year of invented worlds; trial i is drawn from seed + i.

    Growth is taken as known, which years' own deviations, and what breaks a world, are not.
    """
    found = []
    for i in range(trials):
        its = replace(
            terms,
            year=world.last,
            cut_off=end_of(world.last, month),
            price_growth=world.price_growth,
            headcount_growth=world.headcount_growth,
            seed=terms.seed + i,
            policy_year=None,
        )
        found.append(trial_of(make(world, pack, terms.seed + i), pack, its))
        report((i + 1) / trials)
    return found
