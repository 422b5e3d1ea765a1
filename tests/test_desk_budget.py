"""The budget as its screens ask for it: what is typed, what it comes to, what is wrong where."""

from __future__ import annotations

import datetime as dt
import json
from fractions import Fraction
from pathlib import Path

import pytest

from budget_support import book, minhang, rows, write
from command import mediaid
from mediaid.budget.reconcile.findings import reconcile
from mediaid.desk.budget.forecast import ForecastSheet, run
from mediaid.desk.budget.funding import Funded, FundingSheet
from mediaid.desk.budget.funding_tables import SHOWN
from mediaid.desk.budget.reconciliation import reconciled
from mediaid.desk.tables import Money, Table, Unit
from mediaid.faults import MediaidError
from mediaid.money import parse_yuan

TERMS = {"cut_off": "2023-08-31", "simulated": "400", "seed": "7"}


@pytest.fixture
def sheet() -> FundingSheet:
    return FundingSheet.of("shanghai-minhang", {})


def table(found: Funded) -> Table:
    """The first table of what was worked out without a fault."""
    assert not found.problems
    return found.tables[0]


def amounts(its: Table) -> dict[str, list[int]]:
    """Each row's amounts in 分, by its first cell."""
    return {
        str(row.cells[0]): [cell.fen for cell in row.cells if isinstance(cell, Money)]
        for row in its.rows
    }


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, dict[str, str]]:
    """What the command says each payer gives."""
    ran = mediaid(capsys, "budget", "funding", "--json", *arguments)
    assert ran.code == 0, ran.err
    found: dict[str, dict[str, str]] = json.loads(ran.out)["years"][0]["fundings"][0]["payers"]
    return found


# --- funding --------------------------------------------------------------------------------------


def test_the_published_headcounts_are_what_it_begins_with(
    sheet: FundingSheet, capsys: pytest.CaptureFixture[str]
) -> None:
    found = sheet.work_out()
    shown = amounts(table(found))
    for payer, says in asked(capsys).items():
        label = {
            "city": "city",
            "district": "district",
            "town": "towns and industrial zones",
            "participants": "the participants' own contribution",
        }[payer]
        assert shown[label][0] == parse_yuan(says["total"])
    assert shown["all payers"][0] == 11_296_453_000
    warnings = [note.text for note in found.notes if note.look == "warn"]
    assert warnings[0].startswith("2023: [provisional]")
    assert any("sha256:" in note.text for note in found.notes)


def test_every_way_to_look_at_it_comes_to_the_same_total(sheet: FundingSheet) -> None:
    sheet.type((2, "place"), "七宝镇")
    sheet.type((2, "area"), "town")
    sheet.type((2, "headcount"), "７,７７７")
    whole = amounts(table(sheet.work_out()))["payers and participants"][0]
    for shown in ("places", "quarters", "months"):
        *parts, total = amounts(table(sheet.work_out(shown))).values()
        assert total[-1] == whole
        assert [sum(column) for column in zip(*parts, strict=True)] == total
    assert "七宝镇" in amounts(table(sheet.work_out("places")))


def test_tables_in_ten_thousands_add_up_as_they_are_shown(sheet: FundingSheet) -> None:
    for shown in SHOWN:
        its = table(sheet.work_out(shown, Unit.wan))
        columns = zip(*amounts_shown(its), strict=True)
        if shown == "payers":
            for city, district, town, fiscal, own, whole in columns:
                assert (city + district + town, fiscal + own) == (fiscal, whole)
        else:
            for *parts, total in columns:
                assert sum(parts) == total
        for row in amounts_shown(its):
            total, *parts = row if shown == "payers" else reversed(row)
            assert sum(parts) == total


def amounts_shown(its: Table) -> list[list[int]]:
    """Each row's amounts in hundredths of 万元, as they read."""
    return [
        [parse_yuan(cell.text(Unit.wan).replace(",", "")) for cell in row.cells
         if isinstance(cell, Money)]
        for row in its.rows
    ]  # fmt: skip


