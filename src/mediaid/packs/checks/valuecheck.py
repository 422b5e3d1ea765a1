"""Parameters of a pack: their dates, their codes, and each of their values."""

from __future__ import annotations

from collections.abc import Sequence
from math import lcm
from typing import Any

from mediaid.faults import Location, nearest, visible
from mediaid.i18n import gettext as _
from mediaid.money import MAX_DENOMINATOR
from mediaid.packs.checks.context import Context, Problems
from mediaid.packs.checks.uses import Use, allowed
from mediaid.packs.checks.whencheck import known_field
from mediaid.packs.schema import values
from mediaid.packs.schema.rules import Parameter
from mediaid.packs.schema.values import NO_LIMIT, ShareOf, unknown_code

_BOUNDED = {"deductible", "minimum", "fixed", "per_unit", "top_up"}
"""Verbs that need an amount: only a cap makes sense without one."""


def check_parameter(
    context: Context, parameter: Parameter, used: Sequence[Use], at: Location
) -> Problems:
    """Find everything wrong with one parameter; `used` says where it is looked up."""
    for place, message in values.date_problems(parameter.values):
        yield (*at, "values", *place), message
    unsure = context.doubts.unsure
    if any(unsure((*at, key)) for key in ("unit", "by", "of")):
        return
    shape = list(_shape(context, parameter, at))
    yield from shape
    if shape:
        return
    codes = context.model.pack.codes
    known = [codes.get(field, {}) for field in parameter.by]
    needed = [allowed(context.model, used, field) for field in parameter.by]
    if not used:  # which is reported; what codes it would need nobody can say
        needed = [_given(parameter, depth) for depth in range(len(known))]
    needed = [
        _given(parameter, depth) & set(known[depth]) if _misnamed(context, used, field) else codes
        for depth, (field, codes) in enumerate(zip(parameter.by, needed, strict=True))
    ]
    denominators = [1]
    for i, dated in enumerate(parameter.values):
        place = (*at, "values", i, "value")
        parsed, found = values.parse_value(parameter, dated.value, known, needed)
        yield from (((*place, *below), message) for below, message in found)
        for its_codes, leaf in parsed.items():
            denominators += _denominators(parameter, leaf)
            yield from _leaf(context, parameter, leaf, (*place, *its_codes), at, used)
    if lcm(*denominators) > MAX_DENOMINATOR:
        yield at, _("these rates have no common denominator up to 1,000,000: use fewer decimals")


def _shape(context: Context, parameter: Parameter, at: Location) -> Problems:
    codes = context.model.pack.codes
    for i, field in enumerate(parameter.by):
        place = (*at, "by", i)
        if field not in codes:
            yield (
                place,
                _("{field} is not a field with codes.{nearest}").format(
                    field=visible(field), nearest=nearest(field, codes)
                ),
            )
        elif field in parameter.by[:i]:
            yield place, _("{code} stands here twice").format(code=field)
        else:
            yield from known_field(context, field, place)
    if len(parameter.by) > 2:
        yield (*at, "by"), _("a value depends on two fields at most")
    if parameter.unit != "codes" and parameter.of is not None:
        yield (*at, "of"), _("`of` names the field of a parameter of unit codes, and only there")
    elif parameter.unit == "codes" and parameter.of is None:
        yield (*at, "unit"), _("say which field the codes are of: of: setting")
    elif parameter.of is not None and parameter.of not in codes:
        yield (
            (*at, "of"),
            _("{field} is not a field with codes.{nearest}").format(
                field=visible(parameter.of), nearest=nearest(parameter.of, codes)
            ),
        )


def _given(parameter: Parameter, depth: int) -> set[str]:
    """Return the codes that stand at a depth of the values."""
    parts = [dated.value for dated in parameter.values]
    for _level in range(depth):
        parts = [below for part in parts if isinstance(part, dict) for below in part.values()]
    return {code for part in parts if isinstance(part, dict) for code in part}


def _misnamed(context: Context, used: Sequence[Use], field: str) -> bool:
    """Whether a condition names a code that does not exist: which was meant nobody can say."""
    known = context.model.pack.codes.get(field, {})
    tests = [when.get(field) for use in used for when in (use.benefit.when, use.when)]
    return any(test and any(code not in known for code in test.one_of or ()) for test in tests)


def _denominators(parameter: Parameter, leaf: Any) -> list[int]:
    if parameter.unit == "percent":
        return [leaf.denominator]
    if parameter.unit in ("bands", "shares"):
        return [rate.denominator for _name, rate in leaf if rate is not None]
    return []


def _leaf(
    context: Context,
    parameter: Parameter,
    leaf: Any,
    at: Location,
    own: Location,
    used: Sequence[Use],
) -> Problems:
    if parameter.unit == "codes":
        codes = context.model.pack.codes.get(parameter.of or "", {})
        for i, code in enumerate(leaf):
            if code not in codes:
                yield (*at, i), unknown_code(code, str(parameter.of), codes)
    elif leaf == NO_LIMIT:
        others = sorted({use.verb for use in used} & _BOUNDED)
        if others:
            yield (
                at,
                _("only a cap can be unlimited, and this is the value of {verbs} too").format(
                    verbs=", ".join(others)
                ),
            )
    elif isinstance(leaf, ShareOf):
        yield from _share_of(context, leaf, (*at, "of"), own)


def _share_of(context: Context, leaf: ShareOf, at: Location, own: Location) -> Problems:
    scope = context.model.benefits.get(str(own[1])) if own[0] == "benefits" else None
    other = context.parameter(scope, leaf.of)
    place = context.parameter_place(scope, leaf.of)
    if place == own or other is None or other.unit != "yuan" or other.by:
        fitting = [
            name
            for name in context.known_parameters(scope)
            if (p := context.parameter(scope, name))
            and p.unit == "yuan"
            and not p.by
            and context.parameter_place(scope, name) != own
        ]
        yield (
            at,
            _("{name} is not another parameter in yuan with a single value.{nearest}").format(
                name=visible(leaf.of), nearest=nearest(leaf.of, fitting)
            ),
        )
    elif any(
        isinstance(dated.value, dict) or dated.value == values.UNLIMITED for dated in other.values
    ):
        yield (
            at,
            _("{name} must be a plain amount, not a share or unlimited").format(
                name=visible(leaf.of)
            ),
        )
