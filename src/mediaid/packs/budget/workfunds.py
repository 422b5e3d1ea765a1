"""Work funds of a bureau, as a `work_funds:` file states them: headcount × unit, or lump sums."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from mediaid.faults import Location
from mediaid.i18n import gettext as _
from mediaid.money import format_yuan, show_yuan
from mediaid.packs.schema.rules import Dated
from mediaid.packs.schema.types import Id, Label, Strict, Whole, Yuan
from mediaid.packs.schema.values import Problem, date_problems


class WorkFund(Strict):
    """The amount of a line: `headcount` × `per_head`, cut to whole `cut_to`, or a `lump_sum`.

    `product` is what the document prints before the cut; the product must equal it.
    """

    headcount: Whole | None = None
    per_head: Yuan | None = None
    cut_to: Yuan | None = None
    product: Yuan | None = None
    lump_sum: Yuan | None = None

    def uncut(self) -> int:
        """分 before the cut."""
        if self.lump_sum is not None:
            return self.lump_sum
        return (self.headcount or 0) * (self.per_head or 0)

    def amount(self) -> int:
        """分 of the line: what exceeds a whole multiple of `cut_to` falls away."""
        uncut = self.uncut()
        return uncut - uncut % self.cut_to if self.cut_to else uncut

    def written(self) -> dict[str, str]:
        """Return the value as a file has it: counts as they are, amounts in 元."""
        return {
            name: str(its) if name == "headcount" else format_yuan(its)
            for name, its in self.model_dump(exclude_none=True).items()
        }


class WorkFundDated(Dated):
    """A line's amount and the days it holds."""

    value: WorkFund


class WorkFundLine(Strict):
    """One line of the work funds."""

    label: Label
    values: Annotated[list[WorkFundDated], Field(min_length=1)]


class WorkFunds(Strict):
    """A file with `work_funds:`, in the document's order."""

    work_funds: Annotated[dict[Id, WorkFundLine], Field(min_length=1)]


def check_work_funds(funds: WorkFunds) -> Iterator[Problem]:
    """Yield (place in the file, what is wrong) for all that the schema alone cannot see."""
    for name, line in funds.work_funds.items():
        at: Location = ("work_funds", name, "values")
        for place, message in date_problems(line.values):
            yield (*at, *place), message
        for i, dated in enumerate(line.values):
            for place, message in _check_value(dated.value):
                yield (*at, i, "value", *place), message


def _check_value(value: WorkFund) -> Iterator[Problem]:
    counted = value.headcount is not None and value.per_head is not None
    part = (value.headcount, value.per_head, value.cut_to, value.product)
    if (value.lump_sum is None) != counted or (not counted and any(p is not None for p in part)):
        yield (), _("write either headcount and per_head, or lump_sum alone")
    elif value.product is not None and value.product != value.uncut():
        yield (
            ("product",),
            _("{headcount} × {unit} 元 is {derived} 元, not {published} 元").format(
                headcount=value.headcount,
                unit=show_yuan(value.per_head or 0),
                derived=show_yuan(value.uncut()),
                published=show_yuan(value.product),
            ),
        )
    if value.cut_to == 0:
        yield ("cut_to",), _("an amount cannot be cut to multiples of 0 元")
