"""Reading a pack folder: every file by its first key, and every fault of all of them at once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mediaid import yamlsource
from mediaid.faults import Fault, Location, PackError, nearest, visible, why_not
from mediaid.i18n import gettext as _
from mediaid.packs.changes.change import changed_model, raw_rules
from mediaid.packs.changes.overlay import input_units, misplaced
from mediaid.packs.changes.select import alternative_label
from mediaid.packs.changes.sourced import Sourced
from mediaid.packs.checks.check import Doubts, problems
from mediaid.packs.folder.kinds import EXTRA_CHECKS, KINDS, Kind
from mediaid.packs.folder.locate import Locator, by_place
from mediaid.packs.folder.repair import renamed_first, validated
from mediaid.packs.schema.readings import Alternative, Change
from mediaid.packs.whole import PackModel
from mediaid.yamlsource import Source

SUFFIXES = (".yaml", ".yml")

_BASICS = ("codes", "sources", "benefits", "fields", "own_fields", "pack")
"""Parts of pack.yaml without which nothing else can be judged."""

_SCALARS = frozenset(
    {
        "zh",
        "en",
        "label",
        "unit",
        "from",
        "to",
        "after",
        "status",
        "holder",
        "period",
        "keep",
        "kind",
        "counts_unlimited",
        "settle",
        "schema",
        "dating",
        "preselfpay",
        "question",
        "at",
        "note",
    }
)
"""Keys that hold no citation and name no parameter or pool."""


_PROBES = {"yuan": "1", "percent": "1%", "count": "1", "": "1"}
"""A value to try an input of a reading with, by the unit of its parameter ("": there is none)."""


@dataclass
class Folder:
    """What could be read of a pack folder. `unread`: whether some file told nothing at all."""

    locator: Locator
    parts: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    unread: bool = False


def read_pack(folder: Path, shown: str | None = None) -> PackModel:
    """Read and check all files of a pack folder. Raises PackError with every fault.

    `shown` is what faults call the folder (default: its name).
    """
    shown = folder.name if shown is None else shown
    found = read_files(folder, shown)
    model = None
    if "pack" in found.parts and not _hopeless(found.locator):
        model = PackModel.model_construct(**found.parts)
        found.faults += _rule_faults(model, found)
        found.faults += _data_faults(found)
        found.faults += _reading_faults(model, found)
    elif not found.faults:
        found.faults.append(
            Fault(
                f"{shown}/pack.yaml",
                _("is missing: a pack folder has a file that begins with pack:"),
            )
        )
    if found.faults or model is None:
        raise PackError(dict.fromkeys(sorted(found.faults, key=by_place)))
    return model


def read_files(folder: Path, shown: str) -> Folder:
    """Read all YAML files of a folder as far as they can be read."""
    found = Folder(Locator(fallback=shown))
    try:
        paths = sorted(p for p in folder.iterdir() if p.suffix in SUFFIXES)
    except OSError as error:
        raise PackError(
            Fault(shown, _("cannot be read: {reason}").format(reason=why_not(error)))
        ) from error
    for path in paths:
        try:
            source = yamlsource.read(path, f"{shown}/{path.name}")
            found.faults += _unfilled(source)
            found.faults += source.faults
            _place(source, found)
        except PackError as error:
            found.faults += error.faults
            found.unread = True
    return found


BLANK = "___"
"""Stands in a new pack where somebody has to write what the document says."""


def _unfilled(source: Source) -> list[Fault]:
    """Return the places of a file that are still to be filled in."""
    blank = [at for at in source.marks if _at(source.data, at) == BLANK]
    source.broken.update(blank)
    return [
        Fault(
            source.where(at),
            _("{key} is to be filled in, in the place of {blank}").format(key=at[-1], blank=BLANK),
        )
        for at in blank
    ]


def _at(data: Any, at: Location) -> Any:
    for part in at:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def _place(source: Source, found: Folder) -> None:
    """Validate one file by its first key, and put it where the model keeps it."""
    first = next(iter(source.data), None) if isinstance(source.data, dict) else None
    if first not in KINDS:
        message = _("the first key says what the file holds, one of: {kinds}.{nearest}").format(
            kinds=", ".join(KINDS), nearest=nearest(str(first), KINDS)
        )
        first = renamed_first(source, list(KINDS))
        if first is None:
            raise PackError(Fault(source.where(), message))
        found.faults.append(Fault(source.where((first,)), message))
    kind = KINDS[first]
    read, faults = validated(source, kind.model)
    found.faults += faults
    if read is None:
        found.unread = True
        return
    name = source.data[first]
    if kind.keyed and (first,) in source.broken:
        found.unread = True
        return
    location: Location = (kind.part, name) if kind.keyed else (kind.part,)
    if location in found.locator.parts:
        other = found.locator.parts[location][0]
        raise PackError(
            Fault(
                source.where((first,)),
                _("{file} holds {name} already: keep one of the two").format(
                    file=other.name, name=visible(name if kind.keyed else first)
                ),
            )
        )
    found.locator.parts[location] = (source, (kind.unwrap,) if kind.unwrap else ())
    _keep(found.parts, kind, name, getattr(read, kind.unwrap) if kind.unwrap else read)


def _keep(parts: dict[str, Any], kind: Kind, name: str, value: Any) -> None:
    if kind.keyed:
        parts.setdefault(kind.part, {})[name] = value
    else:
        parts[kind.part] = value


def _hopeless(locator: Locator) -> bool:
    """Whether so much of pack.yaml is unreadable that other files cannot be judged by it."""
    source, _start = locator.parts["pack",]
    return any(
        place[0] in _BASICS and "label" not in place and "topic" not in place
        for place in source.broken
    )


def _rule_faults(model: PackModel, found: Folder) -> list[Fault]:
    locator = found.locator
    return [
        Fault(locator.where(place), message)
        for place, message in problems(model, _doubts(found))
        if not locator.unsure(place)
    ]


def _doubts(found: Folder) -> Doubts:
    broken = [place for source, _start in found.locator.parts.values() for place in source.broken]
    vague = [place for place in broken if place[-1] not in _SCALARS]
    return Doubts(
        unsure=found.locator.unsure, files=found.unread, uses=bool(vague), cites=bool(vague)
    )


def _data_faults(found: Folder) -> list[Fault]:
    """Check what is not about one person's aid, as far as it could be read."""
    locator = found.locator
    parts = dict(found.parts)
    for location, (source, _start) in locator.parts.items():
        if source.broken and location[0] not in ("pack", "benefits", "readings"):
            parts.pop(str(location[0]), None)
            if location[0] == "funding":
                parts.pop("published", None)
    model = PackModel.model_construct(**parts)
    return [
        Fault(locator.where(place), message)
        for check in EXTRA_CHECKS
        for place, message in check(model)
        if not (found.unread and place[0] in ("facts", "published"))
    ]


