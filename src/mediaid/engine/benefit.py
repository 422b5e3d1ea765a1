"""One benefit over its claims: its steps, and what its aid adds to the pools."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mediaid.engine.verbs import RUNS
from mediaid.engine.verbs.base import BaseRun
from mediaid.engine.verbs.cap import CapRun
from mediaid.engine.verbs.split import SplitRun
from mediaid.engine.work import NO_CAP, PoolState, Work
from mediaid.packs.schema.rules import Into, step_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from mediaid.engine.plan import Plan
    from mediaid.engine.verbs.run import Run
    from mediaid.packs.model import Pack
    from mediaid.packs.schema.rules import Benefit

    Ints = NDArray[np.int64]
    Mask = NDArray[np.bool_]

SELF_PAID = -1
"""`bound_by` where the aid of all benefits would exceed what the person bore."""

ALL = slice(None)


class BenefitRun:
    """The steps of one benefit, prepared for its claims."""

    def __init__(self, work: Work, traced: bool) -> None:
        self.work = work
        self.steps: list[Run] = [
            RUNS[step.verb](step, number, work, traced)
            for number, step in enumerate(work.benefit.steps, 1)
        ]
        outline = outline_of(work.plan, work.benefit)
        self.entered = [
            Entered(work.pools[name], self.steps[i], work) for name, i in outline.entered
        ]
        self.counted = [Counted(work.pools[name], self) for name in outline.counted]
        waves = [i for i, step in enumerate(self.steps) if step.in_waves]
        self.first_in_waves = waves[0] if waves else len(self.steps)
        self.in_waves = bool(waves or self.counted or self.entered)
        self.annual_caps = outline.annual_caps
        self.uncapped_at = outline.uncapped_at
        self.exempt = outline.exempt
        self.within_bore = outline.within_bore
        self.rate = None if outline.rate is None else self.steps[outline.rate]
        self.split = None if outline.split is None else self.steps[outline.split]

    def ahead(self) -> None:
        """Run the steps that need no order, for all claims at once."""
        self._run(0, self.first_in_waves, ALL)

    def wave(self, part: slice) -> None:
        """Run the steps that depend on earlier aid, for one wave."""
        self._run(self.first_in_waves, len(self.steps), part)

    def _run(self, first: int, end: int, part: slice) -> None:
        work = self.work
        for i in range(first, end):
            step = self.steps[i]
            if i == self.uncapped_at:
                work.uncapped[part] = work.x[part]
            for entered in self.entered:
                if entered.step is step:
                    entered.note(part)
            step.run(part)
        if end == self.uncapped_at:
            work.uncapped[part] = work.x[part]

    def finish(self, part: slice, left: Ints | None) -> None:
        """Settle the aid: never more than is `left` of what the person bore; advance pools."""
        work = self.work
        aid = work.x[part]
        if left is not None and not self.exempt:
            rows = work.rows[part]
            room = left[rows]
            cut = aid > room
            if cut.any():
                aid = np.minimum(aid, room)
                work.bound_by[part][cut] = SELF_PAID
            left[rows] = room - aid
        work.aid[part] = aid
        full = work.aid_of.get(work.benefit.benefit)
        if full is not None:
            full[work.rows[part]] = aid
        for counted in self.counted:
            counted.add(part, aid)
        for entered in self.entered:
            entered.add(part)

    def room_left(self, part: slice) -> None:
        """Note what is left under the tightest annual cap."""
        for i in self.annual_caps:
            step = self.steps[i]
            assert isinstance(step, CapRun)
            room = step.room(part)
            if step.limited is not None:
                room = np.where(step.limited[part], room, NO_CAP)
            left = self.work.cap_left[part]
            np.minimum(left, room, out=left)

    def may_exceed(self, left: Ints) -> bool:
        """Whether its aid of some claim could be more than is `left` of what the person bore."""
        base = self.steps[0]
        return (
            not isinstance(base, BaseRun)
            or base.in_waves
            or bool((base.total > left[self.work.rows]).any())
        )

    def payers(self) -> dict[str, Ints]:
        """Return each payer's share of each claim's aid; empty where the pack has no split."""
        return self.split.shares(self.work.aid) if isinstance(self.split, SplitRun) else {}


class Entered:
    """A pool of the benefit that counts what enters a step, where the step applies."""

    def __init__(self, state: PoolState, step: Run, work: Work) -> None:
        self.step = step
        self.work = work
        self.total = state.total
        self.slot = work.slot(state.name)
        self.amount = np.zeros(work.view.n, dtype=np.int64)

    def note(self, part: slice) -> None:
        """Keep what enters the step; the pool goes on when the benefit is done."""
        entering = self.work.x[part]
        if self.step.applies is not None:
            entering = np.where(self.step.applies[part], entering, 0)
        self.amount[part] = entering

    def add(self, part: slice) -> None:
        """Add one wave's amounts; within a wave every claim has a slot of its own."""
        self.total[self.slot[part]] += self.amount[part]


