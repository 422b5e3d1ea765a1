"""A register as input of the budget: its claims, and what it measures of the targets."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from command import mediaid
from mediaid.claims.records import from_records
from mediaid.claims.table import COUNTS, UNASKED
from mediaid.engine.pools import sum_by
from mediaid.engine.settle import settle
from mediaid.packs.load import load_pack
from mediaid.register.cases.bills import reverse_bill
from mediaid.register.determinations.facts import BillFacts
from mediaid.register.determinations.recompute import settle_decided
from mediaid.register.payments.pay import bank_returned, pay_case
from mediaid.register.views.budget import measured
from register_support import Office


def busy(office: Office) -> None:
    """Have an office aid three persons: one paid at once, one late, and one whose aid was corrected
    and came back from the bank. Somebody else has a bill of no case."""
    first = office.approved(office.person(), ("2023-03-01", 1000), ("2023-05-01", 2000))
    pay(office, first, 3)
    second = office.approved(office.person("low_income"), ("2023-04-01", 5000))
    pay(office, second, 20)
    third = office.approved(
        office.person("medical_poverty_1"), ("2023-06-01", 700), ("2023-07-01", 300)
    )
    pay(office, third, 1)
    with office.write() as work:
        bank_returned(work, 3, "wrong account")
    with office.write() as work:
        reverse_bill(work, 5, "refunded")
    office.approve(third)
    office.loose_bill(office.person(), "2023-08-01", 400)


@pytest.fixture
def used(sqlite_office: Office, sqlite_place: str) -> str:
    """A register of such an office."""
    busy(sqlite_office)
    return sqlite_place


def pay(office: Office, number: str, days: int) -> None:
    office.now += dt.timedelta(days=days)
    with office.write() as work:
        pay_case(work, number)


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    ran = mediaid(capsys, "budget", *arguments, "--json", "--lang", "en")
    assert (ran.code, ran.err) == (0, "")
    return json.loads(ran.out)


def test_what_a_year_measures(office: Office) -> None:
    busy(office)
    with office.register.read() as connection:
        found = measured(connection, 2023, 5)
        other = measured(connection, 2022, 5)
    # 900 + 1,800; 4,000; of the third 700 less 210 that were set off: 490, returned by the bank.
    assert (found.due, found.paid) == (2700_00 + 4000_00 + 490_00, 6700_00)
    assert (found.due_lines, found.on_time) == (3, 2)
    assert (found.approved, found.corrected) == (4, 1)
    assert found.aided == {"某镇": 3}
    assert (other.due_lines, other.approved, other.aided) == (0, 0, {})


def test_targets_are_held_against_the_register(
    used: str, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["targets", "--register", used, "--on-time-days", "5"]
    data = asked(capsys, *options)
    assert data["aided"] == {"某镇": 3}
    indicators = data["projects"]["medical-aid"]["indicators"]
    by_id = {its["indicator"]: its for its in indicators}
    assert (by_id["accuracy"]["measured"], by_id["accuracy"]["status"]) == ("75", "missed")
    # 6,700 of 7,190: 93.18…, cut and not rounded.
    assert (by_id["paid-in-full"]["measured"], by_id["paid-in-full"]["status"]) == (
        "93.18", "missed",
    )  # fmt: skip
    assert (by_id["paid-on-time"]["measured"], by_id["paid-on-time"]["basis"]) == (
        "66.66", "2023: 2 of 3 payments were sent within 5 days of approval",
    )  # fmt: skip
    assert by_id["satisfaction"]["status"] == "to-enter"


def test_without_a_deadline_nothing_is_on_time_or_late(
    used: str, capsys: pytest.CaptureFixture[str]
) -> None:
    indicators = asked(capsys, "targets", "--register", used)["projects"]["medical-aid"]
    on_time = next(i for i in indicators["indicators"] if i["indicator"] == "paid-on-time")
    assert (on_time["measured"], on_time["status"]) == (None, "not-measured")
    assert "--on-time-days" in on_time["basis"]


def test_a_workbook_of_a_register(
    used: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    xlsx = tmp_path / "b.xlsx"
    options = ["--register", used, "--cut-off", "2023-12-31", "--simulate", "100"]
    ran = mediaid(capsys, "budget", "workbook", *options, "--xlsx", str(xlsx), "--lang", "en")
    assert (ran.code, ran.err) == (0, "")
    data = CalamineWorkbook.from_path(str(xlsx))
    targets = data.get_sheet_by_name("Targets").to_python()
    assert ["某镇", 3.0] in [row[:2] for row in targets]
    assert any(
        "register" in str(row[0]) for row in data.get_sheet_by_name("Provenance").to_python()
    )


def test_a_year_that_is_over_gives_what_the_register_decided(
    used: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = asked(
        capsys, "forecast", "--register", used, "--cut-off", "2023-12-31", "--simulate", "100"
    )
    # All persons' aid as it stands: 2,700 + 4,000 + 490.
    assert (found["central"], found["claims"]) == ("7190.00", 4)
    assert list(found["towns"]["central"]) == ["某镇"]
    assert any("belong to no case" in text for text in found["warnings"])


@pytest.mark.parametrize("cut_off", ["2023-12-31", "2024-12-31"])
def test_a_bill_of_no_case_uses_up_the_deductible(
    cut_off: str, sqlite_office: Office, sqlite_place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """As the decision counts it, the forecast does: in hand, and in last year's courses."""
    person = sqlite_office.person()
    sqlite_office.loose_bill(person, "2023-03-01", 200, "outpatient")
    sqlite_office.approved(person, ("2023-05-01", 1000, "outpatient"))
    sqlite_office.loose_bill(sqlite_office.person(), "2023-06-01", 9000)
    year = cut_off[:4]
    options = ["--year", "2023"] if year == "2023" else ["--year", "2025", "--policy-year", "2023"]
    found = asked(
        capsys, "forecast", "--register", sqlite_place, "--cut-off", cut_off, *options,
        "--simulate", "100", "--price-sd", "0%", "--check", "10",
    )  # fmt: skip
    # (1,000 − 100) × 60% and the 100 of the deductible that the bill of the case itself falls into.
    # With 2024 without a claim, a year brings half of it on average.
    assert found["central"] == ("640.00" if year == "2023" else "320.00")
    assert (found["claims"], found["left_out"]) == (1, 0)
    assert found["settled_again"] == {"years": 10, "equal": 10}


