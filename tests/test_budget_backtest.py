"""Forecasts held against what came; and the whole commands on files."""

from __future__ import annotations

import datetime as dt
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from budget_support import HEADINGS, book, engine_total, minhang, of_year, rows, write
from command import Ran, mediaid
from mediaid.budget.forecast.backtest import (
    Trial,
    backtest,
    score,
    synthetic_backtest,
    years_to_test,
)
from mediaid.budget.forecast.book import number_of
from mediaid.budget.forecast.synthetic import World, make, worlds
from mediaid.budget.forecast.terms import Terms
from mediaid.faults import MediaidError
from mediaid.money import format_yuan

TERMS = Terms(2023, dt.date(2023, 8, 31), simulated=200, continuations=4)


# ── scores ────────────────────────────────────────────────────────────────────────────────────


def trial(truth: int, forecast: int, low: int, high: int, by_months: int | None = None) -> Trial:
    return Trial(2023, 8, truth, forecast, by_months, None, low, high)


def test_scores_by_hand() -> None:
    trials = [trial(100, 110, 90, 120, 130), trial(200, 180, 190, 195, 200)]
    found = score(trials)
    assert (found.trials, found.held) == (2, 1)
    assert found.bias["forecast"] == pytest.approx(0.0)
    assert found.rmse["forecast"] == pytest.approx(0.1)
    assert found.bias["by-months"] == pytest.approx(0.15)
    assert found.rmse["by-months"] == pytest.approx((0.09 / 2) ** 0.5)
    assert found.rmse["chain-ladder"] is None
    assert found.coverage == 0.5
    assert found.coverage_error == pytest.approx(0.125**0.5)
    assert trial(100, 1, 100, 100).held


# ── trials ────────────────────────────────────────────────────────────────────────────────────


def test_each_past_year_is_held_out_from_each_month() -> None:
    its = book(years=4)
    assert years_to_test(its) == [2021, 2022, 2023]
    trials = list(backtest(its, minhang(), TERMS, [6, 12]))
    assert [(t.year, t.month) for t in trials] == [
        (year, month) for year in (2021, 2022, 2023) for month in (6, 12)
    ]
    last = trials[-1]
    assert last.truth == engine_total(of_year(its, 2023).claims, minhang())
    for june, december in zip(trials[::2], trials[1::2], strict=True):
        assert june.truth == december.truth
        assert june.high - june.low > december.high - december.low


def test_a_backtest_never_sees_what_came_later() -> None:
    """The years behind the one held out may be anything."""
    its = book(years=4)
    early = its.take(np.flatnonzero(its.known <= number_of(dt.date(2022, 12, 31))))
    all_of, some = (
        next(
            backtest(b, minhang(), Terms(2023, TERMS.cut_off, simulated=100, policy_year=2023), [8])
        )
        for b in (its, early)
    )
    assert (all_of.forecast, all_of.low, all_of.high) == (some.forecast, some.low, some.high)


def test_one_year_cannot_be_held_out() -> None:
    with pytest.raises(MediaidError, match="there is no year to hold out"):
        list(backtest(of_year(book(), 2023), minhang(), TERMS, [8]))


def test_invented_trials_repeat_and_differ() -> None:
    world = World(persons=40, towns=3)
    one, two = (synthetic_backtest(world, minhang(), TERMS, 8, 3) for _turn in range(2))
    assert one == two
    assert len({t.truth for t in one}) == 3
    (second,) = synthetic_backtest(
        world,
        minhang(),
        Terms(2023, TERMS.cut_off, simulated=200, continuations=4, seed=TERMS.seed + 1),
        8,
        1,
    )
    assert second == one[1]  # trial i is drawn from seed + i


