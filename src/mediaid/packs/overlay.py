"""Changes to a pack: readings' alternatives first, then an overlay, onto its raw form.

A place is addressed as
  BENEFIT/STEP/ARGUMENT[/CODE…]   the parameter an argument names, or a plain argument
  BENEFIT/when/FIELD[/CODE…]      a condition, or the parameter of codes it names
  BENEFIT/STEP/when[/FIELD]       a step's condition
  BENEFIT/pools/POOL[/KEY], BENEFIT/parameters/NAME, BENEFIT/steps/NAME
  shared/NAME[/CODE…], shared/pools/POOL[/KEY]
"""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from mediaid.faults import nearest, visible
from mediaid.i18n import gettext as _
from mediaid.packs.readings import Change
from mediaid.packs.types import Label
from mediaid.yamlsource import Location

Raw = dict[str, Any]
_REFERENCES = ("at", "of", "above")


@dataclass(frozen=True)
class Sourced:
    """A change and who makes it: a reading or an overlay, named in the citations of its values."""

    change: Change
    by: Label
    where: str
    draft: bool


class ChangeError(ValueError):
    """A change that cannot be made; `where` is the change's own position."""

    def __init__(self, where: str, message: str) -> None:
        super().__init__(message)
        self.where = where


def apply(raw: Raw, changes: Sequence[Sourced]) -> tuple[Raw, dict[Location, str]]:
    """Return a changed copy of a pack's raw form, and which place each change touched.

    Raises ChangeError for a place that does not exist or is addressed twice.
    """
    _refuse_twice(changes)
    result = copy.deepcopy(raw)
    touched: dict[Location, str] = {}
    for sourced in changes:
        try:
            touched[_apply_one(result, sourced)] = sourced.where
        except ValueError as error:
            raise ChangeError(sourced.where, str(error)) from None
    return result, touched


def _refuse_twice(changes: Iterable[Sourced]) -> None:
    seen: dict[tuple[str, dt.date | None], str] = {}
    for sourced in changes:
        place, start = sourced.change.at, sourced.change.from_
        for (other, other_start), _where in seen.items():
            same = place == other or place.startswith(f"{other}/") or other.startswith(f"{place}/")
            if same and start == other_start:
                raise ChangeError(
                    sourced.where,
                    _("{place} is changed twice (also as {other}): change it once").format(
                        place=place, other=other
                    ),
                )
        seen[place, start] = sourced.where


def _apply_one(raw: Raw, sourced: Sourced) -> Location:
    parts = sourced.change.at.split("/")
    if len(parts) < 2:
        raise ValueError(
            _("{place} is too short: write benefit/step/argument").format(
                place=visible(sourced.change.at)
            )
        )
    if parts[0] == "shared":
        scope, start = raw["pack"]["shared"], ("pack", "shared")
    else:
        scope = _get(raw["benefits"], parts[0], _("benefit"))
        start = ("benefits", parts[0])
    if parts[1] in ("pools", "parameters") and len(parts) >= 3:
        return _set(scope.setdefault(parts[1], {}), parts[2:], sourced, (*start, parts[1]))
    if parts[0] == "shared":
        return _set_parameter(scope["parameters"], parts[1], parts[2:], sourced, start)
    if parts[1] == "steps" and len(parts) == 3:
        return _set_step(scope["steps"], parts[2], sourced, start)
    if parts[1] == "when":
        return _set_condition(scope, scope["when"], parts[2:], sourced, start, (*start, "when"))
    return _set_argument(scope, parts, sourced, start)


def _get(mapping: Raw, key: str, what: str) -> Any:
    if key not in mapping:
        raise ValueError(
            _("there is no {what} {name}.{nearest}").format(
                what=what, name=visible(key), nearest=nearest(key, mapping)
            )
        )
    return mapping[key]


def _set(mapping: Raw, keys: Sequence[str], sourced: Sourced, start: Location) -> Location:
    """Set a key, or a key of an existing entry."""
    if len(keys) == 1:
        mapping[keys[0]] = sourced.change.value
    else:
        _get(mapping, keys[0], _("entry"))[keys[1]] = sourced.change.value
    return (*start, *keys)


def _step_index(steps: list[Raw], name: str) -> int | None:
    for i, step in enumerate(steps):
        if (step.get("name") or step["verb"]) == name:
            return i
    return None


def _set_step(steps: list[Raw], name: str, sourced: Sourced, start: Location) -> Location:
    value, after = sourced.change.value, sourced.change.after_step
    if isinstance(value, dict) and len(value) == 1 and "verb" not in value:
        [(verb, arguments)] = value.items()
        value = {"verb": verb, "name": name, **(arguments if isinstance(arguments, dict) else {})}
    index = _step_index(steps, name)
    if index is None:
        before = _step_index(steps, after) if after else None
        if before is None:
            raise ValueError(
                _(
                    "there is no step {name}: to add one, name the step it follows with after_step"
                ).format(name=visible(name))
            )
        index = before + 1
        steps.insert(index, value)
    else:
        steps[index] = value
    return (*start, "steps", index)


