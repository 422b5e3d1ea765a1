"""Runs scenarios: settles their claims with the one engine and compares every expectation."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mediaid.faults import Fault, PackError, ScenarioError, visible
from mediaid.i18n import gettext as _
from mediaid.packs.folder.find import data_folder
from mediaid.packs.load import load_pack
from mediaid.scenarios.checks import pack_faults, with_own_headings
from mediaid.scenarios.claims import run_claims, run_refusal
from mediaid.scenarios.detect import SUFFIXES, keys_found
from mediaid.scenarios.enrolment import run_enrolment
from mediaid.scenarios.funding import run_funding, run_work_funds
from mediaid.scenarios.model import (
    EnrolmentCase,
    FundingCase,
    RefusedClaim,
    Scenario,
    WorkFundsCase,
)
from mediaid.scenarios.reading import by_place, read

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mediaid.packs.model import Pack
    from mediaid.scenarios.model import ScenarioFile
    from mediaid.scenarios.outcome import Outcome


@dataclass(frozen=True)
class Prepared:
    """The scenarios of a file that fits its pack. `packs` holds each one's, readings chosen."""

    scenarios: tuple[Scenario, ...]
    packs: tuple[Pack, ...]


def find(paths: Iterable[Path]) -> list[Path]:
    """Return the scenario files among `paths` and in the folders among them, in order.

    In a folder, YAML with neither `pack` nor `scenarios` at its top (an overlay, say) is left out.
    Raises ScenarioError for a path that does not exist and a folder without scenarios.
    """
    found: dict[Path, None] = {}
    faults = []
    for path in paths:
        if path.is_dir():
            inside = [p for p in sorted(path.rglob("*")) if p.suffix in SUFFIXES and keys_found(p)]
            found.update(dict.fromkeys(inside))
            if not inside:
                faults.append(Fault(str(path), _("holds no scenario file")))
        elif path.is_file():
            found[path] = None
        else:
            faults.append(Fault(str(path), _("does not exist")))
    if faults:
        raise ScenarioError(faults)
    return list(found)


def shipped() -> Path:
    """Return the folder of the scenarios that come with the program."""
    return data_folder("scenarios")


def load(path: Path, pack: str | Path | None = None) -> Prepared:
    """Read a file and check it against its pack (or against `pack` instead).

    Raises ScenarioError with every fault as file:line:column.
    """
    return prepare(read(path), pack)


def prepare(file: ScenarioFile, pack: str | Path | None = None) -> Prepared:
    """Load the packs of a file's scenarios and check the scenarios against them.

    Raises ScenarioError with every fault, those found while reading included.
    """
    faults = list(file.faults)
    packs = _Packs(pack if pack is not None else file.pack_or_path, file.path.parent)
    try:
        base = packs.load({}, None)
    except PackError as error:
        at = file.source.where(("pack",))
        raise ScenarioError(
            [*faults, *(Fault(at, str(fault)) for fault in error.faults)]
        ) from error
    scenarios: list[Scenario] = []
    chosen: list[Pack] = []
    for written in file.scenarios:
        try:
            its = packs.load(written.case.readings, written.case.overlay)
        except PackError as error:
            faults += [_at_choice(written, fault) for fault in error.faults]
            its = base
        scenario = with_own_headings(written, its)
        faults += pack_faults(scenario, its)
        scenarios.append(scenario)
        chosen.append(its)
    if faults:
        raise ScenarioError(sorted(set(faults), key=by_place))
    return Prepared(tuple(scenarios), tuple(chosen))


class _Packs:
    """The pack of a file under each choice of readings and overlay, loaded once."""

    def __init__(self, pack: str | Path, folder: Path) -> None:
        self.pack = pack
        self.folder = folder
        self.loaded: dict[tuple[frozenset[tuple[str, str]], str | None], Pack] = {}

    def load(self, readings: Mapping[str, str], overlay: str | None) -> Pack:
        """Return the pack; an overlay is named from the file's folder. Raises PackError."""
        choice = frozenset(readings.items()), overlay
        if choice not in self.loaded:
            path = None if overlay is None else self.folder / overlay
            self.loaded[choice] = load_pack(self.pack, readings=readings, overlay=path, drafts=True)
        return self.loaded[choice]


def _at_choice(scenario: Scenario, fault: Fault) -> Fault:
    """Put a fault of a reading or overlay where the scenario chose it."""
    for name, choice in scenario.case.readings.items():
        if fault.where == f"--reading {visible(name)}={visible(choice)}":
            return Fault(scenario.source.where((*scenario.at, "readings", name)), fault.message)
    key = "overlay" if scenario.case.overlay is not None else "readings"
    return Fault(scenario.source.where((*scenario.at, key)), str(fault))


def run(prepared: Prepared) -> list[Outcome]:
    """Run all scenarios of a file; outcomes in the file's order. Nothing is raised for a mismatch.

    Claims under the same rules are settled together, in one batch.
    """
    pairs = list(zip(prepared.scenarios, prepared.packs, strict=True))
    outcomes: dict[int, Outcome] = {}
    for number, (scenario, pack) in enumerate(pairs):
        if isinstance(scenario.case, FundingCase):
            outcomes[number] = run_funding(scenario, scenario.case, pack)
        elif isinstance(scenario.case, WorkFundsCase):
            outcomes[number] = run_work_funds(scenario, scenario.case, pack)
        elif isinstance(scenario.case, EnrolmentCase):
            outcomes[number] = run_enrolment(scenario, scenario.case, pack)
        elif isinstance(scenario.case, RefusedClaim):
            outcomes[number] = run_refusal(scenario, scenario.case, pack)
    by_rules: dict[str, list[int]] = {}
    for number, (_scenario, pack) in enumerate(pairs):
        if number not in outcomes:
            by_rules.setdefault(pack.hash, []).append(number)
    for numbers in by_rules.values():
        together = [pairs[number][0] for number in numbers]
        outcomes.update(zip(numbers, run_claims(together, pairs[numbers[0]][1]), strict=True))
    return [outcomes[number] for number in range(len(pairs))]
