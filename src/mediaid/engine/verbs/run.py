"""What every verb's run has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from mediaid.engine.checks import all_hold
from mediaid.engine.plan import step_tables
from mediaid.engine.verbs.words import Explained
from mediaid.engine.work import PoolState, Work
from mediaid.packs.schema.rules import step_name

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mediaid.engine.plan import Table

    Ints = NDArray[np.int64]
    Mask = NDArray[np.bool_]


class Run(ABC):
    """One step of one benefit over its claims.

    `number` is the step's place (from 1), which `bound_by` holds where a cap binds. `stopped` says
    of which amounts the step left nothing. `seen` keeps what an explanation shows, by name, where
    the settlement is traced.
    """

    pays: ClassVar[bool] = False

    def __init__(self, step: Any, number: int, work: Work, traced: bool) -> None:
        self.step = step
        self.number = number
        self.work = work
        self.traced = traced
        self.applies: Mask | None = (
            all_hold(work.view, work.benefit, step.when) if step.when else None
        )
        n = work.view.n
        self.seen: dict[str, Ints] = defaultdict(lambda: np.zeros(n, dtype=np.int64))
        self.stopped: Mask | None = None
        self.prepare()

    @property
    def name(self) -> str:
        return step_name(self.step)

    def prepare(self) -> None:
        """Look up what needs no order."""

    @property
    def in_waves(self) -> bool:
        """Whether the step reads what earlier claims' or benefits' aid decides."""
        return False

    def tables(self) -> list[Table]:
        """The parameters that the step and its conditions look up."""
        return step_tables(self.work.plan, self.work.benefit, self.step)

    def run(self, part: slice) -> None:
        """Change the benefit's amounts for some claims."""
        x = self.work.x[part]
        changed = self.step_of(x, part)
        if self.applies is not None:
            changed = np.where(self.applies[part], changed, x)
        self.note(part, entering=x, leaving=changed)
        self.keep(x, changed, part)
        self.work.x[part] = changed

    def keep(self, entering: Ints, leaving: Ints, part: slice) -> None:
        """Keep what the result shows of this step."""

    def stop(self, mask: Mask, part: slice) -> None:
        """Keep of which claims the step left nothing, of some claims."""
        if mask.any():
            if self.stopped is None:
                self.stopped = np.zeros(self.work.view.n, dtype=np.bool_)
            self.stopped[part] = mask

    def why_nothing(self) -> str:
        """Say why the step left nothing, for verbs that call `stop`."""
        raise NotImplementedError

    @abstractmethod
    def step_of(self, x: Ints, part: slice) -> Ints:
        """Return the amounts after the step, from those before it."""

    @abstractmethod
    def explain(self, seen: dict[str, int]) -> Explained:
        """Put the step into words, from the figures noted for one claim (分)."""

    def note(self, part: slice, **figures: Ints) -> None:
        """Keep figures for an explanation."""
        if self.traced:
            for name, values in figures.items():
                self.seen[name][part] = values


class Reader:
    """Reads a pool before each claim, for all claims at once or wave by wave."""

    def __init__(self, work: Work, pool: str) -> None:
        self.state: PoolState = work.pools[pool]
        self.slot = work.slot(pool)
        self.before = None if self.state.before is None else self.state.before[work.rows]

    @property
    def in_waves(self) -> bool:
        return self.before is None

    def read(self, part: slice) -> Ints:
        """Return what the pool has counted before each claim of the slice."""
        if self.before is not None:
            return self.before[part]
        return self.state.total[self.slot[part]]
