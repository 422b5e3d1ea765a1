"""The verbs of the rule packs: each a module with its function and its explanation.

A verb prepares what needs no order for all claims at once, and then runs on slices: on all claims
where nothing it reads depends on earlier aid, else wave by wave.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediaid.engine.verbs.bands import BandsRun
from mediaid.engine.verbs.base import BaseRun
from mediaid.engine.verbs.cap import CapRun
from mediaid.engine.verbs.deductible import DeductibleRun
from mediaid.engine.verbs.fixed import FixedRun, PerUnitRun
from mediaid.engine.verbs.minimum import MinimumRun
from mediaid.engine.verbs.rate import RateRun
from mediaid.engine.verbs.split import SplitRun
from mediaid.engine.verbs.times import TimesRun
from mediaid.engine.verbs.top_up import TopUpRun

if TYPE_CHECKING:
    from mediaid.engine.verbs.run import Run

RUNS: dict[str, type[Run]] = {
    "base": BaseRun,
    "top_up": TopUpRun,
    "fixed": FixedRun,
    "per_unit": PerUnitRun,
    "times": TimesRun,
    "deductible": DeductibleRun,
    "rate": RateRun,
    "bands": BandsRun,
    "minimum": MinimumRun,
    "cap": CapRun,
    "split": SplitRun,
}
