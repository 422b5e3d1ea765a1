"""A benefit in words: for whom, for which bills, and the steps from the bill to the aid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediaid.i18n import gettext as _
from mediaid.money import plain
from mediaid.packs.schema.fields import FIELDS
from mediaid.packs.show.values import Line, value_lines

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from mediaid.packs.model import Pack
    from mediaid.packs.schema.rules import Benefit, Step, Test, When


def benefit_lines(pack: Pack, benefit: Benefit, day: dt.date) -> Iterator[Line]:
    """Describe one benefit as it stands on a day."""
    yield Line(0, _("{label} ({id})").format(label=benefit.label, id=benefit.benefit))
    yield Line(1, _("For claims that meet all of:"))
    yield from _when(pack, benefit, benefit.when, day, 2)
    for number, step in enumerate(benefit.steps, 1):
        yield Line(1, f"{number}. {step_words(pack, step)}")
        if step.when:
            yield Line(2, _("only for claims that meet:"))
            yield from _when(pack, benefit, step.when, day, 3)
        for argument in ("at", "of", "above"):
            name = getattr(step, argument, None)
            if isinstance(name, str):
                parameter = pack.parameter(benefit, name)[1]
                yield from value_lines(pack, parameter, day, 2, benefit)


def _when(pack: Pack, benefit: Benefit, when: When, day: dt.date, indent: int) -> Iterator[Line]:
    for name, test in when.items():
        label = field_label(pack, name)
        if test.in_ is not None:
            yield Line(indent, _("{field}, as follows:").format(field=label))
            parameter = pack.parameter(benefit, test.in_)[1]
            yield from value_lines(pack, parameter, day, indent + 1, benefit)
        else:
            yield Line(
                indent,
                _("{field}: {wanted}").format(field=label, wanted=test_words(pack, name, test)),
            )


def field_label(pack: Pack, name: str) -> str:
    """Return a claim field's name in words."""
    own = pack.model.pack.own_fields.get(name)
    return str(own.label if own else FIELDS[name].label)


def test_words(pack: Pack, name: str, test: Test) -> str:
    """Say what a test asks of a field."""
    if test.one_of is not None:
        return _(", ").join(str(pack.codes[name][code]) for code in test.one_of)
    if test.within is not None:
        return _("within the {months} months before {field}").format(
            months=test.within.months, field=field_label(pack, test.within.before)
        )
    bounds = {
        _("at least {bound}"): test.at_least,
        _("more than {bound}"): test.above,
        _("at most {bound}"): test.at_most,
        _("less than {bound}"): test.below,
    }
    return _(", ").join(
        words.format(bound=_bound(bound)) for words, bound in bounds.items() if bound is not None
    )


def _bound(text: str) -> str:
    """Return an amount or count with thousands separators."""
    whole, point, decimals = plain(text).partition(".")
    return f"{int(whole):,}{point}{decimals}" if whole.isdigit() else text


def step_words(pack: Pack, step: Step) -> str:
    """Say what a step does; its figures follow it."""
    pool = getattr(step, "pool", None) or getattr(step, "over", None)
    where = _pool(pack, pool) if pool and pool != "claim" else ""
    if step.verb == "base":
        return _("Base: {amounts}").format(
            amounts=_amounts(pack, step.sum, step.less, step.less_aid)
        )
    if step.verb == "top_up":
        left = _amounts(pack, step.sum, [], step.after)
        return _("Base: what is left of {amounts} above a threshold, counted in {pool}").format(
            amounts=left, pool=where
        )
    if step.verb == "deductible":
        kept = (
            _("what lies outside it is kept")
            if step.keep == "outside"
            else _("what lies within it is kept")
        )
        return (
            _("Deductible over {pool}: {kept}").format(pool=where, kept=kept)
            if where
            else _("Deductible of each claim: {kept}").format(kept=kept)
        )
    if step.verb == "cap":
        return _("Cap, counted in {pool}").format(pool=where) if where else _("Cap of each claim")
    if step.verb == "bands":
        return (
            _("Rates in bands, over {pool}").format(pool=where)
            if where
            else _("Rates in bands, over each claim")
        )
    if step.verb == "times":
        return _("At most so many claims, counted in {pool}").format(pool=where)
    if step.verb == "per_unit":
        return _("An amount for each unit of {field}").format(field=field_label(pack, step.units))
    return {
        "rate": _("Rate"),
        "fixed": _("Fixed amount"),
        "minimum": _("Nothing is paid below"),
        "split": _("Paid by"),
    }[step.verb]


def _amounts(pack: Pack, plus: list[str], less: list[str], less_aid: list[str]) -> str:
    words = " + ".join(field_label(pack, name) for name in plus)
    words += "".join(f" − {field_label(pack, name)}" for name in less)
    return words + "".join(f" − {pack.model.benefits[name].label}" for name in less_aid)


def _pool(pack: Pack, name: str) -> str:
    pool = pack.pools[name]
    holder = {"person": _("by person"), "household": _("by household"), "visit": _("by visit")}
    span = {
        "calendar_year": _("and calendar year"),
        "lifetime": _("for life"),
        "claim": _("and claim"),
    }
    return _("{pool} ({holder} {period})").format(
        pool=pool.label, holder=holder[pool.holder], period=span[pool.period]
    )
