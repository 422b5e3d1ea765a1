"""A changed pack, checked as a whole; and overlay files, which change one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from mediaid import yamlsource
from mediaid.faults import Fault, Location, PackError, visible
from mediaid.i18n import gettext as _
from mediaid.packs.budget.enrolment import Enrolment
from mediaid.packs.budget.funding import Funding
from mediaid.packs.budget.workfunds import WorkFunds
from mediaid.packs.changes.overlay import APART, Touched, apply
from mediaid.packs.changes.sourced import Sourced
from mediaid.packs.checks.check import unsound, unused
from mediaid.packs.checks.datacheck import data_problems
from mediaid.packs.folder.locate import by_place, findings
from mediaid.packs.folder.repair import validated
from mediaid.packs.schema.pack import PackFile, Rules
from mediaid.packs.schema.readings import Overlay
from mediaid.packs.schema.rules import Benefit
from mediaid.packs.schema.types import Label
from mediaid.packs.whole import PackModel

Part = TypeVar("Part", bound=BaseModel)


def raw_rules(model: PackModel) -> dict[str, Any]:
    """Return what of a pack can be changed as plain data, in the form its files have."""
    apart: dict[str, Any] = {key: getattr(model, key, None) or {} for key in APART}
    return {
        "pack": _plain(model.pack),
        "benefits": {name: _plain(benefit) for name, benefit in model.benefits.items()},
        "funding": {name: _plain(its) for name, its in apart["funding"].items()},
        "work_funds": _fund_lines(apart["work_funds"]) if apart["work_funds"] else {},
        "enrolment": _plain(apart["enrolment"])["enrolment"] if apart["enrolment"] else {},
    }


def _fund_lines(funds: WorkFunds) -> dict[str, Any]:
    """Return the lines of work funds with their amounts in 元, as their file has them."""
    return {
        name: _plain(line)
        | {"values": [_plain(its) | {"value": its.value.written()} for its in line.values]}
        for name, line in funds.work_funds.items()
    }


_WHOLE: dict[str, type[WorkFunds | Enrolment]] = {"work_funds": WorkFunds, "enrolment": Enrolment}
"""Parts that are one file, whose only key is their name."""


def _plain(part: BaseModel) -> Any:
    return part.model_dump(mode="json", by_alias=True, exclude_none=True)


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
    parts = {"pack": pack, "benefits": benefits, **_changed_apart(model, raw, touched)}
    return model.model_copy(update=parts)


def _changed_apart(model: PackModel, raw: dict[str, Any], touched: Touched) -> dict[str, Any]:
    """Return the changed parts that decide no person's aid, checked. Raises PackError."""
    names = {str(place.at[0]) for place, _where in touched.places} & set(APART)
    faults: list[Fault] = []
    parts: dict[str, Any] = {}
    for key in sorted(names):
        if key == "funding":
            parts[key] = {
                name: _valid(Funding, its, (key, name), touched, faults)
                for name, its in raw[key].items()
            }
        else:
            parts[key] = _valid(_WHOLE[key], {key: raw[key]}, (), touched, faults)
    if parts and not faults:
        changed = model.model_copy(update=parts)
        faults += [
            Fault(touched.blame(_beside(at)) or "", message)
            for at, message in data_problems(changed)
            if at[0] in names
        ]
    if faults:
        raise PackError(dict.fromkeys(faults))
    return parts


def _beside(at: Location) -> Location:
    """Return a place in a part as changes address it: the key of a file stands there once."""
    return (at[0], *at[2:]) if at[0] in _WHOLE and at[1:2] == at[:1] else at


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


@dataclass(frozen=True)
class Given:
    """An overlay file that was read: what it says, its changes, and where they stand."""

    overlay: Overlay
    changes: list[Sourced]
    source: yamlsource.Source

    @property
    def name(self) -> str:
        return self.overlay.overlay


def read_overlay(
    path: Path, model: Rules, base_hash: str, *, drafts: bool = False, adopted: bool = False
) -> Given:
    """Read an overlay file made for this very pack. Raises PackError with every fault.

    A draft of a year is refused unless `drafts`; then all its values count as drafts. `adopted`:
    its changes are to become the pack's own.
    """
    given, faults = _read_given(path)
    if given is not None:
        faults += _base_faults(given.overlay, given.source, model.pack.pack, base_hash)
    if given is None or faults:
        raise PackError(dict.fromkeys(sorted(faults, key=by_place)))
    if given.overlay.draft is not None and not (drafts or adopted):
        raise PackError(
            Fault(
                given.source.where(("draft",)),
                _(
                    "is a draft for {year}, not in force: --draft computes with it, where a figure "
                    "is only looked at; mediaid rules adopt brings it into force"
                ).format(year=given.overlay.draft),
            )
        )
    if adopted:
        changes = [replace(sourced, draft=False, answered=True) for sourced in given.changes]
        return replace(given, changes=changes)
    if given.overlay.draft is not None:
        return replace(given, changes=[_as_draft(sourced) for sourced in given.changes])
    return given


def parse_overlay(path: Path) -> Given:
    """Read an overlay file, whatever pack it is made for. Raises PackError with every fault."""
    given, faults = _read_given(path)
    if given is None or faults:
        raise PackError(dict.fromkeys(sorted(faults, key=by_place)))
    return given


def _read_given(path: Path) -> tuple[Given | None, list[Fault]]:
    source = yamlsource.read(path)
    read, faults = validated(source, Overlay)
    faults = [*source.faults, *faults]
    if not isinstance(read, Overlay):
        return None, faults
    by = Label(
        zh=f"叠加 {read.overlay}：{read.label.zh}", en=f"overlay {read.overlay}: {read.label.en}"
    )
    changes = [
        Sourced(change, by, source.where(("changes", i, "at")), draft=True)
        for i, change in enumerate(read.changes)
    ]
    return Given(read, changes, source), faults


def _as_draft(sourced: Sourced) -> Sourced:
    """Return a change whose value is a draft, even if its question is answered already."""
    change = sourced.change
    if "status" not in change.model_fields_set:
        return sourced
    answered = change.status != "draft"
    draft = change.model_copy(update={"status": "draft"})
    return replace(sourced, change=draft, answered=answered)


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
