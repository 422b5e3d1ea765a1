"""Whether a pack makes sense as a whole: every fault at once, each with its place in the model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from mediaid.faults import Location, nearest, visible
from mediaid.i18n import gettext as _
from mediaid.money import plain
from mediaid.packs.checks.context import Context, Doubts, Problems, field_kinds, parameters
from mediaid.packs.checks.stepcheck import check_benefit, check_pools
from mediaid.packs.checks.uses import pool_of, uses
from mediaid.packs.checks.valuecheck import check_parameter
from mediaid.packs.checks.whencheck import money_field
from mediaid.packs.schema.fields import FIELDS
from mediaid.packs.schema.pack import Rules
from mediaid.packs.schema.types import Cite, Label

__all__ = ["NO_DOUBTS", "Doubts", "cites", "field_kinds", "parameters", "problems", "unused"]

NO_DOUBTS = Doubts()


def problems(model: Rules, doubts: Doubts = NO_DOUBTS) -> Problems:
    """Find everything wrong with the rules of a pack."""
    yield from unsound(model, doubts)
    yield from unused(model, doubts)


def unsound(model: Rules, doubts: Doubts = NO_DOUBTS) -> Problems:
    """Find whatever keeps the rules of a pack from being settled."""
    context = Context(model, doubts)
    yield from _fields(context)
    yield from _codes(context)
    yield from _benefit_files(context)
    for name, benefit in model.benefits.items():
        yield from check_benefit(context, benefit, ("benefits", name))
    yield from check_pools(context, model.pack.shared.pools, ("pack", "shared", "pools"), None)
    used = uses(model)
    for location, parameter in parameters(model):
        yield from check_parameter(context, parameter, used.get(location, []), location)
    yield from _readings(model)
    for location, cite in cites(model, ()):
        if cite.source not in model.pack.sources:
            yield (
                (*location, "source"),
                _("{source} is not listed under sources.{nearest}").format(
                    source=visible(cite.source), nearest=nearest(cite.source, model.pack.sources)
                ),
            )


def unused(model: Rules, doubts: Doubts = NO_DOUBTS) -> Problems:
    """Find parameters, pools and sources that nothing refers to: often a misspelt name."""
    if not (doubts.uses or doubts.files):
        yield from _unused_parts(model)
    if not (doubts.cites or doubts.files):
        cited = {cite.source for _at, cite in cites(model, ())}
        for name in model.pack.sources:
            if name not in cited:
                yield (
                    ("pack", "sources", name),
                    _("source {name} is never cited: cite it or remove it").format(name=name),
                )


def _unused_parts(model: Rules) -> Problems:
    used = uses(model)
    for location, _parameter in parameters(model):
        if location not in used:
            yield (
                location,
                _(
                    "parameter {name} is not used: use it in a step or condition, or remove it"
                ).format(name=location[-1]),
            )
    read = {
        name
        for benefit in model.benefits.values()
        for step in benefit.steps
        for name in (pool_of(step), getattr(step, "counted", None))
    }
    places: list[Location] = [("pack", "shared", "pools", name) for name in model.pack.shared.pools]
    places += [
        ("benefits", b.benefit, "pools", name) for b in model.benefits.values() for name in b.pools
    ]
    for place in places:
        if place[-1] not in read:
            yield (
                place,
                _("pool {name} is not used: name it in a step, or remove it").format(
                    name=place[-1]
                ),
            )


def _fields(context: Context) -> Problems:
    file = context.model.pack
    for i, name in enumerate(file.fields):
        if name not in FIELDS:
            yield (
                ("pack", "fields", i),
                _(
                    "{field} is no standard field.{nearest} Declare your own under own_fields"
                ).format(field=visible(name), nearest=nearest(name, FIELDS)),
            )
    for name in file.own_fields:
        if name in FIELDS:
            yield (
                ("pack", "own_fields", name),
                _("{field} is a standard field already: list it under fields").format(field=name),
            )
    labels = {name: own.label for name, own in file.own_fields.items() if name not in FIELDS}
    for name, lang, message in _same_labels(labels, _headings()):
        yield ("pack", "own_fields", name, "label", lang), message
    if context.kinds.get(file.dating) != "date":
        yield (
            ("pack", "dating"),
            _("{field} is not a date field").format(field=visible(file.dating)),
        )
    for i, name in enumerate(file.bore):
        yield from money_field(context, name, ("pack", "bore", i))


def _codes(context: Context) -> Problems:
    file = context.model.pack
    for name, codes in file.codes.items():
        at: Location = ("pack", "codes", name)
        if context.kinds.get(name) != "code":
            yield (
                at,
                _("{field} is not a field of codes.{nearest}").format(
                    field=visible(name), nearest=nearest(name, _code_fields(context))
                ),
            )
        elif name not in context.usable:
            yield (
                at,
                _("field {field} is not declared: add it to fields in pack.yaml").format(
                    field=name
                ),
            )
        for code, lang, message in _same_labels(codes, {}):
            yield (*at, code, lang), message
    for name in _code_fields(context):
        if name in context.usable and name not in file.codes:
            yield ("pack", "codes"), _("codes of field {field} are missing").format(field=name)


def _code_fields(context: Context) -> list[str]:
    return [name for name, kind in context.kinds.items() if kind == "code"]


def _headings() -> dict[str, str]:
    """Return what may stand as the heading of a standard column, and that column."""
    found = {name: name for name in FIELDS}
    for name, field in FIELDS.items():
        for word in (field.label.zh, field.label.en, *field.aliases):
            found.setdefault(plain(word), name)
    return found


def _same_labels(
    labels: Mapping[str, Label], taken: Mapping[str, str]
) -> Iterator[tuple[str, str, str]]:
    """Find labels that mean two things: claims files may use them instead of the names."""
    seen = {**taken, **{name: name for name in labels}}
    for name, label in labels.items():
        for lang in ("zh", "en"):
            word = plain(getattr(label, lang))
            other = seen.setdefault(word, name)
            if other != name:
                yield (
                    name,
                    lang,
                    _(
                        "{label} already stands for {other}: claims may be written with labels, "
                        "so each needs one of its own"
                    ).format(label=visible(word), other=visible(other)),
                )


def _benefit_files(context: Context) -> Problems:
    model = context.model
    listed = model.pack.benefits
    for i, name in enumerate(listed):
        if listed.index(name) != i:
            yield ("pack", "benefits", i), _("{name} is listed twice").format(name=visible(name))
        elif name not in model.benefits and not context.doubts.files:
            yield (
                ("pack", "benefits", i),
                _("there is no file with benefit: {name}.{nearest}").format(
                    name=visible(name), nearest=nearest(name, model.benefits)
                ),
            )
    for name in model.benefits:
        if name not in listed:
            yield (
                ("benefits", name, "benefit"),
                _("benefit {name} is not listed under benefits in pack.yaml").format(
                    name=visible(name)
                ),
            )
        if name == "shared":
            yield (
                ("benefits", name, "benefit"),
                _(
                    "shared is what pools and parameters of several benefits are called: choose "
                    "another name"
                ),
            )


def _readings(model: Rules) -> Problems:
    for name, reading in model.readings.items():
        for key, alternative in reading.alternatives.items():
            at: Location = ("readings", name, "alternatives", key)
            if key == reading.default.id:
                yield (
                    at,
                    _("{name} is the default already: an alternative needs another name").format(
                        name=key
                    ),
                )
            if not alternative.changes and not alternative.inputs:
                yield at, _("this alternative changes nothing: give changes or inputs")


def cites(part: Any, at: Location) -> Iterator[tuple[Location, Cite]]:
    """Find every citation in a part of the model, with its place."""
    if isinstance(part, Cite):
        yield at, part
    elif isinstance(part, BaseModel):
        for name, info in type(part).model_fields.items():
            yield from cites(getattr(part, name), (*at, info.alias or name))
    elif isinstance(part, dict):
        for key, below in part.items():
            yield from cites(below, (*at, key))
    elif isinstance(part, list | tuple):
        for i, below in enumerate(part):
            yield from cites(below, (*at, i))
