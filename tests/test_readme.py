"""README shows what the program really prints."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from command import mediaid

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
