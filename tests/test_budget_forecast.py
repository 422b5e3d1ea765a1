"""The forecast: exact where nothing is uncertain, equal to the engine where it simulates."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budget_support import book, engine_total, minhang, of_year, with_payers
from mediaid.budget.forecast.book import Book, Read, make_book, number_of, shifted
from mediaid.budget.forecast.central import allocate
from mediaid.budget.forecast.development import pattern_of, share_known
from mediaid.budget.forecast.forecast import check_years, forecast
from mediaid.budget.forecast.people import lay_out
from mediaid.budget.forecast.plain import aid_triangle
from mediaid.budget.forecast.present import steps
from mediaid.budget.forecast.simulate import quantile
from mediaid.budget.forecast.synthetic import World, make, without_lags
from mediaid.budget.forecast.tabulate import levels_of
from mediaid.budget.forecast.terms import Terms
from mediaid.claims.records import from_records
from mediaid.claims.table import COUNTS, UNASKED
from mediaid.faults import ClaimError, MediaidError
from mediaid.packs.load import load_pack

AUGUST, DECEMBER = dt.date(2023, 8, 31), dt.date(2023, 12, 31)
SURE = Terms(2023, DECEMBER, price_sd=0.0, headcount_sd=0.0, simulated=100)
UNSURE = Terms(
    2023,
    AUGUST,
    price_growth=Fraction(4, 100),
    headcount_growth=Fraction(2, 100),
    simulated=200,
    continuations=4,
)


# ── nothing uncertain: the engine's total ─────────────────────────────────────────────────────


@pytest.mark.parametrize("seed", [1, 2])
def test_a_year_that_is_over_and_known_is_the_engines_total(seed: int) -> None:
    its = without_lags(book(seed))
    truth = engine_total(of_year(its, 2023).claims, minhang())
    found = forecast(its, SURE, minhang())
    assert found.known == found.central.total == found.central.exact == truth
    assert set(found.quantiles.values()) == {truth}
    assert steps(found) == {"known": truth, "rest-of-year": 0, "persons-to-come": 0}


def test_next_year_without_growth_is_this_years_total() -> None:
    """One complete year, nothing late, no growth: the centre is the engine's total to the 分."""
    its = of_year(without_lags(book()), 2023)
    found = forecast(its, replace(SURE, year=2024, policy_year=2023), minhang())
    assert found.central.total == engine_total(its.claims, minhang())
    # Under the policy of 2024, which is carried on from 2023, no amount changes either.
    later = forecast(its, replace(SURE, year=2024), minhang())
    assert later.central.total == found.central.total
    assert found.provisional == ()
    assert "medical-aid/rate" in later.provisional


def test_households_stay_together() -> None:
    """Caps of households: a reading in which the engine ties persons of a household."""
    pack = load_pack("shanghai-minhang", readings=["cap-holder=household"])
    its = without_lags(book())
    rng = np.random.default_rng(3)
    home = rng.integers(0, 20, int(its.claims.person.max()) + 1)
    big = its.claims.amounts["self_paid"] * 20
    claims = replace(
        its.claims,
        household=home[its.claims.person].astype(np.int64),
        amounts={**its.claims.amounts, "self_paid": big},
    )
    tied = make_book([Read("x", claims, None, None)], pack)
    assert len(np.unique(tied.holder)) <= 20
    last = of_year(tied, 2023)
    apart = engine_total(last.claims, minhang())
    together = engine_total(last.claims, pack)
    assert together < apart  # the cap binds for households
    assert forecast(tied, SURE, pack).central.total == together
    unsure = forecast(tied, replace(UNSURE, simulated=100), pack)
    assert all(one == two for _year, one, two in check_years(tied, unsure, pack, 10))


# ── the simulation is the engine's ────────────────────────────────────────────────────────────


@pytest.mark.parametrize("year", [2023, 2024])
def test_a_hundred_simulated_years_settled_again_are_equal(year: int) -> None:
    terms = replace(UNSURE, year=year)
    found = forecast(book(), terms, minhang())
    checked = check_years(book(), found, minhang())
    assert len(checked) == 100
    assert [(y, one) for y, one, _two in checked] == [(y, two) for y, _one, two in checked]
    assert len({one for _year, one, _two in checked}) > 90  # they do differ from each other


def test_the_same_seed_gives_the_same_years_and_another_gives_others() -> None:
    one, two = (forecast(book(), UNSURE, minhang()).simulated for _turn in range(2))
    assert (one == two).all()
    other = forecast(book(), replace(UNSURE, seed=7), minhang()).simulated
    assert (one != other).any()


