"""Tables into files: what is written is read back, and text stays text."""

from __future__ import annotations

import datetime as dt
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from python_calamine import CalamineWorkbook

from batch_support import leftovers, read_csv, sample_pack
from mediaid.batch.result import HEADINGS, result_frame, with_headings, yuan
from mediaid.batch.writers import refuse_too_long, write_table
from mediaid.claims.records import from_records
from mediaid.engine.lines import COLUMNS
from mediaid.engine.settle import settle
from mediaid.engine.work import NO_CAP
from mediaid.faults import ClaimError
from mediaid.packs.model import Pack

HOSTILE = [
    "=1+1",
    "+5",
    "-5",
    "@SUM(A1)",
    "http://a.b/c",
    'a"b',
    "a,b",
    "007",
    "900112199001011234",
    "张三",
    "{=1}",
    "internal:Sheet1!A1",
    "1e5",
    "_x0041_",
    "a\nb",
    "a\rb",
]


def hostile_frame() -> pl.DataFrame:
    return pl.DataFrame(
        {"claim_id": HOSTILE, "aid": [Decimal("8000.00")] * len(HOSTILE)},
        schema_overrides={"aid": pl.Decimal(18, 2)},
    )


def sheet_of(path: Path) -> list[list[Any]]:
    return CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()


@pytest.mark.parametrize("name", ["a.csv", "a.parquet", "a.xlsx"])
def test_hostile_text_is_kept_as_it_is(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    write_table(hostile_frame(), path, name.split(".")[1])  # type: ignore[arg-type]
    if name.endswith("csv"):
        texts = [row["claim_id"] for row in read_csv(path)]
    elif name.endswith("parquet"):
        texts = pl.read_parquet(path)["claim_id"].to_list()
    else:
        texts = [str(row[0]) for row in sheet_of(path)[1:]]
    assert texts == HOSTILE


def test_a_workbook_holds_no_formula_and_no_link(tmp_path: Path) -> None:
    write_table(hostile_frame(), tmp_path / "a.xlsx", "xlsx")
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b"hyperlink" not in sheet


def test_amounts_have_two_decimals_everywhere(tmp_path: Path) -> None:
    fen = [0, 1, 10, 100, 800000, 12345678901]
    frame = pl.DataFrame({"aid": fen, "cap_left": [*fen[:-1], NO_CAP]}).with_columns(
        yuan("aid"), yuan("cap_left")
    )
    write_table(frame, tmp_path / "a.csv", "csv")
    assert [row["aid"] for row in read_csv(tmp_path / "a.csv")] == [
        "0.00",
        "0.01",
        "0.10",
        "1.00",
        "8000.00",
        "123456789.01",
    ]
    assert [row["cap_left"] for row in read_csv(tmp_path / "a.csv")][-2:] == ["8000.00", ""]
    write_table(frame, tmp_path / "a.parquet", "parquet")
    back = pl.read_parquet(tmp_path / "a.parquet")
    assert back.schema == {"aid": pl.Decimal(18, 2), "cap_left": pl.Decimal(18, 2)}
    assert back["cap_left"].to_list()[-1] is None
    write_table(frame, tmp_path / "a.xlsx", "xlsx")
    assert [row[0] for row in sheet_of(tmp_path / "a.xlsx")[1:]] == [f / 100 for f in fen]
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        assert b'formatCode="0.00"' in archive.read("xl/styles.xml") or (
            b'numFmtId="2"' in archive.read("xl/styles.xml")
        )


def test_the_largest_amounts_are_exact() -> None:
    largest = 10**17 - 1
    frame = pl.DataFrame({"aid": [largest]}).with_columns(yuan("aid"))
    assert frame["aid"].to_list() == [Decimal(largest) / 100]


def test_the_writing_of_a_workbook_is_reported(tmp_path: Path) -> None:
    parts: list[float] = []
    frame = pl.DataFrame({"a": ["x"] * 2500})
    write_table(frame, tmp_path / "a.xlsx", "xlsx", written=parts.append)
    assert parts == [0.4, 0.8]


def test_days_are_days(tmp_path: Path) -> None:
    frame = pl.DataFrame({"date": [dt.date(2023, 5, 1)]})
    write_table(frame, tmp_path / "a.csv", "csv")
    assert read_csv(tmp_path / "a.csv") == [{"date": "2023-05-01"}]
    write_table(frame, tmp_path / "a.xlsx", "xlsx")
    assert sheet_of(tmp_path / "a.xlsx")[1] == [dt.date(2023, 5, 1)]


def test_a_byte_order_mark_stands_only_where_it_is_asked_for(tmp_path: Path) -> None:
    for mark in (False, True):
        write_table(hostile_frame(), tmp_path / "a.csv", "csv", mark)
        assert (tmp_path / "a.csv").read_bytes().startswith(b"\xef\xbb\xbf") is mark


def test_more_lines_than_a_worksheet_has_are_refused() -> None:
    refuse_too_long(1_048_575, "xlsx", Path("a.xlsx"))
    refuse_too_long(2_000_000, "csv", Path("a.csv"))
    with pytest.raises(ClaimError, match=r"1,048,576 rows: write \.csv or \.parquet"):
        refuse_too_long(1_048_576, "xlsx", Path("a.xlsx"))


def test_a_cell_too_long_for_a_workbook_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ClaimError, match="row 2 is too long"):
        write_table(pl.DataFrame({"a": ["x" * 32_768]}), tmp_path / "a.xlsx", "xlsx")


