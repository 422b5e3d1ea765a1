"""CSV files: UTF-8 with or without byte order mark, and GB18030."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from mediaid.batch.formats import refuse_disguised
from mediaid.faults import ClaimError, Fault, visible, visible_path
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

BOM = b"\xef\xbb\xbf"
LONGEST_HEADING = 1 << 20
_LONGEST_CELL = 1 << 17


class CsvSource:
    """A CSV file whose first record (or a later one) holds the headings; every cell is text."""

    def __init__(self, path: Path, headings_row: int = 1) -> None:
        self.name = visible_path(path)
        self.first_row = headings_row + 1
        self.broken: dict[int, str] = {}
        raw = path.read_bytes()
        refuse_disguised(path, raw[:1000])
        self._text = as_utf8(raw, self.name)
        self.headings, self._start = read_headings(self._text, self.name, headings_row)
        self._frame: pl.DataFrame | None = None

    def load(self, wanted: Sequence[int]) -> pl.DataFrame:
        """Return these columns as text; null or "" where a cell is empty."""
        if self._frame is None:
            self._frame = read_fast(self._body(), len(self.headings))
            if self._frame is None:
                self._frame = self._careful()
        return self._frame.select([str(position) for position in wanted])

    def _body(self) -> bytes:
        return self._text[self._start :].rstrip(b"\r\n")

    def _careful(self) -> pl.DataFrame:
        """Read record by record, noting those that are longer or shorter than the headings."""
        width = len(self.headings)
        records = []
        text = io.StringIO(self._body().decode(), newline="")
        for number, record in enumerate(careful_records(text, self.name, self.first_row)):
            if record and len(record) != width:
                self.broken[number] = ragged(record, width)
            records.append(record)
        return text_frame(records, width)


def read_headings(text: bytes, name: str, row: int = 1) -> tuple[list[str], int]:
    """The headings, and where the bytes after them begin."""
    head = text[:LONGEST_HEADING].decode("utf-8", errors="ignore")
    read: list[str] = []

    def lines() -> Iterable[str]:
        for line in io.StringIO(head, newline=""):
            read.append(line)
            yield line

    records = csv.reader(lines(), strict=True)
    try:
        headings: list[str] = []
        for _record in range(row):
            headings = next(records, [])
    except csv.Error as error:
        raise _unreadable(name, records.line_num, error) from error
    if not any(heading.strip() for heading in headings):
        raise ClaimError(
            Fault(
                name,
                _("row 1 is empty: the headings must stand in the first row")
                if text.strip()
                else _("the file is empty"),
            )
        )
    return headings, len("".join(read).encode())


def read_fast(body: bytes, width: int) -> pl.DataFrame | None:
    """Records in UTF-8 by Polars, columns named by position, all text.

    None where a row is longer or shorter than `width`, or is odd.
    """
    positions = [str(position) for position in range(width)]
    if not body.strip():
        return pl.DataFrame(schema=dict.fromkeys(positions, pl.String))
    if body.count(b"\r") != body.count(b"\r\n"):
        return None  # alone it ends a line too, which Polars does not know
    try:
        frame = pl.read_csv(
            b",".join(p.encode() for p in positions) + b"\n" + body, infer_schema=False
        )
    except pl.exceptions.PolarsError:
        return None
    # Polars fills short rows in silence. Every comma that no cell contains separates two.
    commas = body.count(b",")
    if b'"' in body:
        inside = (frame[p].str.count_matches(",", literal=True).sum() for p in positions)
        commas -= sum(map(int, inside))
    if commas != (width - 1) * frame.height:
        return None
    # A row whose last cell is empty may be short, where another has an empty cell too many.
    if frame[positions[-1]].null_count() and not _all_of_width(body, width, frame.height):
        return None
    return frame


def _all_of_width(body: bytes, width: int, height: int) -> bool:
    """Whether these are `height` records of `width` cells each."""
    if b'"' in body:
        body = re.sub(rb'"[^"]*"', b"", body)
    marks = np.frombuffer(body + b"\n", dtype=np.uint8)
    starts = np.flatnonzero(marks[:-1] == ord("\n")) + 1
    commas = np.add.reduceat(marks == ord(","), np.append(0, starts), dtype=np.int64)
    return len(commas) == height and bool((commas == width - 1).all())


def careful_records(text: Iterable[str], name: str, first_row: int) -> Iterator[list[str]]:
    """Record by record, from this row of the file on. ClaimError for wrong quoting."""
    csv.field_size_limit(_LONGEST_CELL)
    number = first_row
    reader = csv.reader(text, strict=True)
    while True:
        try:
            record = next(reader, None)
        except csv.Error as error:
            raise _unreadable(name, number, error) from error
        if record is None:
            return
        yield record
        number += 1


def text_frame(records: Sequence[Sequence[str]], width: int) -> pl.DataFrame:
    """Records as columns of text named by position, "" where a record is too short."""
    columns: list[list[str]] = [[] for _position in range(width)]
    for record in records:
        padded = [*record[:width], *[""] * (width - len(record))]
        for column, cell in zip(columns, padded, strict=True):
            column.append(cell)
    return pl.DataFrame(
        {str(position): column for position, column in enumerate(columns)},
        schema={str(position): pl.String for position in range(width)},
    )


def _unreadable(name: str, row: int, error: csv.Error) -> ClaimError:
    return ClaimError(
        Fault(
            _("{file}, row {row}").format(file=name, row=row),
            _(
                'cannot be read as CSV ({reason}): a quotation mark (") stands alone or is '
                "not closed; write a quotation mark inside a cell twice"
            ).format(reason=visible(str(error))),
        )
    )


def ragged(record: list[str], width: int) -> str:
    if len(record) < width:
        return _("has {cells} cells, the headings {width}: fill in those that are missing").format(
            cells=len(record), width=width
        )
    return _(
        "has {cells} cells, the headings {width} (too many: {extra}): put a cell that contains a "
        "comma between quotation marks"
    ).format(cells=len(record), width=width, extra=visible(",".join(record[width:])))


def has_chinese(text: str) -> bool:
    """Whether there is a Chinese character."""
    return any("一" <= char <= "龥" for char in text)


def as_utf8(raw: bytes, name: str) -> bytes:
    """The text as UTF-8 without byte order mark, whichever of the known encodings it has.

    ClaimError for other encodings, and for UTF-8 that is damaged.
    """
    if raw.startswith(BOM):
        raw = raw[len(BOM) :]
    if raw.isascii():
        return raw
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        # Chinese text in UTF-8 before the first bad byte: a damaged file, not another encoding.
        before = raw[: error.start].decode("utf-8")
        if has_chinese(before):
            raise undecodable(_line(raw, error.start), error.start, name) from error
    else:
        return raw
    try:
        return raw.decode("gb18030").encode()
    except UnicodeDecodeError as error:
        raise undecodable(_line(raw, error.start), error.start, name) from error


def _line(raw: bytes, at: int) -> int:
    return raw.count(b"\n", 0, at) + 1


def undecodable(line: int, at: int, name: str) -> ClaimError:
    """The refusal of a file that has a byte of no known encoding in this line."""
    return ClaimError(
        Fault(
            _("{file}, line {line}").format(file=name, line=line),
            _(
                "is neither UTF-8 nor GB18030 text (byte {at}): open it where it was made and "
                "save it as CSV UTF-8"
            ).format(at=at),
        )
    )
