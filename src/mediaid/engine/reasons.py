"""Why a claim gets nothing, and which values behind a line are provisional."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mediaid.claims.cells import show_day
from mediaid.claims.fields import pack_fields
from mediaid.claims.table import CANCELLED, REVERSAL, UNASKED
from mediaid.engine.benefit import SELF_PAID, BenefitRun
from mediaid.engine.eligible import first_missed
from mediaid.engine.plan import step_tables
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from mediaid.engine.eligible import Condition
    from mediaid.engine.lines import Lines
    from mediaid.engine.plan import Plan
    from mediaid.engine.view import View
    from mediaid.packs.schema.rules import Benefit

    Ints = NDArray[np.int64]

STATES = 1 + max(CANCELLED, REVERSAL, UNASKED)
"""Values that `Claims.void` may have."""
MOST_CODES = 2**60
"""Combinations are numbered anew before their packed numbers leave int64."""


class Reasons:
    """Writes the reasons of lines; each distinct reason becomes one text."""

    def __init__(self, view: View, lines: Lines) -> None:
        self.plan = view.plan
        self.view = view
        self.lines = lines
        self._numbers: dict[tuple[str, str], int] = {}

    def add(self, key: str, text: str) -> int:
        """Return the number of a reason, adding it to the texts."""
        number = self._numbers.get((key, text))
        if number is None:
            number = self._numbers[key, text] = len(self.lines.reason_keys)
            self.lines.reason_keys.append(key)
            self.lines.reason_texts.append(text)
        return number

    def no_benefit(
        self,
        start: Ints,
        applying: NDArray[np.uint8],
        wanted: Sequence[tuple[Condition, ...]],
    ) -> None:
        """Say of claims to which no benefit applies which condition each benefit misses first.

        The conditions missed are packed into one number, so that each combination is put into
        words once, those of an example.
        """
        rows = (applying == 0).nonzero()[0]
        if not len(rows):
            return
        view = self.view.of(rows)
        missed = [first_missed(view, conditions) for conditions in wanted]
        void = self.view.claims.void
        code = view.epoch * STATES + (void[rows] if void is not None else 0)
        span = STATES * len(self.plan.starts)
        for its, conditions in zip(missed, wanted, strict=True):
            size = len(conditions) + 1
            if span * size > MOST_CODES:
                found, code = np.unique(code, return_inverse=True)
                span = len(found)
            code = code * size + its
            span *= size
        combinations, which = np.unique(code, return_inverse=True)
        example = np.empty(len(combinations), dtype=np.int64)
        example[which] = np.arange(len(rows))
        said = [
            self._of_example(int(rows[at]), [int(its[at]) for its in missed], wanted)
            for at in example.tolist()
        ]
        reason, provisional = np.array(said, dtype=np.int32).T
        self.lines.reason[start[rows]] = reason[which]
        self.lines.provisional[start[rows]] = provisional[which]

    def _of_example(
        self,
        row: int,
        missed: Sequence[int],
        wanted: Sequence[tuple[Condition, ...]],
    ) -> tuple[int, int]:
        """Return the numbers of a claim's reason and of its provisional values.

        `missed` is the number (from 1) of the first condition it misses of each benefit.
        """
        void = self.view.claims.void
        if void is not None and void[row] == CANCELLED:
            return self.add("cancelled", _("cancelled by a reversal")), 0
        if void is not None and void[row] == REVERSAL:
            return self.add("reversal", _("reverses another claim")), 0
        if void is not None and void[row] == UNASKED:
            return self.add("unasked", _("no aid is asked for")), 0
        epoch = int(self.view.epoch[row])
        pairs = [
            (benefit, conditions[number - 1])
            for benefit, conditions, number in zip(
                self.plan.pack.benefits, wanted, missed, strict=True
            )
            if number
        ]
        if not pairs:
            return self.add("no-benefit", _("the pack has no benefit of one person")), 0
        key = "; ".join(f"{benefit.benefit}: {condition.field}" for benefit, condition in pairs)
        text = _("; ").join(self._missed(benefit, condition) for benefit, condition in pairs)
        names = [
            table.name
            for _benefit, condition in pairs
            for table in condition.tables
            if table.provisional[epoch]
        ]
        return self.add(key, text), text_number(
            self.lines.provisional_texts, ";".join(dict.fromkeys(names))
        )

    def _missed(self, benefit: Benefit, condition: Condition) -> str:
        field = pack_fields(self.plan.pack)[condition.field]
        if condition.amounts:
            return _("{benefit}: {field} is 0").format(benefit=benefit.label, field=field.label)
        if condition.begins is not None:
            return _("{benefit}: begins on {day}").format(
                benefit=benefit.label, day=show_day(int(self.plan.starts[condition.begins]))
            )
        if condition.test is None:
            return _("{benefit}: {field} is not given").format(
                benefit=benefit.label, field=field.label
            )
        return _("{benefit}: not for this {field}").format(benefit=benefit.label, field=field.label)


def text_number(texts: list[str], text: str) -> int:
    """Return a text's number, adding it where it is new."""
    if text not in texts:
        texts.append(text)
    return texts.index(text)


