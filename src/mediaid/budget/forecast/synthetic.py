"""Invented claims to test forecasts on. No figure here is measured anywhere: all are declared.

Persons differ lastingly in how often they fall ill (gamma), claims come evenly over the year with a
season, amounts are lognormal, and a claim becomes known some weeks after its day (gamma). Prices
and numbers of persons grow, and every year deviates from its growth by chance.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from mediaid.budget.forecast.book import Book, Ranked, number_of
from mediaid.claims.table import Claims

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mediaid.packs.model import Pack

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

MIX: Mapping[str, float] = {
    "special_relief": 0.05,
    "dibao": 0.45,
    "orphan": 0.02,
    "low_income": 0.28,
    "medical_poverty_1": 0.08,
    "medical_poverty_2": 0.12,
}
OTHER_MIX: Mapping[str, float] = {
    "special_relief": 0.12,
    "dibao": 0.28,
    "orphan": 0.02,
    "low_income": 0.33,
    "medical_poverty_1": 0.12,
    "medical_poverty_2": 0.13,
}
LARGEST_FEN = 50_000_000


@dataclass(frozen=True)
class World:
    """The generator's parameters, all invented. Amounts in 元, lags in days."""

    persons: int = 600
    claims_a_year: float = 3.0
    unevenness: float = 1.0
    """Shape of the gamma by which persons differ: the smaller, the more unequal."""
    inpatient: float = 0.3
    median: tuple[float, float] = (4_000.0, 180.0)
    """Of an inpatient and an outpatient claim."""
    sigma: tuple[float, float] = (1.1, 0.9)
    residents: float = 0.8
    season: float = 0.15
    lag: float = 40.0
    lag_shape: float = 1.2
    price_growth: Fraction = Fraction(4, 100)
    headcount_growth: Fraction = Fraction(2, 100)
    price_sd: float = 0.03
    headcount_sd: float = 0.02
    towns: int = 10
    first: int = 2020
    years: int = 4
    mix: Mapping[str, float] = field(default_factory=lambda: MIX)
    last_mix: Mapping[str, float] | None = None
    """The categories of the last year, where they change."""
    last_lag: float | None = None
    """The lag of the last year's claims, where it changes."""
    jump: float = 0.0
    """By which prices jump on 1 July of the last year."""

    @property
    def last(self) -> int:
        return self.first + self.years - 1


def worlds() -> dict[str, World]:
    """Return the worlds that forecasts are tried in: the plain one, and three that break rules."""
    return {
        "as-assumed": World(),
        "payment-pattern": World(last_lag=80.0),
        "price-jump": World(jump=0.2),
        "category-mix": World(last_mix=OTHER_MIX),
    }


def make(world: World, pack: Pack, seed: int) -> Book:
    """Draw a book of claims; the same for the same world and seed."""
    rng = np.random.default_rng(np.random.SeedSequence([seed, 2]))
    codes = pack.codes
    growth = float(1 + world.headcount_growth) ** (world.years - 1)
    most = round(world.persons * growth * 1.2)
    ease = rng.gamma(world.unevenness, 1 / world.unevenness, most)
    town = rng.integers(0, world.towns, most)
    resident = rng.random(most) < world.residents
    category = _draw(world.mix, codes["category"], most, rng)
    parts = []
    for i in range(world.years):
        year = world.first + i
        is_last = year == world.last
        heads = world.persons * float(1 + world.headcount_growth) ** i
        heads *= np.exp(world.headcount_sd * rng.standard_normal())
        alive = min(round(heads), most)
        if is_last and world.last_mix is not None:
            category = _draw(world.last_mix, codes["category"], most, rng)
        count = rng.poisson(world.claims_a_year * ease[:alive])
        person = np.repeat(np.arange(alive), count)
        price = float(1 + world.price_growth) ** i
        price *= np.exp(world.price_sd * rng.standard_normal())
        lag = world.last_lag if is_last and world.last_lag is not None else world.lag
        parts.append(_year(world, year, person, category[person], price, lag, rng))
    return _book(world, parts, town, resident, pack, rng)