def _reading_faults(model: PackModel, found: Folder) -> list[Fault]:
    """Try every alternative of every reading on its own: each must leave a sound pack.

    Of parts with faults of their own only the places are looked up.
    """
    faults: list[Fault] = []
    if found.unread:
        return faults
    faulty, vague = _faulty_parts(found)
    known = {fault.message for fault in found.faults}
    for name, reading in model.readings.items():
        for key, alternative in reading.alternatives.items():
            at: Location = ("readings", name, "alternatives", key)
            addresses = [change.at for change in alternative.changes]
            addresses += alternative.inputs.values()
            parts = {address.split("/")[0] for address in addresses}
            if found.locator.unsure(at) or parts & vague:
                continue
            changes, inputs = _sourced(found.locator, at, alternative)
            probes, wrong = _probed(model, changes, inputs)
            faults += wrong
            if parts & faulty:
                faults += misplaced(raw_rules(model), [*changes, *inputs])
            elif not wrong:
                left = _faults_of(model, [*changes, *probes])
                faults += [f for f in left if not any(text in f.message for text in known)]
    return faults


def _faulty_parts(found: Folder) -> tuple[set[str], set[str]]:
    """Return the parts with faults, and those whose steps or conditions could not be read."""
    files = {fault.where.rsplit(":", 2)[0] for fault in found.faults}
    faulty, vague = set(), set()
    for location, (source, _start) in found.locator.parts.items():
        part = str(location[-1]) if location[0] == "benefits" else "shared"
        if location[0] in ("benefits", "pack") and source.name in files:
            faulty.add(part)
        if any({"steps", "when", "pools"} & set(place) for place in source.broken):
            vague.add(part)
    return faulty, vague


def _sourced(
    locator: Locator, at: Location, alternative: Alternative
) -> tuple[list[Sourced], list[Sourced]]:
    """Return the changes of an alternative, and those that its inputs make."""
    by = alternative_label(str(at[1]), str(at[3]), alternative)
    changes = [
        Sourced(change, by, locator.where((*at, "changes", i, "at")), draft=False)
        for i, change in enumerate(alternative.changes)
    ]
    inputs = [
        Sourced(Change(at=place, value=""), by, locator.where((*at, "inputs", key)), draft=False)
        for key, place in alternative.inputs.items()
    ]
    return changes, inputs


def _probed(
    model: PackModel, changes: list[Sourced], inputs: list[Sourced]
) -> tuple[list[Sourced], list[Fault]]:
    """Give every input a value that fits the unit of its parameter.

    Inputs that go to anything else are faults: the office gives a figure.
    """
    probes, wrong = [], []
    units = input_units(raw_rules(model), changes, inputs) if inputs else []
    for sourced, unit in zip(inputs, units, strict=True):
        if unit not in _PROBES:
            message = _(
                "{place} is no figure in yuan, percent or count: an input gives such a figure; "
                "for anything else write an alternative with changes"
            ).format(place=visible(sourced.change.at))
            wrong.append(Fault(sourced.where, message))
        else:
            change = sourced.change.model_copy(update={"value": _PROBES[unit]})
            probes.append(replace(sourced, change=change))
    return probes, wrong


def _faults_of(model: PackModel, changes: list[Sourced]) -> list[Fault]:
    if not changes:
        return []
    try:
        changed_model(model, changes)
    except PackError as error:
        return list(error.faults)
    return []
