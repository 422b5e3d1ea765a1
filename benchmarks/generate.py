"""Write a seeded file of made-up claims (Parquet) for the benchmarks; print how many persons.

What the file looks like:

* **Persons.** How many claims a person has in a year is geometric with mean 4 (so one in four has
  a single claim and one in a hundred more than sixteen). IDs look like resident ID numbers but
  begin with ``00``, an area code that nobody was ever given.
* **Dates** are uniform over the year; one claim in eight falls on the day of another claim of the
  same person, so that ties have to be broken by the claim id.
* **Claim ids** are unpadded numbers behind a letter, in an order unrelated to the rows: their
  order by bytes is neither their numeric order nor the order of the file.
* **Category** is drawn anew for *every claim*, so that most persons with several claims change
  between categories, and between caps, within the year.
* **Amounts** are log-normal: outpatient with a median of 600 元, inpatient 14,000 元, both so wide
  (sigma 1.5) that the caps of 2,500, 2,800 and 130,000 元 bind for a sizable share of the persons.
  One claim in fifty ends in 5 分, so that rates of 50%, 70% and 90% land on half a 分.
* **Rows** come in random order.

The other options make the file uneven, each on its own:

* ``--holder-claims N`` gives one person N claims and takes them away from the others.
* ``--household-claims N`` adds a column of households (of one to four persons, whose numbers are
  drawn evenly; one claim in fifty has none) and puts persons with N claims together into one.
* ``--one-category SHARE`` gives that share of the persons the category ``dibao`` in every claim;
  the others draw as before.

``--parts K`` writes a folder of K files of ``rows / K`` claims each, one after the other, with
other persons and claim ids in each: more claims than fit into memory.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

CATEGORIES = {
    "special_relief": 0.04,
    "dibao": 0.34,
    "orphan": 0.02,
    "low_income": 0.24,
    "medical_poverty_1": 0.08,
    "medical_poverty_2": 0.10,
    "none": 0.18,
}
INSURANCES = {"resident": 0.62, "employee": 0.32, "none": 0.06}
SETTINGS = {"outpatient": 0.70, "inpatient": 0.30}
FIRST_YEAR = 2023
CLAIMS_PER_YEAR = 4
SAME_DAY = 1 / 8
SIGMA = 1.5
MEDIAN_FEN = {"outpatient": 60_000, "inpatient": 1_400_000}
LARGEST_FEN = 5_000_000_00
BIRTHDAYS = 29_000  # days from 1930 to 2009, coprime with the stride below
BIRTHDAY_STRIDE = 7_919

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Shape:
    """What kind of file to write."""

    rows: int
    seed: int = 20230101
    years: int = 1
    holder_claims: int = 0
    household_claims: int = 0
    one_category: float = 0.0
    part: int = 0


def person_of_each_claim(shape: Shape, rng: np.random.Generator) -> Ints:
    """The person (0, 1, …) of every claim, in order of persons; a large holder is the last one."""
    rest = shape.rows - shape.holder_claims
    counts = rng.geometric(1 / CLAIMS_PER_YEAR, size=rest * shape.years) * shape.years
    ends = np.cumsum(counts)
    persons = int(np.searchsorted(ends, rest)) + 1
    counts = counts[:persons].copy()
    counts[-1] -= int(ends[persons - 1]) - rest
    if shape.holder_claims:
        counts = np.append(counts, shape.holder_claims)
    return np.repeat(np.arange(len(counts), dtype=np.int64), counts)


def days(person: Ints, shape: Shape, rng: np.random.Generator) -> Ints:
    """Days since 1970-01-01, some of them shared with the same person's claim before."""
    first = date(FIRST_YEAR, 1, 1).toordinal() - date(1970, 1, 1).toordinal()
    length = date(FIRST_YEAR + shape.years, 1, 1).toordinal() - date(FIRST_YEAR, 1, 1).toordinal()
    drawn = first + rng.integers(0, length, size=len(person))
    repeat = rng.random(len(person)) < SAME_DAY
    repeat[0] = False
    repeat[1:] &= person[1:] == person[:-1]
    source = np.where(repeat, np.arange(len(person)) - 1, np.arange(len(person)))
    return np.asarray(drawn[source], dtype=np.int64)


def amounts(outpatient: NDArray[np.bool_], rng: np.random.Generator) -> Ints:
    """Self-paid amounts in 分, at least one 分."""
    size = len(outpatient)
    median = np.where(outpatient, MEDIAN_FEN["outpatient"], MEDIAN_FEN["inpatient"])
    fen = np.rint(median * np.exp(SIGMA * rng.standard_normal(size))).astype(np.int64)
    half = rng.random(size) < 0.02
    fen[half] = fen[half] // 10 * 10 + 5
    return np.asarray(np.clip(fen, 1, LARGEST_FEN), dtype=np.int64)


