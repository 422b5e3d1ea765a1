"""Chain ladder and Mack's standard error on a triangle of cumulative amounts.

Mack, "Distribution-free calculation of the standard error of chain ladder reserve estimates",
ASTIN Bulletin 23 (1993). Factors are weighted by volume; the variance of the last factor, which one
pair cannot give, is extrapolated log-linearly from those before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ChainLadder:
    """Per origin in the triangle's unit: `ultimate`, `unseen` (ultimate less the latest), `error`.

    `factors[j]` takes age j to age j + 1. `total_error` is the standard error of all unseen
    together, in which the origins share the errors of the factors.
    """

    factors: Floats
    ultimate: Floats
    unseen: Floats
    error: Floats
    total_error: float


def factors_of(triangle: Floats) -> Floats:
    """Return the factor of each age, weighted by volume; 1 where nothing tells.

    `triangle` is origin × age, cumulative, nan where not yet known.
    """
    found = np.ones(triangle.shape[1] - 1)
    for j in range(len(found)):
        pairs = ~np.isnan(triangle[:, j + 1]) & ~np.isnan(triangle[:, j])
        before = triangle[pairs, j].sum()
        if before > 0:
            found[j] = triangle[pairs, j + 1].sum() / before
    return found


def chain_ladder(triangle: Floats) -> ChainLadder:
    """Complete a triangle (origin × age, cumulative, nan where not yet known)."""
    factors = factors_of(triangle)
    known = ~np.isnan(triangle)
    latest = known.sum(axis=1) - 1
    full = triangle.copy()
    for j, factor in enumerate(factors):
        unknown = latest <= j
        full[unknown, j + 1] = full[unknown, j] * factor
    ultimate = full[:, -1]
    unseen = ultimate - triangle[np.arange(len(triangle)), latest]
    variance = _variances(triangle, factors)
    error, total = _mack(triangle, full, factors, variance, latest)
    return ChainLadder(factors, ultimate, unseen, error, total)


def _variances(triangle: Floats, factors: Floats) -> Floats:
    """Mack's σ² of each factor."""
    found = np.full(len(factors), np.nan)
    for j, factor in enumerate(factors):
        pairs = ~np.isnan(triangle[:, j + 1]) & (np.nan_to_num(triangle[:, j]) > 0)
        if pairs.sum() >= 2:
            single = triangle[pairs, j + 1] / triangle[pairs, j]
            found[j] = (triangle[pairs, j] * (single - factor) ** 2).sum() / (pairs.sum() - 1)
    given = np.flatnonzero(~np.isnan(found) & (found > 0))
    missing = np.flatnonzero(np.isnan(found))
    if len(missing):
        if len(given) >= 2:
            slope, level = np.polyfit(given, np.log(np.sqrt(found[given])), 1)
            found[missing] = np.exp(level + slope * missing) ** 2
        else:
            found[missing] = found[given[0]] if len(given) else 0.0
    return found


def _mack(
    triangle: Floats, full: Floats, factors: Floats, variance: Floats, latest: NDArray[np.intp]
) -> tuple[Floats, float]:
    size = len(triangle)
    squares = np.zeros(size)
    shared = np.zeros(size)
    for j, factor in enumerate(factors):
        pairs = ~np.isnan(triangle[:, j + 1])
        volume = np.nansum(triangle[pairs, j])
        if factor <= 0 or volume <= 0:
            continue
        relative = variance[j] / factor**2
        its = (latest <= j) & (full[:, j] > 0)
        squares[its] += relative * (1 / full[its, j] + 1 / volume)
        shared[its] += relative / volume
    ultimate = full[:, -1]
    error = ultimate * np.sqrt(squares)
    total = float((error**2).sum())
    for i in range(size):
        for k in range(i + 1, size):
            # What two origins share are the factors of the ages that both have yet to pass.
            total += 2 * ultimate[i] * ultimate[k] * min(shared[i], shared[k])
    return error, float(np.sqrt(total))
