"""docs/budget.md and docs/forecast.md show what the program really prints."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from command import mediaid
from mediaid.budget.funding.assumptions import read_assumptions
from mediaid.packs.load import load_pack
from test_readme import consoles

DOCS = Path(__file__).parents[1] / "docs"


@pytest.mark.parametrize(
    ("command", "shown"),
    [pytest.param(*its, id=its[0]) for its in consoles("docs/budget.md")],
)
def test_every_line_shown_is_printed(
    command: str, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    program, *arguments = shlex.split(command)
    assert program == "mediaid"
    printed = iter(mediaid(capsys, *arguments).out.splitlines())
    for line in shown.splitlines():
        if line != "…":
            assert line in printed, line  # in this order


def test_the_assumptions_shown_are_sound(tmp_path: Path) -> None:
    text = (DOCS / "budget.md").read_text(encoding="utf-8")
    example = text.split("```yaml\n")[1].split("```")[0]
    path = tmp_path / "plan.yaml"
    path.write_text(example, encoding="utf-8")
    scenarios = read_assumptions(path, dict(load_pack("shanghai-minhang").funding))
    assert [scenario.name for scenario in scenarios] == ["base", "growth"]
