"""Cases as an office works on them, from acceptance to filing, on both databases."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from mediaid.faults import MediaidError, RegisterError
from mediaid.register.cases.accept import open_case
from mediaid.register.cases.bills import NewBill, SelfPaid, add_bill, reverse_bill
from mediaid.register.cases.find import Filter, get_case, list_cases
from mediaid.register.cases.papers import missing_papers, receive_paper
from mediaid.register.determinations.store import Stand, outcomes_of, stand_of
from mediaid.register.payments.lists import send_list
from mediaid.register.payments.pay import bank_returned, file_case, paid_back, pay_case, set_payee
from mediaid.register.payments.results import read_results
from mediaid.register.people.change import end_period, set_period
from mediaid.register.people.periods import periods
from mediaid.register.people.persons import add_person, find_person, note_death
from mediaid.register.schema import approval, payment
from mediaid.register.workflow.actions import review, send_back, submit, void
from mediaid.register.workflow.approve import approve
from mediaid.register.workflow.separation import switch
from register_support import resident_number

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from sqlalchemy import Row

    from register_support import Office


def stand(office: Office, number: str) -> Stand:
    with office.register.read() as connection:
        return stand_of(connection, get_case(connection, number).id)


def in_force(office: Office, number: str) -> int:
    row = stand(office, number).in_force
    return 0 if row is None else int(row.aid)


def pending(office: Office, number: str) -> int | None:
    row = stand(office, number).pending
    return None if row is None else int(row.aid)


def payments(office: Office, number: str) -> list[Row[Any]]:
    with office.register.read() as connection:
        case = get_case(connection, number)
        found = select(payment).where(payment.c.case_id == case.id).order_by(payment.c.id)
        return list(connection.execute(found))


def state(office: Office, number: str) -> str:
    with office.register.read() as connection:
        return str(get_case(connection, number).state)


def pay(office: Office, number: str) -> int:
    with office.write() as work:
        return pay_case(work, number)


def test_a_case_is_accepted_decided_paid_and_filed(office: Office) -> None:
    number = office.approved(office.person(), ("2023-05-01", 8000))
    assert number == "MH-2023-000001"
    assert pay(office, number) == 720_000
    with office.write() as work:
        file_case(work, number)
    assert state(office, number) == "filed"
    row = stand(office, number).in_force
    assert row is not None
    assert (row.number, row.aid, row.payable, row.supersedes_id) == (1, 720_000, 720_000, None)
    assert row.pack_hash.startswith("sha256:")
    with office.register.read() as connection:
        [outcome] = outcomes_of(connection, [row.id])[row.id]
    assert outcome.explanation["benefits"][0]["steps"][1]["citations"][0]["document"] == (
        "沪医保规[2020]4号"
    )


def test_numbers_run_by_office_and_by_year_of_the_calendar_in_china(office: Office) -> None:
    person = office.person()
    office.now = dt.datetime(2023, 12, 31, 15, 0, tzinfo=dt.UTC)
    with office.write() as work:
        assert open_case(work, "MH", person) == "MH-2023-000001"
        assert open_case(work, "XZ", person) == "XZ-2023-000001"
    office.now = dt.datetime(2023, 12, 31, 16, 0, tzinfo=dt.UTC)
    with office.write() as work:
        assert open_case(work, "MH", person) == "MH-2024-000001"
        assert open_case(work, "MH", person) == "MH-2024-000002"
    with office.write() as work, pytest.raises(RegisterError, match="no office"):
        open_case(work, "ZZ", person)


def test_the_same_bill_is_refused_however_it_is_typed(office: Office) -> None:
    first, second = office.case(office.person()), office.case(office.person())
    for case, institution, invoice in (
        (first, "Ruijin Hospital", "AB 123"),
        (second, "ＲＵＩＪＩＮ hospital", "ab123"),
    ):
        new = NewBill(institution, invoice, dt.date(2023, 5, 1), "住院", SelfPaid(100))
        if case == first:
            with office.write() as work:
                add_bill(work, case, new)
        else:
            with pytest.raises(RegisterError, match=f"bill 1 of case {first} already"):  # noqa: SIM117
                with office.write() as work:
                    add_bill(work, case, new)
    with office.write() as work:
        void(work, first, "entered twice")
    with office.write() as work:
        add_bill(work, second, new)


def test_a_similar_bill_has_to_be_answered_for(office: Office) -> None:
    number = office.case(office.person(), ("2023-05-01", 80))
    similar = NewBill("别院", "Z1", dt.date(2023, 5, 1), "inpatient", SelfPaid(8000))
    with pytest.raises(RegisterError, match="invoice F000001 of 某医院"), office.write() as work:
        add_bill(work, number, similar)
    answered = NewBill(
        "别院", "Z1", dt.date(2023, 5, 1), "inpatient", SelfPaid(8000), {}, "second admission"
    )
    with office.write() as work:
        add_bill(work, number, answered)


def test_self_paid_is_derived_and_the_derivation_kept() -> None:
    parts = {
        "total": 1_000_00,
        "pooled_fund": 500_00,
        "critical_illness": 100_00,
        "out_of_scope": 50_00,
        "other_relief": 25_00,
    }
    derived = SelfPaid.derived(parts, "out")
    assert derived.amount == 325_00
    assert derived.as_data() == [
        ["total", "", 1_000_00],
        ["out_of_scope", "-", 50_00],
        ["pooled_fund", "-", 500_00],
        ["critical_illness", "-", 100_00],
        ["other_relief", "-", 25_00],
        ["self_paid", "", 325_00],
    ]
    assert SelfPaid.derived({"self_paid": 5}, "out") == SelfPaid(5)
    for wrong in ({"total": 100}, parts | {"pooled_fund": 900_00}, parts | {"self_paid": 1}, {}):
        with pytest.raises(RegisterError):
            SelfPaid.derived(wrong, "out")


def test_a_bill_the_rules_cannot_read_is_refused_whole(office: Office) -> None:
    number = office.case(office.person())
    for new in (
        NewBill("某医院", "1", dt.date(2023, 5, 1), "dentist", SelfPaid(100)),
        NewBill("某医院", "1", dt.date(2023, 5, 1), "inpatient", SelfPaid(100), {"premium": "x"}),
        NewBill("某医院", "1", dt.date(2023, 5, 1), "inpatient", SelfPaid(100), {"colour": "x"}),
        NewBill("  ", "1", dt.date(2023, 5, 1), "inpatient", SelfPaid(100)),
        NewBill("某\x1b[2J", "1", dt.date(2023, 5, 1), "inpatient", SelfPaid(100)),
    ):
        with pytest.raises(MediaidError), office.write() as work:
            add_bill(work, number, new)
    with pytest.raises(RegisterError, match="no bill yet"), office.write() as work:
        submit(work, number)


def test_a_case_with_papers_missing_goes_on_only_with_a_reason(office: Office) -> None:
    person = office.person()
    with office.write() as work:
        number = open_case(work, "MH", person)
    office.bill(number, "2023-05-01", 100)
    with office.register.read() as connection:
        assert missing_papers(connection, get_case(connection, number)) == [
            "discharge_summary", "invoice", "itemised_bill"
        ]  # fmt: skip
    with office.write() as work:
        receive_paper(work, number, "discharge_summary")
        receive_paper(work, number, "invoice")
    with pytest.raises(RegisterError, match="lacks itemised bill"), office.write() as work:
        submit(work, number)
    with office.write() as work:
        receive_paper(
            work, number, "itemised_bill", waived="lost in a fire; the hospital is closed"
        )
        submit(work, number)
    assert state(office, number) == "in_review"


def test_who_accepted_does_not_approve(office: Office) -> None:
    number = office.reviewed(office.person(), ("2023-05-01", 100))
    with pytest.raises(RegisterError, match="accepted by clerk"), office.write() as work:
        approve(work, number)
    with office.write("separation") as work:
        switch(work, False)
    with office.write() as work:
        approve(work, number)
    with office.register.read() as connection:
        assert connection.execute(select(approval.c.separated)).scalars().all() == [False]


def test_each_action_is_refused_where_it_does_not_lead_on(office: Office) -> None:
    number = office.case(office.person(), ("2023-05-01", 100))
    for change in (review, approve, pay_case, file_case):
        with pytest.raises(RegisterError, match="accepted"), office.write() as work:
            change(work, number)
    with office.write() as work:
        submit(work, number)
    with pytest.raises(RegisterError, match="say why"), office.write() as work:
        send_back(work, number, "  ")
    with pytest.raises(RegisterError, match="send it back first"):
        office.bill(number, "2023-05-02", 5)


def test_a_late_bill_settles_the_year_again(office: Office) -> None:
    """By hand: 50% of what lies above the year's first 300 yuan of outpatient bills."""
    person = office.person("low_income")
    first = office.approved(person, ("2023-05-01", 400, "outpatient"))
    assert in_force(office, first) == 50_00
    pay(office, first)
    late = office.reviewed(person, ("2023-04-01", 200, "outpatient"))
    assert (pending(office, late), pending(office, first)) == (0, 150_00)
    assert in_force(office, first) == 50_00
    assert office.approve(late) == [first, late]
    assert in_force(office, first) == 150_00
    assert [(p.kind, p.amount, p.state) for p in payments(office, first)] == [
        ("aid", 50_00, "sent"),
        ("supplement", 100_00, "open"),
    ]
    assert state(office, first) == "approved"
    assert pay(office, first) == 100_00


