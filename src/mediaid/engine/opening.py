"""Pools of a run: empty, or going on from the pools an earlier run closed with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from mediaid.claims.cells import parse_day, show_day
from mediaid.engine.pools import (
    Pools,
    Slots,
    holder_names,
    period_name,
    pool_outlines,
    slots,
    years,
)
from mediaid.engine.work import PoolState
from mediaid.faults import ClaimError, Fault, visible
from mediaid.i18n import gettext as _
from mediaid.packs.schema.values import NO_LIMIT

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from mediaid.claims.table import Claims
    from mediaid.engine.plan import Plan
    from mediaid.engine.pools import PoolRow

    Ints = NDArray[np.int64]

NEVER = int(np.iinfo(np.int32).min)
"""Before any day: nothing is counted yet."""


class Opening(Protocol):
    """A table of many amounts to go on from; `Pools` holds few."""

    pack_hash: str

    def names(self) -> Collection[str]:
        """Return the pools that have any row."""

    def fill(
        self, state: PoolState, claims: Claims, example: Ints, used: Ints, faults: list[Fault]
    ) -> Ints:
        """Put the amounts into `state.opening`; return the last day counted, NEVER where none is.

        `used` are the slots that claims have, `example` gives one claim of each slot. What is
        wrong with the rows of these holders is added to the faults.
        """


def open_pools(plan: Plan, claims: Claims, opening: Pools | Opening | None) -> dict[str, PoolState]:
    """Return every pool of the pack for these claims.

    Raises ClaimError when the opening pools were closed under other rules, or already count days
    after a claim of the same holder: that claim would have to be settled before them.
    """
    pack = plan.pack
    if opening is not None and opening.pack_hash != pack.hash:
        raise ClaimError(
            Fault(
                _("opening pools"),
                _(
                    "were closed under rules {other}, but these are {hash}: settle the earlier "
                    "claims anew under these rules"
                ).format(other=visible(opening.pack_hash), hash=pack.hash),
            )
        )
    pools = {}
    faults: list[Fault] = []
    year = years(claims.date)
    numbered: dict[tuple[str, str], Slots] = {}
    for its in pool_outlines(plan):
        held = numbered.get(its.kind)
        if held is None:
            held = numbered[its.kind] = slots(claims, its.kind, year)
        start, total = np.zeros((2, held.size), dtype=np.int64)
        pools[its.name] = state = PoolState(its, held, start, total)
        if opening is not None and claims.n:
            _fill(state, claims, opening, faults)
            total[:] = start
    unknown = set(opening.names()) - set(pools) if opening else set()
    faults += [
        Fault(
            _("opening pools"),
            _("pack {pack} has no pool {name}").format(pack=pack.id, name=visible(name)),
        )
        for name in sorted(unknown)
    ]
    if faults:
        # A claim before the opening is so for each of its pools: once is enough.
        raise ClaimError(dict.fromkeys(faults))
    return pools


def _fill(state: PoolState, claims: Claims, opening: Pools | Opening, faults: list[Fault]) -> None:
    slot = state.slots.slot
    example = np.full(state.slots.size, -1, dtype=np.int64)
    example[slot] = np.arange(claims.n)
    used = np.flatnonzero(example >= 0)
    if isinstance(opening, Pools):
        through = _fill_from_rows(opening, state, claims, example, used, faults)
    else:
        through = opening.fill(state, claims, example, used, faults)
    late = np.flatnonzero(claims.date < through[slot])
    faults += [
        Fault(
            _("claim {claim}").format(claim=claims.claim_id[row]),
            _(
                "is dated {day}, but the opening pools already count until {through}: settle the "
                "year's claims together"
            ).format(
                day=show_day(int(claims.date[row])), through=show_day(int(through[slot[row]]))
            ),
        )
        for row in late[:20].tolist()
    ]


def _fill_from_rows(
    opening: Pools,
    state: PoolState,
    claims: Claims,
    example: Ints,
    used: Ints,
    faults: list[Fault],
) -> Ints:
    """Fill a pool from few rows; see `Opening.fill`."""
    names = holder_names(claims, state.pool, example[used])
    by_name = {
        (holder, period_name(state.pool, int(state.slots.year[example[s]]))): s
        for s, holder in zip(used.tolist(), names, strict=True)
    }
    through = np.full(state.slots.size, NEVER, dtype=np.int64)
    for row in opening.of(state.name):
        found = by_name.get((row.holder, row.period))
        if not 0 <= row.amount < NO_LIMIT:
            faults.append(
                Fault(
                    _("opening pools"),
                    _("{amount} of {holder} is no amount").format(
                        amount=row.amount, holder=visible(row.holder)
                    ),
                )
            )
        elif found is not None:
            if through[found] > NEVER:
                faults.append(
                    Fault(
                        _("opening pools"),
                        _("{holder} stands twice in pool {pool} and period {period}").format(
                            holder=visible(row.holder),
                            pool=state.name,
                            period=visible(row.period),
                        ),
                    )
                )
            state.opening[found] = row.amount
            through[found] = _through(row, faults)
    return through


def _through(row: PoolRow, faults: list[Fault]) -> int:
    try:
        return parse_day(row.through)
    except ValueError as error:
        where = _("opening pools, {pool} of {holder}").format(
            pool=visible(row.pool), holder=visible(row.holder)
        )
        faults.append(Fault(where, str(error)))
        return NEVER + 1