def person_ids(person: Ints) -> pl.Series:
    """18 characters: an area that does not exist, a birthday, a number, a made-up check digit."""
    frame = pl.DataFrame({"i": person}).select(
        pl.format(
            "00{}{}{}{}",
            (pl.col("i") * 31 % 10_000).cast(pl.String).str.zfill(4),
            (pl.col("i") * BIRTHDAY_STRIDE % BIRTHDAYS - 14_610)
            .cast(pl.Int32)
            .cast(pl.Date)
            .dt.strftime("%Y%m%d"),
            (pl.col("i") // BIRTHDAYS).cast(pl.String).str.zfill(3),
            (pl.col("i") * 7 % 11).cast(pl.String).replace("10", "X"),
        ).alias("person_id")
    )
    return frame["person_id"]


def draw(choices: dict[str, float], size: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Indices into ``choices`` drawn by their weights."""
    drawn = rng.choice(len(choices), size=size, p=list(choices.values()))
    return np.asarray(drawn, dtype=np.int64)


def texts(choices: dict[str, float], index: NDArray[np.int64]) -> pl.Series:
    """The code texts for indices into ``choices``."""
    return pl.Series(list(choices)).gather(index)


def household_ids(person: Ints, shape: Shape, rng: np.random.Generator) -> pl.Series:
    """The household of each claim; the last persons, with so many claims, share one."""
    sizes = rng.integers(1, 5, size=int(person[-1]) + 1)
    household = np.repeat(np.arange(len(sizes)), sizes)[: len(sizes)][person]
    household[-shape.household_claims :] = household[-1]
    texts = "H" + pl.Series(household + shape.part * len(person)).cast(pl.String)
    return texts.zip_with(pl.Series(rng.random(len(person)) >= 0.02), pl.Series([""]))


def categories(person: Ints, shape: Shape, rng: np.random.Generator) -> Ints:
    """The category of each claim, as a place in CATEGORIES."""
    drawn = draw(CATEGORIES, len(person), rng)
    if not shape.one_category:
        return drawn
    one = rng.random(int(person[-1]) + 1) < shape.one_category
    return np.where(one[person], list(CATEGORIES).index("dibao"), drawn)


def claims(shape: Shape) -> pl.DataFrame:
    """The claims file as a frame; the same for the same shape on every machine."""
    rng = np.random.default_rng(shape.seed + shape.part)
    person = person_of_each_claim(shape, rng)
    size = len(person)
    first = shape.part * size
    setting = draw(SETTINGS, size, rng)
    fen = amounts(setting == list(SETTINGS).index("outpatient"), rng)
    frame = pl.DataFrame(
        {
            "claim_id": pl.Series(rng.permutation(size) + 1 + first).cast(pl.String),
            "person_id": person_ids(person + first // CLAIMS_PER_YEAR * 5 // 4),
            "date": pl.Series(days(person, shape, rng)).cast(pl.Int32).cast(pl.Date),
            "setting": texts(SETTINGS, setting),
            "category": texts(CATEGORIES, categories(person, shape, rng)),
            "insurance": texts(INSURANCES, draw(INSURANCES, size, rng)),
            "self_paid": pl.Series(fen),
        }
    )
    if shape.household_claims:
        frame = frame.with_columns(household_ids(person, shape, rng).alias("household_id"))
    yuan = pl.format(
        "{}.{}",
        pl.col("self_paid") // 100,
        (pl.col("self_paid") % 100).cast(pl.String).str.zfill(2),
    )
    return frame[rng.permutation(size)].with_columns(
        ("M" + pl.col("claim_id")).alias("claim_id"),
        yuan.cast(pl.Decimal(12, 2)).alias("self_paid"),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("output", type=Path)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=Shape.seed)
    parser.add_argument("--years", type=int, default=1)
    parser.add_argument("--holder-claims", type=int, default=0)
    parser.add_argument("--household-claims", type=int, default=0)
    parser.add_argument("--one-category", type=float, default=0.0)
    parser.add_argument("--parts", type=int, default=0)
    options = parser.parse_args()
    persons = 0
    for part in range(max(1, options.parts)):
        frame = claims(
            Shape(
                options.rows // max(1, options.parts),
                options.seed,
                options.years,
                options.holder_claims,
                options.household_claims,
                options.one_category,
                part,
            )
        )
        path = options.output
        if options.parts:
            path.mkdir(exist_ok=True)
            path = path / f"part-{part:03}.parquet"
        frame.write_parquet(path)
        persons += frame["person_id"].n_unique()
    print(persons)


if __name__ == "__main__":
    main()