def test_a_reversed_bill_is_reclaimed_in_instalments(office: Office) -> None:
    number = office.approved(office.person(), ("2023-05-01", 1000), ("2023-06-01", 2000))
    pay(office, number)
    with office.write() as work:
        reverse_bill(work, 2, "refunded by the hospital")
    assert (in_force(office, number), pending(office, number)) == (2700_00, 900_00)
    office.approve(number)
    reclaim = payments(office, number)[1]
    assert (reclaim.kind, reclaim.amount, reclaim.state) == ("reclaim", 1800_00, "open")
    with office.write() as work:
        assert paid_back(work, reclaim.id, 1000_00, "first instalment") == 800_00
    with pytest.raises(RegisterError, match=r"800\.00 yuan still to come"), office.write() as work:
        paid_back(work, reclaim.id, 800_01)
    with office.write() as work:
        assert paid_back(work, reclaim.id, 800_00) == 0
    assert payments(office, number)[1].state == "done"


def test_a_reclaim_is_set_against_what_was_not_sent(office: Office) -> None:
    number = office.approved(office.person(), ("2023-05-01", 1000), ("2023-06-01", 2000))
    with office.write() as work:
        reverse_bill(work, 2, "refunded")
    office.approve(number)
    assert [(p.kind, p.state) for p in payments(office, number)] == [
        ("aid", "open"),
        ("reclaim", "done"),
    ]
    assert pay(office, number) == 900_00


