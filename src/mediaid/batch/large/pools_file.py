"""The pools table as a file: pack_hash, pool, holder, period, amount, through.

`amount` is 元 with two decimals (for a pool that counts claims, their number); `period` a year or
"lifetime"; `through` the last day counted. In memory amounts are 分, and the years of pools that
last a lifetime 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from mediaid.batch.formats import format_of
from mediaid.batch.source import refuse_no_file
from mediaid.engine.pools import LIFETIME
from mediaid.faults import ClaimError, Fault, visible, visible_path
from mediaid.i18n import gettext as _
from mediaid.packs.schema.values import NO_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mediaid.packs.model import Pack
    from mediaid.packs.schema.rules import Pool

COLUMNS = ("pack_hash", "pool", "holder", "period", "amount", "through")
ROWS = {
    "pool": pl.String,
    "holder": pl.String,
    "year": pl.Int32,
    "amount": pl.Int64,
    "through": pl.Int32,
}
"""The columns of the table in memory."""
_SHOWN = 20
_YUAN = pl.Decimal(18, 2)


def counts_claims(pool: Pool) -> bool:
    """Whether the amounts of a pool are numbers of claims."""
    return pool.counts == "claims"


def as_file(rows: pl.DataFrame, pack: Pack) -> pl.DataFrame:
    """Rows in memory as a file shows them."""
    numbers = [name for name, pool in pack.pools.items() if counts_claims(pool)]
    cents = pl.when(pl.col("pool").is_in(numbers)).then(pl.col("amount") * 100)
    return rows.select(
        pl.lit(pack.hash).alias("pack_hash"),
        "pool",
        "holder",
        pl.when(pl.col("year") == 0)
        .then(pl.lit(LIFETIME))
        .otherwise(pl.col("year").cast(pl.String))
        .alias("period"),
        cents.otherwise(pl.col("amount")).cast(pl.Int128).reinterpret(dtype=_YUAN).alias("amount"),
        pl.col("through").cast(pl.Date).alias("through"),
    )


def read_pools(path: Path, pack: Pack, rows: int) -> Iterator[pl.DataFrame]:
    """Read a pools table about `rows` at a time; ClaimError with the first faults of its rows."""
    format_of(path)
    refuse_no_file(path)
    name = visible_path(path)
    first = 2
    for frame in _frames(path, rows):
        lacking = [column for column in COLUMNS if column not in frame.columns]
        if lacking:
            raise ClaimError(
                Fault(
                    _("{file}, row 1").format(file=name),
                    _("is no table of pools: these columns are missing: {columns}").format(
                        columns=", ".join(lacking)
                    ),
                )
            )
        yield _understood(frame.select(COLUMNS), pack, name, first)
        first += frame.height


def _frames(path: Path, rows: int) -> Iterator[pl.DataFrame]:
    kind = format_of(path)
    try:
        if kind == "xlsx":
            from mediaid.batch.xlsx_source import XlsxSource  # noqa: PLC0415

            source = XlsxSource(path)
            frame = source.load(range(len(source.headings)))
            frame.columns = source.headings
            yield frame
            return
        if kind == "csv":
            scanned = pl.scan_csv(path, infer_schema=False, glob=False)
        else:
            scanned = pl.scan_parquet(path, glob=False, hive_partitioning=False)
        yield scanned.head(0).collect()
        yield from scanned.collect_batches(chunk_size=rows, maintain_order=True, lazy=True)
    except (pl.exceptions.PolarsError, OSError) as error:
        reason = visible(str(error).splitlines()[0])
        raise ClaimError(
            Fault(visible_path(path), _("cannot be read: {reason}").format(reason=reason))
        ) from error


def _understood(frame: pl.DataFrame, pack: Pack, name: str, first: int) -> pl.DataFrame:
    texts = frame.select(pl.all().cast(pl.String).fill_null("").str.strip_chars())
    _refuse_others(texts, pack, name, first)
    lifetime = texts["period"] == LIFETIME
    plain = texts["amount"].str.contains(r"^[0-9]{1,14}(\.[0-9]{1,2})?$")
    amount = texts["amount"].set(~plain, None).cast(pl.Decimal(18, 2)).to_physical().cast(pl.Int64)
    numbers = texts["pool"].is_in([n for n, pool in pack.pools.items() if counts_claims(pool)])
    wrong_number = numbers & (amount % 100 != 0)
    amount = amount.zip_with(~numbers, amount // 100)
    year = texts["period"].set(lifetime, "0").cast(pl.Int32, strict=False)
    through = texts["through"].str.to_date("%Y-%m-%d", strict=False).to_physical()
    expected = {n: pool.period == "lifetime" for n, pool in pack.pools.items()}
    lasts = texts["pool"].replace_strict(
        list(expected), list(expected.values()), return_dtype=pl.Boolean
    )
    bad = {
        "amount": amount.is_null() | (amount >= NO_LIMIT) | wrong_number.fill_null(True),
        "period": year.is_null() | (lasts != lifetime),
        "through": through.is_null(),
        "holder": texts["holder"] == "",
    }
    faults = [
        Fault(
            _("{file}, row {row}, column {column}").format(
                file=name, row=row + first, column=column
            ),
            _("{value} is not what a table of closing pools holds there").format(
                value=visible(texts[column][row]) or '""'
            ),
        )
        for column, mask in bad.items()
        for row in mask.arg_true().head(_SHOWN).to_list()
    ]
    if faults:
        raise ClaimError(faults[:_SHOWN])
    return pl.DataFrame(
        {
            "pool": texts["pool"],
            "holder": texts["holder"],
            "year": year,
            "amount": amount,
            "through": through,
        },
        schema=ROWS,
    )


def _refuse_others(texts: pl.DataFrame, pack: Pack, name: str, first: int) -> None:
    """ClaimError for pools that the pack has not, or that were closed under other rules."""
    faults = []
    for at in (texts["pack_hash"] != pack.hash).arg_true().head(1).to_list():
        other = visible(texts["pack_hash"][at])
        faults.append(
            Fault(
                _("{file}, row {row}").format(file=name, row=at + first),
                _(
                    "was closed under rules {other}, but these are {hash}: settle the earlier "
                    "claims anew under these rules"
                ).format(other=other, hash=pack.hash),
            )
        )
    known = list(pack.pools)
    for at in (~texts["pool"].is_in(known)).arg_true().head(1).to_list():
        faults.append(
            Fault(
                _("{file}, row {row}").format(file=name, row=at + first),
                _("pack {pack} has no pool {name}").format(
                    pack=pack.id, name=visible(texts["pool"][at])
                ),
            )
        )
    if faults:
        raise ClaimError(faults)


def year_of(pool: Pool, years: np.ndarray[tuple[int], np.dtype[np.int64]]) -> pl.Series:
    """The years of periods, 0 where they last a lifetime."""
    if pool.period == "calendar_year":
        return pl.Series(years.astype(np.int32))
    return pl.zeros(len(years), pl.Int32, eager=True)