class Counted:
    """A pool that a benefit's aid adds to, and which of its claims count."""

    def __init__(self, state: PoolState, run: BenefitRun) -> None:
        self.total = state.total
        self.slot = run.work.slot(state.name)
        self.mask = None if state.pool.counts_unlimited == "yes" else _limited(state.name, run)

    def add(self, part: slice, amount: Ints) -> None:
        """Add amounts of one wave; within a wave every claim has a slot of its own."""
        if self.mask is not None:
            amount = np.where(self.mask[part], amount, 0)
        slot = self.slot[part]
        self.total[slot] += amount


def _limited(pool: str, run: BenefitRun) -> Mask | None:
    """Claims with a limit under some cap on the pool: others do not use up its room."""
    masks = [
        step.limited
        for step in run.steps
        if step.step.verb == "cap" and step.step.pool == pool and isinstance(step, CapRun)
    ]
    if any(mask is None for mask in masks):
        return None
    limited: Mask = np.logical_or.reduce([mask for mask in masks if mask is not None])
    return limited


@dataclass(frozen=True)
class Outline:
    """What is the same of every run of a benefit, whatever the claims.

    `entered`: pools of the benefit that count what enters a step, with the step's place;
    `counted`: pools that its aid adds to; `uncapped_at`: the place of the first cap behind the
    rate (what enters it is "uncapped"); `exempt`: not held to what the person bore of this claim;
    `within_bore`: on its own it never exceeds that, whatever the amounts; `annual_caps`: the places
    of the caps on pools of aid; `rate` and `split`: those of the steps that the lines name.
    """

    entered: tuple[tuple[str, int], ...]
    counted: tuple[str, ...]
    uncapped_at: int
    exempt: bool
    within_bore: bool
    annual_caps: tuple[int, ...]
    rate: int | None
    split: int | None


def outline_of(plan: Plan, benefit: Benefit) -> Outline:
    """Return the outline of a benefit's runs."""
    return plan.once(("outline", benefit.benefit), lambda: _outline(plan.pack, benefit))


def _outline(pack: Pack, benefit: Benefit) -> Outline:
    steps = benefit.steps
    capped = {step.pool for step in steps if step.verb == "cap"}
    pays = max((i for i, step in enumerate(steps) if RUNS[step.verb].pays), default=0)
    caps = [i for i, step in enumerate(steps) if i > pays and step.verb == "cap"]
    return Outline(
        entered=tuple(
            (name, i)
            for i, step in enumerate(steps)
            for name, pool in benefit.pools.items()
            if isinstance(pool.counts, Into) and pool.counts.into == step_name(step)
        ),
        counted=tuple(n for n, pool in pack.pools.items() if pool.counts == "aid" and n in capped),
        uncapped_at=caps[0] if caps else len(steps),
        exempt=_exempt(benefit),
        within_bore=_within(benefit, pack.model.pack.bore),
        annual_caps=tuple(
            i
            for i, step in enumerate(steps)
            if step.verb == "cap"
            and step.pool is not None
            and pack.pools[step.pool].counts == "aid"
        ),
        rate=next((i for i, step in enumerate(steps) if step.verb == "rate"), None),
        split=next((i for i, step in enumerate(steps) if step.verb == "split"), None),
    )


def _within(benefit: Benefit, bore: Sequence[str]) -> bool:
    """Whether the base adds up nothing but what the person bore, each field once."""
    first = benefit.steps[0]
    return first.verb == "base" and len(first.sum) == len(set(first.sum) & set(bore))


def _exempt(benefit: Benefit) -> bool:
    """Whether a benefit is not held to what the person bore of this claim.

    Premiums and fixed amounts are no medical expenses; a close of the year settles what was borne
    with earlier claims.
    """
    first = benefit.steps[0]
    if first.verb == "base":
        return set(first.sum) == {"premium"}
    return first.verb in ("fixed", "per_unit") or (
        first.verb == "top_up" and first.settle == "close"
    )
