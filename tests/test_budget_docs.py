"""docs/budget.md and docs/budget.zh-CN.md show what the program really prints."""

from __future__ import annotations

import shlex
from pathlib import Path
from textwrap import dedent

import pytest

from command import mediaid
from mediaid.budget.bridge.given import read_last_year
from mediaid.budget.funding.assumptions import read_assumptions
from mediaid.packs.load import load_pack
from test_readme import consoles

DOCS = Path(__file__).parents[1] / "docs"


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        pytest.param(*its, id=f"{page}: {its[0]}")
        for page in ("docs/budget.md", "docs/budget.zh-CN.md")
        for its in consoles(page)
    ],
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


@pytest.mark.parametrize("page", ["budget.md", "budget.zh-CN.md"])
def test_the_accounts_shown_are_sound(page: str, tmp_path: Path) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    example = text.split("  ```yaml\n  last_year")[1].split("  ```")[0]
    path = tmp_path / "last.yaml"
    path.write_text(dedent("  last_year" + example), encoding="utf-8")
    last = read_last_year(path, load_pack("shanghai-minhang"))
    assert last.lines["mutual-aid"].fen("spent") == 11_500_500_000