def _draw(
    mix: Mapping[str, float], codes: Mapping[str, object], size: int, rng: np.random.Generator
) -> Ints:
    """Positions of codes drawn by their weights. A code the pack lacks is left out."""
    known = {code: weight for code, weight in mix.items() if code in codes}
    weights = np.array(list(known.values()))
    at = np.array([list(codes).index(code) for code in known], dtype=np.int64)
    return at[rng.choice(len(known), size=size, p=weights / weights.sum())]


@dataclass(frozen=True, eq=False)
class _Part:
    person: Ints
    category: Ints
    day: Ints
    known: Ints
    inpatient: NDArray[np.bool_]
    fen: Ints


def _year(
    world: World,
    year: int,
    person: Ints,
    category: Ints,
    price: float,
    lag: float,
    rng: np.random.Generator,
) -> _Part:
    size = len(person)
    first = number_of(dt.date(year, 1, 1))
    length = number_of(dt.date(year + 1, 1, 1)) - first
    # Winter has more claims than summer: thinned by rejection into equal tries.
    day = np.empty(0, dtype=np.int64)
    while len(day) < size:
        tries = rng.integers(0, length, size + 16)
        wave = 1 + world.season * np.cos(2 * np.pi * tries / length)
        day = np.concatenate([day, tries[rng.random(len(tries)) * (1 + world.season) < wave]])
    day = day[:size]
    inpatient = rng.random(size) < world.inpatient
    median = np.where(inpatient, *world.median)
    sigma = np.where(inpatient, *world.sigma)
    amount = 100 * price * median * np.exp(sigma * rng.standard_normal(size))
    if world.jump and year == world.last:
        july = number_of(dt.date(year, 7, 1)) - first
        amount = np.where(day >= july, amount * (1 + world.jump), amount)
    fen = np.clip(np.rint(amount), 1, LARGEST_FEN).astype(np.int64)
    delay = rng.gamma(world.lag_shape, lag / world.lag_shape, size).astype(np.int64)
    return _Part(person, category, first + day, first + day + delay, inpatient, fen)


def _book(
    world: World,
    parts: list[_Part],
    town: Ints,
    resident: NDArray[np.bool_],
    pack: Pack,
    rng: np.random.Generator,
) -> Book:
    person = np.concatenate([part.person for part in parts])
    size = len(person)
    setting = list(pack.codes["setting"])
    insurance = list(pack.codes["insurance"])
    inpatient = np.concatenate([part.inpatient for part in parts])
    numbers = np.arange(size, dtype=np.int64)
    date = np.concatenate([part.day for part in parts]).astype(np.int32)
    claims = Claims(
        claim_id=Ranked(numbers),
        person_id=Ranked(person),
        date=date,
        person=person,
        household=person,
        visit=numbers,
        codes={
            "category": np.concatenate([part.category for part in parts]).astype(np.int16),
            "setting": np.where(
                inpatient, setting.index("inpatient"), setting.index("outpatient")
            ).astype(np.int16),
            "insurance": np.where(
                resident[person], insurance.index("resident"), insurance.index("employee")
            ).astype(np.int16),
        },
        amounts=_amounts(pack, np.concatenate([part.fen for part in parts])),
        dates={"date": date},
    )
    return Book(
        claims=claims,
        known=np.concatenate([part.known for part in parts]).astype(np.int32),
        town=town[person],
        towns=tuple(f"T{i + 1}" for i in range(world.towns)),
        holder=person,
        rank=rng.permutation(size).astype(np.int64),
    )


def _amounts(pack: Pack, fen: Ints) -> dict[str, Ints]:
    from mediaid.claims.fields import pack_fields  # noqa: PLC0415

    money = [its.name for its in pack_fields(pack).values() if its.kind == "money"]
    return {name: fen if name == "self_paid" else np.zeros(len(fen), np.int64) for name in money}


def without_lags(book: Book) -> Book:
    """Return the same claims, each known on its own day."""
    return replace(book, known=book.claims.date)
