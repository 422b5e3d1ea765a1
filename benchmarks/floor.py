"""The floor: Polars merely reads the claims and writes a result of the same size.

A process of its own reads every column of the claims file and writes the very result that mediaid
has made from it earlier: the same rows, columns, types, compression and row groups' size. To have
that result in memory it must be read first, which no program that computes it would do; the time
of this reading is printed (wall time, the claims' number, processor time) and taken off the
process's time. What is left is start-up,
importing Polars, one read and one write, so the floor is a little lower than any program that
computes something can come.
"""

from __future__ import annotations

import sys
import time

import polars as pl


def main() -> None:
    source, template, target = sys.argv[1:]
    claims = pl.read_parquet(source)
    began, used = time.perf_counter(), time.process_time()
    result = pl.read_parquet(template).rechunk()
    not_counted = time.perf_counter() - began
    processor = time.process_time() - used
    result.write_parquet(target)
    print(f"{not_counted:.6f} {claims.height} {processor:.6f}")


if __name__ == "__main__":
    main()
