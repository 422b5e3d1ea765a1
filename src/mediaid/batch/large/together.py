"""Lines of all pieces put together again in the order of the input."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from mediaid.batch.ids import PolarsText
from mediaid.batch.large.piece import AMOUNTS, CODED, PAYER, line_columns
from mediaid.batch.large.spill import read_at
from mediaid.batch.result import result_frame, with_headings
from mediaid.claims.records import from_records
from mediaid.claims.table import Claims
from mediaid.engine.lines import Lines
from mediaid.engine.settle import settle

if TYPE_CHECKING:
    from collections.abc import Sequence
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
        assert (self.numbers, self._filled) is not None

    def result(self, number: int) -> pl.DataFrame:
        """The result of a stretch: the lines of its good claims, as of a small file."""
        stretch = self.scanned.stretches[number]
        texts = read_at(self.folder / "texts", stretch.texts)
        frame, row = self._lines(number, stretch.start)
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
        columns = {series.name: series.to_numpy() for series in frame.iter_columns()}
        lines = Lines(
            claim=row,
            benefit=columns["benefit"],
            benefit_ids=tuple(benefit.benefit for benefit in self.pack.benefits),
            **{name: columns[name] for name in (*AMOUNTS, *CODED)},  # type: ignore[arg-type]
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

    def _lines(self, number: int, start: int) -> tuple[pl.DataFrame, NDArray[np.int64]]:
        """The figures of a stretch's lines in their order, and the claim of each in the stretch."""
        frames = []
        for at, piece in enumerate(self.pieces):
            place = piece.places[number]
            if place >= 0:
                its = read_at(self.folder / f"lines-{piece.number}", place)
                frames.append(
                    its.with_columns(
                        pl.Series(name, self.numbers[name][at][its[name].to_numpy()])
                        for name in CODED
                    )
                )
        whole = pl.concat([self._none, *frames], how="diagonal").select(self._none.columns)
        whole = whole.with_columns(pl.col(self._filled).fill_null(0)) if self._filled else whole
        # One sort of whole numbers that carry their place is several times as fast as an argsort.
        local = whole["row"].to_numpy().astype(np.int64) - start
        packed = (local << 32) | np.arange(len(local))
        packed.sort()
        order = packed & 0xFFFF_FFFF
        return whole[order.astype(np.uint32)], packed >> 32

    @cached_property
    def _none(self) -> pl.DataFrame:
        """No lines, with the columns that those of any piece have."""
        lines = settle(from_records([], self.pack), self.pack).lines
        none = pl.DataFrame({"row": pl.Series([], dtype=pl.UInt32), **line_columns(lines)})
        more = dict.fromkeys(name for piece in self.pieces for name in piece.columns)
        order = [
            *(name for name in none.columns if not name.startswith(PAYER)),
            *(name for name in more if name not in none.columns and not name.startswith(PAYER)),
            *(name for name in {**dict.fromkeys(none.columns), **more} if name.startswith(PAYER)),
        ]
        return none.with_columns(
            pl.Series(name, [], dtype=pl.Int64) for name in order if name not in none.columns
        ).select(order)

    @cached_property
    def _filled(self) -> list[str]:
        """Columns that some pieces lack: there they are 0."""
        return [name for name in self._none.columns if name == "overpaid" or name.startswith(PAYER)]
