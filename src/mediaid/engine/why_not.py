"""Why a benefit does not apply to a claim, in words with the citation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediaid.claims.cells import show_day
from mediaid.claims.fields import pack_fields
from mediaid.claims.table import NO_DATE
from mediaid.i18n import gettext as _
from mediaid.money import show_yuan

if TYPE_CHECKING:
    from mediaid.engine.eligible import Condition
    from mediaid.engine.view import View
    from mediaid.packs.schema.rules import Benefit, Test


def describe(view: View, benefit: Benefit, condition: Condition) -> str:
    """Say what the only claim of the view has in a field, and what the benefit asks for."""
    label = pack_fields(view.plan.pack)[condition.field].label
    has = field_text(view, condition.field)
    if condition.amounts:
        return _("{field} is {value}: there is nothing to aid").format(field=label, value=has)
    if condition.begins is not None:
        return _("{field} is {value}; the benefit begins on {day}").format(
            field=label, value=has, day=show_day(int(view.plan.starts[condition.begins]))
        )
    if condition.test is None:
        return _("{field} is not given, and the figures depend on it").format(field=label)
    return _("{field} is {value}; the benefit is for {wanted}").format(
        field=label, value=has, wanted=wanted(view, benefit, condition.field, condition.test)
    )


def field_text(view: View, name: str) -> str:
    """A field of the only claim of the view, as a person would read it."""
    claims, pack = view.claims, view.plan.pack
    row = 0 if view.rows is None else int(view.rows[0])
    if name in claims.codes:
        code = int(claims.codes[name][row])
        return str(list(pack.codes[name].values())[code]) if code >= 0 else _("not given")
    if name in claims.amounts:
        return show_yuan(int(claims.amounts[name][row]))
    if name in claims.counts:
        count = int(claims.counts[name][row])
        return str(count) if count >= 0 else _("not given")
    days = claims.date if name == pack.dating else claims.dates[name]
    day = int(days[row])
    return show_day(day) if day != NO_DATE else _("not given")


def wanted(view: View, benefit: Benefit, name: str, test: Test) -> str:
    """What a test asks of a field, as a person would read it."""
    pack = view.plan.pack
    if test.one_of is not None:
        return _codes(view, name, tuple(test.one_of))
    if test.in_ is not None:
        table = view.plan.table(benefit, test.in_)
        cell = int(view.cell(table)[0])
        return _codes(view, name, table.entries[int(table.cells[cell])])
    if test.within is not None:
        return _("the {months} months before {field}").format(
            months=test.within.months, field=pack_fields(pack)[test.within.before].label
        )
    words = {
        _("at least"): test.at_least,
        _("more than"): test.above,
        _("at most"): test.at_most,
        _("less than"): test.below,
    }
    return _(", ").join(f"{word} {bound}" for word, bound in words.items() if bound is not None)


def _codes(view: View, name: str, codes: tuple[str, ...]) -> str:
    labels = view.plan.pack.codes[name]
    return _(", ").join(str(labels[code]) for code in codes) or _("nobody")
