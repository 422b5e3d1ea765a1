"""Simulated years: who comes, how their year goes on, and where prices end up.

Three uncertainties enter. Process: which persons come and how their year goes on. Estimation: what
came in earlier years might have come otherwise, so every batch of years draws the earlier years
anew (a bootstrap). System: one level of prices and one of headcount for all persons of a year.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mediaid.budget.forecast.tabulate import unwatched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from mediaid.budget.forecast.people import People, Pool
    from mediaid.budget.forecast.tabulate import Levels
    from mediaid.budget.forecast.terms import Terms

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

BATCH = 50
"""Simulated years that share one redrawn past."""
SLOTS = 32
"""Slots in which the ways of a person's year stand, as many as their chance, for a batch."""


@dataclass(frozen=True, eq=False)
class Batch:
    """Drawn years: `level` each; of every year the rows of persons in hand and of those to come."""

    first: int
    level: Ints
    in_hand: Ints
    """year × person: the row that the person turned out to be."""
    coming: Ints
    coming_year: Ints
    """Each coming person's year within the batch, ascending."""

    def rows_of(self, year: int) -> Ints:
        """All rows drawn in one year of the batch."""
        return np.concatenate([self.in_hand[year], self.coming[self.coming_year == year]])


def batches(people: People, levels: Levels, terms: Terms) -> Iterator[Batch]:
    """Draw all years. Each batch has a random stream of its own, so any can be drawn alone."""
    for first in range(0, terms.simulated, BATCH):
        yield draw(people, levels, terms, first, min(BATCH, terms.simulated - first))


def draw(people: People, levels: Levels, terms: Terms, first: int, size: int) -> Batch:
    """Draw the years first … first + size."""
    rng = np.random.default_rng(np.random.SeedSequence([terms.seed, 1, first]))
    level = rng.choice(len(levels.factors), size=size, p=levels.chances).astype(np.int64)
    heads = np.exp(widened(terms.headcount_sd, people.past) * rng.standard_normal(size))
    in_hand = _in_hand(people, size, rng)
    coming, years = [], []
    for pool in people.pools:
        its, year = _coming(pool, heads, size, rng)
        coming.append(its)
        years.append(year)
    empty = [np.zeros(0, dtype=np.int64)]
    year = np.concatenate(years or empty)
    order = np.argsort(year, kind="stable")
    return Batch(first, level, in_hand, np.concatenate(coming or empty)[order], year[order])


def _in_hand(people: People, size: int, rng: np.random.Generator) -> Ints:
    if people.ways == 1 or people.seen == 0:
        return np.broadcast_to(np.arange(people.seen, dtype=np.int64), (size, people.seen))
    # The past redrawn: donors weigh more or less in this batch (a Bayesian bootstrap), and with
    # them the ways in which persons' years may go on.
    upto = np.take(rng.standard_exponential(people.donors), people.donor)
    np.cumsum(upto, axis=1, out=upto)
    # Slot j stands at (j + a random part) / SLOTS; a way has the slots within its share.
    upto *= SLOTS / upto[:, -1:]
    upto -= rng.random((people.seen, 1))
    np.floor(upto, out=upto)
    reached = np.zeros((people.seen, people.ways + 1), dtype=np.int8)
    reached[:, 1:] = np.clip(upto, -1, SLOTS - 1, out=upto)
    reached[:, 1:] += 1
    reached[:, -1] = SLOTS
    counts = (reached[:, 1:] - reached[:, :-1]).ravel()
    rows = np.arange(people.seen * people.ways).repeat(counts)
    # As many slots as five bits count: the upper bits of random bytes.
    pick = np.frombuffer(rng.bytes(size * people.seen), dtype=np.uint8) // (256 // SLOTS)
    at = pick.reshape(size, people.seen) + np.arange(people.seen, dtype=np.int64) * SLOTS
    # Every place is within bounds: "clip" only spares looking.
    return np.take(rows, at, out=at, mode="clip")


def _coming(pool: Pool, heads: Floats, size: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Draw the persons of a pool who come in each year of a batch: Poisson, from a redrawn past."""
    rate = float(pool.rate) * rng.gamma(pool.counted) / pool.counted
    count = rng.poisson(rate * heads)
    redrawn = rng.integers(0, pool.size, size=pool.size)
    pick = redrawn[rng.integers(0, pool.size, size=int(count.sum()))]
    return pool.first + pick, np.repeat(np.arange(size), count)


def totals(
    people: People,
    levels: Levels,
    terms: Terms,
    table: Ints,
    done: Callable[[float], None] = unwatched,
) -> Ints:
    """Return 分 of every simulated year. `done` is told which part (0 to 1) is done."""
    found = np.zeros(terms.simulated, dtype=np.int64)
    for batch in batches(people, levels, terms):
        done(batch.first / terms.simulated)
        found[batch.first : batch.first + len(batch.level)] = totals_of(batch, table)
    return found


def totals_of(batch: Batch, table: Ints) -> Ints:
    """Look up 分 of each year of a batch."""
    flat, rows = table.ravel(), table.shape[1]
    offset = batch.level * rows
    found = np.take(flat, batch.in_hand + offset[:, None], mode="clip").sum(axis=1)
    coming = flat[batch.coming + offset[batch.coming_year]]
    np.add.at(found, batch.coming_year, coming)
    return np.asarray(found, dtype=np.int64)


def widened(sd: float, years: int) -> float:
    """Return the deviation of a coming year from the average of earlier ones, which deviate too."""
    return sd * math.sqrt(1 + 1 / max(years, 1))


def quantile(ordered: Ints, chance: float) -> int:
    """Return the least simulated total that at least this share of years does not exceed."""
    place = int(np.ceil(chance * len(ordered) - 1e-9)) - 1
    return int(ordered[max(place, 0)])
