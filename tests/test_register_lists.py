"""Lists for the bank: each payment is in one list, whatever happens while it is written."""

from __future__ import annotations

import csv
import datetime as dt
import errno
import json
import os
import shlex
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from command import Ran, mediaid
from mediaid.faults import RegisterError
from mediaid.register.audit.check import check_audit
from mediaid.register.cases.find import get_case
from mediaid.register.payments.accounts import set_account
from mediaid.register.payments.bank_file import COLUMNS, read_bank_file, write_bank_file
from mediaid.register.payments.lists import list_again, send_list
from mediaid.register.payments.pay import bank_returned, set_payee
from mediaid.register.payments.results import read_results
from mediaid.register.people.persons import note_death, take_back_death
from mediaid.register.schema import audit_event, payment_entry

if TYPE_CHECKING:
    from collections.abc import Callable

    from register_support import Office


@pytest.fixture
def two(office: Office) -> list[str]:
    """Two cases that can be paid: 900 and 1,800."""
    cases = []
    for yuan in (1000, 2000):
        office.account(office.person())
        cases.append(office.approved(office.persons, ("2023-05-01", yuan)))
    return cases


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def answer(path: Path, *results: str) -> Path:
    """Be the bank: fill in the results of a list, in its order."""
    to = path.with_name(f"answered-{path.name}")
    lines = [its | {"result": said} for its, said in zip(rows(path), results, strict=True)]
    with to.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)
    return to


def states(office: Office, cases: list[str]) -> list[str]:
    with office.register.read() as connection:
        assert list(check_audit(connection)) == []
        return [get_case(connection, its).state for its in cases]


def read(office: Office, path: Path) -> tuple[int, int]:
    with office.write("payment.results") as work:
        return read_results(work, path)