def test_bills_count_for_the_deductible_whatever_the_person_was_entitled_to(
    office: Office,
) -> None:
    person = office.person("none")
    nothing = office.approved(person, ("2023-02-01", 250, "outpatient"))
    assert in_force(office, nothing) == 0
    with office.write() as work:
        set_period(work, person, "category", "low_income", dt.date(2023, 4, 1))
    later = office.approved(person, ("2023-05-01", 100, "outpatient"))
    assert in_force(office, later) == 25_00


def test_pending_determinations_hold_their_room_and_give_it_back(office: Office) -> None:
    """By hand: 90%, at most 130,000 yuan a year."""
    person = office.person()
    first = office.reviewed(person, ("2023-05-01", 100_000))
    second = office.reviewed(person, ("2023-06-01", 100_000))
    assert (pending(office, first), pending(office, second)) == (90_000_00, 40_000_00)
    office.approve(second)
    with office.write() as work:
        void(work, first, "withdrawn by the applicant")
    assert pending(office, second) == 90_000_00
    office.approve(second)
    assert in_force(office, second) == 90_000_00


def test_a_correction_that_takes_back_comes_before_what_its_room_was_given_to(
    office: Office,
) -> None:
    """By hand: as dibao 90% of 100,000; as medical poverty, class 2, 50%, up to the same cap."""
    person = office.person()
    first = office.approved(person, ("2023-05-01", 100_000))
    with office.write() as work:
        set_period(work, person, "category", "medical_poverty_2", dt.date(2023, 4, 1))
    assert (in_force(office, first), pending(office, first)) == (90_000_00, 50_000_00)
    second = office.reviewed(person, ("2023-06-01", 200_000))
    assert pending(office, second) == 80_000_00
    with pytest.raises(RegisterError, match=f"approve {first}, then this one"):
        office.approve(second)
    office.approve(first)
    office.approve(second)
    assert in_force(office, first) + in_force(office, second) == 130_000_00


def test_periods_follow_one_another_and_never_overlap(office: Office) -> None:
    person = office.person("dibao")
    with office.write() as work:
        set_period(work, person, "category", "低收入困难家庭成员", dt.date(2023, 7, 1))
    with office.register.read() as connection:
        assert [
            (row.code, row.from_on.isoformat(), row.to_on and row.to_on.isoformat())
            for row in periods(connection, person, "category")
        ] == [("dibao", "2023-01-01", "2023-06-30"), ("low_income", "2023-07-01", None)]
    with pytest.raises(RegisterError, match="is in the way"), office.write() as work:
        set_period(work, person, "category", "orphan", dt.date(2023, 6, 1), dt.date(2023, 8, 1))
    with pytest.raises(RegisterError, match="is not known"), office.write() as work:
        set_period(work, person, "category", "rich", dt.date(2024, 1, 1))
    with office.write() as work:
        end_period(work, person, "category", dt.date(2023, 9, 30))


