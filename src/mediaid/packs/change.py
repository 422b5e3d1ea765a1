"""A changed pack, checked as a whole; and overlay files, which change one."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from mediaid import yamlsource
from mediaid.faults import Fault, Location, PackError, visible
from mediaid.i18n import gettext as _
from mediaid.packs.check import unsound, unused
from mediaid.packs.locate import by_place, findings
from mediaid.packs.model import PackFile, PackModel, Rules
from mediaid.packs.overlay import Sourced, Touched, apply
from mediaid.packs.readings import Overlay
from mediaid.packs.repair import validated
from mediaid.packs.rules import Benefit
from mediaid.packs.types import Label

Part = TypeVar("Part", bound=BaseModel)


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
    raw, touched = apply(raw_rules(model), changes)
    fallback = changes[-1].where
    faults: list[Fault] = []
    pack = _valid(PackFile, raw["pack"], ("pack",), touched, faults)
    benefits: dict[str, Benefit] = {}
    for name, benefit in raw["benefits"].items():
        read = _valid(Benefit, benefit, ("benefits", name), touched, faults)
        if read is not None:
            benefits[name] = read
    if pack is None or faults:
        raise PackError(dict.fromkeys(faults))
    rules = PackModel.model_construct(pack=pack, benefits=benefits)
    found = list(unsound(rules))
    # What the pack has and no longer needs is no fault; what a change adds in vain is one.
    found += [
        (at, text)
        for at, text in unused(rules)
        if at[:2] != ("pack", "sources") and touched.blame(at)
    ]
    if found:
        faults = [
            Fault(touched.blame(at) or fallback, _elsewhere(at, text, touched))
            for at, text in found
        ]
        raise PackError(dict.fromkeys(faults))
    return model.model_copy(update={"pack": pack, "benefits": benefits})


def _elsewhere(at: Location, text: str, touched: Touched) -> str:
    """Name the parameter where a fault lies in one that no change addresses."""
    depth = 4 if at[0] == "benefits" or at[1:2] == ("shared",) else len(at)
    parameter = at[:depth]
    if "parameters" not in at[:-1] or any(p.at[:depth] == parameter for p, _w in touched.places):
        return text
    name = f"{'shared' if at[0] == 'pack' else at[1]}/{at[3]}"
    return _("{parameter}: {message} (change it in the same alternative or overlay)").format(
        parameter=name, message=text
    )


def _valid(
    kind: type[Part], raw: Any, at: Location, touched: Touched, faults: list[Fault]
) -> Part | None:
    try:
        return kind.model_validate(raw)
    except ValidationError as error:
        faults += [
            Fault(touched.blame((*at, *finding.at)) or "", finding.message)
            for finding in findings(error, kind, raw)
        ]
    return None


def read_overlay(path: Path, model: Rules, base_hash: str) -> tuple[str, list[Sourced]]:
    """Read an overlay file made for this very pack. Raises PackError with every fault."""
    source = yamlsource.read(path)
    read, faults = validated(source, Overlay)
    faults = [*source.faults, *faults]
    if isinstance(read, Overlay):
        faults += _base_faults(read, source, model.pack.pack, base_hash)
    if faults or not isinstance(read, Overlay):
        raise PackError(dict.fromkeys(sorted(faults, key=by_place)))
    by = Label(
        zh=f"叠加 {read.overlay}：{read.label.zh}", en=f"overlay {read.overlay}: {read.label.en}"
    )
    return read.overlay, [
        Sourced(change, by, source.where(("changes", i, "at")), draft=True)
        for i, change in enumerate(read.changes)
    ]


def _base_faults(
    overlay: Overlay, source: yamlsource.Source, pack: str, base_hash: str
) -> list[Fault]:
    if {("base",), ("base", "pack"), ("base", "hash")} & source.broken:
        return []
    if overlay.base.pack != pack:
        return [
            Fault(
                source.where(("base", "pack")),
                _("is made for pack {other}, not for {pack}").format(
                    other=visible(overlay.base.pack), pack=pack
                ),
            )
        ]
    if overlay.base.hash != base_hash:
        return [
            Fault(
                source.where(("base", "hash")),
                _(
                    "the pack has changed since this overlay was made (its hash is {hash}): look "
                    "through the changes again, then write the new hash"
                ).format(hash=base_hash),
            )
        ]
    return []
