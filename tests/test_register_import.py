"""Files of people and bills by the command: tried first, then taken in whole, or not at all."""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import xlsxwriter  # type: ignore[import-untyped]
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from command import Ran, mediaid
from field_files import (
    BILLS,
    GIVEN_BACK,
    GIVING_BACK,
    INVALID,
    LEDGER,
    LEDGER_BILLS,
    LI,
    PLATFORM,
    WANG,
    ZHAO,
    Bill,
    ledger_rows,
    platform_rows,
    write_ledger,
    write_platform,
    write_roster,
)
from mediaid.faults import RegisterError
from mediaid.register.intake.importing import Request, recognise, take_in, try_import
from mediaid.register.intake.report import Cancelled
from mediaid.register.schema import audit_event, bill

if TYPE_CHECKING:
    from register_support import Office

Import = Callable[..., Ran]


@pytest.fixture
def run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, office: Office
) -> Import:
    """Run a command of a register with the rules of Minhang, on both databases."""
    place = office.register.place
    url = place.url.set(drivername="postgresql").render_as_string(hide_password=False)
    monkeypatch.setenv("MEDIAID_REGISTER", str(place.path or url))
    monkeypatch.setenv("MEDIAID_LANG", "en")

    def command(*arguments: str, code: int = 0) -> Ran:
        ran = mediaid(capsys, "register", *arguments)
        assert ran.code == code, ran.out + ran.err
        return ran

    return command


