"""A CSV file in blocks that end between two records, whatever its encoding.

Almost every block is read by Polars. From the first block that has an odd record on, the file is
read record by record, as a small file with an odd record is: what a row is, and what is said of
it, does not depend on where the blocks end.
"""

from __future__ import annotations

import codecs
import io
from typing import TYPE_CHECKING

from mediaid.batch.csv_source import (
    BOM,
    LONGEST_HEADING,
    careful_records,
    has_chinese,
    ragged,
    read_fast,
    read_headings,
    text_frame,
    undecodable,
)
from mediaid.batch.formats import refuse_disguised
from mediaid.batch.large.part import Part
from mediaid.batch.source import FIRST_ROW, refuse_no_file
from mediaid.faults import visible, visible_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

_BLOCK = 1 << 24
_MOST_TRIES = 1000


def csv_parts(path: Path, number: int, block: int, rows: int) -> Iterator[Part]:
    """Read a CSV file in parts of about `block` bytes (`rows` rows where it is odd)."""
    refuse_no_file(path)
    size = path.stat().st_size
    with path.open("rb") as file:
        refuse_disguised(path, file.read(1000))
        encoding, start = _encoding(file, visible_path(path))
        file.seek(start)
        head = file.read(LONGEST_HEADING).decode(encoding, errors="ignore").encode()
        headings, length = read_headings(head, visible_path(path))
        start += len(head[:length].decode().encode(encoding))
        reader = _Reader(path, number, headings, encoding, file)
        for part in reader.parts(start, block, rows):
            part.end = file.tell() / size
            yield part


class _Reader:
    def __init__(
        self, path: Path, number: int, headings: list[str], encoding: str, file: BinaryIO
    ) -> None:
        self._path, self._number, self._headings = path, number, headings
        self._encoding, self._file = encoding, file

    def parts(self, start: int, block: int, rows: int) -> Iterator[Part]:
        self._file.seek(start)
        rest, read = b"", 0
        while True:
            data = self._file.read(block)
            ended = not data
            data = rest + data
            body, rest = (data.rstrip(b"\r\n"), b"") if ended else _cut(data)
            if ended and not body and read:
                return
            frame = None
            if not (_is_odd(body) or ((read or not ended) and not body.strip())):
                text = body if self._encoding == "utf-8" else body.decode(self._encoding).encode()
                frame = read_fast(text, len(self._headings))
            if frame is None:
                place = self._file.tell() - len(data)
                if read or not self._is_blank(place):
                    yield from self._carefully(place, read, rows)
                    return
                frame, ended = read_fast(b"", len(self._headings)), True
                assert frame is not None
            yield Part(self._path, self._number, self._headings, frame, read)
            read += frame.height
            if ended:
                return

    def _is_blank(self, start: int) -> bool:
        """Whether nothing but white space stands there and behind."""
        self._file.seek(start)
        while block := self._file.read(_BLOCK):
            if block.strip():
                return False
        return True

    def _carefully(self, start: int, read: int, rows: int) -> Iterator[Part]:
        """The records from a place in the file on, noting those of another length."""
        self._file.seek(start)
        text = io.TextIOWrapper(self._file, self._encoding, newline="")
        try:
            found = careful_records(text, visible(str(self._path)), read + FIRST_ROW)
            for records in _batches(found, rows):
                width = len(self._headings)
                broken = {
                    at: ragged(record, width)
                    for at, record in enumerate(records)
                    if record and len(record) != width
                }
                frame = text_frame(records, width)
                yield Part(self._path, self._number, self._headings, frame, read, broken)
                read += len(records)
        finally:
            text.detach()


def _batches(records: Iterator[list[str]], rows: int) -> Iterator[list[list[str]]]:
    """Lists of records; empty ones at the end of the file are none."""
    batch: list[list[str]] = []
    blank = 0
    for record in records:
        if not record:
            blank += 1
            continue
        while blank:
            batch.append([])
            blank -= 1
            if len(batch) == rows:
                yield batch
                batch = []
        batch.append(record)
        if len(batch) >= rows:
            yield batch
            batch = []
    if batch:
        yield batch


def _cut(data: bytes) -> tuple[bytes, bytes]:
    """The whole records at the beginning, without the end of the last line, and the rest.

    A line ends between two records if the quotation marks before it are even in number. b"\\n"
    where no such end is found.
    """
    end, quotes = len(data), data.count(b'"')
    for _try in range(_MOST_TRIES):
        after, end = end, data.rfind(b"\n", 0, end)
        if end < 0:
            break
        quotes -= data.count(b'"', end, after)
        if quotes % 2 == 0:
            return data[:end].removesuffix(b"\r"), data[end + 1 :]
    return b"\n", b""


def _is_odd(body: bytes) -> bool:
    """Whether a block ends in an empty line, or is none."""
    return body.endswith((b"\n", b"\r"))


def _encoding(file: BinaryIO, name: str) -> tuple[str, int]:
    """The encoding of a whole file, and how many bytes of mark it begins with.

    ClaimError as for a small file; see `as_utf8`.
    """
    file.seek(0)
    mark = len(BOM) if file.read(len(BOM)) == BOM else 0
    bad, chinese = _first_bad(file, mark, "utf-8")
    if bad is None:
        return "utf-8", mark
    if not chinese:
        bad, _chinese = _first_bad(file, mark, "gb18030")
        if bad is None:
            return "gb18030", mark
    raise undecodable(_line_of(file, mark, bad), bad, name)


def _first_bad(file: BinaryIO, mark: int, encoding: str) -> tuple[int | None, bool]:
    """Where the first byte stands that cannot be decoded, and whether Chinese stands before it."""
    file.seek(mark)
    decoder = codecs.getincrementaldecoder(encoding)()
    done, chinese = 0, False
    while True:
        block = file.read(_BLOCK)
        pending = decoder.getstate()[0]
        if block and not pending and block.isascii():
            done += len(block)
            continue
        try:
            text = decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            before = error.object[: error.start].decode(encoding)
            return done - len(pending) + error.start, chinese or has_chinese(before)
        chinese = chinese or has_chinese(text)
        done += len(block)
        if not block:
            return None, chinese


def _line_of(file: BinaryIO, mark: int, at: int) -> int:
    file.seek(mark)
    lines = 1
    while at > 0 and (block := file.read(min(_BLOCK, at))):
        lines += block.count(b"\n")
        at -= len(block)
    return lines
