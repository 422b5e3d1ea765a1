"""Where a parameter is used, and for which codes it must have values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from mediaid.faults import Location
from mediaid.packs.schema.pack import Rules
from mediaid.packs.schema.rules import Benefit, Pool, Step, When


@dataclass(frozen=True)
class Use:
    """A parameter in a place: the conditions under which it is looked up.

    `verb` is that of the step, if it is one. A pool looks at claims of `anyone`, whether the
    benefit is for them or not.
    """

    benefit: Benefit
    when: When
    verb: str = ""
    anyone: bool = False


CLAIM = "claim"
"""What bands lie over, if not over a pool."""


def pool_of(step: Step) -> str | None:
    """Return the pool a step reads, if any."""
    if step.verb == "bands":
        return None if step.over == CLAIM else step.over
    return getattr(step, "pool", None)


def all_pools(model: Rules) -> dict[str, Pool]:
    """Return every pool of the pack by its id."""
    found = dict(model.pack.shared.pools)
    for benefit in model.benefits.values():
        found.update(benefit.pools)
    return found


class _Uses:
    """Collects the uses of every parameter by its place."""

    def __init__(self, model: Rules) -> None:
        self.shared = model.pack.shared.parameters
        self.found: dict[Location, list[Use]] = {}

    def note(self, scope: Benefit | None, name: str, use: Use) -> None:
        own = scope is not None and name in scope.parameters
        place: Location = ("pack", "shared", "parameters", name)
        parameters = self.shared
        if scope is not None and own:
            place = ("benefits", scope.benefit, "parameters", name)
            parameters = scope.parameters
        if use in self.found.setdefault(place, []):
            return
        self.found[place].append(use)
        for dated in parameters[name].values if name in parameters else []:
            for other in _shared_of(dated.value):
                self.note(scope, other, replace(use, verb="share"))

    def conditions(
        self, scope: Benefit | None, when: When, benefit: Benefit, anyone: bool = False
    ) -> None:
        """Note the parameters that conditions name: looked up where the other ones hold."""
        for test in when.values():
            if test.in_ is not None:
                others = {name: other for name, other in when.items() if other.in_ is None}
                self.note(scope, test.in_, Use(benefit, others, anyone=anyone))


def uses(model: Rules) -> dict[Location, list[Use]]:
    """Return each used parameter's place with its uses."""
    collected = _Uses(model)
    owners = {name: owner for owner in model.benefits.values() for name in owner.pools}
    pools = all_pools(model)
    for benefit in model.benefits.values():
        for when in [benefit.when, *(step.when for step in benefit.steps)]:
            collected.conditions(benefit, when, benefit)
        for step in benefit.steps:
            pool = pool_of(step)
            if pool is not None and pool in pools:
                collected.conditions(owners.get(pool), pools[pool].when, benefit, anyone=True)
            for argument in ("at", "of", "above"):
                name = getattr(step, argument, None)
                if name is not None:
                    collected.note(benefit, name, Use(benefit, step.when, step.verb))
    return collected.found


def _shared_of(raw: Any) -> list[str]:
    """Names of parameters that a raw value is a share of."""
    if isinstance(raw, dict):
        if set(raw) == {"share", "of"}:
            return [str(raw["of"])]
        return [name for below in raw.values() for name in _shared_of(below)]
    return []


def allowed(model: Rules, used: Sequence[Use], field: str) -> set[str]:
    """Return the codes of a field for which some use looks the parameter up."""
    every = set(model.pack.codes.get(field, {}))
    codes: set[str] = set()
    for use in used:
        here = set(every)
        for when in ({} if use.anyone else use.benefit.when, use.when):
            test = when.get(field)
            if test is not None and test.one_of is not None:
                here &= set(test.one_of)
        codes |= here
    return codes
