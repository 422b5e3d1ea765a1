"""The shipped scenarios pin the policy: `scenarios coverage` finds no change they let pass.

And the tool itself: gaps made on purpose are found, with a scenario that closes them.
"""

from __future__ import annotations

import itertools
import re
import shutil
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from command import mediaid
from mediaid import load_pack
from mediaid.packs.folder.find import pack_folder
from mediaid.packs.model import Pack
from mediaid.packs.read import read_files
from mediaid.scenarios import runner
from mediaid.scenarios.coverage.nearby import nearby
from mediaid.scenarios.coverage.report import proven
from mediaid.scenarios.coverage.run import Coverage
from mediaid.scenarios.coverage.sites import Change, Same, plain_form, sites
from pack_pages import FOLDER, covered, pages

if TYPE_CHECKING:
    from pathlib import Path

    from mediaid.scenarios.runner import Prepared

MINHANG = "shanghai-minhang"


@cache
def minhang() -> Pack:
    return load_pack(MINHANG)


@cache
def prepared() -> tuple[Prepared, ...]:
    return tuple(runner.load(path) for path in runner.find([runner.shipped() / MINHANG]))


@cache
def found() -> Coverage:
    return covered(minhang())


def test_every_change_of_the_minhang_pack_is_noticed() -> None:
    assert [change.at for change in found().unnoticed] == []
    assert len(found().noticed) > 250


def test_what_changes_nothing_is_listed_with_its_reason() -> None:
    locator = read_files(pack_folder(MINHANG), MINHANG).locator
    lines = list(proven(found(), plain_form(minhang().whole), locator))
    assert (
        "shanghai-minhang/medical-aid.yaml:53:9: medical-aid/rate/2023-01-01/value: "
        "dibao ⇄ orphan: they have the same value"
    ) in lines
    assert any("no cap over outpatient-aid-used is unlimited for anybody" in its for its in lines)


def test_the_pages_of_the_minhang_pack_are_current() -> None:
    for path, text in pages(minhang(), found()):
        assert path.read_text(encoding="utf-8") == text, "run python tools/pack_pages.py"


def test_the_page_puts_a_value_beside_its_document_days_and_scenario() -> None:
    text = (FOLDER / f"{MINHANG}.md").read_text(encoding="utf-8")
    [row] = [its for its in text.splitlines() if its.startswith("| annual cap: low-income")]
    figure, value, days, document, scenario = (cell.strip() for cell in row.split("|")[1:-1])
    assert (figure, value) == ("annual cap: low-income household", "130,000.00 yuan")
    assert days == "2023-01-01 to 2023-12-31; then carried, provisional"
    assert document.startswith("沪医保规[2020]4号, 医疗救助项目说明第六部分第1至5项")
    linked = re.search(r"\]\((.*)#L(\d+)\)", scenario)
    assert linked is not None
    written = (FOLDER / linked[1]).read_text(encoding="utf-8").splitlines()[int(linked[2]) - 1]
    assert written.strip().startswith("- name: ")


def test_every_change_of_the_xihu_pack_is_noticed(capsys: pytest.CaptureFixture[str]) -> None:
    done = mediaid(capsys, "--lang", "en", "scenarios", "coverage", "--pack", "nanchang-xihu")
    assert (done.code, done.out.count("(100%)")) == (0, 1), done.out


def test_the_pages_of_the_xihu_pack_are_current() -> None:
    pack = load_pack("nanchang-xihu")
    for path, text in pages(pack, covered(pack)):
        assert path.read_text(encoding="utf-8") == text, "run python tools/pack_pages.py"


@pytest.fixture
def city(tmp_path: Path) -> Path:
    """A pack of one benefit in a folder of its own."""
    folder = tmp_path / "city"
    folder.mkdir()
    (folder / "pack.yaml").write_text(PACK, encoding="utf-8")
    (folder / "aid.yaml").write_text(AID, encoding="utf-8")
    return folder


PACK = """\
pack: city
schema: 1
label: {zh: 试, en: trial}
codes:
  category: {dibao: {zh: 低保, en: dibao}, none: {zh: 无, en: none}}
  setting: {inpatient: {zh: 住院, en: inpatient}}
  insurance: {resident: {zh: 居民, en: resident}}
benefits: [aid]
sources:
  doc: {number: 试1号, topic: {zh: 试, en: trial}}
"""

