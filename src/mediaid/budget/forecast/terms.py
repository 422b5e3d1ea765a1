"""What a forecast is asked for, and what it assumes: nothing of it is learnt or tuned."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction

SEED = 20231108
SIMULATED = 10_000


@dataclass(frozen=True)
class Terms:
    """The year forecast, the last day whose claims are used, and the assumptions.

    Growth is a year, of the amounts of a claim and of the number of persons. `price_sd` and
    `headcount_sd` are standard deviations (of logarithms) of what may come instead, the same for
    all persons of a simulated year. `policy_year`: the year under whose policy all is settled.
    """

    year: int
    cut_off: dt.date
    price_growth: Fraction = Fraction(0)
    headcount_growth: Fraction = Fraction(0)
    price_sd: float = 0.03
    headcount_sd: float = 0.02
    policy_year: int | None = None
    late: bool = True
    simulated: int = SIMULATED
    seed: int = SEED
    continuations: int = 16
    """How many ways the rest of the year may go are laid out for each person."""

    @property
    def settled_in(self) -> int:
        """The year under whose policy claims are settled."""
        return self.year if self.policy_year is None else self.policy_year
