"""One year of claims settled in three ways within a memory limit: are all lines the same?

    python -m benchmarks.same --rows 20000000 --memory 1GiB --spark 'local-cluster[2,1,1536]'

The year is settled in one run, in twelve monthly runs that hand their pools on (`--closing`,
`--opening`), and on Spark. All lines of each way are compared with those of the one run, every
column of them, and the pools after the year with those after December. Lines are compared in
slices, by a hash of the claim id, each sorted by claim and benefit. Exit code 1 where any differ.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from benchmarks.measure import Spent, spend
from benchmarks.scale import MEDIAID, Bench, figures

SLICES = 32


@dataclass(frozen=True)
class Ways:
    """Where the lines of each way are, and the pools of two of them."""

    year: Path
    months: list[Path]
    spark: Path | None
    pools: Path
    last_pools: Path


def in_months(claims: Path, folder: Path) -> list[Path]:
    """The claims of each month, a file each."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for month in range(1, 13):
        path = folder / f"{month:02}.parquet"
        of_month = pl.col("date").dt.month() == month
        pl.scan_parquet(claims).filter(of_month).sink_parquet(path)
        files.append(path)
    return files


def settle(bench: Bench, claims: Path, master: str | None) -> Ways:
    """Settle the claims in every way; a row of the table for each run."""
    out = bench.folder / "same"
    out.mkdir(parents=True, exist_ok=True)
    limit = ("--memory", bench.memory)
    year, pools = out / "year.parquet", out / "pools-year.parquet"
    show("the year", spend([MEDIAID, "batch", claims, "-o", year, "--closing", pools, *limit]))
    months: list[Path] = []
    spent: list[Spent] = []
    opening: tuple[str | Path, ...] = ()
    closing = pools
    for path in in_months(claims, bench.folder / "months"):
        lines, closing = out / f"lines-{path.name}", out / f"pools-{path.name}"
        spent.append(
            spend([MEDIAID, "batch", path, "-o", lines, *opening, "--closing", closing, *limit])
        )
        show(f"month {path.stem}", spent[-1])
        months.append(lines)
        opening = ("--opening", closing)
    show("twelve months", added(spent))
    spark = out / f"spark-{int(time.time())}" if master else None
    if spark is not None and master is not None:
        on_spark = ("--engine", "spark", "--master", master)
        show("Spark", spend([MEDIAID, "batch", claims, "-o", spark, *on_spark]))
    return Ways(year, months, spark, pools, closing)


def show(name: str, spent: Spent) -> None:
    """A row of the table."""
    print(f"| {' | '.join((name, *figures([spent])))} |", flush=True)


def added(spent: list[Spent]) -> Spent:
    """Several runs one after the other; the largest memory of any."""
    processor = [each.processor for each in spent if each.processor is not None]
    return Spent(
        sum(each.wall for each in spent),
        sum(processor) if len(processor) == len(spent) else None,
        max(each.peak for each in spent),
        "",
    )


def part(source: Path | list[Path], number: int) -> pl.DataFrame:
    """The lines of a slice, in an order that does not depend on who wrote them."""
    mine = pl.col("claim_id").hash(seed=1) % SLICES == number
    frame = pl.scan_parquet(source).filter(mine).collect()
    return frame.select(sorted(frame.columns)).sort("claim_id", "benefit")


def equal_lines(ways: Ways) -> bool:
    """Whether each way has the lines of the one run; said with their number."""
    others: dict[str, Path | list[Path]] = {"twelve months": ways.months}
    if ways.spark is not None:
        others["Spark"] = sorted(ways.spark.glob("*.parquet"))  # beside its checksums
    same, lines = dict.fromkeys(others, True), 0
    for number in range(SLICES):
        reference = part(ways.year, number)
        lines += reference.height
        for name, source in others.items():
            same[name] &= part(source, number).equals(reference)
    for name, equal in same.items():
        print(f"{lines:,} lines, {name}: {'equal' if equal else 'DIFFERENT'}", flush=True)
    return all(same.values())


def equal_pools(ways: Ways) -> bool:
    """Whether the pools after the year are those after December."""
    tables = [pl.read_parquet(path) for path in (ways.pools, ways.last_pools)]
    first, last = (table.sort(table.columns) for table in tables)
    same = first.equals(last)
    print(f"{first.height:,} rows of pools: {'equal' if same else 'DIFFERENT'}")
    return same


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--rows", type=int, default=20_000_000)
    parser.add_argument("--memory", default="1GiB")
    parser.add_argument("--spark", metavar="MASTER")
    parser.add_argument("--folder", type=Path, default=Path("build/scale"))
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    bench = Bench(options.folder, options.memory)
    print("| what | s | processor s | peak MB |")
    print("| --- | ---: | ---: | ---: |")
    ways = settle(bench, bench.claims(options.rows), options.spark)
    lines, pools = equal_lines(ways), equal_pools(ways)
    sys.exit(0 if lines and pools else 1)


if __name__ == "__main__":
    main()