def write_csv(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


PEOPLE = [
    ["证件号码", "姓名", "街镇", "救助类别", "参保类型", "开始日期"],
    [LI, "李甲", "样例镇", "低保家庭成员", "居民医保", "2022-01-01"],
    [WANG, "王乙", "样例镇", "low_income", "employee", "2023/5/1"],
    [ZHAO, "赵丙", "样例镇", "散居孤儿", "resident", "2023年1月1日"],
]


def people(folder: Path, *more: list[str], name: str = "people.csv") -> str:
    return str(write_csv(folder / name, [*PEOPLE, *more]))


def counts(ran: Ran) -> tuple[int, int, int, int, list[int], list[int]]:
    data = json.loads(ran.out)
    rows = [[its["row"] for its in data[name]] for name in ("left_out", "refused")]
    return (data["new"], data["changed"], data["same"], data["reversed"], *rows)


def bills(office: Office) -> list[dict[str, Any]]:
    with office.register.read() as connection:
        return [dict(row._mapping) for row in connection.execute(select(bill).order_by(bill.c.id))]


def test_people_are_tried_then_taken_in_and_once_only(run: Import, tmp_path: Path) -> None:
    file = people(tmp_path)
    before = run("audit", "--limit", "1000", "--json").out
    tried = run("import", file)
    assert "3 new, 0 changed, 0 there already" in tried.out
    assert "nothing was changed; --yes takes it in" in tried.out
    assert "a dry run" not in run("import", file, "--dry-run", "--json").out
    assert run("audit", "--limit", "1000", "--json").out == before
    assert "taken in: 3 new" in run("import", file, "--yes").out
    assert counts(run("import", file, "--yes", "--json")) == (0, 0, 3, 0, [], [])
    assert "all of it is there already" in run("import", file, "--yes").out
    event = json.loads(run("audit", "--limit", "1000", "--json").out)[-1]
    assert event["action"] == "people.import"
    assert event["details"]["file"] == "people.csv"
    assert "sound" in run("verify").out


def test_a_single_refused_row_keeps_all_out_and_is_listed(run: Import, tmp_path: Path) -> None:
    wrong = WANG[:-1] + ("1" if WANG[-1] != "1" else "2")
    file = people(
        tmp_path,
        [wrong, "钱丁", "样例镇", "低保家庭成员", "", "2023-01-01"],
        [ZHAO[:6] + "20110902" + ZHAO[14:], "", "样例镇", "", "", ""],
        ["E1", "孙戊", "样例镇", "", "", ""],
        [LI, "李甲", "样例镇", "低保家庭成员", "", "02/03/2023"],
        ["合计", "3人", "", "", "", ""],
    )
    rejects = tmp_path / "rejects.csv"
    ran = run("import", file, "--yes", "--rejects", str(rejects), code=2)
    assert "nothing was taken in" in ran.out
    assert "row 8: 开始日期: 02/03/2023 is not a date" in ran.out
    assert "totals row: 1 (row 9)" in ran.out
    listed = list(csv.reader(rejects.read_text(encoding="utf-8-sig").splitlines()))
    assert [row[0] for row in listed[1:]] == ["5", "6", "7", "8"]
    assert counts(run("import", people(tmp_path), "--yes", "--json"))[0] == 3


def test_what_changed_of_people_is_entered_and_an_older_file_changes_nothing_back(
    run: Import, tmp_path: Path
) -> None:
    run("import", people(tmp_path), "--yes")
    newer = [
        [LI, "李甲", "别镇", "低收入困难家庭成员", "", "2023-07-01"],
        [WANG, "王乙", "样例镇", "low_income", "", "2023-06-01"],
        [ZHAO, "赵丙", "样例镇", "散居孤儿", "", "2023-01-01"],
    ]
    until = [[*row, ""] for row in newer[:2]] + [[*newer[2], "2023-12-31"]]
    file = str(write_csv(tmp_path / "newer.csv", [[*PEOPLE[0], "结束日期"], *until]))
    assert counts(run("import", file, "--yes", "--json")) == (0, 2, 1, 0, [], [])
    assert counts(run("import", file, "--yes", "--json")) == (0, 0, 3, 0, [], [])
    assert "dibao  2022-01-01 – 2023-06-30" in run("person", "show", "1").out
    assert "orphan  2023-01-01 – 2023-12-31" in run("person", "show", "3").out
    older = counts(run("import", people(tmp_path), "--yes", "--json"))
    assert older == (0, 1, 2, 0, [], []), "but for the town, which has no dates"
    assert "dibao  2022-01-01 – 2023-06-30" in run("person", "show", "1").out


def test_a_roster_is_a_file_of_people_and_says_several_periods(run: Import, tmp_path: Path) -> None:
    roster = str(write_roster(tmp_path / "roster.csv"))
    assert "--town" in run("import", roster, "--yes", code=2).err
    refused = run("import", roster, "--town", "样例镇", "--yes", code=2).out
    assert "row 2: category: 低保 is not known. Did you mean 低保家庭成员?" in refused
    assert "choose a mapping that knows the word" in refused, "its words are those of a mapping"
    ran = run("import", roster, "--town", "样例镇", "--mapping", "ledger", "--yes", "--json")
    assert counts(ran) == (3, 0, 0, 0, [], [])
    shown = run("person", "show", "2").out
    assert "none  2023-01-01 – 2023-04-30" in shown
    assert "low_income  2023-05-01 – " in shown


INSTITUTION = "fixmedins_name"
VISIT = "mdtrt_id"


def records(path: Path, *its: Any) -> str:
    """A platform's export with the names of institutions."""
    rows = [[*row, "样例医院"] for row in platform_rows(its)]
    return str(write_platform(path, rows, headings=[*PLATFORM, INSTITUTION]))


def test_settlement_records_are_recognised_confirmed_and_taken_in(
    run: Import, tmp_path: Path, office: Office
) -> None:
    """By hand (field_files): 2,400, 500 and 4,500 self-paid; 1,000 paid at the counter."""
    run("import", people(tmp_path), "--yes")
    file = records(tmp_path / "records.csv", *BILLS[:3], GIVEN_BACK, GIVING_BACK, INVALID)
    asked = run("import", file, "--yes", code=2)
    assert "D certno → fields/person_id" in asked.out
    assert "if that is right, say --mapping platform" in asked.err
    ran = run("import", file, "--mapping", "platform", "--yes", "--json")
    assert counts(ran) == (3, 0, 0, 0, [5, 6, 7], [])
    found = bills(office)
    assert [(its["record_id"], its["self_paid"]) for its in found] == [
        ("S001", 240_000),
        ("S002", 50_000),
        ("S003", 450_000),
    ]
    assert found[0]["fields"] == {"already_aided": "1000.00"}
    assert found[0]["institution"] == "样例医院"
    assert found[0]["derivation"] == [
        ["in_scope", "", 800_000],
        ["pooled_fund", "-", 500_000],
        ["critical_illness", "-", 60_000],
        ["self_paid", "", 240_000],
    ]
    assert counts(run("import", file, "--mapping", "platform", "--yes", "--json")) == (
        0, 0, 3, 0, [5, 6, 7], [],
    )  # fmt: skip
    assert "sound" in run("verify").out


def test_what_was_paid_at_the_counter_is_taken_off_and_counts_towards_the_cap(
    run: Import, tmp_path: Path
) -> None:
    run("import", people(tmp_path), "--yes")
    file = records(tmp_path / "records.csv", BILLS[0])
    run("import", file, "--mapping", "platform", "--yes")
    data = json.loads(run("left-out", "--office", "MH", "--open-cases", "--yes", "--json").out)
    [case] = data["opened"]
    for paper in ("discharge_summary", "invoice", "itemised_bill"):
        run("case", "paper", case, paper)
    run("case", "submit", case)
    run("case", "review", case)
    shown = json.loads(run("case", "show", case, "--json").out)
    [decided] = shown["determinations"]
    assert float(decided["aid"]) - float(decided["payable"]) == 1000
    history = json.loads(run("person", "history", "1", "--json").out)
    assert {its["used"] for its in history["pools"]} >= {decided["aid"]}


def test_a_refund_in_a_later_file_reverses_the_bill_that_is_in_the_register(
    run: Import, tmp_path: Path, office: Office
) -> None:
    run("import", people(tmp_path), "--yes")
    january = records(tmp_path / "1.csv", *BILLS)
    run("import", january, "--mapping", "platform", "--yes")
    june = records(tmp_path / "2.csv", GIVING_BACK, replace(BILLS[2], valid="0"))
    ran = run("import", june, "--mapping", "platform", "--yes", "--json")
    assert counts(ran) == (0, 0, 0, 2, [2, 3], [])
    assert [its["counts"] for its in bills(office)] == [True, True, False, False]
    for file in (june, january):
        again = run("import", file, "--mapping", "platform", "--yes", "--json")
        assert json.loads(again.out)["taken_in"] is False
    whole = records(tmp_path / "3.csv", *BILLS[:2], GIVEN_BACK, GIVING_BACK)
    again = run("import", whole, "--mapping", "platform", "--yes", "--json")
    assert counts(again) == (0, 0, 2, 0, [4, 5], [])
    assert "sound" in run("verify").out


def test_an_original_that_comes_back_refunded_is_reversed(
    run: Import, tmp_path: Path, office: Office
) -> None:
    run("import", people(tmp_path), "--yes")
    run("import", records(tmp_path / "1.csv", *BILLS), "--mapping", "platform", "--yes")
    whole = records(tmp_path / "2.csv", *BILLS[:3], GIVEN_BACK, GIVING_BACK)
    ran = run("import", whole, "--mapping", "platform", "--yes", "--json")
    assert counts(ran) == (0, 0, 3, 1, [5, 6], [])
    assert [its["counts"] for its in bills(office)] == [True, True, True, False]


def test_a_ledger_is_taken_in_and_bills_of_others_are_left_out_if_asked(
    run: Import, tmp_path: Path, office: Office
) -> None:
    write_csv(tmp_path / "people.csv", PEOPLE[:2])
    run("import", str(tmp_path / "people.csv"), "--yes")
    ledger = str(write_ledger(tmp_path / "ledger.xlsx"))
    options = ("--mapping", "ledger", "--institution", "样例医院", "--yes")
    refused = run("import", ledger, *options, code=2).out
    assert "row 6: nobody in the register has this document" in refused
    ran = run("import", ledger, *options, "--known-people", "--json")
    assert counts(ran) == (2, 0, 0, 0, [6, 7, 8], [])
    assert [its["self_paid"] for its in bills(office)] == [240_000, 50_000]


@pytest.fixture
def ledger(run: Import, tmp_path: Path) -> Import:
    """Import a ledger of some bills, written for it; the people are there."""
    run("import", people(tmp_path), "--yes")
    made = iter(range(100))

    def imported(*bills: Bill, code: int = 0, words: tuple[str, ...] = ("--yes",)) -> Ran:
        path = str(write_ledger(tmp_path / f"{next(made)}.xlsx", ledger_rows(bills)))
        where = ("--mapping", "ledger", "--institution", "样例医院")
        return run("import", path, *where, *words, code=code)

    return imported


BILL = LEDGER_BILLS[0]
BACK = replace(BILL, claim="S999", day="2023-07-20", sign=-1)


def test_a_refund_in_a_later_ledger_reverses_the_bill_that_the_register_has(
    run: Import, ledger: Import, office: Office
) -> None:
    """A ledger's refund names no original: the only bill of that person and amount is meant."""
    ledger(*LEDGER_BILLS)
    said = ledger(BACK, words=("--dry-run",)).out
    assert "1 to be reversed" in said
    assert "gives back bill 1 (2023-03-02, invoice S001 of 样例医院, no case yet), which" in said
    assert all(its["counts"] for its in bills(office))
    assert json.loads(ledger(BACK, words=("--yes", "--json")).out)["reversed"] == 1
    assert [its["counts"] for its in bills(office)] == [False, True, True]
    again = ledger(BACK).out
    assert "no case yet), reversed already: 1 (row 4)" in again
    assert "nothing to take in" in again
    # Another bill of the same amount, taken in later, is not what this refund gave back.
    ledger(replace(BILL, claim="S100", day="2023-08-01"))
    assert "nothing to take in" in ledger(BACK).out
    assert "nothing to take in" in ledger(*LEDGER_BILLS, BACK).out
    assert [its["counts"] for its in bills(office)] == [False, True, True, True]
    assert "sound" in run("verify").out


def test_a_refund_that_could_be_of_several_bills_names_them(ledger: Import, office: Office) -> None:
    twin = replace(BILL, claim="S100", day="2023-04-02")
    ledger(BILL, twin)
    said = ledger(BACK, code=2).out
    assert "more than one bill could be meant: bill 1 (2023-03-02" in said
    assert "bill 2 (2023-04-02" in said
    # With the id of its original it names it, and two refunds leave nothing open.
    ledger(replace(BACK, claim="S100"))
    assert [its["counts"] for its in bills(office)] == [True, False]
    assert "nothing to take in" in ledger(replace(BACK, claim="S100")).out
    third = replace(twin, claim="S101")
    ledger(third)
    ledger(BACK, replace(BACK, claim="S998"))
    assert [its["counts"] for its in bills(office)] == [False, False, False]
    assert "nothing to take in" in ledger(BACK, replace(BACK, claim="S998")).out
    ledger(replace(BILL, claim="S102"), replace(BILL, claim="S103"))
    ledger(BACK, replace(BACK, claim="S103"), replace(BACK, claim="S996"))
    assert [its["counts"] for its in bills(office)] == [False] * 5
    said = ledger(replace(BACK, claim="S997"), code=2).out
    assert "neither the file nor the register has a bill" in said


def test_a_refund_of_a_record_beside_it_could_be_of_another_bill_of_the_register(
    ledger: Import, office: Office
) -> None:
    twin = replace(BILL, claim="S100", day="2023-04-02")
    ledger(BILL)
    said = ledger(twin, BACK, code=2).out
    assert "record S100 of this file, or bill 1 (2023-03-02" in said
    # As part of one file both are candidates, and the file leaves it open.
    assert "several records could be meant" in ledger(BILL, twin, BACK, code=2).out
    named = ledger(twin, replace(BACK, claim="S100"))
    assert "nothing to take in" in named.out
    assert [its["counts"] for its in bills(office)] == [True]


def test_a_refund_that_stands_twice_reverses_one_bill(ledger: Import, office: Office) -> None:
    """Two bills of that amount: two refunds would reverse both, one leaves open which."""
    ledger(BILL, replace(BILL, claim="S100", day="2023-04-02"))
    said = ledger(BACK, BACK, code=2).out
    assert "stands twice: row 4 is the same refund: 1 (row 5)" in said
    assert "row 4: gives back 10,000.00, and more than one bill could be meant" in said
    said = ledger(BACK, replace(BACK, day="2023-07-21"), code=2).out
    assert "row 5: 结算id: row 4 is a refund of this id too, and says something else" in said
    assert all(its["counts"] for its in bills(office))


def test_a_refund_gives_back_no_later_bill_and_no_other_kind_of_care(
    ledger: Import, office: Office
) -> None:
    ledger(BILL)
    for other in (replace(BACK, day="2023-03-01"), replace(BACK, med_type="11")):
        said = ledger(other, code=2).out
        assert "neither the file nor the register has a bill of this person with that" in said
    later = replace(BILL, claim="S100", day="2023-08-01")
    # Nor one of its own file: of the two only the earlier one could be meant.
    ledger(later, BACK)
    assert [its["counts"] for its in bills(office)] == [False, True]


def test_a_refund_without_a_visit_could_be_of_the_record_beside_it(
    run: Import, tmp_path: Path, office: Office
) -> None:
    run("import", people(tmp_path), "--yes")

    def platform(*its: tuple[Bill, str], code: int = 0) -> str:
        rows = platform_rows([bill for bill, _visit in its])
        cells = [[*row, "样例医院", visit] for row, (_bill, visit) in zip(rows, its, strict=True)]
        file = write_platform(tmp_path / "in.csv", cells, headings=[*PLATFORM, INSTITUTION, VISIT])
        return run("import", str(file), "--mapping", "platform", "--yes", code=code).out

    back = replace(BACK, refunded="1")
    platform((BILL, "V1"))
    new = replace(BILL, claim="S20", day="2023-07-01")
    said = platform((new, "V2"), (back, ""), code=2)
    assert "row 3: gives back 10,000.00, and could be of record S20 of this file" in said
    assert "The register has bill 1 (2023-03-02, invoice S001" in said
    platform((new, "V2"), (back, "V1"))
    assert [its["counts"] for its in bills(office)] == [False, True]


def test_two_refunds_of_a_record_and_of_a_bill_leave_nothing_in_doubt(
    ledger: Import, office: Office
) -> None:
    ledger(BILL)
    twin = replace(BILL, claim="S100", day="2023-04-02")
    said = ledger(twin, BACK, replace(BACK, claim="S998")).out
    assert "gives back bill 1 (2023-03-02" in said
    assert [its["counts"] for its in bills(office)] == [False]


def test_a_faulty_refund_is_refused_for_what_is_wrong_with_it(
    run: Import, tmp_path: Path, office: Office
) -> None:
    run("import", people(tmp_path), "--yes")
    run("import", records(tmp_path / "1.csv", BILL), "--mapping", "platform", "--yes")
    rows = platform_rows([replace(BACK, refunded="1")] * 4)
    wrong = {"psn_cert_type": "ZZ", "hifp_pay": "abc", "setl_id": "", "enddate": ""}
    for number, (row, heading) in enumerate(zip(rows, wrong, strict=True)):
        stated = dict(zip(PLATFORM, row, strict=True)) | {"setl_id": f"R{number}"}
        stated |= {"enddate": "", "setl_time": ""} if heading == "enddate" else {}
        row[:] = (stated | {heading: wrong[heading]}).values()
    cells = [[*row, "样例医院"] for row in rows]
    file = write_platform(tmp_path / "2.csv", cells, headings=[*PLATFORM, INSTITUTION])
    options = ("--mapping", "platform", "--known-people", "--yes")
    said = run("import", str(file), *options, code=2).out
    assert "row 2: psn_cert_type: ZZ is no kind of document" in said
    assert "row 3: hifp_pay: abc is" in said
    assert "row 4: setl_id: is missing: fill it in" in said
    assert "row 5: enddate: is missing: fill it in" in said
    assert [its["counts"] for its in bills(office)] == [True]


def test_a_refund_finds_a_bill_that_was_typed(run: Import, office: Office, tmp_path: Path) -> None:
    """2,400.00 were borne of it, which is all that a clerk typed; 2,401.00 is another one. The
    refund repeats the day of discharge, before that of the invoice, but was settled later."""
    run("import", people(tmp_path), "--yes")
    typed = [
        ["证件号码", "医疗机构", "发票号", "日期", "就医类型", "自负金额"],
        [LI, "样例医院", "F1", "2023-03-02", "住院", "2401.00"],
        [LI, "样例医院", "F2", "2023-03-02", "住院", "2400.00"],
    ]
    run("import", str(write_csv(tmp_path / "typed.csv", typed)), "--yes")
    [row] = ledger_rows([BACK])
    file = write_ledger(tmp_path / "b.xlsx", [[*row, "2023-03-01"]], [*LEDGER, "出院日期"], [])
    run("import", str(file), "--mapping", "ledger", "--yes")
    assert [its["counts"] for its in bills(office)] == [True, False]


def test_records_that_look_alike_are_different_but_a_typed_bill_is_asked_about(
    run: Import, tmp_path: Path, office: Office
) -> None:
    run("import", people(tmp_path), "--yes")
    twin = replace(BILLS[1], claim="S902")
    file = records(tmp_path / "twins.csv", BILLS[1], twin)
    ran = run("import", file, "--mapping", "platform", "--yes", "--json")
    assert counts(ran) == (2, 0, 0, 0, [], [])
    typed = [
        ["证件号码", "医疗机构", "发票号", "日期", "就医类型", "自负金额"],
        [LI, "样例医院", "F1", "2023-04-10", "门急诊", "500.00"],
        [LI, "样例医院", "F2", "2023-04-11", "门急诊", "500.00"],
    ]
    bill_file = str(write_csv(tmp_path / "bills.csv", typed))
    ran = run("import", bill_file, "--yes", code=2)
    assert "row 2: the person has a bill of the same day and amount" in ran.out
    ran = run("import", bill_file, "--yes", "--similar", "另一次就诊", "--json")
    assert counts(ran) == (2, 0, 0, 0, [], [])
    assert [its["similar_answer"] for its in bills(office)] == [None, None, "另一次就诊", None]


def test_bills_by_the_template_may_state_the_parts(
    run: Import, tmp_path: Path, office: Office
) -> None:
    """10,000 − 1,500 out of scope − 500 paid first − 3,000 from the fund = 5,000."""
    run("import", people(tmp_path), "--yes")
    typed = [
        ["证件号码", "医疗机构", "发票号", "日期", "就医类型", "医疗费总额", "政策范围外金额",
         "先行自付金额", "统筹基金支出", "已救助金额"],
        [LI, "样例医院", "F1", "2023-04-10", "住院", "10000", "1500", "500", "3,000.00", "20"],
        [LI, "样例医院", "F1", "2023-04-10", "住院", "10000", "1500", "500", "3,000.00", "20"],
    ]  # fmt: skip
    file = str(write_csv(tmp_path / "bills.csv", typed))
    assert counts(run("import", file, "--yes", "--json")) == (1, 0, 1, 0, [], [])
    [its] = bills(office)
    assert its["self_paid"] == 500_000
    assert its["derivation"][0] == ["total", "", 1_000_000]
    assert its["fields"] == {"already_aided": "20.00"}
    typed[1][5] = "10001"
    other = str(write_csv(tmp_path / "other.csv", typed[:2]))
    assert "says something else" in run("import", other, "--yes", code=2).out


def test_a_folder_and_a_file_of_nothing_known_say_what_to_do(run: Import, tmp_path: Path) -> None:
    assert "mediaid register restore" in run("import", str(tmp_path), code=2).err
    file = write_csv(tmp_path / "x.csv", [["a", "b"], ["1", "2"]])
    assert "mediaid register template" in run("import", str(file), code=2).err
    lacking = write_csv(tmp_path / "y.csv", [[name for name in PLATFORM if name != "hifp_pay"]])
    assert "it lacks hifp_pay" in run("import", str(lacking), code=2).err


def test_an_import_that_is_cancelled_or_overtaken_keeps_nothing(
    office: Office, tmp_path: Path, run: Import
) -> None:
    request = Request(Path(people(tmp_path)))
    plan = try_import(office.register, recognise(office.register, request))

    def stop(doing: str, _done: float) -> None:
        if doing == "writing the audit":
            raise Cancelled

    with pytest.raises(Cancelled):
        take_in(office.register, plan, stop)
    assert counts(run("import", people(tmp_path), "--json")) == (3, 0, 0, 0, [], [])
    write_csv(tmp_path / "one.csv", PEOPLE[:2])
    run("import", str(tmp_path / "one.csv"), "--yes")
    with pytest.raises(Exception, match="was changed since"):
        take_in(office.register, plan)
    with office.register.read() as connection:
        actions = list(connection.scalars(select(audit_event.c.action)))
    assert actions.count("people.import") == 1


def test_what_is_reversed_is_what_was_confirmed(
    ledger: Import, office: Office, tmp_path: Path
) -> None:
    """Between report and answer the refund's own record comes in: then that one is meant."""
    ledger(BILL)
    file = write_ledger(tmp_path / "back.xlsx", ledger_rows([BACK]))
    plan = try_import(office.register, recognise(office.register, Request(file, mapping="ledger")))
    assert plan.report.reversed == 1
    ledger(replace(BILL, claim=BACK.claim, day="2023-04-02"))
    with pytest.raises(RegisterError, match="was changed since"):
        take_in(office.register, plan)
    assert all(its["counts"] for its in bills(office))


def test_templates_hold_what_an_import_reads(run: Import, tmp_path: Path, office: Office) -> None:
    """Filled in between the headings, lists and explanations that they have."""
    filled: dict[str, dict[str, object]] = {
        "people": {
            "证件号码": LI,
            "姓名": "李甲",
            "街镇": "样例镇",
            "救助类别": "低保家庭成员",
            "开始日期": dt.date(2022, 1, 1),
        },
        "bills": {
            "证件号码": LI,
            "证件类型": "居民身份证",
            "医疗机构": "样例医院",
            "发票号": "000123",
            "日期": dt.date(2023, 5, 1),
            "就医类型": "住院",
            "政策范围内自负": 8000.5,
        },
    }
    for kind, cells in filled.items():
        file = tmp_path / f"{kind}.xlsx"
        run("template", kind, str(file))
        assert "exists already" in run("template", kind, str(file), code=2).err
        book = CalamineWorkbook.from_path(file)
        assert book.sheet_names[1:] == ["填表说明", "可选值"]
        headings = [str(its) for its in book.get_sheet_by_index(0).to_python()[0]]
        explained = book.get_sheet_by_name("填表说明").to_python()[1:]
        assert [row[0] for row in explained] == headings
        with zipfile.ZipFile(file) as parts:
            sheet = parts.read("xl/worksheets/sheet1.xml").decode()
            styles = parts.read("xl/styles.xml").decode()
        assert 'sqref="B2:B10001"' in sheet
        formats = re.findall(r'<xf numFmtId="(\d+)"', styles.split("<cellXfs")[1])
        style = re.search(r'<col min="1"[^>]* style="(\d+)"', sheet)
        assert style is not None
        codes = dict(re.findall(r'<numFmt numFmtId="(\d+)" formatCode="([^"]*)"', styles))
        assert codes[formats[int(style[1])]] == "@", "text: a number keeps its digits"
        whole = xlsxwriter.Workbook(tmp_path / f"filled-{kind}.xlsx")
        day = whole.add_format({"num_format": "yyyy-mm-dd"})
        sheets = [whole.add_worksheet(name) for name in book.sheet_names]
        sheets[0].write_row(0, 0, headings)
        for at, heading in enumerate(headings):
            sheets[0].write(1, at, cells.get(heading), day if "日期" in heading else None)
        sheets[1].write(0, 0, "x")
        whole.close()
        ran = run("import", str(tmp_path / f"filled-{kind}.xlsx"), "--yes", "--json")
        assert counts(ran) == (1, 0, 0, 0, [], [])
    [its] = bills(office)
    assert (its["invoice_no"], its["self_paid"]) == ("000123", 800_050)


def test_an_office_keeps_mappings_by_name(run: Import, tmp_path: Path, office: Office) -> None:
    run("import", people(tmp_path), "--yes")
    own = tmp_path / "own.yaml"
    text = (Path(__file__).parents[1] / "mappings" / "ledger.yaml").read_text(encoding="utf-8")
    own.write_text(text.replace("  结算id: [", "  结算id: [流水号, "), encoding="utf-8")
    at = ("--office", "MH")
    assert "kept: town" in run("mapping", "keep", str(own), "--name", "town", *at).out
    assert "kept already" in run("mapping", "keep", str(own), "--name", "town", *at).out
    assert "town: kept by" in run("mapping", "list", *at).out
    assert run("mapping", "show", "town", *at).out == own.read_text(encoding="utf-8")
    headings = ["流水号" if name == "结算id" else name for name in LEDGER]
    file = str(write_ledger(tmp_path / "own.xlsx", headings=headings))
    options = ("--institution", "样例医院", "--yes", "--json")
    refused = run("import", file, *options, "--mapping", "town", "--office", "XZ", code=2)
    assert "there is no mapping town" in refused.err
    assert counts(run("import", file, *options, "--mapping", "town", *at))[0] == 3
    [event] = [
        its
        for its in json.loads(run("audit", "--limit", "1000", "--json").out)
        if its["action"] == "bills.import"
    ]
    assert event["details"]["mapping"] == "town"
    run("mapping", "remove", "town", *at)
    assert "keeps no mapping" in run("mapping", "list", *at).out
    assert "keeps no mapping" in run("mapping", "remove", "town", *at, code=2).err
    own.write_text("mapping: [", encoding="utf-8")
    assert "own.yaml" in run("mapping", "keep", str(own), *at, code=2).err
    assert office.register is not None
    assert "sound" in run("verify").out
