"""What the tests of the forecast share: small invented books, and files written from them."""

from __future__ import annotations

import csv
import datetime as dt
import shutil
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import numpy as np

from data_support import RULES
from mediaid.budget.forecast.book import Book
from mediaid.budget.forecast.synthetic import World, make
from mediaid.claims.cells import EPOCH
from mediaid.claims.table import Claims
from mediaid.engine.pools import years
from mediaid.engine.settle import settle
from mediaid.money import format_yuan
from mediaid.packs.load import load_pack
from mediaid.packs.model import Pack

HEADINGS = (
    "claim_id", "person_id", "date", "setting", "category", "insurance", "self_paid",
    "settled_on", "area",
)  # fmt: skip


@cache
def minhang() -> Pack:
    """The shipped pack."""
    return load_pack("shanghai-minhang")


@cache
def book(seed: int = 1, persons: int = 60, years: int = 3, towns: int = 4) -> Book:
    """A small invented book whose last year is 2023."""
    world = World(persons=persons, first=2024 - years, years=years, towns=towns)
    return make(world, minhang(), seed)


def of_year(its: Book, year: int) -> Book:
    """The claims of one year alone."""
    return its.take(np.flatnonzero(years(its.claims.date) == year))


def engine_total(claims: Claims, pack: Pack) -> int:
    """分 of aid, settled by the engine as they stand."""
    return int(settle(claims, pack).lines.aid.sum())


def day(number: int) -> str:
    return (EPOCH + dt.timedelta(days=int(number))).isoformat()


def rows(its: Book, pack: Pack) -> list[list[str]]:
    """A book's claims as the rows of a file."""
    claims = its.claims
    codes = {name: list(known) for name, known in pack.codes.items()}
    return [
        [
            f"C{its.rank[i]:06d}",
            f"P{claims.person[i]:05d}",
            day(claims.date[i]),
            *(codes[f][claims.codes[f][i]] for f in ("setting", "category", "insurance")),
            format_yuan(int(claims.amounts["self_paid"][i])),
            day(its.known[i]),
            its.towns[its.town[i]],
        ]
        for i in range(claims.n)
    ]


def write(path: Path, lines: Iterable[Iterable[str]], headings: Iterable[str] = HEADINGS) -> str:
    """Write a claims file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headings)
        writer.writerows(lines)
    return str(path)


def with_payers(folder: Path) -> Pack:
    """A copy of the shipped pack in which city and district share medical aid 3 to 7."""
    shutil.copytree(RULES / "shanghai-minhang", folder / "pack")
    path = folder / "pack" / "medical-aid.yaml"
    text = path.read_text(encoding="utf-8")
    payers = """\
  payers:
    label: {zh: 承担方, en: payers}
    unit: shares
    values:
      - from: 2023-01-01
        to: 2023-12-31
        after: carry_forward
        cite: {source: shybg-2020-4, at: 样例}
        value: {city: 30%, district: 70%}
"""
    text = text.replace("\nsteps:\n", payers + "\nsteps:\n") + "  - split: {of: payers}\n"
    path.write_text(text, encoding="utf-8")
    return load_pack(folder / "pack")
