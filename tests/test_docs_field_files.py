"""docs/field-files.md and its Chinese counterpart show what the program really prints."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from command import mediaid
from field_files import write_examples
from mediaid.claims.selfpaid import PARTS
from mediaid.mappings.files import load_mapping
from mediaid.mappings.model import Mapping

ROOT = Path(__file__).parents[1]
PAGES = ("docs/field-files.md", "docs/field-files.zh-CN.md")


@pytest.mark.parametrize("page", PAGES)
def test_every_command_prints_what_the_page_shows(
    page: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    (ROOT / "build").mkdir(exist_ok=True)
    text = (ROOT / page).read_text(encoding="utf-8")
    blocks = re.findall(r"```console\n\$ (.*?)\n(.*?)```", text, re.DOTALL)
    assert len(blocks) == 3
    for command, shown in blocks:
        program, *arguments = shlex.split(command)
        if program == "head":
            lines = Path(arguments[-1]).read_text(encoding="utf-8").splitlines()
            printed = "\n".join(lines[: int(arguments[0].lstrip("-"))])
        else:
            printed = mediaid(capsys, *arguments).out
        # "…" stands for what is left out.
        pattern = ".*".join(re.escape(part) for part in shown.rstrip("\n").split("…"))
        assert re.fullmatch(pattern, printed.rstrip("\n"), re.DOTALL), (command, printed)


def test_the_samples_are_those_of_the_generator(tmp_path: Path) -> None:
    for path in write_examples(tmp_path):
        assert path.read_bytes() == (ROOT / "examples" / path.name).read_bytes()


@pytest.mark.parametrize("page", PAGES)
def test_the_page_names_every_part_and_key(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    keys = {info.alias or name for name, info in Mapping.model_fields.items()}
    for word in (*PARTS, "already_aided", *keys):
        assert f"`{word}`" in text
    mapping = load_mapping("platform").model
    for part, columns in mapping.amounts.items():
        row = next(line for line in text.splitlines() if line.startswith(f"| `{part}` |"))
        assert [f"`{column}`" in row for column in columns] == [True] * len(columns)


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_to_files(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#]+)", text):
        assert (ROOT / "docs" / link).exists()
