"""Changes to a pack: readings' alternatives first, then an overlay, onto its raw form.

A place is addressed as
  BENEFIT/STEP/ARGUMENT[/CODE…]   the parameter an argument names, or a plain argument
  BENEFIT/when/FIELD[/CODE…]      a condition, or the parameter of codes it names
  BENEFIT/STEP/when[/FIELD[/CODE…]]  a step's conditions
  BENEFIT/pools/POOL[/KEY…], BENEFIT/parameters/NAME, BENEFIT/steps/NAME
  BENEFIT/parameters/NAME/values[/CODE…]  the values of a parameter, whatever uses it
  shared/NAME[/CODE…], shared/pools/POOL[/KEY…], shared/parameters/NAME[/values[/CODE…]]
  funding/ID/parameters/NAME/values[/CODE…], work_funds/LINE/values, enrolment/INSURANCE/values
  sources/ID                      a document that changed values cite
  pack/preselfpay                 a key of pack.yaml
"""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from mediaid.faults import Fault, Location, PackError, nearest, visible
from mediaid.i18n import gettext as _
from mediaid.packs.changes.redate import Dates
from mediaid.packs.changes.sourced import Sourced
from mediaid.packs.schema.readings import Change

Raw = dict[str, Any]
_REFERENCES = ("at", "of", "above")
_FIXED = ("verb", "name")
APART = {
    "funding": ("funding", "parameters", "parameter", "values"),
    "work_funds": ("line", "values"),
    "enrolment": ("insurance", "values"),
}
"""The way to the dated values of parts that decide no person's aid, key by key."""
APART_FORMS = {
    "funding": "funding/ID/parameters/NAME/values",
    "work_funds": "work_funds/LINE/values",
    "enrolment": "enrolment/INSURANCE/values",
}
_MEANT = {"pool": "pools", "parameter": "parameters", "step": "steps"}
"""Keys of a benefit as they are often miswritten in places."""


@dataclass(frozen=True)
class Place:
    """What a change addresses: steps by their names; `codes` within the values of a parameter."""

    at: Location
    codes: tuple[str, ...] = ()

    def overlaps(self, other: Place) -> bool:
        """Whether one of two places lies within the other."""
        one, two = (*self.at, *self.codes), (*other.at, *other.codes)
        length = min(len(one), len(two))
        return one[:length] == two[:length]


@dataclass
class Touched:
    """Which change touched which place of the changed pack."""

    places: list[tuple[Place, str]] = field(default_factory=list)
    steps: dict[str, list[str]] = field(default_factory=dict)

    def blame(self, location: Location) -> str | None:
        """Return where the change stands that a fault at a location comes from."""
        named = self._named(location)
        best: tuple[int, str] | None = None
        for place, where in self.places:
            length = min(len(place.at), len(named))
            if place.at[:length] != named[:length]:
                continue
            tail = named[len(place.at) :]
            within = tail[3:] if tail[:1] == ("values",) else tail
            score = length + (len(place.codes) if within[: len(place.codes)] == place.codes else 0)
            if best is None or score > best[0]:
                best = (score, where)
        return best[1] if best else None

    def _named(self, location: Location) -> Location:
        """Return a location with the names of steps instead of their numbers."""
        if len(location) > 3 and location[0] == "benefits" and location[2] == "steps":
            names = self.steps.get(str(location[1]), [])
            number = int(location[3])
            name = names[number] if number < len(names) else ""
            return (*location[:3], name, *location[4:])
        return location


class UndefinedError(ValueError):
    """A step or condition names a parameter that the pack does not have."""


def apply(raw: Raw, changes: Sequence[Sourced]) -> tuple[Raw, Touched]:
    """Return a changed copy of a pack's raw form, and which change touched which place.

    Raises PackError with every change that cannot be made: its place does not exist, or another
    change addresses the same place.
    """
    editor = _Editor(copy.deepcopy(raw))
    failed = editor.make_all(changes)
    if failed:
        raise PackError([Fault(sourced.where, str(error)) for sourced, error in failed])
    editor.dates.cite_all(editor.raw["pack"])
    for name, benefit in editor.raw["benefits"].items():
        editor.touched.steps[name] = [_step_name(step) for step in benefit["steps"]]
    return editor.raw, editor.touched


def misplaced(raw: Raw, changes: Sequence[Sourced]) -> list[Fault]:
    """Return the changes to a faulty pack whose places do not exist, whatever its faults."""
    failed = _Editor(copy.deepcopy(raw)).make_all(changes)
    return [
        Fault(sourced.where, str(error))
        for sourced, error in failed
        if not isinstance(error, UndefinedError)
    ]


