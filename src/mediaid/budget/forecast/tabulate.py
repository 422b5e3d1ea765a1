"""What each person as laid out is aided, at each level of prices: settled once, by the engine.

A simulated year looks its persons' aid up here. Nothing of a rule is repeated outside the engine:
a year drawn and settled anew gives the same to the 分.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from mediaid.budget.forecast.book import Ranked, shifted
from mediaid.claims.table import NO_DATE
from mediaid.engine.pieces import settle_in_pieces
from mediaid.engine.pools import sum_by
from mediaid.money import half_up

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mediaid.budget.forecast.book import Book
    from mediaid.budget.forecast.people import People
    from mediaid.budget.forecast.terms import Terms
    from mediaid.claims.table import Claims
    from mediaid.engine.lines import Lines
    from mediaid.packs.model import Pack

    Ints = NDArray[np.int64]

SCALE = 10**6
"""Growth and price levels are ratios of whole millionths."""
WIDEST, STEP = 3.0, 1.0
"""Price levels stand at −3, −2 … 3 standard deviations."""


@dataclass(frozen=True, eq=False)
class Levels:
    """Levels of prices around the growth assumed: what amounts are multiplied by, how likely."""

    factors: tuple[Fraction, ...]
    chances: NDArray[np.float64]

    @property
    def middle(self) -> int:
        """The level at which prices are as assumed."""
        return len(self.factors) // 2


def levels_of(sd: float) -> Levels:
    """Return the levels of a price shock whose logarithm has this standard deviation."""
    if sd == 0:
        return Levels((Fraction(1),), np.ones(1))
    steps = round(2 * WIDEST / STEP) + 1
    points = [-WIDEST + STEP * i for i in range(steps)]
    edges = [-math.inf, *(point + STEP / 2 for point in points[:-1]), math.inf]
    below = [0.5 * (1 + math.erf(edge / math.sqrt(2))) for edge in edges]
    chances = np.diff(np.array(below))
    factors = tuple(Fraction(round(math.exp(sd * point) * SCALE), SCALE) for point in points)
    return Levels(factors, chances / chances.sum())


@dataclass(frozen=True, eq=False)
class Bench:
    """The claims of rows of `people`, ready to be settled at any level."""

    claims: Claims
    row: Ints
    """The row that each claim belongs to, from 0 to `rows`."""
    rows: int
    grown: Ints
    moving: NDArray[np.bool_]
    """Claims whose prices may still move: those not in hand."""
    growth: Sequence[Fraction]
    pack: Pack

    def settled(self, level: Fraction) -> Lines:
        """Settle all claims with prices at a level. Raises ClaimError as the engine does."""
        numerators = np.array([round(its * SCALE) for its in self.growth], dtype=np.int64)
        shocked = np.array([round(its * level * SCALE) for its in self.growth], dtype=np.int64)
        factor = np.where(self.moving, shocked[self.grown], numerators[self.grown])
        amounts = {name: half_up(fen, factor, SCALE) for name, fen in self.claims.amounts.items()}
        return settle_in_pieces(replace(self.claims, amounts=amounts), self.pack)

    def by_row(self, lines: Lines) -> Ints:
        """分 of aid by row."""
        return sum_by(self.row[lines.claim], self.rows, lines.aid)


def bench_of(book: Book, people: People, rows: Ints, terms: Terms, pack: Pack) -> Bench:
    """Gather the claims of some rows of `people`, each row persons of its own.

    A row may be named several times, as when a simulated year draws it so often.
    """
    sizes = np.diff(people.start)[rows]
    at = np.repeat(people.start[rows] - (np.cumsum(sizes) - sizes), sizes)
    at = at + np.arange(int(sizes.sum()))
    source, grown = people.source[at], people.grown[at]
    row = np.repeat(np.arange(len(rows)), sizes)
    first = people.seen * people.ways
    in_hand = (rows[row] < first) & (grown == 0) & (book.year[source] == terms.cut_off.year)
    return Bench(
        _claims(book, source, row, terms, pack),
        row,
        len(rows),
        grown,
        ~in_hand,
        people.growth,
        pack,
    )


def _claims(book: Book, source: Ints, row: Ints, terms: Terms, pack: Pack) -> Claims:
    """The claims, moved to the year whose policy applies, held by persons of their row.

    The members of a household keep apart: the j-th of one household stands for the j-th of another.
    """
    base = book.claims
    member = _member(book)[source]
    most = int(member.max(initial=0)) + 1
    person = row * most + member
    date = shifted(base.date[source], terms.settled_in - book.year[source])
    moved = date.astype(np.int64) - base.date[source]
    visit = np.arange(len(source), dtype=np.int64)
    if any(pool.holder == "visit" for pool in pack.pools.values()):
        _each, visit = np.unique(
            person * (int(base.visit.max(initial=0)) + 1) + base.visit[source], return_inverse=True
        )
    ids = Ranked(book.rank[source])
    return replace(
        base.take(source),
        claim_id=ids,
        person_id=Ranked(person),
        date=date,
        person=person,
        household=row if pack.by_household else person,
        visit=visit.astype(np.int64),
        dates={
            name: np.where(days[source] == NO_DATE, NO_DATE, days[source] + moved).astype(np.int32)
            for name, days in base.dates.items()
        },
        household_id=None,
        visit_id=None,
    )


def _member(book: Book) -> Ints:
    """Each claim's person, numbered from 0 within its holder."""
    pairs, place = np.unique(
        book.holder * (int(book.claims.person.max(initial=0)) + 1) + book.claims.person,
        return_inverse=True,
    )
    holder = pairs // (int(book.claims.person.max(initial=0)) + 1)
    first = np.searchsorted(holder, holder, side="left")
    return np.asarray((np.arange(len(pairs)) - first)[place], dtype=np.int64)


def unwatched(part: float) -> None:
    """Tell nobody."""


def tabulate(
    bench: Bench, levels: Levels, done: Callable[[float], None] = unwatched
) -> tuple[Ints, Lines]:
    """Return 分 by level and row, and the lines of the middle level; one settlement a level.

    `done` is told which part (0 to 1) is done before each level.
    """
    table = np.zeros((len(levels.factors), bench.rows), dtype=np.int64)
    middle: Lines | None = None
    for i, level in enumerate(levels.factors):
        done(i / len(levels.factors))
        lines = bench.settled(level)
        table[i] = bench.by_row(lines)
        if i == levels.middle:
            middle = lines
    assert middle is not None
    return table, middle
