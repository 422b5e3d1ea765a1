"""docs/policy-year.md: its commands do what the page shows, in English and in Chinese."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from walkthrough import ROOT, commands, run

if TYPE_CHECKING:
    from pathlib import Path

FEWER = {"--rows 100000": "--rows 2000"}
"""What the test does less of than the page."""
BY_CLAIMS = ("claims.parquet", "diff.txt", "who.csv")
"""The output of commands that name these depends on how many claims there are."""


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def shown(text: str) -> str:
    """Output less what depends on the day: the year in the numbers of cases, codes of lists."""
    return re.sub(r"--confirm [0-9a-f]{12}", "--confirm …", re.sub(r"MH-\d{4}-", "MH-", text))


def test_the_commands_of_the_page_print_what_it_shows(tmp_path: Path) -> None:
    found = commands(page("policy-year.md"))
    texts = [its.text for its in found]
    for much, less in FEWER.items():
        texts = [text.replace(much, less) for text in texts]
    outputs = run(texts, tmp_path)
    assert len(outputs) == len(found) > 20
    for command, output in zip(found, outputs, strict=True):
        if any(name in command.text for name in BY_CLAIMS):
            assert "Traceback" not in output
        else:
            assert shown(output) == shown(command.output), command.text
    assert sorted(its.name for its in tmp_path.iterdir()) == ["benchmarks"]


def test_both_pages_show_the_same_commands() -> None:
    programs = [
        [re.sub(r"'[^']*'|=(en|zh)\b|[一-鿿]+", "", its.text) for its in commands(page(name))]
        for name in ("policy-year.md", "policy-year.zh-CN.md")
    ]
    assert programs[0] == programs[1]
