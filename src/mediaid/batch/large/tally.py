"""Totals by benefit, category, month and area (户籍地区, where the claims have it)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from mediaid.batch.result import yuan
from mediaid.i18n import gettext as _
from mediaid.packs.schema.types import Label

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mediaid.batch.summary import Summary
    from mediaid.claims.table import Claims
    from mediaid.engine.lines import Lines
    from mediaid.i18n import Lang
    from mediaid.packs.model import Pack

KEYS = ("benefit", "category", "month", "area")
FIGURES = ("lines", "aided", "aid", "payable")
HEADINGS = {
    name: Label.model_construct(zh=zh, en=en)
    for name, zh, en in (
        ("benefit", "救助项目", "benefit"),
        ("category", "救助类别", "category"),
        ("month", "月份", "month"),
        ("area", "户籍地区", "area"),
        ("lines", "行数", "lines"),
        ("aided", "有救助的行数", "lines with aid"),
        ("aid", "救助金额", "aid"),
        ("payable", "应付金额", "payable"),
    )
}
NONE = Label.model_construct(zh="无适用项目", en="none applies")
NOT_GIVEN = Label.model_construct(zh="未填", en="not given")


def tally(lines: Lines, claims: Claims, pack: Pack) -> pl.DataFrame:
    """Counts and sums (分) of lines by position of benefit, category and area, and by month.

    The month counts from January 1970. A benefit that is none comes after all others; area is −1
    where the claims have none.
    """
    month = claims.date.astype("datetime64[D]").astype("datetime64[M]").astype(np.int32)
    area = claims.codes.get("area")
    benefit = np.where(lines.benefit < 0, len(pack.benefits), lines.benefit).astype(np.int16)
    frame = pl.DataFrame(
        {
            "benefit": benefit,
            "category": claims.codes["category"][lines.claim],
            "month": month[lines.claim],
            "area": (np.full(claims.n, -1, dtype=np.int16) if area is None else area)[lines.claim],
            "aid": lines.aid,
            "payable": lines.payable,
        }
    )
    return frame.group_by(KEYS).agg(
        pl.len().cast(pl.Int64).alias("lines"),
        (pl.col("aid") > 0).sum().cast(pl.Int64).alias("aided"),
        pl.col("aid").sum(),
        pl.col("payable").sum(),
    )


def summed(parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Put the tallies of pieces together, in the order of the pack and of the months."""
    return pl.concat(parts).group_by(KEYS).agg(pl.col(FIGURES).sum()).sort(KEYS)


def table_of(total: pl.DataFrame, pack: Pack, areas: bool, lang: Lang) -> pl.DataFrame:
    """The totals with labels and headings, amounts in 元; a column of areas where wanted."""
    benefits = [*(benefit.label.in_(lang) for benefit in pack.benefits), NONE.in_(lang)]
    months = total["month"].to_numpy().astype("datetime64[M]").astype(str)
    columns = {
        "benefit": pl.Series(benefits, dtype=pl.String).gather(total["benefit"]),
        "category": _labels(pack, "category", total["category"], lang),
        "month": pl.Series(months.tolist(), dtype=pl.String),
    }
    if areas:
        columns["area"] = _labels(pack, "area", total["area"], lang)
    figures = total.select(FIGURES).with_columns(yuan("aid"), yuan("payable"))
    frame = pl.DataFrame(columns).hstack(figures)
    return frame.rename({name: HEADINGS[name].in_(lang) for name in frame.columns})


def _labels(pack: Pack, field: str, codes: pl.Series, lang: Lang) -> pl.Series:
    labels = [*(label.in_(lang) for label in pack.codes[field].values()), NOT_GIVEN.in_(lang)]
    places = codes.to_numpy().astype(np.int64)
    return pl.Series(labels, dtype=pl.String).gather(
        np.where(places < 0, len(labels) - 1, places).astype(np.uint32)
    )


def notes_of(summary: Summary, name: str) -> list[tuple[str, str]]:
    """What a reader has to know of the totals: rules, readings, counts, provisional values."""
    pack = summary.pack
    total = summary.total
    return [
        (_("claims file"), name),
        (_("pack"), f"{pack.label} ({pack.id})"),
        (_("rules"), pack.hash),
        *((_("reading"), f"{name}={choice}") for name, choice in pack.readings.items()),
        (_("claims"), f"{summary.claims:,}"),
        (_("settled"), f"{summary.settled:,}"),
        (_("rejected"), f"{summary.rejected:,}"),
        (_("result lines"), f"{total.lines:,}"),
        *(
            (_("provisional"), _("{name}, in {lines} lines").format(name=name, lines=f"{count:,}"))
            for name, count in summary.provisional
        ),
    ]
