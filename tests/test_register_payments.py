"""Money in stories as offices live through them; every amount by hand: 90% as dibao."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from command import Ran, mediaid
from mediaid.faults import RegisterError
from mediaid.register.audit.check import check_audit
from mediaid.register.cases.bills import reverse_bill, take_up
from mediaid.register.cases.find import get_case
from mediaid.register.intake.people import PersonRow, take_in_people
from mediaid.register.payments.accounts import set_account
from mediaid.register.payments.entries import outstanding
from mediaid.register.payments.lists import send_list
from mediaid.register.payments.pay import bank_returned, file_case, paid_back, pay_case, set_payee
from mediaid.register.payments.results import read_results
from mediaid.register.people.change import set_period
from mediaid.register.people.persons import note_death, take_back_death
from mediaid.register.schema import audit_event, case_step, payment, person
from mediaid.register.workflow.actions import review, submit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from register_support import Office

Line = tuple[str, int, str, int]
"""Kind, amount, state, what is outstanding."""


def lines(office: Office, number: str = "MH-2023-000001") -> list[Line]:
    with office.register.read() as connection:
        assert list(check_audit(connection)) == []
        case = get_case(connection, number)
        found = select(payment).where(payment.c.case_id == case.id).order_by(payment.c.id)
        return [
            (row.kind, row.amount, row.state, outstanding(connection, row))
            for row in connection.execute(found)
        ]


def accounts(office: Office) -> list[tuple[str, str]]:
    with office.register.read() as connection:
        rows = connection.execute(select(payment).order_by(payment.c.id))
        return [(row.payee, row.account) for row in rows]


def state(office: Office, number: str) -> str:
    with office.register.read() as connection:
        return str(get_case(connection, number).state)


def do(office: Office, change: Callable[..., Any], *arguments: Any) -> Any:
    with office.write() as work:
        return change(work, *arguments)


def category(office: Office, who: int, code: str, since: str) -> None:
    do(office, set_period, who, "category", code, dt.date.fromisoformat(since))


def test_a_supplement_is_set_against_what_is_still_to_be_paid_back(office: Office) -> None:
    """900 sent; as low income 400 less; 150 of it paid back; then dibao again from that day."""
    who = office.person()
    case = office.approved(who, ("2023-05-01", 1000))
    assert do(office, pay_case, case) == 900_00
    category(office, who, "medical_poverty_2", "2023-04-01")
    office.approve(case)
    assert lines(office) == [("aid", 900_00, "sent", 900_00), ("reclaim", 400_00, "open", 400_00)]
    assert do(office, paid_back, 2, 150_00) == 250_00
    category(office, who, "dibao", "2023-05-01")
    office.approve(case)
    assert lines(office)[1:] == [
        ("reclaim", 400_00, "done", 0),
        ("supplement", 400_00, "open", 150_00),
    ]
    assert do(office, pay_case, case) == 150_00, "900 − 150 + 150: what is due, and no more"


def test_a_reclaim_is_set_against_what_a_death_stopped(office: Office) -> None:
    """The heir is owed 900 of two bills, not 2,700 less a debt."""
    who = office.person()
    case = office.approved(who, ("2023-05-01", 1000), ("2023-05-02", 2000))
    do(office, note_death, who, dt.date(2023, 1, 1))
    do(office, reverse_bill, 2, "refunded")
    office.approve(case)
    assert lines(office) == [("aid", 2700_00, "stopped", 900_00), ("reclaim", 1800_00, "done", 0)]
    do(office, set_payee, 1, "某丙", "6200000000000009")
    assert do(office, pay_case, case) == 900_00


def test_what_a_bank_returns_after_a_death_is_stopped(office: Office, tmp_path: Path) -> None:
    """The account was closed: it is not sent there again, until an heir is named."""
    who = office.person()
    office.account(who)
    case = office.approved(who, ("2023-05-01", 1000))
    assert send_list(office.register, tmp_path / "1.csv").lines == 1
    do(office, note_death, who, dt.date(2023, 1, 1))
    do(office, bank_returned, 1, "account closed")
    assert lines(office) == [("aid", 900_00, "stopped", 900_00)]
    sent = send_list(office.register, tmp_path / "2.csv")
    assert (sent.lines, [its.where for its in sent.left]) == (0, [case])
    assert "payment payee" in sent.left[0].message
    do(office, set_payee, 1, "某丙", "6200000000000009")
    assert send_list(office.register, tmp_path / "3.csv").lines == 1


def test_what_a_bank_returns_is_set_against_what_is_to_be_paid_back(office: Office) -> None:
    """900 sent; 400 of it to be paid back; then it turns out that none of it had arrived."""
    who = office.person()
    case = office.approved(who, ("2023-05-01", 1000))
    do(office, pay_case, case)
    category(office, who, "medical_poverty_2", "2023-04-01")
    office.approve(case)
    do(office, bank_returned, 1, "no such account")
    assert lines(office) == [("aid", 900_00, "open", 500_00), ("reclaim", 400_00, "done", 0)]
    assert do(office, pay_case, case) == 500_00


def test_a_death_that_was_none_is_taken_back(office: Office) -> None:
    who = office.person()
    case = office.approved(who, ("2023-05-01", 1000))
    with pytest.raises(RegisterError, match="still to come"):
        do(office, note_death, who, dt.date(2023, 1, 20))
    with pytest.raises(RegisterError, match="no death of person 1"):
        do(office, take_back_death, who, "why")
    do(office, note_death, who, dt.date(2023, 1, 1))
    with pytest.raises(RegisterError, match="name who is paid instead"):
        do(office, pay_case, case)
    with pytest.raises(RegisterError, match="say why"):
        do(office, take_back_death, who, " ")
    assert do(office, take_back_death, who, "it was somebody of the same name") == 1
    assert do(office, pay_case, case) == 900_00
    with office.register.read() as connection:
        assert connection.scalar(select(person.c.died_on)) is None


def test_who_has_no_account_is_left_out_of_the_list_and_goes_on_waiting(
    office: Office, tmp_path: Path
) -> None:
    first, second = office.person(), office.person()
    office.account(second)
    missing = office.approved(first, ("2023-05-01", 1000))
    listed = office.approved(second, ("2023-05-01", 2000))
    sent = send_list(office.register, tmp_path / "1.csv")
    assert (sent.lines, sent.amount) == (1, 1800_00)
    assert [its.where for its in sent.left] == [missing]
    assert "payment 1 has no account: note it with person account 1" in sent.left[0].message
    assert lines(office, missing) == [("aid", 900_00, "open", 900_00)]
    text = (tmp_path / "1.csv").read_text("utf-8-sig")
    assert (missing in text, listed in text) == (False, True)
    assert do(office, set_account, first, "6200-0000 0000 0001", "某母") == 1
    assert accounts(office) == [("某母", "6200000000000001"), ("某甲2", "6200000000000002")]
    assert send_list(office.register, tmp_path / "2.csv").lines == 1
    later = office.approved(first, ("2023-06-01", 100))
    assert accounts(office)[-1] == ("某母", "6200000000000001")
    do(office, set_payee, 3, "某丙", "6200000000000003")
    assert do(office, set_account, first, "6200000000000004", "某母") == 0, "somebody was named"
    assert accounts(office)[-1] == ("某丙", "6200000000000003")
    assert do(office, pay_case, later) == 90_00


@pytest.mark.parametrize("wrong", ["6.2E+18", "6200;DROP", "12", "6" * 41, "=1+1"])
def test_what_is_no_account_is_refused(office: Office, wrong: str) -> None:
    who = office.person()
    office.approved(who, ("2023-05-01", 1000))
    for change in (
        lambda work: set_account(work, who, wrong),
        lambda work: set_payee(work, 1, "某甲", wrong),
    ):
        with pytest.raises(RegisterError, match="is no account") as refused:
            do(office, change)
        assert wrong not in str(refused.value) or len(wrong) < 6


def test_accounts_come_in_with_files_of_people(office: Office) -> None:
    since = dt.date(2023, 1, 1)
    row = PersonRow(2, "9999001", "某甲", "某镇", "other", "dibao", "resident", "", since)
    full = PersonRow(**vars(row) | {"payee": "某母", "account": "6200 0000 0000 0001"})
    report = do(office, take_in_people, [row, full])
    assert (report.new, report.refused) == (2, [])
    assert do(office, take_in_people, [full]).same == 1
    assert do(office, take_in_people, [row]).same == 1, "what is empty stays as it is"
    other = PersonRow(**vars(full) | {"account": "6200000000000002"})
    assert do(office, take_in_people, [other]).changed == 1
    bad = PersonRow(**vars(full) | {"account": "6.2E+18"})
    [refused] = do(office, take_in_people, [bad]).refused
    assert "a spreadsheet cuts off long numbers" in refused.reason.lower()
    with office.register.read() as connection:
        its = connection.execute(select(person)).one()
        assert (its.payee, its.account) == ("某母", "6200000000000002")


def test_the_bank_may_answer_in_chinese(office: Office, tmp_path: Path) -> None:
    for who in (office.person(), office.person()):
        office.account(who)
        office.approved(who, ("2023-05-01", 1000 * who))
    bank = tmp_path / "bank.csv"
    send_list(office.register, bank)
    text = bank.read_text("utf-8-sig").replace("900.00,,", "900.00,成功,")
    bank.write_text(text.replace("1800.00,,", "1800.00,失败,户名不符"), "gb18030")
    assert do(office, read_results, bank) == (1, 1)


def test_a_late_bill_then_its_reversal_leave_what_was_right_at_first(office: Office) -> None:
    """Low income, outpatient: 50% above the year's first 300. 400 → 50; a late 200 adds 100; its
    reversal takes the 100 back, before or after it was sent."""
    for sent in (False, True):
        who = office.person("low_income")
        first = office.approved(who, ("2023-05-01", 400, "outpatient"))
        do(office, pay_case, first)
        bill = office.loose_bill(who, "2023-04-01", 200, "outpatient")
        office.approve(first)
        if sent:
            assert do(office, pay_case, first) == 100_00
        do(office, reverse_bill, bill, "refunded")
        office.approve(first)
        [_aid, supplement, reclaim] = lines(office, first)
        if sent:
            assert supplement == ("supplement", 100_00, "sent", 100_00)
            assert reclaim == ("reclaim", 100_00, "open", 100_00)
        else:
            assert supplement == ("supplement", 100_00, "done", 0)
            assert reclaim == ("reclaim", 100_00, "done", 0)
            assert do(office, pay_case, first) == 0


def test_what_was_paid_at_the_counter_is_taken_off_and_more_is_not_reclaimed(
    office: Office,
) -> None:
    """1,000 at 90%: 900, of which 300 were paid; of 100 at 90% 200 were paid: 110 too much."""
    who = office.person()
    for day, yuan, paid, due in (
        ("2023-05-01", 1000, "300", 600_00),
        ("2023-05-02", 100, "200", 0),
    ):
        case = office.case(who)
        office.bill(case, day, yuan, already_aided=paid)
        do(office, submit, case)
        with office.write(name="reviewer") as work:
            review(work, case)
        office.approve(case)
        assert do(office, pay_case, case) == due


def test_a_reversal_after_filing_is_reclaimed_and_the_case_stays_filed(
    office: Office, tmp_path: Path
) -> None:
    who = office.person()
    case = office.approved(who, ("2023-05-01", 1000))
    do(office, pay_case, case)
    do(office, file_case, case)
    do(office, reverse_bill, 1, "refunded")
    office.approve(case)
    assert lines(office) == [("aid", 900_00, "sent", 900_00), ("reclaim", 900_00, "open", 900_00)]
    for instalment, left in ((300_00, 600_00), (300_00, 300_00), (300_00, 0)):
        assert do(office, paid_back, 2, instalment) == left
    assert lines(office)[1] == ("reclaim", 900_00, "done", 0)
    assert state(office, case) == "filed"
    with pytest.raises(RegisterError, match="pay is not possible"):
        do(office, pay_case, case)
    assert send_list(office.register, tmp_path / "1.csv").lines == 0
    with office.register.read() as connection:
        [_submit, _review, _approve, _pay, _file, last] = connection.execute(
            select(case_step).order_by(case_step.c.id)
        )
        said = select(audit_event.c.details).where(audit_event.c.details.contains("to_reclaim"))
        assert connection.scalars(said).all() == [
            {"approved": [case], "to_reclaim": {case: "900.00"}}
        ]
    assert (last.action, last.from_state, last.to_state) == ("adjust", "filed", "filed")


def test_a_reclaim_of_one_case_leaves_another_case_alone(office: Office) -> None:
    """Each case is settled with what was paid for it."""
    who = office.person()
    first, second = (office.approved(who, (day, 1000)) for day in ("2023-05-01", "2023-05-02"))
    do(office, pay_case, first)
    do(office, reverse_bill, 1, "refunded")
    office.approve(first)
    assert lines(office, first)[1] == ("reclaim", 900_00, "open", 900_00)
    assert lines(office, second) == [("aid", 900_00, "open", 900_00)]


def test_a_year_full_to_the_cap_frees_room_for_a_later_case(office: Office) -> None:
    """130,000 a year. 90,000, then 40,000 of 90,000; the first is reversed: 50,000 more."""
    who = office.person()
    first = office.approved(who, ("2023-05-01", 100_000))
    second = office.approved(who, ("2023-06-01", 100_000))
    for case in (first, second):
        do(office, pay_case, case)
    do(office, reverse_bill, 1, "refunded")
    assert office.approve(first) == [first, second]
    assert lines(office, first)[1] == ("reclaim", 90_000_00, "open", 90_000_00)
    assert lines(office, second)[1] == ("supplement", 50_000_00, "open", 50_000_00)


def test_a_loose_bill_of_a_dead_person_is_aided_to_the_heir(office: Office) -> None:
    who = office.person()
    bill = office.loose_bill(who, "2023-01-01", 1000)
    do(office, note_death, who, dt.date(2023, 1, 2))
    case = office.case(who)
    do(office, take_up, case, bill)
    do(office, submit, case)
    with office.write(name="reviewer") as work:
        review(work, case)
    office.approve(case)
    assert lines(office) == [("aid", 900_00, "stopped", 900_00)]


def test_by_commands(
    sqlite_office: Office, sqlite_place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    office = sqlite_office
    case = office.approved(office.person(), ("2023-05-01", 1000))

    def run(*words: str, code: int = 0, lang: str = "en") -> Ran:
        ran = mediaid(capsys, "--lang", lang, "register", *words, "--register", sqlite_place)
        assert ran.code == code, ran.err
        return ran

    assert "no account yet" in run("person", "show", "1").out
    listed = json.loads(run("payment", "list", str(tmp_path / "1.csv"), "--json", code=1).out)
    assert (listed["lines"], listed["left"][0]["case"]) == (0, case)
    said = run("payment", "list", str(tmp_path / "2.csv"), code=1, lang="zh").out
    assert "没有账户" in said
    assert "person account 1" in said
    noted = run("person", "account", "1", "--account", "6200 0000 0000 0001", "--payee", "某母")
    assert "1 payments that wait" in noted.out
    shown = run("person", "show", "1").out
    assert "620*********0001" in shown
    assert "某母" not in shown
    assert "某母" in run("person", "show", "1", "--clear").out
    run("payment", "list", str(tmp_path / "3.csv"))
    run("person", "died", "1", "--on", "2023-01-02")
    run("person", "died", "1", "--mistaken", "somebody of the same name")
    for words in (("--on", "2023-01-02", "--mistaken", "x"), ()):
        assert "--mistaken" in run("person", "died", "1", *words, code=2).err
