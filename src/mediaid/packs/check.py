"""Whether a pack makes sense as a whole: every fault at once, each with its place in the model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import lcm
from typing import Any

from pydantic import BaseModel

from mediaid.faults import nearest, visible
from mediaid.i18n import gettext as _
from mediaid.money import MAX_DENOMINATOR, parse_yuan
from mediaid.packs import values
from mediaid.packs.fields import FIELDS
from mediaid.packs.model import PackModel
from mediaid.packs.rules import (
    Amounts,
    Benefit,
    Into,
    Parameter,
    Pool,
    Step,
    Test,
    TopUp,
    When,
    step_name,
)
from mediaid.packs.types import Cite
from mediaid.packs.uses import Use, allowed, uses
from mediaid.packs.values import Problem, ShareOf
from mediaid.yamlsource import Location

_FIRST = ("base", "top_up", "fixed", "per_unit")
_PAYS = ("rate", "bands", "fixed", "per_unit")


def problems(model: PackModel) -> Iterator[Problem]:
    """Find everything wrong with the rules of a pack."""
    kinds = field_kinds(model)
    yield from _fields(model, kinds)
    yield from _benefit_files(model)
    for name, benefit in model.benefits.items():
        yield from _benefit(model, benefit, kinds, ("benefits", name))
    shared = model.pack.shared
    yield from _pools(model, shared.pools, kinds, ("pack", "shared", "pools"), None)
    yield from _unused(model)
    used = uses(model)
    for location, parameter in parameters(model):
        yield from _parameter(model, parameter, used.get(location, []), location)
    yield from _citations(model)


def field_kinds(model: PackModel) -> dict[str, str]:
    """Return the kind of every claim field this pack may name."""
    kinds: dict[str, str] = {name: field.kind for name, field in FIELDS.items()}
    kinds.update({name: own.kind for name, own in model.pack.own_fields.items()})
    return kinds


def parameters(model: PackModel) -> Iterator[tuple[Location, Parameter]]:
    """Return every parameter and its place."""
    for name, parameter in model.pack.shared.parameters.items():
        yield ("pack", "shared", "parameters", name), parameter
    for benefit in model.benefits.values():
        for name, parameter in benefit.parameters.items():
            yield ("benefits", benefit.benefit, "parameters", name), parameter


def _fields(model: PackModel, kinds: Mapping[str, str]) -> Iterator[Problem]:
    file = model.pack
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
    for name in file.codes:
        if kinds.get(name) != "code":
            yield (
                ("pack", "codes", name),
                _("{field} is not a field of codes").format(field=visible(name)),
            )
    declared = {"category", "setting", "insurance", *file.fields, *file.own_fields}
    for name in sorted(declared):
        if kinds.get(name) == "code" and name not in file.codes:
            yield ("pack", "codes"), _("codes of field {field} are missing").format(field=name)
    if kinds.get(file.dating) != "date":
        yield (
            ("pack", "dating"),
            _("{field} is not a date field").format(field=visible(file.dating)),
        )
    for i, name in enumerate(file.bore):
        yield from _money_field(name, kinds, model, ("pack", "bore", i))


def _usable(name: str, model: PackModel) -> bool:
    """Whether claims for this pack carry the field."""
    return name in (
        "claim_id",
        "person_id",
        "date",
        "setting",
        "category",
        "insurance",
        "self_paid",
        "household_id",
        "visit_id",
        "already_aided",
        model.pack.dating,
        *model.pack.fields,
        *model.pack.own_fields,
    )


def _known_field(
    name: str, kinds: Mapping[str, str], model: PackModel, at: Location
) -> Iterator[Problem]:
    if name not in kinds:
        yield (
            at,
            _("{field} is not a claim field.{nearest}").format(
                field=visible(name), nearest=nearest(name, kinds)
            ),
        )
    elif not _usable(name, model):
        yield (
            at,
            _("field {field} is not declared: add it to fields in pack.yaml").format(field=name),
        )


def _money_field(
    name: str, kinds: Mapping[str, str], model: PackModel, at: Location
) -> Iterator[Problem]:
    if name in kinds and kinds[name] != "money":
        yield at, _("{field} is not an amount").format(field=name)
    else:
        yield from _known_field(name, kinds, model, at)


def _benefit_files(model: PackModel) -> Iterator[Problem]:
    listed = model.pack.benefits
    for i, name in enumerate(listed):
        if name not in model.benefits:
            yield (
                ("pack", "benefits", i),
                _("there is no file with benefit: {name}.{nearest}").format(
                    name=visible(name), nearest=nearest(name, model.benefits)
                ),
            )
        elif listed.index(name) != i:
            yield ("pack", "benefits", i), _("{name} is listed twice").format(name=name)
    for name in model.benefits:
        if name not in listed:
            yield (
                ("benefits", name),
                _("benefit {name} is not listed under benefits in pack.yaml").format(name=name),
            )


def _benefit(
    model: PackModel, benefit: Benefit, kinds: Mapping[str, str], at: Location
) -> Iterator[Problem]:
    yield from _when(model, benefit.when, kinds, (*at, "when"), benefit)
    yield from _pools(model, benefit.pools, kinds, (*at, "pools"), benefit)
    names: set[str] = set()
    for i, step in enumerate(benefit.steps):
        place = (*at, "steps", i)
        if step_name(step) in names:
            yield (
                place,
                _("two steps are called {name}: give one a name of its own").format(
                    name=step_name(step)
                ),
            )
        names.add(step_name(step))
        yield from _when(model, step.when, kinds, (*place, "when"), benefit)
        yield from _step(model, benefit, step, i, kinds, place)
    verbs = [step.verb for step in benefit.steps]
    if not set(verbs) & set(_PAYS):
        yield (
            (*at, "steps"),
            _(
                "benefit {name} has no rate: add a rate step (100% for the whole), "
                "bands, fixed or per_unit"
            ).format(name=benefit.benefit),
        )
    for verb in ("rate", "bands", "split"):
        if verbs.count(verb) > 1:
            yield (*at, "steps"), _("a benefit has at most one {verb} step").format(verb=verb)
    if "split" in verbs[:-1]:
        yield (*at, "steps", verbs.index("split")), _("split is the last step")


def _step(
    model: PackModel, benefit: Benefit, step: Step, i: int, kinds: Mapping[str, str], at: Location
) -> Iterator[Problem]:
    if (i == 0) != (step.verb in _FIRST):
        yield (
            at,
            _("a benefit begins with one of {first}, and only once").format(
                first=", ".join(_FIRST)
            ),
        )
    for argument, name, unit in references(step):
        found = benefit.parameters.get(name) or model.pack.shared.parameters.get(name)
        known = [*benefit.parameters, *model.pack.shared.parameters]
        if found is None:
            yield (
                (*at, argument),
                _("there is no parameter {name}.{nearest}").format(
                    name=visible(name), nearest=nearest(name, known)
                ),
            )
        elif found.unit != unit:
            yield (
                (*at, argument),
                _("parameter {name} is in {unit}, but {verb} needs {needed}").format(
                    name=name, unit=found.unit, verb=step.verb, needed=unit
                ),
            )
    pool = pool_of(step)
    if pool is not None and pool not in (every := all_pools(model)):
        yield (
            (*at, "over" if step.verb == "bands" else "pool"),
            _("there is no pool {name}.{nearest}").format(
                name=visible(pool), nearest=nearest(pool, every)
            ),
        )
    elif pool is not None:
        yield from _pool_fits(all_pools(model)[pool], step, benefit, i, at)
    if step.verb in ("base", "top_up"):
        for key in ("sum", "less"):
            for j, name in enumerate(getattr(step, key, [])):
                yield from _money_field(name, kinds, model, (*at, key, j))
        key = "less_aid" if step.verb == "base" else "after"
        yield from _earlier(model, benefit, getattr(step, key), (*at, key))
    if step.verb == "top_up":
        yield from _closing(model, benefit, step, at)
    if step.verb == "per_unit" and kinds.get(step.units) != "count":
        yield (*at, "units"), _("{field} is not a counted field").format(field=visible(step.units))
    elif step.verb == "per_unit":
        yield from _known_field(step.units, kinds, model, (*at, "units"))


def _closing(model: PackModel, benefit: Benefit, step: TopUp, at: Location) -> Iterator[Problem]:
    if (step.settle == "close") != (step.counted is not None):
        yield (
            at,
            _(
                "settle: close needs `counted`, a pool of this benefit that counts what the "
                "top-up took before; settle: claim has none"
            ),
        )
    elif step.counted is not None:
        pool = benefit.pools.get(step.counted)
        if pool is None or not isinstance(pool.counts, Into):
            yield (
                (*at, "counted"),
                _("{name} is not a pool of this benefit that counts {{into: step}}").format(
                    name=step.counted
                ),
            )


def _pool_fits(pool: Pool, step: Step, benefit: Benefit, i: int, at: Location) -> Iterator[Problem]:
    pays = next((j for j, s in enumerate(benefit.steps) if s.verb in _PAYS), len(benefit.steps))
    if step.verb == "times" and pool.counts != "claims":
        yield (*at, "pool"), _("times needs a pool that counts: claims")
    if step.verb != "times" and pool.counts == "claims":
        yield (*at, "pool"), _("this pool counts claims, not amounts")
    if step.verb == "cap" and pool.counts == "aid" and i < pays:
        yield at, _("a cap on aid comes after the rate")
    if step.verb in ("deductible", "bands") and pool.counts == "aid":
        yield (
            (*at, "pool"),
            _(
                "{verb} follows amounts of bills, not aid: use a pool that "
                "counts {{sum: […]}} or {{into: step}}"
            ).format(verb=step.verb),
        )


def _earlier(
    model: PackModel, benefit: Benefit, names: list[str], at: Location
) -> Iterator[Problem]:
    order = model.pack.benefits
    before = order[: order.index(benefit.benefit)] if benefit.benefit in order else []
    for j, name in enumerate(names):
        if name not in before:
            yield (
                (*at, j),
                _("{name} is not a benefit settled before {benefit}").format(
                    name=visible(name), benefit=benefit.benefit
                ),
            )


def references(step: Step) -> list[tuple[str, str, str]]:
    """Return the parameters a step names: (argument, parameter, unit it must have)."""
    units = {
        "deductible": "yuan",
        "cap": "yuan",
        "minimum": "yuan",
        "times": "count",
        "rate": "percent",
        "bands": "bands",
        "fixed": "yuan",
        "per_unit": "yuan",
        "split": "shares",
        "top_up": "yuan",
    }
    for argument in ("at", "of", "above"):
        name = getattr(step, argument, None)
        if name is not None:
            return [(argument, name, units[step.verb])]
    return []


def pool_of(step: Step) -> str | None:
    """Return the pool a step reads, if any."""
    if step.verb == "bands":
        return None if step.over == "claim" else step.over
    return getattr(step, "pool", None)


def all_pools(model: PackModel) -> dict[str, Pool]:
    """Return every pool of the pack by its id."""
    found = dict(model.pack.shared.pools)
    for benefit in model.benefits.values():
        found.update(benefit.pools)
    return found


def _pools(
    model: PackModel,
    pools: Mapping[str, Pool],
    kinds: Mapping[str, str],
    at: Location,
    benefit: Benefit | None,
) -> Iterator[Problem]:
    for name, pool in pools.items():
        place = (*at, name)
        others = [name in other.pools for other in model.benefits.values() if other is not benefit]
        if any(others) or (benefit and name in model.pack.shared.pools):
            yield (
                place,
                _("pool {name} is defined elsewhere too: pool ids are unique in a pack").format(
                    name=name
                ),
            )
        yield from _when(model, pool.when, kinds, (*place, "when"), benefit)
        if isinstance(pool.counts, Amounts):
            for key in ("sum", "less"):
                for j, field in enumerate(getattr(pool.counts, key)):
                    yield from _money_field(field, kinds, model, (*place, "counts", key, j))
            for j, earlier in enumerate(pool.counts.less_aid):
                if earlier not in model.benefits:
                    yield (
                        (*place, "counts", "less_aid", j),
                        _("there is no benefit {name}").format(name=visible(earlier)),
                    )
        if isinstance(pool.counts, Into):
            steps = [step_name(s) for s in benefit.steps] if benefit else []
            if pool.counts.into not in steps:
                yield (
                    (*place, "counts", "into"),
                    _("there is no step {name} in this benefit").format(name=pool.counts.into),
                )
        if pool.when and (pool.counts == "aid" or isinstance(pool.counts, Into)):
            yield (*place, "when"), _("only pools that count bills have conditions")


def _when(
    model: PackModel, when: When, kinds: Mapping[str, str], at: Location, benefit: Benefit | None
) -> Iterator[Problem]:
    for name, test in when.items():
        place = (*at, name)
        found = list(_known_field(name, kinds, model, place))
        yield from found or _test(model, name, test, kinds[name], place, benefit)


def _test(
    model: PackModel, name: str, test: Test, kind: str, at: Location, benefit: Benefit | None
) -> Iterator[Problem]:
    codes = model.pack.codes.get(name, {})
    ranges = {key: getattr(test, key) for key in ("at_least", "above", "at_most", "below")}
    given = {key: text for key, text in ranges.items() if text is not None}
    forms = sum(
        (test.one_of is not None, test.in_ is not None, bool(given), test.within is not None)
    )
    if forms != 1:
        yield (
            at,
            _(
                "a condition is a code, a list of codes, {{in: parameter}}, a range "
                "(at_least, above, at_most, below) or {{within: …}}"
            ),
        )
    for code in test.one_of or []:
        if kind != "code" or code not in codes:
            yield (
                at,
                _("{code} is not a code of {field}.{nearest}").format(
                    code=visible(code), field=name, nearest=nearest(code, codes)
                ),
            )
    if test.in_ is not None:
        shared = model.pack.shared.parameters
        found = (benefit.parameters if benefit else {}).get(test.in_) or shared.get(test.in_)
        if found is None or found.unit != "codes" or found.of != name:
            yield (
                (*at, "in"),
                _("{name} is not a parameter of unit codes of {field}").format(
                    name=visible(test.in_), field=name
                ),
            )
    for key, text in given.items():
        yield from _bound(key, text, kind, at)
    if test.within is not None and (kind != "date" or kinds_of_dates(model, test.within.before)):
        yield at, _("within compares one date field with another declared one")


def kinds_of_dates(model: PackModel, name: str) -> bool:
    """Whether a field is not a usable date."""
    return field_kinds(model).get(name) != "date" or not _usable(name, model)


def _bound(key: str, text: str, kind: str, at: Location) -> Iterator[Problem]:
    try:
        if kind == "money":
            parse_yuan(text)
        elif kind == "count":
            values.LEAVES["count"](text)
        else:
            yield at, _("only amounts and counts have ranges")
    except ValueError as error:
        yield (*at, key), str(error)


def _unused(model: PackModel) -> Iterator[Problem]:
    used = uses(model)
    for location, _parameter_ in parameters(model):
        if location not in used:
            yield location, _("parameter {name} is not used").format(name=location[-1])
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
            yield place, _("pool {name} is not used").format(name=place[-1])


def _parameter(
    model: PackModel, parameter: Parameter, used: list[Use], at: Location
) -> Iterator[Problem]:
    for i, field in enumerate(parameter.by):
        if field not in model.pack.codes:
            yield (
                (*at, "by", i),
                _("{field} is not a field with codes.{nearest}").format(
                    field=visible(field), nearest=nearest(field, model.pack.codes)
                ),
            )
            return
    if len(parameter.by) > 2:
        yield (*at, "by"), _("a value depends on two fields at most")
        return
    if (parameter.unit == "codes") != (parameter.of is not None):
        yield at, _("`of` names the field of a parameter of unit codes, and only there")
    for place, message in values.date_problems(parameter.values):
        yield (*at, "values", *place), message
    known = values.known_codes(parameter, model.pack.codes)
    needed = [allowed(model, used, field) for field in parameter.by]
    denominators = [1]
    for i, dated in enumerate(parameter.values):
        place = (*at, "values", i, "value")
        parsed, found = values.parse_value(parameter, dated.value, known, needed)
        yield from (((*place, *below), message) for below, message in found)
        for codes, leaf in parsed.items():
            denominators += _denominators(parameter, leaf)
            yield from _leaf(model, parameter, leaf, (*place, *codes), at)
    if lcm(*denominators) > MAX_DENOMINATOR:
        yield at, _("these rates have no common denominator up to 1,000,000")


def _denominators(parameter: Parameter, leaf: Any) -> list[int]:
    if parameter.unit == "percent":
        return [leaf.denominator]
    if parameter.unit in ("bands", "shares"):
        return [rate.denominator for _name, rate in leaf if rate is not None]
    return []


def _leaf(
    model: PackModel, parameter: Parameter, leaf: Any, at: Location, own: Location
) -> Iterator[Problem]:
    if parameter.unit == "codes":
        codes = model.pack.codes.get(parameter.of or "", {})
        for code in leaf:
            if code not in codes:
                yield (
                    at,
                    _("{code} is not a code of {field}.{nearest}").format(
                        code=visible(code), field=parameter.of, nearest=nearest(code, codes)
                    ),
                )
    if isinstance(leaf, ShareOf):
        beside = dict(parameters(model))
        other = beside.get((*own[:-1], leaf.of)) or beside.get(
            ("pack", "shared", "parameters", leaf.of)
        )
        if other is None or other.unit != "yuan" or other.by:
            yield (
                at,
                _("{name} is not a parameter in yuan with a single value").format(
                    name=visible(leaf.of)
                ),
            )


def _citations(model: PackModel) -> Iterator[Problem]:
    cited: set[str] = set()
    for location, cite in cites(model, ()):
        cited.add(cite.source)
        if cite.source not in model.pack.sources:
            yield (
                (*location, "source"),
                _("{source} is not listed under sources.{nearest}").format(
                    source=visible(cite.source), nearest=nearest(cite.source, model.pack.sources)
                ),
            )
    for name in model.pack.sources:
        if name not in cited:
            yield ("pack", "sources", name), _("source {name} is never cited").format(name=name)


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