AID = """\
benefit: aid
label: {zh: 救助, en: aid}
when: {category: dibao}
parameters:
  rate:
    label: {zh: 比例, en: rate}
    unit: percent
    values:
      - {from: 2023-01-01, cite: {source: doc, at: 一}, value: 90%}
  cap:
    label: {zh: 限额, en: cap}
    unit: yuan
    values:
      - {from: 2023-01-01, cite: {source: doc, at: 二}, value: 1000}
steps:
  - base: {sum: [self_paid]}
  - rate: {of: rate}
  - cap: {at: cap}
"""

FIRST = """\
pack: ./city/
scenarios:
  - name: below the cap
    claim: {date: 2023-01-01, setting: inpatient, category: dibao, insurance: resident,
            self_paid: 100.00}
    expect: {aid: 90.00}
"""


def tried(
    capsys: pytest.CaptureFixture[str], city: Path, scenarios: str
) -> tuple[int, list[str], str]:
    """Exit code, the gaps' heads and the whole output of a trial."""
    path = city.parent / "scenarios.yaml"
    path.write_text(scenarios, encoding="utf-8")
    done = mediaid(capsys, "--lang", "en", "scenarios", "coverage", str(path), "--pack", str(city))
    heads = [line for line in done.out.splitlines() if "no scenario notices" in line]
    return done.code, heads, done.out


def test_gaps_are_named_with_file_and_line(capsys: pytest.CaptureFixture[str], city: Path) -> None:
    code, heads, out = tried(capsys, city, FIRST)
    assert code == 1
    cap = "city/aid.yaml:14:56: aid/cap/2023-01-01/value"
    category = "city/aid.yaml:3:8: aid/when/category"
    steps = "city/aid.yaml:15:1: aid/steps: base, rate, cap"
    unnoticed = "no scenario notices this"
    assert heads == [
        f"{cap}: 1000 → 999.99: {unnoticed}. One that would:",
        f"{cap}: 1000 → 1000.01: {unnoticed}; “gap 1” would",
        f"{category}: {{one_of: [dibao]}} → –: {unnoticed}. One that would:",
        f"{category}/one_of: [dibao] → [dibao, none]: {unnoticed}; “gap 2” would",
        f"{steps} → base, rate: {unnoticed}; “gap 1” would",
        f"{steps} → base, cap, rate: {unnoticed}; “gap 1” would",
    ]
    assert out.splitlines()[-1].startswith("city: 5 of 11 changes are noticed (45.4%)")


def test_the_ready_made_scenarios_close_the_gaps(
    capsys: pytest.CaptureFixture[str], city: Path
) -> None:
    _code, _heads, out = tried(capsys, city, FIRST)
    made = ["  - name" + text.split("\n\n")[0] for text in out.split("  - name")[1:]]
    assert len(made) == 2
    code, heads, out = tried(capsys, city, FIRST + "\n".join(made))
    assert (code, heads) == (0, []), out
    assert "(100%)" in out


def test_scenarios_that_fail_as_the_pack_stands_come_first(
    capsys: pytest.CaptureFixture[str], city: Path
) -> None:
    (city.parent / "s.yaml").write_text(FIRST.replace("90.00}", "91.00}"), encoding="utf-8")
    done = mediaid(
        capsys,
        "--lang",
        "en",
        "scenarios",
        "coverage",
        str(city.parent / "s.yaml"),
        "--pack",
        str(city),
    )
    assert done.code == 1
    assert "s.yaml:3:5: fails with the pack as it stands" in done.err


def test_a_pack_without_scenarios_is_all_gaps(
    capsys: pytest.CaptureFixture[str], city: Path
) -> None:
    other = city.parent / "other"
    shutil.copytree(runner.shipped() / "nanchang-xihu", other)
    done = mediaid(capsys, "--lang", "en", "scenarios", "coverage", str(other), "--pack", str(city))
    assert done.code == 1
    assert done.out.splitlines()[-1].startswith("city: 0 of ")


