"""Which piece a claim is settled in: claims that belong together go to the same one.

Holders are told apart by 64-bit hashes. Two of the same hash go to the same piece, which is a
little larger then and otherwise the same: nothing else rests on these hashes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from mediaid.engine.order import components

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Hashes = NDArray[np.uint64]
    Numbers = NDArray[np.int64]

_OWN = np.uint64(0x9E37_79B9_7F4A_7C15)
_SOME = 1 << 20


def hashes(texts: pl.Series) -> Hashes:
    """The hash of each text."""
    return texts.hash().to_numpy()


def own_household(persons: Hashes) -> Hashes:
    """The household of persons who have no other."""
    return persons ^ _OWN


def household_hashes(persons: pl.Series, households: pl.Series) -> Hashes:
    """The hash of each claim's household; without one, that of the person's own household."""
    own = own_household(hashes(persons))
    return np.where((households == "").to_numpy(), own, hashes(households))


def pairs_of(chunks: Iterable[tuple[pl.Series, pl.Series]]) -> pl.DataFrame:
    """The distinct pairs of persons and households, as hashes."""
    kept: list[pl.DataFrame] = []
    new = 0
    for persons, households in chunks:
        pairs = {"person": hashes(persons), "household": household_hashes(persons, households)}
        kept.append(pl.DataFrame(pairs).unique())
        new += kept[-1].height
        if new > max(_SOME, kept[0].height):
            kept, new = [pl.concat(kept).unique()], 0
    return pl.concat(kept).unique() if kept else pl.DataFrame({"person": [], "household": []})


@dataclass(frozen=True)
class Route:
    """Sends holders to `count` pieces; `joined` households (sorted hashes) go where `root` goes."""

    count: int
    joined: Hashes | None = None
    root: Hashes | None = None

    @staticmethod
    def of_households(count: int, pairs: pl.DataFrame) -> Route:
        """Send all households that share persons to the same piece."""
        several = pairs.filter(pl.col("person").is_duplicated())
        if several.is_empty():
            none = np.empty(0, dtype=np.uint64)
            return Route(count, none, none)
        _hashes, person = np.unique(several["person"].to_numpy(), return_inverse=True)
        joined, household = np.unique(several["household"].to_numpy(), return_inverse=True)
        root = np.empty(len(joined), dtype=np.uint64)
        root[household] = joined[components(person, household)]
        return Route(count, joined, root)

    def pieces(self, persons: pl.Series, households: pl.Series | None) -> Numbers:
        """The piece of each claim."""
        if self.joined is None or households is None:
            return self._piece(hashes(persons))
        return self.pieces_of_households(household_hashes(persons, households))

    def pieces_of_households(self, household: Hashes) -> Numbers:
        """The piece of each household, given as hashes."""
        if self.joined is not None and self.root is not None and len(self.joined):
            place = np.minimum(np.searchsorted(self.joined, household), len(self.joined) - 1)
            household = np.where(self.joined[place] == household, self.root[place], household)
        return self._piece(household)

    def _piece(self, key: Hashes) -> Numbers:
        # The high bits: neighbours of the low ones share a place in tables of hashes elsewhere.
        return ((key >> np.uint64(32)) % np.uint64(self.count)).astype(np.int64)


def dealt(frame: pl.DataFrame, numbers: Numbers, count: int) -> Iterable[tuple[int, pl.DataFrame]]:
    """The rows of each number below `count` that occurs, in their order."""
    # numpy sorts 16-bit integers by radix, several times as fast.
    order = np.argsort(numbers.astype(np.uint16), kind="stable")
    sizes = np.bincount(numbers, minlength=count)
    ends = np.cumsum(sizes)
    sorted_ = frame[order.astype(np.uint32)]
    for number in np.flatnonzero(sizes).tolist():
        yield number, sorted_.slice(int(ends[number] - sizes[number]), int(sizes[number]))
