"""From a place in the model to file:line:column, and from pydantic's findings to faults."""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from mediaid.faults import Fault, Location, nearest, visible
from mediaid.i18n import gettext as _
from mediaid.packs.schema.rules import VERBS, Test
from mediaid.packs.schema.types import Cite, Label
from mediaid.yamlsource import Source

_DATES = ("from", "to")
_RANGE_WORDS = {"min": "at_least", "max": "at_most", "over": "above", "under": "below"}
"""Other words for the bounds of a range, and the keys they are."""
_EXTRA, _MISSING = "extra_forbidden", "missing"


@dataclass
class Locator:
    """Which file holds which part of the model: (start of a location) → (source, start there)."""

    parts: dict[Location, tuple[Source, Location]] = field(default_factory=dict)
    fallback: str = ""

    def find(self, location: Location) -> tuple[Source, Location] | None:
        """Return the file of a place in the model, and what is written there of the place."""
        for length in range(len(location), -1, -1):
            part = self.parts.get(location[:length])
            if part:
                source, start = part
                return source, written(source, start, location[length:])
        return None

    def where(self, location: Location) -> str:
        """file:line:column of a place in the model, or of the nearest part that is written."""
        found = self.find(location)
        return found[0].where(found[1]) if found else self.fallback

    def unsure(self, location: Location) -> bool:
        """Whether what the model holds at a place stands in for something unreadable."""
        found = self.find(location)
        if found is None:
            return False
        source, at = found
        if any(at[:length] in source.broken for length in range(len(at) + 1)):
            return True
        if len(at) < 2 or at[-1] not in _DATES:
            return False
        # A period whose end is unreadable cannot overlap its neighbours.
        return any(b[:-2] == at[:-2] and b[-1:] in (("from",), ("to",)) for b in source.broken)


def written(source: Source, at: Location, rest: Iterable[str | int]) -> Location:
    """Follow a place of the model through what is written: a step's keys stand below its verb."""
    for part in rest:
        if (*at, part) in source.marks:
            at = (*at, part)
            continue
        verb = next((v for v in VERBS if (*at, v) in source.marks), None)
        if verb is not None and (*at, verb, part) in source.marks:
            at = (*at, verb, part)
    return at


def by_place(fault: Fault) -> tuple[str, int, int, str]:
    """Order faults by file, line and column."""
    name, _colon, rest = fault.where.rpartition(":")
    name, _colon, line = name.rpartition(":")
    if name and line.isdigit() and rest.isdigit():
        return name, int(line), int(rest), fault.message
    return fault.where, 0, 0, fault.message


@dataclass(frozen=True)
class Finding:
    """One thing pydantic found: its place in the data, and what could stand there.

    `at` is the place as far as it is written; `key` a key that is missing or unknown there.
    """

    kind: str
    at: Location
    key: str | None
    expected: tuple[Any, ...]
    raw: Any
    message: str


def findings(error: ValidationError, model: type[BaseModel], data: Any) -> list[Finding]:
    """Return pydantic's findings about one file, one for each mistake."""
    found: list[Finding] = []
    for raw in error.errors(include_url=False):
        finding = _finding(raw, model, data)
        if finding is not None and finding not in found:
            found.append(finding)
    misspelt = {
        (*finding.at[:-1], meant_key(finding)) for finding in found if finding.kind == _EXTRA
    }
    found = [f for f in found if f.kind != _MISSING or (*f.at, f.key) not in misspelt]
    return found or [Finding("unknown", (), None, (model,), data, str(error.errors()[0]["msg"]))]


def meant_key(finding: Finding) -> str | None:
    """Return the known key that an unknown one is probably meant to be."""
    known = [key for key in keys_of(finding.expected) if key not in finding.raw]
    if _RANGE_WORDS.get(str(finding.key)) in known:
        return _RANGE_WORDS[str(finding.key)]
    return closest(str(finding.key), known)


