"""Steps and pools of a pack: whether they exist, fit together and stand in a sensible order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mediaid.faults import Location, nearest, visible
from mediaid.i18n import gettext as _
from mediaid.packs.checks.context import Context, Problems
from mediaid.packs.checks.uses import CLAIM, pool_of
from mediaid.packs.checks.whencheck import check_when, known_field, money_field
from mediaid.packs.schema.rules import Amounts, Benefit, Into, Pool, Step, TopUp, step_name

FIRST = ("base", "top_up", "fixed", "per_unit")
"""A benefit begins with one of these."""

PAYS = ("rate", "bands", "fixed", "per_unit")
"""What makes an amount of a bill an amount of aid."""

UNITS = {
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
"""The unit of the parameter a verb needs."""

_RESERVED = ("when", "pools", "parameters", "steps")


def references(step: Step) -> list[tuple[str, str, str]]:
    """Return the parameters a step names: (argument, parameter, unit it must have)."""
    for argument in ("at", "of", "above"):
        name = getattr(step, argument, None)
        if name is not None:
            return [(argument, name, UNITS[step.verb])]
    return []


def check_benefit(context: Context, benefit: Benefit, at: Location) -> Problems:
    """Find everything wrong with one benefit's conditions, pools and steps."""
    yield from check_when(context, benefit.when, (*at, "when"), benefit)
    yield from check_pools(context, benefit.pools, (*at, "pools"), benefit)
    names: set[str] = set()
    for i, step in enumerate(benefit.steps):
        place = (*at, "steps", i)
        name = step_name(step)
        if name in names:
            yield (
                place,
                _("two steps are called {name}: give one a name of its own").format(name=name),
            )
        if name in _RESERVED:
            yield (
                (*place, "name"),
                _("a step cannot be called {name}: choose another name").format(name=name),
            )
        names.add(name)
        yield from check_when(context, step.when, (*place, "when"), benefit)
        yield from _always(step, (*place, "when"))
        yield from _step(context, benefit, i, place)
    yield from _order(context, benefit, (*at, "steps"))


def _always(step: Step, at: Location) -> Problems:
    """Find conditions on a step that must not be passed over."""
    if not step.when:
        return
    if step.verb in ("rate", "bands"):
        yield (
            at,
            _(
                "a {verb} step has no conditions: where they do not hold, the whole amount would "
                "be paid. Put them under the benefit's own when, or give the parameter `by` and "
                "write 0%"
            ).format(verb=step.verb),
        )
    elif step.verb == "split":
        yield (
            at,
            _(
                "a split step has no conditions: where they do not hold, nobody would pay the aid. "
                "Give the parameter `by`, or put them under the benefit's own when"
            ),
        )


def _order(context: Context, benefit: Benefit, at: Location) -> Problems:
    verbs = [step.verb for step in benefit.steps]
    unsure = any(context.doubts.unsure((*at, i)) for i in range(len(verbs)))
    if not set(verbs) & set(PAYS) and not unsure:
        yield (
            at,
            _(
                "benefit {name} has no rate: add a rate step (100% for the whole), bands, "
                "fixed or per_unit"
            ).format(name=benefit.benefit),
        )
    for verbs_of_one in (("rate", "bands"), ("split",)):
        found = [i for i, verb in enumerate(verbs) if verb in verbs_of_one]
        for i in found[1:]:
            yield (
                (*at, i),
                _("a benefit has at most one step of {verbs}").format(
                    verbs=" / ".join(verbs_of_one)
                ),
            )
    if "split" in verbs[:-1]:
        yield (*at, verbs.index("split")), _("split is the last step: move it to the end")
    paid = min((i for i, verb in enumerate(verbs) if verb in PAYS), default=len(verbs))
    for i, verb in enumerate(verbs):
        if verb == "deductible" and i > paid:
            yield (
                (*at, i),
                _(
                    "a deductible is taken off the bill, not off the aid: move it before {verb}"
                ).format(verb=verbs[paid]),
            )


def _step(context: Context, benefit: Benefit, i: int, at: Location) -> Problems:
    step = benefit.steps[i]
    if (i == 0) != (step.verb in FIRST):
        yield (
            at,
            _("a benefit begins with one of {first}, and only once").format(first=", ".join(FIRST)),
        )
    for argument, name, unit in references(step):
        yield from _reference(context, benefit, step.verb, name, unit, (*at, argument))
    yield from _step_pool(context, benefit, i, at)
    if step.verb == "base":
        for key, names in (("sum", step.sum), ("less", step.less)):
            yield from _amount_fields(context, names, (*at, key))
        yield from _earlier(context, benefit, step.less_aid, (*at, "less_aid"))
    if step.verb == "top_up":
        yield from _amount_fields(context, step.sum, (*at, "sum"))
        yield from _earlier(context, benefit, step.after, (*at, "after"))
        yield from _left_pool(context, step, (*at, "pool"))
        yield from _closing(benefit, step, at)
    if step.verb == "per_unit":
        if context.kinds.get(step.units, "count") != "count":
            yield (
                (*at, "units"),
                _("{field} is not a counted field").format(field=visible(step.units)),
            )
        else:
            yield from known_field(context, step.units, (*at, "units"))


def _reference(
    context: Context, benefit: Benefit, verb: str, name: str, unit: str, at: Location
) -> Problems:
    found = context.parameter(benefit, name)
    if found is None:
        yield (
            at,
            _("there is no parameter {name}.{nearest}").format(
                name=visible(name), nearest=nearest(name, context.known_parameters(benefit))
            ),
        )
    elif found.unit != unit and not context.doubts.unsure(
        (*context.parameter_place(benefit, name), "unit")
    ):
        yield (
            at,
            _("parameter {name} is in {unit}, but {verb} needs {needed}").format(
                name=name, unit=found.unit, verb=verb, needed=unit
            ),
        )


