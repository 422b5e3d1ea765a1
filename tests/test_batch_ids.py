"""Ids of whole columns: numbers of holders, ids that stand twice, numbers that lost digits."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediaid.batch.ids import (
    PolarsText,
    number_hashes,
    numbered,
    repeated,
    rounded_numbers,
)
from mediaid.claims.table import TextList

TEXTS = st.lists(st.text(max_size=3) | st.sampled_from(["a", "b", "张三", "😀"]), max_size=30)


def same_partition(numbers: list[int], keys: list[object]) -> bool:
    """Whether equal keys have equal numbers, others others, and the numbers have no gaps."""
    pairs = set(zip(numbers, keys, strict=True))
    distinct = set(numbers)
    return len(pairs) == len(set(keys)) == len(distinct) and distinct == set(range(len(distinct)))


@given(TEXTS)
def test_equal_texts_have_equal_numbers(texts: list[str]) -> None:
    numbers = numbered(pl.Series(texts, dtype=pl.String)).tolist()
    assert same_partition(numbers, list(texts))


HASHES = st.lists(
    st.sampled_from([0, 1, 2, 1 << 61, (1 << 61) + 1, 2**64 - 1, 7]), min_size=1, max_size=20
)


@given(HASHES)
def test_whole_hashes_are_told_apart_even_by_their_last_bits(hashes: list[int]) -> None:
    numbers, first = number_hashes(np.array(hashes, dtype=np.uint64), whole=True)
    assert same_partition(numbers.tolist(), list(hashes))
    assert [numbers[row] for row in first] == list(range(len(first)))


def test_cut_hashes_are_not_told_apart_which_is_why_texts_are_compared() -> None:
    numbers, _first = number_hashes(np.array([1 << 63, 0, 0], dtype=np.uint64), whole=False)
    assert numbers.tolist() == [0, 0, 0]


@given(TEXTS)
def test_numbers_are_right_even_if_every_hash_collides(texts: list[str]) -> None:
    series = pl.Series(texts, dtype=pl.String)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pl.Series, "hash", lambda s: pl.Series(s.str.len_bytes().cast(pl.UInt64)))
        assert same_partition(numbered(series).tolist(), list(texts))
        assert repeated(series) == repeats_of(texts)


def repeats_of(texts: list[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for row, text in enumerate(texts):
        found.setdefault(text, []).append(row)
    return {text: rows for text, rows in found.items() if text and len(rows) > 1}


@given(TEXTS)
def test_repeated_texts_are_found_with_all_their_rows(texts: list[str]) -> None:
    assert repeated(pl.Series(texts, dtype=pl.String)) == repeats_of(texts)


@given(TEXTS, st.data())
def test_a_text_column_orders_like_a_list_of_texts(texts: list[str], data: st.DataObject) -> None:
    column, plain = PolarsText(pl.Series(texts, dtype=pl.String)), TextList(texts)
    rows = np.array(
        data.draw(st.lists(st.sampled_from(range(len(texts))))) if texts else [], dtype=np.int64
    )
    rows = np.unique(rows)
    assert len(column) == len(plain)
    assert column.take(rows) == plain.take(rows)
    assert [column[int(row)] for row in rows] == plain.take(rows)
    in_order = [
        text for _rank, text in sorted(zip(column.rank(rows), column.take(rows), strict=True))
    ]
    assert in_order == sorted(plain.take(rows), key=lambda text: text.encode())


def test_order_is_by_utf8_bytes_not_by_utf16() -> None:
    # U+FF21 comes before U+1F600 in UTF-8, after it in UTF-16.
    assert PolarsText(pl.Series(["😀", "Ａ"])).rank(np.array([0, 1])).tolist() == [1, 0]


NUMBER = "90011219900101123"


def check_digit(seventeen: str) -> str:
    """The last character of a resident ID number, by the standard's own weights."""
    weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    total = sum(int(digit) * weight for digit, weight in zip(seventeen, weights, strict=True))
    return "10X98765432"[total % 11]


@given(st.integers(0, 999), st.integers(0, 364))
def test_a_number_ending_in_000_is_damaged_unless_its_check_digit_fits(area: int, day: int) -> None:
    born = (np.datetime64("1990-01-01") + day).astype(str).replace("-", "")
    number = f"310{area:03d}{born}100"
    expected = [] if check_digit(number) == "0" else [0]
    assert rounded_numbers(pl.Series([number + "0"])).tolist() == expected


@pytest.mark.parametrize(
    "number",
    [
        NUMBER + check_digit(NUMBER),
        NUMBER + "0",  # a wrong check digit alone is no sign of a spreadsheet
        "001234199001011000",  # a spreadsheet would have dropped the zeros in front as well
        "900112199013011000",  # not a resident number: there is no month 13
        "P000",
        "123456789012345000000",
    ],
)
def test_other_numbers_are_not_suspected(number: str) -> None:
    assert rounded_numbers(pl.Series([number])).tolist() == []


def test_damaged_numbers_are_found_among_others() -> None:
    column = pl.Series(["P1", "900112199001011000", "", "900112199001012000"])
    damaged = [row for row in (1, 3) if check_digit(column[row][:17]) != "0"]
    assert damaged
    assert rounded_numbers(column).tolist() == damaged


def test_hashes_are_checked_against_the_texts() -> None:
    assert numbered(pl.Series(["a"] * 3)).tolist() == [0, 0, 0]
    assert numbered(pl.Series([], dtype=pl.String)).tolist() == []
