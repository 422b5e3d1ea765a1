"""From a folder of YAML to a pack that is checked as a whole, or every fault of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from mediaid import yamlsource
from mediaid.faults import Fault, PackError, nearest, visible
from mediaid.i18n import gettext as _
from mediaid.packs import cache
from mediaid.packs.check import problems
from mediaid.packs.find import pack_folder
from mediaid.packs.hashing import rules_hash
from mediaid.packs.kinds import KINDS, EXTRA_CHECKS
from mediaid.packs.locate import Locator, faults_of
from mediaid.packs.model import Pack, PackFile, PackModel
from mediaid.packs.overlay import ChangeError, Sourced, apply
from mediaid.packs.readings import Overlay, Reading
from mediaid.packs.select import choose
from mediaid.yamlsource import Source


def load_pack(
    id_or_path: str | Path,
    *,
    readings: Mapping[str, str] | Iterable[str] = (),
    overlay: Path | str | None = None,
) -> Pack:
    """Load a shipped pack by its id, or any pack by its folder.

    `readings` chooses alternatives (id → alternative, or "id=alternative" texts); `overlay` names
    a file of changes. Raises PackError with every fault.
    """
    folder = pack_folder(id_or_path)
    model = cache.load(folder, lambda: read_folder(folder))
    base_hash = rules_hash(model)
    chosen, changes = choose(model, readings)
    name = None
    if overlay is not None:
        name, more = read_overlay(Path(overlay), model, base_hash)
        changes = [*changes, *more]
    if not changes:
        return Pack(model, base_hash, base_hash, chosen)
    changed = changed_model(model, changes)
    return Pack(changed, rules_hash(changed), base_hash, chosen, name)


def read_folder(folder: Path) -> PackModel:
    """Read and check all files of a pack folder. Raises PackError with every fault."""
    model, locator, faults = _read_files(folder)
    if model is None or faults:
        raise PackError(sorted(faults))
    faults = [Fault(locator.where(place), message) for place, message in problems(model)]
    for check in EXTRA_CHECKS:
        faults += [Fault(locator.where(place), message) for place, message in check(model)]
    faults += _reading_faults(model, locator) if not faults else []
    if faults:
        raise PackError(dict.fromkeys(sorted(faults)))
    return model


def _read_files(folder: Path) -> tuple[PackModel | None, Locator, list[Fault]]:
    parts: dict[str, Any] = {}
    locator = Locator(fallback=folder.name)
    faults: list[Fault] = []
    files = sorted(p for p in folder.iterdir() if p.suffix in (".yaml", ".yml"))
    for path in files:
        try:
            source = yamlsource.load(path, f"{folder.name}/{path.name}")
            _place(source, parts, locator)
        except PackError as error:
            faults += error.faults
    if "pack" not in parts:
        if not faults:
            faults.append(
                Fault(
                    f"{folder.name}/pack.yaml",
                    _("is missing: a pack folder has a file that begins with pack:"),
                )
            )
        return None, locator, faults
    return PackModel.model_construct(**parts), locator, faults


def _place(source: Source, parts: dict[str, Any], locator: Locator) -> None:
    """Validate one file by its first key, and put it where the model keeps it."""
    first = next(iter(source.data), None) if isinstance(source.data, dict) else None
    if first not in KINDS:
        raise PackError(
            Fault(
                source.where(),
                _("the first key says what the file holds, one of: {kinds}.{nearest}").format(
                    kinds=", ".join(KINDS), nearest=nearest(str(first), KINDS)
                ),
            )
        )
    kind = KINDS[first]
    try:
        read = kind.model.model_validate(source.data)
    except ValidationError as error:
        raise PackError(faults_of(error, kind.model, source)) from error
    value = getattr(read, kind.unwrap) if kind.unwrap else read
    if kind.keyed:
        name = source.data[first]
        held = parts.setdefault(kind.part, {})
        location: yamlsource.Location = (kind.part, name)
        if name in held:
            raise PackError(
                Fault(
                    source.where((first,)),
                    _("another file holds {name} already").format(name=visible(name)),
                )
            )
        held[name] = value
    else:
        location = (kind.part,)
        if kind.part in parts:
            raise PackError(
                Fault(
                    source.where((first,)),
                    _("another file holds {name} already").format(name=first),
                )
            )
        parts[kind.part] = value
    locator.parts[location] = (source, (kind.unwrap,) if kind.unwrap else ())


def _reading_faults(model: PackModel, locator: Locator) -> list[Fault]:
    """Try every alternative of every reading on its own: each must leave a sound pack."""
    faults = []
    for name, reading in model.readings.items():
        for key, alternative in reading.alternatives.items():
            place = locator.where(("readings", name, "alternatives", key))
            if alternative.inputs:
                faults += _input_faults(model, reading, alternative.inputs, place)
                continue
            changes = [
                Sourced(change, alternative.label, place, draft=False)
                for change in alternative.changes
            ]
            try:
                changed_model(model, changes)
            except PackError as error:
                faults += [Fault(place, str(fault)) for fault in error.faults]
    return faults


def _input_faults(
    model: PackModel, reading: Reading, inputs: Mapping[str, str], place: str
) -> list[Fault]:
    from mediaid.packs.readings import Change  # noqa: PLC0415

    faults = []
    for at in inputs.values():
        probe = Sourced(Change(at=at, value="0"), reading.question, place, draft=False)
        try:
            apply(raw_rules(model), [probe])
        except ChangeError as error:
            faults.append(Fault(place, str(error)))
    return faults


def raw_rules(model: PackModel) -> dict[str, Any]:
    """Return the rules of a pack as plain data, in the form its files have."""
    return {
        "pack": model.pack.model_dump(mode="json", by_alias=True, exclude_none=True),
        "benefits": {
            name: benefit.model_dump(mode="json", by_alias=True, exclude_none=True)
            for name, benefit in model.benefits.items()
        },
    }


def changed_model(model: PackModel, changes: list[Sourced]) -> PackModel:
    """Apply changes and check the result as a whole. Raises PackError at the changes' places."""
    from mediaid.packs.rules import Benefit  # noqa: PLC0415

    try:
        raw, touched = apply(raw_rules(model), changes)
    except ChangeError as error:
        raise PackError(Fault(error.where, str(error))) from error
    fallback = changes[-1].where
    try:
        changed = model.model_copy(
            update={
                "pack": PackFile.model_validate(raw["pack"]),
                "benefits": {n: Benefit.model_validate(b) for n, b in raw["benefits"].items()},
            }
        )
    except ValidationError as error:
        raise PackError(
            [
                Fault(
                    fallback,
                    str(found["ctx"]["error"] if "error" in found.get("ctx", {}) else found["msg"]),
                )
                for found in error.errors()
            ]
        ) from error
    faults = [
        Fault(_nearest_change(place, touched, fallback), message)
        for place, message in problems(changed)
    ]
    if faults:
        raise PackError(dict.fromkeys(faults))
    return changed


