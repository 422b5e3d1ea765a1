"""Lets plain pytest run scenarios: every .yaml file with `pack:` and `scenarios:` at its top.

Files are looked for in folders named `scenarios`, or in those that the ini option
`mediaid_scenarios` lists instead. Loaded by every pytest run of an environment that has mediaid
in it, so nothing heavy is imported before a scenario file is found.
"""

# ruff: noqa: PLC0415 - the heavy imports wait until a scenario file is found
from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mediaid.i18n import gettext as _
from mediaid.scenarios.detect import KEYS, SUFFIXES, keys_found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mediaid.scenarios.outcome import Outcome
    from mediaid.scenarios.runner import Prepared

_INI = "mediaid_scenarios"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register the ini option."""
    parser.addini(
        _INI,
        type="paths",
        default=[],
        help=_(
            "folders with mediaid scenarios in .yaml files (default: every one named scenarios)"
        ),
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Take up scenario files; leave every other file to others."""
    if file_path.suffix not in SUFFIXES or not _in_scope(file_path, parent.config):
        return None
    if keys_found(file_path) != KEYS:
        return None
    return ScenarioFileNode.from_parent(parent, path=file_path)


def _in_scope(path: Path, config: pytest.Config) -> bool:
    chosen: list[Path] = config.getini(_INI)
    if chosen:
        return any(path.is_relative_to(folder) for folder in chosen)
    root = config.rootpath
    folder = path.parent
    inside = folder.relative_to(root) if folder.is_relative_to(root) else folder
    return "scenarios" in inside.parts or root.name == "scenarios"


class MismatchError(Exception):
    """A scenario whose result is not the one expected."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.scenario.name)
        self.outcome = outcome


class ScenarioFileNode(pytest.File):
    """A scenario file: read when collected, settled as one batch when its first item runs."""

    prepared: Prepared
    _outcomes: list[Outcome] | None = None

    def collect(self) -> Iterator[pytest.Item]:
        """Return an item for each scenario; a file with faults is a collection error."""
        from mediaid.faults import ScenarioError
        from mediaid.scenarios import runner

        try:
            self.prepared = runner.load(self.path)
        except ScenarioError as error:
            raise self.CollectError(str(error)) from None
        for number, scenario in enumerate(self.prepared.scenarios):
            yield ScenarioItem.from_parent(
                self, name=scenario.name, number=number, line=scenario.line
            )

    def outcome(self, number: int) -> Outcome:
        """Return what became of a scenario; the whole file is run the first time."""
        from mediaid.scenarios import runner

        if self._outcomes is None:
            self._outcomes = runner.run(self.prepared)
        return self._outcomes[number]


class ScenarioItem(pytest.Item):
    """One scenario."""

    def __init__(self, *, number: int, line: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.number = number
        self.line = line

    def runtest(self) -> None:
        """Fail with every mismatch of the scenario."""
        assert isinstance(self.parent, ScenarioFileNode)
        outcome = self.parent.outcome(self.number)
        if not outcome.ok:
            raise MismatchError(outcome)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show the mismatches rather than a traceback of the runner."""
        if isinstance(excinfo.value, MismatchError):
            from mediaid.scenarios.report import failure_text

            return failure_text(excinfo.value.outcome)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return where the scenario stands: file, line (from 0), and its name."""
        return self.path, self.line - 1, self.name
