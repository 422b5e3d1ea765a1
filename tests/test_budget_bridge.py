"""`mediaid budget bridge`: last year's budget, execution, need, this year's budget."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget_support import book, minhang, rows, write
from command import mediaid
from mediaid.budget.bridge.steps import Change, Level, steps_of

LAST = """\
last_year: 2022
source: accounts of 2022
lines:
  mutual-aid:
    budget: 13000.00
    spent: 11500.5
    unit: 万元
    headcounts: {town: 28500, street: 7300}
  medical-aid: {budget: 4500000.00, spent: 4000000.00, source: ledger}
"""


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    ran = mediaid(capsys, "budget", "bridge", "--json", "--lang", "en", *arguments)
    assert (ran.code, ran.err) == (0, "")
    return {line["line"]: line for line in json.loads(ran.out)["lines"]}


def steps(line: Any) -> list[tuple[str, str | None]]:
    return [(step["step"], step["yuan"]) for step in line["steps"]]


def last(folder: Path, text: str = LAST) -> str:
    path = folder / "last.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


amounts = st.integers(min_value=-(10**12), max_value=10**12)
levels = st.builds(
    Level,
    st.just("level"),
    st.none() | amounts,
    st.just(""),
    st.lists(st.builds(Change, st.just("change"), amounts, st.just("")), max_size=3).map(tuple),
    st.sampled_from(["", "named"]),
)


@given(st.lists(levels, max_size=6))
def test_levels_and_what_lies_between_always_add_up(given_levels: list[Level]) -> None:
    reached: int | None = None
    for step in steps_of(given_levels):
        if step.kind == "not-stated":
            assert step.fen is None
        elif step.kind == "level":
            assert reached in (None, step.fen)
            reached = step.fen
        else:
            assert reached is not None
            assert step.fen
            reached += step.fen
    shown = [step.fen for step in steps_of(given_levels) if step.kind in ("level", "not-stated")]
    assert shown == [level.fen for level in given_levels]


@given(amounts, amounts, amounts)
def test_changes_across_a_level_nobody_states_are_not_shown(a: int, b: int, c: int) -> None:
    found = steps_of(
        [
            Level("one", a, ""),
            Level("two", None, ""),
            Level("three", b, "", (Change("named", c, ""),)),
        ]
    )
    moved = [step for step in found if step.kind not in ("level", "not-stated")]
    assert [(step.kind, step.fen) for step in moved] == ([("unexplained", b - a)] if a != b else [])


def test_what_the_document_alone_gives(capsys: pytest.CaptureFixture[str]) -> None:
    lines = asked(capsys)
    assert steps(lines["total"]) == [
        ("last-budget", "162201643.00"),
        ("spent", None),
        ("unexplained", "-7974500.00"),
        ("budget", "154227143.00"),
    ]
    assert "第四部分" in lines["total"]["steps"][0]["source"]
    assert steps(lines["mutual-aid"]) == [
        ("last-budget", None),
        ("spent", None),
        ("last-need", None),
        ("need", "112964530.00"),
        ("unexplained", "12972742.00"),
        ("budget", "125937272.00"),
    ]
    assert lines["mutual-aid"]["code"] == "2101399"
    assert lines["mutual-aid"]["unexplained"] == "12972742.00"
    xihu = asked(capsys, "--pack", "nanchang-xihu")
    assert steps(xihu["work-funds"])[-2:] == [
        ("work-funds", "1500000.00"),
        ("budget", "1500000.00"),
    ]
    assert ("last-budget", "1002200.00") in steps(xihu["work-funds"])


def test_the_year_after_the_documents(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    heads = tmp_path / "heads.csv"
    heads.write_text("area,headcount\ntown,29000\nstreet,7300\n", encoding="utf-8")
    lines = asked(capsys, "--year", "2024", "--headcounts", str(heads))
    assert steps(lines["mutual-aid"]) == [
        ("last-budget", "125937272.00"),
        ("spent", None),
        ("unexplained", "-12972742.00"),
        ("last-need", "112964530.00"),
        ("headcount", "-71530.00"),  # 23 persons less, at 3,110 each
        ("need", "112893000.00"),
        ("budget", None),
    ]
    assert steps(lines["total"])[0] == ("last-budget", "154227143.00")
    assert steps(asked(capsys, "--year", "2025")["total"])[0] == ("last-budget", None)


def test_with_last_years_accounts_and_claims(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    claims = write(tmp_path / "claims.csv", rows(book(), minhang()))
    options = ["--last", last(tmp_path), "--cut-off", "2023-08-31", "--price-growth", "4%"]
    lines = asked(capsys, claims, *options)
    assert steps(lines["mutual-aid"]) == [
        ("last-budget", "130000000.00"),
        ("spent-less-budget", "-14995000.00"),
        ("spent", "115005000.00"),
        ("unexplained", "-3667000.00"),
        ("last-need", "111338000.00"),
        # (36,323 − 35,800) × 3,110: whole persons, each at the standard less what they pay.
        ("headcount", "1626530.00"),
        ("need", "112964530.00"),
        ("unexplained", "12972742.00"),
        ("budget", "125937272.00"),
    ]
    aid = lines["medical-aid"]
    names = [name for name, _yuan in steps(aid)]
    assert names[:5] == ["last-budget", "spent-less-budget", "spent", "unexplained", "last-aid"]
    assert "claims" in names
    assert "prices" in names
    assert aid["steps"][2]["source"] == "ledger"
    ran = mediaid(
        capsys, "budget", "forecast", claims, "--cut-off", "2023-08-31", "--price-growth", "4%",
        "--simulate", "100", "--json",
    )  # fmt: skip
    assert dict(steps(aid))["forecast"] == json.loads(ran.out)["central"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (LAST.replace("2022\n", "2021\n", 1), "accounts are of 2021: those of 2022"),
        (LAST.replace("mutual-aid:", "mutualaid:"), "mutualaid is not among"),
        (LAST.replace("town: 28500, ", ""), "no headcount for area town"),
        (LAST.replace("street: 7300", "street: 7300, city: 1"), "city is not among"),
        (LAST.replace("4500000.00", "-4500000.00"), "an amount is never negative"),
        (LAST.replace("4500000.00", "4500000.005"), "is not in whole 分"),
        (LAST.replace("万元", "人"), "人 is no unit of money"),
        (LAST.replace("11500.5", "1,150"), "is not a figure"),
    ],
)
def test_bad_accounts_are_refused(
    text: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = mediaid(capsys, "budget", "bridge", "--lang", "en", "--last", last(tmp_path, text))
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err


def test_claims_and_cut_off_belong_together(capsys: pytest.CaptureFixture[str]) -> None:
    ran = mediaid(capsys, "budget", "bridge", "--cut-off", "2023-08-31", "--lang", "en")
    assert (ran.code, ran.out) == (2, "")
    assert "belong together" in ran.err
