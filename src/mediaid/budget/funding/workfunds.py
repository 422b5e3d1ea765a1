"""The work funds of a bureau: headcount × unit, cut as the pack says, or lump sums."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from mediaid.faults import Fault, MediaidError
from mediaid.packs.budget.funding import NoValueError
from mediaid.packs.budget.workfunds import WorkFunds
from mediaid.packs.schema.types import Cite, Label
from mediaid.packs.schema.values import in_force


class WorkFundsPack(Protocol):
    """What this module reads of a pack."""

    @property
    def work_funds(self) -> WorkFunds | None: ...


@dataclass(frozen=True)
class WorkFundAmount:
    """One line of the work funds. 分; headcount and unit are None for a lump sum."""

    id: str
    label: Label
    headcount: int | None
    per_head: int | None
    uncut: int
    amount: int
    provisional: bool
    assumed: bool
    """The headcount is not the document's."""
    cut_to: int | None
    cite: Cite


def work_fund_lines(
    pack: WorkFundsPack, on: dt.date, heads: Callable[[int], int] | None = None
) -> tuple[WorkFundAmount, ...]:
    """Return the work funds in force on a day, in the document's order; none if the pack has none.

    `heads` turns the document's headcount of a line into the one to reckon with.

    Raises MediaidError with every line that has no value then.
    """
    lines, faults = [], []
    for name, line in pack.work_funds.work_funds.items() if pack.work_funds else ():
        found = in_force(line.values, on)
        if found is None:
            path = f"work-funds/{name}"
            faults.append(Fault("", str(NoValueError(path, on))))
            continue
        index = next(i for i, dated in enumerate(line.values) if dated is found[0])
        dated = line.values[index]
        value = dated.value
        assumed = False
        if heads is not None and value.headcount is not None:
            count = heads(value.headcount)
            assumed = count != value.headcount
            value = value.model_copy(update={"headcount": count, "product": None})
        lines.append(
            WorkFundAmount(
                id=name,
                label=line.label,
                headcount=value.headcount,
                per_head=value.per_head,
                uncut=value.uncut(),
                amount=value.amount(),
                provisional=found[1],
                assumed=assumed,
                cut_to=value.cut_to,
                cite=dated.cite,
            )
        )
    if faults:
        raise MediaidError(faults)
    return tuple(lines)
