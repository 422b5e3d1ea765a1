"""Files as they stand: encodings, ragged and damaged files, spreadsheet cells, row numbers."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from batch_support import CHINESE, HEADINGS, write_rows, write_sheets
from mediaid.batch.ahead import opened_ahead
from mediaid.batch.any_source import open_source
from mediaid.batch.csv_source import CsvSource
from mediaid.batch.source import Source, cell_text, number_text
from mediaid.batch.xlsx_source import error_cells
from mediaid.faults import ClaimError


def opened(path: Path, content: bytes) -> Source:
    path.write_bytes(content)
    return open_source(path)


def rows_of(source: Source) -> list[list[str]]:
    """All cells as text, "" where empty."""
    frame = source.load(range(len(source.headings)))
    return [["" if cell is None else str(cell) for cell in row] for row in frame.rows()]


def refusal(path: Path, content: bytes) -> str:
    """The message with which a file is refused, if not when opened then when read."""
    with pytest.raises(ClaimError) as error:
        rows_of(opened(path, content))
    return str(error.value)


# Cells name no time zone.
MIDNIGHT = dt.datetime(2023, 5, 1)  # noqa: DTZ001
MORNING = dt.datetime(2023, 5, 1, 9, 30)  # noqa: DTZ001

TEXT = "单据号,金额\nC1,5\n张三,6\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
def test_chinese_text_is_read_in_the_encodings_of_offices(tmp_path: Path, encoding: str) -> None:
    source = opened(tmp_path / "a.csv", TEXT.encode(encoding))
    assert source.headings == ["单据号", "金额"]
    assert rows_of(source) == [["C1", "5"], ["张三", "6"]]


def test_rare_characters_of_gb18030_are_read(tmp_path: Path) -> None:
    source = opened(tmp_path / "a.csv", "姓名\n𠮷䶮\n".encode("gb18030"))
    assert rows_of(source) == [["𠮷䶮"]]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_other_encodings_are_refused_with_the_remedy(tmp_path: Path, encoding: str) -> None:
    assert "CSV UTF-8" in refusal(tmp_path / "a.csv", TEXT.encode(encoding))


def test_damaged_utf8_is_not_taken_for_gb18030(tmp_path: Path) -> None:
    damaged = TEXT.encode() + b"\xe5\xbc,7\n"
    message = refusal(tmp_path / "a.csv", damaged)
    assert "line 4" in message
    assert "CSV UTF-8" in message


def test_bytes_that_are_neither_encoding_are_refused_with_their_line(tmp_path: Path) -> None:
    assert "line 2" in refusal(tmp_path / "a.csv", b"a,b\n1,\xff\xff\n")


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"PK\x03\x04zip", ".xlsx"),
        (b"PAR1rest", ".parquet"),
        (b"\xd0\xcf\x11\xe0old", ".xlsx"),
    ],
)
def test_a_file_of_another_kind_named_csv_is_told_its_name(
    tmp_path: Path, content: bytes, word: str
) -> None:
    assert word in refusal(tmp_path / "a.csv", content)


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n\n", b"  \n"])
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes) -> None:
    assert "the file is empty" in refusal(tmp_path / "a.csv", content)


def test_headings_must_be_in_the_first_row(tmp_path: Path) -> None:
    assert "row 1 is empty" in refusal(tmp_path / "a.csv", b"\na,b\n1,2\n")


def test_only_headings_give_a_table_without_rows(tmp_path: Path) -> None:
    for content in (b"a,b", b"a,b\n", b"a,b\r\n\r\n"):
        assert rows_of(opened(tmp_path / "a.csv", content)) == []


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_any_line_end_will_do(tmp_path: Path, end: bytes) -> None:
    source = opened(tmp_path / "a.csv", end.join([b"a,b", b"1,2", b"3,4", b""]))
    assert rows_of(source) == [["1", "2"], ["3", "4"]]


def test_blank_lines_keep_the_numbers_of_the_rows_below(tmp_path: Path) -> None:
    source = opened(tmp_path / "a.csv", b"a,b\n\n1,2\n\n,\n3,4\n\n\n")
    assert rows_of(source) == [["", ""], ["1", "2"], ["", ""], ["", ""], ["3", "4"]]
    assert source.broken == {}


def test_quoted_cells_keep_commas_quotes_and_line_breaks(tmp_path: Path) -> None:
    source = opened(tmp_path / "a.csv", b'"a","b"\n"1,5","x""y"\n"p\r\nq",2\n')
    assert source.headings == ["a", "b"]
    assert rows_of(source) == [["1,5", 'x"y'], ["p\r\nq", "2"]]


def test_headings_may_be_quoted_over_two_lines(tmp_path: Path) -> None:
    source = opened(tmp_path / "a.csv", b'"a\nx",b\n1,2\n')
    assert source.headings == ["a\nx", "b"]
    assert rows_of(source) == [["1", "2"]]


@pytest.mark.parametrize("quoted", [b"", b'"4,x",5,6\n'])
def test_rows_longer_or_shorter_than_the_headings_are_marked(tmp_path: Path, quoted: bytes) -> None:
    content = b"a,b,c\n1,2,3\n1,2\n1,2,3,9\n" + quoted + b"7,8,9\n"
    source = opened(tmp_path / "a.csv", content)
    assert rows_of(source)[:3] == [["1", "2", "3"], ["1", "2", ""], ["1", "2", "3"]]
    assert sorted(source.broken) == [1, 2]
    assert "has 2 cells, the headings 3" in source.broken[1]
    assert "too many: 9" in source.broken[2]


@pytest.mark.parametrize("content", [b'a,b\n1,2\n3,"4\n5,6\n', b'a,b\n1,2\n3,"4"x\n5,6\n'])
def test_a_stray_quotation_mark_is_refused_with_its_row(tmp_path: Path, content: bytes) -> None:
    assert "row 3" in refusal(tmp_path / "a.csv", content)


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6)


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=6))
def test_any_table_of_text_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, table: list[list[str]]
) -> None:
    path = write_rows(tmp_path_factory.mktemp("csv") / "a.csv", ["a", "b", "c"], table)
    while table and not any(table[-1]):
        table = table[:-1]  # empty rows at the end are none
    assert rows_of(CsvSource(path))[: len(table)] == table


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ClaimError, match="does not exist"):
        open_source(tmp_path / "no.csv")
    (tmp_path / "d.csv").mkdir()
    with pytest.raises(ClaimError, match="is no file"):
        open_source(tmp_path / "d.csv")


@pytest.mark.parametrize("name", ["a.xls", "a.txt", "a", "a.csv.gz"])
def test_other_formats_are_refused_by_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"a\n1\n")
    with pytest.raises(ClaimError, match=r"\.csv, \.parquet or \.xlsx"):
        open_source(tmp_path / name)


def test_extensions_may_be_in_capitals(tmp_path: Path) -> None:
    assert rows_of(opened(tmp_path / "A.CSV", b"a\n1\n")) == [["1"]]


def test_a_spreadsheet_gives_what_its_cells_hold(tmp_path: Path) -> None:
    path = write_sheets(
        tmp_path / "a.xlsx",
        {
            "单据": [
                ["a", "b", "c", "d", "e"],
                ["007", 8000.1, dt.date(2023, 5, 1), 12, True],
                [],
                ["x", 0.1 + 0.2, None, 900112199001011234, MORNING],
            ]
        },
    )
    source = open_source(path)
    assert source.headings == ["a", "b", "c", "d", "e"]
    assert rows_of(source) == [
        ["007", "8000.1", "2023-05-01", "12", "TRUE"],
        ["", "", "", "", ""],
        ["x", "0.3", "", "9.00112199001011e+17", "2023-05-01 09:30:00"],
    ]


def test_a_spreadsheet_error_marks_its_row(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("单 & 据")
    sheet.write_row(0, 0, ["a", "b"])
    sheet.write_row(1, 0, ["1", "2"])
    sheet.write(2, 0, "3")
    sheet.write_formula(2, 1, "=1/0", value="#DIV/0!")
    book.close()
    assert error_cells(path, "单 & 据") == [("B", 3)]
    source = open_source(path)
    source.load([0])
    assert source.broken == {}, "the error is in a column that nobody reads"
    source.load([0, 1])
    assert list(source.broken) == [1]
    assert "B3" in source.broken[1]


def test_several_sheets_are_refused_and_empty_ones_do_not_count(tmp_path: Path) -> None:
    rows = [["a"], ["1"]]
    two = write_sheets(tmp_path / "two.xlsx", {"一": rows, "二": rows})
    with pytest.raises(ClaimError, match=r"several sheets.*一、二"):
        open_source(two)
    one = write_sheets(tmp_path / "one.xlsx", {"Sheet1": [], "单据": rows})
    assert rows_of(open_source(one)) == [["1"]]


def test_an_empty_workbook_and_empty_headings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ClaimError, match="the file is empty"):
        open_source(write_sheets(tmp_path / "a.xlsx", {"一": []}))
    with pytest.raises(ClaimError, match="row 1 is empty"):
        open_source(write_sheets(tmp_path / "b.xlsx", {"一": [[], ["a"], ["1"]]}))


def test_a_workbook_with_headings_alone_has_no_rows(tmp_path: Path) -> None:
    assert rows_of(open_source(write_rows(tmp_path / "a.xlsx", HEADINGS, []))) == []


@pytest.mark.parametrize("name", ["a.xlsx", "a.parquet"])
@pytest.mark.parametrize("content", [b"garbage", b"PK\x03\x04garbage", b"PAR1garbagePAR1"])
def test_damaged_files_are_refused(tmp_path: Path, name: str, content: bytes) -> None:
    assert "cannot be read as a" in refusal(tmp_path / name, content)


def test_parquet_columns_keep_their_types(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    frame = pl.DataFrame({"a": ["x"], "b": [dt.date(2023, 5, 1)], "c": [1.5]})
    frame.write_parquet(path)
    source = open_source(path)
    loaded = source.load([2, 1])
    assert loaded.columns == ["2", "1"]
    assert loaded.dtypes == [pl.Float64, pl.Date]


def test_a_name_with_wildcards_is_that_one_file(tmp_path: Path) -> None:
    pl.DataFrame({"a": ["x"]}).write_parquet(tmp_path / "a[1]*.parquet")
    pl.DataFrame({"a": ["y"]}).write_parquet(tmp_path / "a1.parquet")
    assert rows_of(open_source(tmp_path / "a[1]*.parquet")) == [["x"]]


def test_messages_show_no_control_characters_of_names(tmp_path: Path) -> None:
    path = tmp_path / "a\x1b[31m.csv"
    assert "\x1b" not in refusal(path, b"\xff\xff\xff")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (8000.0, "8000"),
        (8000.1, "8000.1"),
        (-5.0, "-5"),
        (1e15, "1.00000000000000e+15"),
        (999999999999999.0, "999999999999999"),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
        (True, "TRUE"),
        (None, ""),
        (MIDNIGHT, "2023-05-01"),
    ],
)
def test_typed_cells_become_the_text_a_person_would_write(value: object, text: str) -> None:
    assert cell_text(value) == text


def test_a_spreadsheet_shows_fifteen_digits() -> None:
    assert number_text(0.1 + 0.2) == "0.30000000000000004"
    assert number_text(0.1 + 0.2, digits=15) == "0.3"
    assert number_text(8000.123, digits=15) == "8000.123"


def test_chinese_headings_are_those_of_the_standard_columns() -> None:
    assert len(CHINESE) == len(HEADINGS)


def test_a_short_row_is_found_beside_one_with_an_empty_cell_too_many(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b,c\n1,2\n3,4,,\n", encoding="utf-8")
    source = open_source(path)
    source.load(range(3))
    assert sorted(source.broken) == [0, 1]


def test_a_message_names_the_file_however_long_its_path_is(tmp_path: Path) -> None:
    deep = tmp_path / ("long" * 20)
    deep.mkdir()
    (deep / "claims.csv").write_bytes(b"")
    with pytest.raises(ClaimError, match=r"^…long.*/claims\.csv: the file is empty"):
        open_source(deep / "claims.csv")


def test_a_file_read_ahead_is_the_same_file(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pl.DataFrame({"a": ["x", None], "b": [1, 2], "c": [dt.date(2023, 5, 1), None]}).write_parquet(
        path
    )
    source = opened_ahead(path)
    assert source is not None
    # What is asked for first may have been read ahead, what is asked for later is read again.
    for wanted in ([2, 0], [1]):
        assert source.load(wanted).equals(open_source(path).load(wanted))


def test_damage_that_shows_when_a_file_is_read_ahead_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pl.DataFrame({"a": ["x" * 100] * 1000}).write_parquet(path, compression="uncompressed")
    content = path.read_bytes()
    path.write_bytes(content[:4] + bytes(80) + content[84:])
    source = opened_ahead(path)
    assert source is not None
    with pytest.raises(ClaimError, match=r"a\.parquet"):
        source.load([0])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b"a\n1\n"),
        ("none.parquet", None),
        ("a.parquet", b""),
        ("a.parquet", b"PAR1rest"),
    ],
)
def test_what_is_not_read_ahead_is_left_to_the_job(
    tmp_path: Path, name: str, content: bytes | None
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    assert opened_ahead(path) is None