@pytest.fixture
def lose_the_commit(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> Callable[[bool, bool], None]:
    """Have the next commit fail to be confirmed: after it happened or not, and with the register
    out of reach from then on or not."""
    engine = office.register.engine

    def lose(happens: bool, gone: bool) -> None:
        commit = engine.dialect.do_commit

        def lost(connection: Any) -> None:
            monkeypatch.setattr(engine.dialect, "do_commit", commit)
            if happens:
                commit(connection)
            if gone:
                monkeypatch.setattr(engine, "connect", out_of_reach)
            raise engine.dialect.loaded_dbapi.OperationalError("lost")

        monkeypatch.setattr(engine.dialect, "do_commit", lost)

    def out_of_reach() -> None:
        raise OperationalError("", {}, sqlite3.OperationalError("out of reach"))

    return lose


def test_a_commit_that_was_not_seen_but_happened_leaves_the_list(
    office: Office, two: list[str], lose_the_commit: Callable[..., None], tmp_path: Path
) -> None:
    lose_the_commit(happens=True, gone=False)
    sent = send_list(office.register, tmp_path / "bank.csv")
    assert (sent.lines, sent.amount) == (2, 2700_00)
    assert [path.name for path in tmp_path.glob("*.csv*")] == ["bank.csv"]
    assert [its["case"] for its in rows(tmp_path / "bank.csv")] == two
    assert states(office, two) == ["paid", "paid"]


def test_a_commit_that_did_not_happen_leaves_nothing_and_a_retry_works(
    office: Office, two: list[str], lose_the_commit: Callable[..., None], tmp_path: Path
) -> None:
    lose_the_commit(happens=False, gone=False)
    with pytest.raises(RegisterError):
        send_list(office.register, tmp_path / "bank.csv")
    assert list(tmp_path.glob("*.csv*")) == []
    assert states(office, two) == ["approved", "approved"]
    assert send_list(office.register, tmp_path / "bank.csv").lines == 2


@pytest.mark.parametrize("happens", [True, False])
def test_where_it_is_not_known_what_was_noted_the_file_says_so(
    office: Office,
    two: list[str],
    lose_the_commit: Callable[..., None],
    happens: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bank, new = tmp_path / "bank of May.csv", tmp_path / "new.csv"
    lose_the_commit(happens=happens, gone=True)
    with pytest.raises(RegisterError, match="Give it to nobody") as refused:
        send_list(office.register, bank)
    remedy = str(refused.value).partition("mediaid register ")[2].partition(": it writes")[0]
    assert shlex.split(remedy) == ["payment", "list", "NEW.csv", "--again", bank.name]
    monkeypatch.undo()
    [beside] = tmp_path.glob("*.csv*")
    assert beside.name == "bank of May.csv.unconfirmed"
    with pytest.raises(RegisterError, match="it is not known"):
        send_list(office.register, bank)
    if not happens:
        with pytest.raises(RegisterError, match=r"nothing was noted .* Lists there are: none"):
            list_again(office.register, bank.name, new)
        beside.unlink()
        assert send_list(office.register, bank).lines == 2
        return
    assert list_again(office.register, bank.name, new).lines == 2
    assert new.read_bytes() == beside.read_bytes()
    assert states(office, two) == ["paid", "paid"]


def test_a_lost_list_is_written_again_without_what_the_bank_answered(
    office: Office, two: list[str], tmp_path: Path
) -> None:
    first, second = tmp_path / "1.csv", tmp_path / "2.csv"
    send_list(office.register, first)
    kept = first.read_bytes()
    first.unlink()
    assert list_again(office.register, "1.csv", first).answered == []
    assert first.read_bytes() == kept
    assert first.stat().st_mode & 0o777 == 0o600
    assert read(office, answer(first, "failed", "")) == (0, 1)
    assert send_list(office.register, second).lines == 1
    again = list_again(office.register, "1.csv", tmp_path / "3.csv")
    assert (again.lines, again.amount, again.answered) == (1, 1800_00, two[:1])
    assert [its["case"] for its in rows(tmp_path / "3.csv")] == two[1:]
    assert [its["case"] for its in rows(second)] == two[:1]
    assert read(office, answer(tmp_path / "3.csv", "ok")) == (1, 0)
    with pytest.raises(RegisterError, match="the bank answered to all"):
        list_again(office.register, "1.csv", tmp_path / "4.csv")
    with pytest.raises(RegisterError, match=r"Lists there are: 2\.csv, 1\.csv"):
        list_again(office.register, "4.csv", tmp_path / "4.csv")
    with office.register.read() as connection:
        found = select(audit_event.c.details).where(audit_event.c.action == "payment.list_again")
        told = list(connection.scalars(found.order_by(audit_event.c.seq)))
    assert [(its["lines"], its["answered"]) for its in told] == [(2, 0), (1, 1)]


def test_a_list_written_again_pays_nobody_who_died_since(
    office: Office, two: list[str], tmp_path: Path
) -> None:
    """But the heirs, who were named before it was sent."""
    with office.write() as work:
        note_death(work, 1, dt.date(2023, 1, 1))
        set_payee(work, 1, "某丙", "6200000000000009")
    send_list(office.register, tmp_path / "1.csv")
    with office.write() as work:
        note_death(work, 2, dt.date(2023, 1, 1))
    again = list_again(office.register, "1.csv", tmp_path / "2.csv")
    assert [its["payee"] for its in rows(tmp_path / "2.csv")] == ["某丙"]
    [left] = again.left
    assert (left.where, "note payment 2 as returned" in left.message) == (two[1], True)
    with office.write() as work:
        bank_returned(work, 1, "no such account")
    with pytest.raises(RegisterError, match="the person died"):
        list_again(office.register, "1.csv", tmp_path / "3.csv")


def test_to_whom_a_list_written_again_pays_is_what_was_noted_not_whose_account_it_looks_like(
    office: Office, two: list[str], tmp_path: Path
) -> None:
    """An heir had the account before; a dead person's account was changed after the list; a death
    was taken back, and then there was one."""
    with office.write() as work:
        set_account(work, 1, "6200000000000007", "某丙")
        note_death(work, 1, dt.date(2023, 1, 1))
        set_payee(work, 1, "某丙", "6200000000000007")
        note_death(work, 2, dt.date(2023, 1, 1))
        take_back_death(work, 2, "another of the same name")
    send_list(office.register, tmp_path / "1.csv")
    with office.write() as work:
        set_account(work, 2, "6200000000000008")
    assert list_again(office.register, "1.csv", tmp_path / "2.csv").lines == 2
    with office.write() as work:
        note_death(work, 2, dt.date(2023, 1, 2))
    again = list_again(office.register, "1.csv", tmp_path / "3.csv")
    assert [its["payee"] for its in rows(tmp_path / "3.csv")] == ["某丙"]
    assert [its.where for its in again.left] == two[1:]


def test_a_list_has_a_name_of_its_own(office: Office, two: list[str], tmp_path: Path) -> None:
    (tmp_path / "may").mkdir()
    office.now = dt.datetime(2023, 1, 2, 23, tzinfo=dt.UTC)  # the next morning in China
    send_list(office.register, tmp_path / "bank.csv")
    with pytest.raises(RegisterError, match="a list of this name was sent on 2023-01-03"):
        send_list(office.register, tmp_path / "may" / "bank.csv")
    assert states(office, two) == ["paid", "paid"]
    assert list((tmp_path / "may").iterdir()) == []


@pytest.mark.parametrize("taken", [False, True])
@pytest.mark.parametrize("links", [False, True])
def test_a_list_gets_its_name_without_taking_anothers(
    sqlite_office: Office, links: bool, taken: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody made a file of its name meanwhile, at the last moment where links can be made."""
    sqlite_office.account(sqlite_office.person())
    sqlite_office.approved(1, ("2023-05-01", 1000))
    bank, lexists, link = tmp_path / "bank.csv", os.path.lexists, os.link

    def looked(path: Path) -> bool:
        there = lexists(path)
        if taken and links and lexists(f"{bank}.unconfirmed"):
            bank.write_text("theirs")
        return there

    def linked(old: Path, new: Path) -> None:
        if taken:
            bank.write_text("theirs")
        if not links:
            raise PermissionError(errno.EPERM, "no links")
        link(old, new)

    monkeypatch.setattr(os.path, "lexists", looked)
    monkeypatch.setattr(os, "link", linked)
    if taken:
        with pytest.raises(RegisterError, match=r"this is the list, .*exists already.*rename it"):
            send_list(sqlite_office.register, bank)
        assert bank.read_text() == "theirs"
        assert len(rows(tmp_path / "bank.csv.unconfirmed")) == 1
    else:
        send_list(sqlite_office.register, bank)
        assert [its.name for its in tmp_path.glob("bank*")] == ["bank.csv"]
        assert len(rows(bank)) == 1


def test_a_list_without_payments_is_none(office: Office, tmp_path: Path) -> None:
    """No file, and its name stays free; a case without aid is paid all the same."""
    cases = [office.approved(office.person("low_income"), ("2023-05-01", 100, "outpatient"))]
    bank = tmp_path / "bank.csv"
    sent = send_list(office.register, bank)
    assert (sent.lines, sent.left, list(tmp_path.glob("*.csv*"))) == (0, [], [])
    assert states(office, cases) == ["paid"]
    office.account(office.person())
    cases.append(office.approved(2, ("2023-05-01", 1000)))
    with pytest.raises(RegisterError, match=r"Lists there are: none"):
        list_again(office.register, "bank.csv", tmp_path / "again.csv")
    assert send_list(office.register, bank).lines == 1
    assert list_again(office.register, "bank.csv", tmp_path / "again.csv").lines == 1
    assert states(office, cases) == ["paid", "paid"]


def test_what_can_be_no_lists_name_is_refused(office: Office, two: list[str]) -> None:
    for path, said in ((".", "it is a folder"), ("/", "it is a folder"), (" ", "is missing")):
        with pytest.raises(RegisterError, match=said):
            send_list(office.register, Path(path))
    assert states(office, two) == ["approved", "approved"]


def test_an_old_answer_says_nothing_of_a_later_list(
    office: Office, two: list[str], tmp_path: Path
) -> None:
    """What the bank returned went out by another list: the first answer, read again, is no news,
    or the payment would go out a third time."""
    send_list(office.register, tmp_path / "1.csv")
    first = answer(tmp_path / "1.csv", "failed", "ok")
    assert read(office, first) == (1, 1)
    assert send_list(office.register, tmp_path / "2.csv").lines == 1
    assert read(office, first) == (0, 0)
    assert states(office, two) == ["paid", "paid"]
    assert read(office, answer(tmp_path / "2.csv", "ok")) == (1, 0)


def without_list(path: Path) -> Path:
    """Be a bank that gives back no column but those that it needs."""
    lines = rows(path)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ("payment", "amount", "result"), extrasaction="ignore")
        writer.writeheader()
        writer.writerows(lines)
    return path


def test_a_reason_is_kept_as_the_bank_says_it_or_refused_by_its_row(
    office: Office, two: list[str], tmp_path: Path
) -> None:
    send_list(office.register, tmp_path / "1.csv")
    bank = answer(tmp_path / "1.csv", "failed", "failed")
    text = bank.read_text("utf-8")
    said = "户名，不符" * 60
    for wrong, why in (("a\x1b[2Jb", "invisible characters"), (said * 4, "longer than 1000")):
        bank.write_text(text.replace("failed,", f"failed,{wrong}", 1), "utf-8")
        with pytest.raises(RegisterError, match=f"answered-1.csv, row 2: .*{why}"):
            read(office, bank)
    assert states(office, two) == ["paid", "paid"]
    bank.write_text(text.replace("failed,", f"failed,{said}", 1), "utf-8")
    assert read(office, bank) == (0, 2)
    with office.register.read() as connection:
        returned = select(payment_entry.c.reference).where(payment_entry.c.kind == "returned")
        assert connection.scalars(returned.order_by(payment_entry.c.id)).all() == [
            said,
            "no reason given",
        ]


def test_an_answer_that_may_be_an_old_one_is_refused(
    office: Office, two: list[str], tmp_path: Path
) -> None:
    """It says of no list, and the payment was in two: it would go out once more."""
    send_list(office.register, tmp_path / "1.csv")
    first = without_list(answer(tmp_path / "1.csv", "failed", ""))
    assert read(office, first) == (0, 1)
    assert read(office, first) == (0, 0)
    assert send_list(office.register, tmp_path / "2.csv").lines == 1
    with pytest.raises(RegisterError, match="row 2: payment 1 was sent 2 times: say in column li"):
        read(office, first)
    assert states(office, two) == ["paid", "paid"]


@pytest.mark.parametrize("name", ["=1+1", "'=1+1", "'a", "''@a", "-"])
def test_what_is_written_to_the_bank_is_read_back_as_it_was(name: str, tmp_path: Path) -> None:
    """And no cell is a formula."""
    row = dict.fromkeys(COLUMNS, name)
    write_bank_file(tmp_path / "bank.csv", [row])
    assert read_bank_file(tmp_path / "bank.csv") == [row]
    assert {its[0] for its in rows(tmp_path / "bank.csv")[0].values()} == {"'"}


@pytest.mark.parametrize("newest_first", [False, True])
def test_an_old_answer_beside_the_new_one_is_passed_over(
    office: Office, two: list[str], newest_first: bool, tmp_path: Path
) -> None:
    send_list(office.register, tmp_path / "1.csv")
    first = answer(tmp_path / "1.csv", "failed", "")
    read(office, first)
    send_list(office.register, tmp_path / "2.csv")
    second = answer(tmp_path / "2.csv", "ok")
    heads, old, *_ = first.read_text("utf-8").splitlines()
    both = [old, second.read_text("utf-8").splitlines()[1]]
    second.write_text("\n".join([heads, *(both[::-1] if newest_first else both)]), "utf-8")
    assert read(office, second) == (1, 0)
    assert states(office, two) == ["paid", "paid"]


def test_answers_that_contradict_each_other_are_refused(
    office: Office, two: list[str], tmp_path: Path
) -> None:
    send_list(office.register, tmp_path / "1.csv")
    text = answer(tmp_path / "1.csv", "ok", "ok").read_text("utf-8")
    [heads, first, second, *_] = text.splitlines()
    wrong = tmp_path / "wrong.csv"
    other_list = second.replace("1.csv", "9.csv")
    wrong.write_text("\n".join([heads, first, first.replace(",ok", ",failed"), other_list]))
    with pytest.raises(RegisterError) as refused:
        read(office, wrong)
    assert [its.where.rpartition(", ")[2] for its in refused.value.faults] == ["row 3", "row 4"]
    twice, not_there = (its.message for its in refused.value.faults)
    assert "payment 1 stands here twice" in twice
    assert "payment 2 was not in list 9.csv" in not_there
    assert states(office, two) == ["paid", "paid"]
    with office.register.read() as connection:
        confirmed = select(func.count()).where(payment_entry.c.kind == "confirmed")
        assert connection.scalar(confirmed) == 0


def test_again_by_command(
    sqlite_office: Office, sqlite_place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    office = sqlite_office
    office.account(office.person())
    office.approved(1, ("2023-05-01", 1000))

    def run(*words: str, code: int = 0, lang: str = "en") -> Ran:
        ran = mediaid(
            capsys, "--lang", lang, "register", "payment", "list", *words,
            "--register", sqlite_place,
        )  # fmt: skip
        assert ran.code == code, ran.err
        return ran

    for option in ("--again", "--office"):  # as of a script's variable that is empty
        assert f"{option}: is missing" in run(str(tmp_path / "1.csv"), option, "", code=2).err
    run(str(tmp_path / "1.csv"))
    said = run(str(tmp_path / "2.csv"), "--again", "1.csv", lang="zh").out
    assert "900.00" in said
    assert "1.csv" in said
    got = json.loads(run(str(tmp_path / "3.csv"), "--again", "1.csv", "--json").out)
    assert got == {"lines": 1, "amount": "900.00", "left": [], "answered": []}
    assert "leave out --office" in run("4.csv", "--again", "1.csv", "--office", "MH", code=2).err