def closest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that a misspelt one resembles."""
    return next(iter(get_close_matches(word, list(known), n=1, cutoff=0.6)), None)


def faults_of(error: ValidationError, model: type[BaseModel], source: Source) -> list[Fault]:
    """Turn pydantic's findings about one file into faults with positions and remedies."""
    return [
        Fault(source.where(finding.at), finding.message)
        for finding in findings(error, model, source.data)
    ]


def _finding(raw: Any, model: type[BaseModel], data: Any) -> Finding | None:
    kind, loc = raw["type"], list(raw["loc"])
    key = None
    if kind in (_MISSING, _EXTRA):
        key = str(loc.pop())
    elif loc and loc[-1] == "[key]":
        kind = "key"
    place = _follow(loc, model, data)
    if place is None:
        return None
    at, expected, value = place
    if kind == _EXTRA:
        at = (*at, str(key))
    return Finding(kind, at, key, expected, value, _message(kind, key, expected, value, raw))


def _follow(
    loc: Sequence[Any], model: type[BaseModel], data: Any
) -> tuple[Location, tuple[Any, ...], Any] | None:
    """Follow pydantic's location through the data.

    Return the place, the types that may stand there and the data that does; None where the
    location belongs to an alternative that is not meant.
    """
    at: Location = ()
    expected: tuple[Any, ...] = (model,)
    for part in loc:
        if _holds(data, part) and not _is_label(part, expected, data):
            expected = tuple(_below(expected, part))
            at, data = (*at, part), data[part]
        elif part in VERBS and _are_steps(expected):
            expected = (VERBS[part],)
        elif len(expected) > 1 and isinstance(part, str) and part != "[key]":
            meant = _meant(expected, data)
            if not _names(part, meant):
                return None
            expected = (meant,)
    return at, expected, data


def _holds(data: Any, part: Any) -> bool:
    if isinstance(data, list):
        return isinstance(part, int) and part < len(data)
    return isinstance(data, dict) and part in data


def _is_label(part: Any, expected: Sequence[Any], data: Any) -> bool:
    """Whether a part names an alternative: a step's verb, where `verb:` is written out."""
    return part in VERBS and _are_steps(expected) and "verb" in data


def _are_steps(expected: Sequence[Any]) -> bool:
    return set(expected) == set(VERBS.values())


def _names(label: str, annotation: Any) -> bool:
    """Whether pydantic's label of an alternative is that of a type."""
    word = "literal" if _is_literal(annotation) else getattr(annotation, "__name__", "")
    return label == word or label.startswith(f"{word}[")


def _is_literal(annotation: Any) -> bool:
    return get_origin(annotation) is Literal


def _meant(expected: Sequence[Any], data: Any) -> Any:
    """Return the alternative that the data seems to be meant as."""
    models = [kind for kind in expected if _is_model(kind)]
    if isinstance(data, dict) and models:
        return max(models, key=lambda kind: len(set(keys_of([kind])) & set(data)))
    others = [kind for kind in expected if kind not in models]
    if isinstance(data, list):
        others = [kind for kind in others if get_origin(kind) is list] or others
    return (others or list(expected))[0]