def test_the_forecast_beats_the_plain_methods_where_its_assumptions_hold() -> None:
    """A small run of the table in docs/forecast.md; seeds are fixed, so it repeats."""
    found = score(synthetic_backtest(World(persons=150), minhang(), TERMS, 8, 20))
    rmse = {name: its for name, its in found.rmse.items() if its is not None}
    assert rmse["forecast"] < rmse["chain-ladder"] < rmse["by-months"]
    assert found.coverage > 0.6


def test_worlds_break_what_they_say() -> None:
    its = worlds()
    assert list(its) == ["as-assumed", "payment-pattern", "price-jump", "category-mix"]
    books = {name: make(world, minhang(), 5) for name, world in its.items()}
    plain = books["as-assumed"]
    lag = {name: (b.known - b.claims.date)[b.year == 2023].mean() for name, b in books.items()}
    assert lag["payment-pattern"] > 1.8 * lag["as-assumed"]
    paid = {n: b.claims.amounts["self_paid"].astype(float) for n, b in books.items()}
    assert (paid["price-jump"] / paid["as-assumed"]).max() == pytest.approx(1.2, rel=1e-3)
    july = number_of(dt.date(2023, 7, 1))
    same = plain.claims.date < july
    assert (paid["price-jump"][same] == paid["as-assumed"][same]).all()
    dibao = list(minhang().codes["category"]).index("dibao")
    share = {
        n: (b.claims.codes["category"] == dibao)[b.year == 2023].mean() for n, b in books.items()
    }
    assert share["category-mix"] < share["as-assumed"] - 0.08


# ── commands ──────────────────────────────────────────────────────────────────────────────────


def run(capsys: pytest.CaptureFixture[str], command: str, *arguments: str) -> Ran:
    return mediaid(capsys, "budget", command, "--lang", "en", *arguments)


def asked(capsys: pytest.CaptureFixture[str], command: str, *arguments: str) -> Any:
    ran = run(capsys, command, "--json", *arguments)
    assert (ran.code, ran.err) == (0, "")
    return json.loads(ran.out)


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """Three years in two files, the second with Chinese headings."""
    lines = rows(book(), minhang())
    older = [line for line in lines if line[2] < "2023"]
    newer = [line for line in lines if line[2] >= "2023"]
    zh = [
        "单据号",
        "人员编号",
        "日期",
        "就医类型",
        "救助类别",
        "参保类型",
        "自负金额",
        "结算日期",
        "户籍地区",
    ]
    return [write(tmp_path / "older.csv", older), write(tmp_path / "newer.csv", newer, zh)]


