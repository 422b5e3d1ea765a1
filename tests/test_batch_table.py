"""Rows understood: the same claims as from records, and every fault with its row and column."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from batch_support import claim, sample_pack, write_claims, write_rows
from mediaid.batch.any_source import open_source
from mediaid.batch.history import read_history
from mediaid.batch.table import Table, read_table
from mediaid.claims.records import from_records
from mediaid.claims.table import Claims
from mediaid.faults import ClaimError

Rows = Sequence[Mapping[str, object]]


def table_of(path: Path, rows: Rows, ignore: Sequence[str] = ()) -> Table:
    return read_table(open_source(write_claims(path, rows)), sample_pack(), ignore)


def faults_of(path: Path, *rows: Mapping[str, object]) -> list[str]:
    keys = dict.fromkeys(key for row in rows for key in row)
    whole = [{key: row.get(key, "") for key in keys} for row in rows]
    return [str(fault) for fault in table_of(path, whole).problems.faults(50)]


def texts(column: object, n: int) -> list[str]:
    return column.take(np.arange(n)) if column is not None else [""] * n  # type: ignore[attr-defined]


def same(one: Claims, other: Claims) -> None:
    """Both tables hold the same claims; holders may be numbered differently."""
    assert one.n == other.n
    for name in ("claim_id", "person_id", "household_id", "visit_id"):
        assert texts(getattr(one, name), one.n) == texts(getattr(other, name), other.n)
    assert one.date.tolist() == other.date.tolist()
    for group in ("codes", "amounts", "counts", "dates"):
        ones, others = getattr(one, group), getattr(other, group)
        assert ones.keys() == others.keys()
        for name, column in ones.items():
            assert column.tolist() == others[name].tolist(), name
            assert column.dtype == others[name].dtype, name
    for name in ("person", "household", "visit"):
        numbers, others = getattr(one, name).tolist(), getattr(other, name).tolist()
        assert len(set(zip(numbers, others, strict=True))) == len(set(numbers)) == len(set(others))
        assert set(numbers) == set(range(len(set(numbers)))), f"{name} has gaps"
    void = np.zeros(one.n) if one.void is None else one.void
    others = np.zeros(one.n) if other.void is None else other.void
    assert void.tolist() == others.tolist()


AMOUNT = st.integers(0, 10**11).map(lambda fen: f"{fen // 100}.{fen % 100:02d}")
MAYBE = st.sampled_from(["", "A", "B", "C"])


@st.composite
def claims(draw: st.DrawFn) -> list[dict[str, object]]:
    size = draw(st.integers(1, 8))
    rows = [
        claim(
            at,
            person_id=draw(st.sampled_from(["P1", "P2", "900112199001011234", "张三"])),
            date=str(draw(st.dates(dt.date(2023, 1, 1), dt.date(2025, 12, 31)))),
            setting=draw(st.sampled_from(["inpatient", "门急诊"])),
            category=draw(st.sampled_from(["poor", "低收入", "none"])),
            self_paid=draw(AMOUNT),
            household_id=draw(MAYBE),
            visit_id=draw(MAYBE),
            premium=draw(st.just("") | AMOUNT),
            already_aided=draw(st.just("") | AMOUNT),
            recognised_on=draw(st.sampled_from(["", "2023-02-03"])),
            days=draw(st.sampled_from(["", "3", "１２"])),
            ward=draw(st.sampled_from(["", "a", "乙"])),
        )
        for at in range(size)
    ]
    reversed_rows = draw(st.sets(st.integers(0, size - 1), max_size=2))
    for at in reversed_rows:
        rows.append({**rows[at], "claim_id": f"R{at}", "reverses": f"C{at}"})
    names = dict.fromkeys(name for row in rows for name in row)
    absent = draw(
        st.sets(
            st.sampled_from(
                [
                    "household_id",
                    "visit_id",
                    "premium",
                    "already_aided",
                    "recognised_on",
                    "days",
                    "ward",
                ]
            )
        )
    )
    return [{n: row.get(n, "") for n in names if n not in absent} for row in rows]


@given(rows=claims())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_file_gives_the_claims_that_its_records_give(
    tmp_path: Path, rows: list[dict[str, object]]
) -> None:
    """Whatever its format; what takes time is to think the rows up."""
    wanted = from_records(rows, sample_pack())
    for kind in ("csv", "parquet", "xlsx"):
        table = table_of(tmp_path / f"a.{kind}", rows)
        assert table.problems.faults(50) == []
        same(table.claims(), wanted)


def test_typed_parquet_gives_the_same_claims_as_text(tmp_path: Path) -> None:
    plain = [claim(at, self_paid="8000.10", days="3", reverses="") for at in range(3)]
    typed = [row | {"date": dt.date(2023, 5, 1), "self_paid": 8000.10, "days": 3} for row in plain]
    one = table_of(tmp_path / "a.parquet", typed).claims()
    same(one, table_of(tmp_path / "b.parquet", plain).claims())


def test_bad_rows_leave_the_claims_of_the_good_ones(tmp_path: Path) -> None:
    rows = [claim(1), claim(2, self_paid="x"), claim(3, person_id="P1"), claim(4, date="no")]
    table = table_of(tmp_path / "a.csv", rows)
    assert table.problems.bad.tolist() == [False, True, False, True]
    same(table.claims(), from_records([rows[0], rows[2]], sample_pack()))


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        ({"self_paid": "-5"}, "self_paid", "negative"),
        ({"self_paid": "5.001"}, "self_paid", "more than two decimals"),
        ({"self_paid": "8,000.00"}, "self_paid", "write 8000.00"),
        ({"self_paid": "NaN"}, "self_paid", "not an amount"),
        ({"self_paid": "inf"}, "self_paid", "not an amount"),
        ({"self_paid": "1e5"}, "self_paid", "not an amount"),
        ({"self_paid": "1000000000.01"}, "self_paid", "check the unit"),
        ({"self_paid": ""}, "self_paid", "fill it in"),
        ({"date": "2023-02-30"}, "date", "not a day of the calendar"),
        ({"date": "2023/5/1"}, "date", "write it as 2023-05-01"),
        ({"date": "2022-12-31"}, "date", "2023-01-01"),
        ({"category": "por"}, "category", "Did you mean poor?"),
        ({"setting": "住院部"}, "setting", "Did you mean 住院?"),
        ({"person_id": "3.1E+17"}, "person_id", "lost digits"),
        ({"person_id": "900112199001011000"}, "person_id", "format the column as text"),
        ({"claim_id": "C\u202e1"}, "claim_id", "invisible characters"),
        ({"claim_id": " "}, "claim_id", "fill it in"),
        ({"reverses": "C9"}, "reverses", "not in this input"),
    ],
)
@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet"])
def test_a_bad_cell_names_row_column_value_and_remedy(
    tmp_path: Path, kind: str, cells: dict[str, object], column: str, words: str
) -> None:
    [fault] = faults_of(tmp_path / f"a.{kind}", claim(1), claim(2, **cells), claim(3))
    assert f"a.{kind}, row 3, column {column}: " in fault
    assert words in fault


def test_full_width_digits_are_normalised(tmp_path: Path) -> None:
    table = table_of(tmp_path / "a.csv", [claim(1, self_paid="１２３。５", date="２０２３-05-01")])
    assert table.claims().amounts["self_paid"].tolist() == [12350]
    assert table.problems.count == 0


def test_all_rows_of_a_repeated_claim_id_are_bad(tmp_path: Path) -> None:
    rows = [claim(1), claim(2), claim(3, claim_id="C1"), claim(4, claim_id=" C1 ")]
    faults = faults_of(tmp_path / "a.csv", *rows)
    assert len(faults) == 3
    assert all("C1 stands in 3 rows (2, 4, 5)" in fault for fault in faults)


def test_all_faults_of_a_row_are_said(tmp_path: Path) -> None:
    faults = faults_of(tmp_path / "a.csv", claim(1, self_paid="x", date="y", claim_id=""))
    assert len(faults) == 3


def test_number_cells_of_a_spreadsheet_that_cannot_be_ids_are_refused(tmp_path: Path) -> None:
    [fault] = faults_of(tmp_path / "a.xlsx", claim(1, person_id=900112199001011234))
    assert "9.00112199001011e+17" in fault
    assert "lost digits" in fault
    assert faults_of(tmp_path / "b.xlsx", claim(1, person_id=123456789012345)) == []


# --- reversals ------------------------------------------------------------------------------------


def reversal(number: int, original: str, **cells: object) -> dict[str, object]:
    return claim(number, **{"reverses": original, "person_id": f"P{original[1:]}", **cells})


def void_of(path: Path, *rows: Mapping[str, object]) -> list[int]:
    void = table_of(path, [{"reverses": "", **row} for row in rows]).claims().void
    return [] if void is None else void.tolist()


def test_a_reversal_cancels_its_original_wherever_it_stands(tmp_path: Path) -> None:
    assert void_of(tmp_path / "a.csv", claim(1), reversal(2, "C1"), claim(3)) == [1, 2, 0]
    assert void_of(tmp_path / "b.csv", reversal(2, "C1"), claim(3), claim(1)) == [2, 0, 1]
    assert void_of(tmp_path / "c.csv", claim(1), claim(2)) == []


@pytest.mark.parametrize(
    ("rows", "bad", "words"),
    [
        ([reversal(1, "C1")], {2}, "itself"),
        ([reversal(1, "C2"), reversal(2, "C3"), claim(3)], {2}, "is a reversal itself"),
        ([claim(1), reversal(2, "C1"), reversal(3, "C1")], {4}, "another row reverses already"),
        ([claim(1), reversal(2, "C1", person_id="P2")], {3}, "a claim of another person"),
        ([claim(1, self_paid="x"), reversal(2, "C1")], {2, 3}, "which is refused"),
        ([claim(1), reversal(2, "C1", date="x")], {2, 3}, "which is refused"),
        ([claim(1), claim(2, claim_id="C1"), reversal(3, "C1")], {2, 3, 4}, "which is refused"),
    ],
)
def test_reversals_that_cannot_be_settled_are_refused(
    tmp_path: Path, rows: list[dict[str, object]], bad: set[int], words: str
) -> None:
    rows = [{"reverses": "", **row} for row in rows]
    table = table_of(tmp_path / "a.csv", [*rows, claim(9, reverses="")])
    assert set((np.flatnonzero(table.problems.bad) + 2).tolist()) == bad
    assert any(words in str(fault) for fault in table.problems.faults(50))
    settled = table.claims()
    assert settled.n == len(rows) + 1 - len(bad)
    if settled.void is not None:
        # What is left is whole: as many cancelled claims as reversals.
        assert np.bincount(settled.void, minlength=3)[1] == np.bincount(settled.void)[2:].sum()


# --- rows that are none, files that are none ------------------------------------------------------


def test_empty_rows_are_no_claims(tmp_path: Path) -> None:
    names = list(claim())
    one, two = list(claim(1).values()), list(claim(2).values())
    rows: list[list[object]] = [one, [""] * 7, two, ["  "] * 7]
    for kind in ("csv", "xlsx", "parquet"):
        path = write_rows(tmp_path / f"a.{kind}", names, rows)
        table = read_table(open_source(path), sample_pack())
        assert (table.count, table.problems.count, table.claims().n) == (2, 0, 2)


def test_a_row_with_text_in_an_ignored_column_alone_is_not_empty(tmp_path: Path) -> None:
    names = [*claim(), "note"]
    path = write_rows(tmp_path / "a.csv", names, [[*claim(1).values(), ""], [""] * 7 + ["合计"]])
    table = read_table(open_source(path), sample_pack(), ["note"])
    assert (table.count, table.problems.count) == (2, 1)


def test_ragged_rows_are_bad_rows(tmp_path: Path) -> None:
    good = ",".join(map(str, claim(1).values()))
    text = ",".join(claim()) + f"\n{good}\nC2,P2\n{good.replace('C1', 'C3')},9\n"
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    table = read_table(open_source(tmp_path / "a.csv"), sample_pack())
    assert table.problems.bad.tolist() == [False, True, True]
    assert "has 2 cells" in str(table.problems.faults(1)[0])


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet"])
def test_a_file_without_claims_is_an_empty_table(tmp_path: Path, kind: str) -> None:
    empty: list[list[list[object]]] = [[], [[""] * 7, [" "] * 7]]
    for at, rows in enumerate(empty):
        path = write_rows(tmp_path / f"{at}.{kind}", list(claim()), rows)
        table = read_table(open_source(path), sample_pack())
        assert (table.count, table.problems.count, table.claims().n) == (0, 0, 0)
        assert read_history(path, sample_pack()).n == 0


def test_a_history_is_read_whole_or_refused(tmp_path: Path) -> None:
    rows = [claim(1), claim(2)]
    same(
        read_history(write_claims(tmp_path / "a.csv", rows), sample_pack()),
        from_records(rows, sample_pack()),
    )
    with pytest.raises(ClaimError, match="row 3, column self_paid"):
        read_history(
            write_claims(tmp_path / "b.csv", [claim(1), claim(2, self_paid="x")]), sample_pack()
        )


def test_problems_are_in_the_order_of_the_file_and_can_be_cut(tmp_path: Path) -> None:
    rows = [claim(at, self_paid="x", date="y") for at in range(30)]
    problems = table_of(tmp_path / "a.csv", rows).problems
    assert problems.count == 30
    wheres = [fault.where.split(", ", 1)[1] for fault in problems.faults(3)]
    assert wheres == ["row 2, column date", "row 2, column self_paid", "row 3, column date"]
    assert len(problems.reasons()) == 30
    assert problems.reasons()[0].startswith("date: ")
