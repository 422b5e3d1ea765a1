"""Changed values of parameters: their days, their status, and citations that stay true."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from mediaid.faults import nearest, visible
from mediaid.i18n import LANGS, Lang
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from mediaid.faults import Location
    from mediaid.packs.changes.sourced import Sourced
    from mediaid.packs.schema.readings import Change

Raw = dict[str, Any]
Codes = tuple[str, ...]

_WAS = {"zh": "；原：", "en": "; was: "}
_AND = {"zh": "；", "en": "; "}
_COLON = {"zh": "：", "en": ": "}
_IN = {"zh": ("（", "）"), "en": (" (", ")")}


@dataclass
class _Changed:
    """A dated value, what it cited before, and the changes made to it."""

    dated: Raw
    by: Sequence[str]
    was: Raw
    changes: list[tuple[Codes, Sourced]] = field(default_factory=list)


class Dates:
    """The dated values that changes touch."""

    def __init__(self) -> None:
        self.changed: dict[tuple[Location, str], _Changed] = {}
        self.begun: set[tuple[Location, str]] = set()

    def change(self, parameter: Raw, at: Location, codes: Codes, sourced: Sourced) -> None:
        """Change one parameter: all its values, or with `from` what holds from that day on."""
        change = sourced.change
        values = parameter["values"]
        if change.from_ is None:
            if change.model_fields_set & {"to", "after"}:
                raise ValueError(_("`to` and `after` need `from`, the day the change begins"))
            targets = list(values)
        else:
            begin = change.from_.isoformat()
            if (at, begin) in self.begun:
                targets = [dated for dated in values if dated["from"] == begin]
            else:
                added = _begin(values, change)
                targets = [added[0][0]]
                self.begun.add((at, begin))
                self._inherit(at, added)
        for dated in targets:
            dated["value"] = _replaced(dated["value"], codes, change.value)
            self._note(parameter, at, codes, dated, sourced)

    def _inherit(self, at: Location, added: Sequence[tuple[Raw, Raw]]) -> None:
        """Let copies of changed values name those changes as well."""
        for new, model in added:
            before = self.changed.get((at, model["from"]))
            if before is not None and new is not model:
                self.changed[at, new["from"]] = replace(
                    before, dated=new, changes=list(before.changes)
                )

    def _note(
        self, parameter: Raw, at: Location, codes: Codes, dated: Raw, sourced: Sourced
    ) -> None:
        key = (at, dated["from"])
        if key not in self.changed:
            by = parameter.get("by", [])
            self.changed[key] = _Changed(dated, by, copy.deepcopy(dated["cite"]))
        if not codes:  # nothing is left of what was changed before
            self.changed[key].changes.clear()
        self.changed[key].changes.append((codes, sourced))
        stated = "status" in sourced.change.model_fields_set
        if (sourced.draft or stated) and dated.get("status") != "draft":
            dated["status"] = sourced.change.status

    def cite_all(self, pack: Raw) -> None:
        """Let every changed value say who changed it and what it cited before."""
        for changed in self.changed.values():
            changed.dated["cite"] = _cite(changed, pack)


def _begin(values: list[Raw], change: Change) -> list[tuple[Raw, Raw]]:
    """Add a value that begins with the change, a copy of the one in force until then.

    Where the change ends before that one would have, that one holds again afterwards. Returns the
    new values, the change's first, each with the one it is a copy of.
    """
    assert change.from_ is not None
    begin = change.from_.isoformat()
    before = [i for i, dated in enumerate(values) if dated["from"] <= begin]
    index = before[-1] + 1 if before else 0
    old = values[before[-1]] if before else None
    if old is not None and old["from"] == begin:
        raise ValueError(
            _("the pack has a value from {day} already: change it without from").format(day=begin)
        )
    model = old or values[0]
    new = copy.deepcopy(model)
    new.update({"from": begin, "after": change.after})
    new.pop("to", None)
    if change.to is not None:
        new["to"] = change.to.isoformat()
    added = [new]
    if old is not None:
        if change.to is not None and (old.get("to") is None or old["to"] > new["to"]):
            next_day = (change.to + dt.timedelta(days=1)).isoformat()
            added.append({**copy.deepcopy(old), "from": next_day})
        last = (change.from_ - dt.timedelta(days=1)).isoformat()
        if old.get("to") is None or old["to"] > last:
            old["to"] = last
    values[index:index] = added
    return [(value, model) for value in added]


def _replaced(value: Any, codes: Codes, new: Any) -> Any:
    if not codes:
        return copy.deepcopy(new)
    if not isinstance(value, dict):
        raise ValueError(
            _("this value is the same for every code: leave {code} out").format(
                code=visible(codes[0])
            )
        )
    if len(codes) > 1 and codes[0] not in value:
        raise ValueError(
            _("there is no value for {code}.{nearest}").format(
                code=visible(codes[0]), nearest=nearest(codes[0], value)
            )
        )
    changed = dict(value)
    changed[codes[0]] = _replaced(value.get(codes[0]), codes[1:], new)
    return changed


def _cite(changed: _Changed, pack: Raw) -> Raw:
    """Return the citation of a changed value.

    The old one alone would vouch for a new figure. A document that a change cites replaces it
    only where nothing of the old value is left.
    """
    cites = [sourced.change.cite for _codes, sourced in changed.changes]
    first = cites[0]
    answered = all(sourced.answered for _codes, sourced in changed.changes)
    if answered and not any(cites):
        return changed.was
    if (
        first is not None
        and _nothing_left(changed)
        and all(
            cite is not None and (cite.source, cite.at) == (first.source, first.at)
            for cite in cites
        )
    ):
        if answered:
            return first.model_dump(mode="json", exclude_none=True)
        notes = {lang: _joined(changed, pack, lang, cited=False) for lang in LANGS}
        return {"source": first.source, "at": first.at, "note": notes}
    old = changed.was.get("note") or {}
    note = {}
    for lang in LANGS:
        text = _joined(changed, pack, lang, cited=True)
        note[lang] = f"{text}{_WAS[lang]}{old[lang]}" if old.get(lang) else text
    return {**changed.was, "note": note}


def _nothing_left(changed: _Changed) -> bool:
    touched = {codes for codes, _sourced in changed.changes}
    return all(
        any(leaf[: len(codes)] == codes for codes in touched)
        for leaf in _leaves(changed.dated["value"], len(changed.by))
    )


def _leaves(value: Any, depth: int) -> list[Codes]:
    if depth == 0 or not isinstance(value, dict):
        return [()]
    return [(code, *rest) for code, below in value.items() for rest in _leaves(below, depth - 1)]


def _joined(changed: _Changed, pack: Raw, lang: Lang, *, cited: bool) -> str:
    """Return who changed what, each once: a change to several codes names them all."""
    whose: dict[str, list[str]] = {}
    for codes, sourced in changed.changes:
        cite = sourced.change.cite
        text = sourced.by.in_(lang)
        if cite is not None and cited:
            number = pack["sources"][cite.source]["number"]
            text = f"{text}{_COLON[lang]}{number} {cite.at}"
        if cite is not None and cite.note is not None:
            text = f"{text}{_COLON[lang]}{cite.note.in_(lang)}"
        labels = [
            _code_label(pack, name, code, lang)
            for name, code in zip(changed.by, codes, strict=False)
        ]
        whose.setdefault(text, []).extend([" · ".join(labels)] if labels else [])
    opened, closed = _IN[lang]
    comma = {"zh": "、", "en": ", "}[lang]
    return _AND[lang].join(
        f"{text}{opened}{comma.join(dict.fromkeys(labels))}{closed}" if labels else text
        for text, labels in whose.items()
    )


def _code_label(pack: Raw, name: str, code: str, lang: Lang) -> str:
    label = pack["codes"].get(name, {}).get(code)
    return str(label[lang]) if label else visible(code)
