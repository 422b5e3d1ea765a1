"""Reading scenario files: what a policy officer may write, and what every mistake is told as."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediaid import yamlsource
from mediaid.faults import ScenarioError
from mediaid.scenarios.model import UNLIMITED, FundingCase, OneClaim, RefusedClaim, WorkFundsCase
from mediaid.scenarios.reading import parse, read

if TYPE_CHECKING:
    from mediaid.scenarios.model import ScenarioFile

CLAIM = "{date: 2023-05-01, setting: 住院, category: dibao, insurance: resident, self_paid: 8000}"


def file_of(text: str) -> ScenarioFile:
    return parse(yamlsource.loads(dedent(text), "f.yaml"), Path("f.yaml"))


def faults_of(text: str) -> list[str]:
    try:
        return [str(fault) for fault in file_of(text).faults]
    except ScenarioError as error:
        return [str(fault) for fault in error.faults]


def one(body: str) -> str:
    """A file with one scenario; `body` holds its keys, a line each."""
    return "pack: p\nscenarios:\n  - name: x\n" + "".join(
        f"    {line}\n" for line in body.splitlines()
    )


def test_the_short_form_is_the_aid() -> None:
    file = file_of(one(f"claim: {CLAIM}\nexpect: {{medical-aid: 7200.00}}"))
    [scenario] = file.scenarios
    [row] = scenario.rows
    assert isinstance(scenario.case, OneClaim)
    assert row.expected is not None
    assert row.expected["medical-aid"].aid == 720000
    assert row.expected["medical-aid"].base is None
    assert (scenario.where, scenario.line) == ("f.yaml:3:5", 3)


def test_the_long_form_is_parsed_by_meaning() -> None:
    file = file_of(
        one(
            f"claim: {CLAIM}\n"
            "expect:\n"
            "  medical-aid: {base: ８０００, rate: 90.0%, aid: 7200, cap_left: none,\n"
            "                provisional: medical-aid/rate, cite: 沪医保规号}\n"
            "  other: {why_not: category}"
        )
    )
    expected = file.scenarios[0].rows[0].expected
    assert expected is not None
    long = expected["medical-aid"]
    assert (long.base, long.rate, long.aid, long.cap_left) == (800000, "90%", 720000, UNLIMITED)
    assert (long.provisional, long.cite) == (("medical-aid/rate",), ("沪医保规号",))
    assert (expected["other"].aid, expected["other"].why_not) == (0, "category")


def test_ids_are_filled_in_so_that_they_sort_as_written() -> None:
    history = "".join(f"  - {CLAIM}\n" for _ in range(10))
    file = file_of(one(f"history:\n{history}claim: {CLAIM}\nexpect: {{}}"))
    ids = [row.claim_id for row in file.scenarios[0].rows]
    assert ids == sorted(ids)
    assert (ids[0], ids[-1]) == ("001", "011")
    assert {row.fields["person_id"] for row in file.scenarios[0].rows} == {"P1"}
    assert [row.expected is None for row in file.scenarios[0].rows] == [True] * 10 + [False]


def test_chinese_headings_serve_as_field_names() -> None:
    file = file_of(
        one("claim: {单据号: A, 人员编号: 甲, 日期: 2023-05-01, 自负金额: 1}\nexpect: {}")
    )
    row = file.scenarios[0].rows[0]
    assert row.fields == {
        "claim_id": "A",
        "person_id": "甲",
        "date": "2023-05-01",
        "self_paid": "1",
    }
    assert row.written["date"] == "日期"


def test_a_field_given_under_both_names_is_a_fault() -> None:
    [fault] = faults_of(one("claim: {日期: 2023-05-01, date: 2023-05-02}\nexpect: {}"))
    assert fault == "f.yaml:4:29: date and 日期 are the same field: keep one"


def test_expectations_of_several_claims_stand_inside_or_below() -> None:
    text = (
        f"claims:\n  - {{claim_id: A, {CLAIM[1:-1]}, expect: {{x: 1}}}}\n"
        f"  - {{claim_id: B, {CLAIM[1:-1]}}}\n"
        "expect:\n  B: {y: 2}"
    )
    file = file_of(one(text))
    inside, below = file.scenarios[0].rows
    assert inside.expected is not None
    assert below.expected is not None
    assert (inside.expected["x"].aid, below.expected["y"].aid) == (100, 200)
    assert file.source.where((*below.expected_at, "y")) == "f.yaml:8:11"


def test_the_other_kinds_are_told_by_their_keys() -> None:
    file = file_of(f"""
        pack: p
        scenarios:
          - name: refused
            claim: {CLAIM}
            expect_error: {{field: date, contains: "2022"}}
          - name: funding
            funding: mutual-aid
            year: 2023
            headcount: {{town: 29111, street: 7212}}
            expect: {{city: {{total: 56482265.00, care: 9080750.00}}}}
          - name: work funds
            work_funds: 2022
            expect: {{lump: 200000.00}}
            total: 200000.00
        """)
    refused, funding, work_funds = (scenario.case for scenario in file.scenarios)
    assert isinstance(refused, RefusedClaim)
    assert refused.expect_error.contains == ("2022",)
    assert isinstance(funding, FundingCase)
    assert funding.headcount == {"town": 29111, "street": 7212}
    assert funding.expect is not None
    assert (funding.expect["city"].total, funding.expect["city"].components) == (
        5648226500,
        {"care": 908075000},
    )
    assert isinstance(work_funds, WorkFundsCase)
    assert (work_funds.work_funds, work_funds.expect) == (2022, {"lump": 20000000})


def test_every_mistake_of_a_file_is_told_at_its_place() -> None:
    assert faults_of("""\
        pack: p
        aboutt: x
        scenarios:
          - name: a
            clam: {}
          - name: b
            claim: {self_paid: 1}
            expect: {x: {aid: 1, capleft: 2}}
            nots: hello
          - name: c
            claim: {self_paid: 1}
            expect: {x: "8,000", y: {aid: 1.234}, z: {rate: 0.7, aid: 1}}
          - name: d
            claims: [{self_paid: 1, expect: {}}, {self_paid: 2}]
          - just a text
        """) == [
        "f.yaml:2:1: unknown key aboutt. Did you mean about? Known: pack, about, scenarios",
        "f.yaml:4:5: a scenario needs one of the keys claim, claims, expect_error, enrolment, "
        "work_funds, funding",
        "f.yaml:8:26: unknown key capleft. Did you mean cap_left? Known: aid, base, deducted, "
        "rate, uncapped, payable, overpaid, cap_left, bound_by, provisional, payers, cite, why_not",
        "f.yaml:9:5: unknown key nots. Did you mean note? Known: name, note, cite, readings, "
        "overlay, history, claim, expect",
        "f.yaml:12:14: 8,000 has thousands separators: write 8000",
        "f.yaml:12:30: 1.234 has more than two decimals: write whole 分, at most two decimals",
        "f.yaml:12:47: 0.7 is not a rate: write it with a percent sign and at most four "
        "decimals, such as 70% or 6.8%",
        "f.yaml:14:42: claim 002 has no expect: write expect: {} if nothing is paid",
        "f.yaml:15:5: a scenario is a list of keys, such as name",
    ]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (f"claim: {CLAIM}", "4:5: claim 001 has no expect: write expect: {} if nothing is paid"),
        (
            f"claim: {CLAIM}\nexpect: {{x: {{base: 1}}}}",
            "5:14: say what is paid: aid: 7200.00, or why_not: category if nothing",
        ),
        (
            f"claim: {CLAIM}\nexpect: {{x: {{aid: 1, why_not: cap}}}}",
            "5:14: why_not stands beside an aid above zero: keep one of the two",
        ),
        (f"claim: {CLAIM}\nclaims: []\nexpect: {{}}", "unknown key claim. Did you mean claims?"),
        ("claims: []", "4:5: claims must be a list with at least one entry"),
        (f"claims: [{CLAIM}]\nexpect: {{'009': {{}}}}", "there is no claim 009 in claims."),
        (
            f"history:\n  - {{expect: {{}}, {CLAIM[1:]}\nclaim: {CLAIM}\nexpect: {{}}",
            "history is not compared: move the claim to claims, or remove its expect",
        ),
        (
            "claims:\n  - {claim_id: A, expect: {}}\n  - {claim_id: A, expect: {}}",
            "6:10: claim_id A stands here a second time",
        ),
        (f"claim: {CLAIM}\nexpect_error: {{feld: date}}", "unknown key feld. Did you mean field?"),
        (f"claim: {CLAIM}\nexpect_error: {{contains: x}}", "field is missing"),
        (
            f"claim: {CLAIM}\nexpect: {{x: {{amount: 1}}}}",
            "5:18: unknown key amount. Did you mean aid? Known: aid, base, ",
        ),
        (
            f"claims: [{CLAIM}]\nexpect: {{medical-aid: 7200.00}}",
            "5:14: the expect of several claims is by claim_id, such as 001: {medical-aid: ",
        ),
        (
            f"claim: {{expect: {{}}, {CLAIM[1:]}\nexpect_error: {{field: date}}",
            "4:13: expect stands beside expect_error: keep one of the two",
        ),
        ("claim: {date: [2023]}\nexpect: {}", "date must be a single text"),
        ("claim: 8000\nexpect: {}", "claim must be keys with values"),
        ("funding: f\nyear: 23\nheadcount: {}\nexpect: {}", "5:5: 23 is not a year"),
        (
            "funding: f\nyear: 2023\nheadcount: {a: 1.5}\nexpect: {}",
            "6:17: 1.5 is not a whole number",
        ),
        ("funding: f\nyear: 2023\nheadcount: {a: 1}", "write either expect or expect_error"),
        (
            "funding: f\nyear: 2023\nheadcount: {a: 1}\nexpect: {city: {total: x}}",
            "7:21: x is not an amount",
        ),
    ],
)
def test_a_mistake_is_told_with_its_remedy(body: str, message: str) -> None:
    faults = faults_of(one(body))
    assert any(message in fault for fault in faults), faults


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- a\n", "f.yaml:1:1: a scenario file has the keys pack and scenarios"),
        ("scenarios: []\n", "f.yaml:1:1: pack is missing"),
        ("pack: p\nscenarios: []\n", "f.yaml:2:1: scenarios is missing: list at least one"),
        ("pack: p\nscenarios: x\n", "f.yaml:2:1: scenarios is missing: list at least one"),
        ("pack: p\npack: q\n", "f.yaml:2:1: key pack stands here a second time"),
    ],
)
def test_a_file_that_is_none_is_refused(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_text(text, encoding="utf-8")
    try:
        faults = [str(fault) for fault in read(path).faults]
    except ScenarioError as error:
        faults = [str(fault) for fault in error.faults]
    assert any(message in fault for fault in faults), faults


def test_two_scenarios_of_one_name_are_a_fault() -> None:
    body = f"  - name: x\n    claim: {CLAIM}\n    expect: {{}}\n"
    [fault] = faults_of(f"pack: p\nscenarios:\n{body}{body}")
    assert fault.startswith("f.yaml:6:5: a second scenario has the name x")


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="cannot be read"):
        read(tmp_path / "none.yaml")


KEYS = st.sampled_from(
    [
        "pack",
        "scenarios",
        "name",
        "claim",
        "claims",
        "history",
        "expect",
        "expect_error",
        "field",
        "funding",
        "year",
        "headcount",
        "work_funds",
        "readings",
        "self_paid",
        "日期",
        "aid",
        "x",
    ]
)
ANYTHING = st.recursive(
    st.text(max_size=5) | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


@given(
    ANYTHING
    | st.fixed_dictionaries(
        {
            "pack": st.just("p"),
            "scenarios": st.lists(st.dictionaries(KEYS, ANYTHING, max_size=6), max_size=3),
        }
    )
)
def test_whatever_is_written_is_read_or_refused_with_faults(data: object) -> None:
    source = yamlsource.Source("f.yaml", data)
    try:
        file = parse(source, Path("f.yaml"))
    except ScenarioError as error:
        faults, whole = error.faults, False
    else:
        items = data.get("scenarios") if isinstance(data, dict) else None
        faults, whole = file.faults, isinstance(items, list) and len(file.scenarios) == len(items)
    assert whole or faults
