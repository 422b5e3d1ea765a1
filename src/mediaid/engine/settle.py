"""Settle claims under a pack: the one computation behind every face of the program.

Claims of one group depend on each other through pools, so they are settled in waves: wave k holds
the k-th claim of every group, and all of its claims at once, as arrays. What depends on no aid
(conditions, bases, deductibles, rates) is worked out for all claims before the first wave.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from mediaid.claims.records import from_records
from mediaid.claims.table import COUNTS, UNASKED, Claims
from mediaid.engine.assemble import assemble
from mediaid.engine.benefit import ALL, BenefitRun
from mediaid.engine.checks import all_hold
from mediaid.engine.counter import AtCounter
from mediaid.engine.coverage import refuse_uncovered
from mediaid.engine.eligible import Condition, all_conditions, meets
from mediaid.engine.lines import Lines
from mediaid.engine.opening import Opening, open_pools
from mediaid.engine.order import groups, settle_order, wave_numbers
from mediaid.engine.plan import Plan, plan_of
from mediaid.engine.pools import (
    PoolOutline,
    PoolRow,
    Pools,
    closing_rows,
    pool_outlines,
    running,
    sum_by,
)
from mediaid.engine.view import View
from mediaid.engine.work import PoolState, Work
from mediaid.faults import ClaimError
from mediaid.i18n import gettext as _
from mediaid.packs.schema.rules import Amounts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mediaid.packs.model import Pack
    from mediaid.packs.schema.rules import Benefit

    Ints = NDArray[np.int64]
    Mask = NDArray[np.bool_]

MAX_CLAIMS = 40_000_000
"""More in one settlement could carry a running sum beyond int64: split them by holder."""


@dataclass(eq=False)
class Settlement:
    """What came of a settlement: its lines, and what a further one goes on from."""

    view: View
    lines: Lines
    runs: dict[int, BenefitRun]
    """By the benefit's position in the pack, where it applies to any claim."""
    conditions: list[tuple[Condition, ...]]
    pools: dict[str, PoolState]
    opening: Pools | Opening | None

    @property
    def claims(self) -> Claims:
        """The claims that were settled."""
        return self.view.claims

    @property
    def plan(self) -> Plan:
        """The compiled pack that they were settled under."""
        return self.view.plan

    @property
    def pack(self) -> Pack:
        """The rules that were applied."""
        return self.plan.pack

    def closing(self) -> Pools:
        """Return the pools after these claims, those of the opening that stayed included."""
        rows: list[PoolRow] = []
        for state, counts in self.to_close():
            assert self.opening is None or isinstance(self.opening, Pools)
            kept = self.opening.of(state.name) if self.opening else ()
            rows += closing_rows(
                self.claims, state.name, state.pool, state.slots, state.total, counts, kept
            )
        return Pools(self.pack.hash, tuple(rows))

    def to_close(self) -> Iterator[tuple[PoolState, Ints]]:
        """Yield each pool that a later settlement goes on from, and the claims that may count."""
        for state in self.pools.values():
            if state.pool.period != "claim":
                yield state, np.arange(self.claims.n) if state.rows is None else state.rows

    def counted_before(self, row: int) -> dict[str, int]:
        """Return what each event pool had counted before a claim, the opening included.

        分 (or claims) by pool; 0 where the claim neither reads the pool nor adds to it.
        """
        return {
            name: int(state.before[row])
            for name, state in self.pools.items()
            if state.before is not None
        }


def settle(
    claims: Claims | Iterable[Mapping[str, object]],
    pack: Pack,
    opening: Pools | Opening | None = None,
    *,
    traced: bool = False,
) -> Settlement:
    """Settle claims under a pack, going on from opening pools.

    Claims may be a table or rows of field → text. `traced` keeps what an explanation needs.
    Raises ClaimError for claims or pools that are refused.
    """
    if not isinstance(claims, Claims):
        claims = from_records(claims, pack)
    if claims.n > MAX_CLAIMS:
        raise ClaimError(_("more than 40,000,000 claims at once: split them by person"))
    plan = plan_of(pack)
    epoch = plan.epochs(claims.date)
    refuse_uncovered(plan, claims, epoch)
    return _Settler(View(plan, claims, epoch), opening, traced).settle()


