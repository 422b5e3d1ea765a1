"""Whole columns of a file of the field: texts, days, amounts, codes and ID numbers.

As in `batch.cells`, what is plainly written is read for the whole column at once, and every other
value goes once through `mediaid.claims.cells` or `mediaid.people`, which decide what it means.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import polars as pl

from mediaid.batch.cells import Column, as_text, distinct
from mediaid.batch.problems import rows_by
from mediaid.claims.cells import parse_written_day, parse_written_yuan
from mediaid.claims.table import NO_DATE
from mediaid.people.documents import CHECKED, parse_document
from mediaid.people.identity import CHECK_DIGITS, MARKS, WEIGHTS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from numpy.typing import NDArray

    from mediaid.batch.source import Source

    Rows = NDArray[np.int64]
    Mask = NDArray[np.bool_]

Value = TypeVar("Value")

_PLAIN_YUAN = r"^-?[0-9]{1,9}(?:\.[0-9]{1,2})?$"
_CLOCK = r"(?:\s+|T)[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?$"
_RESIDENT = r"^[0-9]{17}[0-9X]$"


def texts(cells: pl.Series, blanks: Collection[str] = ()) -> pl.Series:
    """The cells as text without spaces around it; "" where there is nothing, or a word for it."""
    found = as_text(cells.rechunk()).fill_null("").str.strip_chars()
    if blanks:
        none = found.is_in(list(blanks))
        if none.any():
            found = found.zip_with(~none, pl.Series([""]))
    return found


def look_at(source: Source, positions: Sequence[int]) -> list[pl.Series]:
    """The texts of columns that are looked at but not read: a spreadsheet error in one of them is
    no fault of its row."""
    known = dict(source.broken)
    frame = source.load(positions)
    source.broken.clear()
    source.broken.update(known)
    return [texts(column) for column in frame.iter_columns()]


def rows_where(mask: pl.Series) -> Rows:
    """The rows for which a column of truths holds."""
    return mask.arg_true().to_numpy().astype(np.int64)


@dataclass(frozen=True)
class Read:
    """What each distinct text of a column came to, and which of them each row has."""

    values: list[Any]
    which: Rows
    refused: list[tuple[Rows, str]]

    def array(self, dtype: type[np.generic]) -> NDArray[Any]:
        """The rows' values as an array."""
        return np.array(self.values, dtype=dtype)[self.which]


def read_each(cells: pl.Series, read: Callable[[str], Value], missing: Value) -> Read:
    """Read each distinct text once; "" gives `missing`, and so does one that `read` refuses."""
    if cells.is_empty():
        return Read([missing], np.empty(0, dtype=np.int64), [])
    words, which = distinct(cells)
    values: list[Value] = []
    reasons: dict[int, str] = {}
    for at, word in enumerate(words):
        try:
            values.append(read(word) if word else missing)
        except ValueError as error:
            values.append(missing)
            reasons[at] = str(error)
    rows = rows_by(which, len(words)) if reasons else []
    return Read(values, which, [(rows[at], reason) for at, reason in reasons.items()])


def read_days(cells: pl.Series) -> Column:
    """Days of a column of texts, whatever the time of day beside them."""
    days = cells.str.replace(_CLOCK, "")
    read = read_each(days, parse_written_day, int(NO_DATE))
    return Column(read.array(np.int32), rows_where(cells == ""), read.refused)


@dataclass
class Amounts:
    """分 of a column, 0 where nothing is written; `given` tells where something is."""

    fen: Rows
    given: Mask
    refused: list[tuple[Rows, str]] = field(default_factory=list)


def read_amounts(cells: pl.Series) -> Amounts:
    """Amounts of a column of texts; below zero too, which the records' meaning decides on."""
    given = (cells != "").to_numpy()
    plain = cells.str.contains(_PLAIN_YUAN)
    read = cells.zip_with(plain, pl.Series(["0"])).cast(pl.Decimal(18, 2))
    fen = read.to_physical().cast(pl.Int64).to_numpy(writable=True)
    amounts = Amounts(fen, given)
    odd = np.flatnonzero(given & ~plain.to_numpy())
    if len(odd):
        each = read_each(cells.gather(odd), parse_written_yuan, 0)
        fen[odd] = each.array(np.int64)
        amounts.refused = [(odd[rows], reason) for rows, reason in each.refused]
    return amounts


def read_numbers(cells: pl.Series, kinds: NDArray[np.int64], names: Collection[str]) -> Column:
    """Numbers of documents in their normal form; `kinds` are positions in `names`, −1: unknown."""
    found = cells
    if cells.str.contains(MARKS).any():
        found = found.str.replace_all(MARKS, "")
    found = found.str.to_uppercase()
    column = Column(found, rows_where(found == ""))
    for at, kind in enumerate(names):
        rows = np.flatnonzero(kinds == at)
        its = found if len(rows) == len(found) else found.gather(rows)
        odd = rows[_odd_numbers(its)] if kind in CHECKED else rows
        if not len(odd):
            continue
        each = read_each(found.gather(odd), partial(_number, kind=kind), "")
        texts_read = pl.Series(each.values, dtype=pl.String).gather(each.which)
        column.values = column.values.scatter(odd, texts_read)
        column.refused += [(odd[its], reason) for its, reason in each.refused]
    return column


def _number(text: str, kind: str) -> str:
    return parse_document(text, kind).number


def _odd_numbers(cells: pl.Series) -> Rows:
    """Rows that are no resident ID numbers at first sight; those decide nothing by themselves."""
    plain = cells.str.contains(_RESIDENT)
    rows = rows_where(plain)
    odd = ~plain.to_numpy()
    if len(rows):
        odd[rows[~_numbers_hold(cells.gather(rows))]] = True
    return np.flatnonzero(odd)


def _numbers_hold(numbers: pl.Series) -> Mask:
    """Whether check digit and birth date hold; every number has 17 digits and a digit or X."""
    joined = numbers.str.join("").item().encode()
    signs = np.frombuffer(joined, dtype=np.uint8).reshape(-1, 18)
    digits = signs[:, :17].astype(np.int64) - ord("0")
    wanted = np.frombuffer(CHECK_DIGITS.encode(), dtype=np.uint8)
    fits = wanted[(digits @ np.array(WEIGHTS)) % 11] == signs[:, 17]
    born = digits[:, 6:14] @ (10 ** np.arange(7, -1, -1))
    year, month, day = born // 10_000, born // 100 % 100, born % 100
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    lengths = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    sound = (month >= 1) & (month <= 12)
    longest = lengths[np.where(sound, month, 0)] + (leap & (month == 2))
    today = dt.datetime.now().astimezone().date()
    latest = today.year * 10_000 + today.month * 100 + today.day
    sound &= (day >= 1) & (day <= longest) & (year >= 1850) & (born <= latest)
    return np.asarray(fits & sound)
