"""Runs the command line in this process, as a user would see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mediaid import i18n
from mediaid.cli.main import main

if TYPE_CHECKING:
    import pytest


@dataclass(frozen=True)
class Ran:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


def mediaid(capsys: pytest.CaptureFixture[str], *arguments: str) -> Ran:
    """Run `mediaid ARGUMENTS…` in the default language; tests go on in English."""
    i18n.choose(None)
    try:
        code = main(list(arguments))
    except SystemExit as ended:
        code = int(ended.code or 0)
    finally:
        i18n.choose("en")
    captured = capsys.readouterr()
    return Ran(code, captured.out, captured.err)
