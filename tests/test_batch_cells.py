"""Whole columns: what the fast ways recognise is what parse_cell says of each cell."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_support import sample_pack
from mediaid.batch.cells import MISSING, Column, read_column
from mediaid.batch.source import cell_text
from mediaid.claims.cells import parse_cell
from mediaid.claims.fields import Field, pack_fields

FIELDS = pack_fields(sample_pack())

DIGITS = st.text("0123456789", min_size=1, max_size=12)
WIDE = str.maketrans("0123456789.-", "０１２３４５６７８９．－")
AMOUNTS = st.one_of(
    DIGITS,
    st.tuples(DIGITS, st.text("0123456789", max_size=4)).map(".".join),
    DIGITS.map(lambda text: text.translate(WIDE)),
    st.sampled_from(
        [
            "1e5",
            "1E5",
            "NaN",
            "inf",
            "-5",
            "-0",
            "+5",
            "1,000",
            "1,000.00",
            "5.",
            ".5",
            " 5 ",
            "5。5",
            "0x10",
            "１２３。５",
            "٣",
            "1_000",
            "5元",
            "¥5",
            "999999999.99",
            "1000000000",
            "1000000000.01",
            "0000000000005",
            "\u00a05",
            "5\n",
        ]
    ),
)
IDS = st.one_of(
    st.text(max_size=6),
    st.text("0123456789eE.+-X", max_size=8),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=90),
    st.sampled_from(
        ["3.1E+17", "3e5", " C1 ", "C\u202e1", "张三", "a\tb", "=1+1", "x" * 201, "１２"]
    ),
)
DAYS = st.one_of(
    st.dates().map(str),
    st.sampled_from(
        [
            "2023-02-30",
            "2023-2-3",
            "2023/05/01",
            "20230501",
            "２０２３-05-01",
            "45047",
            " 2023-05-01",
            "0000-01-01",
            "2023-05-01 00:00:00",
            "2024-02-29",
        ]
    ),
)
CODES = st.one_of(
    st.sampled_from(
        [
            "inpatient",
            "住院",
            "outpatient",
            "门急诊",
            " 住院 ",
            "inpatinet",
            "Inpatient",
            "ｉnpatient",
            "住院\u200b",
            "",
        ]
    ),
    st.text(max_size=4),
)
COUNTS = st.one_of(DIGITS, st.sampled_from(["1.0", "-1", "１２", "1000000", "1000001", " 7"]))
TEXTS = {
    "self_paid": AMOUNTS,
    "claim_id": IDS,
    "date": DAYS,
    "setting": CODES,
    "days": COUNTS,
}


def one_by_one(texts: list[str | None], field: Field) -> tuple[list[object], list[int], list[int]]:
    """Values, blank rows and refused rows as parse_cell alone decides them."""
    values: list[object] = []
    blank, refused = [], []
    for row, text in enumerate(texts):
        value: object = MISSING.get(field.kind, "")
        if text is None or not text.strip():
            blank.append(row)
        else:
            try:
                value = parse_cell(field, text, sample_pack())
            except ValueError:
                refused.append(row)
        values.append(value)
    return values, blank, refused


def compare(column: Column, texts: list[str | None], field: Field) -> None:
    """The column says the same as parse_cell, row by row, reasons included."""
    values, blank, refused = one_by_one(texts, field)
    assert list(column.values) == values
    assert sorted(column.blank.tolist()) == blank
    reasons = {row: reason for rows, reason in column.refused for row in rows.tolist()}
    assert sorted(reasons) == refused
    for row, reason in reasons.items():
        with pytest.raises(ValueError, match=f"^{re.escape(reason)}$"):
            parse_cell(field, texts[row] or "", sample_pack())


@pytest.mark.parametrize("name", TEXTS)
@given(data=st.data())
def test_text_is_read_as_parse_cell_reads_it(name: str, data: st.DataObject) -> None:
    texts = data.draw(st.lists(st.none() | TEXTS[name], max_size=8))
    column = read_column(pl.Series(texts, dtype=pl.String), FIELDS[name], sample_pack())
    compare(column, texts, FIELDS[name])


@given(
    st.lists(st.none() | st.decimals(-10, 10**10, places=2), min_size=1, max_size=8),
    st.integers(0, 6),
)
def test_decimals_are_read_by_their_value_not_their_scale(
    amounts: list[Decimal | None], scale: int
) -> None:
    column = pl.Series(amounts, dtype=pl.Decimal(38, 2)).cast(pl.Decimal(38, scale))
    texts = [None if cell is None else plainly(cell) for cell in column.to_list()]
    compare(read_column(column, FIELDS["self_paid"], sample_pack()), texts, FIELDS["self_paid"])


def plainly(amount: Decimal) -> str:
    """An amount without zeros at the end of its decimals, but two if it has any decimals."""
    text = f"{amount:f}"
    if "." in text and len(text.split(".")[1]) > 2:
        return text.rstrip("0").rstrip(".")
    return text


@given(st.lists(st.integers(0, 10**13), min_size=1, max_size=8))
def test_floats_that_mean_whole_fen_are_exact(fen: list[int]) -> None:
    column = pl.Series([cents / 100 for cents in fen])
    texts: list[str | None] = [cell_text(value) for value in column.to_list()]
    compare(read_column(column, FIELDS["self_paid"], sample_pack()), texts, FIELDS["self_paid"])


@given(st.lists(st.none() | st.floats(width=64), min_size=1, max_size=8))
def test_any_float_is_read_as_its_shortest_text(numbers: list[float | None]) -> None:
    texts = [None if n is None else cell_text(n) for n in numbers]
    for name in ("self_paid", "days", "claim_id"):
        column = read_column(pl.Series(numbers, dtype=pl.Float64), FIELDS[name], sample_pack())
        compare(column, texts, FIELDS[name])


@given(
    st.lists(
        st.none() | st.integers(-(2**63), 2**63 - 1) | st.integers(-5, 10**9 + 5),
        min_size=1,
        max_size=8,
    )
)
def test_integers_are_read_as_their_digits(numbers: list[int | None]) -> None:
    texts = [None if n is None else str(n) for n in numbers]
    for name in ("self_paid", "days", "claim_id"):
        column = read_column(pl.Series(numbers, dtype=pl.Int64), FIELDS[name], sample_pack())
        compare(column, texts, FIELDS[name])


@given(
    st.lists(
        st.none()
        | st.datetimes()
        | st.dates().map(lambda day: dt.datetime.combine(day, dt.time())),
        min_size=1,
        max_size=8,
    )
)
def test_times_are_days_only_at_midnight(times: list[dt.datetime | None]) -> None:
    texts = [None if t is None else cell_text(t) for t in times]
    for unit in ("us", "ms"):
        column = pl.Series(times, dtype=pl.Datetime("us"))
        if unit == "ms":
            column = column.dt.truncate("1ms").cast(pl.Datetime("ms"))
            texts = [None if t is None else cell_text(t) for t in column.to_list()]
        compare(read_column(column, FIELDS["date"], sample_pack()), texts, FIELDS["date"])


def read(values: list[Any], dtype: Any, name: str) -> Column:
    return read_column(pl.Series(values, dtype=dtype), FIELDS[name], sample_pack())


def test_typed_days_and_categories_are_taken_as_they_are() -> None:
    days = read([dt.date(2023, 5, 1), None], pl.Date, "date")
    assert list(days.values) == [19478, MISSING["date"]]
    assert days.blank.tolist() == [1]
    codes = read(["住院", "outpatient", None, "x"], pl.Categorical, "setting")
    assert list(codes.values) == [0, 1, -1, -1]
    assert codes.blank.tolist() == [2]
    assert [rows.tolist() for rows, _reason in codes.refused] == [[3]]


def test_a_day_beyond_the_calendar_of_dates_is_refused() -> None:
    late = pl.Series([3_000_000], dtype=pl.Int32).cast(pl.Date)
    column = read_column(late, FIELDS["date"], sample_pack())
    assert [rows.tolist() for rows, _reason in column.refused] == [[0]]


@pytest.mark.parametrize(
    "cells",
    [
        pl.Series([[1], [2]]),
        pl.Series([{"a": 1}, {"a": 2}]),
        pl.Series([b"\x01", b"\x02"]),
        pl.Series([True, False]),
        pl.Series([dt.time(1), dt.time(2)]),
    ],
)
def test_cells_of_other_kinds_are_refused_not_guessed(cells: pl.Series) -> None:
    for name in ("self_paid", "date", "setting", "days"):
        column = read_column(cells, FIELDS[name], sample_pack())
        assert sum(len(rows) for rows, _reason in column.refused) == 2


def test_a_column_without_any_value_is_blank() -> None:
    for name in ("self_paid", "date", "setting", "days", "claim_id"):
        column = read_column(pl.Series([None, None]), FIELDS[name], sample_pack())
        assert column.blank.tolist() == [0, 1]
        assert not column.refused


def test_each_wrong_value_is_read_once_and_names_all_its_rows() -> None:
    column = read(["5", "x", "y", "x", "6"], pl.String, "self_paid")
    assert [rows.tolist() for rows, _reason in column.refused] == [[1, 3], [2]]
    assert list(column.values) == [500, 0, 0, 0, 600]


def test_ids_lose_the_spaces_around_them_and_nothing_else() -> None:
    column = read([" C1 ", "C2", "张 三", "=1+1"], pl.String, "claim_id")
    assert list(column.values) == ["C1", "C2", "张 三", "=1+1"]
    assert isinstance(column.values, pl.Series)


def test_an_id_of_a_number_column_keeps_its_digits_or_is_refused() -> None:
    whole = read([900112199001011234], pl.Int64, "person_id")
    assert list(whole.values) == ["900112199001011234"]
    damaged = read([9.00112199001011234e17, 12.0], pl.Float64, "person_id")
    assert damaged.refused[0][0].tolist() == [0]
    assert "9.00112199001011e+17" in damaged.refused[0][1]
    assert damaged.values[1] == "12"


def test_arrays_have_the_types_of_the_claims_table() -> None:
    assert read(["1"], pl.String, "self_paid").values.dtype == np.int64
    assert read(["2023-01-01"], pl.String, "date").values.dtype == np.int32
    assert read(["住院"], pl.String, "setting").values.dtype == np.int16
    assert read(["1"], pl.String, "days").values.dtype == np.int64
