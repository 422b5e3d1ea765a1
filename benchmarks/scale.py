"""How cost grows with the number of claims, in memory, within a memory limit, and on Spark.

    python -m benchmarks.scale                          1, 5 and 20 million claims within 1GiB
    python -m benchmarks.scale --rows 1000000 --spark 'local-cluster[2,1,1536]'

Every contender is a process of its own, start-up included. All contenders of a size run once in
every round, in an order that turns from round to round; medians are shown, ratios are those within
a round. The floor reads all claims and writes mediaid's finished result with Polars, and is said
less the time of loading that result; where the machine has not the memory for both, it is that of
the largest size before, multiplied. Each figure comes twice: as wall time, and as processor time
(user and system, of all processes that a contender has started, Spark's too), which says less
about what else the machine was doing.

Two uneven files of one size are compared with even ones in the same rounds: a household with 5,000
claims (under a reading that caps aid by household), and one category for 90% of the persons, which
makes more lines: both have a floor of their own beside them.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import polars as pl

from benchmarks.measure import BenchmarkError, Spent, say, spend
from mediaid.batch.large.limits import usable_memory

HERE = Path(__file__).parent
MEDIAID = Path(sys.executable).parent / "mediaid"
PART = 2_500_000
MOST_IN_MEMORY = 5_000_000
HOUSEHOLD = 5_000
A_CLAIM = 800
"""Bytes that the floor needs for a claim and its lines."""
HEADINGS = (
    *("what", "lines", "s", "processor s", "peak MB"),
    *("× floor", "× floor, processor", "× even", "× even, processor"),
)


@dataclass(frozen=True)
class Contender:
    """Something to measure, and the contenders of the same rounds that it is compared with.

    `times`: how many times as large as its `floor` it is. `result`: its lines, to be counted.
    """

    name: str
    measure: Callable[[], Spent]
    floor: str = ""
    times: float = 1
    even: str = ""
    result: Path | None = None


@dataclass(frozen=True)
class Bench:
    """Where things are, and within what memory they are done."""

    folder: Path
    memory: str

    def claims(self, rows: int, *options: str) -> Path:
        """A file of claims, or a folder of them where there are many."""
        name = f"scale-{rows}{''.join(options)}".replace("--", "-")
        path = self.folder / (name if rows > PART else f"{name}.parquet")
        if not path.exists():
            parts = ["--parts", str(rows // PART)] if rows > PART else []
            spend(
                [sys.executable, HERE / "generate.py", path, "--rows", str(rows), *parts, *options]
            )
        return path

    def result(self, claims: Path) -> Path:
        """Where the lines of claims are."""
        return self.folder / f"{claims.name.removesuffix('.parquet')}.out.parquet"

    def batch(self, name: str, claims: Path, *options: str, **compared: str) -> Contender:
        """mediaid's batch command, within the limit unless `options` say otherwise."""
        out = self.result(claims)
        limit = () if "--memory" in options else ("--memory", self.memory)
        command = [MEDIAID, "batch", claims, "-o", out, *limit, *options]
        return Contender(name, lambda: spend(command), result=out, **compared)  # type: ignore[arg-type]

    def spark(self, name: str, claims: Path, master: str, floor: str) -> Contender:
        """The same on Spark, into a new folder each time."""

        def measure() -> Spent:
            target = self.folder / f"spark-{claims.name}-{time.time_ns()}"
            on_spark = ("--engine", "spark", "--master", master)
            return spend([MEDIAID, "batch", claims, "-o", target, *on_spark])

        return Contender(name, measure, floor)

    def floor(self, name: str, claims: Path) -> Contender:
        """Reading the claims and writing their result, which a batch before has made."""
        out = self.result(claims)
        passing = self.folder / "floor.parquet"
        command = [sys.executable, HERE / "floor.py", claims, out, passing]

        def measure() -> Spent:
            if not out.exists():
                spend([MEDIAID, "batch", claims, "-o", out, "--memory", self.memory])
            spent = spend(command)
            loading, _, processor = map(float, spent.output.split())
            assert spent.processor is not None
            return Spent(spent.wall - loading, spent.processor - processor, spent.peak, "")

        return Contender(name, measure)


def compete(contenders: Sequence[Contender], rounds: int) -> dict[str, list[Spent]]:
    """What each contender took in each round."""
    taken: dict[str, list[Spent]] = {contender.name: [] for contender in contenders}
    for number in range(rounds):
        shift = number % len(contenders)
        for contender in (*contenders[shift:], *contenders[:shift]):
            spent = contender.measure()
            taken[contender.name].append(spent)
            say(f"  round {number + 1} of {rounds}: {contender.name}: {spent.wall:.1f} s")
    return taken


