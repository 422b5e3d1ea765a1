"""The register's documentation names commands and options that exist."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from command import mediaid
from mediaid.register.workflow.states import BY_ITSELF, STATES, possible

DOCS = Path(__file__).parents[1] / "docs"


def commands(name: str) -> list[list[str]]:
    """The command lines in the code blocks of a document."""
    text = (DOCS / name).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [
        line
        for block in re.findall(r"```\n(.*?)```", text, re.DOTALL)
        for line in block.split("\n")
    ]
    return [
        shlex.split(line, comments=True)[1:]
        for line in lines
        if line.startswith("mediaid register")
    ]


@pytest.mark.parametrize("name", ["register.md", "register.zh-CN.md", "postgresql.md"])
def test_commands_and_options_exist(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = commands(name)
    assert found
    for words in found:
        ran = mediaid(capsys, *words, "--help")
        assert ran.code == 0, (words, ran.err)


@pytest.mark.parametrize("name", ["register.md", "register.zh-CN.md"])
def test_the_table_of_states_is_that_of_the_program(name: str) -> None:
    text = (DOCS / name).read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \|.*\| ([\w, ]*)\|$", text, re.MULTILINE))
    assert set(rows) == set(STATES)
    for state in STATES:
        assert set(filter(None, rows[state].strip().split(", "))) == (
            set(possible(state)) - set(BY_ITSELF)
        ), state