def test_the_simulated_mean_lies_at_the_centre() -> None:
    terms = replace(UNSURE, simulated=4000, price_sd=0.0)
    found = forecast(book(persons=150), terms, minhang())
    spread = float(found.simulated.std()) / found.central.total
    assert 0.02 < spread < 0.3
    assert abs(found.mean / found.central.total - 1) < 0.02


def test_uncertainty_of_prices_widens_the_interval() -> None:
    narrow = forecast(book(), replace(UNSURE, simulated=2000, price_sd=0.0), minhang())
    wide = forecast(book(), replace(UNSURE, simulated=2000, price_sd=0.25), minhang())
    assert wide.quantiles[95] - wide.quantiles[5] > narrow.quantiles[95] - narrow.quantiles[5]
    assert wide.central.total == narrow.central.total


# ── bills for which nobody asks aid ───────────────────────────────────────────────────────────


def outpatient(*bills: tuple[int, str, int, bool]) -> Book:
    """A book of outpatient bills of residents: person, day, 元, whether aid is asked for."""
    records = [
        {
            "claim_id": f"C{number}",
            "person_id": f"P{person}",
            "date": date,
            "setting": "outpatient",
            "category": "dibao",
            "insurance": "resident",
            "self_paid": str(yuan),
        }
        for number, (person, date, yuan, _asked) in enumerate(bills)
    ]
    claims = from_records(records, minhang())
    void = np.array([COUNTS if asked else UNASKED for *_bill, asked in bills], dtype=np.int64)
    return make_book([Read("x", replace(claims, void=void), None, None)], minhang())


def test_who_comes_late_in_the_year_has_used_up_the_deductible_before() -> None:
    its = outpatient(
        (1, "2022-03-01", 200, False), (1, "2022-10-01", 1000, True), (2, "2022-10-01", 500, False)
    )
    terms = replace(SURE, cut_off=AUGUST)
    found = forecast(its, terms, minhang())
    assert [(pool.size, pool.rate) for pool in found.people.pools] == [(1, Fraction(1))]
    assert found.central.total == 640_00  # (1,000 − 100) × 60% + 100, as in a decision


def test_the_rest_of_a_year_brings_its_bills_that_use_up_the_deductible() -> None:
    its = outpatient(
        (1, "2022-03-01", 100, True), (1, "2022-09-01", 150, False), (1, "2022-10-01", 1000, True),
        (2, "2022-03-01", 900, False), (3, "2023-03-01", 100, True), (4, "2023-04-01", 77, False),
    )  # fmt: skip
    found = forecast(its, replace(SURE, cut_off=AUGUST), minhang())
    assert (found.people.seen, found.people.donors, found.people.pools) == (1, 1, ())
    # 100 of the deductible, then 150 that are nobody's claim, then 50 and (1,000 − 50) × 60%.
    assert found.central.total == 100_00 + 50_00 + 570_00
    assert (found.claims, found.known) == (3, 100_00)
    assert found.plain.by_months == 100_00 * 12 // 8
    next_year = forecast(its, replace(SURE, year=2024, cut_off=AUGUST), minhang())
    assert all(one == two for _y, one, two in check_years(its, next_year, minhang(), 20))


# ── parts add up ──────────────────────────────────────────────────────────────────────────────


def test_towns_benefits_categories_and_steps_add_up() -> None:
    found = forecast(book(), UNSURE, minhang())
    central = found.central
    for split in (central.towns, central.benefits, central.categories):
        assert sum(split.values()) == central.exact
        assert sum(allocate(central.total, split).values()) == central.total
    for fen in found.quantiles.values():
        assert sum(found.towns(fen).values()) == fen
    assert sum(steps(found).values()) == central.total
    assert central.payers == {}  # the documents do not say who pays
    assert found.quantiles[5] < found.quantiles[50] < found.quantiles[80] < found.quantiles[95]


@given(
    total=st.integers(0, 10**13),
    parts=st.lists(st.fractions(0, 10**9), min_size=1, max_size=6),
)
def test_an_allocation_adds_up(total: int, parts: list[Fraction]) -> None:
    split = {f"T{i}": part for i, part in enumerate(parts)}
    found = allocate(total, split)
    assert sum(found.values()) == total
    whole = sum(parts)
    for name, part in split.items():
        if whole:
            assert abs(found[name] - total * part / whole) < 1


# ── what moves the figure ─────────────────────────────────────────────────────────────────────