@pytest.mark.parametrize("kind", ["csv", "parquet", "xlsx"])
def test_a_disk_that_refuses_is_an_oserror(tmp_path: Path, kind: str) -> None:
    with pytest.raises(OSError, match=r"[Nn]o such|cannot|directory"):
        write_table(hostile_frame(), tmp_path / "no" / f"a.{kind}", kind)  # type: ignore[arg-type]
    assert leftovers(tmp_path) == []


# --- lines ----------------------------------------------------------------------------------------


def lines_frame(pack: Pack, *rows: dict[str, object], overpaid: bool = False) -> pl.DataFrame:
    claims = from_records(rows, pack)
    return result_frame(settle(claims, pack).lines, claims, overpaid)


def row(number: int, **cells: object) -> dict[str, object]:
    return {
        "claim_id": f"C{number}",
        "person_id": "P",
        "date": "2023-05-01",
        "setting": "inpatient",
        "category": "poor",
        "insurance": "none",
        "self_paid": "1000",
        **cells,
    }


def test_lines_have_the_fixed_columns_in_order() -> None:
    assert lines_frame(sample_pack(), row(1)).columns == list(COLUMNS)
    assert tuple(HEADINGS)[: len(COLUMNS)] == COLUMNS


def test_lines_say_what_the_engine_says_of_them() -> None:
    rows = [row(1), row(2), row(3, category="none"), row(4, date="2024-01-02", category="needy")]
    claims = from_records(rows, sample_pack())
    lines = settle(claims, sample_pack()).lines
    frame = result_frame(lines, claims, overpaid=False)
    as_text = [
        {name: "" if cell is None else str(cell) for name, cell in record.items()}
        for record in frame.to_dicts()
    ]
    assert as_text == lines.records(claims)
    assert [record["aid"] for record in as_text] == ["800.00", "200.00", "0.00", "600.00"]
    assert [record["benefit"] for record in as_text] == ["town-aid", "town-aid", "", "town-aid"]
    assert as_text[3]["provisional"] == "town-aid/rate"


def test_text_columns_have_no_nulls() -> None:
    frame = lines_frame(sample_pack(), row(1), row(2, category="none"))
    assert frame.drop("cap_left").null_count().sum_horizontal().item() == 0
    assert [frame.schema[name] for name in ("benefit", "rate", "reason")] == [pl.String] * 3


def test_overpaid_is_there_whenever_the_file_has_the_column() -> None:
    with_none = lines_frame(sample_pack(), row(1, already_aided="0"), overpaid=True)
    assert with_none["overpaid"].to_list() == [Decimal("0.00")]
    with_some = lines_frame(sample_pack(), row(1, already_aided="900"), overpaid=True)
    assert with_some["overpaid"].to_list() == [Decimal("100.00")]
    assert "overpaid" not in lines_frame(sample_pack(), row(1)).columns


def test_headings_can_be_chinese() -> None:
    frame = with_headings(lines_frame(sample_pack(), row(1)), chinese=True)
    assert frame.columns[:3] == ["单据号", "人员编号", "日期"]
    payer = pl.DataFrame({"payer_city": [1]})
    assert with_headings(payer, chinese=True).columns == ["出资_city"]
    assert with_headings(payer, chinese=False).columns == ["payer_city"]


def test_rows_of_claims_without_gather_are_the_same() -> None:
    claims = from_records([row(1), row(2)], sample_pack())
    lines = settle(claims, sample_pack()).lines
    assert lines.claim.tolist() == [0, 1]
    both = result_frame(lines, claims, overpaid=False)
    lines.claim = np.array([1, 0])
    turned = result_frame(lines, claims, overpaid=False)
    assert turned["claim_id"].to_list() == both["claim_id"].to_list()[::-1]