@pytest.mark.parametrize(
    ("unit", "value", "expected"),
    [
        ("yuan", "130000", [((), "129999.99"), ((), "130000.01")]),
        ("yuan", "0", [((), "0.01")]),
        ("yuan", "unlimited", [((), "1000000.00")]),
        (
            "yuan",
            {"share": "25%", "of": "income"},
            [(("share",), "24.99%"), (("share",), "25.01%")],
        ),
        ("percent", "100%", [((), "99.99%")]),
        ("count", "1", [((), "0"), ((), "2")]),
        (
            "bands",
            [{"above": "0", "rate": "50%"}, {"above": "10000", "rate": "100%"}],
            [
                ((0, "rate"), "49.99%"),
                ((0, "rate"), "50.01%"),
                ((1, "rate"), "99.99%"),
                ((1, "above"), "9999.99"),
                ((1, "above"), "10000.01"),
            ],
        ),
        ("shares", {"city": "1/3", "county": "residual"}, [(("city",), "10003/30000")]),
        (
            "shares",
            {"city": "60%", "county": "40%"},
            [((), {"city": "6001/10000", "county": "3999/10000"})],
        ),
    ],
)
def test_values_a_little_different(unit: str, value: Any, expected: list[Any]) -> None:
    assert list(nearby(unit, value)) == expected


def test_a_list_of_codes_loses_and_gains_each() -> None:
    assert list(nearby("codes", ["a", "b"], ["a", "b", "c"])) == [
        ((), ["b"]),
        ((), ["a"]),
        ((), ["a", "b", "c"]),
    ]


def test_every_place_of_a_pack_is_changed() -> None:
    every = list(sites(plain_form(minhang().whole)))
    changed = {its.at for its in every if isinstance(its, Change)}
    rate = ("benefits", "medical-aid", "parameters", "rate", "values", 0)
    assert {(*rate, "value", code) for code in ("dibao", "special_relief", "low_income")} <= changed
    assert {(*rate, "from"), (*rate, "to"), (*rate, "after")} <= changed
    assert ("benefits", "medical-aid", "steps") in changed
    assert ("benefits", "medical-aid", "pools", "medical-aid-used", "holder") in changed
    assert ("readings", "cap-holder", "alternatives", "household", "changes") in changed
    assert any(isinstance(its, Same) and its.codes == ("dibao", "orphan") for its in every)


def test_every_reading_has_scenarios_for_default_and_alternatives() -> None:
    chosen = {
        (name, choice.partition(":")[0])
        for its in prepared()
        for scenario in its.scenarios
        for name, choice in scenario.case.readings.items()
    }
    readings = minhang().model.readings
    wanted = {
        (name, choice)
        for name, reading in readings.items()
        for choice in (reading.default.id, *reading.alternatives)
    }
    assert wanted == chosen


def test_every_category_stands_with_every_setting_and_insurance() -> None:
    codes = minhang().codes
    labels = {
        name: {str(label.zh): code for code, label in its.items()} for name, its in codes.items()
    }
    seen = {
        tuple(
            labels[name].get(row.fields.get(name, ""), row.fields.get(name, ""))
            for name in ("category", "setting", "insurance")
        )
        for its in prepared()
        for scenario in its.scenarios
        for row in scenario.rows
        if row.expected is not None
    }
    wanted = set(itertools.product(codes["category"], codes["setting"], codes["insurance"]))
    assert wanted - seen == set()


def test_enrolment_standards_are_pinned_figure_by_figure() -> None:
    every = list(sites(plain_form(load_pack("nanchang-xihu").whole)))
    changed = {its.at[2:] for its in every if its.at[0] == "enrolment"}
    value = ("residents", "values", 0, "value")
    assert {
        ("residents", "insurance"),
        ("residents", "values", 0, "from"),
        (*value, "headcount", "amount"),
        (*value, "headcount", "stated", 1, "sign"),
        (*value, "collection", "unit"),
    } <= changed


def test_a_misspelt_standard_of_a_scenario_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (runner.shipped() / "nanchang-xihu" / "enrolment.yaml").read_text(encoding="utf-8")
    path = tmp_path / "enrolment.yaml"
    path.write_text(
        text.replace('">/>= 183690 person"', "183690").replace("fiscal:", "fiscall:"),
        encoding="utf-8",
    )
    done = mediaid(capsys, "--lang", "en", "scenarios", "run", str(path))
    assert done.code == 2
    assert "enrolment.yaml:14:9: 183690 is no standard: write signs, amount and unit" in done.err
    assert "Did you mean fiscal?" in done.err
    path.write_text(text.replace("310 yuan", "311 yuan"), encoding="utf-8")
    done = mediaid(capsys, "--lang", "en", "scenarios", "run", str(path))
    assert done.code == 1
    assert ">=/>= 311 yuan" in done.out