def test_a_row_is_added_below_the_last_and_can_be_removed(sheet: FundingSheet) -> None:
    assert len(sheet.rows) == 3
    assert sheet.type((2, "headcount"), "5")
    assert sheet.source == ""
    assert len(sheet.rows) == 4
    found = sheet.work_out()
    assert set(found.problems) == {(2, "area")}
    sheet.remove(2)
    sheet.remove(2)  # the blank one stays
    assert len(sheet.rows) == 3
    assert not sheet.work_out().problems


@pytest.mark.parametrize(
    ("at", "text", "says"),
    [
        ((0, "headcount"), "-3", "negative"),
        ((0, "headcount"), "1.5", "whole number"),
        ((0, "area"), "州", "is not an area"),
        ((1, "place"), "镇（工业区）", ""),
        ((None, "years"), "2023-2019", "lies between"),
        ((None, "years"), "明年", "write a year"),
        ((None, "headcount/town"), "2", "percent sign"),
        ((None, "standards/medical"), "-1", "negative"),
        ((None, "standard/care"), "200%", "at most 100%"),
    ],
)
def test_what_is_wrong_stands_at_its_field(
    sheet: FundingSheet, at: tuple[int | None, str], text: str, says: str
) -> None:
    sheet.type(at, text)
    problems = sheet.work_out().problems
    if says:
        assert set(problems) == {at}
        assert says in problems[at]
    else:
        assert not problems  # the same name in another area is another place


def test_a_place_that_stands_twice_is_named_by_its_row(sheet: FundingSheet) -> None:
    for name in ("place", "area", "headcount"):
        sheet.type((2, name), sheet.text((0, name)))
    assert "row 1" in sheet.work_out().problems[2, "place"]


