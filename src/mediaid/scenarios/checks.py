"""What a scenario says, against the pack it is about: names and cells that cannot be right.

Without this, a mistyped benefit would be a mismatch that points at the policy, and a mistyped
amount a refused claim without a place in the file.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mediaid.claims.cells import parse_cell, parse_day, show_day
from mediaid.claims.fields import pack_fields
from mediaid.engine.plan import plan_of
from mediaid.engine.verbs.split import UNASSIGNED
from mediaid.faults import Fault, nearest, visible
from mediaid.i18n import gettext as _
from mediaid.packs.budget.enrolment import UNITS
from mediaid.packs.schema.rules import step_name
from mediaid.scenarios.compare import NONE
from mediaid.scenarios.enrolment import INSURANCE, measure_of
from mediaid.scenarios.model import (
    EnrolmentCase,
    FundingCase,
    RefusedClaim,
    Scenario,
    WorkFundsCase,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from mediaid.claims.fields import Field
    from mediaid.faults import Location
    from mediaid.packs.model import Pack
    from mediaid.packs.schema.rules import Benefit
    from mediaid.scenarios.model import Row

PARTICIPANTS, FISCAL, GROSS = "participants", "fiscal", "gross"
"""What a funding scenario may expect beside the payers: the participants' own contribution, all
payers together, and both."""

SELF_PAID = "self_paid"
"""What binds a benefit where the aid of all would exceed what the person bore."""


def pack_faults(scenario: Scenario, pack: Pack) -> Iterator[Fault]:
    """Find what a scenario names that the pack does not have, and cells that cannot be read."""
    if isinstance(scenario.case, FundingCase):
        yield from _funding_faults(scenario, scenario.case, pack)
    elif isinstance(scenario.case, WorkFundsCase):
        known = pack.work_funds.work_funds if pack.work_funds else ()
        yield from _unknown(scenario, ("expect",), scenario.case.expect, known, _("work fund"))
    elif isinstance(scenario.case, EnrolmentCase):
        yield from _enrolment_faults(scenario, scenario.case, pack)
    else:
        fields = pack_fields(pack)
        refused = scenario.rows[-1] if isinstance(scenario.case, RefusedClaim) else None
        for row in scenario.rows:
            yield from _expected_faults(scenario, row, pack)
            if row is not refused:
                yield from _cell_faults(scenario, row, fields, pack)
        yield from _late_history(scenario, pack)


def _enrolment_faults(scenario: Scenario, case: EnrolmentCase, pack: Pack) -> Iterator[Fault]:
    known = pack.enrolment.enrolment if pack.enrolment else ()
    yield from _unknown(scenario, ("expect",), case.expect, known, _("insurance"))
    for name, figures in case.expect.items():
        own = {key: text for key, text in figures.items() if key != INSURANCE}
        yield from _unknown(scenario, ("expect", name), own, UNITS, _("standard"))
        for key, text in own.items():
            try:
                measure_of(text)
            except ValueError as error:
                where = scenario.source.where((*scenario.at, "expect", name, key))
                yield Fault(where, str(error).split("\n", 1)[0])


def with_own_headings(scenario: Scenario, pack: Pack) -> Scenario:
    """Put the names of the pack's own fields in place of their labels, as headings of a file."""
    headings = {
        heading: name
        for name, own in pack.model.pack.own_fields.items()
        for heading in (own.label.zh, own.label.en)
    }
    if not headings:
        return scenario
    return replace(scenario, rows=tuple(_renamed(row, headings) for row in scenario.rows))


def _renamed(row: Row, headings: Mapping[str, str]) -> Row:
    written = {headings[name]: name for name in row.fields if name in headings}
    fields = {headings.get(name, name): text for name, text in row.fields.items()}
    return replace(row, fields=fields, written={**row.written, **written})


def _unknown(
    scenario: Scenario, place: Location, names: Collection[str], known: Collection[str], what: str
) -> Iterator[Fault]:
    for name in names:
        if name not in known:
            yield Fault(
                scenario.source.where((*scenario.at, *place, name)),
                _("the pack has no {what} {name}.{nearest} Known: {known}").format(
                    what=what,
                    name=visible(name),
                    nearest=nearest(name, known),
                    known=", ".join(known) or "–",
                ),
            )


