"""Money: whole 分, exact rates, half-up, and parts that add up."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediaid.money import (
    MAX_DENOMINATOR,
    MAX_FEN,
    apportion,
    format_percent,
    format_yuan,
    half_up,
    parse_percent,
    parse_yuan,
    plain,
    show_yuan,
)

AMOUNTS = st.integers(0, MAX_FEN)
FULL_WIDTH = str.maketrans("0123456789.-,%", "０１２３４５６７８９．－，％")


@given(AMOUNTS)
def test_an_amount_reads_back_as_it_was_written(fen: int) -> None:
    text = format_yuan(fen)
    assert parse_yuan(text) == fen
    assert parse_yuan(text.translate(FULL_WIDTH)) == fen
    assert parse_yuan(f" 000{text}\t") == fen
    assert parse_yuan(text.replace(".", "。")) == fen
    assert show_yuan(fen).replace(",", "") == text
    if fen % 100 == 0:
        assert parse_yuan(text[:-3]) == fen
    if fen % 10 == 0:
        assert parse_yuan(text[:-1]) == fen


@given(st.integers())
def test_any_number_of_fen_has_a_text(fen: int) -> None:
    whole, cents = format_yuan(fen).lstrip("-").split(".")
    assert len(cents) == 2
    assert (int(whole) * 100 + int(cents)) * (-1 if fen < 0 else 1) == fen
    assert Fraction(format_yuan(fen)) == Fraction(fen, 100)


@given(st.text(max_size=12) | st.text("0123456789.,-+e%元 ", max_size=12))
def test_a_text_is_an_exact_amount_or_refused_with_a_reason(text: str) -> None:
    fen, reason = None, ""
    try:
        fen = parse_yuan(text)
    except ValueError as error:
        reason = str(error)
    assert (fen is None) == bool(reason)
    if fen is not None:
        assert 0 <= fen <= MAX_FEN
        assert Fraction(plain(text)) * 100 == fen


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the amount is empty: write it in 元, such as 8000.00"),
        (" ", "the amount is empty"),
        ("-1", "-1 is negative: amounts are never negative"),
        ("－１", "-1 is negative"),
        ("130,000", "130,000 has thousands separators: write 130000"),
        ("1，234，567．89", "1,234,567.89 has thousands separators: write 1234567.89"),
        ("1.005", "1.005 has more than two decimals"),
        ("1000000000.01", "1000000000.01 is above 1,000,000,000 元"),
        ("9" * 60, "is above 1,000,000,000 元"),
        ("13,0000", "13,0000 is not an amount in 元"),
        ("1e5", "1e5 is not an amount in 元"),
        ("nan", "nan is not an amount in 元"),
        ("inf", "inf is not an amount in 元"),
        ("+5", "+5 is not an amount in 元"),
        (".5", ".5 is not an amount in 元"),
        ("5.", "5. is not an amount in 元"),
        ("１２元", "12元 is not an amount in 元"),
        ("٣", "is not an amount in 元"),
        ("1_000", "1_000 is not an amount in 元"),
        ("\x1b[2J", "\\u001b[2J is not an amount in 元"),
    ],
)
def test_why_a_text_is_no_amount(text: str, reason: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is compared below
        parse_yuan(text)
    assert reason in str(caught.value)


def test_the_largest_amount() -> None:
    assert parse_yuan("1000000000") == MAX_FEN
    assert parse_yuan("1000000000.00") == MAX_FEN


@given(st.integers(0, 10**8 - 1))
def test_a_rate_reads_back_as_it_was_written(millionths: int) -> None:
    rate = Fraction(millionths, MAX_DENOMINATOR)
    text = format_percent(rate)
    assert parse_percent(text) == rate
    assert parse_percent(text.translate(FULL_WIDTH)) == rate


@pytest.mark.parametrize(
    "text", ["0.7", "70", "", "%", "-1%", "1e1%", "70%%", "7 0%", "0.12345%", "12345%", "٧%", "70‰"]
)
def test_what_is_no_rate(text: str) -> None:
    with pytest.raises(ValueError, match="is not a rate: write it with a percent sign"):
        parse_percent(text)


def test_a_rate_that_no_percentage_writes_stays_a_ratio() -> None:
    assert format_percent(Fraction(1, 3)) == "1/3"
    assert format_percent(Fraction(9, 10)) == "90%"
    assert format_percent(Fraction(68, 1000)) == "6.8%"
    assert format_percent(Fraction(333333, 1000000)) == "33.3333%"


@given(st.integers(0, 40 * MAX_FEN), st.integers(1, MAX_DENOMINATOR), st.data())
def test_half_up_is_the_nearest_fen_and_half_goes_up(
    amount: int, denominator: int, data: st.DataObject
) -> None:
    numerator = data.draw(st.integers(0, denominator))
    exact = Fraction(amount * numerator, denominator)
    rounded = half_up(amount, numerator, denominator)
    assert Fraction(-1, 2) < rounded - exact <= Fraction(1, 2)
    column = np.array([amount, 0, amount], dtype=np.int64)
    found = half_up(column, numerator, denominator)
    assert found.dtype == np.int64
    assert found.tolist() == [rounded, 0, rounded]


@pytest.mark.parametrize(
    ("fen", "rate", "rounded"),
    [
        (1, Fraction(1, 2), 1),
        (3, Fraction(1, 2), 2),
        (5, Fraction(9, 10), 5),
        (15, Fraction(1, 10), 2),
        (14, Fraction(1, 10), 1),
        (1, Fraction(1, 3), 0),
        (2, Fraction(1, 3), 1),
        (333, Fraction(1, 1), 333),
    ],
)
def test_half_a_fen(fen: int, rate: Fraction, rounded: int) -> None:
    assert half_up(fen, rate.numerator, rate.denominator) == rounded


WEIGHTS = st.lists(st.integers(0, 10**6), min_size=1, max_size=6).filter(any)


@given(AMOUNTS, WEIGHTS)
def test_parts_add_up_and_are_less_than_a_fen_from_their_share(
    total: int, weights: list[int]
) -> None:
    parts = apportion(total, weights)
    assert sum(parts) == total
    exact = [Fraction(total * weight, sum(weights)) for weight in weights]
    for part, share, weight in zip(parts, exact, weights, strict=True):
        assert abs(part - share) < 1
        assert part == share or weight > 0
    raised = [i for i, part in enumerate(parts) if part > exact[i]]
    cut = [i for i, part in enumerate(parts) if part < exact[i]]
    for i in raised:  # whoever got an odd 分 had the larger remainder, or stands first
        for j in cut:
            assert (exact[i] % 1, -i) > (exact[j] % 1, -j)


@given(AMOUNTS, WEIGHTS, st.integers(1, 50))
def test_parts_depend_on_the_ratio_of_weights_alone(
    total: int, weights: list[int], factor: int
) -> None:
    assert apportion(total, weights) == apportion(total, [weight * factor for weight in weights])


def test_ties_go_to_the_first() -> None:
    assert apportion(1, [1, 1]) == [1, 0]
    assert apportion(2, [1, 1, 1]) == [1, 1, 0]
    assert apportion(100, [0, 1, 2]) == [0, 33, 67]


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1], [-1, 3]])
def test_weights_that_share_nothing(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights must be"):
        apportion(1, weights)