def plain_types(annotation: Any) -> Iterator[Any]:
    """Return what an annotation allows, without None and metadata."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from plain_types(get_args(annotation)[0])
    elif origin in (Union, types.UnionType):
        for inner in get_args(annotation):
            yield from plain_types(inner)
    elif annotation is not type(None):
        yield annotation


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _below(expected: Iterable[Any], part: Any) -> Iterator[Any]:
    """Return what may stand one step further down."""
    for kind in expected:
        if _is_model(kind):
            for name, info in kind.model_fields.items():
                if part in (info.alias or name, name):
                    yield from plain_types(info.annotation)
        elif get_origin(kind) is list and isinstance(part, int):
            yield from plain_types(get_args(kind)[0])
        elif get_origin(kind) is dict:
            yield from plain_types(get_args(kind)[1])
    if part in VERBS and _are_steps(list(expected)):
        yield VERBS[part]


def keys_of(expected: Iterable[Any]) -> list[str]:
    """Return the keys that are known where models are expected."""
    return [
        info.alias or name
        for kind in expected
        if _is_model(kind)
        for name, info in kind.model_fields.items()
        if name != "verb"
    ]


def literals_of(expected: Iterable[Any]) -> list[str]:
    """Return the words that may stand in a place."""
    return [str(word) for kind in expected if _is_literal(kind) for word in get_args(kind)]


def _message(kind: str, key: str | None, expected: Sequence[Any], raw: Any, found: Any) -> str:
    if kind == _EXTRA:
        known = keys_of(expected)
        meant = _RANGE_WORDS.get(str(key))
        near = nearest(meant if meant in known else str(key), known)
        return _("unknown key {key}.{nearest}").format(key=visible(str(key)), nearest=near) + (
            _colon_hint(str(key)) or ("" if near and meant is None else _range_hint(expected))
        )
    if kind == _MISSING:
        return _("key {key} is missing").format(key=key) + _missing_hint(str(key), raw)
    if kind == "value_error":
        return str(found["ctx"]["error"])
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return _step_message(raw)
    if kind == "literal_error":
        words = literals_of(expected)
        return _("{value} is not one of: {expected}.{nearest}").format(
            value=visible(str(raw)), expected=", ".join(words), nearest=nearest(str(raw), words)
        )
    if kind in ("key", "string_pattern_mismatch"):
        value = found["input"] if kind == "string_pattern_mismatch" else found["loc"][-2]
        return _("{value} is not a valid name: use a-z, 0-9, - and _").format(
            value=visible(str(value))
        )
    if kind in ("too_short", "string_too_short"):
        return _("must not be empty")
    return _shape_message(kind, expected, raw, str(found["msg"]))


def _shape_message(kind: str, expected: Sequence[Any], raw: Any, message: str) -> str:
    if kind in ("model_type", "dict_type", "model_attributes_type", "dataclass_type"):
        hint = _colon_hint(raw) or _written_hint(expected)
        return _("keys and values are expected here") + hint
    if kind == "list_type":
        return _("a list is expected here, such as [a, b]")
    if kind in ("string_type", "int_type", "date_type", "literal_error"):
        return _("a single word or text is expected here")
    return message


def _step_message(raw: Any) -> str:
    if isinstance(raw, dict) and len(raw) > 1:
        verb = next((key for key in raw if key in VERBS), None)
        if verb is not None:
            beside = ", ".join(visible(str(key)) for key in raw if key != verb)
            return _("move {keys} below {verb}: a step is one verb with its keys below it").format(
                keys=beside, verb=verb
            )
    word = str(raw.get("verb", next(iter(raw), ""))) if isinstance(raw, dict) else str(raw)
    return _("{word} is no step: a step is one of {verbs}.{nearest}").format(
        word=visible(word), verbs=", ".join(VERBS), nearest=nearest(word, VERBS)
    )


def _missing_hint(key: str, raw: Any) -> str:
    if isinstance(raw, dict) and len(raw) == 1:
        [(word, below)] = raw.items()
        if word in VERBS and not isinstance(below, dict):
            return _(": write {example}").format(example=f"{word}: {{{key}: …}}")
    examples = {
        "cite": "cite: {source: …, at: …}",
        "label": "label: {zh: …, en: …}",
        "from": "from: 2023-01-01",
    }
    return _(": write {example}").format(example=examples[key]) if key in examples else ""


def _written_hint(expected: Sequence[Any]) -> str:
    """Say how a citation or a label is written."""
    examples = {Cite: "cite: {source: …, at: …}", Label: "label: {zh: …, en: …}"}
    example = next((examples[kind] for kind in expected if kind in (Cite, Label)), None)
    return _(": write {example}").format(example=example) if example else ""


def _range_hint(expected: Sequence[Any]) -> str:
    if Test not in expected:
        return ""
    hint = _("A range is written with {keys}").format(keys="at_least, above, at_most, below")
    return f" {hint}"


def _colon_hint(text: Any) -> str:
    if isinstance(text, str) and "：" in text:
        return " " + _("Write the colon as : and a space, not as ：")
    if isinstance(text, str) and ":" in text:
        return " " + _("Put a space behind the colon")
    return ""
