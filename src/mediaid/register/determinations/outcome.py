"""One bill, settled by the engine from the pools it finds: the same at decision and at replay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mediaid.claims.records import from_records
from mediaid.engine.explain import explain
from mediaid.engine.lines import NO_BENEFIT
from mediaid.engine.pools import PoolRow, Pools, holder_names, is_event, period_name, years
from mediaid.engine.present import as_data
from mediaid.engine.settle import settle
from mediaid.engine.work import NO_CAP

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mediaid.claims.table import Claims
    from mediaid.engine.lines import Lines
    from mediaid.engine.settle import Settlement
    from mediaid.packs.model import Pack
    from mediaid.register.determinations.facts import BillFacts

PoolKey = tuple[str, str, str]
"""Pool, holder, period."""

OpeningRow = tuple[str, str, str, int]
"""Pool, holder, period, and what was counted before the bill."""


@dataclass(frozen=True)
class Figures:
    """What a bill gives, in 分.

    `lines` hold the columns of determination_line; `uses` what the aid adds to the pools.
    """

    lines: tuple[Mapping[str, Any], ...]
    uses: Mapping[PoolKey, int]
    overpaid: int


@dataclass(frozen=True)
class Outcome(Figures):
    """What a bill was settled from and what came of it. Amounts in 分."""

    bill_id: int
    claim: Mapping[str, str]
    opening: tuple[OpeningRow, ...]
    explanation: Mapping[str, Any]
    provisional: tuple[str, ...]

    @property
    def aid(self) -> int:
        return sum(int(line["aid"]) for line in self.lines)

    @property
    def payable(self) -> int:
        return sum(int(line["payable"]) for line in self.lines)

    def gives(self, figures: Figures) -> bool:
        """Whether it has the same figures, line by line, and uses the pools alike."""
        return (self.lines, dict(self.uses), self.overpaid) == (
            figures.lines,
            dict(figures.uses),
            figures.overpaid,
        )

    def same_as(self, other: Outcome) -> bool:
        """Whether both are of the same bill and give the same."""
        return self.bill_id == other.bill_id and self.gives(other)


class EventPools:
    """What event pools hold before each bill of a group.

    It depends on bills alone, so one settlement of all of them tells it: of those of a bill's year,
    or of all years where a pool counts for a lifetime. `bills` are those that count, in settle
    order.
    """

    def __init__(self, bills: Sequence[BillFacts], pack: Pack) -> None:
        self._bills = bills
        self._pack = pack
        self._lifetime = any(
            is_event(pool) and pool.period == "lifetime" for pool in pack.pools.values()
        )
        self._known: dict[int | None, dict[int, dict[str, int]]] = {}

    def before(self, bill: BillFacts) -> dict[str, int]:
        """Return the amount by pool, in 分 (or claims)."""
        year = None if self._lifetime else bill.day(self._pack).year
        if year not in self._known:
            self._known[year] = self._settled(year)
        return self._known[year][bill.id]

    def _settled(self, year: int | None) -> dict[int, dict[str, int]]:
        bills = [its for its in self._bills if year in (None, its.day(self._pack).year)]
        settlement = settle([its.claim(self._pack) for its in bills], self._pack)
        return {its.id: settlement.counted_before(row) for row, its in enumerate(bills)}


def settle_bill(
    bill: BillFacts, events: EventPools, used: Mapping[PoolKey, int], pack: Pack
) -> Outcome:
    """Settle a bill from the event pools before it and the aid already `used`."""
    claim = bill.claim(pack)
    counted = events.before(bill)
    opening = tuple(
        (*key, amount)
        for key in _keys(from_records([claim], pack, first_row=0), pack)
        if (amount := counted.get(key[0], 0) if is_event(pack.pools[key[0]]) else used.get(key, 0))
    )
    return replay(bill.id, claim, opening, pack)


def replay(
    bill_id: int, claim: Mapping[str, str], opening: Sequence[OpeningRow], pack: Pack
) -> Outcome:
    """Settle a claim from what it was decided on. Raises ClaimError where the rules refuse it."""
    settlement = settled_from(claim, opening, pack)
    [figures] = figures_of(settlement)
    result = explain(settlement, 0)
    return Outcome(
        figures.lines,
        figures.uses,
        figures.overpaid,
        bill_id,
        dict(claim),
        tuple(opening),
        as_data(result),
        result.provisional,
    )


def settled_from(claim: Mapping[str, str], opening: Sequence[OpeningRow], pack: Pack) -> Settlement:
    """Settle a claim, with every step's figures, from what each pool holds before it."""
    return _settled([(claim, opening)], pack, traced=True)


