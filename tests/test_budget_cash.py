"""`mediaid budget cash`: when the money of a year moves."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget_support import minhang
from command import mediaid
from mediaid.budget.cash.calendar import IN, AidCash, Pot, pots
from mediaid.budget.funding.headcounts import Headcounts, Place
from mediaid.budget.funding.years import PARTICIPANTS, Given, budget_years


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    ran = mediaid(capsys, "budget", "cash", "--json", "--lang", "en", *arguments)
    assert (ran.code, ran.err) == (0, "")
    return {pot["what"]: pot for pot in json.loads(ran.out)["cash"]}


def pot_of(towns: list[int], streets: list[int]) -> Pot:
    counts: dict[tuple[Place, int | None], int] = {
        (Place(f"{area} {i}", area), None): heads
        for area, many in (("town", towns), ("street", streets))
        for i, heads in enumerate(many)
    }
    need = budget_years(minhang(), [2023], Given(headcounts=Headcounts(counts, "test")))[0]
    return pots(minhang(), need, None)[0]


heads = st.lists(st.integers(min_value=0, max_value=10**6), min_size=1, max_size=4)


@given(heads, heads)
def test_cash_adds_up_to_the_need_of_every_payer(towns: list[int], streets: list[int]) -> None:
    pot = pot_of(towns, streets)
    table = pot.table
    assert table is not None
    for payer in table.payers:
        assert pot.total(*IN, payer=payer) == table.total(payer)
        assert pot.total("pay-out", payer=payer) == table.total(payer)
    assert all(pot.held(month) >= 0 for month in range(13))
    assert pot.held(12) == 0


def test_the_rhythm_of_the_documents(capsys: pytest.CaptureFixture[str]) -> None:
    pot = asked(capsys)["mutual-aid"]
    assert pot["in_by_payer"] == {
        "city": "56482265.00",
        "district": "33848462.50",
        "town": "22633802.50",
        PARTICIPANTS: "4721990.00",
    }
    assert pot["paid_out"] == "117686520.00"
    assert "mutual-aid/standard" in pot["provisional"]
    moves = pot["movements"]
    assert sum(its["kind"] == "transfer" for its in moves) == 12 * 3
    assert {its["to"] for its in moves if its["kind"] == "pay-out"} == {
        "2023-03-31", "2023-06-30", "2023-09-30", "2023-12-31",
    }  # fmt: skip
    own = next(its for its in moves if its["kind"] == "contribution")
    assert (own["from"], own["to"]) == ("2022-10-08", "2022-12-20")
    assert own["citation"]["at"] == "第七部分四"


def test_advances_are_settled_on_what_was_spent(capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--aid", "1000.01", "--advances", "3", "--spent", "900.00"]
    pot = asked(capsys, *options)["aid"]
    assert [(its["kind"], its["from"], its["yuan"]) for its in pot["movements"]] == [
        ("advance", "2023-01-01", "333.34"),
        ("advance", "2023-05-01", "333.34"),
        ("advance", "2023-09-01", "333.33"),
        ("settlement", "2024-01-01", "-100.01"),
    ]
    assert pot["movements"][-1]["to"] == "2024-03-31"
    published = asked(capsys)["aid"]
    assert published["advanced"] == "4128610.00"
    assert published["movements"][-1]["yuan"] is None
    assert any("--spent" in text for text in published["assumed"])


@given(st.integers(min_value=0, max_value=10**13), st.integers(min_value=0, max_value=10**13))
def test_advances_and_settlement_come_to_what_was_spent(budget: int, spent: int) -> None:
    need = budget_years(minhang(), [2023])[0]
    pot = pots(minhang(), need, AidCash(budget, "test", 12, spent))[1]
    assert pot.total("advance") == budget
    assert pot.total("advance", "settlement") == spent


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--advances", "5"], "advances are 1, 2, 3, 4, 6, 12 a year"),
        (["--aid", "1,000"], "thousands separators"),
        (["--year", "2024", "--spent", "1"], "--spent needs what was advanced"),
        (["--pack", "nanchang-xihu"], "do not say when money moves"),
        (["--year", "2020"], "2020"),
    ],
)
def test_what_makes_no_sense_is_refused(
    options: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = mediaid(capsys, "budget", "cash", "--lang", "en", *options)
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_text(lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    ran = mediaid(capsys, "budget", "cash", "--lang", lang)
    assert (ran.code, ran.err) == (0, "")
    assert "117,686,520.00" in ran.out
    assert "第七部分六（4）" in ran.out
