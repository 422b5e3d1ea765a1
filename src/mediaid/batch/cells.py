"""A whole column of cells into values.

What is plainly written (digits and a point, a typed date, a known code) is recognised for the
whole column at once. Every other value goes, once, through `mediaid.claims.cells.parse_cell`,
which alone decides what is valid; so nothing is decided twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from mediaid.batch.problems import rows_by
from mediaid.batch.source import cell_text
from mediaid.claims.cells import MAX_COUNT, parse_cell
from mediaid.claims.table import NO_DATE
from mediaid.money import MAX_FEN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mediaid.claims.fields import Field, Kind
    from mediaid.packs.model import Pack

    Rows = NDArray[np.int64]
    Array = NDArray[Any]

TYPES: dict[Kind, type[np.generic]] = {
    "money": np.int64,
    "count": np.int64,
    "code": np.int16,
    "date": np.int32,
}
MISSING: dict[Kind, int] = {"money": 0, "count": -1, "code": -1, "date": int(NO_DATE)}

# An id that parse_cell returns as it stands: printable, no space, and not a number with exponent.
_PLAIN_ID = r"^(?:[!-/:-~][!-~]{0,79}|[0-9](?:[!-\-/-DF-df-~][!-~]{0,78})?)$"
_MOST_BYTES_AT_ONCE = 1 << 30
_PLAIN_YUAN = r"^[0-9]{1,9}(?:\.[0-9]{1,2})?$"
_FIRST_DAY, _LAST_DAY = -719_162, 2_932_896  # of the years 1 to 9999


@dataclass
class Column:
    """A column understood: an array, or a Series of text for ids ("" where blank).

    `blank` are the rows without a value, `refused` rows and reason of those with a wrong one.
    """

    values: Any
    blank: Rows
    refused: list[tuple[Rows, str]] = field(default_factory=list)


def read_column(cells: pl.Series, field: Field, pack: Pack) -> Column:
    """Understand one column, whatever type it has in the file."""
    # Gathering text from a column in several pieces is fifteen times slower.
    cells = cells.rechunk()
    if cells.dtype.is_nested() or cells.dtype in (pl.Binary, pl.Object, pl.Null):
        cells = _untyped(cells)
    if isinstance(cells.dtype, (pl.Categorical, pl.Enum)):
        cells = cells.cast(pl.String)
    nulls = _rows_where(cells.is_null())
    if field.kind in ("id", "text"):
        return _read_text(cells, nulls, field, pack)
    values, odd = _fast(cells, field, pack)
    column = Column(values, nulls)
    if len(odd):
        _read_odd(cells, odd, field, pack, column)
    return column


def _rows_where(mask: pl.Series) -> Rows:
    return mask.arg_true().to_numpy().astype(np.int64)


def _untyped(cells: pl.Series) -> pl.Series:
    if cells.dtype == pl.Null:
        return cells.cast(pl.String)
    # Lists, structs and bytes are no cells; their text is refused by whatever reads it.
    return pl.Series([None if c is None else str(c) for c in cells.to_list()], dtype=pl.String)


def _fast(cells: pl.Series, field: Field, pack: Pack) -> tuple[Array, Rows]:
    """Values of the column, and the rows with a value that is not plainly written."""
    kind = field.kind
    if kind == "money":
        read = _money(cells)
    elif kind == "date":
        read = _days(cells)
    elif kind == "count":
        read = _counts(cells)
    else:
        read = _codes(cells, field, pack)
    missing = MISSING[kind]
    if read is None:
        values = np.full(len(cells), missing, dtype=TYPES[kind])
        return values, _rows_where(cells.is_not_null())
    odd = _rows_where(read.is_null() & cells.is_not_null())
    if read.null_count():
        read = read.fill_null(missing)
    return read.to_numpy(writable=bool(len(odd))).astype(TYPES[kind], copy=False), odd


def _within(values: pl.Series, low: int, high: int) -> pl.Series:
    """The whole numbers that lie within bounds, null for the others."""
    if values.len() == values.null_count():
        return values
    least, largest = values.min(), values.max()
    if isinstance(least, int) and isinstance(largest, int) and low <= least <= largest <= high:
        return values
    return values.zip_with(values.is_between(low, high), pl.Series([None], dtype=values.dtype))


def _money(cells: pl.Series) -> pl.Series | None:
    """分, null where an amount is not plainly written."""
    dtype = cells.dtype
    if dtype == pl.String:
        plain = cells.str.contains(_PLAIN_YUAN)
        if not plain.all():
            cells = cells.zip_with(plain.fill_null(False), pl.Series([None], dtype=pl.String))
        return cells.cast(pl.Decimal(18, 2)).to_physical().cast(pl.Int64)
    if isinstance(dtype, pl.Decimal):
        return _decimal_fen(cells, dtype.scale)
    if dtype.is_integer():
        yuan = _within(cells, 0, MAX_FEN // 100)
        return yuan.cast(pl.Int64) * 100
    if dtype.is_float():
        return _float_fen(cells.cast(pl.Float64))
    return None


def _decimal_fen(cells: pl.Series, scale: int) -> pl.Series:
    units = cells.to_physical()
    if scale > 2:
        whole = pl.lit(10 ** (scale - 2), dtype=units.dtype)
        unit = pl.col("unit")
        exact = pl.when(unit % whole == 0).then(unit // whole)
        units = pl.DataFrame({"unit": units}).select(exact).to_series()
    fen_a_unit: int = 10 ** max(0, 2 - scale)
    return _within(units, 0, MAX_FEN // fen_a_unit).cast(pl.Int64) * fen_a_unit


def _float_fen(cells: pl.Series) -> pl.Series:
    """Exact: only doubles that are the nearest one to an amount with two decimals."""
    plain = cells.is_between(0, MAX_FEN // 100)
    fen = (cells.zip_with(plain, pl.Series([0.0])) * 100).round(0)
    # A division of whole numbers below 2^53 gives the double nearest to the true quotient.
    plain = plain & (fen / 100 == cells)
    return fen.cast(pl.Int64).zip_with(plain.fill_null(False), pl.Series([None], dtype=pl.Int64))


def _days(cells: pl.Series) -> pl.Series | None:
    """Days since 1970-01-01, null where there is none."""
    dtype = cells.dtype
    if isinstance(dtype, pl.Datetime):
        if dtype.time_zone is not None:
            return None
        day = cells.cast(pl.Date)
        midnight = (day.cast(dtype) == cells).fill_null(False)
        cells = day.zip_with(midnight, pl.Series([None], dtype=pl.Date))
    elif dtype != pl.Date:
        return None
    return _within(cells.to_physical(), _FIRST_DAY, _LAST_DAY)


def _counts(cells: pl.Series) -> pl.Series | None:
    if not cells.dtype.is_integer():
        return None
    return _within(cells, 0, MAX_COUNT).cast(pl.Int64)


def _codes(cells: pl.Series, field: Field, pack: Pack) -> pl.Series | None:
    """Positions of codes and labels as the pack writes them."""
    if cells.dtype != pl.String:
        return None
    codes = pack.codes[field.name]
    known = list(dict.fromkeys([*codes, *(label.zh for label in codes.values())]))
    place = np.array([parse_cell(field, text, pack) for text in known], dtype=np.int16)
    found = cells.cast(pl.Enum(known), strict=False).to_physical()
    return pl.Series(place).gather(found.cast(pl.UInt32))


def _read_odd(cells: pl.Series, odd: Rows, field: Field, pack: Pack, column: Column) -> None:
    """Have parse_cell read those rows."""
    read, which = _one_by_one(as_text(cells.gather(odd)), odd, field, pack, column)
    column.values[odd] = np.array(read, dtype=TYPES[field.kind])[which]


def _read_text(cells: pl.Series, nulls: Rows, field: Field, pack: Pack) -> Column:
    """Read ids: the text itself, but for spaces around it; "" where there is none."""
    texts = as_text(cells)
    given = texts.drop_nulls() if len(nulls) else texts
    texts = texts.fill_null("") if len(nulls) else texts
    column = Column(texts, nulls)
    if _all_plain_ids(given):
        return column
    odd = _rows_where(~texts.str.contains(_PLAIN_ID) & cells.is_not_null())
    read, which = _one_by_one(texts.gather(odd), odd, field, pack, column)
    column.values = texts.scatter(odd, pl.Series(read, dtype=pl.String).gather(which))
    return column


def _all_plain_ids(texts: pl.Series) -> bool:
    """Whether every text is of the form _PLAIN_ID, told from all their bytes at once.

    There are no nulls among them. That is four times faster than to match each.
    """
    if texts.is_empty():
        return True
    lengths = texts.str.len_bytes()
    if not lengths.is_between(1, 80).all():
        return False
    if int(lengths.sum()) > _MOST_BYTES_AT_ONCE:
        return False
    joined = texts.str.join("").item().encode()
    every = np.frombuffer(joined, dtype=np.uint8)
    if every.min() < ord("!") or every.max() > ord("~"):
        return False
    if any(mark in joined for mark in (b".", b"e", b"E")):
        return not texts.str.contains("^[0-9][.eE]").any()
    return True


def _one_by_one(
    texts: pl.Series, odd: Rows, field: Field, pack: Pack, column: Column
) -> tuple[list[int | str], NDArray[np.int64]]:
    """What parse_cell says of each distinct text, and which one each of the `odd` rows has.

    Notes in the column which more rows are blank and which are refused.
    """
    values, which = distinct(texts)
    read: list[int | str] = [MISSING.get(field.kind, "")] * len(values)
    blank, refused = [], {}
    for at, value in enumerate(values):
        if not value.strip():
            blank.append(at)
            continue
        try:
            read[at] = parse_cell(field, value, pack)
        except ValueError as error:
            refused[at] = str(error)
    if blank:
        column.blank = np.union1d(column.blank, odd[np.isin(which, blank)])
    by_value = dict(enumerate(rows_by(which, len(values)))) if refused else {}
    column.refused = [(odd[by_value[at]], reason) for at, reason in refused.items()]
    return read, which


def as_text(cells: pl.Series) -> pl.Series:
    """The cells as a person would have written them."""
    dtype = cells.dtype
    if dtype == pl.String:
        return cells
    if dtype.is_integer() or dtype == pl.Date:
        return cells.cast(pl.String)
    if isinstance(dtype, pl.Decimal):
        text = cells.cast(pl.String)
        return text.str.strip_chars_end("0").str.strip_chars_end(".") if dtype.scale > 2 else text
    texts = [None if cell is None else cell_text(cell) for cell in cells.to_list()]
    return pl.Series(texts, dtype=pl.String)


def distinct(texts: pl.Series) -> tuple[list[str], NDArray[np.int64]]:
    """The distinct texts in the order they come, and each row's place there; no nulls."""
    values = texts.unique(maintain_order=True)
    if len(values) == 1:
        return values.to_list(), np.zeros(len(texts), dtype=np.int64)
    which = texts.replace_strict(values, np.arange(len(values)), return_dtype=pl.Int64)
    return values.to_list(), which.to_numpy()