def settle_apart(
    bills: Sequence[tuple[Mapping[str, str], Sequence[OpeningRow]]], pack: Pack
) -> list[Figures]:
    """Settle claims of which no two share a pool, each from what its pools hold before it.

    Raises ClaimError where the rules refuse any of them.
    """
    return figures_of(_settled(bills, pack))


def _settled(
    bills: Sequence[tuple[Mapping[str, str], Sequence[OpeningRow]]],
    pack: Pack,
    *,
    traced: bool = False,
) -> Settlement:
    # Aid is used up in the order of decisions: whatever stands before a bill counts for it.
    rows = tuple(
        PoolRow(*row[:3], int(row[3]), through=str(claim[pack.dating]))
        for claim, opening in bills
        for row in opening
    )
    table = from_records([claim for claim, _opening in bills], pack, first_row=0)
    return settle(table, pack, Pools(pack.hash, rows), traced=traced)


def figures_of(settlement: Settlement) -> list[Figures]:
    """Return what each claim gives; no two of them share a pool."""
    lines: list[list[Mapping[str, Any]]] = [[] for _claim in range(settlement.claims.n)]
    overpaid = [0] * settlement.claims.n
    its = settlement.lines
    for at, claim in enumerate(its.claim.tolist()):
        if its.benefit[at] != NO_BENEFIT:
            lines[claim].append(_line(its, at))
        if its.overpaid is not None:
            overpaid[claim] += int(its.overpaid[at])
    return [
        Figures(tuple(of_claim), uses, over)
        for of_claim, uses, over in zip(lines, _uses(settlement), overpaid, strict=True)
    ]


def _uses(settlement: Settlement) -> list[dict[PoolKey, int]]:
    """Return what each claim's aid adds to the pools."""
    claims = settlement.claims
    every = np.arange(claims.n)
    found: list[dict[PoolKey, int]] = [{} for _claim in every]
    for state, _counts in settlement.to_close():
        if is_event(state.pool):
            continue
        added = (state.total - state.opening)[state.slots.slot]
        used = added.nonzero()[0]
        holders = holder_names(claims, state.pool, used)
        for row, holder in zip(used.tolist(), holders, strict=True):
            period = period_name(state.pool, int(state.slots.year[row]))
            found[row][state.name, holder, period] = int(added[row])
    return found


def _keys(table: Claims, pack: Pack) -> list[PoolKey]:
    """Return the amount that the only claim of a table reads of each pool."""
    row = np.zeros(1, dtype=np.int64)
    year = int(years(table.date)[0])
    return [
        (name, holder_names(table, pool, row)[0], period_name(pool, year))
        for name, pool in pack.pools.items()
        if pool.period != "claim"
    ]


def _line(lines: Lines, at: int) -> dict[str, Any]:
    left = int(lines.cap_left[at])
    provisional = lines.provisional_texts[lines.provisional[at]]
    return {
        "benefit": lines.benefit_ids[lines.benefit[at]],
        "base": int(lines.base[at]),
        "deducted": int(lines.deducted[at]),
        "rate": lines.rate_texts[lines.rate[at]],
        "uncapped": int(lines.uncapped[at]),
        "aid": int(lines.aid[at]),
        "payable": int(lines.payable[at]),
        "cap_left": None if left == NO_CAP else left,
        "bound_by": lines.bound_by_texts[lines.bound_by[at]],
        "provisional": provisional.split(";") if provisional else [],
        "payers": {payer: int(shares[at]) for payer, shares in lines.payers.items()},
    }
