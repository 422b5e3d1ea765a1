"""CSV files: UTF-8 with or without byte order mark, and GB18030."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import polars as pl

from mediaid.batch.formats import refuse_disguised
from mediaid.faults import ClaimError, Fault, visible
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_BOM = b"\xef\xbb\xbf"
_LONGEST_HEADING = 1 << 20
_LONGEST_CELL = 1 << 17


class CsvSource:
    """A CSV file whose first record (or a later one) holds the headings; every cell is text."""

    def __init__(self, path: Path, headings_row: int = 1) -> None:
        self.name = visible(str(path))
        self.first_row = headings_row + 1
        self.broken: dict[int, str] = {}
        raw = path.read_bytes()
        refuse_disguised(path, raw[:1000])
        self._text = as_utf8(raw, self.name)
        self.headings, self._start = self._headings(headings_row)
        self._frame: pl.DataFrame | None = None

    def load(self, wanted: Sequence[int]) -> pl.DataFrame:
        """Return these columns as text; null or "" where a cell is empty."""
        if self._frame is None:
            self._frame = self._fast()
            if self._frame is None:
                self._frame = self._careful()
        return self._frame.select([str(position) for position in wanted])

    def _headings(self, row: int) -> tuple[list[str], int]:
        """The headings, and where the bytes after them begin."""
        head = self._text[:_LONGEST_HEADING].decode("utf-8", errors="ignore")
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
            raise self._unreadable(records.line_num, error) from error
        if not any(heading.strip() for heading in headings):
            raise ClaimError(
                Fault(
                    self.name,
                    _("row 1 is empty: the headings must stand in the first row")
                    if self._text.strip()
                    else _("the file is empty"),
                )
            )
        return headings, len("".join(read).encode())

    def _body(self) -> bytes:
        return self._text[self._start :].rstrip(b"\r\n")

    def _fast(self) -> pl.DataFrame | None:
        """Read by Polars; None where a row is longer or shorter than the headings, or is odd."""
        positions = [str(position) for position in range(len(self.headings))]
        body = self._body()
        if not body.strip():
            return pl.DataFrame(schema=dict.fromkeys(positions, pl.String))
        if b"\n" not in body and b"\r" in body:
            return None
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
        return frame if commas == (len(positions) - 1) * frame.height else None

    def _careful(self) -> pl.DataFrame:
        """Read record by record, noting those that are longer or shorter than the headings."""
        width = len(self.headings)
        columns: list[list[str]] = [[] for _heading in self.headings]
        reader = csv.reader(io.StringIO(self._body().decode(), newline=""), strict=True)
        csv.field_size_limit(_LONGEST_CELL)
        number = 0
        try:
            for number, record in enumerate(reader, 1):
                if record and len(record) != width:
                    self.broken[number - 1] = _ragged(record, width)
                padded = record[:width] + [""] * (width - len(record))
                for column, cell in zip(columns, padded, strict=True):
                    column.append(cell)
        except csv.Error as error:
            raise self._unreadable(number + self.first_row, error) from error
        return pl.DataFrame(
            {str(position): column for position, column in enumerate(columns)},
            schema={str(position): pl.String for position in range(width)},
        )

    def _unreadable(self, row: int, error: csv.Error) -> ClaimError:
        return ClaimError(
            Fault(
                _("{file}, row {row}").format(file=self.name, row=row),
                _(
                    'cannot be read as CSV ({reason}): a quotation mark (") stands alone or is '
                    "not closed; write a quotation mark inside a cell twice"
                ).format(reason=visible(str(error))),
            )
        )


def _ragged(record: list[str], width: int) -> str:
    if len(record) < width:
        return _("has {cells} cells, the headings {width}: fill in those that are missing").format(
            cells=len(record), width=width
        )
    return _(
        "has {cells} cells, the headings {width} (too many: {extra}): put a cell that contains a "
        "comma between quotation marks"
    ).format(cells=len(record), width=width, extra=visible(",".join(record[width:])))


def as_utf8(raw: bytes, name: str) -> bytes:
    """The text as UTF-8 without byte order mark, whichever of the known encodings it has.

    ClaimError for other encodings, and for UTF-8 that is damaged.
    """
    if raw.startswith(_BOM):
        raw = raw[len(_BOM) :]
    if raw.isascii():
        return raw
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        # Chinese text in UTF-8 before the first bad byte: a damaged file, not another encoding.
        before = raw[: error.start].decode("utf-8")
        if any("一" <= char <= "龥" for char in before):
            raise _undecodable(raw, error.start, name) from error
    else:
        return raw
    try:
        return raw.decode("gb18030").encode()
    except UnicodeDecodeError as error:
        raise _undecodable(raw, error.start, name) from error


def _undecodable(raw: bytes, at: int, name: str) -> ClaimError:
    return ClaimError(
        Fault(
            _("{file}, line {line}").format(file=name, line=raw.count(b"\n", 0, at) + 1),
            _(
                "is neither UTF-8 nor GB18030 text (byte {at}): open it where it was made and "
                "save it as CSV UTF-8"
            ).format(at=at),
        )
    )
