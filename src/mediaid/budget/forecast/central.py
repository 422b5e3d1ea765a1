"""The central forecast: prices and headcounts as assumed, every continuation as likely as it is.

It is exact: a sum of whole 分 weighted by exact ratios, rounded once. With all claims known, no
growth and nothing to come it is the engine's total.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING

import numpy as np

from mediaid.engine.pools import sum_by
from mediaid.money import apportion

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mediaid.budget.forecast.book import Book
    from mediaid.budget.forecast.people import People
    from mediaid.budget.forecast.tabulate import Bench
    from mediaid.engine.lines import Lines

    Ints = NDArray[np.int64]

Split = Mapping[str, Fraction]
"""Name → expected 分, exact."""


@dataclass(frozen=True)
class Central:
    """Expected 分, exact: of persons in hand, of those to come, and split in several ways."""

    in_hand: Fraction
    coming: Fraction
    towns: Split
    benefits: Split
    categories: Split
    payers: Split
    """Empty where the pack does not split its benefits among payers."""

    @property
    def exact(self) -> Fraction:
        return self.in_hand + self.coming

    @property
    def total(self) -> int:
        """分, rounded half-up."""
        return rounded(self.exact)


def rounded(amount: Fraction) -> int:
    """Return an expected amount ≥ 0 as whole 分, half-up."""
    return int(amount + Fraction(1, 2))


def allocate(total: int, split: Split) -> dict[str, int]:
    """Split 分 in the proportions of a split, so that the parts add up to it."""
    if not split:
        return {}
    whole = lcm(*(amount.denominator for amount in split.values()))
    weights = [int(amount * whole) for amount in split.values()]
    if not any(weights):
        weights = [1] * len(weights)
    return dict(zip(split, apportion(total, weights), strict=True))


def central(book: Book, people: People, bench: Bench, lines: Lines) -> Central:
    """Return the central forecast from the lines of the middle level."""
    blocks = [(0, people.seen * people.ways, Fraction(1, people.ways))]
    blocks += [(pool.first, pool.size, pool.rate / pool.size) for pool in people.pools]
    row = bench.row[lines.claim]
    source = people.source[lines.claim]
    category = book.claims.codes["category"][source].astype(np.int64)
    benefit = lines.benefit.astype(np.int64)
    benefits = [its.benefit for its in bench.pack.benefits]

    def split(names: Sequence[str], key: Ints, aid: Ints) -> dict[str, Fraction]:
        found = dict.fromkeys(names, Fraction(0))
        for first, size, weight in blocks:
            its = (row >= first) & (row < first + size) & (key >= 0)
            for name, fen in zip(names, sum_by(key[its], len(names), aid[its]), strict=True):
                found[name] += int(fen) * weight
        return {name: amount for name, amount in found.items() if amount}

    parts = []
    for first, size, weight in blocks:
        its = (row >= first) & (row < first + size)
        parts.append(int(lines.aid[its].sum()) * weight)
    zero = np.zeros(lines.n, dtype=np.int64)
    return Central(
        in_hand=parts[0],
        coming=sum(parts[1:], Fraction(0)),
        towns=split(book.towns, book.town[source], lines.aid),
        benefits=split(benefits, benefit, lines.aid),
        categories=split(list(bench.pack.codes["category"]), category, lines.aid),
        payers={
            payer: amount
            for payer, shares in lines.payers.items()
            for amount in split([payer], zero, shares).values()
        },
    )
