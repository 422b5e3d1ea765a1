"""A test that needs an outside tool: skipped, failed or run."""

from __future__ import annotations

from pathlib import Path

import pytest

CONFTEST = Path(__file__).with_name("conftest.py")


@pytest.fixture
def bare(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A folder with our conftest, one test that asks for tmux, and a PATH on which nothing is."""
    pytester.makeconftest(CONFTEST.read_text(encoding="utf-8"))
    pytester.makepyfile("def test_screen(require):\n    assert require('tmux').endswith('tmux')\n")
    monkeypatch.setenv("PATH", str(pytester.mkdir("bin")))
    monkeypatch.delenv("MEDIAID_REQUIRE", raising=False)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    return pytester


def run(pytester: pytest.Pytester) -> pytest.RunResult:
    """Run the one test in a process of its own."""
    return pytester.runpytest_subprocess("-rs")


def test_missing_tool_skips_and_says_how_to_get_it(bare: pytest.Pytester) -> None:
    result = run(bare)
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["*needs tmux*sudo apt install tmux*"])


def test_missing_tool_fails_when_required(
    bare: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDIAID_REQUIRE", "java, tmux")
    result = run(bare)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*MEDIAID_REQUIRE: needs tmux*sudo apt install tmux*"])


def test_another_tool_being_required_changes_nothing(
    bare: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDIAID_REQUIRE", "java")
    run(bare).assert_outcomes(skipped=1)


def test_present_tool_is_given(bare: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    command = bare.path / "bin" / "tmux"
    command.write_text("#!/bin/sh\n", encoding="utf-8")
    command.chmod(0o755)
    monkeypatch.setenv("MEDIAID_REQUIRE", "tmux")
    run(bare).assert_outcomes(passed=1)


def test_misspelt_requirement_is_refused(
    bare: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDIAID_REQUIRE", "tmxu")
    result = run(bare)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*MEDIAID_REQUIRE names tmxu*tmux*"])
