"""In-scope self-paid amounts: the formula, its order of terms, and bills that contradict."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediaid.claims.selfpaid import NOT_GIVEN, PARTS, PAYERS, Preselfpay, derive, derive_one

fen = st.integers(0, 10**11)


def bill(**yuan: int) -> dict[str, int]:
    return {name: amount * 100 for name, amount in yuan.items()}


# One stay: 10,000 in all; 1,200 outside the catalogue, 800 paid first, so 8,000 in scope, of which
# the pooled fund pays 5,000, critical-illness insurance 600, other insurance 300, others 100.
STAY = bill(
    total=10000,
    out_of_scope=1200,
    paid_first=800,
    in_scope=8000,
    pooled_fund=5000,
    critical_illness=600,
    other_insurance=300,
    other_relief=100,
)


def without(*names: str) -> dict[str, int]:
    return {name: amount for name, amount in STAY.items() if name not in names}


@pytest.mark.parametrize(
    ("parts", "preselfpay", "yuan"),
    [
        (STAY, "out", 2000),
        (STAY, "in", 2800),
        (without("in_scope"), "out", 2000),
        (without("in_scope"), "in", 2800),
        (without("in_scope", "paid_first"), "in", 2800),
        # Nothing tells what was paid first: it is part of what the person bore.
        (without("in_scope", "paid_first"), "out", 2800),
        (without("total", "out_of_scope"), "out", 2000),
        (without("total", "out_of_scope"), "in", 2800),
        # 10,000 − 1,200 − 8,000 were paid first.
        (without("paid_first"), "in", 2800),
        (without("paid_first", *PAYERS), "in", 8800),
        (bill(self_paid=123), "in", 123),
        (STAY | bill(self_paid=2000), "out", 2000),
    ],
)
def test_by_hand(parts: dict[str, int], preselfpay: Preselfpay, yuan: int) -> None:
    terms = derive_one(parts, preselfpay)
    assert terms[-1].fen == yuan * 100
    signs = {"": 1, "+": 1, "-": -1}
    if len(terms) > 1:
        assert sum(signs[term.sign] * term.fen for term in terms[:-1]) == yuan * 100


@pytest.mark.parametrize(
    ("parts", "preselfpay", "says"),
    [
        ({}, "out", "cannot be derived"),
        (bill(total=100, pooled_fund=10), "out", "cannot be derived"),
        (without("total", "paid_first"), "in", "pays first"),
        (STAY | bill(in_scope=7999), "out", r"7,999\.00 in scope, but total 10,000\.00 .* 8,000"),
        (without("paid_first") | bill(in_scope=8801), "out", r"8,801\.00 in scope, but total"),
        (STAY | bill(pooled_fund=7001), "out", r"others paid 8,001\.00, more than the 8,000\.00"),
        (STAY | bill(self_paid=2001), "out", r"2,001\.00 is stated .* is 2,000\.00"),
    ],
)
def test_contradictions_are_refused(
    parts: dict[str, int], preselfpay: Preselfpay, says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        derive_one(parts, preselfpay)


@given(fen, fen, fen, st.lists(fen, min_size=4, max_size=4), st.sampled_from(["in", "out"]))
def test_all_ways_that_a_sound_bill_allows_agree(
    scope: int, first: int, out: int, paid: list[int], preselfpay: Preselfpay
) -> None:
    payers = dict(zip(PAYERS, paid, strict=True))
    whole = {
        "total": scope + first + out,
        "out_of_scope": out,
        "paid_first": first,
        "in_scope": scope,
        **payers,
    }
    expected = scope + (first if preselfpay == "in" else 0) - sum(paid)
    ways = [
        whole,
        {name: amount for name, amount in whole.items() if name != "in_scope"},
        {name: amount for name, amount in whole.items() if name not in ("total", "out_of_scope")},
        {name: amount for name, amount in whole.items() if name != "paid_first"},
    ]
    for parts in ways:
        if expected < 0:
            with pytest.raises(ValueError, match="others paid"):
                derive_one(parts, preselfpay)
        else:
            assert derive_one(parts, preselfpay)[-1].fen == expected


rows = st.lists(
    st.fixed_dictionaries(
        {name: st.one_of(st.just(NOT_GIVEN), st.integers(0, 30)) for name in PARTS}
    ),
    min_size=1,
    max_size=20,
)


@given(rows, st.sampled_from(["in", "out"]))
def test_a_column_is_its_rows_one_by_one(
    table: list[dict[str, int]], preselfpay: Preselfpay
) -> None:
    columns = {name: np.array([row[name] for row in table], dtype=np.int64) for name in PARTS}
    together = derive(columns, preselfpay)
    for at, row in enumerate(table):
        given_parts = {name: amount for name, amount in row.items() if amount >= 0}
        if together.refused[at]:
            assert together.self_paid[at] == 0
            with pytest.raises(ValueError, match=f"^{re.escape(together.why(at))}$"):
                derive_one(given_parts, preselfpay)
        else:
            assert derive_one(given_parts, preselfpay) == together.terms(at)
            assert together.self_paid[at] >= 0
