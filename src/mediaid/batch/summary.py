"""What a batch came to, by benefit and category."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from mediaid.aligned import aligned
from mediaid.batch.drafts import MARK
from mediaid.i18n import gettext as _
from mediaid.money import show_yuan
from mediaid.packs.show.names import figure_words

if TYPE_CHECKING:
    from mediaid.claims.table import Claims
    from mediaid.engine.lines import Lines
    from mediaid.packs.model import Pack


@dataclass(frozen=True)
class Sum:
    """The lines of one benefit and category ("" and "": of all), money in 分."""

    benefit: str
    category: str
    lines: int
    aided: int
    aid: int
    payable: int


@dataclass(frozen=True)
class Summary:
    """Counts add up: `claims` of the input = `settled` + `rejected`."""

    pack: Pack
    claims: int
    settled: int
    rejected: int
    of_settled_holders: int
    """Rejected claims of persons or households that have settled claims as well."""
    lines: int
    sums: tuple[Sum, ...]
    left_out: tuple[tuple[str, tuple[int, ...], int], ...]
    """Records that are no claims: why, the numbers of the first rows, and how many."""
    notes: tuple[str, ...]
    provisional: tuple[tuple[str, int], ...]
    """Which carried or draft values were used, and in how many lines."""

    @property
    def total(self) -> Sum:
        """All lines together."""
        return Sum(
            "",
            "",
            self.lines,
            sum(part.aided for part in self.sums),
            sum(part.aid for part in self.sums),
            sum(part.payable for part in self.sums),
        )


def sums_of(lines: Lines, claims: Claims, pack: Pack) -> tuple[Sum, ...]:
    """The sums of each benefit and category, in the order of the pack; last, no benefit."""
    names = [benefit.benefit for benefit in pack.benefits]
    categories = list(pack.codes["category"])
    benefit = np.where(lines.benefit < 0, len(names), lines.benefit).astype(np.int64)
    part = benefit * len(categories) + claims.codes["category"][lines.claim]
    frame = pl.DataFrame({"part": part, "aid": lines.aid, "payable": lines.payable})
    grouped = frame.group_by("part").agg(
        pl.len(),
        (pl.col("aid") > 0).sum().alias("aided"),
        pl.col("aid").sum(),
        pl.col("payable").sum(),
    )
    return tuple(
        Sum(
            [*names, ""][row["part"] // len(categories)],
            categories[row["part"] % len(categories)],
            row["len"],
            row["aided"],
            row["aid"],
            row["payable"],
        )
        for row in grouped.sort("part").iter_rows(named=True)
    )


def provisional_of(lines: Lines) -> tuple[tuple[str, int], ...]:
    """Each provisional value's name and the number of lines that used it."""
    used = np.bincount(lines.provisional)
    found: dict[str, int] = {}
    for text, count in zip(lines.provisional_texts, used.tolist(), strict=False):
        for name in filter(None, text.split(";")):
            if name.startswith(MARK):
                continue
            found[name] = found.get(name, 0) + count
    return tuple((name, count) for name, count in sorted(found.items()) if count)


def show(summary: Summary) -> str:
    """The summary as text for a terminal."""
    pack = summary.pack
    parts = [
        _("{label}, pack {pack}, {hash}").format(label=pack.label, pack=pack.id, hash=pack.hash),
        *_readings(pack),
        "",
        *_table(summary),
        "",
        _("{claims} claims: {settled} settled, {rejected} rejected; {lines} lines").format(
            claims=f"{summary.claims:,}",
            settled=f"{summary.settled:,}",
            rejected=f"{summary.rejected:,}",
            lines=f"{summary.lines:,}",
        ),
    ]
    for reason, rows, count in summary.left_out:
        shown = ", ".join(map(str, rows)) + (", …" if count > len(rows) else "")
        parts.append(
            _("not settled, {reason}: {count} (row {rows})").format(
                count=f"{count:,}", reason=reason, rows=shown
            )
        )
    parts += [_("Beware: {note}").format(note=note) for note in summary.notes]
    if summary.of_settled_holders:
        parts.append(
            _(
                "Beware: {claims} of the rejected claims belong to persons or households with "
                "settled ones. They would have changed what is left of caps and deductibles: "
                "correct them and settle the whole file again"
            ).format(claims=f"{summary.of_settled_holders:,}")
        )
    parts += [
        _(
            "provisional: {name}, a value carried beyond its confirmed period or a draft, in "
            "{lines} lines"
        ).format(name=figure_words(pack, [name]), lines=f"{count:,}")
        for name, count in summary.provisional
    ]
    return "\n".join(parts)


def _readings(pack: Pack) -> list[str]:
    if not pack.readings:
        return []
    chosen = ", ".join(f"{reading}={choice}" for reading, choice in pack.readings.items())
    return [_("readings: {chosen}").format(chosen=chosen)]


def _table(summary: Summary) -> list[str]:
    labels = {benefit.benefit: str(benefit.label) for benefit in summary.pack.benefits}
    categories = summary.pack.codes["category"]
    rows = [
        [_("benefit"), _("category"), _("lines"), _("with aid"), _("aid, yuan"), _("payable, yuan")]
    ]
    for part in summary.sums:
        benefit = labels.get(part.benefit, _("none applies"))
        rows.append([benefit, str(categories[part.category]), *_figures(part)])
    rows.append([_("total"), "", *_figures(summary.total)])
    return aligned(rows, left=2)


def _figures(part: Sum) -> list[str]:
    return [f"{part.lines:,}", f"{part.aided:,}", show_yuan(part.aid), show_yuan(part.payable)]
