"""What became of a scenario: nothing to report, or every mismatch and an explanation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mediaid.scenarios.model import Scenario


@dataclass(frozen=True)
class Mismatch:
    """One expectation that was not met: file:line:column, what it is about, and both sides."""

    where: str
    what: str
    expected: str
    got: str


@dataclass(frozen=True)
class Outcome:
    """A scenario that was run. `explanations` are the engine's texts, of the claims at fault."""

    scenario: Scenario
    mismatches: tuple[Mismatch, ...] = ()
    explanations: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.mismatches