def test_drivers_move_the_figure_the_way_they_should() -> None:
    found = forecast(book(), UNSURE, minhang(), drivers=True)
    totals = {driver.name: driver.total for driver in found.drivers}
    assert totals["as-assumed"] == found.central.total
    assert totals["no-growth"] < totals["as-assumed"] < totals["price-plus-point"]
    assert totals["as-assumed"] < totals["headcount-plus-point"]
    assert totals["no-late-claims"] < totals["as-assumed"]


def test_growth_of_prices_meets_the_cap() -> None:
    """Prices that double do not double the aid of persons at their cap: policy is applied anew."""
    its = of_year(without_lags(book()), 2023)
    big = {**its.claims.amounts, "self_paid": its.claims.amounts["self_paid"] * 30}
    capped = replace(its, claims=replace(its.claims, amounts=big))
    terms = replace(SURE, year=2024, price_growth=Fraction(1))
    found = forecast(capped, terms, minhang()).central.total
    now = engine_total(capped.claims, minhang())
    doubled = {**big, "self_paid": big["self_paid"] * 2}
    assert found == engine_total(replace(capped.claims, amounts=doubled), minhang())
    assert now < found < 2 * now


def test_growth_of_persons_is_exact() -> None:
    its = of_year(without_lags(book()), 2023)
    terms = replace(SURE, year=2024, headcount_growth=Fraction(1, 10))
    total = engine_total(its.claims, minhang())
    assert forecast(its, terms, minhang()).central.exact == total * Fraction(11, 10)


# ── late claims ───────────────────────────────────────────────────────────────────────────────


def late_book() -> Book:
    """Each month 100 元, of which 60 is known in the month, 30 after one month, 10 after two."""
    records, known = [], []
    for month in range(36):
        year, its = 2021 + month // 12, month % 12 + 1
        for lag, yuan in enumerate((60, 30, 10)):
            records.append(
                {
                    "claim_id": f"{month}-{lag}",
                    "person_id": f"{lag}",
                    "date": f"{year}-{its:02d}-01",
                    "setting": "inpatient",
                    "category": "dibao",
                    "insurance": "resident",
                    "self_paid": str(yuan),
                }
            )
            later = month + lag
            known.append(number_of(dt.date(2021 + later // 12, later % 12 + 1, 5)))
    claims = from_records(records, minhang())
    return make_book([Read("x", claims, np.array(known, dtype=np.int32), None)], minhang())


def test_the_pattern_of_late_claims_is_found() -> None:
    cut = dt.date(2023, 6, 30)
    visible = late_book().by(cut)
    last = (2023 - 1970) * 12 + 5
    pattern = pattern_of(visible, last)
    assert pattern[:4] == pytest.approx([0.6, 0.9, 1, 1])
    shares = share_known(pattern, np.array([-1, 0, 1, 2, 99]))
    assert shares == pytest.approx([0, 0.6, 0.9, 1, 1])


def test_claims_after_the_cut_off_are_left_out_and_said_to_be() -> None:
    found = forecast(book(), UNSURE, minhang())
    assert found.claims + found.left_out == book().n
    assert found.left_out > 0
    assert "were not known by 2023-08-31 and are left out" in found.warnings[0]
    visible = book().by(AUGUST)
    again = forecast(visible, UNSURE, minhang())
    assert (again.left_out, again.central) == (0, found.central)
    assert (again.simulated == found.simulated).all()


def test_what_becomes_known_after_the_cut_off_changes_nothing() -> None:
    """Other amounts, categories and persons behind the cut-off: the same forecast."""
    its = book()
    after = (its.known > number_of(AUGUST)) | (its.claims.date > number_of(AUGUST))
    amounts = np.where(after, 999_999_00, its.claims.amounts["self_paid"])
    other = replace(
        its,
        claims=replace(its.claims, amounts={**its.claims.amounts, "self_paid": amounts}),
    )
    one, two = (forecast(b, UNSURE, minhang()) for b in (its, other))
    assert one.central == two.central
    assert one.plain == two.plain


def test_continuations_serve_evenly() -> None:
    """Of persons alike in earlier years, each is the rest of someone's year equally often."""
    world = World(persons=150, mix={"dibao": 1.0}, claims_a_year=30, unevenness=50)
    people = lay_out(make(world, minhang(), 1).by(AUGUST), UNSURE)
    used = np.bincount(people.donor.ravel(), minlength=people.donors)
    assert people.donor.shape == (people.seen, 4)
    assert used.max() - used.min() <= 1  # all have many claims by August: all are alike


# ── beside it ─────────────────────────────────────────────────────────────────────────────────


def test_plain_methods() -> None:
    found = forecast(book(), UNSURE, minhang())
    assert found.plain.by_months == round(found.known * 12 / 8)
    triangle = aid_triangle(book().by(AUGUST), UNSURE, minhang())
    assert triangle is not None
    assert triangle[-1, 7] == found.known
    assert np.isnan(triangle[-1, 8])
    assert found.plain.chain_ladder is not None
    assert found.plain.chain_ladder > found.known


# ── refusals and warnings ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        (
            replace(UNSURE, cut_off=dt.date(2019, 5, 1), year=2019),
            "no claim was known by 2019-05-01",
        ),
        (replace(UNSURE, year=2025), "the years 2023 and 2024 can be forecast"),
        (replace(UNSURE, price_sd=0.31), "a standard deviation lies between 0% and 30%"),
        (replace(UNSURE, continuations=0), "continuations are 1 to 255"),
        (
            replace(UNSURE, cut_off=dt.date(2021, 8, 31), year=2021),
            "there is no earlier year to learn the rest of 2021 from",
        ),
    ],
)
def test_refusals(terms: Terms, message: str) -> None:
    with pytest.raises(MediaidError, match=message):
        forecast(book(), terms, minhang())