def test_a_forecast_from_files(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    its = ("--cut-off", "2023-08-31", "--simulate", "300", "--price-growth", "4%", "--drivers")
    data = asked(capsys, "forecast", *files, *its, "--check", "20")
    visible = of_year(book().by(dt.date(2023, 8, 31)), 2023)
    assert data["known"] == format_yuan(engine_total(visible.claims, minhang()))
    assert data["settled_again"] == {"years": 20, "equal": 20}
    assert data["terms"]["seed"] == 20231108
    assert data["claims"] + data["left_out"] == book().n
    assert data["payers"] is None
    for name, amount in {"central": data["central"], **data["quantiles"]}.items():
        towns = data["towns"][name]
        assert set(towns) == {"T1", "T2", "T3", "T4"}
        assert sum(map(Fraction, towns.values())) == Fraction(amount)
    assert sum(map(Fraction, data["benefits"].values())) == Fraction(data["central"])
    assert data["drivers"]["as-assumed"] == data["central"]
    again = asked(capsys, "forecast", *reversed(files), *its, "--check", "20")
    assert again == data  # the order of the files makes no difference


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_text_of_a_forecast(
    lang: str, files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    ran = mediaid(
        capsys, "budget", "forecast", *files, "--cut-off", "2023-08-31", "--year", "2024",
        "--simulate", "100", "--check", "5", "--drivers", "--lang", lang,
    )  # fmt: skip
    assert (ran.code, ran.err) == (0, "")
    assert "P95" in ran.out
    assert "20231108" in ran.out


def test_a_file_without_settlement_days_or_towns(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [line[:7] for line in rows(book(), minhang())]
    path = write(tmp_path / "plain.csv", lines, HEADINGS[:7])
    data = asked(capsys, "forecast", path, "--cut-off", "2023-12-31", "--simulate", "100")
    truth = engine_total(of_year(book(), 2023).claims, minhang())
    assert data["central"] == data["known"] == format_yuan(truth)
    assert data["towns"]["central"] == {"": format_yuan(truth)}
    assert any("no late claims expected" in warning for warning in data["warnings"])


def test_other_columns_are_named_or_ignored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [[*line, "x"] for line in rows(book(), minhang())]
    path = write(tmp_path / "more.csv", lines, [*HEADINGS, "doctor"])
    its = ("--cut-off", "2023-08-31", "--simulate", "100")
    refused = run(capsys, "forecast", path, *its)
    assert refused.code == 2
    assert "--ignore-column" in refused.err
    plain = write(tmp_path / "plain.csv", rows(book(), minhang()))
    same = asked(capsys, "forecast", plain, *its)
    assert asked(capsys, "forecast", path, *its, "--ignore-column", "doctor") == same
    assert asked(capsys, "forecast", path, *its, "--ignore-column", "*") == same


def test_a_backtest_from_files(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    its = ("--month", "8", "--simulate", "100", "--single")
    data = asked(capsys, "backtest", *files, *its)
    (group,) = data["groups"]
    assert (group["group"], group["trials"]) == ("8", 2)
    assert len(data["trials"]) == 2
    held = [
        t for t in data["trials"] if Fraction(t["P5"]) <= Fraction(t["truth"]) <= Fraction(t["P95"])
    ]
    assert group["held"] == len(held)
    ran = run(capsys, "backtest", *files, "--month", "8", "--simulate", "100")
    assert ran.code == 0
    assert "held by P5–P95" in ran.out


def test_a_backtest_on_invented_claims(capsys: pytest.CaptureFixture[str]) -> None:
    its = ("--synthetic", "price-jump", "--trials", "2", "--simulate", "100")
    data = asked(capsys, "backtest", *its)
    assert [(g["group"], g["trials"]) for g in data["groups"]] == [("price-jump", 2)]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({7: ""}, "row 2, column settled_on: is missing: fill it in"),
        ({7: "soon"}, "row 2, column settled_on: soon is not a date"),
        ({6: "1,000.00"}, "thousands separators"),
        ({2: "2023-02-30"}, "row 2, column date"),
        ({0: "x\x1b[31m", 6: "-1"}, "is negative"),
    ],
)
def test_bad_rows_are_refused(
    change: dict[int, str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = rows(book(), minhang())[:5]
    for column, cell in change.items():
        lines[0][column] = cell
    path = write(tmp_path / "bad.csv", lines)
    ran = run(capsys, "forecast", path, "--cut-off", "2023-08-31")
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err
    assert "\x1b" not in ran.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["forecast", "--cut-off", "2023-08"], "is not a day of the calendar"),
        (["forecast", "--cut-off", "2023-08-31", "--price-growth", "4"], "4 is not a rate"),
        (["forecast", "--cut-off", "2023-08-31", "--year", "2030"], "can be forecast"),
        (["forecast", "--cut-off", "2023-08-31", "--policy-year", "2020"], "2023-01-01"),
        (["forecast", "--cut-off", "2023-08-31", "--pack", "nanchang-xihu"], "state no benefit"),
        (["backtest", "--synthetic", "all"], "give claims files, or --synthetic"),
    ],
)
def test_bad_options(
    arguments: list[str], message: str, files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    ran = run(capsys, arguments[0], *files, *arguments[1:])
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err


def test_nothing_to_test_on_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    ran = run(capsys, "backtest")
    assert ran.code == 2
    assert "give claims files, or --synthetic" in ran.err
