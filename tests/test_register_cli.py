"""The register's commands as an office types them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import create_engine, text

from command import Ran, mediaid
from register_support import resident_number

if TYPE_CHECKING:
    from collections.abc import Callable

    from postgresql import Server

Run = "Callable[..., Ran]"
NUMBER = resident_number(1)


@pytest.fixture(params=["sqlite", "postgresql"])
def new_place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return str(tmp_path / "office.db")
    server: Server = request.getfixturevalue("postgresql")
    return server.url_of(server.database())


@pytest.fixture
def run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, new_place: str
) -> Callable[..., Ran]:
    monkeypatch.setenv("MEDIAID_REGISTER", new_place)
    monkeypatch.setenv("MEDIAID_LANG", "en")

    def command(*arguments: str, code: int = 0) -> Ran:
        ran = mediaid(capsys, "register", *arguments)
        assert ran.code == code, ran.err
        return ran

    return command


@pytest.fixture
def case(run: Callable[..., Ran]) -> str:
    """A register with a case that has one bill."""
    run("init", "--office", "MH=某镇", "--one-person")
    run("person", "add", "--name", "某甲", "--town", "某镇", "--number", NUMBER)
    run("person", "period", "1", "category", "低保家庭成员", "--from", "2023-01-01")
    run("person", "period", "1", "insurance", "resident", "--from", "2023-01-01")
    number: str = data(run("case", "new", "1", "--json"))["case"]
    run(
        "case", "bill", number, "--institution", "瑞金医院", "--invoice", "001", "--date",
        "2023-05-01", "--setting", "住院", "--total", "12000", "--pooled-fund", "3500",
        "--out-of-scope", "500",
    )  # fmt: skip
    return number


def data(ran: Ran) -> Any:
    return json.loads(ran.out)


def decide(run: Callable[..., Ran], case: str) -> None:
    for paper in ("discharge_summary", "invoice", "itemised_bill"):
        run("case", "paper", case, paper)
    for action in ("submit", "review", "approve"):
        run("case", action, case)


def test_a_case_by_commands(run: Callable[..., Ran], case: str) -> None:
    decide(run, case)
    assert data(run("case", "pay", case, "--json")) == {"case": case, "sent": "7200.00"}
    assert "filed" in run("case", "file", case).out
    shown = run("case", "show", case, "--explain").out
    assert "total of the bill 12000.00 − out of scope 500.00 − paid by the pooled fund" in shown
    assert "8,000.00 × 90% = 7,200.00" in shown
    assert "that approver and acceptor are two persons is not proven" in shown
    history = data(run("person", "history", "1", "--json"))
    assert history["left"] == [{"year": 2023, "benefit": "medical-aid", "left": "122800.00"}]
    assert "0 faults" not in run("verify").out
    assert data(run("verify", "--json")) == {"faults": [], "determinations": 1}


def test_names_are_masked_and_to_see_them_is_an_event(run: Callable[..., Ran], case: str) -> None:
    for arguments in (("person", "show", "1"), ("case", "show", case), ("case", "list")):
        out = run(*arguments).out + run(*arguments, "--json").out
        assert "某甲" not in out
        assert NUMBER not in out
    before = data(run("audit", "--limit", "1000", "--json"))
    assert NUMBER in run("person", "show", "1", "--clear").out
    events = data(run("audit", "--after", str(before[-1]["event"]), "--json"))
    assert [(its["action"], its["subject"]) for its in events] == [("reveal", "person:1")]
    assert "某甲" not in json.dumps(before, ensure_ascii=False)


def test_refusals_say_what_to_do_and_change_nothing(run: Callable[..., Ran], case: str) -> None:
    for arguments, said in (
        (("case", "submit", case), "lacks discharge summary"),
        (("case", "show", "MH-1-1"), "there is no case MH-1-1"),
        (("case", "return", case, "--reason", "x"), "possible are submit, void"),
        (("person", "add", "--name", "x", "--town", "y", "--number", NUMBER),
         "belongs to person 1 already"),
        (("person", "period", "1", "category", "dibao", "--from", "2023-13-01"), "--from:"),
        (("case", "bill", case, "--institution", "x", "--invoice", "1", "--date", "2023-05-01",
          "--setting", "inpatient"), "cannot be derived"),
        (("case", "list", "--state", "lost"), "use one of accepted"),
        (("init", "--office", "MH=x"), "exists already"),
        (("init", "--office", "mh"), "write CODE=NAME"),
    ):  # fmt: skip
        before = run("audit", "--limit", "1000", "--json").out
        assert said in run(*arguments, code=2).err
        assert run("audit", "--limit", "1000", "--json").out == before


def test_verify_fails_where_something_was_altered(
    run: Callable[..., Ran], case: str, new_place: str
) -> None:
    decide(run, case)
    if "://" in new_place:
        engine = create_engine(new_place.replace("postgresql://", "postgresql+psycopg://", 1))
        with engine.begin() as connection:
            connection.execute(text("UPDATE payment SET account = 'mine'"))
        engine.dispose()
    else:
        engine = create_engine(f"sqlite:///{new_place}")
        with engine.begin() as connection:
            connection.execute(text("UPDATE payment SET account = 'mine'"))
        engine.dispose()
    assert "payment 1: was changed behind the audit" in run("verify", code=1).out


def test_copies_by_commands(
    run: Callable[..., Ran], case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("backup", str(tmp_path / "backup.db"))
    run("export", str(tmp_path / "export"), "--clear")
    for source in ("backup.db", "export"):
        monkeypatch.setenv("MEDIAID_REGISTER", str(tmp_path / f"of-{source}.db"))
        run("restore", str(tmp_path / source))
        assert case in run("case", "list").out


def test_without_a_register_the_command_says_how_to_name_one(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDIAID_LANG", "en")
    monkeypatch.delenv("MEDIAID_REGISTER", raising=False)
    ran = mediaid(capsys, "register", "verify")
    assert ran.code == 2
    assert "--register" in ran.err
    monkeypatch.setenv("MEDIAID_REGISTER", "/nowhere/at/all.db")
    assert "mediaid register init" in mediaid(capsys, "register", "verify").err