def _set_condition(
    scope: Raw, when: Raw, keys: Sequence[str], sourced: Sourced, start: Location, place: Location
) -> Location:
    if len(keys) >= 1 and isinstance(when.get(keys[0]), dict) and when[keys[0]].get("in"):
        return _set_parameter(scope["parameters"], when[keys[0]]["in"], keys[1:], sourced, start)
    if len(keys) != 1:
        raise ValueError(_("name one field behind when"))
    when[keys[0]] = sourced.change.value
    return (*place, keys[0])


def _set_argument(scope: Raw, parts: Sequence[str], sourced: Sourced, start: Location) -> Location:
    index = _step_index(scope["steps"], parts[1])
    if index is None:
        names = [step.get("name") or step["verb"] for step in scope["steps"]]
        raise ValueError(
            _("benefit {benefit} has no step {name}.{nearest}").format(
                benefit=parts[0], name=visible(parts[1]), nearest=nearest(parts[1], names)
            )
        )
    step = scope["steps"][index]
    if len(parts) < 3:
        raise ValueError(
            _(
                "name the argument of step {name}, or address the whole step as "
                "{benefit}/steps/{name}"
            ).format(name=parts[1], benefit=parts[0])
        )
    place = (*start, "steps", index, parts[2])
    if parts[2] == "when":
        when = step.setdefault("when", {})
        if len(parts) == 3:
            step["when"] = sourced.change.value
            return place
        return _set_condition(scope, when, parts[3:], sourced, start, place)
    if parts[2] in _REFERENCES:
        return _set_parameter(
            scope["parameters"], _get(step, parts[2], _("argument")), parts[3:], sourced, start
        )
    if len(parts) != 3:
        raise ValueError(_("argument {name} has no codes").format(name=visible(parts[2])))
    step[parts[2]] = sourced.change.value
    return place


def _set_parameter(
    parameters: Raw, name: str, codes: Sequence[str], sourced: Sourced, start: Location
) -> Location:
    if name not in parameters and start[0] == "benefits":
        raise ValueError(
            _("{name} is shared by several benefits: address it as shared/{name}").format(
                name=visible(name)
            )
        )
    parameter = _get(parameters, name, _("parameter"))
    change = sourced.change
    if change.from_ is None:
        targets = list(range(len(parameter["values"])))
    else:
        targets = [_insert_dated(parameter["values"], sourced)]
    for i in targets:
        dated = parameter["values"][i]
        dated["value"] = _replaced(dated["value"], codes, change.value)
        _mark(dated, sourced)
    return (*start, "parameters", name, "values", targets[-1], "value", *codes)


def _insert_dated(values: list[Raw], sourced: Sourced) -> int:
    """Add a dated value that begins with the change, a copy of the one in force until then."""
    change = sourced.change
    assert change.from_ is not None
    begin = change.from_.isoformat()
    before = [i for i, dated in enumerate(values) if dated["from"] <= begin]
    model = copy.deepcopy(values[before[-1]] if before else values[0])
    if before and values[before[-1]]["from"] == begin:
        raise ValueError(
            _("the pack has a value from {day} already: change it without from").format(day=begin)
        )
    if before:
        old = values[before[-1]]
        last = (change.from_ - dt.timedelta(days=1)).isoformat()
        if old.get("to") is None or old["to"] > last:
            old["to"] = last
    model.update({"from": begin, "after": change.after, "status": change.status})
    model.pop("to", None)
    if change.to is not None:
        model["to"] = change.to.isoformat()
    index = before[-1] + 1 if before else 0
    values.insert(index, model)
    return index


def _replaced(value: Any, codes: Sequence[str], new: Any) -> Any:
    if not codes:
        return new
    if not isinstance(value, dict):
        raise ValueError(
            _("this value is the same for every code: leave {code} out").format(
                code=visible(codes[0])
            )
        )
    changed = dict(value)
    changed[codes[0]] = (
        _replaced(value[codes[0]], codes[1:], new) if len(codes) > 1 and codes[0] in value else new
    )
    return changed


def _mark(dated: Raw, sourced: Sourced) -> None:
    """Let the value say who changed it: its old citation alone would vouch for a new figure."""
    if sourced.change.cite is not None:
        dated["cite"] = sourced.change.cite.model_dump(mode="json", by_alias=True)
        return
    old = dated["cite"].get("note") or {"zh": "", "en": ""}
    dated["cite"] = {
        **dated["cite"],
        "note": {
            lang: f"{sourced.by.in_(lang)}{joint}{old[lang]}" if old[lang] else sourced.by.in_(lang)
            for lang, joint in (("zh", "；原："), ("en", "; was: "))
        },
    }  # type: ignore[arg-type]
    if sourced.draft:
        dated["status"] = sourced.change.status
