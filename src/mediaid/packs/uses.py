"""Where a parameter is used, and for which codes it must have values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mediaid.packs.model import PackModel
from mediaid.packs.rules import Benefit, When
from mediaid.yamlsource import Location


@dataclass(frozen=True)
class Use:
    """A parameter in a place: the conditions under which it is looked up."""

    benefit: Benefit
    when: When


def uses(model: PackModel) -> dict[Location, list[Use]]:
    """Return each used parameter's place with its uses."""
    found: dict[Location, list[Use]] = {}

    def note(benefit: Benefit, name: str, when: When) -> None:
        own = name in benefit.parameters
        start: Location = ("benefits", benefit.benefit) if own else ("pack", "shared")
        found.setdefault((*start, "parameters", name), []).append(Use(benefit, when))
        pool = benefit.parameters if own else model.pack.shared.parameters
        for dated in pool[name].values if name in pool else []:
            for other in _shared_of(dated.value):
                note(benefit, other, when)

    for benefit in model.benefits.values():
        for when in [benefit.when, *(step.when for step in benefit.steps)]:
            for test in when.values():
                if test.in_ is not None:
                    note(benefit, test.in_, {k: t for k, t in when.items() if t.in_ is None})
        for step in benefit.steps:
            for argument in ("at", "of", "above"):
                name = getattr(step, argument, None)
                if name is not None:
                    note(benefit, name, step.when)
    return found


def _shared_of(raw: Any) -> list[str]:
    """Names of parameters that a raw value is a share of."""
    if isinstance(raw, dict):
        if set(raw) == {"share", "of"}:
            return [str(raw["of"])]
        return [name for below in raw.values() for name in _shared_of(below)]
    return []


def allowed(model: PackModel, used: Sequence[Use], field: str) -> set[str]:
    """Return the codes of a field for which some use looks the parameter up."""
    every = set(model.pack.codes.get(field, {}))
    codes: set[str] = set()
    for use in used:
        here = set(every)
        for when in (use.benefit.when, use.when):
            test = when.get(field)
            if test is not None and test.one_of is not None:
                here &= set(test.one_of)
        codes |= here
    return codes
