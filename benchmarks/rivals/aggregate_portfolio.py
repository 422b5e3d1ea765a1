"""The year's total by the `aggregate` package: one compound distribution a stratum, by FFT.

Runs in an environment of its own (requirements/bench-aggregate.txt):

    python aggregate_portfolio.py STRATA.npz

STRATA.npz holds for each level of prices and each stratum the expected number of persons and what
each of its rows is aided in a year, as `mediaid` tabulated it: the policy is not applied here.
Prints JSON: CPU seconds, mean and quantiles in 元.
"""

from __future__ import annotations

import json
import sys
import time
import warnings

import numpy as np
from aggregate import Portfolio

LOG2 = 16
BUCKETS = 2**LOG2
QUANTILES = (0.05, 0.5, 0.8, 0.95)


def units(
    aid: np.ndarray, stratum: np.ndarray, weight: np.ndarray, persons: np.ndarray, bucket: float
) -> list[dict]:
    """Each stratum as a compound Poisson of its rows' aid, each split between its two buckets in
    such parts that the mean stays."""
    found = []
    for number, expected in enumerate(persons.tolist()):
        its = stratum == number
        rows = aid[its] / bucket
        if expected <= 0 or not rows.any():
            continue
        low = np.floor(rows)
        over = (rows - low) * weight[its]
        values, place = np.unique(np.concatenate([low, low + 1]), return_inverse=True)
        counts = np.bincount(place, weights=np.concatenate([weight[its] - over, over]))
        found.append(
            {
                "name": f"S{number}",
                "exp_en": expected,
                "sev_name": "dhistogram",
                "sev_xs": values * bucket,
                "sev_ps": counts / counts.sum(),
                "freq_name": "poisson",
            }
        )
    return found


def main() -> None:
    warnings.simplefilter("ignore")
    data = np.load(sys.argv[1])
    table, stratum = data["table"] / 100.0, data["stratum"]
    weight, persons, chances = data["weight"], data["persons"], data["chances"]
    bucket = float(data["most"]) / 100.0 / BUCKETS
    began = time.process_time()
    whole = np.zeros(BUCKETS)
    for level, chance in zip(table, chances.tolist(), strict=True):
        portfolio = Portfolio("year", units(level, stratum, weight, persons, bucket))
        portfolio.update(LOG2, bucket, add_exa=False, padding=1)
        whole += chance * np.asarray(portfolio.density_df["p_total"])[:BUCKETS]
    reached = np.cumsum(whole)
    quantiles = [float(np.searchsorted(reached, q) * bucket) for q in QUANTILES]
    seconds = time.process_time() - began
    mean = float((whole * np.arange(BUCKETS)).sum() * bucket)
    print(json.dumps({"mean": mean, "seconds": seconds, "quantiles": quantiles, "bucket": bucket}))


if __name__ == "__main__":
    main()
