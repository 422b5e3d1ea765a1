"""`mediaid budget compare`: two versions of the policy on the same people."""

from __future__ import annotations

import datetime as dt
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from budget_support import book, engine_total, minhang, of_year, rows, with_payers, write
from command import mediaid
from mediaid.budget.compare.reform import BANDS, compare
from mediaid.budget.forecast.forecast import forecast
from mediaid.budget.forecast.terms import Terms
from mediaid.faults import MediaidError
from mediaid.packs.load import load_pack
from mediaid.packs.model import Pack

AUGUST = dt.date(2023, 8, 31)
TERMS = Terms(2023, AUGUST, simulated=300, continuations=4)


def reform(folder: Path, *changes: str) -> Path:
    path = folder / "reform.yaml"
    path.write_text(
        "overlay: reform\nlabel: {zh: 方案, en: reform}\n"
        f'base: {{pack: shanghai-minhang, hash: "{minhang().base_hash}"}}\nchanges:\n'
        + "".join(f"  - {change}\n" for change in changes),
        encoding="utf-8",
    )
    return path


@pytest.fixture
def reformed(tmp_path: Path) -> Pack:
    """Dibao at 95% instead of 90; low income capped at 2,000 元 instead of 130,000."""
    path = reform(
        tmp_path,
        "{at: medical-aid/rate/of/dibao, value: 95%}",
        "{at: medical-aid/cap/at/low_income, value: 2000}",
    )
    return load_pack("shanghai-minhang", overlay=path)


def test_both_sides_are_the_engines(reformed: Pack) -> None:
    found = compare(book(), (minhang(), reformed), 2023, 2023)
    claims = of_year(book(), 2023).claims
    assert found.total == (engine_total(claims, minhang()), engine_total(claims, reformed))
    for split in (found.benefits, found.categories, found.towns):
        sums = [sum(pair[side] for pair in split.values()) for side in (0, 1)]
        assert tuple(sums) == found.total
    assert found.gain.fen - found.lose.fen == found.total[1] - found.total[0]
    dibao, low = found.categories["dibao"], found.categories["low_income"]
    assert dibao[0] < dibao[1]
    assert low[0] > low[1]
    for name, (before, after) in found.categories.items():
        assert name in ("dibao", "low_income") or before == after


def test_who_gains_and_who_loses_person_by_person(reformed: Pack) -> None:
    """Each person settled alone, under both."""
    found = compare(book(), (minhang(), reformed), 2023, 2023)
    its = of_year(book(), 2023)
    change = []
    for person in np.unique(its.claims.person).tolist():
        own = its.take(np.flatnonzero(its.claims.person == person)).claims
        change.append(engine_total(own, reformed) - engine_total(own, minhang()))
    gains = [fen for fen in change if fen > 0]
    losses = [-fen for fen in change if fen < 0]
    assert found.persons == len(change)
    for side, by in ((found.gain, gains), (found.lose, losses)):
        assert (side.persons, side.fen, side.most) == (len(by), sum(by), max(by, default=0))
        assert sum(side.bands) == side.persons
        assert side.bands[-1] == sum(fen >= BANDS[-1] for fen in by)
    assert found.gain.persons
    assert found.lose.persons
    assert found.newly_capped > 0
    assert found.capped[1] == found.capped[0] + found.newly_capped - found.no_longer_capped


def test_the_same_policy_twice_differs_in_nothing() -> None:
    found = compare(book(), (minhang(), minhang()), 2023, 2023, TERMS)
    assert found.total[0] == found.total[1]
    assert (found.gain.persons, found.lose.persons, found.newly_capped) == (0, 0, 0)
    assert found.ahead is not None
    assert set(found.ahead.difference.values()) == {0}  # the same draws: no noise


def test_the_forecast_of_both_is_the_forecast_of_each(reformed: Pack) -> None:
    found = compare(book(), (minhang(), reformed), 2023, 2023, TERMS)
    each = [forecast(book(), TERMS, pack) for pack in (minhang(), reformed)]
    assert found.ahead is not None
    assert found.ahead.before == each[0].central.total
    assert found.ahead.after == each[1].central.total
    ordered = np.sort(each[1].simulated - each[0].simulated)
    assert found.ahead.difference[50] == ordered[149]


def test_payers_on_one_side_only(tmp_path: Path) -> None:
    found = compare(book(), (minhang(), with_payers(tmp_path)), 2023, 2023)
    assert set(found.payers) == {"city", "district"}
    assert all(before == 0 < after for before, after in found.payers.values())


def test_a_year_without_claims_is_refused() -> None:
    with pytest.raises(MediaidError, match="the files hold no claims of 2030"):
        compare(book(), (minhang(), minhang()), 2030, 2023)


# ── command ───────────────────────────────────────────────────────────────────────────────────


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    ran = mediaid(capsys, "budget", "compare", "--json", "--lang", "en", *arguments)
    assert (ran.code, ran.err) == (0, "")
    return json.loads(ran.out)


@pytest.fixture
def claims(tmp_path: Path) -> str:
    return write(tmp_path / "claims.csv", rows(book(), minhang()))


def test_a_reform_file(claims: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = reform(tmp_path, "{at: medical-aid/rate/of/dibao, value: 95%}")
    data = asked(
        capsys, claims, "--reform", str(path), "--cut-off", "2023-08-31", "--simulate", "100"
    )
    assert (data["year"], data["after"]["overlay"]) == (2023, "reform")
    assert data["before"]["hash"] != data["after"]["hash"]
    assert data["lose"]["persons"] == 0
    difference = Fraction(data["total"]["difference"])
    assert difference == Fraction(data["gain"]["amount"]) > 0
    assert Fraction(data["ahead"]["quantiles"]["P5"]) > 0  # dearer in every simulated year


def test_another_reading(claims: str, capsys: pytest.CaptureFixture[str]) -> None:
    data = asked(capsys, claims, "--reform-reading", "medical-poverty-settings=both")
    assert data["after"]["readings"]["medical-poverty-settings"] == "both"
    changed = {name for name, its in data["categories"].items() if Fraction(its["difference"])}
    assert changed == {"medical_poverty_1", "medical_poverty_2"}
    ran = mediaid(
        capsys, "budget", "compare", claims, "--reform-reading", "medical-poverty-settings=both",
        "--lang", "zh", "--cut-off", "2023-08-31", "--simulate", "100",
    )  # fmt: skip
    assert (ran.code, ran.err) == (0, "")
    assert "P95" in ran.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "say what the other version is"),
        (["--reform", "no-such.yaml"], "no-such.yaml"),
        (["--reform-reading", "orphan-settings=all"], "orphan-settings"),
        (["--reform-reading", "orphan-settings=both", "--year", "2021"], "2023-01-01"),
    ],
)
def test_bad_options(
    arguments: list[str], message: str, claims: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = mediaid(capsys, "budget", "compare", claims, "--lang", "en", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err