def show(
    contenders: Sequence[Contender],
    taken: dict[str, list[Spent]],
    floors: dict[str, list[Spent]] | None = None,
) -> None:
    """A row of the table for each; `floors` were measured before."""
    known = {**(floors or {}), **taken}
    for its in contenders:
        lines = "" if its.result is None else f"{lines_of(its.result):,}"
        cells = [
            *(its.name, lines, *figures(taken[its.name])),
            *compared(taken[its.name], known.get(its.floor), its.times),
            *compared(taken[its.name], known.get(its.even)),
        ]
        print(f"| {' | '.join(cells)} |", flush=True)


def figures(taken: Sequence[Spent]) -> list[str]:
    """Medians of wall and processor time, and the largest memory."""
    processor = middle(spent.processor for spent in taken)
    return [
        f"{median(spent.wall for spent in taken):.1f}",
        "not measured" if processor is None else f"{processor:.1f}",
        f"{max(spent.peak for spent in taken):,.0f}",
    ]


def compared(
    taken: Sequence[Spent], other: Sequence[Spent] | None, times: float = 1
) -> tuple[str, str]:
    """The medians of the ratios of each round, by wall and by processor time."""
    if other is None:
        return "", ""
    pairs = list(zip(taken, other, strict=True))
    processor = middle(
        own.processor / its.processor / times if own.processor and its.processor else None
        for own, its in pairs
    )
    wall = median(own.wall / its.wall / times for own, its in pairs)
    return f"{wall:.2f}", "" if processor is None else f"{processor:.2f}"


def middle(values: Iterable[float | None]) -> float | None:
    """The median; None where any value is unknown."""
    known = [*values]
    return None if None in known else median(value for value in known if value is not None)


def lines_of(result: Path) -> int:
    """How many lines a result has."""
    return int(pl.scan_parquet(result).select(pl.len()).collect().item())


def head() -> None:
    """The head of the table."""
    print(f"| {' | '.join(HEADINGS)} |")
    print(f"| --- |{' ---: |' * (len(HEADINGS) - 1)}", flush=True)


def sizes(bench: Bench, rows: Sequence[int], rounds: int, spark: str | None) -> None:
    """The even files, from small to large."""
    floors: dict[str, list[Spent]] = {}
    largest, measured = "", 0
    for count in sorted(rows):
        claims = bench.claims(count)
        contenders: list[Contender] = []
        if count * A_CLAIM < 2 * usable_memory():
            largest, measured = f"{count:,}, floor", count
            contenders.append(bench.floor(largest, claims))
        of = {"floor": largest, "times": count / measured if measured else 1}
        contenders.append(bench.batch(f"{count:,}, within {bench.memory}", claims, **of))
        if count <= MOST_IN_MEMORY:
            whole = bench.batch(f"{count:,}, in memory", claims, "--memory", "64GiB", **of)
            contenders.append(whole)
            if spark:
                contenders.append(bench.spark(f"{count:,}, Spark", claims, spark, largest))
        taken = compete(contenders, rounds)
        show(contenders, taken, floors)
        floors = {largest: taken.get(largest) or floors.get(largest, [])}


def uneven(bench: Bench, rows: int, rounds: int) -> None:
    """The uneven files beside even ones."""
    reading = ("--reading", "cap-holder=household")
    name = "households of 1 to 4"
    household = bench.claims(rows, "--household-claims", str(HOUSEHOLD))
    even = bench.claims(rows, "--household-claims", "4")
    contenders = [
        bench.batch(name, even, *reading),
        bench.batch(f"one of {HOUSEHOLD:,} claims", household, *reading, even=name),
    ]
    show(contenders, compete(contenders, rounds))
    plain, one = bench.claims(rows), bench.claims(rows, "--one-category", "0.9")
    name = "even categories"
    contenders = [
        bench.floor(f"{name}, floor", plain),
        bench.batch(name, plain, floor=f"{name}, floor"),
        bench.floor("one category for 90%, floor", one),
        bench.batch("one category for 90%", one, floor="one category for 90%, floor", even=name),
    ]
    show(contenders, compete(contenders, rounds))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 5_000_000, 20_000_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", default="1GiB")
    parser.add_argument("--uneven", type=int, default=5_000_000, help="claims; 0: none")
    parser.add_argument("--spark", metavar="MASTER")
    parser.add_argument("--folder", type=Path, default=Path("build/scale"))
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    bench = Bench(options.folder, options.memory)
    head()
    try:
        sizes(bench, options.rows, options.rounds, options.spark)
        if options.uneven:
            uneven(bench, options.uneven, options.rounds)
    except BenchmarkError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
