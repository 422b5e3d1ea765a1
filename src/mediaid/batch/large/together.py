"""Lines of all pieces put together again in the order of the input."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from mediaid.batch.ids import PolarsText
from mediaid.batch.large.records import CODED, lines_path, read_records, recorded, type_of
from mediaid.batch.large.spill import read_at
from mediaid.batch.result import AMOUNTS, PAYER, result_frame, with_headings
from mediaid.claims.records import from_records
from mediaid.claims.table import Claims
from mediaid.engine.lines import Lines
from mediaid.engine.settle import settle

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from mediaid.batch.large.piece import Settled
    from mediaid.batch.large.scan import Scanned
    from mediaid.packs.model import Pack

    Codes = NDArray[np.int32]


@dataclass
class Together:
    """Makes the result of one stretch of the input after the other."""

    scanned: Scanned
    pieces: Sequence[Settled]
    pack: Pack
    folder: Path
    chinese: bool

    @cached_property
    def texts(self) -> dict[str, list[str]]:
        """The texts of each column, of all pieces."""
        return {
            name: list(dict.fromkeys(text for piece in self.pieces for text in piece.texts[name]))
            for name in CODED
        }

    @cached_property
    def numbers(self) -> dict[str, list[Codes]]:
        """For each column and piece the number that each of its codes has among all texts."""
        found: dict[str, list[Codes]] = {}
        for name, texts in self.texts.items():
            place = {text: number for number, text in enumerate(texts)}
            found[name] = [
                np.array([place[text] for text in piece.texts[name]], dtype=np.int32)
                for piece in self.pieces
            ]
        return found

    def prepare(self) -> None:
        """Work out what all stretches share, before two threads ask for it."""
        assert (self.numbers, self.fields) is not None

    def result(self, number: int) -> pl.DataFrame:
        """The result of a stretch: the lines of its good claims, as of a small file."""
        stretch = self.scanned.stretches[number]
        texts = read_at(self.folder / "texts", stretch.texts)
        columns, row = self._lines(number, stretch.start)
        nothing = np.empty(0, dtype=np.int64)
        claims = Claims(
            claim_id=PolarsText(texts["claim_id"]),
            person_id=PolarsText(texts["person_id"]),
            date=texts["date"].to_numpy(),
            person=nothing,
            household=nothing,
            visit=nothing,
            codes={},
            amounts={},
        )
        lines = Lines(
            claim=row,
            benefit_ids=tuple(benefit.benefit for benefit in self.pack.benefits),
            **{name: columns[name] for name in ("benefit", *AMOUNTS, *CODED)},
            **{f"{name}_texts": texts for name, texts in self.texts.items()},  # type: ignore[arg-type]
            overpaid=columns.get("overpaid"),
            payers={
                name.removeprefix(PAYER): shares
                for name, shares in columns.items()
                if name.startswith(PAYER)
            },
        )
        overpaid = "already_aided" in self.scanned.fields
        return with_headings(result_frame(lines, claims, overpaid), self.chinese)

    def _lines(self, number: int, start: int) -> tuple[dict[str, Any], NDArray[np.int64]]:
        """The figures of a stretch's lines in their order, and the claim of each in the stretch."""
        pieces = [
            read_records(lines_path(self.folder, piece.number), piece.columns, begin, end)
            for piece, (begin, end) in self._spans(number)
        ]
        ends = np.cumsum([0, *map(len, pieces)])
        whole: dict[str, NDArray[Any]] = {
            name: np.zeros(ends[-1], dtype=type_of(name)) for name in self.fields
        }
        for at, its in enumerate(pieces):
            place = slice(ends[at], ends[at + 1])
            for name in its.dtype.names or ():
                whole[name][place] = its[name]
            for name in CODED:
                whole[name][place] = self.numbers[name][at][its[name]]
            if "payable" in whole and "payable" not in (its.dtype.names or ()):
                whole["payable"][place] = its["aid"]
        # One sort of whole numbers that carry their place is several times as fast as an argsort.
        packed = ((whole.pop("row").astype(np.int64) - start) << 32) | np.arange(ends[-1])
        packed.sort()
        order = packed & 0xFFFF_FFFF
        columns = {name: column[order] for name, column in whole.items()}
        columns.setdefault("payable", columns["aid"])
        return columns, packed >> 32

    def _spans(self, number: int) -> Iterator[tuple[Settled, tuple[int, int]]]:
        """Where each piece has the lines of a stretch."""
        for piece in self.pieces:
            yield piece, (piece.ends[number - 1] if number else 0, piece.ends[number])

    @cached_property
    def fields(self) -> list[str]:
        """The fields that the records of any piece have."""
        nothing = settle(from_records([], self.pack), self.pack).lines
        found = recorded(nothing, nothing.claim).dtype.names or ()
        more = (name for piece in self.pieces for name in piece.columns)
        return list(dict.fromkeys((*found, *more)))
