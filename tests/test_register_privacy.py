"""Nobody's number or full name is shown, logged or written unless it is asked for."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from field_files import BILLS, GIVING_BACK, LI, PLATFORM, WANG, ZHAO
from mediaid.people.redact import mask_numbers
from test_register_import import PEOPLE, Import, people, records, run, write_csv
from test_register_left_out import files

if TYPE_CHECKING:
    from register_support import Office

__all__ = ["run"]

NAMES = ("李甲", "王乙", "赵丙")
WRONG = WANG[:-1] + ("1" if WANG[-1] != "1" else "2")
SECRET = (LI, WANG, ZHAO, WRONG, *NAMES)


def nothing_of(*texts: str) -> None:
    for text in texts:
        for secret in SECRET:
            assert secret not in text, text


@pytest.fixture
def case(run: Import, tmp_path: Path, office: Office) -> str:
    """A register of three people and their bills; clerks typed numbers where they do not belong."""
    file = people(tmp_path)
    run("import", file, "--yes")
    run("import", records(tmp_path / "r.csv", *BILLS), "--mapping", "platform", "--yes")
    run("person", "period", "1", "household", LI, "--from", "2023-01-01")
    number = office.reviewed(1, ("2023-08-01", 500))
    run("case", "return", number, "--reason", f"重复：{LI}")
    return number


def test_lists_pages_and_the_audit_show_nobody(run: Import, case: str, tmp_path: Path) -> None:
    for arguments in (
        ("person", "show", "1"),
        ("person", "history", "1"),
        ("person", "find", LI),
        ("case", "list"),
        ("case", "show", case),
        ("case", "show", case, "--explain"),
        ("audit", "--limit", "1000"),
        ("left-out", "--office", "MH"),
        ("left-out", *files(tmp_path, *BILLS)),
        ("verify",),
    ):
        for more in ((), ("--json",)):
            if more and "--explain" in arguments:
                continue
            ran = run(*arguments, *more)
            nothing_of(ran.out, ran.err)


def test_an_export_holds_nobody_unless_it_is_clear(
    run: Import, case: str, tmp_path: Path, office: Office
) -> None:
    assert case
    run("export", str(tmp_path / "masked"))
    for path in sorted((tmp_path / "masked").iterdir()):
        nothing_of(path.read_text(encoding="utf-8"))
    run("export", str(tmp_path / "clear"), "--clear")
    text = (tmp_path / "clear" / "person.jsonl").read_text(encoding="utf-8")
    assert all(name in text for name in NAMES)
    actions = [its["action"] for its in json.loads(run("audit", "--limit", "1000", "--json").out)]
    assert actions.count("export") == 1 or any("export" in its for its in actions)
    if office.register.place.path is not None:
        run("backup", str(tmp_path / "backup.db"))
        assert (tmp_path / "backup.db").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "arguments",
    [("person", "show", "1"), ("person", "history", "1"), ("case", "list"), ("left-out",)],
)
def test_to_ask_is_an_event(
    run: Import, case: str, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    assert case
    more = files(tmp_path, *BILLS) if arguments == ("left-out",) else ()
    before = len(json.loads(run("audit", "--limit", "1000", "--json").out))
    ran = run(*arguments, *more, "--clear")
    assert any(secret in ran.out for secret in SECRET) or not more
    events = json.loads(run("audit", "--limit", "1000", "--json").out)[before:]
    assert [its["action"] for its in events] == ["reveal"]


def test_what_is_wrong_with_rows_is_told_without_their_people(
    run: Import, case: str, tmp_path: Path
) -> None:
    assert case
    file = write_csv(
        tmp_path / "wrong.csv",
        [
            PEOPLE[0],
            [WRONG, "王乙", "样例镇", "", "", ""],
            [LI[:15], "李甲", "样例镇", "", "", ""],
            [LI, "李甲", "样例镇", "散居孤儿", "", "2021-01-01"],
            [f"{LI}.0", "李甲\u202e", "样例镇", "", "", ""],
            [ZHAO, "赵丙\u202e", "样例镇", "", "", ""],
            ["2.90000195002E+17", "李甲", "样例镇", "", "", ""],
        ],
    )
    rejects = tmp_path / "rejects.csv"
    ran = run("import", str(file), "--rejects", str(rejects), code=2)
    nothing_of(ran.out, ran.err, rejects.read_text(encoding="utf-8-sig"))
    assert LI[:15] not in ran.out
    assert "row 7" in ran.out
    nothing_of(run("import", str(file), "--json", code=2).out)
    bad = replace(GIVING_BACK, original="", total="1.00")
    wrong = records(tmp_path / "x.csv", replace(BILLS[0], person=WRONG), bad)
    ran = run("import", wrong, "--mapping", "platform", code=2)
    nothing_of(ran.out, ran.err)
    for number in (WRONG, LI):
        ran = run("person", "add", "--name", "李甲", "--town", "x", "--number", number, code=2)
        nothing_of(ran.out, ran.err)
    nothing_of(run("person", "find", WRONG, code=2).err)
    assert "certno" in PLATFORM


def test_numbers_are_masked_wherever_they_stand_and_nothing_else() -> None:
    shown = mask_numbers(f"甲{LI}乙 {WANG.lower()} {WRONG} 20230501 {'1' * 20}")
    assert LI not in shown
    assert WANG.lower() not in shown
    assert WRONG in shown, "an invoice may have 18 digits; its check digit is none"
    assert "20230501" in shown
    assert "1" * 20 in shown
