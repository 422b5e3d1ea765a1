"""Every small change of a pack: each value, date, condition, step, pool and reading in turn.

Changes are made to the pack's plain form (`plain_form`), whose places are those of its files.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

from mediaid.packs.whole import NOT_RULES
from mediaid.scenarios.coverage.nearby import amounts, nearby

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from mediaid.faults import Location
    from mediaid.packs.whole import PackModel

Plain = dict[str, Any]

OTHER_HOLDER = {"person": "household", "household": "person", "visit": "person"}
OTHER_PERIOD = {"calendar_year": "lifetime", "lifetime": "calendar_year", "claim": "calendar_year"}
OTHER_BOUND = {
    "at_least": "above",
    "above": "at_least",
    "at_most": "below",
    "below": "at_most",
}
"""`<` for `≤` and the other way round."""


class Gone:
    """What comes to a place from which something is taken out."""

    def __repr__(self) -> str:
        return "–"


GONE = Gone()


@dataclass(frozen=True)
class Change:
    """One small change: `value` comes to `at`, and what `also` holds to the places it names.

    `narrower`: it only lets fewer claims through, so values may stand there that nothing uses.
    """

    at: Location
    value: Any
    also: tuple[tuple[Location, Any], ...] = ()
    narrower: bool = False


@dataclass(frozen=True)
class Same:
    """Codes that have the same value: to swap them changes nothing."""

    at: Location
    codes: tuple[str, ...]


def plain_form(model: PackModel) -> Plain:
    """Return a pack as plain data, in the form its files have, less what decides nothing."""
    return model.model_dump(mode="json", by_alias=True, exclude_none=True, exclude=NOT_RULES)


def sites(plain: Plain) -> Iterator[Change | Same]:
    """Yield every small change of a pack, and swaps of codes that would change nothing."""
    codes = plain["pack"]["codes"]
    shared = plain["pack"].get("shared", {})
    yield from _scope(shared, ("pack", "shared"), codes)
    for name, benefit in plain["benefits"].items():
        at: Location = ("benefits", name)
        yield from _scope(benefit, at, codes)
        yield from _when(benefit["when"], (*at, "when"), codes)
        yield from _steps(benefit["steps"], (*at, "steps"), codes)
    yield from _order(plain["pack"]["benefits"], ("pack", "benefits"))
    yield from _readings(plain.get("readings", {}))
    for name, funding in plain.get("funding", {}).items():
        known = {"area": funding["areas"], "component": funding["components"]}
        at = ("funding", name, "parameters")
        yield from _parameters(funding["parameters"], at, known, by_year=True)
    yield from _work_funds((plain.get("work_funds") or {}).get("work_funds", {}))
    schemes = (plain.get("enrolment") or {}).get("enrolment", {})
    yield from _enrolment(schemes, codes.get("insurance", {}))


def _scope(
    part: Plain, at: Location, codes: Mapping[str, Mapping[str, Any]]
) -> Iterator[Change | Same]:
    yield from _parameters(part.get("parameters", {}), (*at, "parameters"), codes)
    for name, pool in part.get("pools", {}).items():
        yield from _pool(pool, (*at, "pools", name), codes)


def _parameters(
    parameters: Plain,
    at: Location,
    codes: Mapping[str, Mapping[str, Any]],
    by_year: bool = False,
) -> Iterator[Change | Same]:
    """`by_year`: the values are asked for by the year, so dates are moved by a year."""
    for name, parameter in parameters.items():
        known = list(codes.get(parameter.get("of", ""), ()))
        for i, dated in enumerate(parameter["values"]):
            place = (*at, name, "values", i)
            yield from _dates(dated, place, _years if by_year else _days)
            leaves = list(_leaves(dated["value"], len(parameter.get("by", []))))
            for below, value in leaves:
                for deeper, near in nearby(parameter["unit"], value, known):
                    yield Change((*place, "value", *below, *deeper), near)
            yield from _swaps(leaves, (*place, "value"))


def _leaves(value: Any, depth: int) -> Iterator[tuple[Location, Any]]:
    """Yield the values of each combination of codes, with their places."""
    if depth == 0:
        yield (), value
        return
    for code, below in value.items():
        yield from (((code, *at), leaf) for at, leaf in _leaves(below, depth - 1))


def _swaps(leaves: Sequence[tuple[Location, Any]], at: Location) -> Iterator[Change | Same]:
    """Swap the values of codes that differ in one field alone."""
    for (one, a), (two, b) in combinations(leaves, 2):
        if a != b and sum(x != y for x, y in zip(one, two, strict=True)) == 1:
            yield Change((*at, *one), b, also=(((*at, *two), a),))
    left = list(leaves)
    while left:
        value = left[0][1]
        same = tuple("/".join(map(str, codes)) for codes, its in left if its == value)
        if len(same) > 1:
            yield Same(at, same)
        left = [leaf for leaf in left if leaf[1] != value]


def _dates(dated: Plain, at: Location, moved: Callable[[str, int], str]) -> Iterator[Change]:
    yield Change((*at, "from"), moved(dated["from"], 1))
    if "to" in dated:
        earlier = moved(dated["to"], -1)
        if earlier >= dated["from"]:
            yield Change((*at, "to"), earlier)
        if dated.get("after") == "carry_forward":
            yield Change((*at, "to"), moved(dated["to"], 1))
            yield Change((*at, "after"), "stop")
    if dated.get("status", "confirmed") != "confirmed":
        yield Change((*at, "status"), "confirmed")


def _days(day: str, more: int) -> str:
    return (dt.date.fromisoformat(day) + dt.timedelta(days=more)).isoformat()


def _years(day: str, more: int) -> str:
    return f"{int(day[:4]) + more}{day[4:]}"


def _pool(pool: Plain, at: Location, codes: Mapping[str, Any]) -> Iterator[Change]:
    yield Change((*at, "holder"), OTHER_HOLDER[pool["holder"]])
    yield Change((*at, "period"), OTHER_PERIOD[pool["period"]])
    if pool["counts"] == "aid":
        other = "no" if pool.get("counts_unlimited") == "yes" else "yes"
        yield Change((*at, "counts_unlimited"), other)
    if isinstance(pool["counts"], dict):
        yield from _fields(pool["counts"], (*at, "counts"))
    yield from _when(pool.get("when", {}), (*at, "when"), codes)


def _fields(amounts_of: Plain, at: Location) -> Iterator[Change]:
    """Leave out each field that is added up or taken off."""
    for key, least in (("sum", 1), ("less", 0), ("less_aid", 0)):
        names = amounts_of.get(key, [])
        if len(names) > least:
            for i in range(len(names)):
                yield Change((*at, key), names[:i] + names[i + 1 :])


def _when(when: Plain, at: Location, codes: Mapping[str, Any]) -> Iterator[Change]:
    for name, test in when.items():
        place = (*at, name)
        yield Change(place, GONE)
        for key, value in test.items():
            if key == "one_of":
                for _deeper, near in nearby("codes", value, codes[name]):
                    yield Change((*place, key), near, narrower=len(near) < len(value))
            elif key in OTHER_BOUND:
                yield Change(place, {**_without(test, key), OTHER_BOUND[key]: value})
                yield from (Change((*place, key), near) for near in amounts(value))
            elif key == "within":
                months = int(value["months"])
                yield from (Change((*place, key, "months"), str(months + more)) for more in (-1, 1))


def _without(mapping: Plain, key: str) -> Plain:
    return {name: its for name, its in mapping.items() if name != key}


def _steps(steps: list[Plain], at: Location, codes: Mapping[str, Any]) -> Iterator[Change]:
    for i, step in enumerate(steps):
        place = (*at, i)
        if i:
            yield Change(at, steps[:i] + steps[i + 1 :])
        yield from _when(step.get("when", {}), (*place, "when"), codes)
        if step["verb"] in ("base", "top_up"):
            yield from _fields(step, place)
        if step["verb"] == "deductible":
            other = "outside" if step.get("keep") == "inside" else "inside"
            yield Change((*place, "keep"), other)
        if step["verb"] in ("deductible", "cap") and "pool" in step:
            yield Change((*place, "pool"), GONE)
    yield from _order(steps, at, first=1)


def _order(items: list[Any], at: Location, first: int = 0) -> Iterator[Change]:
    """Swap neighbours."""
    for i, (one, two) in enumerate(pairwise(items[first:]), first):
        yield Change(at, [*items[:i], two, one, *items[i + 2 :]])


def _readings(readings: Plain) -> Iterator[Change]:
    """Take each change out of each alternative."""
    for name, reading in readings.items():
        for key, alternative in reading["alternatives"].items():
            at = ("readings", name, "alternatives", key, "changes")
            changes = alternative.get("changes", [])
            for i in range(len(changes)):
                yield Change(at, changes[:i] + changes[i + 1 :])


def _work_funds(lines: Plain) -> Iterator[Change]:
    for name, line in lines.items():
        for i, dated in enumerate(line["values"]):
            at = ("work_funds", "work_funds", name, "values", i)
            yield Change((*at, "from"), _years(dated["from"], 1))
            for key in ("headcount", "per_head", "cut_to", "lump_sum"):
                if key in dated["value"]:
                    yield Change((*at, "value", key), _next(dated["value"], key))


def _next(value: dict[str, int], key: str) -> int:
    """The least figure above one (分 or heads) that the cut to whole amounts does not hide."""
    cut, heads, unit = value.get("cut_to"), value.get("headcount", 0), value.get("per_head", 0)
    if not cut or key not in ("headcount", "per_head"):
        return value[key] + 1
    amount = (heads * unit // cut + 1) * cut
    return -(-amount // (unit if key == "headcount" else heads))


OTHER_SIGN = {"=": ">=", ">": ">=", ">=": ">", "<": "<=", "<=": "<"}
OTHER_UNIT = {"yuan": "wan_yuan", "wan_yuan": "yuan"}


def _enrolment(schemes: Plain, insurances: Mapping[str, Any]) -> Iterator[Change]:
    for name, scheme in schemes.items():
        at: Location = ("enrolment", "enrolment", name)
        if "insurance" in scheme:
            other = next(its for its in insurances if its != scheme["insurance"])
            yield Change((*at, "insurance"), other)
        for i, dated in enumerate(scheme["values"]):
            values = (*at, "values", i)
            yield Change((*values, "from"), _years(dated["from"], 1))
            for key, measure in dated["value"].items():
                yield from _measure(measure, (*values, "value", key))


def _measure(measure: Plain, at: Location) -> Iterator[Change]:
    unit, amount = measure["unit"], measure["amount"]
    if unit == "person":
        yield Change((*at, "amount"), str(int(amount) + 1))
    else:
        kind = "percent" if unit == "percent_of_base" else "yuan"
        for _below, value in nearby(kind, amount):
            yield Change((*at, "amount"), value)
    if unit in OTHER_UNIT:
        yield Change((*at, "unit"), OTHER_UNIT[unit])
    for i, stated in enumerate(measure["stated"]):
        yield Change((*at, "stated", i, "sign"), OTHER_SIGN[stated["sign"]])
