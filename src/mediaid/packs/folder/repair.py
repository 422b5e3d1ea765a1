"""Reading a file with faults as far as it goes, so that one faulty key does not hide the others.

What is unreadable is replaced by something of the right shape and its place noted as broken:
nothing is reported of a broken place but the first fault, and no such pack is ever used.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from mediaid.faults import Fault, Location
from mediaid.packs.folder.locate import (
    Finding,
    closest,
    findings,
    keys_of,
    literals_of,
    meant_key,
    plain_types,
)
from mediaid.packs.schema.rules import VERBS
from mediaid.yamlsource import Source

_ROUNDS = 6


def validated(source: Source, model: type[BaseModel]) -> tuple[BaseModel | None, list[Fault]]:
    """Return the model of a file and all its faults; None where too little can be read.

    The source's data and marks are repaired in place.
    """
    faults: list[Fault] = []
    for _round in range(_ROUNDS):
        try:
            return model.model_validate(source.data), faults
        except ValidationError as error:
            for finding in findings(error, model, source.data):
                if not _known(source, finding.at):
                    faults.append(Fault(source.where(finding.at), finding.message))
                if finding.kind == "key" or not _repaired(source, finding):
                    return None, faults
    return None, faults


def _known(source: Source, at: Location) -> bool:
    """Whether a fault of the place, or of what it stands in, is reported already."""
    return any(at[:length] in source.broken for length in range(len(at) + 1))


def _repaired(source: Source, finding: Finding) -> bool:
    """Make the place readable; return whether that is possible."""
    if finding.kind == "extra_forbidden":
        return _drop_or_rename(source, finding)
    if finding.kind == "missing":
        parent = _get(source.data, finding.at)
        if not isinstance(parent, dict) or finding.key is None:
            return False
        parent[finding.key] = _stand_in(_field_types(finding))
        _break(source, (*finding.at, finding.key))
        return True
    if not finding.at:
        return False
    parent, key = _get(source.data, finding.at[:-1]), finding.at[-1]
    if finding.kind.startswith("union_tag") and _verb_corrected(source, finding):
        return True
    words = literals_of(finding.expected)
    close = closest(str(finding.raw), words) if words else None
    parent[key] = close or _stand_in(finding.expected)
    _break(source, finding.at)
    return True


def _get(data: Any, at: Location) -> Any:
    for part in at:
        data = data[part]
    return data


def _break(source: Source, at: Location) -> None:
    source.broken.add(at)
    source.marks.setdefault(at, source.marks.get(at[:-1], (1, 1)))


def _drop_or_rename(source: Source, finding: Finding) -> bool:
    """Take an unknown key for the known one it resembles, so that what it holds is checked."""
    *parent_at, key = finding.at
    parent = _get(source.data, tuple(parent_at))
    meant = meant_key(finding)
    if meant is None:
        del parent[key]
        if {"from", "to"} <= set(keys_of(finding.expected)):
            _break(source, (*parent_at, "to"))  # which the key may have been meant to be
    else:
        _rename(source, tuple(parent_at), str(key), meant)
    return True


def _verb_corrected(source: Source, finding: Finding) -> bool:
    if not isinstance(finding.raw, dict) or len(finding.raw) != 1:
        return False
    word = str(next(iter(finding.raw)))
    meant = closest(word, list(VERBS))
    if meant is not None:
        _rename(source, finding.at, word, meant)
    return meant is not None


def _rename(source: Source, at: Location, old: str, new: str) -> None:
    parent = _get(source.data, at)
    renamed = {new if key == old else key: value for key, value in parent.items()}
    parent.clear()
    parent.update(renamed)
    before = (*at, old)
    for place, mark in list(source.marks.items()):
        if place[: len(before)] == before:
            source.marks[(*at, new, *place[len(before) :])] = mark


def _field_types(finding: Finding) -> list[Any]:
    """Return what may stand under a missing key."""
    return [
        below
        for kind in finding.expected
        if isinstance(kind, type) and issubclass(kind, BaseModel)
        for name, info in kind.model_fields.items()
        if finding.key in (info.alias or name, name)
        for below in plain_types(info.annotation)
    ]


def _stand_in(expected: Sequence[Any]) -> Any:
    """Return the text or structure of something that could stand in a place."""
    kind = expected[0] if expected else str
    words = literals_of([kind])
    if words:
        return words[0]
    if get_origin(kind) is list:
        return [_stand_in(list(plain_types(get_args(kind)[0])))]
    if get_origin(kind) is dict:
        return {"0": _stand_in(list(plain_types(get_args(kind)[1])))}
    if kind is dt.date:
        return "2000-01-01"
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        inner = {
            info.alias or name: _stand_in(list(plain_types(info.annotation)))
            for name, info in kind.model_fields.items()
            if info.is_required() and name != "verb"
        }
        verb = next((verb for verb, step in VERBS.items() if step is kind), None)
        return {verb: inner} if verb else inner
    return "0"


def renamed_first(source: Source, known: Sequence[str]) -> str | None:
    """Take a file's first key for the known one it resembles; return that, or None."""
    first = next(iter(source.data), None) if isinstance(source.data, dict) else None
    meant = closest(str(first), known) if first is not None else None
    if meant is None or meant in source.data:
        return None
    _rename(source, (), str(first), meant)
    return meant
