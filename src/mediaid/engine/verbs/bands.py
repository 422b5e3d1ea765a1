"""`bands` (分段): a rate for each band of the claim, or of a running total; rounded once."""

from __future__ import annotations

from math import lcm
from typing import TYPE_CHECKING

import numpy as np

from mediaid.engine.verbs.exact import sum_of_shares
from mediaid.engine.verbs.run import Reader, Run
from mediaid.engine.verbs.words import Explained, yuan
from mediaid.i18n import gettext as _
from mediaid.money import format_percent
from mediaid.packs.schema.values import NO_LIMIT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


class BandsRun(Run):
    """Σ (part of the amount in the band × the band's rate), rounded half-up at the end."""

    pays = True

    def prepare(self) -> None:
        self.table = self.work.table(self.step.of)
        self.entry = self.work.view.look_up(self.table)
        entries = self.table.entries
        width = max(len(bands) for bands in entries)
        self.denominator = lcm(*(rate.denominator for bands in entries for _above, rate in bands))
        self.edges = np.full((width + 1, len(entries)), NO_LIMIT, dtype=np.int64)
        self.rates = np.zeros((width, len(entries)), dtype=np.int64)
        for i, bands in enumerate(entries):
            for b, (above, rate) in enumerate(bands):
                self.edges[b, i] = above
                self.rates[b, i] = rate.numerator * (self.denominator // rate.denominator)
        self.pool = Reader(self.work, self.step.over) if self.step.over != "claim" else None

    @property
    def in_waves(self) -> bool:
        return self.pool is not None and self.pool.in_waves

    def step_of(self, x: Ints, part: slice) -> Ints:
        entry = self.entry[part]
        before = self.pool.read(part) if self.pool else np.zeros(len(x), dtype=np.int64)
        after = before + x
        parts = []
        for b, rates in enumerate(self.rates):
            low, high = self.edges[b][entry], self.edges[b + 1][entry]
            inside = np.maximum(np.minimum(after, high) - np.maximum(before, low), 0)
            parts.append((inside, rates[entry]))
        self.note(part, before=before, entry=entry)
        return sum_of_shares(parts, self.denominator)

    def explain(self, seen: dict[str, int]) -> Explained:
        low, high = seen["before"], seen["before"] + seen["entering"]
        bands = self.table.entries[seen["entry"]]
        edges = [*(above for above, _rate in bands[1:]), NO_LIMIT]
        parts = [
            f"{yuan(min(high, end) - max(low, above))} × {format_percent(rate)}"
            for (above, rate), end in zip(bands, edges, strict=True)
            if min(high, end) > max(low, above)
        ]
        words = (
            _("rates in bands")
            if self.pool is None
            else _("rates in bands, going on from {before}").format(before=yuan(low))
        )
        return Explained(words, f"{' + '.join(parts) or yuan(0)} = {yuan(seen['leaving'])}")
