"""From a place in the model to file:line:column, and from pydantic's findings to faults."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from mediaid.faults import Fault, nearest, visible
from mediaid.i18n import gettext as _
from mediaid.packs.rules import VERBS
from mediaid.yamlsource import Location, Source

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass
class Locator:
    """Which file holds which part of the model: (start of a location) → (source, start there)."""

    parts: dict[Location, tuple[Source, Location]] = field(default_factory=dict)
    fallback: str = ""

    def where(self, location: Location) -> str:
        """file:line:column of a place in the model, or of the nearest part that is written."""
        for length in range(len(location), -1, -1):
            part = self.parts.get(location[:length])
            if part:
                source, start = part
                return source.where((*start, *location[length:]))
        return self.fallback


def faults_of(error: ValidationError, model: type[BaseModel], source: Source) -> list[Fault]:
    """Turn pydantic's findings about one file into faults with positions and remedies."""
    return [
        Fault(source.where(_location(found["loc"], source)), _message(found, model, source))
        for found in error.errors(include_url=False)
    ]


def _location(loc: Iterable[Any], source: Source) -> Location:
    """Drop what pydantic adds to a place (names of alternatives), keep what is written."""
    place: Location = ()
    for part in loc:
        if (*place, part) in source.marks:
            place = (*place, part)
    return place


def _message(found: Any, model: type[BaseModel], source: Source) -> str:
    kind, last = found["type"], str(found["loc"][-1]) if found["loc"] else ""
    if kind == "extra_forbidden":
        return _("unknown key {key}.{nearest}").format(
            key=visible(last), nearest=nearest(last, _keys_beside(found["loc"][:-1], model))
        )
    if kind == "missing":
        return _("key {key} is missing").format(key=last)
    if kind == "value_error":
        return str(found["ctx"]["error"])
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        verb = str(found.get("ctx", {}).get("tag", ""))
        return _("a step is one of: {verbs}.{nearest}").format(
            verbs=", ".join(VERBS), nearest=nearest(verb, VERBS)
        )
    if kind == "literal_error":
        expected = found["ctx"]["expected"].replace("'", "")
        return _("{value} is not one of: {expected}").format(
            value=visible(str(found["input"])), expected=expected
        )
    if kind in ("model_type", "dict_type", "model_attributes_type"):
        return _("keys and values are expected here")
    if kind == "list_type":
        return _("a list is expected here")
    if kind == "string_type":
        return _("a single word or text is expected here")
    if kind == "string_pattern_mismatch":
        return _("{value} is not a valid name: use a-z, 0-9 and -").format(
            value=visible(str(found["input"]))
        )
    if kind in ("too_short", "string_too_short"):
        return _("must not be empty")
    return str(found["msg"])


def _keys_beside(loc: tuple[Any, ...], model: type[BaseModel]) -> list[str]:
    """Collect the keys that are known where an unknown one was found."""
    kinds: list[Any] = [model]
    for part in loc:
        kinds = [below for kind in kinds for below in _below(kind, part)]
    return [f.alias or name for kind in kinds for name, f in kind.model_fields.items()]


def _below(kind: Any, part: Any) -> list[Any]:
    """Find the models one step further down a location."""
    if part in VERBS:
        return [VERBS[part]]
    if part in getattr(kind, "__name__", ""):
        return [kind]
    for name, info in getattr(kind, "model_fields", {}).items():
        if part in (name, info.alias):
            return _models_in(info.annotation)
    return [kind]


def _models_in(annotation: Any) -> list[Any]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    found: list[Any] = []
    for inner in getattr(annotation, "__args__", ()):
        found += _models_in(inner)
    return found