@dataclass(eq=False)
class _Settler:
    view: View
    opening: Pools | Opening | None
    traced: bool
    pools: dict[str, PoolState] = field(default_factory=dict)
    aid_of: dict[str, Ints] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.plan, self.claims = self.view.plan, self.view.claims

    def settle(self) -> Settlement:
        pack, n, view = self.plan.pack, self.claims.n, self.view
        wanted = all_conditions(self.plan)
        counts = None if self.claims.void is None else self.claims.void == COUNTS
        applies = self._applies(wanted, counts)
        self.pools = open_pools(self.plan, self.claims, self.opening)
        wave = self._order(applies, counts)
        for name in self.plan.once("referenced", lambda: _referenced(pack)):
            self.aid_of[name] = np.zeros(n, dtype=np.int64)
        runs = {
            position: self._benefit_run(pack.benefits[position], ok, wave)
            for position, ok in applies.items()
        }
        left = self._left(runs, applies)
        counter = AtCounter.of(self.claims, counts, runs.values())
        coupled = left is not None or counter is not None
        for run in runs.values():
            run.ahead()
            if not run.in_waves and not coupled:
                run.finish(ALL, None)
                run.room_left(ALL)
        self._waves([run for run in runs.values() if run.in_waves or coupled], wave, left, counter)
        overpaid = None if counter is None else counter.left
        lines = assemble(view, runs, applies, wanted, overpaid)
        return Settlement(view, lines, runs, wanted, self.pools, self.opening)

    def _applies(
        self, wanted: Sequence[tuple[Condition, ...]], counts: Mask | None
    ) -> dict[int, Mask]:
        """Return which claims meet a benefit's conditions, by the position of each that any do."""
        found = {}
        for position, its in enumerate(wanted):
            met = meets(self.view, its)
            if counts is not None:
                met = met & counts
            if np.count_nonzero(met):
                found[position] = met
        return found

    def _order(self, applies: Mapping[int, Mask], counts: Mask | None) -> Ints:
        """Work out event pools, and return each claim's wave (−1: takes part in none)."""
        outlines = pool_outlines(self.plan)
        counted = {its.name: self._counted(its, counts) for its in outlines if its.bills}
        in_waves = np.zeros(self.claims.n, dtype=np.bool_)
        for met in applies.values():
            in_waves |= met
        for name, mask in counted.items():
            if not self.pools[name].outline.event:
                in_waves |= mask
        takes_part = in_waves.copy()
        for name, mask in counted.items():
            self.pools[name].rows = mask.nonzero()[0]
            takes_part |= mask
        group = groups(self.claims, self.plan.pack.by_household)
        order = settle_order(self.claims, group, takes_part.nonzero()[0])
        for its in outlines:
            if its.event:
                needed = [applies[reader] for reader in its.readers if reader in applies]
                self._run_event_pool(self.pools[its.name], counted[its.name], order, needed)
        order = order[in_waves[order]]
        wave = np.full(self.claims.n, -1, dtype=np.int64)
        wave[order] = wave_numbers(group[order])
        return wave

    def _counted(self, its: PoolOutline, counts: Mask | None) -> Mask:
        """Return whose bills a pool counts."""
        mask = all_hold(self.view, its.owner, its.pool.when)
        if mask is None:
            mask = np.ones(self.claims.n, dtype=np.bool_)
        if counts is None:
            return mask
        return mask & ((counts | (self.claims.void == UNASKED)) if its.event else counts)

    def _run_event_pool(
        self, state: PoolState, counted: Mask, order: Ints, needed: Iterable[Mask]
    ) -> None:
        """Work out what a pool has counted before each claim that reads it or adds to it."""
        slot = state.slots.slot
        if state.rows is None or not len(state.rows):
            state.before = state.opening[slot]
            return
        some = counted.copy()
        for mask in needed:
            some |= mask
        rows = order[some[order]]
        amount, slot = self._added(state, counted)[rows], slot[rows]
        state.before = np.zeros(self.claims.n, dtype=np.int64)
        state.before[rows] = running(slot, amount, state.opening)
        state.total = state.opening + sum_by(slot, state.slots.size, amount)

    def _added(self, state: PoolState, counted: Mask) -> Ints:
        """Return what each claim's bill adds to an event pool."""
        its = state.pool.counts
        if not isinstance(its, Amounts):
            return counted.astype(np.int64)
        amount = self.view.amounts(its.sum)
        if its.less:
            amount = np.maximum(amount - self.view.amounts(its.less), 0)
        return np.where(counted, amount, 0)

    def _benefit_run(self, benefit: Benefit, met: Mask, wave: Ints) -> BenefitRun:
        rows = met.nonzero()[0]
        its_wave = wave[rows]
        if len(rows) > 1 and (last := int(its_wave.max())) > 0:
            # numpy sorts 16-bit integers by radix, several times as fast.
            narrow = its_wave.astype(np.uint16) if last < 2**16 else its_wave
            rows = rows[np.argsort(narrow, kind="stable")]
        work = Work(self.plan, benefit, self.view.of(rows), self.pools, self.aid_of)
        return BenefitRun(work, self.traced)

    def _left(self, runs: Mapping[int, BenefitRun], applies: Mapping[int, Mask]) -> Ints | None:
        """Return what each person bore, where the aids of a claim could come to exceed it."""
        held = {position: run for position, run in runs.items() if not run.exempt}
        free = [run for run in held.values() if not run.within_bore]
        if len(held) <= 1 and not free:
            return None
        several = np.zeros(self.claims.n, dtype=np.uint8)
        for position in held:
            several += applies[position]
        bore, left = self.claims.amounts, np.zeros(self.claims.n, dtype=np.int64)
        for name in self.plan.pack.model.pack.bore:
            if name in bore:
                left += bore[name]
        if several.max(initial=0) > 1 or any(run.may_exceed(left) for run in free):
            return left
        return None

    def _waves(
        self, runs: list[BenefitRun], wave: Ints, left: Ints | None, counter: AtCounter | None
    ) -> None:
        """Settle wave by wave: in each, the benefits in their order, then the pools."""
        remainders = [
            state
            for state in self.pools.values()
            if state.outline.bills and not state.outline.event
        ]
        if not runs and not remainders:
            return
        last = int(wave.max(initial=-1)) + 1
        cuts = [wave[run.work.rows].searchsorted(np.arange(last + 1)).tolist() for run in runs]
        counted = [_rows_by_wave(wave, state.rows, last) for state in remainders]
        for k in range(last):
            parts = [
                (run, slice(cut[k], cut[k + 1]))
                for run, cut in zip(runs, cuts, strict=True)
                if cut[k] < cut[k + 1]
            ]
            for run, part in parts:
                run.wave(part)
                run.finish(part, left)
            if counter is not None:
                counter.settle(parts)
            for run, part in parts:
                run.room_left(part)
            for state, rows in zip(remainders, counted, strict=True):
                self._count_remainder(state, rows[k])

    def _count_remainder(self, state: PoolState, rows: Ints) -> None:
        """Advance a pool that counts what is left after all benefits of a claim."""
        its, amounts = state.pool.counts, self.claims.amounts
        assert isinstance(its, Amounts)
        total = np.zeros(len(rows), dtype=np.int64)
        for name in its.sum:
            total += amounts[name][rows]
        for taken in [
            *(amounts[name] for name in its.less),
            *(self.aid_of[name] for name in its.less_aid),
        ]:
            total -= taken[rows]
        state.total[state.slots.slot[rows]] += np.maximum(total, 0)


def _rows_by_wave(wave: Ints, rows: Ints | None, last: int) -> list[Ints]:
    """Cut the rows that count into a pool by their wave."""
    assert rows is not None
    order = rows[np.argsort(wave[rows], kind="stable")]
    cut = np.searchsorted(wave[order], np.arange(last + 1))
    return [order[cut[k] : cut[k + 1]] for k in range(last)]


def _referenced(pack: Pack) -> set[str]:
    """Benefits whose aid later steps or pools take off."""
    found: set[str] = set()
    for benefit in pack.benefits:
        for step in benefit.steps:
            found.update(getattr(step, "less_aid", []), getattr(step, "after", []))
    for pool in pack.pools.values():
        if isinstance(pool.counts, Amounts):
            found.update(pool.counts.less_aid)
    return found
