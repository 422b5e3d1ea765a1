"""The result: a line for each claim and benefit, as arrays."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from mediaid.claims.cells import show_day
from mediaid.engine.benefit import SELF_PAID, BenefitRun
from mediaid.engine.reasons import Reasons, provisional_codes, zero_codes
from mediaid.engine.verbs.rate import RateRun
from mediaid.engine.work import NO_CAP
from mediaid.money import format_yuan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from mediaid.claims.table import Claims
    from mediaid.engine.eligible import Condition
    from mediaid.engine.plan import Plan
    from mediaid.engine.view import View

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


def assemble(
    view: View,
    runs: Mapping[int, BenefitRun],
    applies: Mapping[int, NDArray[np.bool_]],
    wanted: Sequence[tuple[Condition, ...]],
    overpaid: Ints | None,
) -> Lines:
    """Put the benefits' figures together into lines."""
    n = view.n
    applying = np.zeros(n, dtype=np.uint8)
    for met in applies.values():
        applying += met
    each = np.maximum(applying, 1)
    start = each.cumsum(dtype=np.int64) - each
    lines = _empty(view.plan, np.arange(n).repeat(each))
    if all(run.work.payable is run.work.aid for run in runs.values()):
        lines.payable = lines.aid
    reasons = Reasons(view, lines)
    reasons.no_benefit(start, applying, wanted)
    at = start.copy()
    for position, run in runs.items():
        _fill(lines, at[run.work.rows], position, run, reasons)
        at += applies[position]
    if overpaid is not None:
        lines.overpaid = np.zeros(lines.n, dtype=np.int64)
        lines.overpaid[start] = overpaid
    return lines


def _empty(plan: Plan, claim: Ints) -> Lines:
    """Return lines of claims to which no benefit applies."""
    total = len(claim)
    payers = plan.once("payers", lambda: payers_of(plan))
    base, deducted, uncapped, aid, payable, *shares = np.zeros(
        (5 + len(payers), total), dtype=np.int64
    )
    rate, bound_by, provisional, reason = np.zeros((4, total), dtype=np.int32)
    return Lines(
        claim=claim,
        benefit=np.full(total, NO_BENEFIT, dtype=np.int16),
        benefit_ids=tuple(plan.order),
        base=base,
        deducted=deducted,
        uncapped=uncapped,
        aid=aid,
        payable=payable,
        cap_left=np.full(total, NO_CAP, dtype=np.int64),
        rate=rate,
        bound_by=bound_by,
        provisional=provisional,
        reason=reason,
        payers=dict(zip(payers, shares, strict=True)),
    )


def _fill(lines: Lines, at: Ints, position: int, run: BenefitRun, reasons: Reasons) -> None:
    """Write one benefit's figures to their lines."""
    work = run.work
    lines.benefit[at] = position
    lines.base[at], lines.uncapped[at] = work.base, work.uncapped
    lines.aid[at], lines.cap_left[at] = work.aid, work.cap_left
    if lines.payable is not lines.aid:
        lines.payable[at] = work.payable
    if work.deducted.any():
        lines.deducted[at] = work.deducted
    if isinstance(run.rate, RateRun):
        first = len(lines.rate_texts)
        lines.rate_texts += run.rate.table.rate_texts
        lines.rate[at] = np.where(work.rate >= 0, work.rate + first, 0)
    if work.bound_by.any():
        first = len(lines.bound_by_texts) - 1
        lines.bound_by_texts += [*(step.name for step in run.steps), "self_paid"]
        bound = np.where(work.bound_by == SELF_PAID, len(run.steps) + 1, work.bound_by)
        lines.bound_by[at] = np.where(bound > 0, bound + first, 0)
    provisional_codes(lines, at, run)
    zero_codes(lines, at, run, reasons)
    for payer, shares in run.payers().items():
        lines.payers.setdefault(payer, np.zeros(lines.n, dtype=np.int64))[at] = shares


def payers_of(plan: Plan) -> list[str]:
    """Return the payers that the pack names: their columns are there whoever is aided."""
    entries = [
        entry
        for benefit in plan.pack.benefits
        for step in benefit.steps
        if step.verb == "split"
        for entry in plan.table(benefit, step.of).entries
    ]
    return list(dict.fromkeys(payer for entry in entries for payer, _share in entry))
