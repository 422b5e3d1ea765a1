"""Scenarios of claims: settled in one batch, compared line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediaid.claims.records import from_records
from mediaid.engine.explain import explain
from mediaid.engine.present import as_text
from mediaid.engine.settle import settle
from mediaid.faults import ClaimError
from mediaid.scenarios.compare import compare
from mediaid.scenarios.outcome import Outcome
from mediaid.scenarios.refusals import refusal_mismatch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mediaid.engine.settle import Settlement
    from mediaid.packs.model import Pack
    from mediaid.scenarios.model import RefusedClaim, Scenario

HOLDERS = ("claim_id", "person_id", "household_id", "visit_id", "reverses")
"""Fields that name something within a scenario: made distinct where many are settled together."""


def run_claims(scenarios: Sequence[Scenario], pack: Pack) -> list[Outcome]:
    """Settle scenarios under one pack in one batch and compare; each on its own if refused."""
    try:
        settlement = settle(list(distinct(scenarios)), pack, traced=True)
    except ClaimError as error:
        if len(scenarios) > 1:
            return [outcome for one in scenarios for outcome in run_claims([one], pack)]
        [scenario] = scenarios
        return [Outcome(scenario, tuple(refusal_mismatch(scenario, None, error, "claim")))]
    records = records_by_claim(settlement)
    outcomes = []
    first = 0
    for scenario in scenarios:
        found = {
            row.claim_id: list(
                compare(scenario, row, records.get(number, {}), explain(settlement, number))
            )
            for number, row in enumerate(scenario.rows, first)
        }
        first += len(scenario.rows)
        faulty = {claim_id for claim_id, mismatches in found.items() if mismatches}
        outcomes.append(
            Outcome(
                scenario,
                tuple(m for its in found.values() for m in its),
                tuple(_explanations(scenario, pack, faulty)),
            )
        )
    return outcomes


def distinct(scenarios: Sequence[Scenario]) -> Iterator[dict[str, str]]:
    """Yield all rows, with a prefix on names that leaves the order within a scenario as it is."""
    for number, scenario in enumerate(scenarios):
        # A scenario by itself may be refused: its message must show the ids as they are written.
        prefix = f"{number:06d}/" if len(scenarios) > 1 else ""
        for row in scenario.rows:
            yield {
                name: f"{prefix}{text}" if name in HOLDERS and text else text
                for name, text in row.fields.items()
            }


def records_by_claim(settlement: Settlement) -> dict[int, dict[str, dict[str, str]]]:
    """Return the result's lines as text, by claim and benefit."""
    found: dict[int, dict[str, dict[str, str]]] = {}
    lines = settlement.lines
    for row, record in zip(lines.claim.tolist(), lines.records(settlement.claims), strict=True):
        found.setdefault(row, {})[record["benefit"]] = record
    return found


def _explanations(scenario: Scenario, pack: Pack, claim_ids: Iterable[str]) -> Iterator[str]:
    """Explain some claims of a scenario, settled by itself so that ids are those written."""
    wanted = set(claim_ids)
    if not wanted:
        return
    settlement = settle([row.fields for row in scenario.rows], pack, traced=True)
    for number, row in enumerate(scenario.rows):
        if row.claim_id in wanted:
            yield as_text(explain(settlement, number))


def run_refusal(scenario: Scenario, case: RefusedClaim, pack: Pack) -> Outcome:
    """Compare how a claim is refused with what is expected of the refusal."""
    rows = [row.fields for row in scenario.rows]
    try:
        settlement = settle(from_records(rows, pack), pack, traced=True)
    except ClaimError as error:
        return Outcome(
            scenario, tuple(refusal_mismatch(scenario, case.expect_error, error, "expect_error"))
        )
    found = tuple(refusal_mismatch(scenario, case.expect_error, None, "expect_error"))
    return Outcome(scenario, found, (as_text(explain(settlement, len(rows) - 1)),))
