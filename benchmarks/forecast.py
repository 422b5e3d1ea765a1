"""CPU time of a forecast's parts: laying out, tabulating by the engine, simulating.

python -m benchmarks.forecast [--persons 10500] [--simulated 10000]
"""

from __future__ import annotations

import argparse
import datetime as dt
import time
from collections.abc import Callable
from typing import TypeVar

import numpy as np

from mediaid.budget.forecast.people import lay_out
from mediaid.budget.forecast.simulate import totals, widened
from mediaid.budget.forecast.synthetic import World, make
from mediaid.budget.forecast.tabulate import bench_of, levels_of, tabulate
from mediaid.budget.forecast.terms import Terms
from mediaid.engine.settle import settle
from mediaid.packs.load import load_pack

T = TypeVar("T")


def timed(name: str, work: Callable[[], T]) -> T:
    """Do some work and print its CPU time, of both cores together."""
    began = time.process_time()
    found = work()
    print(f"{name}: {time.process_time() - began:.2f} s CPU")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--persons", type=int, default=10_500)
    parser.add_argument("--simulated", type=int, default=10_000)
    options = parser.parse_args()
    pack = load_pack("shanghai-minhang")
    terms = Terms(2023, dt.date(2023, 8, 31), simulated=options.simulated)
    book = make(World(persons=options.persons), pack, 1).by(terms.cut_off)
    people = timed("laying out", lambda: lay_out(book, terms))
    every = np.arange(people.rows)
    bench = timed("gathering", lambda: bench_of(book, people, every, terms, pack))
    levels = levels_of(widened(terms.price_sd, people.past))
    settle(bench.claims, pack)  # compiles the pack, warms the memory
    timed(f"one settlement of {bench.claims.n:,} claims", lambda: settle(bench.claims, pack))
    table, _lines = timed(
        f"tabulating {len(levels.factors)} levels", lambda: tabulate(bench, levels)
    )
    coming = float(sum(pool.rate for pool in people.pools))
    timed(
        f"simulating {options.simulated:,} years of {people.seen + coming:,.0f} persons",
        lambda: totals(people, levels, terms, table),
    )


if __name__ == "__main__":
    main()
