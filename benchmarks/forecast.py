"""CPU time of a forecast's parts: laying out, tabulating by the engine, simulating.

python -m benchmarks.forecast [--persons 12400] [--simulated 10000] [--aggregate PYTHON]

About 10,000 claimants in 70 strata (10 towns × 7 categories), 10,000 simulated years, the policy on
every person. PYTHON is the interpreter of an environment with requirements/bench-aggregate.txt: the
`aggregate` package then works out the distribution of the same year from the same table.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np

from mediaid.budget.forecast.people import People, lay_out
from mediaid.budget.forecast.simulate import quantile, totals, widened
from mediaid.budget.forecast.synthetic import MIX, World, make
from mediaid.budget.forecast.tabulate import Levels, bench_of, levels_of, tabulate
from mediaid.budget.forecast.terms import Terms
from mediaid.engine.settle import settle
from mediaid.packs.load import load_pack

T = TypeVar("T")
RIVAL = Path(__file__).parent / "rivals" / "aggregate_portfolio.py"
SEVENTH = {**{name: share * 0.95 for name, share in MIX.items()}, "none": 0.05}
"""The generator's categories and 5% of persons who are entitled to nothing."""


def timed(name: str, work: Callable[[], T]) -> tuple[T, float]:
    """Do some work and print its CPU time."""
    began = time.process_time()
    found = work()
    seconds = time.process_time() - began
    print(f"{name}: {seconds:.2f} s CPU", flush=True)
    return found, seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--persons", type=int, default=12_400)
    parser.add_argument("--simulated", type=int, default=10_000)
    parser.add_argument("--aggregate", metavar="PYTHON", default="")
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):  # one core: CPU time is then that of one
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    pack = load_pack("shanghai-minhang")
    terms = Terms(2023, dt.date(2023, 8, 31), simulated=options.simulated)
    world = World(persons=options.persons, towns=10, mix=SEVENTH)
    book = make(world, pack, 1).by(terms.cut_off)
    people, _s = timed("laying out", lambda: lay_out(book, terms))
    every = np.arange(people.rows)
    bench, _s = timed("gathering", lambda: bench_of(book, people, every, terms, pack))
    levels = levels_of(widened(terms.price_sd, people.past))
    settle(bench.claims, pack)  # compiles the pack, warms the memory
    _lines, once = timed(
        f"one settlement of {bench.claims.n:,} claims", lambda: settle(bench.claims, pack)
    )
    (table, _lines), all_levels = timed(
        f"tabulating {len(levels.factors)} levels", lambda: tabulate(bench, levels)
    )
    print(f"tabulation a level: {all_levels / len(levels.factors) / once:.2f} × one settlement")
    stratum, weight, persons = strata(book, people, list(pack.codes["category"]))
    print(f"{persons.sum():,.0f} claimants in {(persons > 0).sum()} strata")
    simulated, _s = timed(
        f"simulating {options.simulated:,} years", lambda: totals(people, levels, terms, table)
    )
    ordered = np.sort(simulated)
    print(f"mean: {simulated.mean() / 100:,.0f}")
    print("P5, P50, P80, P95:", shown([quantile(ordered, q) / 100 for q in (0.05, 0.5, 0.8, 0.95)]))
    if options.aggregate:
        beside(options.aggregate, (table, stratum, weight, persons), levels, int(ordered[-1]))


def strata(
    book: object, people: People, categories: list[str]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Each row's stratum (town × category of its first claim), how many persons it stands for, and
    the persons expected in each stratum."""
    source = people.source[people.start[:-1]]
    town = book.town[source]  # type: ignore[attr-defined]
    category = book.claims.codes["category"][source].astype(np.int64)  # type: ignore[attr-defined]
    stratum = town * len(categories) + category
    weight = np.full(people.rows, 1.0 / people.ways)
    for pool in people.pools:
        weight[pool.first : pool.first + pool.size] = float(pool.rate) / pool.size
    size = len(book.towns) * len(categories)  # type: ignore[attr-defined]
    return stratum, weight, np.bincount(stratum, weights=weight, minlength=size)


def beside(python: str, arrays: tuple[np.ndarray, ...], levels: Levels, most: int) -> None:
    """Have the `aggregate` package work out the same year, from the same table."""
    table, stratum, weight, persons = arrays
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "strata.npz"
        np.savez(
            path, table=table, stratum=stratum, weight=weight, persons=persons,
            chances=levels.chances, most=2 * most,
        )  # fmt: skip
        ran = subprocess.run(
            [python, str(RIVAL), str(path)], capture_output=True, text=True, check=False
        )
    if ran.returncode:
        sys.exit(ran.stderr)
    found = json.loads(ran.stdout.splitlines()[-1])
    print(f"aggregate, from the same table: {found['seconds']:.2f} s CPU")
    print(f"mean: {found['mean']:,.0f}")
    print("P5, P50, P80, P95:", shown(found["quantiles"]), f"(steps of {found['bucket']:,.0f} 元)")


def shown(yuan: list[float]) -> str:
    return ", ".join(f"{amount:,.0f}" for amount in yuan)


if __name__ == "__main__":
    main()