def test_assumptions_are_those_of_a_file(
    sheet: FundingSheet, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    sheet.texts |= {
        "years": "2025",
        "headcount/town": "2.5%",
        "standards/medical": "2,800",
        "standard/care": "3%",
    }
    path = tmp_path / "assumed.yaml"
    path.write_text(
        """\
assumptions: plan
label: {zh: 测算, en: plan}
scenarios:
  base:
    label: {zh: 基准, en: base}
    headcount: {town: 2.5%}
    standards: {2025: {medical: 2800}}
    standard: {care: 3%}
""",
        encoding="utf-8",
    )
    says = asked(capsys, "--year", "2025", "--assumptions", str(path))
    found = sheet.work_out()
    assert amounts(table(found))["city"][0] == parse_yuan(says["city"]["total"])
    assert any("[assumed]" in note.text for note in found.notes)


def test_headcounts_come_from_a_file_and_a_bad_file_changes_nothing(
    sheet: FundingSheet, tmp_path: Path
) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text("单位,户籍地区,人数,年度\n七宝,镇（工业区）,10,2023\n", encoding="utf-8")
    bad.write_text("单位,户籍地区,人数\n七宝,州,-1\n", encoding="utf-8")
    sheet.read_file(good)
    assert sheet.rows[0]["year"] == "2023"
    assert amounts(table(sheet.work_out("places")))["七宝"]
    with pytest.raises(MediaidError) as refusal:
        sheet.read_file(bad)
    assert len(refusal.value.faults) == 2
    assert sheet.rows[0]["place"] == "七宝"


def test_a_pack_without_headcounts_shows_work_funds_and_enrolment() -> None:
    sheet = FundingSheet.of("nanchang-xihu", {})
    assert sheet.columns == ()
    found = sheet.work_out()
    assert amounts(found.tables[0])["total"] == [150_000_000]
    assert any("cannot be computed" in note.text for note in found.notes)
    sheet.texts["base/employees"] = "90,000"
    sheet.texts["insured"] = "１００"
    found = sheet.work_out()
    assert not any("城镇职工基本" in note.text for note in found.notes)
    sheet.texts["insured"] = "many"
    assert "whole number" in sheet.work_out().problems[None, "insured"]


def test_published_figures_come_back(sheet: FundingSheet) -> None:
    sheet.type((0, "headcount"), "1")
    sheet.texts["headcount/town"] = "5%"
    sheet.begin()
    assert amounts(table(sheet.work_out()))["all payers"][0] == 11_296_453_000


# --- the forecast ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def claims(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("claims")
    every = rows(book(), minhang())
    for year in ("2021", "2022", "2023"):
        write(folder / f"claims-{year}.csv", [row for row in every if row[2].startswith(year)])
    (folder / "notes.txt").write_text("no claims", encoding="utf-8")
    return folder


def test_a_forecast_is_that_of_the_command(
    claims: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet = ForecastSheet("shanghai-minhang", {}, texts=dict(TERMS))
    assert sheet.add(claims) == 3
    assert sheet.add(claims) == 0
    job, problems = sheet.job()
    assert problems == {}
    assert job is not None
    told: list[float] = []
    found = run(job, lambda _doing, done: told.append(done))
    assert told == sorted(told)
    assert told[-1] == 1
    options = ["--cut-off", "2023-08-31", "--simulate", "400", "--seed", "7", "--drivers"]
    ran = mediaid(capsys, "budget", "forecast", *map(str, sheet.files), *options, "--json")
    assert ran.code == 0, ran.err
    says = json.loads(ran.out)
    shown = amounts(found.tables[0])
    assert shown["central"] == [parse_yuan(says["central"])]
    assert [fen for name, (fen,) in shown.items() if name != "central"] == [
        parse_yuan(yuan) for yuan in says["quantiles"].values()
    ]
    steps = amounts(found.tables[1])
    assert [fen for fen, in steps.values()] == [
        *(parse_yuan(yuan) for yuan in says["steps"].values()), parse_yuan(says["central"]),
    ]  # fmt: skip
    moved = amounts(found.tables[2])
    assert [fen for fen, _difference in moved.values()] == [
        parse_yuan(yuan) for yuan in says["drivers"].values()
    ]
    towns = next(its for its in found.tables if its.title == "By town")
    *parts, total = amounts(towns).values()
    assert [sum(column) for column in zip(*parts, strict=True)] == total
    assert found.warnings[0].text.startswith("Beware: ")
    assert any("seed 7" in note.text for note in found.notes)
    assert any("sha256:" in note.text for note in found.notes)


def test_what_is_typed_for_a_forecast_is_read_and_refused() -> None:
    sheet = ForecastSheet("shanghai-minhang", {}, [Path("a.csv")])
    sheet.texts |= {"cut_off": "2023。8。31", "price_growth": "４%", "year": "", "policy_year": ""}
    job, problems = sheet.job()
    assert problems == {}
    assert job is not None
    assert (job.terms.cut_off, job.terms.year) == (dt.date(2023, 8, 31), 2023)
    assert job.terms.price_growth == Fraction(4, 100)
    assert job.terms.policy_year is None
    sheet.texts |= {
        "cut_off": "", "year": "33", "price_growth": "4", "simulated": "5", "seed": "-1",
    }  # fmt: skip
    sheet.files = []
    job, problems = sheet.job()
    assert job is None
    assert set(problems) == {"cut_off", "year", "price_growth", "simulated", "seed", "files"}


def test_a_folder_without_claims_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MediaidError, match="holds no file"):
        ForecastSheet("shanghai-minhang", {}).add(tmp_path)


def test_files_that_cannot_be_read_are_refused_as_by_the_command(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("claim_id,person_id\n1,2\n", encoding="utf-8")
    sheet = ForecastSheet("shanghai-minhang", {}, [path], dict(TERMS))
    job, _problems = sheet.job()
    assert job is not None
    with pytest.raises(MediaidError, match=r"bad\.csv"):
        run(job, lambda _doing, _done: None)


# --- the reconciliation ---------------------------------------------------------------------------


@pytest.mark.parametrize("pack", ["shanghai-minhang", "nanchang-xihu"])
def test_every_difference_is_listed_with_its_size(pack: str) -> None:
    from mediaid.packs.load import load_pack  # noqa: PLC0415

    result = reconcile(load_pack(pack))
    found = reconciled(pack, {})
    assert len(found.found) == len(result.findings) + len(result.in_words)
    assert not any(its.surprise for its in found.found)
    if pack == "shanghai-minhang":
        assert "447 comparisons: 438 agree, 9 differ" in found.summary
        assert found.found[0].kind == "? unexplained"
        assert found.found[0].size == "12,972,742.00 yuan"
        assert any("no whole headcount" in line for line in found.found[0].details)


def test_units_of_cells() -> None:
    assert Unit.yuan.other is Unit.wan
    assert Unit.wan.other is Unit.yuan
    assert Money(11_296_453_000).text(Unit.wan) == "11,296.45"
