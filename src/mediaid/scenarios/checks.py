"""What a scenario says, against the pack it is about: names and cells that cannot be right.

Without this, a mistyped benefit would be a mismatch that points at the policy, and a mistyped
amount a refused claim without a place in the file.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mediaid.claims.cells import parse_cell
from mediaid.claims.fields import pack_fields
from mediaid.faults import Fault, nearest, visible
from mediaid.i18n import gettext as _
from mediaid.scenarios.model import FundingCase, RefusedClaim, Scenario, WorkFundsCase

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from mediaid.claims.fields import Field
    from mediaid.faults import Location
    from mediaid.packs.model import Pack
    from mediaid.scenarios.model import Row

PARTICIPANTS, FISCAL, GROSS = "participants", "fiscal", "gross"
"""What a funding scenario may expect beside the payers: the participants' own contribution, all
payers together, and both."""


def pack_faults(scenario: Scenario, pack: Pack) -> Iterator[Fault]:
    """Find what a scenario names that the pack does not have, and cells that cannot be read."""
    if isinstance(scenario.case, FundingCase):
        yield from _funding_faults(scenario, scenario.case, pack)
    elif isinstance(scenario.case, WorkFundsCase):
        known = pack.work_funds.work_funds if pack.work_funds else ()
        yield from _unknown(scenario, ("expect",), scenario.case.expect, known, _("work fund"))
    else:
        fields = pack_fields(pack)
        refused = scenario.rows[-1] if isinstance(scenario.case, RefusedClaim) else None
        for row in scenario.rows:
            yield from _expected_faults(scenario, row, pack)
            if row is not refused:
                yield from _cell_faults(scenario, row, fields, pack)


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
    known = [benefit.benefit for benefit in pack.benefits]
    yield from _unknown(scenario, place, row.expected or (), known, _("benefit"))


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
