"""README shows what the program really prints."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from command import mediaid
from mediaid.cli.main import build

ROOT = Path(__file__).parents[1]
PAGES = ("README.md", "README.zh-CN.md")


def consoles(page: str) -> list[tuple[str, str]]:
    """Each command of a page's console blocks, and the output shown below it."""
    text = (ROOT / page).read_text(encoding="utf-8")
    found = []
    for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _newline, output = part.partition("\n")
            found.append((command, output.rstrip("\n")))
    return found


@pytest.mark.parametrize("page", PAGES)
def test_every_command_prints_what_the_page_shows(
    page: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", "100")
    (ROOT / "build").mkdir(exist_ok=True)
    shown = consoles(page)
    assert len(shown) >= 3
    for command, output in shown:
        program, *arguments = shlex.split(command)
        if program == "head":
            lines = Path(arguments[-1]).read_text(encoding="utf-8").splitlines()
            said = "\n".join(lines[: int(arguments[0].lstrip("-"))])
        else:
            assert program == "mediaid"
            said = mediaid(capsys, *arguments).out
        assert said.rstrip() == output, command


def listed(page: str) -> list[list[str]]:
    """The words of each command that a page lists without its output, what it is for left out."""
    text = (ROOT / page).read_text(encoding="utf-8")
    found = []
    for language, block in re.findall(r"^```(\w*)\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        for line in block.splitlines() if not language else []:
            words = re.split(r"\s{2,}", line)[0].split()
            if words and words[0] == "mediaid" and not words[1].startswith("-"):
                found.append(words[1:])
    return found


@pytest.mark.parametrize("page", PAGES)
def test_every_command_that_the_page_lists_is_there(page: str) -> None:
    shown = listed(page)
    assert len(shown) > 30
    for words in shown:
        groups: list[Any] = [get_command(build())]
        for word in words:
            if not all(hasattr(its, "commands") for its in groups):
                break
            groups = [its.commands[name] for its in groups for name in word.split("|")]
        known = {option for its in groups for param in its.params for option in param.opts}
        options = {word for word in words if word.startswith("-")}
        assert options <= known, words


@pytest.mark.parametrize("page", PAGES)
def test_what_the_page_proposes_to_try_works(
    page: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(ROOT)
    tried = [words for words in listed(page) if any("examples/" in word for word in words)]
    assert len(tried) == 3
    for words in tried:
        arguments = [str(tmp_path / word) if word.endswith(".xlsx") else word for word in words]
        assert mediaid(capsys, *arguments).code == 0


@pytest.mark.parametrize("page", PAGES)
def test_the_python_of_the_page_gives_what_it_shows(
    page: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    text = (ROOT / page).read_text(encoding="utf-8")
    code, output = re.findall(r"```python\n(.*?)```\n\n```\n(.*?)```", text, re.DOTALL)[0]
    exec(compile(code, page, "exec"), {})
    assert capsys.readouterr().out == output


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_to_files(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