def _step_pool(context: Context, benefit: Benefit, i: int, at: Location) -> Problems:
    step = benefit.steps[i]
    name = pool_of(step)
    if name is None:
        return
    place = (*at, "over" if step.verb == "bands" else "pool")
    if name in context.pools:
        yield from _pool_fits(context.pools[name], benefit, i, place)
    elif not context.doubts.files:
        yield (
            place,
            _("there is no pool {name}.{nearest}").format(
                name=visible(name), nearest=nearest(name, context.pools)
            ),
        )


def _pool_fits(pool: Pool, benefit: Benefit, i: int, at: Location) -> Problems:
    step = benefit.steps[i]
    pays = next((j for j, s in enumerate(benefit.steps) if s.verb in PAYS), len(benefit.steps))
    if step.verb == "times" and pool.counts != "claims":
        yield at, _("times needs a pool that counts: claims")
    if step.verb != "times" and pool.counts == "claims":
        yield at, _("this pool counts claims, not amounts")
    if step.verb == "cap" and pool.counts == "aid" and i < pays < len(benefit.steps):
        yield (
            at,
            _("a cap on aid comes after {verb}: move it there").format(
                verb=benefit.steps[pays].verb
            ),
        )
    if step.verb in ("deductible", "bands") and pool.counts == "aid":
        yield (
            at,
            _("{verb} follows amounts of bills, not aid: use a pool that counts {examples}").format(
                verb=step.verb, examples="{sum: […]} / {into: step}"
            ),
        )


def _amount_fields(context: Context, names: Sequence[str], at: Location) -> Problems:
    for j, name in enumerate(names):
        yield from money_field(context, name, (*at, j))
        if name in names[:j]:
            yield (*at, j), _("{code} stands here twice").format(code=visible(name))


def _earlier(context: Context, benefit: Benefit, names: Sequence[str], at: Location) -> Problems:
    order = context.model.pack.benefits
    before = order[: order.index(benefit.benefit)] if benefit.benefit in order else []
    for j, name in enumerate(names):
        if name not in before:
            yield (
                (*at, j),
                _("{name} is not a benefit settled before {benefit}.{nearest}").format(
                    name=visible(name), benefit=benefit.benefit, nearest=nearest(name, before)
                ),
            )


def _left_pool(context: Context, step: TopUp, at: Location) -> Problems:
    """Find a pool that adds up something else than what the step tops up."""
    pool = context.pools.get(step.pool)
    unknown = any(name not in context.model.benefits for name in step.after)
    if pool is None or unknown or context.doubts.unsure(at):
        return
    counts = pool.counts
    if (
        not isinstance(counts, Amounts)
        or set(counts.sum) != set(step.sum)
        or counts.less
        or set(counts.less_aid) != set(step.after)
    ):
        wanted = f"{{sum: [{', '.join(step.sum)}], less_aid: [{', '.join(step.after)}]}}"
        yield (
            at,
            _(
                "pool {name} must add up what this step tops up: the amounts of its sum, less the "
                "aid of the benefits in after. Write counts: {wanted}"
            ).format(name=step.pool, wanted=wanted),
        )


def _closing(benefit: Benefit, step: TopUp, at: Location) -> Problems:
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
                _("{name} is not a pool of this benefit that counts {example}").format(
                    name=visible(step.counted), example="{into: step}"
                ),
            )


def check_pools(
    context: Context, pools: Mapping[str, Pool], at: Location, benefit: Benefit | None
) -> Problems:
    """Find everything wrong with the pools of one benefit, or with the shared ones (None)."""
    model = context.model
    for name, pool in pools.items():
        place = (*at, name)
        others = [
            other.benefit
            for other in model.benefits.values()
            if other is not benefit and name in other.pools
        ]
        if benefit and name in model.pack.shared.pools:
            others.append("shared")
        if others:
            yield (
                place,
                _("{other} has a pool {name} as well: pool ids are unique in a pack").format(
                    other=", ".join(others), name=name
                ),
            )
        if name == CLAIM:
            yield place, _("a pool cannot be called {name}: choose another name").format(name=name)
        yield from check_when(context, pool.when, (*place, "when"), benefit)
        yield from _counts(context, pool, place, benefit)
        if pool.when and (pool.counts == "aid" or isinstance(pool.counts, Into)):
            yield (*place, "when"), _("only pools that count bills have conditions")


def _counts(context: Context, pool: Pool, at: Location, benefit: Benefit | None) -> Problems:
    place = (*at, "counts")
    if isinstance(pool.counts, Amounts):
        for key, names in (("sum", pool.counts.sum), ("less", pool.counts.less)):
            yield from _amount_fields(context, names, (*place, key))
        for j, name in enumerate(pool.counts.less_aid):
            if name not in context.model.pack.benefits:
                yield (
                    (*place, "less_aid", j),
                    _("there is no benefit {name}.{nearest}").format(
                        name=visible(name), nearest=nearest(name, context.model.pack.benefits)
                    ),
                )
    if isinstance(pool.counts, Into):
        steps = [step_name(s) for s in benefit.steps] if benefit else []
        if pool.counts.into not in steps:
            yield (
                (*place, "into"),
                _("there is no step {name} in this benefit.{nearest}").format(
                    name=visible(pool.counts.into), nearest=nearest(pool.counts.into, steps)
                ),
            )
