"""Whether two results say the same: the same lines in the same order with the same amounts.

check.py EXPECTED GOT             every line; prints how many
check.py --sample EXPECTED GOT    the aid of some claims (claim_id, benefit, aid in 分)
"""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

AMOUNTS = ("base", "deducted", "uncapped", "aid", "payable", "cap_left")
TEXTS = ("claim_id", "person_id", "date", "benefit", "rate", "bound_by")


def comparable(path: Path) -> pl.DataFrame:
    """Amounts in 分, an empty text for none; exits when a column is of no exact type."""
    frame = pl.read_parquet(path)
    for name in AMOUNTS:
        if not isinstance(frame.schema[name], pl.Decimal):
            sys.exit(f"{path}: {name} is {frame.schema[name]}, not an exact decimal")
    return frame.select(
        pl.col(TEXTS).cast(pl.String).fill_null(""),
        pl.col(AMOUNTS).cast(pl.Decimal(38, 2)),
    )


def same(expected: Path, got: Path) -> int:
    """Exits with the first differing line."""
    left, right = comparable(expected), comparable(got)
    if left.height != right.height:
        sys.exit(f"{expected} has {left.height} lines, {got} {right.height}")
    for name in left.columns:
        differs = left[name].ne_missing(right[name])
        if differs.any():
            rows = [frame.filter(differs).row(0, named=True) for frame in (left, right)]
            sys.exit(
                f"{name} differs in {differs.sum()} of {left.height} lines, the first being\n"
                f"{expected}: {rows[0]}\n{got}: {rows[1]}"
            )
    return left.height


def same_aid(expected: Path, sample: Path) -> int:
    """Exits unless every line of the sample is in the result."""
    lines = pl.read_parquet(expected).select(
        "claim_id", "benefit", (pl.col("aid") * 100).cast(pl.Int64).alias("expected")
    )
    joined = pl.read_parquet(sample).join(lines, on=("claim_id", "benefit"), how="left")
    differs = joined.filter(pl.col("aid").ne_missing(pl.col("expected")))
    if differs.height:
        sys.exit(f"{sample}: {differs.height} aids differ: {differs.row(0)}")
    return joined.height


def main() -> None:
    *options, expected, got = sys.argv[1:]
    compare = same_aid if options == ["--sample"] else same
    print(compare(Path(expected), Path(got)))


if __name__ == "__main__":
    main()
