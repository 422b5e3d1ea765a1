"""One bill, settled by the engine from the pools it finds: the same at decision and at replay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mediaid.claims.records import from_records
from mediaid.engine.explain import explain
from mediaid.engine.pools import PoolRow, Pools, holder_names, is_event, period_name, years
from mediaid.engine.present import as_data
from mediaid.engine.settle import settle

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mediaid.claims.table import Claims
    from mediaid.engine.explain import BenefitResult
    from mediaid.engine.settle import Settlement
    from mediaid.packs.model import Pack
    from mediaid.register.determinations.facts import BillFacts

PoolKey = tuple[str, str, str]
"""Pool, holder, period."""

OpeningRow = tuple[str, str, str, int]
"""Pool, holder, period, and what was counted before the bill."""


@dataclass(frozen=True)
class Outcome:
    """What a bill was settled from and what came of it. Amounts in 分.

    `lines` hold the columns of determination_line; `uses` what the aid adds to the pools.
    """

    bill_id: int
    claim: Mapping[str, str]
    opening: tuple[OpeningRow, ...]
    explanation: Mapping[str, Any]
    lines: tuple[Mapping[str, Any], ...]
    uses: Mapping[PoolKey, int]
    overpaid: int
    provisional: tuple[str, ...]

    @property
    def aid(self) -> int:
        return sum(int(line["aid"]) for line in self.lines)

    @property
    def payable(self) -> int:
        return sum(int(line["payable"]) for line in self.lines)

    def same_as(self, other: Outcome) -> bool:
        """Whether both give the same figures, line by line, and use the pools alike."""
        return (self.bill_id, self.lines, dict(self.uses), self.overpaid) == (
            other.bill_id,
            other.lines,
            dict(other.uses),
            other.overpaid,
        )


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
    table = settlement.claims
    result = explain(settlement, 0)
    before = {(row[0], row[1], row[2]): int(row[3]) for row in opening}
    after = {(row.pool, row.holder, row.period): row.amount for row in settlement.closing().rows}
    uses = {
        key: after.get(key, 0) - before.get(key, 0)
        for key in _keys(table, pack)
        if not is_event(pack.pools[key[0]])
    }
    return Outcome(
        bill_id,
        dict(claim),
        tuple(opening),
        as_data(result),
        tuple(_line(benefit) for benefit in result.benefits if benefit.applies),
        {key: amount for key, amount in uses.items() if amount},
        result.overpaid,
        result.provisional,
    )


def settled_from(claim: Mapping[str, str], opening: Sequence[OpeningRow], pack: Pack) -> Settlement:
    """Settle a claim, with every step's figures, from what each pool holds before it."""
    # Aid is used up in the order of decisions: whatever stands before a bill counts for it.
    through = str(claim[pack.dating])
    rows = tuple(PoolRow(*row[:3], int(row[3]), through) for row in opening)
    table = from_records([claim], pack, first_row=0)
    return settle(table, pack, Pools(pack.hash, rows), traced=True)


def _keys(table: Claims, pack: Pack) -> list[PoolKey]:
    """Return the amount that the only claim of a table reads of each pool."""
    row = np.zeros(1, dtype=np.int64)
    year = int(years(table.date)[0])
    return [
        (name, holder_names(table, pool, row)[0], period_name(pool, year))
        for name, pool in pack.pools.items()
        if pool.period != "claim"
    ]


def _line(benefit: BenefitResult) -> dict[str, Any]:
    return {
        "benefit": benefit.benefit,
        "base": benefit.base,
        "deducted": benefit.deducted,
        "rate": benefit.rate,
        "uncapped": benefit.uncapped,
        "aid": benefit.aid,
        "payable": benefit.payable,
        "cap_left": benefit.cap_left,
        "bound_by": benefit.bound_by,
        "provisional": list(benefit.provisional),
        "payers": dict(benefit.payers),
    }
