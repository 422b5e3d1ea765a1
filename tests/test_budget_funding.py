"""`mediaid budget funding`: the documents' figures, place by place, month by month."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from command import Ran, mediaid
from mediaid.budget.funding.assumptions import parse_growth, read_assumptions
from mediaid.budget.funding.headcounts import Headcounts, Place
from mediaid.budget.funding.years import Given, budget_years, document_year
from mediaid.faults import MediaidError, visible_path
from mediaid.packs.load import load_pack

MINHANG, XIHU = load_pack("shanghai-minhang"), load_pack("nanchang-xihu")
PROVISIONAL = ["mutual-aid/standard", "mutual-aid/contribution", "mutual-aid/shares"]


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    ran = mediaid(capsys, "budget", "funding", "--json", "--lang", "en", *arguments)
    assert (ran.code, ran.err) == (0, "")
    return json.loads(ran.out)


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    ran: Ran = mediaid(capsys, "budget", "funding", "--lang", "en", *arguments)
    assert (ran.code, ran.out) == (2, "")
    return ran.err


def totals(of: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    return {
        payer: (its["total"], its["medical"], its["care"]) for payer, its in of["payers"].items()
    }


def write(path: Path, *lines: str) -> str:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


# ── the documents ─────────────────────────────────────────────────────────────────────────────


def test_the_published_headcounts_give_the_figures_of_the_document(
    capsys: pytest.CaptureFixture[str],
) -> None:
    data = asked(capsys)
    (year,) = data["years"]
    (need,) = year["fundings"]
    assert (year["year"], year["scenario"], need["headcount"]) == (2023, None, 36_323)
    assert totals(need) == {
        "city": ("56482265.00", "47401515.00", "9080750.00"),
        "district": ("33848462.50", "28406587.50", "5441875.00"),
        "town": ("22633802.50", "18994927.50", "3638875.00"),
        "participants": ("4721990.00", "4721990.00", "0.00"),
    }
    assert (need["fiscal"], need["gross"]) == ("112964530.00", "117686520.00")
    assert need["provisional"] == PROVISIONAL
    assert data["hash"] == MINHANG.hash
    assert [place["headcount"] for place in need["places"]] == [29_111, 7_212]


def test_the_standard_of_2022_is_not_provisional(capsys: pytest.CaptureFixture[str]) -> None:
    (year,) = asked(capsys, "--year", "2022")["years"]
    assert year["fundings"][0]["provisional"] == []


def test_work_funds_and_enrolment_of_xihu(capsys: pytest.CaptureFixture[str]) -> None:
    (year,) = asked(capsys, "--pack", "nanchang-xihu")["years"]
    assert year["year"] == 2022
    assert [line["amount"] for line in year["work_funds"]["lines"]] == [
        "360000.00", "550000.00", "200000.00", "100000.00", "140000.00", "150000.00",
    ]  # fmt: skip
    assert [line["lump_sum"] for line in year["work_funds"]["lines"]] == [False] * 2 + [True] * 4
    assert year["work_funds"]["total"] == "1500000.00"
    residents, employees, supplement = year["enrolment"]
    assert residents["parts"]["individual"]["amount"] == "56943900.00"  # 183,690 × 310
    assert residents["parts"]["fiscal"]["amount"] == "106540200.00"  # 183,690 × 580
    assert residents["total"] == "163484100.00"
    assert residents["unexplained"] == "-15444100.00"  # 14,804 万 less 16,348.41 万
    assert (employees["total"], employees["unexplained"]) == (None, None)
    assert supplement["parts"]["individual"]["amount"] == "0.00"


def test_a_contribution_base_is_the_users(capsys: pytest.CaptureFixture[str]) -> None:
    (year,) = asked(capsys, "--pack", "nanchang-xihu", "--base", "employees=50000.05")["years"]
    parts = year["enrolment"][1]["parts"]
    # 23,099 × 50,000.05 × 2% = 23,099,023.099 and × 6.8% = 78,536,678.5366
    assert parts["individual"]["amount"] == "23099023.10"
    assert parts["employer"]["amount"] == "78536678.54"


def test_insured_persons_enter_work_funds_and_residents_alone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    (year,) = asked(capsys, "--pack", "nanchang-xihu", "--insured", "190001")["years"]
    amounts = [line["amount"] for line in year["work_funds"]["lines"]]
    assert amounts[:3] == ["380000.00", "570000.00", "200000.00"]
    assert [line["assumed"] for line in year["work_funds"]["lines"]][:3] == [True, True, False]
    assert [its["headcount"] for its in year["enrolment"]] == [190_001, 23_099, 5_160]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_text_shows_what_the_data_holds(lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    ran = mediaid(
        capsys, "budget", "funding", "--lang", lang,
        "--by", "places", "--by", "months", "--by", "quarters",
    )  # fmt: skip
    assert ran.code == 0
    for amount in ("56,482,265.00", "33,848,462.50", "22,633,802.50", "117,686,520.00"):
        assert amount in ran.out
    share = {"zh": "互助帮困 · 各级财政分担比例", "en": "· shares of the levels of government"}
    assert share[lang] in ran.out
    assert "mutual-aid/" not in ran.out
    assert len(ran.out.splitlines()) > 30


# ── places, months, years ─────────────────────────────────────────────────────────────────────

PLACES = st.lists(
    st.tuples(st.sampled_from(["town", "street"]), st.integers(0, 10**6)), min_size=1, max_size=8
)


@given(places=PLACES)
def test_places_months_and_payers_add_up(places: list[tuple[str, int]]) -> None:
    counts: dict[tuple[Place, int | None], int] = {
        (Place(f"P{i}", area), None): count for i, (area, count) in enumerate(places)
    }
    (year,) = budget_years(MINHANG, [2023], Given(headcounts=Headcounts(counts, "test")))
    (table,) = year.fundings
    heads = sum(count for _area, count in places)
    assert table.total() == heads * 3_240_00
    assert table.fiscal() == heads * 3_110_00
    for payer in (None, *table.payers):
        whole = table.total(payer)
        assert sum(table.by_month(payer)) == sum(table.by_quarter(payer)) == whole
        assert sum(table.total(payer, place=place) for place in table.headcounts) == whole
        months = [table.by_month(payer, place) for place in table.headcounts]
        assert [sum(month) for month in zip(*months, strict=True)] == table.by_month(payer)
    for place, count in table.headcounts.items():
        in_months = table.by_month(place=place)
        assert max(in_months) - min(in_months) <= len(table.rows)
        assert table.total(place=place) == count * 3_240_00


def test_towns_and_streets_from_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(
        tmp_path / "heads.csv",
        "单位,户籍地区,人数",
        "莘庄镇,镇（工业区）,20000",
        "=CMD(),town,９１１１",
        "江川路街道,street,7212",
        ",,",
    )
    (year,) = asked(capsys, "--headcounts", path)["years"]
    (need,) = year["fundings"]
    assert need["gross"] == "117686520.00"
    assert [(place["place"], place["headcount"]) for place in need["places"]] == [
        ("莘庄镇", 20_000), ("=CMD()", 9_111), ("江川路街道", 7_212),
    ]  # fmt: skip
    assert need["places"][2]["payers"]["town"]["total"] == "0.00"
    assert sum(Fraction(place["gross"]) for place in need["places"]) == Fraction(need["gross"])


def test_years_of_the_file_and_growth_of_a_scenario(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    heads = write(
        tmp_path / "heads.csv",
        "place,area,year,headcount",
        "A,town,2023,1000",
        "A,town,2024,1100",
        "B,street,2023,500",
    )
    plan = write(
        tmp_path / "plan.yaml",
        "assumptions: plan",
        "label: {zh: 计划, en: plan}",
        "scenarios:",
        "  base: {label: {zh: 基准, en: base}}",
        "  more:",
        "    label: {zh: 增长, en: more}",
        "    headcount: {town: 2.5%, street: -1%}",
        "    standard: {medical: 1%}",
        "    standards: {2025: {medical: 2800}}",
    )
    data = asked(capsys, "--headcounts", heads, "--assumptions", plan, "--year", "2023-2026")
    found = {(its["scenario"], its["year"]): its["fundings"][0] for its in data["years"]}
    assert list(found) == [(name, y) for name in ("base", "more") for y in range(2023, 2027)]
    heads_of = {key: [p["headcount"] for p in its["places"]] for key, its in found.items()}
    assert [heads_of["base", y] for y in range(2023, 2027)] == [[1000, 500]] + [[1100, 500]] * 3
    # 1,100 × 1.025 = 1,127.5 and × 1.025² = 1,155.6875; 500 × 0.99, 0.99² = 490.05, 0.99³
    assert [heads_of["more", y] for y in range(2023, 2027)] == [
        [1000, 500], [1100, 495], [1128, 490], [1156, 485],
    ]  # fmt: skip
    # 2,740 × 1.01 = 2,767.4 → 2,767; 2025: 2,800 as stated; then × 1.01 = 2,828
    standard = {2023: 3_240, 2024: 3_267, 2025: 3_300, 2026: 3_328}
    for year, yuan in standard.items():
        count = sum(heads_of["more", year])
        assert found["more", year]["gross"] == f"{count * yuan}.00"
    assert found["more", 2026]["assumed"] == [
        "mutual-aid/standard/medical", "headcount/town", "headcount/street",
    ]  # fmt: skip
    assert found["base", 2026]["assumed"] == []
    assert found["base", 2026]["provisional"] == PROVISIONAL


def test_insured_persons_grow(tmp_path: Path) -> None:
    plan = tmp_path / "plan.yaml"
    write(
        plan,
        "assumptions: plan",
        "label: {zh: 计划, en: plan}",
        "scenarios: {more: {label: {zh: 多, en: more}, insured: 10%}}",
    )
    scenarios = read_assumptions(plan, {})
    one, two = budget_years(XIHU, [2022, 2023], scenarios=scenarios)
    assert [line.headcount for line in one.work_funds[:2]] == [184_700] * 2
    assert [line.amount for line in two.work_funds[:2]] == [400_000_00, 600_000_00]  # 203,170
    assert two.revenues[0].headcount == 202_059


@given(st.integers(-9999, 10000))
def test_growth_is_exact(basis_points: int) -> None:
    sign = "-" if basis_points < 0 else ""
    text = f"{sign}{abs(basis_points) // 100}.{abs(basis_points) % 100:02d}%"
    assert parse_growth(text) == Fraction(basis_points, 10_000)


# ── refusals ──────────────────────────────────────────────────────────────────────────────────


def test_every_bad_headcount_is_named_with_its_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(
        tmp_path / "heads.csv",
        "place,area,headcount",
        "A,twon,5",
        "B,town,-1",
        "C,street,1.5",
        "D,town,",
        "E,town,1",
        "E,town,2",
        "F\x1b[31m,合计,7",
        "G,town,99999999999",
    )
    said = refused(capsys, "--headcounts", path)
    assert "\x1b" not in said
    lines = [line.removeprefix(f"{visible_path(path)}, ") for line in said.splitlines()]
    assert [line.split(":")[0] for line in lines] == [
        "row 2, area 户籍地区",
        "row 3, headcount 人数",
        "row 4, headcount 人数",
        "row 5, headcount 人数",
        "row 7, place 单位",
        "row 8, area 户籍地区",
        "row 9, headcount 人数",
    ]
    assert "Did you mean town?" in lines[0]
    assert "-1 is negative" in lines[1]
    assert "E stands in row 6 already" in lines[4]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["place,headcount", "A,1"], "row 1, area 户籍地区: the column is missing"),
        (["area,headcount,人数", "town,1,1"], "the column stands twice"),
        (["area,persons", "town,1"], "persons: is not known. A headcount file has"),
        (["area,headcount"], "holds no headcounts"),
        (["area,headcount,year", "town,1,23"], "23 is not a year: write it as 2024"),
        (["area,headcount,year", "town,1,2025"], "has no headcount of 2023 or before"),
        (["area,headcount", "town,1,7"], "row 2: "),
    ],
)
def test_bad_headcount_files(
    lines: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path / "heads.csv", *lines)
    assert message in refused(capsys, "--headcounts", path)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--year", "2021"], "mutual-aid/standard has no value on 2021-01-01"),
        (["--year", "23"], "write a year such as 2024, or 2024-2026"),
        (["--year", "2023-2022"], "the last year lies between 2023 and 2052"),
        (["--base", "employees=1"], "the pack has no insurance employees"),
        (["--base", "employees"], "write it as INSURANCE=YUAN"),
        (["--pack", "nanchang-xihu", "--base", "employes=1"], "Did you mean employees?"),
        (["--pack", "nanchang-xihu", "--base", "employees=1,000"], "thousands separators"),
        (["--headcounts", "no-such.csv"], "no-such.csv: does not exist"),
        (["--pack", "nanchang-xihu", "--headcounts", "x.csv"], "has no one funding by headcount"),
    ],
)
def test_bad_options(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert message in refused(capsys, *arguments)


@pytest.mark.parametrize(
    ("line", "place", "message"),
    [
        ("headcount: {towns: 2%}", "6:17", "Did you mean town?"),
        ("headcount: {town: 2}", "6:17", "2 is not a rate"),
        ("headcount: {town: 250%}", "6:17", "250% is no growth of a year"),
        ("headcount: {town: -100%}", "6:17", "-100% is no growth of a year"),
        ("standards: {24: {medical: 2740}}", "6:17", "24 is not a year"),
        ("standards: {2024: {medical: -1}}", "6:24", "is negative"),
        ("standart: {medical: 1%}", "6:5", "Did you mean standard?"),
    ],
)
def test_bad_assumptions(line: str, place: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    write(
        path,
        "assumptions: plan",
        "label: {zh: 计划, en: plan}",
        "scenarios:",
        "  more:",
        "    label: {zh: 多, en: more}",
        f"    {line}",
    )
    with pytest.raises(MediaidError) as caught:
        read_assumptions(path, dict(MINHANG.funding))
    (fault,) = caught.value.faults
    assert fault.where.endswith(f"plan.yaml:{place}")
    assert message in fault.message


def test_a_standard_below_the_contribution_is_refused(tmp_path: Path) -> None:
    plan = tmp_path / "plan.yaml"
    write(
        plan,
        "assumptions: plan",
        "label: {zh: 计划, en: plan}",
        "scenarios: {less: {label: {zh: 少, en: less}, standards: {2024: {medical: 100}}}}",
    )
    scenarios = read_assumptions(plan, dict(MINHANG.funding))
    with pytest.raises(MediaidError, match="2024: the assumed standard of medical is below"):
        budget_years(MINHANG, [2023, 2024], scenarios=scenarios)


def test_the_year_of_the_document() -> None:
    assert (document_year(MINHANG), document_year(XIHU)) == (2023, 2022)
