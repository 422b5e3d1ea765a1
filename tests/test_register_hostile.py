"""Hostile text in every field of every command: refused or kept, never obeyed by a terminal."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import typer

from command import Ran, mediaid
from hostile import HOSTILE, obeyed
from mediaid.register.cases.bills import bill_key
from mediaid.register.people.persons import clean
from register_support import resident_number

if TYPE_CHECKING:
    from register_support import Office

Run = Callable[..., Ran]

TEXT = ""
"""Where the hostile text goes."""
HUGE = "9" * 30
CASE = "MH-2023-000001"
BILL = ("--date", "2023-05-01", "--setting", "inpatient")
BY_HAND = ("--institution", "h", "--invoice", "2", *BILL, "--self-paid", "10")
PERSON = ("person", "add", "--name", "n", "--town", "t")
ADVANCE = ("settlement", "advance", "某镇")

COMMANDS: tuple[tuple[str, ...], ...] = (
    ("person", "add", "--name", TEXT, "--town", "t", "--number", resident_number(7)),
    ("person", "add", "--name", "n", "--town", TEXT, "--number", resident_number(8)),
    (*PERSON, "--number", TEXT),
    (*PERSON, "--number", TEXT, "--document", "other"),
    (*PERSON, "--number", resident_number(9), "--document", TEXT),
    ("person", "find", TEXT),
    ("person", "find", TEXT, "--document", "passport"),
    ("person", "find", resident_number(1), "--document", TEXT),
    ("person", "show", HUGE),
    ("person", "history", HUGE),
    ("person", "account", "1", "--account", TEXT),
    ("person", "account", "1", "--account", "62000001", "--payee", TEXT),
    ("person", "period", "1", "category", TEXT, "--from", "2023-02-01"),
    ("person", "period", "1", "household", TEXT, "--from", "2023-02-01", "--to", "2023-02-02"),
    ("person", "period", HUGE, "household", "x", "--from", "2023-02-01"),
    ("person", "period", "1", "household", "x", "--from", TEXT),
    ("person", "end", "1", "household", "--to", TEXT),
    ("person", "died", HUGE, "--on", "2023-01-01"),
    ("person", "died", "2", "--on", TEXT),
    ("person", "died", "2", "--mistaken", TEXT),
    ("case", "new", HUGE),
    ("case", "new", "1", "--office", TEXT),
    ("case", "bill", TEXT, *BY_HAND),
    ("case", "bill", CASE, "--institution", TEXT, "--invoice", "2", *BILL, "--self-paid", "11"),
    ("case", "bill", CASE, "--institution", "h", "--invoice", TEXT, *BILL, "--self-paid", "12"),
    ("case", "bill", CASE, "--institution", "h", "--invoice", "3", *BILL, "--self-paid", TEXT),
    ("case", "bill", CASE, "--institution", "h", "--invoice", "3", *BILL, "--total", HUGE),
    ("case", "bill", CASE, *BY_HAND, "--field", TEXT),
    ("case", "bill", CASE, *BY_HAND, "--field", f"visit_id={TEXT}"),
    ("case", "bill", CASE, "--institution", "h", "--invoice", "4", *BILL, "--self-paid", "1000",
     "--similar", TEXT),
    ("case", "bill", CASE, "--institution", "h", "--invoice", "5", "--setting", TEXT, "--date",
     "2023-05-01", "--self-paid", "1"),
    ("case", "bill", CASE, "--institution", "h", "--invoice", "5", "--setting", "inpatient",
     "--date", TEXT, "--self-paid", "1"),
    ("case", "withdraw", CASE, HUGE),
    ("case", "reverse", HUGE, "--reason", "x"),
    ("case", "reverse", "1", "--reason", TEXT),
    ("case", "paper", CASE, TEXT),
    ("case", "paper", CASE, "invoice", "--waived", TEXT),
    ("case", "submit", TEXT),
    ("case", "submit", "--list", TEXT),
    ("case", "submit", CASE, "--waived", TEXT),
    ("case", "return", CASE, "--reason", TEXT),
    ("case", "pay", CASE, "--reference", TEXT),
    ("case", "void", TEXT, "--reason", TEXT),
    ("case", "show", TEXT),
    ("case", "list", "--state", TEXT),
    ("case", "list", "--office", TEXT),
    ("case", "list", "--person", HUGE),
    ("case", "list", "--after", HUGE),
    ("payment", "payee", "1", "--name", TEXT),
    ("payment", "payee", "1", "--name", "x", "--account", TEXT),
    ("payment", "payee", HUGE, "--name", "x"),
    ("payment", "returned", "1", "--reason", TEXT),
    ("payment", "received", "1", TEXT),
    ("payment", "received", "1", HUGE),
    ("payment", "list", TEXT),
    ("payment", "results", TEXT),
    ("settlement", "advance", TEXT, "1", "--date", "2023-01-01"),
    ("settlement", "advance", TEXT, "1", "--date", "2023-01-01", "--new-town"),
    (*ADVANCE, TEXT, "--date", "2023-01-01"),
    (*ADVANCE, HUGE, "--date", "2023-01-01"),
    (*ADVANCE, "1", "--date", TEXT),
    (*ADVANCE, "1", "--date", "2023-01-01", "--payer", TEXT),
    (*ADVANCE, "1", "--date", "2023-01-01", "--reference", TEXT),
    (*ADVANCE, "1", "--date", "2023-01-01", "--year", HUGE),
    ("settlement", "show", HUGE),
    ("settlement", "show", "2023", "--town", TEXT),
    ("settlement", "transfers", HUGE),
    ("settlement", "cancel", HUGE, "--reason", "x"),
    ("settlement", "cancel", "1", "--reason", TEXT),
    ("mapping", "show", TEXT),
    ("mapping", "remove", TEXT),
    ("mapping", "keep", TEXT),
    ("mapping", "list", "--office", TEXT),
    ("audit", "--subject", TEXT),
    ("audit", "--after", HUGE),
    ("import", TEXT),
    ("template", "people", TEXT),
    ("backup", TEXT),
    ("restore", TEXT),
    ("export", TEXT),
    ("adopt", TEXT),
    ("separation", TEXT),
    ("rerun", "--pack", TEXT),
    ("left-out", "--office", TEXT),
)  # fmt: skip
READING = (
    ("case", "list"),
    ("case", "show", CASE),
    ("person", "show", "1", "--clear"),
    ("person", "history", "1"),
    ("settlement", "show", "2023"),
    ("settlement", "transfers", "2023"),
    ("mapping", "list", "--office", "MH"),
    ("audit", "--limit", "1000"),
    ("left-out", "--office", "MH"),
    ("verify",),
)
"""What shows again what was kept."""


@pytest.fixture
def run(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    office: Office,
    tmp_path: Path,
) -> Run:
    """Run a command and hold what it prints against what no terminal may be sent."""
    place = office.register.place
    url = place.url.set(drivername="postgresql").render_as_string(hide_password=False)
    monkeypatch.setenv("MEDIAID_REGISTER", str(place.path.resolve() if place.path else url))
    monkeypatch.setenv("MEDIAID_LANG", "en")
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)

    def command(*arguments: str) -> Ran:
        ran = mediaid(capsys, "register", *arguments)
        assert ran.code in (0, 1, 2), arguments
        assert "Traceback" not in ran.err
        assert [its for its in obeyed(ran.out + ran.err) if its != "\n"] == [], arguments
        if "--json" in arguments and ran.code != 2:
            json.loads(ran.out)
        return ran

    return command


def events(run: Run) -> int:
    found, after = 0, 0
    while page := json.loads(run("audit", "--limit", "1000", "--after", str(after), "--json").out):
        found, after = found + len(page), page[-1]["event"]
    return found


def test_no_text_breaks_a_command(run: Run, office: Office) -> None:
    case = office.case(office.person(), ("2023-05-01", 1000))
    office.approved(office.person(), ("2023-05-02", 1000))
    assert case == CASE
    texts = [its for its in HOSTILE if "\0" not in its]  # which no command line can hold
    first = office.register.place.path is None  # the databases take turns
    for turn, words in enumerate(COMMANDS, first):
        hostile = texts[turn * 5 % len(texts)]
        given = [word if word != TEXT else hostile for word in words]
        given = [f"visit_id={hostile}" if word == "visit_id=" else word for word in given]
        before = events(run) if turn % 7 == 0 else None
        ran = run(*given, *(("--json",) if turn % 2 else ()))
        assert before is None or ran.code != 2 or events(run) == before, given
    for words in READING:
        for as_json in ((), ("--json",)):
            assert run(*words, *as_json).code == 0, words


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_is_kept_of_a_text_is_harmless(hostile: str) -> None:
    """Whatever its length: what a terminal would obey is refused, not cut."""
    for text in (hostile, "名" * 90 + hostile, hostile + "名" * 90):
        try:
            kept = clean(text)
        except Exception as error:
            assert type(error).__name__ == "RegisterError"  # noqa: PT017
        else:
            assert obeyed(kept) == []
            assert len(kept) <= 200
            assert bill_key(kept, "1")


def _commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, (*path, name))
        else:
            yield (*path, name), command


def test_every_command_speaks_json() -> None:
    from mediaid.cli.register import app  # noqa: PLC0415

    found = dict(_commands(typer.main.get_command(app)))
    assert len(found) > 40
    without = [
        path
        for path, command in found.items()
        if not any("--json" in option.opts for option in command.params)
    ]
    assert without == []
