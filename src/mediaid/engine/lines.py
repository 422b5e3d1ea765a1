"""The result: a line for each claim and benefit, as arrays."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from mediaid.claims.cells import show_day
from mediaid.engine.work import NO_CAP
from mediaid.money import format_yuan

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mediaid.claims.table import Claims

    Ints = NDArray[np.int64]
    Codes = NDArray[np.int32]

COLUMNS = (
    "claim_id",
    "person_id",
    "date",
    "benefit",
    "base",
    "deducted",
    "rate",
    "uncapped",
    "aid",
    "payable",
    "cap_left",
    "bound_by",
    "provisional",
    "reason",
)
NO_BENEFIT = -1


@dataclass(eq=False)
class Lines:
    """One entry a line, in the order of the claims, then of the pack's benefits.

    `claim` is the row in the claims table, `benefit` the position in the pack (NO_BENEFIT where
    none applies: then all amounts are 0). Amounts are 分; `cap_left` is NO_CAP where no annual cap
    applies. `rate`, `bound_by`, `provisional` and `reason` number the entries of their texts, of
    which the first is empty. `overpaid` and `payers` are there where the claims or the pack have
    them.
    """

    claim: Ints
    benefit: NDArray[np.int16]
    benefit_ids: tuple[str, ...]
    base: Ints
    deducted: Ints
    uncapped: Ints
    aid: Ints
    payable: Ints
    cap_left: Ints
    rate: Codes
    bound_by: Codes
    provisional: Codes
    reason: Codes
    rate_texts: list[str] = field(default_factory=lambda: [""])
    bound_by_texts: list[str] = field(default_factory=lambda: [""])
    provisional_texts: list[str] = field(default_factory=lambda: [""])
    reason_texts: list[str] = field(default_factory=lambda: [""])
    reason_keys: list[str] = field(default_factory=lambda: [""])
    overpaid: Ints | None = None
    payers: dict[str, Ints] = field(default_factory=dict)

    @property
    def n(self) -> int:
        return len(self.claim)

    def columns(self) -> tuple[str, ...]:
        """Return the names of the result's columns."""
        more = ("overpaid",) if self.overpaid is not None else ()
        return (*COLUMNS, *more, *(f"payer_{payer}" for payer in self.payers))

    def records(self, claims: Claims) -> list[dict[str, str]]:
        """Return the lines as text by column name; for few lines."""
        ids, persons = claims.claim_id.take(self.claim), claims.person_id.take(self.claim)
        return [
            self._record(i, ids[i], persons[i], int(claims.date[self.claim[i]]))
            for i in range(self.n)
        ]

    def _record(self, i: int, claim_id: str, person_id: str, day: int) -> dict[str, str]:
        left = int(self.cap_left[i])
        record = {
            "claim_id": claim_id,
            "person_id": person_id,
            "date": show_day(day),
            "benefit": self.benefit_ids[self.benefit[i]] if self.benefit[i] >= 0 else "",
            "base": format_yuan(int(self.base[i])),
            "deducted": format_yuan(int(self.deducted[i])),
            "rate": self.rate_texts[self.rate[i]],
            "uncapped": format_yuan(int(self.uncapped[i])),
            "aid": format_yuan(int(self.aid[i])),
            "payable": format_yuan(int(self.payable[i])),
            "cap_left": "" if left == NO_CAP else format_yuan(left),
            "bound_by": self.bound_by_texts[self.bound_by[i]],
            "provisional": self.provisional_texts[self.provisional[i]],
            "reason": self.reason_texts[self.reason[i]],
        }
        if self.overpaid is not None:
            record["overpaid"] = format_yuan(int(self.overpaid[i]))
        record.update(
            {f"payer_{payer}": format_yuan(int(shares[i])) for payer, shares in self.payers.items()}
        )
        return record
