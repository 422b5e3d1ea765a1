"""One action on many cases: each whole or not at all, each with an event of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from command import Ran, mediaid
from mediaid.register.audit.check import check_audit
from mediaid.register.cases.accept import open_case
from mediaid.register.cases.find import get_case
from mediaid.register.payments.lists import send_list
from mediaid.register.payments.results import read_results
from mediaid.register.schema import audit_event
from mediaid.register.workflow.approve import approve
from mediaid.register.workflow.many import each, waiting_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from register_support import Office


@pytest.fixture
def run(sqlite_place: str, capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    def command(*words: str, code: int = 0) -> Any:
        ran: Ran = mediaid(
            capsys, "--lang", "en", "register", "case", *words, "--json", "--register", sqlite_place
        )
        assert ran.code == code, ran.err
        return json.loads(ran.out) if code != 2 else ran.err

    return command


def events(office: Office, action: str) -> list[str]:
    with office.register.read() as connection:
        assert list(check_audit(connection)) == []
        found = select(audit_event.c.subject).where(audit_event.c.action == action)
        return list(connection.scalars(found.order_by(audit_event.c.seq)))


def test_all_cases_go_on_together_and_what_is_refused_is_reported(
    sqlite_office: Office, run: Callable[..., Any], tmp_path: Path
) -> None:
    office = sqlite_office
    cases = [office.case(office.person(), (f"2023-05-0{1 + i}", 1000)) for i in range(3)]
    for person in (1, 2):
        office.account(person)
    empty = office.case(office.person())
    got = run("submit", "--all", code=1)
    assert got["done"] == cases
    assert [its["case"] for its in got["refused"]] == [empty]
    assert "has no bill yet" in got["refused"][0]["reason"]
    assert run("review", "--all", "--office", "XZ") == {"done": [], "refused": []}
    assert run("review", "--all")["done"] == cases
    named = tmp_path / "cases.txt"
    named.write_text(f"{cases[0]}\n{cases[1]}\nMH-1-1\n", encoding="utf-8")
    got = run("approve", "--list", str(named), code=1)
    assert got["done"] == cases[:2]
    assert got["refused"] == [{"case": "MH-1-1", "reason": "there is no case MH-1-1"}]
    bank = tmp_path / "bank.csv"
    assert send_list(office.register, bank).lines == 2
    assert run("file", "--list", str(bank))["done"] == cases[:2]
    assert run("approve", "--all")["done"] == cases[2:]
    assert run("pay", cases[2], "--reference", "by hand") == {"case": cases[2], "sent": "900.00"}
    assert events(office, "case.submit") == [f"case:{number}" for number in cases]
    assert events(office, "payment.list") == [*(f"case:{number}" for number in cases[:2]), ""]
    assert events(office, "case.file") == [f"case:{number}" for number in cases[:2]]


def test_cases_are_named_in_one_way(run: Callable[..., Any], tmp_path: Path) -> None:
    for words in ((), ("MH-1-1", "--all"), ("MH-1-1", "--office", "MH")):
        assert "name cases" in run("approve", *words, code=2)
    named = tmp_path / "cases.csv"
    named.write_text("payment,case\n1,MH-2023-000001\n2,\n", encoding="utf-8")
    assert "names no case in row 3" in run("approve", "--list", str(named), code=2)
    named.write_bytes(b"\xff\xff\xff")
    assert "no text in UTF-8" in run("approve", "--list", str(named), code=2)
    assert "there is no such file" in run("approve", "--list", str(tmp_path / "none"), code=2)


def test_papers_that_lack_are_waived_with_a_reason(
    sqlite_office: Office, run: Callable[..., Any]
) -> None:
    office = sqlite_office
    person = office.person()
    with office.write() as work:
        number = open_case(work, "MH", person)
    office.bill(number, "2023-05-01", 10)
    assert "lacks" in run("submit", number, code=2)
    assert run("submit", "--all", "--waived", "the platform's records")["done"] == [number]
    papers = run("show", number)["papers"]
    assert {its["waived"] for its in papers} == {"the platform's records"}


def test_corrections_are_approved_first_and_what_they_take_along_once(office: Office) -> None:
    person = office.person("low_income")
    first = office.approved(person, ("2023-05-01", 250, "outpatient"))
    second = office.reviewed(person, ("2023-04-01", 100, "outpatient"))
    with office.register.read() as connection:
        waiting = waiting_for(connection, "approve")
    assert waiting == [first, second]
    office.name = "approver"
    found = each(office.register, "case.approve", waiting, approve)
    assert (found.done, found.refused) == ([first, second], [])
    assert events(office, "case.approve") == [f"case:{first}"]


def test_a_case_refused_in_the_middle_keeps_nothing_of_itself(office: Office) -> None:
    cases = [office.reviewed(office.person(), ("2023-05-01", 10 + i)) for i in range(3)]
    office.name = "approver"

    def change(work: Any, number: str) -> list[str]:
        approved = approve(work, number)
        if number == cases[1]:
            approve(work, number)
        return approved

    found = each(office.register, "case.approve", cases, change)
    assert found.done == [cases[0], cases[2]]
    assert "approve is not possible" in found.refused[0].message
    with office.register.read() as connection:
        assert [get_case(connection, its).state for its in cases] == [
            "approved", "reviewed", "approved"
        ]  # fmt: skip
        assert list(check_audit(connection)) == []


def test_the_banks_results_are_events_of_their_cases(office: Office, tmp_path: Path) -> None:
    cases = [office.approved(office.person(), ("2023-05-01", 100 + i)) for i in range(2)]
    for person in (1, 2):
        office.account(person)
    bank = tmp_path / "bank.csv"
    send_list(office.register, bank)
    answer = bank.read_text("utf-8-sig").replace("90.00,,", "90.00,ok,")
    answered = tmp_path / "answer.csv"
    answered.write_text(answer.replace("90.90,,", "90.90,failed,why"), "utf-8")
    with office.write("payment.results") as work:
        assert read_results(work, answered) == (1, 1)
    assert events(office, "payment.results") == [*(f"case:{number}" for number in cases), ""]
    with office.register.read() as connection:
        told = select(audit_event.c.details).where(audit_event.c.action == "payment.results")
        assert connection.scalars(told.order_by(audit_event.c.seq)).all() == [
            {"file": "answer.csv", "list": "bank.csv", "result": "ok"},
            {"file": "answer.csv", "list": "bank.csv", "result": "failed"},
            {"file": "answer.csv", "ok": 1, "failed": 1},
        ]
