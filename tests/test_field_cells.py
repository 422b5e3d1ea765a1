"""Cells of field files: whole columns read as each cell alone would be; refunds find originals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import product

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediaid.batch.mapped.cells import read_amounts, read_days, read_numbers
from mediaid.batch.mapped.refunds import Records, Refunds, find_refunds
from mediaid.batch.mapped.roster import Roster
from mediaid.claims.cells import EPOCH, parse_written_day, parse_written_yuan
from mediaid.claims.refunds import put_together
from mediaid.claims.table import NO_DATE
from mediaid.people.documents import KINDS, parse_document
from mediaid.people.identity import check_digit

DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31))
FORMS = (
    lambda d: d.isoformat(),
    lambda d: f"{d.year}/{d.month}/{d.day}",
    lambda d: f"{d.year}.{d.month:02d}.{d.day:02d} 7:05",
    lambda d: f"{d.year}年{d.month}月{d.day}日",
    lambda d: f"{d:%Y%m%d}",
    lambda d: f"{d:%Y-%m-%d}T23:59:59.999",
    lambda d: str((d - dt.date(1899, 12, 30)).days),
    lambda d: f"{(d - dt.date(1899, 12, 30)).days}.99",
)


@given(DAYS, st.sampled_from(FORMS))
def test_a_day_is_the_same_in_every_form(day: dt.date, form: object) -> None:
    assert callable(form)
    assert parse_written_day(form(day)) == (day - EPOCH).days


@given(st.integers(-(10**11), 10**11))
def test_an_amount_is_the_same_in_every_form(fen: int) -> None:
    sign, whole = "-" if fen < 0 else "", f"{abs(fen) // 100}"
    rest = f"{abs(fen) % 100:02d}"
    grouped = f"{abs(fen) // 100:,}"
    for text in (f"{sign}{whole}.{rest}", f"{sign}{grouped}.{rest}000", f"¥{sign}{whole}.{rest}元"):
        assert parse_written_yuan(text) == fen


def alone(read: object, text: str) -> object:
    assert callable(read)
    try:
        return read(text)
    except ValueError as error:
        return f"refused: {error}"


def together(
    size: int, values: list[object], refused: Sequence[tuple[object, str]]
) -> list[object]:
    found = list(values)
    for rows, reason in refused:
        for row in np.asarray(rows).tolist():
            found[row] = f"refused: {reason}"
    assert len(found) == size
    return found


CELLS = st.one_of(
    st.text(alphabet="0123456789-/.,年月日 :TX¥e+元", max_size=14),
    DAYS.map(str),
    st.decimals(0, 10**6, places=2).map(str),
).map(str.strip)


@given(st.lists(CELLS.filter(bool), min_size=1, max_size=12))
def test_a_column_of_days_or_amounts_is_its_cells_one_by_one(cells: list[str]) -> None:
    column = pl.Series(cells, dtype=pl.String)
    days = read_days(column)
    expected = [alone(parse_written_day, cell) for cell in cells]
    got = together(len(cells), days.values.tolist(), days.refused)
    # The time of day is not part of what a whole column quotes.
    assert [e if isinstance(e, int) else "no" for e in expected] == [
        g if isinstance(g, int) else "no" for g in got
    ]
    amounts = read_amounts(column)
    assert together(len(cells), amounts.fen.tolist(), amounts.refused) == [
        alone(parse_written_yuan, cell) for cell in cells
    ]


def resident(digits: str) -> str:
    return digits + check_digit(digits)


NUMBERS = st.one_of(
    st.from_regex(r"[1-9][0-9]{5}(18|19|20)[0-9]{6}[0-9]{3}", fullmatch=True).map(resident),
    st.from_regex(r"[1-9][0-9]{5}(18|19|20)[0-9]{9}[0-9X]", fullmatch=True),
    st.text(alphabet="0123456789Xx' H", min_size=1, max_size=20).filter(lambda t: t.strip("' ")),
).map(str.strip)


@given(st.lists(st.tuples(NUMBERS, st.sampled_from(sorted(KINDS))), min_size=1, max_size=12))
def test_a_column_of_numbers_is_its_cells_one_by_one(cells: list[tuple[str, str]]) -> None:
    names = list(KINDS)
    kinds = np.array([names.index(kind) for _text, kind in cells], dtype=np.int64)
    column = read_numbers(pl.Series([text for text, _kind in cells]), kinds, names)
    got = together(len(cells), column.values.to_list(), column.refused)
    for cell, (text, kind) in zip(got, cells, strict=True):
        expected = alone(lambda t, kind=kind: parse_document(t, kind).number, text)
        if str(expected).startswith("refused"):
            assert str(cell).startswith("refused")
        else:
            assert cell == expected


# --- the roster ---------------------------------------------------------------------------------

PERIODS = st.lists(
    st.tuples(st.sampled_from("ABC"), st.integers(0, 40), st.integers(0, 15), st.integers(0, 4)),
    max_size=8,
)
ASKED = st.lists(st.tuples(st.sampled_from("ABCD"), st.integers(-5, 60)), min_size=1, max_size=12)


@given(PERIODS, ASKED, st.one_of(st.none(), st.integers(0, 4)))
def test_the_roster_gives_the_category_of_the_day(
    periods: list[tuple[str, int, int, int]],
    asked: list[tuple[str, int]],
    otherwise: int | None,
) -> None:
    kept: list[tuple[str, int, int, int]] = []
    for person, begin, days, category in periods:
        end = begin + days
        if all(p != person or end < b or e < begin for p, b, e, _c in kept):
            kept.append((person, begin, end, category))
    schema = {"person": pl.String, "from": pl.Int64, "to": pl.Int64, "category": pl.Int64}
    roster = Roster(pl.DataFrame(kept, schema=schema, orient="row").sort("from"), "r")
    persons = pl.Series([person for person, _day in asked])
    days_asked = np.array([day for _person, day in asked], dtype=np.int32)
    wanted = np.ones(len(asked), dtype=np.bool_)
    column, absent = roster.look_up(persons, days_asked, wanted, otherwise)
    expected = [
        next((c for p, begin, end, c in kept if p == person and begin <= day <= end), None)
        for person, day in asked
    ]
    assert absent == expected.count(None)
    refused = {int(row) for rows, _reason in column.refused for row in rows}
    for row, due in enumerate(expected):
        if due is not None:
            assert column.values[row] == due
        elif otherwise is not None:
            assert column.values[row] == otherwise
        assert (row in refused) == (due is None and otherwise is None)


# --- refunds --------------------------------------------------------------------------------------


def refunds(
    *rows: tuple[str, int, bool, str],
    visits: bool = False,
    days: Sequence[int] = (),
    settings: Sequence[int] = (),
) -> Refunds:
    """Refunds among records (claim id, 分, flagged, original) of one person."""
    claims, fen, flags, originals = zip(*rows, strict=True)
    on = np.array(days or [0] * len(rows), dtype=np.int64)
    return find_refunds(
        Records(
            number=range(2, len(rows) + 2),
            claim_id=claims,
            person=["P"] * len(rows),
            visit=["V"] * len(rows) if visits else None,
            original=originals,
            fen=np.array(fen, dtype=np.int64),
            flagged=np.array(flags, dtype=np.bool_),
            day=on,
            until=on,
            setting=np.array(settings or [0] * len(rows), dtype=np.int64),
        )
    )


def test_a_record_that_names_its_original_reverses_it() -> None:
    found = refunds(("A", 100, True, ""), ("B", -100, True, "A"), ("C", 100, False, ""))
    assert found == Refunds(reverses={1: "A"})
    # Given back and settled again at the same amount: the new record counts.
    found = refunds(("A", 100, True, ""), ("C", 100, False, ""), ("B", -100, True, "A"))
    assert found == Refunds(reverses={2: "A"})


def test_without_a_name_the_marked_record_of_that_amount_is_meant() -> None:
    found = refunds(("C", 100, False, ""), ("A", 100, True, ""), ("B", -100, True, ""))
    assert found == Refunds(reverses={2: "A"})


def test_more_marked_records_than_refunds_leave_none_to_be_paid() -> None:
    found = refunds(("A", 100, True, ""), ("B", 100, True, ""), ("X", -100, True, ""))
    assert found == Refunds(reverses={2: "A"}, elsewhere=[1])


def test_an_unmarked_record_is_meant_if_it_is_the_only_one() -> None:
    found = refunds(("A", 100, False, ""), ("B", -100, False, ""), ("C", 200, False, ""))
    assert found == Refunds(reverses={1: "A"}, by_amount=[1])


def test_a_refund_of_no_record_of_its_amount_stands_alone() -> None:
    assert refunds(("A", 100, False, ""), ("X", -200, False, "")) == Refunds(alone=[1])


def test_as_many_refunds_as_records_leave_nothing_open() -> None:
    found = refunds(
        ("A", 100, False, ""), ("B", 100, False, ""), ("X", -100, False, ""), ("Y", -100, False, "")
    )
    assert found == Refunds(reverses={2: "A", 3: "B"}, by_amount=[2, 3])


@pytest.mark.parametrize(
    ("rows", "refused"),
    [
        ([("A", 100, False, ""), ("B", 100, False, ""), ("X", -100, False, "")], {2: "several"}),
        ([("A", 100, False, ""), ("X", 100, True, "")], {1: "Whether it cancels A"}),
    ],
)
def test_what_the_file_leaves_open_is_refused(
    rows: list[tuple[str, int, bool, str]], refused: dict[int, str]
) -> None:
    found = refunds(*rows)
    assert found.reverses == {}
    assert [row for row, _reason in found.refused] == list(refused)
    for row, reason in found.refused:
        assert refused[row] in reason


def test_a_record_refunded_in_another_file_is_left_out() -> None:
    assert refunds(("A", 100, True, ""), ("B", 300, False, "")) == Refunds(elsewhere=[0])


def test_a_refund_with_the_id_of_its_original_gets_one_of_its_own() -> None:
    found = refunds(("A", 100, False, ""), ("B", 100, False, ""), ("A", -100, False, ""))
    assert found == Refunds(reverses={2: "A"}, renamed={2: "A/退4"})


def test_a_refund_gives_back_nothing_later_and_no_other_kind_of_care() -> None:
    rows = ("A", 100, False, ""), ("B", 100, False, ""), ("X", -100, False, "")
    assert refunds(*rows, days=[5, 9, 7]) == Refunds(reverses={2: "A"}, by_amount=[2])
    assert refunds(*rows, days=[8, 9, 7]) == Refunds(alone=[2])
    assert refunds(*rows, settings=[0, 1, 1]) == Refunds(reverses={2: "B"}, by_amount=[2])
    # What cannot be read is refused for that; it must not have its original be paid.
    unread = refunds(*rows[1:], settings=[1, -1], days=[5, int(NO_DATE)])
    assert unread == Refunds(reverses={1: "B"}, by_amount=[1])
    # Two refunds of which one alone can give back either of the two later records.
    late = refunds(*rows, ("Y", -100, False, ""), ("C", 100, False, ""), days=[9, 9, 7, 9, 5])
    assert late.reverses == {2: "C"}
    assert [row for row, _reason in late.refused] == [3]


def test_a_refund_that_stands_twice_is_one() -> None:
    back = ("X", -100, False, "")
    found = refunds(("A", 100, False, ""), ("B", 100, False, ""), back, back)
    assert (found.reverses, found.repeats) == ({}, {3: 2})
    assert [row for row, _reason in found.refused] == [2]


MEANT = st.lists(st.sets(st.integers(0, 3)), max_size=4)


@given(MEANT)
def test_what_refunds_surely_cancel_is_cancelled_however_they_are_paired(
    meant: list[set[int]],
) -> None:
    """Held against every way of pairing as many refunds as can be."""
    ways = [
        {refund: record for refund, record in enumerate(way) if record is not None}
        for way in product(*[[None, *records] for records in meant])
    ]
    ways = [way for way in ways if len(set(way.values())) == len(way)]
    most = max(map(len, ways))
    together = list(put_together(dict(enumerate(meant))))
    assert sorted(row for its in together for row in its.refunds) == list(range(len(meant)))
    assert sum(len(its.pairs) for its in together) == most
    always = set.intersection(*[set(way.values()) for way in ways if len(way) == most])
    sure = {record for its in together if its.sure for record in its.pairs.values()}
    assert sure <= always
    if always == set().union(*meant):
        assert sure == always
