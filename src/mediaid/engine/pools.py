"""Pools: what has been counted for each holder in each period, before a claim."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mediaid.claims.cells import show_day
from mediaid.packs.schema.rules import Amounts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mediaid.claims.table import Claims, TextColumn
    from mediaid.engine.plan import Plan
    from mediaid.packs.model import Pack
    from mediaid.packs.schema.rules import Benefit, Pool

    Ints = NDArray[np.int64]

LIFETIME = "lifetime"

_DAYS, _YEARS = np.dtype("datetime64[D]"), np.dtype("datetime64[Y]")


@dataclass(frozen=True)
class PoolRow:
    """One amount of the pools table: 分 (or claims) counted for a holder in a period.

    `period` is a year such as 2023, or "lifetime"; `through` the last day counted.
    """

    pool: str
    holder: str
    period: str
    amount: int
    through: str


@dataclass(frozen=True)
class Pools:
    """Opening or closing pools, under the rules that `pack_hash` names."""

    pack_hash: str
    rows: tuple[PoolRow, ...] = ()

    def names(self) -> set[str]:
        """Return the pools that have any row."""
        return {row.pool for row in self.rows}

    def of(self, pool: str) -> Iterator[PoolRow]:
        """Return the rows of one pool."""
        return (row for row in self.rows if row.pool == pool)


def is_event(pool: Pool) -> bool:
    """Whether a pool depends on bills alone, not on any aid."""
    return pool.counts == "claims" or (
        isinstance(pool.counts, Amounts) and not pool.counts.less_aid
    )


@dataclass(frozen=True)
class PoolOutline:
    """What is the same of a pool in every settlement.

    `owner`: whose parameters its conditions may name; `readers`: the positions of the benefits
    whose steps read it; `bills`: it counts claims or their amounts, and not aid; `event`: nor does
    any aid come off them.
    """

    name: str
    pool: Pool
    kind: tuple[str, str]
    """The holder and the period: pools of one kind have the same slots."""
    owner: Benefit | None
    readers: tuple[int, ...]
    bills: bool
    event: bool


def pool_outlines(plan: Plan) -> list[PoolOutline]:
    """Return the outline of every pool of the pack, in its order."""
    return plan.once("pools", lambda: _pool_outlines(plan.pack))


def _pool_outlines(pack: Pack) -> list[PoolOutline]:
    owners = {name: benefit for benefit in pack.benefits for name in benefit.pools}
    reads = [_pools_read(benefit) for benefit in pack.benefits]
    return [
        PoolOutline(
            name,
            pool,
            (pool.holder, pool.period),
            owners.get(name),
            tuple(position for position, names in enumerate(reads) if name in names),
            pool.counts == "claims" or isinstance(pool.counts, Amounts),
            is_event(pool),
        )
        for name, pool in pack.pools.items()
    ]


def _pools_read(benefit: Benefit) -> set[str]:
    return {
        name
        for step in benefit.steps
        for argument in ("pool", "over", "counted")
        if isinstance(name := getattr(step, argument, None), str)
    }


@dataclass(eq=False)
class Slots:
    """Which amount each claim reads and adds to: one slot a holder and period."""

    slot: Ints
    size: int
    holder: Ints
    """The holder's number, for each claim."""
    year: Ints


def slots(claims: Claims, kind: tuple[str, str], year: Ints) -> Slots:
    """Number the (holder, period) pairs of a kind of pool; `year` is each claim's calendar year."""
    held_by, period = kind
    holder: Ints = getattr(claims, held_by)
    if period == "claim":
        return Slots(np.arange(claims.n), claims.n, holder, year)
    if period == "lifetime" or claims.n == 0:
        return Slots(holder, int(holder.max(initial=-1)) + 1, holder, year)
    first = int(year.min())
    span = int(year.max()) - first + 1
    slot = holder * span + (year - first)
    size = (int(holder.max()) + 1) * span
    if size > 4 * claims.n + 64:
        used, slot = np.unique(slot, return_inverse=True)
        size = len(used)
    return Slots(slot, size, holder, year)


