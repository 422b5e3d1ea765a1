"""The benefits' figures put together into lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mediaid.engine.benefit import SELF_PAID, BenefitRun
from mediaid.engine.lines import NO_BENEFIT, Lines
from mediaid.engine.plan import payers_of
from mediaid.engine.reasons import Reasons, provisional_codes, zero_codes
from mediaid.engine.verbs.rate import RateRun
from mediaid.engine.work import NO_CAP

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from mediaid.engine.eligible import Condition
    from mediaid.engine.plan import Plan
    from mediaid.engine.view import View

    Ints = NDArray[np.int64]


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
