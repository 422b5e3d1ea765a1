"""Conditions and claim fields of a pack: whether they exist and can be compared so."""

from __future__ import annotations

from collections.abc import Mapping

from mediaid.faults import Location, nearest, visible
from mediaid.i18n import gettext as _
from mediaid.money import parse_yuan
from mediaid.packs.checks.context import Context, Problems
from mediaid.packs.schema import values
from mediaid.packs.schema.rules import Benefit, Test, When
from mediaid.packs.schema.values import comma_hint, unknown_code

_RANGES = ("at_least", "above", "at_most", "below")


def known_field(context: Context, name: str, at: Location) -> Problems:
    """Find a field that claims for this pack do not carry."""
    if name not in context.kinds:
        yield (
            at,
            _("{field} is not a claim field.{nearest}").format(
                field=visible(name), nearest=nearest(name, context.kinds) or _own_hint(name)
            ),
        )
    elif name not in context.usable:
        yield (
            at,
            _("field {field} is not declared: add it to fields in pack.yaml").format(field=name),
        )


def _own_hint(name: str) -> str:
    comma = comma_hint(name)
    if comma:
        return comma
    hint = _("A column that only this pack has: add it to own_fields in pack.yaml")
    return f" {hint}"


def money_field(context: Context, name: str, at: Location) -> Problems:
    """Find a field that is no amount."""
    if context.kinds.get(name, "money") != "money":
        yield at, _("{field} is not an amount").format(field=name)
    else:
        yield from known_field(context, name, at)


def check_when(context: Context, when: When, at: Location, benefit: Benefit | None) -> Problems:
    """Find everything wrong with some conditions."""
    for name, test in when.items():
        place = (*at, name)
        found = list(known_field(context, name, place))
        yield from found or _test(context, name, test, place, benefit)


def _test(
    context: Context, name: str, test: Test, at: Location, benefit: Benefit | None
) -> Problems:
    given = {key: text for key in _RANGES if (text := getattr(test, key)) is not None}
    forms = (test.one_of is not None, test.in_ is not None, bool(given), test.within is not None)
    if sum(forms) != 1:
        yield (
            at,
            _("a condition is one of: a code, a list of codes, {examples}").format(
                examples="{in: settings}, {above: 0, at_most: 5000}, "
                "{within: {months: 12, before: recognised_on}}"
            ),
        )
    yield from _one_of(context, name, test.one_of, at)
    if test.in_ is not None:
        found = context.parameter(benefit, test.in_)
        unsure = context.doubts.unsure(context.parameter_place(benefit, test.in_))
        if (found is None or found.unit != "codes" or found.of not in (name, None)) and not unsure:
            fitting = [
                known
                for known in context.known_parameters(benefit)
                if _is_codes_of(context, benefit, known, name)
            ]
            yield (
                (*at, "in"),
                _("{name} is not a parameter of unit codes of {field}.{nearest}").format(
                    name=visible(test.in_), field=name, nearest=nearest(test.in_, fitting)
                ),
            )
    yield from _bounds(given, context.kinds[name], at)
    if test.within is not None:
        before = test.within.before
        if context.kinds[name] != "date":
            yield at, _("{field} is not a date: within compares two dates").format(field=name)
        if context.kinds.get(before, "date") != "date":
            yield (*at, "within", "before"), _("{field} is not a date field").format(field=before)
        else:
            yield from known_field(context, before, (*at, "within", "before"))


def _is_codes_of(context: Context, benefit: Benefit | None, name: str, field: str) -> bool:
    found = context.parameter(benefit, name)
    return found is not None and found.unit == "codes" and found.of == field


def _one_of(context: Context, name: str, wanted: list[str] | None, at: Location) -> Problems:
    if wanted is None:
        return
    codes = context.model.pack.codes.get(name, {})
    if context.kinds[name] != "code":
        yield (
            at,
            _("{field} has no codes: compare it by {ranges}").format(
                field=name, ranges=", ".join(_RANGES)
            ),
        )
        return
    if not wanted:
        yield at, _("no code at all would meet this: list at least one")
    for i, code in enumerate(wanted):
        place = (*at, "one_of", i)
        if code not in codes:
            yield place, unknown_code(code, name, codes)
        elif wanted.index(code) != i:
            yield place, _("{code} stands here twice").format(code=code)


def _bounds(given: Mapping[str, str], kind: str, at: Location) -> Problems:
    bounds: dict[str, int] = {}
    for key, text in given.items():
        if kind not in ("money", "count"):
            yield (*at, key), _("only amounts and counts have ranges")
            continue
        try:
            bounds[key] = parse_yuan(text) if kind == "money" else values.LEAVES["count"](text)
        except ValueError as error:
            yield (*at, key), str(error)
    for low, high in (("at_least", "above"), ("at_most", "below")):
        if low in bounds and high in bounds:
            yield (
                (*at, high),
                _("{one} stands beside {other}: keep one of them").format(one=high, other=low),
            )
    lowest = max((bounds[key] for key in ("at_least", "above") if key in bounds), default=None)
    highest = min((bounds[key] for key in ("at_most", "below") if key in bounds), default=None)
    strict = "above" in bounds or "below" in bounds
    if (
        lowest is not None
        and highest is not None
        and (lowest > highest or (lowest == highest and strict))
    ):
        yield at, _("no number lies in this range")
