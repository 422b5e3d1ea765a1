"""No amount is too large and no ratio too odd: everything is exact against Fractions."""

from __future__ import annotations

import calendar
import datetime as dt
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine_packs import top_ups
from engine_support import (
    Row,
    assert_as_the_oracle,
    assert_same_lines,
    benefit,
    expected,
    lines,
    pack_of,
    parameter,
    pool,
)
from mediaid import load_pack, settle
from mediaid.claims.cells import EPOCH
from mediaid.engine.checks import months_before
from mediaid.engine.pools import PoolRow, Pools
from mediaid.engine.verbs.exact import WIDEST, floor_share, share_of, sum_of_shares
from mediaid.engine.verbs.split import split_exactly
from mediaid.money import MAX_DENOMINATOR, MAX_FEN, apportion
from mediaid.packs.model import Pack
from oracle import half_up
from oracle import months_before as months_before_plainly

MOST = "1000000000.00"
AMOUNTS = st.one_of(
    st.integers(0, 300),
    st.integers(0, 2 * MAX_FEN),
    st.integers(WIDEST - 2, WIDEST + 2),
    st.integers(WIDEST, 4_000_000 * MAX_FEN),
)
"""Of one claim, around what one product can hold, and what pools of millions can hold."""

RATES = st.integers(1, MAX_DENOMINATOR).flatmap(
    lambda below: st.integers(0, below).map(lambda above: (above, below))
)


@given(st.lists(AMOUNTS, min_size=1, max_size=5), RATES)
def test_rates_are_exact(amounts: list[int], rate: tuple[int, int]) -> None:
    above, below = rate
    found = share_of(np.array(amounts), np.full(len(amounts), above), below)
    assert found.tolist() == [half_up(Fraction(amount * above, below)) for amount in amounts]


@given(st.lists(st.tuples(AMOUNTS, st.integers(0, 30030)), min_size=1, max_size=6))
def test_sums_of_bands_are_rounded_once(parts: list[tuple[int, int]]) -> None:
    found = sum_of_shares(
        [(np.array([amount]), np.array([above])) for amount, above in parts], 30030
    )
    assert found.tolist() == [
        half_up(sum((Fraction(amount * above, 30030) for amount, above in parts), Fraction(0)))
    ]


@given(AMOUNTS, RATES)
def test_floors_and_remainders(amount: int, rate: tuple[int, int]) -> None:
    weight, whole = rate
    part, remainder = floor_share(np.array([amount]), weight, whole)
    assert (int(part[0]), int(remainder[0])) == divmod(amount * weight, whole)


WEIGHTS = st.lists(st.integers(0, 1000), min_size=1, max_size=6).filter(any)


@given(st.lists(AMOUNTS, min_size=1, max_size=5), WEIGHTS)
def test_shares_are_apportioned_as_one_by_one(amounts: list[int], weights: list[int]) -> None:
    shares = tuple((str(i), Fraction(weight, sum(weights))) for i, weight in enumerate(weights))
    found = split_exactly(np.array(amounts), shares)
    assert list(found) == [payer for payer, _share in shares]
    for i, amount in enumerate(amounts):
        assert [int(part[i]) for part in found.values()] == apportion(amount, weights)


