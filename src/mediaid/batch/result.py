"""Result lines as a table: one line per claim and benefit, columns in their fixed order."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from mediaid.batch.ids import PolarsText
from mediaid.engine.work import NO_CAP
from mediaid.packs.schema.types import Label

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from mediaid.claims.table import Claims, TextColumn
    from mediaid.engine.lines import Lines

YUAN = pl.Decimal(18, 2)
AMOUNTS = ("base", "deducted", "uncapped", "aid", "payable", "cap_left")
MONEY = (*AMOUNTS, "overpaid")
PAYER = "payer_"
WORKERS = 2


def _label(zh: str, en: str) -> Label:
    return Label.model_construct(zh=zh, en=en)


HEADINGS: dict[str, Label] = {
    "claim_id": _label("单据号", "claim"),
    "person_id": _label("人员编号", "person"),
    "date": _label("日期", "date"),
    "benefit": _label("救助项目", "benefit"),
    "base": _label("救助基数", "base"),
    "deducted": _label("扣除起付线", "deducted"),
    "rate": _label("救助比例", "rate"),
    "uncapped": _label("限额前金额", "before the cap"),
    "aid": _label("救助金额", "aid"),
    "payable": _label("应付金额", "payable"),
    "cap_left": _label("限额余额", "cap left"),
    "bound_by": _label("受限于", "bound by"),
    "provisional": _label("暂按项目", "provisional"),
    "reason": _label("说明", "reason"),
    "overpaid": _label("多付金额", "overpaid"),
}
"""The columns of a result in their order, with headings for readers of Chinese."""


def result_frame(lines: Lines, claims: Claims, overpaid: bool) -> pl.DataFrame:
    """The lines as a table, amounts in 元 as exact decimals.

    `overpaid`: have that column even if nothing is. Text columns are never null (benefit is ""
    where none applies); `cap_left` is null where no cap applies.
    """
    rows = _Rows(lines.claim, claims.n)
    # What makes new columns of text, two at a time; amounts are the arrays themselves.
    made: dict[str, Callable[[], pl.Series]] = {
        "claim_id": lambda: rows.texts(claims.claim_id),
        "person_id": lambda: rows.texts(claims.person_id),
        "date": lambda: pl.Series(rows.of(claims.date)).cast(pl.Date),
        "benefit": lambda: _chosen([*lines.benefit_ids, ""], lines.benefit),
        "rate": lambda: _chosen(lines.rate_texts, lines.rate),
        "bound_by": lambda: _chosen(lines.bound_by_texts, lines.bound_by),
        "provisional": lambda: _chosen(lines.provisional_texts, lines.provisional),
        "reason": lambda: _chosen(lines.reason_texts, lines.reason),
    }
    with ThreadPoolExecutor(WORKERS) as pool:
        columns = dict(zip(made, pool.map(lambda make: make(), made.values()), strict=True))
    # Where nothing was paid at the counter, all aid is payable: one column serves both.
    same = lines.payable is lines.aid
    for name in AMOUNTS:
        if not (same and name == "payable"):
            columns[name] = pl.Series(getattr(lines, name))
    if lines.overpaid is not None:
        columns["overpaid"] = pl.Series(lines.overpaid)
    elif overpaid:
        columns["overpaid"] = pl.zeros(lines.n, pl.Int64, eager=True)
    columns.update(_payers(lines.payers))
    money = [name for name in columns if name in MONEY or name.startswith(PAYER)]
    frame = pl.DataFrame(columns).with_columns(yuan(name) for name in money)
    if same:
        frame = frame.with_columns(payable=pl.col("aid"))
    # Payers' columns stand last, in their order.
    return frame.select(
        *(name for name in HEADINGS if name in frame.columns),
        *(name for name in frame.columns if name not in HEADINGS),
    )


def _payers(payers: Mapping[str, NDArray[np.int64]]) -> dict[str, pl.Series]:
    return {f"{PAYER}{payer}": pl.Series(fen) for payer, fen in payers.items()}


def yuan(name: str) -> pl.Expr:
    """A column of 分 in 元 with two decimals; no cap becomes null."""
    fen = pl.col(name)
    # A decimal of scale 2 holds the 分 themselves: nothing is computed.
    exact = fen.cast(pl.Int128).reinterpret(dtype=YUAN)
    return (
        pl.when(fen != NO_CAP).then(exact).alias(name) if name == "cap_left" else exact.alias(name)
    )


def _chosen(texts: Sequence[str], which: NDArray[np.integer]) -> pl.Series:
    """For each line its text; −1 is the last one."""
    places = np.where(which < 0, len(texts) - 1, which) if which.min(initial=0) < 0 else which
    return pl.Series(texts, dtype=pl.String).gather(pl.Series(places.astype(np.uint32)))


class _Rows:
    """Takes the claim of each line from a column of claims."""

    def __init__(self, claim: NDArray[np.int64], claims: int) -> None:
        # Often every claim has one line: then there is nothing to gather.
        every = len(claim) == claims and bool((claim == np.arange(claims)).all())
        self._claim = None if every else claim
        self._gather = None if every else pl.Series(claim.astype(np.uint32))

    def of(self, values: NDArray[np.int32]) -> NDArray[np.int32]:
        return values if self._claim is None else values[self._claim]

    def texts(self, column: TextColumn) -> pl.Series:
        if isinstance(column, PolarsText):
            texts = column.texts
        else:
            texts = pl.Series(column.take(np.arange(len(column))), dtype=pl.String)
        return texts if self._gather is None else texts.gather(self._gather)


def with_headings(frame: pl.DataFrame, chinese: bool) -> pl.DataFrame:
    """The table with Chinese headings, or as it is."""
    if not chinese:
        return frame
    return frame.rename(
        {
            name: HEADINGS[name].zh if name in HEADINGS else f"出资_{name.removeprefix(PAYER)}"
            for name in frame.columns
        }
    )
