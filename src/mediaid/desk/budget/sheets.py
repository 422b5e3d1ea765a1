"""What is filled in on the budget's screen, as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mediaid.desk.budget.forecast import ForecastSheet
    from mediaid.desk.budget.funding import FundingSheet


@dataclass
class Sheets:
    """What is filled in under a pack and readings; it outlasts the screen."""

    rules: tuple[str, dict[str, str]]
    funding: FundingSheet
    forecast: ForecastSheet
