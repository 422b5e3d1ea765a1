"""Opening pools of many holders: dealt to the pieces, then found by a join."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from mediaid.batch.ids import PolarsText
from mediaid.batch.large.pools_file import ROWS, read_pools, year_of
from mediaid.batch.large.route import Route, dealt, hashes, own_household
from mediaid.batch.large.spill import append, read_all
from mediaid.engine.opening import NEVER
from mediaid.engine.pools import holder_names
from mediaid.faults import Fault, visible
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from numpy.typing import NDArray

    from mediaid.claims.table import Claims
    from mediaid.engine.work import PoolState
    from mediaid.packs.model import Pack
    from mediaid.packs.schema.rules import Pool

    Ints = NDArray[np.int64]


@dataclass
class OpeningTable:
    """The opening pools of one piece; an `Opening`."""

    pack_hash: str
    rows: pl.DataFrame

    def names(self) -> Collection[str]:
        """Return the pools that have any row; reading the file has refused unknown ones."""
        return ()

    def fill(
        self, state: PoolState, claims: Claims, example: Ints, used: Ints, faults: list[Fault]
    ) -> Ints:
        """Put the amounts into `state.opening`; see `Opening.fill`."""
        through = np.full(state.slots.size, NEVER, dtype=np.int64)
        rows = self.rows.filter(pl.col("pool") == state.name)
        if rows.is_empty():
            return through
        claim = example[used]
        held = pl.DataFrame(
            {
                "holder": names_of(claims, state.pool, claim),
                "year": year_of(state.pool, state.slots.year[claim]),
                "slot": used,
            }
        )
        found = held.join(rows, on=["holder", "year"], how="inner")
        twice = found.filter(pl.col("slot").is_duplicated()).unique("slot", maintain_order=True)
        faults += [
            Fault(
                _("opening pools"),
                _("{holder} stands twice in pool {pool} and period {period}").format(
                    holder=visible(holder), pool=state.name, period=year or "lifetime"
                ),
            )
            for holder, year in twice.select("holder", "year").head(20).iter_rows()
        ]
        slot = found["slot"].to_numpy()
        state.opening[slot] = found["amount"].to_numpy()
        through[slot] = found["through"].to_numpy()
        return through


def names_of(claims: Claims, pool: Pool, rows: Ints) -> pl.Series:
    """The names of the holders of some claims; see `holder_names`."""
    if pool.holder == "person" and isinstance(claims.person_id, PolarsText):
        return claims.person_id.texts.gather(rows)
    return pl.Series(holder_names(claims, pool, rows), dtype=pl.String)


def deal_opening(
    path: Path, pack: Pack, route: Route, pairs: pl.DataFrame | None, folder: Path, rows: int
) -> None:
    """Put each row aside with the piece that its holder's claims are in (`opening-N`)."""
    household_of = _Households(pairs) if pairs is not None else None
    for frame in read_pools(path, pack, rows):
        for name, pool in pack.pools.items():
            its = frame.filter(pl.col("pool") == name)
            if its.height:
                numbers = _pieces(its["holder"], pool, route, household_of)
                for number, part in dealt(its, numbers, route.count):
                    append(folder / f"opening-{number}", part)


def read_opening(folder: Path, number: int, pack: Pack) -> OpeningTable:
    """The opening pools of a piece."""
    frames = list(read_all(folder / f"opening-{number}"))
    return OpeningTable(pack.hash, pl.concat(frames) if frames else pl.DataFrame(schema=ROWS))


def _pieces(holders: pl.Series, pool: Pool, route: Route, household_of: _Households | None) -> Ints:
    if pool.holder == "household":
        own = holders.str.starts_with("person:")
        persons = own_household(hashes(holders.str.strip_prefix("person:")))
        named = hashes(holders.str.strip_prefix("household:"))
        return route.pieces_of_households(np.where(own.to_numpy(), persons, named))
    if pool.holder == "visit":
        person = holders.str.split("/").list.first()
        person = person.str.replace_all("%2F", "/", literal=True)
        holders = person.str.replace_all("%25", "%", literal=True)
    if household_of is None:
        return route.pieces(holders, None)
    return route.pieces_of_households(household_of(hashes(holders)))


class _Households:
    """A household of each person; those of a person go to the same piece."""

    def __init__(self, pairs: pl.DataFrame) -> None:
        pairs = pairs.sort("person")
        self._person = pairs["person"].to_numpy()
        self._household = pairs["household"].to_numpy()

    def __call__(self, person: NDArray[np.uint64]) -> NDArray[np.uint64]:
        if not len(self._person):
            return own_household(person)
        place = np.minimum(np.searchsorted(self._person, person), len(self._person) - 1)
        known = self._person[place] == person
        return np.where(known, self._household[place], own_household(person))