def _nearest_change(
    place: yamlsource.Location, touched: Mapping[yamlsource.Location, str], fallback: str
) -> str:
    for changed, where in touched.items():
        if place[: len(changed)] == changed or changed[: len(place)] == place:
            return where
    return fallback


def read_overlay(path: Path, model: PackModel, base_hash: str) -> tuple[str, list[Sourced]]:
    """Read an overlay file made for this very pack. Raises PackError with every fault."""
    source = yamlsource.load(path)
    try:
        overlay = Overlay.model_validate(source.data)
    except ValidationError as error:
        raise PackError(faults_of(error, Overlay, source)) from error
    if overlay.base.pack != model.pack.pack:
        raise PackError(
            Fault(
                source.where(("base", "pack")),
                _("is made for pack {other}, not for {pack}").format(
                    other=visible(overlay.base.pack), pack=model.pack.pack
                ),
            )
        )
    if overlay.base.hash != base_hash:
        raise PackError(
            Fault(
                source.where(("base", "hash")),
                _(
                    "the pack has changed since this overlay was made (its hash is {hash}): look through "
                    "the changes again, then write the new hash"
                ).format(hash=base_hash),
            )
        )
    return overlay.overlay, [
        Sourced(change, overlay.label, source.where(("changes", i, "at")), draft=True)
        for i, change in enumerate(overlay.changes)
    ]
