"""What the checks of a pack share: its fields, pools and parameters, and what is not known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from mediaid.faults import Location
from mediaid.packs.checks.uses import all_pools
from mediaid.packs.schema.fields import FIELDS
from mediaid.packs.schema.pack import Rules
from mediaid.packs.schema.rules import Benefit, Parameter, Pool
from mediaid.packs.schema.values import Problem

ALWAYS = ("household_id", "visit_id", "already_aided")
"""Optional fields that every claims file may carry."""

Problems = Iterator[Problem]


def _sure(_location: Location) -> bool:
    return False


@dataclass(frozen=True)
class Doubts:
    """What is not known of a pack because some of its files have faults.

    `unsure`: whether a place stands in for something unreadable. The others say that whole files,
    or some steps, conditions or citations could not be read, so that nothing can be said to be
    missing or unused.
    """

    unsure: Callable[[Location], bool] = _sure
    files: bool = False
    uses: bool = False
    cites: bool = False


@dataclass(frozen=True, eq=False)
class Context:
    """A pack under examination."""

    model: Rules
    doubts: Doubts

    @cached_property
    def kinds(self) -> dict[str, str]:
        """The kind of every claim field the pack may name."""
        return field_kinds(self.model)

    @cached_property
    def pools(self) -> dict[str, Pool]:
        """Every pool by its id."""
        return all_pools(self.model)

    @cached_property
    def usable(self) -> set[str]:
        """The fields that claims for this pack carry."""
        file = self.model.pack
        required = (name for name, field in FIELDS.items() if field.required)
        return {*required, *ALWAYS, file.dating, *file.fields, *file.own_fields}

    def parameter(self, benefit: Benefit | None, name: str) -> Parameter | None:
        """Return the parameter a benefit means by a name: its own, else a shared one."""
        own = benefit.parameters if benefit else {}
        return own.get(name) or self.model.pack.shared.parameters.get(name)

    def parameter_place(self, benefit: Benefit | None, name: str) -> Location:
        """Return the place of that parameter."""
        if benefit and name in benefit.parameters:
            return ("benefits", benefit.benefit, "parameters", name)
        return ("pack", "shared", "parameters", name)

    def known_parameters(self, benefit: Benefit | None) -> list[str]:
        """Return the names a benefit can use."""
        own = benefit.parameters if benefit else {}
        return [*own, *self.model.pack.shared.parameters]


def field_kinds(model: Rules) -> dict[str, str]:
    """Return the kind of every claim field this pack may name."""
    kinds: dict[str, str] = {name: field.kind for name, field in FIELDS.items()}
    kinds.update({name: own.kind for name, own in model.pack.own_fields.items()})
    return kinds


def parameters(model: Rules) -> Iterator[tuple[Location, Parameter]]:
    """Return every parameter and its place."""
    for name, parameter in model.pack.shared.parameters.items():
        yield ("pack", "shared", "parameters", name), parameter
    for benefit in model.benefits.values():
        for name, parameter in benefit.parameters.items():
            yield ("benefits", benefit.benefit, "parameters", name), parameter
