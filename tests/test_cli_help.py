"""Help at 80 columns: whole, and in the user's language."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

import pytest
from typer.main import get_command

import mediaid.cli
from command import mediaid as run
from mediaid import i18n
from mediaid.cli.main import build
from mediaid.cli.placeholders import placeholder, type_words


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


def test_what_stands_for_a_value_is_chinese_in_every_command() -> None:
    i18n.choose("zh")
    for path, command in commands(get_command(build())):
        for param in command.params:
            if param.param_type_name == "argument" or param.metavar:
                param.opts = [param.name]  # as if it had no other name than its placeholder
                assert not re.search("[A-Z]{2,}", placeholder(param)), (path, param.name)
            else:
                words = type_words(param, param.display_type(None))
                assert words == "" or "文字" in words or "整数" in words or "|" in words, words


WRONG = {
    "--help": (0, ("用法：mediaid [选项] 命令 [参数]...",), ("Usage: mediaid [OPTIONS] COMMAND",)),
    "batch --help": (0, ("{单据}", "名称|文件", "[必填]"), ("{CLAIMS}", "NAME|FILE", "[required]")),
    "calc --nonsense": (
        2,
        ("没有选项 --nonsense", "用法见 mediaid calc"),
        ("no option --nonsense",),
    ),
    "calc --category": (2, ("--category 须带值",), ("--category needs a value",)),
    "calc --json=3": (2, ("--json 不带值",), ("--json takes no value",)),
    "batch": (2, ("缺少 单据",), ("CLAIMS is missing",)),
    "rules show a b": (2, ("多写了：b",), ("too much is given: b",)),
    "register cass": (2, ("没有这个命令：cass（是否应为 case？）",), ("Did you mean case?",)),
    "register case list --limit x": (2, ("--limit：请写 1 到 1000 的整数",), ("from 1 to 1000",)),
    "register template x y": (2, ("请从中选择：people, bills",), ("one of people, bills",)),
}
"""What is typed → exit code, what is said in Chinese and in English."""


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("typed", WRONG)
def test_a_process_speaks_one_language_to_the_last_word(typed: str, lang: str) -> None:
    code, *said = WRONG[typed]
    command = [sys.executable, "-c", "from mediaid.cli.main import run; run()", *typed.split()]
    ran = subprocess.run(
        [*command, "--lang", lang], capture_output=True, encoding="utf-8", check=False
    )
    shown = ran.stdout + ran.stderr
    assert ran.returncode == code
    assert all(words in shown for words in said[lang == "en"]), shown
    if lang == "zh":
        assert not re.search("Usage|OPTIONS|Invalid|requires|Missing|unexpected", shown), shown