def _expected_faults(scenario: Scenario, row: Row, pack: Pack) -> Iterator[Fault]:
    place = row.expected_at[len(scenario.at) :]
    benefits = {benefit.benefit: benefit for benefit in pack.benefits}
    yield from _unknown(scenario, place, row.expected or (), benefits, _("benefit"))
    for name, expected in (row.expected or {}).items():
        benefit = benefits.get(name)
        if benefit is None:
            continue
        bound_by = expected.bound_by
        steps = [*(step_name(step) for step in benefit.steps), SELF_PAID, NONE]
        if bound_by is not None and bound_by not in steps:
            yield Fault(
                scenario.source.where((*row.expected_at, name, "bound_by")),
                _("benefit {benefit} has no step {name}.{nearest} Known: {known}").format(
                    benefit=name,
                    name=visible(bound_by),
                    nearest=nearest(bound_by, steps),
                    known=", ".join(steps),
                ),
            )
        payers = _payers(benefit, pack)
        if expected.payers and not payers:
            yield Fault(
                scenario.source.where((*row.expected_at, name, "payers")),
                _("the pack does not split {benefit} between payers: remove payers").format(
                    benefit=name
                ),
            )
        elif expected.payers:
            yield from _unknown(
                scenario, (*place, name, "payers"), expected.payers, payers, _("payer")
            )


def _payers(benefit: Benefit, pack: Pack) -> list[str]:
    """Return the payers that share a benefit's aid on some day; none where it is not split."""
    plan = plan_of(pack)
    shares = [
        entry
        for step in benefit.steps
        if step.verb == "split"
        for entry in plan.table(benefit, step.of).entries
    ]
    names = dict.fromkeys(payer for entry in shares for payer, _share in entry)
    return [*names, UNASSIGNED] if names else []


def _late_history(scenario: Scenario, pack: Pack) -> Iterator[Fault]:
    """Find history that is settled after the last claim, so that it could not count for any.

    A reversal counts whenever it is dated: it cancels before anything is settled.
    """
    if isinstance(scenario.case, FundingCase | WorkFundsCase | EnrolmentCase):
        return
    count = len(scenario.case.history)
    try:
        last = max(_turn(row, pack) for row in scenario.rows[count:])
    except ValueError:
        return  # told as a fault of the cell, or the very refusal that is expected
    for row in scenario.rows[:count]:
        try:
            turn = _turn(row, pack)
        except ValueError:
            continue
        if turn <= last or row.fields.get("reverses"):
            continue
        where = scenario.source.where((*row.at, row.written.get(pack.dating, pack.dating)))
        (day, claim_id), (last_day, last_id) = turn, last
        if day > last_day:
            said = _(
                "history of {day} comes after the claim of {claim_day} and would not count: give "
                "it an earlier day, or remove it"
            ).format(day=show_day(day), claim_day=show_day(last_day))
        else:
            said = _(
                "history {id} has the day of claim {claim} and would be settled after it, since "
                "claims of a day are taken in the order of claim_id: give it a smaller claim_id"
            ).format(id=visible(claim_id), claim=visible(last_id))
        yield Fault(where, said)


def _turn(row: Row, pack: Pack) -> tuple[int, str]:
    """Return what decides when a claim is settled. Raises ValueError for a day unreadable."""
    return parse_day(row.fields.get(pack.dating, "")), row.claim_id


def _cell_faults(
    scenario: Scenario, row: Row, fields: dict[str, Field], pack: Pack
) -> Iterator[Fault]:
    for name, text in row.fields.items():
        where = scenario.source.where((*row.at, row.written.get(name, name)))
        field = fields.get(name)
        if field is None:
            yield Fault(
                where,
                _("field {name} is not used by pack {pack}.{nearest}").format(
                    name=visible(name), pack=pack.id, nearest=nearest(name, fields)
                ),
            )
        elif text:
            try:
                parse_cell(field, text, pack)
            except ValueError as error:
                yield Fault(where, f"{field.name} {field.label.zh}: {error}")
    for field in fields.values():
        if (field.required or field.name == pack.dating) and not row.fields.get(field.name):
            yield Fault(
                scenario.source.where(row.at),
                _("{field} is missing: fill it in").format(field=f"{field.name} {field.label.zh}"),
            )


def _funding_faults(scenario: Scenario, case: FundingCase, pack: Pack) -> Iterator[Fault]:
    yield from _unknown(scenario, ("funding",), [case.funding], pack.funding, _("funding"))
    funding = pack.funding.get(case.funding)
    if funding is None:
        return
    yield from _unknown(scenario, ("headcount",), case.headcount, funding.areas, _("area"))
    for area in funding.areas:
        if area not in case.headcount:
            yield Fault(
                scenario.source.where((*scenario.at, "headcount")),
                _("the headcount of {area} is missing: write 0 if there is nobody").format(
                    area=area
                ),
            )
    expect = case.expect or {}
    payers = [*funding.payers, PARTICIPANTS, FISCAL, GROSS]
    yield from _unknown(scenario, ("expect",), expect, payers, _("payer"))
    for payer, need in expect.items():
        yield from _unknown(
            scenario, ("expect", payer), need.components, funding.components, _("component")
        )
