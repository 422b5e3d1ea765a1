"""Help at 80 columns: whole, and in the user's language."""

from __future__ import annotations

import re
import sys
from typing import Any

import pytest
from typer.main import get_command

import mediaid.cli
from command import mediaid as run
from mediaid import i18n
from mediaid.cli.main import build


def commands(group: Any, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Any]]:
    """Each command below a group, with the words that call it."""
    found = []
    for name, its in group.commands.items():
        found.append(((*path, name), its))
        if hasattr(its, "commands"):
            found += commands(its, (*path, name))
    return found


def bare(text: str) -> str:
    """A text without spaces and frames."""
    return re.sub(r"[\s│╭╮╰╯─]", "", text)


@pytest.fixture
def _imported_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Options are put into words as their module is imported, in the one language of a process:
    what other tests imported in another one is put aside."""
    for name in [name for name in sys.modules if name.startswith("mediaid.cli.")]:
        part = name.split(".")[2]
        if part not in ("main", "help"):
            monkeypatch.delitem(sys.modules, name)
            monkeypatch.delattr(mediaid.cli, part, raising=False)


@pytest.mark.usefixtures("_imported_anew")
@pytest.mark.parametrize("top", ["calc", "budget", "register"])
def test_chinese_help_is_whole_at_80_columns(
    top: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    i18n.choose("zh")
    found = commands(get_command(build(top)))
    for path, command in found:
        said = run(capsys, *path, "--help").out
        for param in command.params:
            help_text = getattr(param, "help", None)
            if help_text and not getattr(param, "hidden", False):
                # Its lines, with the columns to their left between them.
                begins = re.search(rf"^│[ *]+{max(param.opts, key=len)}[ ,]", said, re.MULTILINE)
                rest = iter(bare(said[begins.start() if begins else 0 :]))
                assert all(letter in rest for letter in bare(help_text)), (path, param.opts)
        assert re.findall(r" …\s*│", said) == [], path


def test_help_speaks_the_language_that_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    chinese, english = (run(capsys, "--help", "--lang", lang).out for lang in ("zh", "en"))
    assert "选项" in chinese
    assert "Show this page." not in chinese
    assert "终端界面" in chinese
    assert "Show this page." in english
    assert "选项" not in english