@given(AMOUNTS, WEIGHTS, st.integers(0, 6), st.integers(1, 1000))
def test_a_residual_payer_gets_what_floors_leave(
    amount: int, weights: list[int], place: int, more: int
) -> None:
    whole = sum(weights) + more
    shares: list[tuple[str, Fraction | None]] = [
        (str(i), Fraction(weight, whole)) for i, weight in enumerate(weights)
    ]
    shares.insert(min(place, len(shares)), ("rest", None))
    found = {
        payer: int(part[0])
        for payer, part in split_exactly(np.array([amount]), tuple(shares)).items()
    }
    assert list(found) == [payer for payer, _share in shares]
    assert sum(found.values()) == amount
    assert all(found[str(i)] == amount * weight // whole for i, weight in enumerate(weights))


@given(st.dates(dt.date(1900, 1, 1), dt.date(2200, 12, 31)), st.integers(0, 600))
def test_months_before(day: dt.date, months: int) -> None:
    found = months_before(np.array([(day - EPOCH).days], dtype=np.int32), months)
    assert EPOCH + dt.timedelta(days=int(found[0])) == months_before_plainly(day, months)


def test_months_before_a_month_s_end() -> None:
    march = (dt.date(2024, 3, 31) - EPOCH).days
    found = months_before(np.array([march, march], dtype=np.int32), 1)
    assert calendar.isleap(2024)
    assert EPOCH + dt.timedelta(days=int(found[0])) == dt.date(2024, 2, 29)


def claims(count: int, **fields: str) -> list[Row]:
    """Claims of one person over 2023, each with the largest amount there is."""
    row = {
        "person_id": "P",
        "setting": "inpatient",
        "category": "special_relief",
        "insurance": "resident",
        "self_paid": MOST,
    }
    return [
        row | {"claim_id": f"{i:05}", "date": f"2023-{i % 12 + 1:02}-{i % 28 + 1:02}"} | fields
        for i in range(count)
    ]


def test_ten_thousand_claims_of_one_person() -> None:
    """Their deductible pool holds 10,000 × 1,000,000,000 元."""
    pack = load_pack("shanghai-minhang")
    rows = claims(10_000, setting="outpatient")
    settlement = assert_as_the_oracle(pack, rows)
    held = {row.pool: row.amount for row in settlement.closing().rows}
    assert held == {"outpatient-deductible": 10_000 * MAX_FEN}
    assert int(settlement.lines.aid.sum()) == 10_000 * MAX_FEN


@cache
def odd() -> Pack:
    """Odd denominators on a running total, split three ways, and an amount for each day."""
    return pack_of(
        benefit(
            "odd",
            {},
            [
                {"base": {"sum": ["self_paid", "in_scope", "premium", "gift"]}},
                {"deductible": {"at": "first", "pool": "bills"}},
                {"bands": {"of": "bands", "over": "entered"}},
                {"cap": {"at": "cap", "pool": "used"}},
                {"split": {"of": "payers"}},
            ],
            pools={
                "bills": pool("person", "lifetime", {"sum": ["self_paid", "in_scope"]}),
                "entered": pool("person", "calendar_year", {"into": "bands"}),
                "used": pool("household", "lifetime", "aid"),
            },
            parameters={
                "first": parameter("yuan", "1000000000.00"),
                "bands": parameter(
                    "bands",
                    [{"above": "0", "rate": "33.3333%"}, {"above": MOST, "rate": "66.6667%"}],
                ),
                "cap": parameter("yuan", "unlimited"),
                "payers": parameter(
                    "shares", {"a": "333333/999999", "b": "333332/999999", "c": "333334/999999"}
                ),
            },
        ),
        benefit(
            "daily",
            {"category": "a"},
            [
                {"per_unit": {"of": "amount", "units": "days"}},
                {"rate": {"of": "rate"}},
                {"split": {"of": "payers"}},
            ],
            parameters={
                "amount": parameter("yuan", "999999999.99"),
                "rate": parameter("percent", "33.3333%"),
                "payers": parameter("shares", {"a": "1/3", "b": "2/3"}),
            },
        ),
    )


def test_odd_ratios_over_a_running_total() -> None:
    rows = [
        row
        | {
            "category": "a" if i % 2 else "b",
            "in_scope": MOST,
            "premium": MOST,
            "gift": "999999999.99",
            "days": "1000000",
        }
        for i, row in enumerate(claims(500))
    ]
    settlement = assert_as_the_oracle(odd(), rows)
    assert int(settlement.lines.base.max()) > 2**53


def test_what_a_whole_year_left_times_an_odd_rate() -> None:
    """A close of the year over 10^15 分, whose product with 333,333 leaves int64 by far."""
    rows = claims(3000, category="b", days="1000000")
    rows.append(
        rows[0]
        | {"claim_id": "close", "category": "c", "setting": "outpatient", "date": "2023-12-31"}
    )
    pack = top_ups()
    wanted, _held = expected(pack, rows)
    assert_same_lines(lines(settle(rows, pack)), wanted, rows[-1:])
    assert wanted[-1]["benefit"] == "close"
    assert wanted[-1]["base"] * 333_333 > 2**63


@pytest.mark.parametrize("amount", [2**62 - 1, 2**61])
def test_opening_pools_as_large_as_they_may_be(amount: int) -> None:
    """A pool this full neither overflows nor gives room back."""
    pack = load_pack("shanghai-minhang")
    rows = claims(10, category="dibao") + [
        row | {"claim_id": f"o{row['claim_id']}"}
        for row in claims(10, category="dibao", setting="outpatient")
    ]
    opening = Pools(
        pack.hash,
        tuple(
            PoolRow(name, "P", "2023", amount, "2023-01-01")
            for name in ("medical-aid-used", "outpatient-aid-used", "outpatient-deductible")
        ),
    )
    settlement = settle(rows, pack, opening)
    assert {line["aid"] for line in lines(settlement)} == {0}
    held = {row.pool: row.amount for row in settlement.closing().rows}
    assert held["outpatient-deductible"] == amount + 10 * MAX_FEN
    assert held["medical-aid-used"] == amount