def years(days: NDArray[np.int32]) -> Ints:
    """Return the calendar year of days since 1970-01-01."""
    return days.astype(_DAYS).astype(_YEARS).astype(np.int64) + 1970


def running(slot: Ints, amount: Ints, opening: Ints) -> Ints:
    """Return what each slot has counted before each claim, the claims in settle order."""
    n = len(slot)
    if n == 0:
        return amount
    changes = slot[1:] != slot[:-1]
    back: Ints | None = None
    seen = np.zeros(len(opening), dtype=np.bool_)
    seen[slot] = True
    if int(np.count_nonzero(changes)) + 1 > int(np.count_nonzero(seen)):
        order = np.argsort(slot, kind="stable")
        back = np.empty(n, dtype=np.int64)
        back[order] = np.arange(n)
        slot, amount = slot[order], amount[order]
        changes = slot[1:] != slot[:-1]
    before = np.cumsum(amount) - amount
    starts = np.flatnonzero(np.concatenate(([True], changes)))
    lengths = np.diff(np.append(starts, n))
    before -= np.repeat(before[starts], lengths)
    before += opening[slot]
    return before if back is None else before[back]


def holder_names(claims: Claims, pool: Pool, rows: Ints) -> list[str]:
    """Return the names of the holders of some claims, as the pools table writes them.

    A claim without household is held by its person, one without visit by the claim itself. No two
    holders share a name, whatever characters their ids have.
    """
    if pool.period == "claim":
        return claims.claim_id.take(rows)
    persons = claims.person_id.take(rows)
    if pool.holder == "person":
        return persons
    if pool.holder == "household":
        return [
            _marked(house, "household", "person") if house else f"person:{person}"
            for house, person in zip(_taken(claims.household_id, rows), persons, strict=True)
        ]
    return [
        f"{person.replace('%', '%25').replace('/', '%2F')}/"
        + (_marked(visit, "visit", "claim") if visit else f"claim:{claim}")
        for person, visit, claim in zip(
            persons, _taken(claims.visit_id, rows), claims.claim_id.take(rows), strict=True
        )
    ]


def _marked(name: str, kind: str, other: str) -> str:
    """Mark a name that looks as if it were marked already."""
    return f"{kind}:{name}" if name.startswith((f"{kind}:", f"{other}:")) else name


def _taken(column: TextColumn | None, rows: Ints) -> list[str]:
    return column.take(rows) if column is not None else [""] * len(rows)


def period_name(pool: Pool, year: int) -> str:
    """Return the period as the pools table writes it."""
    return str(year) if pool.period == "calendar_year" else LIFETIME


def sum_by(slot: Ints, size: int, amount: Ints) -> Ints:
    """Return the sum of the amounts of each slot, exact."""
    total = np.zeros(size, dtype=np.int64)
    np.add.at(total, slot, amount)
    return total


def counted(claims: Claims, held: Slots, total: Ints, rows: Ints) -> tuple[Ints, Ints, Ints]:
    """Return what `rows` count for: of each holder and period a claim, the amount, the last day."""
    last = np.full(held.size, np.iinfo(np.int64).min)
    np.maximum.at(last, held.slot[rows], claims.date[rows])
    example = np.full(held.size, -1, dtype=np.int64)
    example[held.slot[rows]] = rows
    used = np.flatnonzero((example >= 0) & (total > 0))
    return example[used], total[used], last[used]


def closing_rows(
    claims: Claims,
    name: str,
    pool: Pool,
    held: Slots,
    total: Ints,
    rows: Ints,
    kept: Iterable[PoolRow],
) -> Iterator[PoolRow]:
    """Return a pool's rows after the claims in `rows`: those counted, and those only `kept`."""
    example, amounts, last = counted(claims, held, total, rows)
    names = holder_names(claims, pool, example)
    written = set()
    for claim, holder, amount, day in zip(
        example.tolist(), names, amounts.tolist(), last.tolist(), strict=True
    ):
        period = period_name(pool, int(held.year[claim]))
        written.add((holder, period))
        yield PoolRow(name, holder, period, amount, show_day(day))
    for row in kept:
        if (row.holder, row.period) not in written:
            yield row
