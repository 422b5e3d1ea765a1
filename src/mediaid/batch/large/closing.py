"""Closing pools of a piece: what its claims counted, and what of the opening they left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from mediaid.batch.large.opening import names_of
from mediaid.batch.large.pools_file import ROWS, year_of
from mediaid.engine.pools import counted

if TYPE_CHECKING:
    from mediaid.batch.large.opening import OpeningTable
    from mediaid.engine.settle import Settlement


def closing_frame(settlement: Settlement, opening: OpeningTable | None) -> pl.DataFrame:
    """The pools after a settlement, as `Settlement.closing` gives them for few claims."""
    claims = settlement.claims
    found = [pl.DataFrame(schema=ROWS)]
    for state, rows in settlement.to_close():
        example, amounts, last = counted(claims, state.slots, state.total, rows)
        columns = {
            "pool": pl.repeat(state.name, len(example), dtype=pl.String, eager=True),
            "holder": names_of(claims, state.pool, example),
            "year": year_of(state.pool, state.slots.year[example]),
            "amount": pl.Series(amounts),
            "through": pl.Series(last).cast(pl.Int32),
        }
        found.append(pl.DataFrame(columns))
    closed = pl.concat(found)
    if opening is None:
        return closed
    return pl.concat([closed, opening.rows.join(closed, on=["pool", "holder", "year"], how="anti")])