def provisional_names(plan: Plan, run: BenefitRun, epoch: int, steps: Sequence[int]) -> list[str]:
    """Return the provisional values behind a benefit's figures when some steps were taken."""
    if not plan.any_provisional[epoch]:
        return []
    benefit = run.work.benefit
    conditions = [benefit.when, *(step.step.when for step in run.steps)]
    tables = [
        plan.table(benefit, test.in_) for when in conditions for test in when.values() if test.in_
    ]
    tables += [table for i in steps for table in step_tables(plan, benefit, run.steps[i].step)]
    return list(dict.fromkeys(t.name for t in tables if t.provisional[epoch]))


def provisional_codes(lines: Lines, at: Ints, run: BenefitRun) -> None:
    """Name on each line the provisional values that its figures used.

    A step with conditions of its own used its figures only where those held.
    """
    plan, view = run.work.plan, run.work.view
    every = range(len(run.steps))
    if not plan.any_provisional[view.epoch].any():
        return
    conditional = [i for i in every if run.steps[i].applies is not None]
    code = view.epoch.astype(np.int64)
    for i in conditional:
        code = code * 2 + run.steps[i].applies  # type: ignore[operator]
    combinations, which = np.unique(code, return_inverse=True)
    numbers = np.zeros(len(combinations), dtype=np.int32)
    for c, packed in enumerate(combinations.tolist()):
        bits = packed
        skipped = set()
        for i in reversed(conditional):
            bits, taken = divmod(bits, 2)
            if not taken:
                skipped.add(i)
        names = provisional_names(plan, run, bits, [i for i in every if i not in skipped])
        numbers[c] = text_number(lines.provisional_texts, ";".join(names))
    lines.provisional[at] = numbers[which]


def zero_codes(lines: Lines, at: Ints, run: BenefitRun, reasons: Reasons) -> None:
    """Say of each line without aid which step left nothing."""
    work = run.work
    zero = np.flatnonzero(work.aid == 0)
    if not len(zero):
        return
    numbers = np.zeros(len(zero), dtype=np.int32)
    for key, text, mask in _zero_reasons(run, zero):
        hit = mask & (numbers == 0)
        if hit.any():
            numbers[hit] = reasons.add(key, text)
    lines.reason[at[zero]] = numbers


def _zero_reasons(run: BenefitRun, zero: Ints) -> list[tuple[str, str, NDArray[np.bool_]]]:
    """The possible reasons, the earliest step first: (key, text, which of the lines)."""
    work = run.work
    found = [
        (step.name, step.why_nothing(), step.stopped[zero])
        for step in run.steps
        if step.stopped is not None
    ]
    cut = work.bound_by[zero] == SELF_PAID
    found.append(("self_paid", _("other benefits cover all the person bore"), cut))
    found.append(("amount", _("there is no amount to aid"), work.base[zero] == 0))
    found.append(("rounding", _("it rounds to 0.00"), np.ones(len(zero), dtype=np.bool_)))
    return found
