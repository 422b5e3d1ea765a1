"""Performance targets (绩效目标表) of a document, as a `targets:` file states them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from mediaid.faults import nearest, visible
from mediaid.i18n import gettext as _
from mediaid.packs.budget.figures import Exact, Unit
from mediaid.packs.schema.types import Cite, Id, Label, Strict
from mediaid.packs.schema.values import Problem

Measured = Literal["paid-on-time", "paid-of-due", "accuracy", "headcount"]
"""What the office's own records can measure; every other indicator is entered by hand."""


class Target(Strict):
    """One indicator: its place in the sheet, and a figure with its sign or a quality in words.

    `sign` is left out where the document has none. `only` says where an indicator stands that is
    not in the table of indicators.
    """

    group: Id
    kind: Id
    label: Label
    sign: Literal["=", ">", ">=", "<", "<="] | None = None
    value: Exact | None = None
    unit: Unit | None = None
    quality: Label | None = None
    measured_by: Measured | None = None
    area: Id | None = None
    only: Literal["text"] | None = None
    note: Label | None = None


class Project(Strict):
    """The target sheet of one project, with the amount it asks for in 元."""

    label: Label
    cite: Cite
    amount: Exact
    amount_unit: Literal["元", "万元"] = "元"
    indicators: Annotated[dict[Id, Target], Field(min_length=1)]


class Targets(Strict):
    """A file with `targets: ID`: first-level groups, second-level kinds, and the projects."""

    targets: Id
    label: Label
    groups: dict[Id, Label]
    kinds: dict[Id, Label]
    projects: Annotated[dict[Id, Project], Field(min_length=1)]


def check_targets(targets: Targets) -> Iterator[Problem]:
    """Yield (place in the file, what is wrong) for all that the schema alone cannot see."""
    for project, sheet in targets.projects.items():
        for name, target in sheet.indicators.items():
            for place, message in _check_target(target, targets):
                yield ("projects", project, "indicators", name, *place), message


def _check_target(target: Target, targets: Targets) -> Iterator[Problem]:
    for key, known in (("group", targets.groups), ("kind", targets.kinds)):
        given = getattr(target, key)
        if given not in known:
            yield (
                (key,),
                _("{name} is not among the {where}.{nearest}").format(
                    name=visible(given), where=f"{key}s", nearest=nearest(given, known)
                ),
            )
    if (target.value is None) == (target.quality is None):
        yield (), _("give either value and unit, or quality")
    elif target.value is not None and target.unit is None:
        yield (), _("a value needs its unit")
    elif target.quality is not None and (target.sign or target.unit or target.measured_by):
        yield (), _("a quality has no sign and no unit and cannot be measured")
    if (target.measured_by == "headcount") != (target.area is not None):
        yield (), _("measured_by: headcount and area belong together")
