"""A yes or no for each row of an input, one bit each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = NDArray[np.int64]
    Mask = NDArray[np.bool_]

ALIGNED = 8
"""Parts begin at multiples of this, so that their bits stand in bytes of their own."""


class Marks:
    """Marked rows. Parts of masks may come in any order."""

    def __init__(self, bits: NDArray[np.uint8] | None = None) -> None:
        self._bits = np.zeros(0, dtype=np.uint8) if bits is None else bits

    def put(self, start: int, mask: Mask) -> None:
        """Mark rows from `start` on, which is a multiple of ALIGNED."""
        packed = np.packbits(mask, bitorder="little")
        self._reach(start // ALIGNED + len(packed))
        self._bits[start // ALIGNED : start // ALIGNED + len(packed)] = packed

    def add(self, rows: Rows) -> None:
        """Mark some rows."""
        if len(rows):
            self._reach(int(rows.max()) // ALIGNED + 1)
            bits = np.left_shift(1, rows % ALIGNED).astype(np.uint8)
            np.bitwise_or.at(self._bits, rows // ALIGNED, bits)

    def of(self, rows: Rows) -> Mask:
        """Whether each of these rows is marked."""
        if not len(self._bits):
            return np.zeros(len(rows), dtype=np.bool_)
        byte = rows // ALIGNED
        bits = self._bits[np.minimum(byte, len(self._bits) - 1)] >> (rows % ALIGNED).astype(
            np.uint8
        )
        return (bits & 1).astype(np.bool_) & (byte < len(self._bits))

    def part(self, start: int, size: int) -> Mask:
        """Whether each of `size` rows from `start` on is marked."""
        bits = self._bits[start // ALIGNED : -(-(start + size) // ALIGNED)]
        mask = np.zeros(size, dtype=np.bool_)
        found = np.unpackbits(bits, bitorder="little")[:size]
        mask[: len(found)] = found
        return mask

    def count(self) -> int:
        """How many rows are marked."""
        return int(np.bitwise_count(self._bits).sum())

    @property
    def bits(self) -> NDArray[np.uint8]:
        """The bits, eight rows a byte."""
        return self._bits

    def _reach(self, size: int) -> None:
        if size > len(self._bits):
            bits = np.zeros(max(size, len(self._bits) * 5 // 4), dtype=np.uint8)
            bits[: len(self._bits)] = self._bits
            self._bits = bits
