"""A pack with one small change, ready to settle under any choice of readings and overlay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from mediaid.packs.budget.enrolment import Enrolment
from mediaid.packs.budget.funding import Funding
from mediaid.packs.budget.workfunds import WorkFunds
from mediaid.packs.changes.change import changed_model, read_overlay
from mediaid.packs.changes.select import choose
from mediaid.packs.checks.check import unsound, unused
from mediaid.packs.model import Pack
from mediaid.packs.schema.pack import PackFile
from mediaid.packs.schema.readings import Reading
from mediaid.packs.schema.rules import Benefit
from mediaid.scenarios.coverage.sites import GONE

if TYPE_CHECKING:
    from pathlib import Path

    from mediaid.faults import Location
    from mediaid.packs.whole import PackModel
    from mediaid.scenarios.coverage.sites import Change, Plain

_KEYED: dict[str, type[BaseModel]] = {
    "benefits": Benefit,
    "readings": Reading,
    "funding": Funding,
}
_WHOLE: dict[str, type[BaseModel]] = {
    "pack": PackFile,
    "work_funds": WorkFunds,
    "enrolment": Enrolment,
}


@dataclass(frozen=True)
class Choice:
    """Under which readings, and which overlay, scenarios are settled."""

    readings: tuple[tuple[str, str], ...] = ()
    overlay: Path | None = None


@dataclass(eq=False)
class Mutant:
    """A changed pack. `base_hash`: of the pack as it stands, which overlays name."""

    model: PackModel
    base_hash: str
    _number: int = field(default_factory=count().__next__)
    _packs: dict[Choice, Pack] = field(default_factory=dict)

    def under(self, choice: Choice) -> Pack:
        """Return the changed pack under a choice. Raises PackError where the two do not agree."""
        if choice not in self._packs:
            chosen, changes = choose(self.model, dict(choice.readings))
            if choice.overlay is not None:
                changes += read_overlay(
                    choice.overlay, self.model, self.base_hash, drafts=True
                ).changes
            model = changed_model(self.model, changes) if changes else self.model
            # The hash only tells the mutants apart: no figure of theirs leaves this run.
            name = f"changed {self._number}, {choice.readings}, {choice.overlay}"
            self._packs[choice] = Pack(model, name, name, chosen)
        return self._packs[choice]


def mutant(pack: Pack, plain: Plain, change: Change) -> Mutant | None:
    """Return the pack with one change; None where such a pack would not load."""
    try:
        changed = _changed(pack.whole, plain, [(change.at, change.value), *change.also])
    except ValidationError:
        return None
    if change.at[0] in ("pack", "benefits"):
        if not change.narrower and any(unsound(changed)):
            return None
        changed = _pruned(changed, plain, change)
    return Mutant(changed, pack.base_hash)


def _changed(model: PackModel, plain: Plain, edits: Iterable[tuple[Location, Any]]) -> PackModel:
    for at, value in edits:
        plain = _edited(plain, at, value)
        part = str(at[0])
        model = model.model_copy(update={part: _validated(model, at, plain[part])})
    return model


def _pruned(changed: PackModel, plain: Plain, change: Change) -> PackModel:
    """Take out the parameters and pools that the change has left without a use."""
    edits = [(change.at, change.value), *change.also]
    left = [at for at, _message in unused(changed) if at[-2] in ("parameters", "pools")]
    return _changed(changed, plain, [*edits, *((at, GONE) for at in left)]) if left else changed


def _validated(model: PackModel, at: Location, part: Any) -> Any:
    """Read the part of the pack that holds the place; the others stay as they are."""
    name = str(at[0])
    if name in _WHOLE:
        return _WHOLE[name].model_validate(part)
    kept: Mapping[str, BaseModel] = getattr(model, name)
    key = str(at[1])
    return {**kept, key: _KEYED[name].model_validate(part[key])}


def _edited(part: Any, at: Location, value: Any) -> Any:
    """Return a copy of plain data with a value at a place; what lies elsewhere is shared."""
    if not at:
        return value
    key = at[0]
    if isinstance(part, list):
        below = _edited(part[int(key)], at[1:], value)
        return [*part[: int(key)], below, *part[int(key) + 1 :]]
    if len(at) == 1 and value is GONE:
        return {name: its for name, its in part.items() if name != key}
    return {**part, key: _edited(part.get(key), at[1:], value)}