def input_units(
    raw: Raw, changes: Sequence[Sourced], inputs: Sequence[Sourced]
) -> list[str | None]:
    """Return the unit of the parameter that each input of a reading goes to.

    None: it goes to something else than a value of a parameter. "": there is no such place, which
    making the change reports.
    """
    editor = _Editor(copy.deepcopy(raw))
    editor.make_all(changes)
    return [editor.unit_at(sourced) for sourced in inputs]


def _step_name(step: Any) -> str:
    return str(step.get("name") or step.get("verb", "")) if isinstance(step, dict) else ""


def _get(mapping: Raw, key: str, what: str) -> Any:
    if key not in mapping:
        raise ValueError(
            _("there is no {what} {name}.{nearest}").format(
                what=what, name=visible(key), nearest=nearest(key, mapping)
            )
        )
    return mapping[key]


class _Editor:
    """Makes changes to a pack's raw form, one after the other."""

    def __init__(self, raw: Raw) -> None:
        self.raw = raw
        self.touched = Touched()
        self.dates = Dates()
        self.made: list[tuple[Place, Sourced]] = []

    def make_all(self, changes: Sequence[Sourced]) -> list[tuple[Sourced, ValueError]]:
        """Make changes; return those that cannot be made."""
        failed = []
        for sourced in changes:
            try:
                self.make(sourced)
            except ValueError as error:
                failed.append((sourced, error))
        return failed

    def make(self, sourced: Sourced) -> None:
        """Make one change. Raises ValueError, which says why it cannot be made."""
        change = sourced.change
        parts = change.at.split("/")
        if len(parts) < 2 or not all(parts):
            raise ValueError(
                _("{place} is no place of a pack: write benefit/step/argument").format(
                    place=visible(change.at)
                )
            )
        if change.after_step is not None and parts[1] != "steps":
            raise ValueError(_("after_step belongs to a new step: benefit/steps/name"))
        if change.cite is not None and change.cite.source not in self.raw["pack"]["sources"]:
            raise ValueError(
                _("{source} is not listed under sources.{nearest}").format(
                    source=visible(change.cite.source),
                    nearest=nearest(change.cite.source, self.raw["pack"]["sources"]),
                )
            )
        self._dispatch(parts, sourced)

    def unit_at(self, sourced: Sourced) -> str | None:
        """Return the unit of the parameter that a change gives a value; see `input_units`."""
        before = len(self.dates.changed)
        if self.make_all([sourced]):
            return ""
        at = self.made[-1][0].at
        if len(self.dates.changed) == before and not self._is_value(at):
            return None
        part = self.raw["pack"]["shared"] if at[0] == "pack" else self.raw["benefits"][at[1]]
        return str(part["parameters"][at[-1]].get("unit", ""))

    def _is_value(self, at: Location) -> bool:
        return any(place == at for place, _begin in self.dates.changed)

    def _dispatch(self, parts: list[str], sourced: Sourced) -> None:
        if parts[0] == "sources":
            self._plain(self.raw["pack"]["sources"], parts[1:], sourced, ("pack", "sources"))
            return
        if parts == ["pack", "preselfpay"]:
            self._plain(self.raw["pack"], parts[1:], sourced, ("pack",))
            return
        if parts[0] in APART and parts[0] not in self.raw["benefits"]:
            self._apart(parts, sourced)
            return
        if parts[0] == "shared":
            scope, start = self.raw["pack"]["shared"], ("pack", "shared")
        else:
            scope = _get(self.raw["benefits"], parts[0], _("benefit"))
            start = ("benefits", parts[0])
        if parts[1] in ("pools", "parameters") and len(parts) >= 3:
            self._part(scope, parts[1:], sourced, start)
        elif parts[0] == "shared":
            self._parameter(scope, parts[1], parts[2:], sourced, start)
        elif parts[1] == "steps" and len(parts) == 3:
            self._step(scope["steps"], parts[2], sourced, start)
        elif parts[1] == "when":
            self._condition(scope, scope["when"], parts[2:], sourced, (*start, "when"))
        else:
            self._argument(scope, parts, sourced, start)

    def _apart(self, parts: list[str], sourced: Sourced) -> None:
        """Change a dated value of a part that decides no person's aid."""
        names = {"line": _("line"), "insurance": _("insurance"), "parameter": _("parameter")}
        scope: Any = self.raw[parts[0]]
        at: Location = (parts[0],)
        keys = iter(parts[1:])
        for wanted in APART[parts[0]]:
            key = next(keys, "")
            if wanted in ("parameters", "values") and key != wanted:
                raise ValueError(
                    _("{place} is no place of a dated value: write {form}").format(
                        place=visible(sourced.change.at),
                        form=APART_FORMS[parts[0]],
                    )
                )
            if wanted == "values":
                break
            scope = _get(scope, key, names.get(wanted, wanted))
            at = (*at, key)
        codes = tuple(keys)
        if sourced.change.from_ is None:
            raise ValueError(_("say from which day the new value holds: add from"))
        self._claim(Place(at, codes), sourced)
        self.dates.change(scope, at, codes, sourced)

    def _claim(self, place: Place, sourced: Sourced) -> None:
        """Note what a change touches; refuse a place that another one touches as well."""
        for other, before in self.made:
            if place.overlaps(other) and sourced.change.from_ == before.change.from_:
                raise ValueError(
                    _("{place} is changed twice (also by {other}): change it once").format(
                        place=visible(sourced.change.at), other=before.where
                    )
                )
            days = _both_hold(sourced.change, before.change) if place.overlaps(other) else None
            if days is not None:
                raise ValueError(
                    _(
                        "the days of {place} overlap those of {other} (both hold on {day}): let "
                        "one end before the other begins"
                    ).format(place=visible(sourced.change.at), other=before.where, day=days)
                )
        self.made.append((place, sourced))
        self.touched.places.append((place, sourced.where))

    def _undated(self, sourced: Sourced, place: Place) -> None:
        change = sourced.change
        given = {"from_", "to", "after", "status", "cite"} & change.model_fields_set
        if given:
            raise ValueError(
                _("{keys} belong to values with dates, and {place} has none").format(
                    keys=", ".join(sorted(key.rstrip("_") for key in given)),
                    place=visible(change.at),
                )
            )
        self._claim(place, sourced)

    def _plain(self, mapping: Raw, keys: Sequence[str], sourced: Sourced, start: Location) -> None:
        """Set a key, or a key below an existing one."""
        for key in keys[:-1]:
            mapping = _get(mapping, key, _("entry"))
            if not isinstance(mapping, dict):
                raise ValueError(_("{name} has no entries of its own").format(name=visible(key)))
        self._undated(sourced, Place((*start, *keys)))
        mapping[keys[-1]] = copy.deepcopy(sourced.change.value)

    def _part(self, scope: Raw, keys: Sequence[str], sourced: Sourced, start: Location) -> None:
        """Set a pool or parameter, or something in one."""
        if keys[0] == "parameters" and keys[2:3] == ["values"]:
            self._parameter(scope, keys[1], keys[3:], sourced, start)
            return
        if keys[0] == "parameters" and len(keys) > 2:
            raise ValueError(
                _(
                    "address the values of {name} by the step that uses it, or as shared/{name}"
                ).format(name=visible(keys[1]))
            )
        if keys[0] == "pools" and len(keys) > 3 and keys[2] == "when":
            pool = _get(scope["pools"], keys[1], _("pool"))
            when = pool.setdefault("when", {})
            self._condition(scope, when, keys[3:], sourced, (*start, *keys[:3]))
            return
        self._plain(scope.setdefault(keys[0], {}), keys[1:], sourced, (*start, keys[0]))

    def _step(self, steps: list[Raw], name: str, sourced: Sourced, start: Location) -> None:
        value = _as_held(sourced.change.value, name)
        names = [_step_name(step) for step in steps]
        after = sourced.change.after_step
        self._undated(sourced, Place((*start, "steps", name)))
        if name in names:
            if after is not None:
                raise ValueError(
                    _("there is a step {name} already: leave after_step out to replace it").format(
                        name=visible(name)
                    )
                )
            steps[names.index(name)] = value
        elif after in names:
            steps.insert(names.index(str(after)) + 1, value)
        else:
            raise ValueError(
                _(
                    "there is no step {name}: to add one, name the step it follows with "
                    "after_step, one of: {names}"
                ).format(name=visible(name), names=", ".join(names))
            )

    def _condition(
        self, scope: Raw, when: Raw, keys: Sequence[str], sourced: Sourced, place: Location
    ) -> None:
        if not keys:
            raise ValueError(_("name one field behind when"))
        test = when.get(keys[0])
        if isinstance(test, dict) and test.get("in"):
            self._parameter(scope, test["in"], keys[1:], sourced, place[:2])
            return
        if len(keys) > 1 and test is None:
            raise ValueError(
                _("there is no condition on {name}.{nearest}").format(
                    name=visible(keys[0]), nearest=nearest(keys[0], when)
                )
            )
        if len(keys) > 1:
            raise ValueError(
                _("the condition on {name} is the same for every code: leave {code} out").format(
                    name=visible(keys[0]), code=visible(keys[1])
                )
            )
        self._undated(sourced, Place((*place, keys[0])))
        when[keys[0]] = copy.deepcopy(sourced.change.value)

    def _argument(
        self, scope: Raw, parts: Sequence[str], sourced: Sourced, start: Location
    ) -> None:
        names = [_step_name(step) for step in scope["steps"]]
        if parts[1] not in names and (parts[1] in _MEANT or parts[1] in self.raw["pack"]["codes"]):
            meant = _MEANT.get(parts[1], f"when/{parts[1]}")
            raise ValueError(
                _("benefit {benefit} has no step {name}. Write {place}").format(
                    benefit=parts[0],
                    name=visible(parts[1]),
                    place="/".join((parts[0], meant, *parts[2:])),
                )
            )
        if parts[1] not in names:
            raise ValueError(
                _("benefit {benefit} has no step {name}.{nearest}").format(
                    benefit=parts[0], name=visible(parts[1]), nearest=nearest(parts[1], names)
                )
            )
        step = scope["steps"][names.index(parts[1])]
        if len(parts) < 3:
            raise ValueError(
                _(
                    "name the argument of step {name}, or address the whole step as "
                    "{benefit}/steps/{name}"
                ).format(name=parts[1], benefit=parts[0])
            )
        place = (*start, "steps", parts[1], parts[2])
        if parts[2] == "when" and len(parts) > 3:
            self._condition(scope, step.setdefault("when", {}), parts[3:], sourced, place)
        elif parts[2] in _REFERENCES:
            name = _get(step, parts[2], _("argument"))
            self._parameter(scope, name, parts[3:], sourced, start)
        elif len(parts) > 3 or parts[2] in _FIXED:
            raise ValueError(
                _(
                    "{place} cannot be changed on its own: address the whole step as "
                    "{benefit}/steps/{name}"
                ).format(place=visible(sourced.change.at), benefit=parts[0], name=parts[1])
            )
        else:
            self._undated(sourced, Place(place))
            step[parts[2]] = copy.deepcopy(sourced.change.value)

    def _parameter(
        self, scope: Raw, name: str, codes: Sequence[str], sourced: Sourced, start: Location
    ) -> None:
        parameters = scope["parameters"]
        shared = self.raw["pack"]["shared"]["parameters"]
        if name not in parameters and start[0] == "benefits" and name in shared:
            raise ValueError(
                _("{name} is shared by several benefits: address it as shared/{name}").format(
                    name=visible(name)
                )
            )
        if name not in parameters:
            raise UndefinedError(
                _("there is no parameter {name}.{nearest}").format(
                    name=visible(name), nearest=nearest(name, parameters)
                )
            )
        place = Place((*start, "parameters", name), tuple(codes))
        self._claim(place, sourced)
        self.dates.change(parameters[name], place.at, place.codes, sourced)


def _both_hold(one: Change, two: Change) -> dt.date | None:
    """Return the first day of which two changes with an end both speak; None if there is none."""
    if one.from_ is None or two.from_ is None:
        return None
    first, second = (one, two) if one.from_ <= two.from_ else (two, one)
    assert second.from_ is not None
    return second.from_ if first.to is not None and second.from_ <= first.to else None


def _as_held(value: Any, name: str) -> Raw:
    """Return a step as the pack holds it, under the name it is addressed by."""
    if not isinstance(value, dict) or len(value) != 1:
        raise ValueError(
            _("a step is written as one verb with its keys, such as {example}").format(
                example="{cap: {at: cap, pool: used}}"
            )
        )
    [(verb, arguments)] = value.items()
    if not isinstance(arguments, dict):
        raise ValueError(
            _("a step is written as one verb with its keys, such as {example}").format(
                example="{cap: {at: cap, pool: used}}"
            )
        )
    if arguments.get("name", name) != name:
        raise ValueError(
            _("the step is called {name} by its place: leave its name out").format(
                name=visible(name)
            )
        )
    return {"verb": verb, "name": name, **copy.deepcopy(arguments)}