def a_bill(data: st.DataObject, number: int) -> BillFacts:
    """A bill of a case or of none, of one of three persons of a household."""
    was = {
        "category": data.draw(st.sampled_from(["dibao", "low_income", "none"])),
        "insurance": "resident",
        "household": "H",
    }
    since = dt.date(2022, 1, 1)
    periods: Any = tuple(
        SimpleNamespace(kind=kind, from_on=since, to_on=None, code=code)
        for kind, code in was.items()
    )
    return BillFacts(
        number,
        case_id=data.draw(st.sampled_from([None, 1, 2])),
        person_id=data.draw(st.integers(1, 3)),
        dated_on=dt.date(2023, 1, 1) + dt.timedelta(data.draw(st.integers(0, 5)) * 90),
        setting=data.draw(st.sampled_from(["inpatient", "outpatient"])),
        self_paid=data.draw(st.sampled_from([50_00, 120_00, 400_00, 9_000_00, 160_000_00])),
        fields={},
        periods=periods,
    )


@given(data=st.data(), reading=st.sampled_from(["person", "household"]))
@settings(max_examples=60, deadline=None)
def test_bills_nobody_asks_aid_for_count_as_decisions_count_them(
    data: st.DataObject, reading: str
) -> None:
    """One settlement by the engine gives what the register decides bill by bill."""
    pack = load_pack("shanghai-minhang", readings=[f"cap-holder={reading}"])
    numbers = range(1, data.draw(st.integers(1, 9)) + 1)
    bills = sorted((a_bill(data, number) for number in numbers), key=lambda its: its.key(pack))
    decided = settle_decided(bills, {1}, lambda _bill: None, lambda _case: pack)
    table = from_records([its.claim(pack) for its in bills], pack)
    void = np.array([COUNTS if its.case_id == 1 else UNASKED for its in bills], dtype=np.int64)
    lines = settle(replace(table, void=void), pack).lines
    aid = sum_by(lines.claim, len(bills), lines.aid).tolist()
    wanted = {its.bill_id: its.aid for its in decided.get(1, [])}
    assert aid == [wanted.get(its.id, 0) for its in bills]
    said = {lines.reason_keys[lines.reason[i]] for i in range(lines.n) if void[lines.claim[i]]}
    assert said <= {"unasked"}


def test_files_and_register_do_not_mix(used: str, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (
        ["forecast", "claims.csv", "--register", used, "--cut-off", "2023-08-31"],
        ["forecast", "--cut-off", "2023-08-31"],
        ["compare", "--reform-reading", "cap-holder=household"],
    ):
        ran = mediaid(capsys, "budget", *arguments, "--lang", "en")
        assert (ran.code, ran.out) == (2, "")
        assert "give claims files, or --register" in ran.err


def test_an_empty_register_is_refused(
    sqlite_place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--register", sqlite_place, "--cut-off", "2023-08-31", "--lang", "en"]
    ran = mediaid(capsys, "budget", "forecast", *options)
    assert (ran.code, ran.out) == (2, "")
    assert "holds no bills of cases" in ran.err
