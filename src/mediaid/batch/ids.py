"""Ids of whole columns: numbered holders, ids that stand twice, ids a spreadsheet has damaged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = NDArray[np.int64]


class PolarsText:
    """A `TextColumn` over a Series of text."""

    def __init__(self, texts: pl.Series) -> None:
        self.texts = texts

    def __len__(self) -> int:
        return len(self.texts)

    def __getitem__(self, row: int, /) -> str:
        text = self.texts[row]
        return text if isinstance(text, str) else ""

    def take(self, rows: Rows) -> list[str]:
        """Return the texts of the rows, in their order."""
        return self.texts.gather(rows).to_list()

    def rank(self, rows: Rows) -> Rows:
        """Return each row's place in the order of the texts' UTF-8 bytes (Polars' own order)."""
        order = self.texts.gather(rows).arg_sort().to_numpy()
        ranks = np.empty(len(order), dtype=np.int64)
        ranks[order] = np.arange(len(order))
        return ranks


def numbered(texts: pl.Series) -> Rows:
    """Number equal texts equally, from 0 without gaps.

    Sorting hashes is several times faster than sorting or grouping texts. That no two texts share
    a number is checked, text by text; if two ever do, a slower and surer way is taken.
    """
    size = len(texts)
    if size == 0:
        return np.empty(0, dtype=np.int64)
    hashes = texts.hash().to_numpy()
    for whole in (False, True):
        numbers, first = number_hashes(hashes, whole)
        if (texts.gather(first).gather(numbers) == texts).all():
            return numbers
    return texts.rank("dense").to_numpy().astype(np.int64) - 1


def number_hashes(hashes: NDArray[np.uint64], whole: bool) -> tuple[Rows, Rows]:
    """Numbers of the hashes, and the first row of each number; at least one hash.

    The low bits of a hash make room for the row, so that one sort of whole numbers does both.
    Hashes that differ in those bits alone are told apart only if `whole` is asked for.
    """
    size = len(hashes)
    bits = np.uint64((size - 1).bit_length())
    keys = hashes << bits
    keys |= np.arange(size, dtype=np.uint64)
    keys.sort()
    rows = (keys & ((np.uint64(1) << bits) - np.uint64(1))).view(np.int64)
    keys >>= bits
    if whole:
        rows, keys = _by_whole_hash(rows, keys, hashes)
    new = np.empty(size, dtype=np.bool_)
    new[0] = True
    np.not_equal(keys[1:], keys[:-1], out=new[1:])
    in_order: Rows = np.cumsum(new, dtype=np.int64)
    in_order -= 1
    numbers = np.empty(size, dtype=np.int64)
    numbers[rows] = in_order
    return numbers, rows[new]


def _by_whole_hash(
    rows: Rows, keys: NDArray[np.uint64], hashes: NDArray[np.uint64]
) -> tuple[Rows, NDArray[np.uint64]]:
    """Rows in the order of their whole hashes where cut ones (`keys`) are the same."""
    full = hashes[rows]
    mixed = keys[1:][(keys[1:] == keys[:-1]) & (full[1:] != full[:-1])]
    places = np.flatnonzero(np.isin(keys, mixed))
    rows[places] = rows[places[np.lexsort((full[places], keys[places]))]]
    return rows, hashes[rows]


def repeated(texts: pl.Series) -> dict[str, list[int]]:
    """The texts that stand more than once (but for ""), with their rows."""
    hashes = texts.hash().to_numpy()
    keys = np.sort(hashes)
    twice = np.unique(keys[1:][keys[1:] == keys[:-1]])
    if not len(twice):
        return {}
    rows = np.flatnonzero(np.isin(hashes, twice))
    found: dict[str, list[int]] = {}
    for row, text in zip(rows.tolist(), texts.gather(rows).to_list(), strict=True):
        if text:
            found.setdefault(text, []).append(row)
    return {text: rows for text, rows in found.items() if len(rows) > 1}


# Digits 16 to 18 of a resident ID number become 000 when a spreadsheet takes it for a number.
_ROUNDED = r"^[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d000$"


def rounded_numbers(texts: pl.Series) -> Rows:
    """Rows whose resident ID number ends in 000 and has a wrong check digit."""
    rows = texts.str.ends_with("000").arg_true()
    suspects = texts.gather(rows)
    matching = suspects.str.contains(_ROUNDED).arg_true()
    if not len(matching):
        return np.empty(0, dtype=np.int64)
    from mediaid.people.identity import check_digit_fits  # noqa: PLC0415 - for suspects alone

    wrong = [
        row
        for row, text in zip(
            rows.gather(matching).to_list(), suspects.gather(matching).to_list(), strict=True
        )
        if not check_digit_fits(text)
    ]
    return np.array(wrong, dtype=np.int64)
