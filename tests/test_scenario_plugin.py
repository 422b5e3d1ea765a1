"""The pytest plugin, as another office's repository would use it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scenario_support import RIGHT, WRONG, write

PLUGIN = "mediaid.scenarios.pytest_plugin"


@pytest.fixture
def options(pytestconfig: pytest.Config) -> list[str]:
    """Load the plugin by name where the package is not installed with its entry point."""
    return [] if pytestconfig.pluginmanager.has_plugin("mediaid") else ["-p", PLUGIN]


def test_each_scenario_is_a_test(pytester: pytest.Pytester, options: list[str]) -> None:
    write(pytester.path / "scenarios" / "city" / "f.yaml", RIGHT, WRONG)
    result = pytester.runpytest(*options, "-v")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*f.yaml::对的 PASSED*", "*f.yaml::错的 FAILED*"])
    result.stdout.fnmatch_lines(["*f.yaml:10:21: 001 medical-aid aid", "*7100.00", "*7200.00"])
    result.stdout.no_fnmatch_line("*runtest*")  # mismatches, not a traceback of the runner


def test_one_scenario_can_be_chosen(pytester: pytest.Pytester, options: list[str]) -> None:
    path = write(pytester.path / "scenarios" / "f.yaml", RIGHT, WRONG)
    pytester.runpytest(*options, f"{path}::对的").assert_outcomes(passed=1)
    pytester.runpytest(*options, "-k", "错的").assert_outcomes(failed=1, deselected=1)


def test_a_bad_file_is_an_error_with_its_faults(
    pytester: pytest.Pytester, options: list[str]
) -> None:
    write(pytester.path / "scenarios" / "f.yaml", RIGHT.replace("medical-aid", "medical-aids"))
    result = pytester.runpytest(*options)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*f.yaml:5:14: *medical-aids*medical-aid*"])


def test_other_yaml_files_are_left_alone(pytester: pytest.Pytester, options: list[str]) -> None:
    folder = pytester.path / "scenarios"
    write(folder / "f.yaml", RIGHT)
    (folder / "other.yaml").write_text("pack: x\nkeys: 1\n", encoding="utf-8")
    (folder / "list.yaml").write_text("- scenarios: 1\n- pack: 2\n", encoding="utf-8")
    (folder / "nested.yaml").write_text("top:\n  pack: x\n  scenarios: []\n", encoding="utf-8")
    (folder / "latin.yaml").write_bytes("pack: é\nscenarios: []\n".encode("latin-1"))
    write(pytester.path / "elsewhere" / "f.yaml", WRONG)
    pytester.runpytest(*options).assert_outcomes(passed=1)


def test_the_folders_can_be_chosen(pytester: pytest.Pytester, options: list[str]) -> None:
    write(pytester.path / "cases" / "f.yaml", RIGHT)
    write(pytester.path / "scenarios" / "f.yaml", WRONG)
    pytester.makeini("[pytest]\nmediaid_scenarios = cases\n")
    pytester.runpytest(*options).assert_outcomes(passed=1)


def test_a_folder_above_the_repository_does_not_count(
    pytester: pytest.Pytester, options: list[str]
) -> None:
    root = pytester.path / "scenarios" / "repository"
    write(root / "data" / "f.yaml", WRONG)
    root.joinpath("pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    result = pytester.runpytest(*options, "--rootdir", str(root), str(root))
    result.assert_outcomes()


def test_python_tests_beside_them_run_as_usual(
    pytester: pytest.Pytester, options: list[str]
) -> None:
    write(pytester.path / "scenarios" / "f.yaml", RIGHT)
    pytester.makepyfile("def test_it(): pass")
    pytester.runpytest(*options).assert_outcomes(passed=2)


def test_the_help_is_in_the_users_language(
    pytester: pytest.Pytester, options: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a process of its own: this one has registered the plugin already."""
    monkeypatch.setenv("PYTHONIOENCODING", "utf-8")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("MEDIAID_LANG", raising=False)
    help_of = pytester.runpytest_subprocess(*options, "--help").stdout
    help_of.fnmatch_lines(["*mediaid_scenarios*", "*文件夹*"])
    monkeypatch.setenv("MEDIAID_LANG", "en")
    help_of = pytester.runpytest_subprocess(*options, "--help").stdout
    help_of.fnmatch_lines(["*mediaid_scenarios*", "*folders with mediaid scenarios*"])


def test_the_plugin_costs_nothing_until_a_scenario_is_found() -> None:
    """Every pytest run of an environment with mediaid in it imports the plugin."""
    heavy = "numpy", "pydantic", "ruamel", "mediaid.engine", "mediaid.packs", "typer"
    source = Path(__file__).resolve().parents[1] / "src"
    found = subprocess.run(
        [sys.executable, "-c", f"import {PLUGIN}, sys; print(*sorted(sys.modules))"],
        env={"PYTHONPATH": str(source)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert PLUGIN in found
    assert [name for name in heavy if name in found] == []
