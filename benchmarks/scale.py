"""How cost grows with the number of claims, in memory, within a memory limit, and on Spark.

    python -m benchmarks.scale                          1, 5 and 20 million claims within 1GiB
    python -m benchmarks.scale --rows 1000000 --spark 'local-cluster[2,1,1536]'

Every contender is a process of its own, start-up included. The floor reads all claims and writes
mediaid's finished result with Polars, and is said less the time of loading that result; where both
do not fit into memory it is measured on the largest size before and multiplied. Each figure comes
twice: as wall time, and as processor time (user and system, of child processes too), which says
less about what else the machine was doing.

Two uneven files of the middle size are compared with the even one: a household with 5,000 claims
(under a reading that caps aid by household), and one category for 90% of the persons.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
PART = 2_500_000
MOST_IN_MEMORY = 5_000_000
HOUSEHOLD = 5_000


@dataclass(frozen=True)
class Spent:
    """Seconds of a process and its largest memory in MB."""

    wall: float
    processor: float
    peak: float
    output: str


def spend(*command: str | Path) -> Spent:
    """Run a command; RuntimeError with what it says if it fails."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        began = time.perf_counter()
        process = subprocess.Popen(list(command), stdout=out, stderr=err, stdin=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if process.returncode:
            raise RuntimeError(f"{command}\n{err.read()[-4000:]}")
        processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return Spent(wall, processor, usage.ru_maxrss / 1024, out.read())


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
            spend(sys.executable, HERE / "generate.py", path, "--rows", str(rows), *parts, *options)
        return path

    def batch(self, claims: Path, *options: str) -> Spent:
        """mediaid's batch command."""
        out = self.folder / f"{claims.stem}.out.parquet"
        mediaid = Path(sys.executable).parent / "mediaid"
        return spend(mediaid, "batch", claims, "-o", out, *options)

    def floor(self, claims: Path) -> Spent:
        """Reading the claims and writing their result, which is there already."""
        out = self.folder / f"{claims.stem}.out.parquet"
        spent = spend(sys.executable, HERE / "floor.py", claims, out, self.folder / "floor.parquet")
        loading = float(spent.output.split()[0])
        return Spent(spent.wall - loading, spent.processor - loading, spent.peak, "")


def show(name: str, spent: Spent, floor: Spent | None = None, times: float = 1) -> None:
    """A row of the table."""
    ratios = ["", ""]
    if floor is not None:
        pairs = ((spent.wall, floor.wall), (spent.processor, floor.processor))
        ratios = [f"{its / reference / times:.2f}" for its, reference in pairs]
    cells = [name, f"{spent.wall:.1f}", f"{spent.processor:.1f}", f"{spent.peak:,.0f}", *ratios]
    print(f"| {' | '.join(cells)} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 5_000_000, 20_000_000])
    parser.add_argument("--memory", default="1GiB")
    parser.add_argument("--uneven", type=int, default=5_000_000)
    parser.add_argument("--spark", metavar="MASTER")
    parser.add_argument("--folder", type=Path, default=Path("build/scale"))
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    bench = Bench(options.folder, options.memory)
    print("| what | s | processor s | peak MB | × floor | × floor, processor |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    floor, measured = None, 0
    for rows in options.rows:
        claims = bench.claims(rows)
        if rows <= MOST_IN_MEMORY:
            whole = bench.batch(claims, "--memory", "64GiB")
            floor, measured = bench.floor(claims), rows
            show(f"{rows:,}, floor", floor)
            show(f"{rows:,}, in memory", whole, floor)
        limited = bench.batch(claims, "--memory", bench.memory)
        times = rows / measured if measured else 1
        show(f"{rows:,}, within {bench.memory}", limited, floor, times)
        if options.spark and rows <= MOST_IN_MEMORY:
            target = options.folder / f"spark-{rows}-{int(time.time())}"
            mediaid = Path(sys.executable).parent / "mediaid"
            on_spark = ("--engine", "spark", "--master", options.spark)
            show(
                f"{rows:,}, Spark", spend(mediaid, "batch", claims, "-o", target, *on_spark), floor
            )
    if options.uneven:
        household = ("--household-claims", str(HOUSEHOLD))
        reading = ("--memory", bench.memory, "--reading", "cap-holder=household")
        even = bench.claims(options.uneven, "--household-claims", "4")
        show("households of 1 to 4", bench.batch(even, *reading))
        show("one of 5,000 claims", bench.batch(bench.claims(options.uneven, *household), *reading))
        one = bench.claims(options.uneven, "--one-category", "0.9")
        show("one category for 90%", bench.batch(one, "--memory", bench.memory))


if __name__ == "__main__":
    main()