def test_a_document_belongs_to_one_person(office: Office) -> None:
    office.person()
    number, today = resident_number(1), office.now.date()
    full_width = number.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"})
    with pytest.raises(RegisterError, match=r"999\*+\w{4} belongs"), office.write() as work:
        add_person(work, "某乙", "某镇", f" {full_width}")
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
    for unlike in (wrong, "", "99999920991231001X"):
        with pytest.raises(RegisterError, match="number of the document"), office.write() as work:
            add_person(work, "某乙", "某镇", unlike)
    with office.register.read() as connection:
        assert find_person(connection, number, today) == 1
        assert find_person(connection, number, today, "passport") is None


def test_a_death_stops_what_is_open_until_somebody_else_is_named(office: Office) -> None:
    person = office.person()
    number = office.approved(person, ("2023-05-01", 1000))
    with office.write() as work:
        note_death(work, person, dt.date(2023, 1, 2))
    [line] = payments(office, number)
    assert line.state == "stopped"
    with pytest.raises(RegisterError, match="name who is paid instead"):
        pay(office, number)
    with office.write() as work:
        set_payee(work, line.id, "某丙", "6200 0000 0000 0001")
    assert pay(office, number) == 900_00


def test_a_payment_the_bank_returns_is_sent_again(office: Office) -> None:
    number = office.approved(office.person(), ("2023-05-01", 1000))
    pay(office, number)
    with office.write() as work:
        bank_returned(work, 1, "no such account")
    assert state(office, number) == "approved"
    with office.write() as work:
        set_payee(work, 1, "某甲", "6200 0000 0000 0002")
    assert pay(office, number) == 900_00
    assert state(office, number) == "paid"


def test_cases_are_listed_by_page(office: Office) -> None:
    person = office.person()
    numbers = [office.case(person) for _i in range(3)]
    with office.register.read() as connection:
        first = list_cases(connection, Filter(limit=2))
        rest = list_cases(connection, Filter(after=first[-1].id, state="accepted", office="MH"))
        assert [row.number for row in [*first, *rest]] == numbers
        assert list_cases(connection, Filter(state="void")) == []


def test_a_list_goes_to_the_bank_and_comes_back(office: Office, tmp_path: Path) -> None:
    person = office.person()
    office.account(person)
    paid, failed = (office.approved(person, (day, 1000)) for day in ("2023-05-01", "2023-05-02"))
    with office.write() as work:
        set_payee(work, 2, "=cmd|calc", "6200-0000-0000-0001")
    bank = tmp_path / "list.csv"
    sent = send_list(office.register, bank)
    assert (sent.lines, sent.amount, sent.left) == (2, 1800_00, [])
    assert bank.stat().st_mode & 0o777 == 0o600
    text = bank.read_text(encoding="utf-8-sig")
    assert "'=cmd|calc" in text
    with pytest.raises(RegisterError, match="exists already"):
        send_list(office.register, bank)
    answer = text.replace("900.00,,", "900.00,ok,", 1).replace("900.00,,", "900.00,FAILED,账号不符")
    for again, expected in ((False, (1, 1)), (True, (0, 0))):
        bank.write_text(answer, encoding="utf-8" if again else "gb18030")
        with office.write() as work:
            assert read_results(work, bank) == expected
    assert [p.state for p in (*payments(office, paid), *payments(office, failed))] == [
        "done", "open"
    ]  # fmt: skip
    assert (state(office, paid), state(office, failed)) == ("paid", "approved")
    with office.write() as work:
        file_case(work, paid)
    bank.write_text("payment,amount,result\n9,1.00,ok\n1,5.00,ok\n1,900.00,maybe\n", "utf-8")
    with pytest.raises(RegisterError) as refused, office.write() as work:
        read_results(work, bank)
    assert [fault.where.rpartition(", ")[2] for fault in refused.value.faults] == [
        "row 2", "row 3", "row 4"
    ]  # fmt: skip


def test_a_list_that_cannot_be_written_sends_nothing(office: Office, tmp_path: Path) -> None:
    number = office.approved(office.person(), ("2023-05-01", 1000))
    with pytest.raises(RegisterError, match="there is no such file or folder"):
        send_list(office.register, tmp_path / "missing" / "list.csv")
    assert state(office, number) == "approved"
    assert pay(office, number) == 900_00