def test_amounts_out_of_all_bounds_are_refused() -> None:
    its = book(years=4)
    huge = {**its.claims.amounts, "self_paid": its.claims.amounts["self_paid"] * 0 + 10**11}
    with pytest.raises(MediaidError, match="grow out of all bounds"):
        forecast(
            replace(its, claims=replace(its.claims, amounts=huge)),
            replace(UNSURE, year=2024, price_growth=Fraction(1)),
            minhang(),
        )


def test_weak_data_is_warned_of() -> None:
    two = book(years=2)
    said = forecast(without_lags(two), UNSURE, minhang()).warnings
    assert any("only one earlier year" in warning for warning in said)
    assert any("no late claims expected" in warning for warning in said)
    short = two.take(np.flatnonzero(two.claims.date >= number_of(dt.date(2022, 12, 1))))
    said = forecast(short, UNSURE, minhang()).warnings
    assert any("only 9 months of claims" in warning for warning in said)


def test_a_claim_in_two_files_is_refused() -> None:
    record = {
        "claim_id": "C1", "person_id": "P1", "date": "2023-05-01", "setting": "inpatient",
        "category": "dibao", "insurance": "resident", "self_paid": "1",
    }  # fmt: skip
    reads = [Read(name, from_records([record], minhang()), None, None) for name in ("a", "b")]
    with pytest.raises(ClaimError, match="b: claim C1 stands in a as well"):
        make_book(reads, minhang())


# ── small parts ───────────────────────────────────────────────────────────────────────────────


@given(date=st.dates(dt.date(1990, 1, 1), dt.date(2050, 12, 31)), years=st.integers(-30, 30))
def test_days_move_by_whole_years(date: dt.date, years: int) -> None:
    moved = shifted(np.array([number_of(date)], dtype=np.int32), years)
    try:
        expected = date.replace(year=date.year + years)
    except ValueError:
        expected = date.replace(year=date.year + years, day=28)
    assert moved[0] == number_of(expected)


@given(values=st.lists(st.integers(0, 10**12), min_size=1, max_size=50), chance=st.floats(0.01, 1))
def test_a_quantile_is_the_least_value_that_enough_do_not_exceed(
    values: list[int], chance: float
) -> None:
    ordered = np.sort(np.array(values, dtype=np.int64))
    found = quantile(ordered, chance)
    assert found in values
    assert (ordered <= found).sum() >= chance * len(values) - 1e-6
    below = ordered[ordered < found]
    assert len(below) < chance * len(values) + 1e-6


@settings(max_examples=20)
@given(sd=st.floats(0.001, 0.3))
def test_levels_are_a_lognormal(sd: float) -> None:
    levels = levels_of(sd)
    logs = np.log([float(factor) for factor in levels.factors])
    assert levels.factors[levels.middle] == 1
    assert levels.chances.sum() == pytest.approx(1)
    assert (logs * levels.chances).sum() == pytest.approx(0, abs=1e-4)
    spread = np.sqrt((logs**2 * levels.chances).sum())
    assert spread == pytest.approx(sd, rel=0.06, abs=1e-4)  # the grid widens it by 4%


def test_payers_are_shared_where_the_pack_says_so(tmp_path: Path) -> None:
    pack = with_payers(tmp_path)
    found = forecast(book(), UNSURE, pack)
    payers, benefits = found.central.payers, found.central.benefits
    assert set(payers) == {"city", "district"}
    assert sum(payers.values()) == benefits["medical-aid"]
    share = payers["city"] / benefits["medical-aid"]
    assert abs(share - Fraction(3, 10)) < Fraction(1, 10_000)
