"""The scenarios of a pack, ready to be settled under many changed packs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mediaid.claims.records import from_records
from mediaid.engine.explain import explain
from mediaid.engine.settle import settle
from mediaid.faults import ClaimError, PackError
from mediaid.scenarios import runner
from mediaid.scenarios.claims import distinct, records_by_claim, run_claims, run_refusal
from mediaid.scenarios.compare import compare
from mediaid.scenarios.coverage.mutants import Choice
from mediaid.scenarios.enrolment import run_enrolment
from mediaid.scenarios.funding import run_funding, run_work_funds
from mediaid.scenarios.model import (
    EnrolmentCase,
    FundingCase,
    OneClaim,
    RefusedClaim,
    SeveralClaims,
    WorkFundsCase,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from mediaid.claims.table import Claims
    from mediaid.packs.model import Pack
    from mediaid.scenarios.coverage.mutants import Mutant
    from mediaid.scenarios.coverage.sites import Change
    from mediaid.scenarios.model import Row, Scenario

Records = dict[int, dict[str, dict[str, str]]]


@dataclass(frozen=True)
class Group:
    """Scenarios of claims under one choice, in one table, and what they come to now."""

    choice: Choice
    scenarios: tuple[Scenario, ...]
    rows: tuple[tuple[Scenario, Row], ...]
    claims: Claims
    now: Records

    @staticmethod
    def of(choice: Choice, scenarios: Iterable[Scenario], pack: Pack) -> Group:
        """Settle scenarios under the pack as it stands."""
        kept = tuple(scenarios)
        claims = from_records(distinct(kept), pack)
        rows = tuple((scenario, row) for scenario in kept for row in scenario.rows)
        return Group(choice, kept, rows, claims, records_by_claim(settle(claims, pack)))

    def noticing(self, pack: Pack, reasons: bool) -> Scenario | None:
        """Return the first scenario that fails under another pack.

        `reasons`: look through every explanation too, not only those whose figures differ.
        """
        try:
            settlement = settle(self.claims, pack, traced=True)
        except ClaimError:
            return next(s for s in self.scenarios if not run_claims([s], pack)[0].ok)
        records = records_by_claim(settlement)
        for number, (scenario, row) in enumerate(self.rows):
            its = records.get(number, {})
            if row.expected is None or not (reasons or its != self.now.get(number, {})):
                continue
            if any(compare(scenario, row, its, explain(settlement, number))):
                return scenario
        return None


@dataclass(frozen=True)
class Suite:
    """All scenarios of a pack; `failing` are the places of those that fail as it stands."""

    groups: tuple[Group, ...]
    others: tuple[tuple[Scenario, Choice], ...]
    failing: tuple[str, ...] = ()

    def __len__(self) -> int:
        return sum(len(group.scenarios) for group in self.groups) + len(self.others)

    def noticing(self, mutant: Mutant, change: Change) -> Scenario | None:
        """Return a scenario that fails under a changed pack; None where none does."""
        part = change.at[0]
        if part in ("pack", "benefits", "readings"):
            for reasons in (False, True) if "when" in change.at else (False,):
                for group in self._concerned(change):
                    found = _noticing(group, mutant, reasons)
                    if found is not None:
                        return found
        return next(
            (
                scenario
                for scenario, choice in self.others
                if _is_about(scenario, part) and _other_fails(scenario, choice, mutant)
            ),
            None,
        )

    def _concerned(self, change: Change) -> Iterator[Group]:
        """The groups that a change can concern, those under the default readings first."""
        if change.at[0] != "readings":
            yield from self.groups
            return
        _readings, reading, _alternatives, alternative = change.at[:4]
        for group in self.groups:
            chosen = dict(group.choice.readings).get(str(reading), "")
            if chosen.partition(":")[0] == alternative:
                yield group


def _noticing(group: Group, mutant: Mutant, reasons: bool) -> Scenario | None:
    try:
        pack = mutant.under(group.choice)
    except PackError:
        return group.scenarios[0]
    return group.noticing(pack, reasons)


def _is_about(scenario: Scenario, part: object) -> bool:
    kinds = {"funding": FundingCase, "work_funds": WorkFundsCase, "enrolment": EnrolmentCase}
    return isinstance(scenario.case, kinds.get(str(part), RefusedClaim))


def _other_fails(scenario: Scenario, choice: Choice, mutant: Mutant) -> bool:
    case = scenario.case
    try:
        pack = mutant.under(choice)
    except PackError:
        return True
    if isinstance(case, FundingCase):
        return not run_funding(scenario, case, pack).ok
    if isinstance(case, WorkFundsCase):
        return not run_work_funds(scenario, case, pack).ok
    if isinstance(case, EnrolmentCase):
        return not run_enrolment(scenario, case, pack).ok
    assert isinstance(case, RefusedClaim)
    return not run_refusal(scenario, case, pack).ok


def choice_of(scenario: Scenario, folder: Path) -> Choice:
    """Return under which choice a scenario is settled; overlays are named from its folder."""
    case = scenario.case
    overlay = None if case.overlay is None else folder / case.overlay
    return Choice(tuple(sorted(case.readings.items())), overlay)


def suite_of(paths: Iterable[Path], pack: Pack) -> Suite:
    """Return the scenarios of a pack among files. Raises ScenarioError for bad files."""
    by_choice: dict[Choice, list[tuple[Scenario, Pack]]] = {}
    others: list[tuple[Scenario, Choice]] = []
    failing: list[str] = []
    for path in runner.find(paths):
        prepared = runner.load(path)
        if not prepared.packs or prepared.packs[0].base_hash != pack.base_hash:
            continue
        failing += [o.scenario.where for o in runner.run(prepared) if not o.ok]
        for scenario, its in zip(prepared.scenarios, prepared.packs, strict=True):
            choice = choice_of(scenario, path.parent)
            if isinstance(scenario.case, OneClaim | SeveralClaims):
                by_choice.setdefault(choice, []).append((scenario, its))
            else:
                others.append((scenario, choice))
    choices = sorted(by_choice, key=lambda choice: (len(choice.readings), bool(choice.overlay)))
    groups = [
        Group.of(choice, (s for s, _p in by_choice[choice]), by_choice[choice][0][1])
        for choice in choices
    ]
    return Suite(tuple(groups), tuple(others), tuple(failing))
