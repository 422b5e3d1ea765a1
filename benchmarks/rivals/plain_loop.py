"""The benefits as a plain Python loop over the claims: a rival, and the oracle of all the others.

Nothing here is shared with the engine or with the other rivals but the figures in policy.py: each
claim is taken in order of date and claim id and reads and writes its person's year in three dicts.
"""

from __future__ import annotations

import gc
import sys
from collections import defaultdict
from datetime import date
from typing import NamedTuple

import polars as pl
from policy import (
    AMOUNTS,
    COLUMNS,
    CONFIRMED,
    DEDUCTIBLE,
    FREE,
    MEDICAL,
    MEDICAL_CAP,
    MEDICAL_RATE,
    NOT_ENTITLED,
    OUTPATIENT,
    OUTPATIENT_CAP,
    OUTPATIENT_RATE,
    UNLIMITED,
)

Key = tuple[str, int]
NONE_APPLIES = ("", 0, 0, "", 0, 0, 0, None, "", CONFIRMED, NOT_ENTITLED)


class Claim(NamedTuple):
    """One row of the claims file; ``self_paid`` in 分."""

    claim_id: str
    person_id: str
    date: date
    setting: str
    category: str
    insurance: str
    self_paid: int


class Line(NamedTuple):
    """The calculated columns of a result line; amounts in 分, no ``cap_left`` where no cap is."""

    benefit: str
    base: int
    deducted: int
    rate: str
    uncapped: int
    aid: int
    payable: int
    cap_left: int | None
    bound_by: str
    provisional: str
    reason: str


class Years:
    """What each person has used up in each year, in 分."""

    def __init__(self) -> None:
        self.medical: defaultdict[Key, int] = defaultdict(int)
        self.outpatient: defaultdict[Key, int] = defaultdict(int)
        self.free: defaultdict[Key, int] = defaultdict(int)
        self.subsidy: defaultdict[Key, int] = defaultdict(int)


def capped(
    benefit: str, base: int, deducted: int, rate: int, cap: int, pool: dict[Key, int], key: Key
) -> Line:
    """One line under a yearly cap; moves the pool."""
    uncapped = ((base - deducted) * rate + 5_000) // 10_000
    room = max(0, cap - pool[key])
    aid = min(uncapped, room)
    pool[key] += aid
    bound = "cap" if aid < uncapped else ""
    percent = f"{rate // 100}%"
    left = room - aid
    return Line(benefit, base, deducted, percent, uncapped, aid, aid, left, bound, CONFIRMED, "")


def settle(claim: Claim, years: Years) -> list[Line]:
    """The lines of one claim, in the order of the benefits."""
    category, paid = claim.category, claim.self_paid
    key = (claim.person_id, claim.date.year)
    inside = 0
    if claim.setting == "outpatient" and claim.insurance == "resident":
        inside = min(paid, FREE - years.free[key])
        years.free[key] += inside
    if paid == 0:
        return []
    if category == UNLIMITED:
        return [Line(MEDICAL, paid, 0, "100%", paid, paid, paid, None, "", CONFIRMED, "")]
    if claim.setting == "inpatient":
        rate = MEDICAL_RATE.get(category)
        if rate is None:
            return []
        return [capped(MEDICAL, paid, 0, rate, MEDICAL_CAP, years.medical, key)]
    rate = OUTPATIENT_RATE.get(category)
    if rate is None:
        return []
    cap = OUTPATIENT_CAP[category]
    lines = [capped(OUTPATIENT, paid, inside, rate, cap, years.outpatient, key)]
    if category == "dibao" and claim.insurance == "resident":
        outside = paid - inside
        lines.append(capped(DEDUCTIBLE, paid, outside, 10_000, FREE, years.subsidy, key))
    return lines


def read(path: str) -> list[Claim]:
    """The claims in the order of the file, amounts in 分."""
    frame = pl.read_parquet(path).with_columns((pl.col("self_paid") * 100).cast(pl.Int64))
    return [Claim(*row) for row in frame.iter_rows()]


def settle_all(claims: list[Claim]) -> list[list[Line]]:
    """The lines of every claim, in the order of the file."""
    years = Years()
    lines: list[list[Line]] = [[]] * len(claims)
    # Python orders text by code point, which for UTF-8 is the order of the bytes.
    order = sorted(range(len(claims)), key=lambda i: (claims[i].date, claims[i].claim_id))
    for i in order:
        lines[i] = settle(claims[i], years)
    return lines


def write(claims: list[Claim], lines: list[list[Line]], path: str) -> None:
    """One row per line, one for a claim without any."""
    columns = {name: pl.Int64 if name in AMOUNTS else pl.String for name in COLUMNS}
    rows = [
        (claim.claim_id, claim.person_id, claim.date, *line)
        for claim, own in zip(claims, lines, strict=True)
        for line in own or (NONE_APPLIES,)
    ]
    frame = pl.DataFrame(rows, schema={**columns, "date": pl.Date}, orient="row")
    yuan = pl.col(*AMOUNTS).cast(pl.Int128).reinterpret(dtype=pl.Decimal(18, 2))
    frame.with_columns(yuan).write_parquet(path)


def main() -> None:
    gc.disable()  # millions of small tuples and no cycles: collecting only costs time
    source, target = sys.argv[1:]
    claims = read(source)
    write(claims, settle_all(claims), target)


if __name__ == "__main__":
    main()
