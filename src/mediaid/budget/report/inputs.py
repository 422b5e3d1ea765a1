"""What a report is made of: everything worked out already, and where it came from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mediaid.budget.bridge.bridge import LineBridge
    from mediaid.budget.cash.calendar import Pot
    from mediaid.budget.forecast.forecast import Forecast
    from mediaid.budget.funding.years import BudgetYear
    from mediaid.budget.reconcile.findings import Reconciliation
    from mediaid.budget.targets import Indicator
    from mediaid.packs.model import Pack


@dataclass(frozen=True)
class Data:
    """A file (or register) that was read: its name and the SHA-256 of its content."""

    name: str
    digest: str


@dataclass(frozen=True)
class Inputs:
    """The parts of a report; what a pack or a run does not have is empty or None."""

    pack: Pack
    need: BudgetYear
    document: int
    bridges: Sequence[LineBridge] = ()
    pots: Sequence[Pot] = ()
    forecast: Forecast | None = None
    reconciliation: Reconciliation | None = None
    indicators: Sequence[Indicator] = ()
    aided: Mapping[str, int] | None = None
    """Town → persons aided, as a register counts them."""
    data: Sequence[Data] = ()
    options: Sequence[tuple[str, str]] = field(default_factory=tuple)
