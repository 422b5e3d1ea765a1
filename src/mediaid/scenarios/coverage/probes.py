"""Many made-up claims of a pack, among which one may tell a changed pack from the pack as it is."""

from __future__ import annotations

import datetime as dt
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from mediaid.claims.cells import parse_day
from mediaid.claims.fields import pack_fields
from mediaid.claims.records import from_records
from mediaid.engine.coverage import uncovered
from mediaid.money import format_yuan, parse_yuan
from mediaid.packs.schema.values import UNLIMITED
from mediaid.scenarios.coverage.kinds import Row, kinds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mediaid.claims.table import Claims
    from mediaid.packs.model import Pack
    from mediaid.scenarios.coverage.sites import Change, Plain

STEPS = 21
"""分 tried one by one above the edge of a band: rounding hides most of them."""
ROUND = ("0.01", "100.00", "10000.00")
LARGE = "1000000.00"
COUNTS = ("1", "30")
MOST = 30_000
"""Claims that are tried at most."""


class Probes:
    """Claims of made-up persons: `rows` as text, `claims` as a table."""

    def __init__(self, pack: Pack, plain: Plain, change: Change) -> None:
        self.rows = list(islice(_rows(pack, plain, change), MOST))
        self.claims: Claims = from_records(self.rows, pack)

    def of_group(self, number: int) -> list[Row]:
        """Return the claims of the group of claim `number`, up to that one."""
        group = self.rows[number]["household_id"]
        return [row for row in self.rows[: number + 1] if row["household_id"] == group]


def _rows(pack: Pack, plain: Plain, change: Change) -> Iterator[Row]:
    holders = _Holders(pack)
    only = _named(pack, change)
    counted = any(field.kind == "count" for field in pack_fields(pack).values())
    counts = COUNTS if counted else COUNTS[:1]
    every = [kind for count in counts for kind in kinds(pack, LARGE, count, only)]
    amounts = list(dict.fromkeys([*_fine(plain, change), *ROUND, *_around(plain)]))
    for kind in every:
        yield from holders.group(kind)
        yield from _histories(holders, pack, kind)
    for day in _edges(plain):
        for kind in every:
            yield from holders.group({**kind, pack.dating: day})
    for amount in amounts:
        for kind in every:
            yield from holders.group(_with(kind, pack, amount))


def _named(pack: Pack, change: Change) -> dict[str, list[str]]:
    """Return the codes that the place of a change names, by field: only their claims are tried."""
    named = {part for at, _value in ((change.at, None), *change.also) for part in at}
    if not {"value", "parameters"} <= named:
        return {}
    found = {name: [code for code in codes if code in named] for name, codes in pack.codes.items()}
    return {name: codes for name, codes in found.items() if codes}


def _histories(holders: _Holders, pack: Pack, kind: Row) -> Iterator[Row]:
    """A claim after others: of the same person, of the same household, of the year before."""
    second = _with(kind, pack, "10000.00")
    day = dt.date.fromisoformat(kind[pack.dating])
    later = {**second, pack.dating: day.replace(year=day.year + 1).isoformat()}
    for before in (LARGE, "30000.00"):
        first = _with(kind, pack, before)
        for times in (1, 2, 3):
            yield from holders.group(*[first] * times, second)
        yield from holders.group(first, {**second, "person_id": "other"})
        yield from holders.group(first, later)
        for name, codes in pack.codes.items():
            for code in codes:
                if name in kind and code != kind[name]:
                    yield from holders.group({**first, name: code}, second)


class _Holders:
    """Gives claims their ids; those of a group share a household."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.dates: dict[str, bool] = {}
        self.count = 0

    def group(self, *rows: Row) -> Iterator[Row]:
        """Yield claims of one household, of one person unless a row says otherwise."""
        if not all(self._covered(row[self.pack.dating]) for row in rows):
            return
        self.count += 1
        for number, row in enumerate(rows, 1):
            person = f"{self.count}-{row.get('person_id', 'one')}"
            ids = {"claim_id": f"{self.count}-{number}", "person_id": person}
            yield {**row, **ids, "household_id": str(self.count)}

    def _covered(self, day: str) -> bool:
        if day not in self.dates:
            number = np.array([parse_day(day)], dtype=np.int32)
            self.dates[day] = not uncovered(self.pack, number)[0]
        return self.dates[day]


def _with(kind: Row, pack: Pack, amount: str) -> Row:
    money = {f.name for f in pack_fields(pack).values() if f.kind == "money"}
    return {name: amount if name in money else text for name, text in kind.items()}


def _around(plain: Plain) -> Iterator[str]:
    for text in _scalars(plain, ("yuan",)):
        fen = parse_yuan(text)
        yield from (format_yuan(near) for near in (fen - 1, fen, fen + 1, 2 * fen) if near > 0)


def _fine(plain: Plain, change: Change) -> Iterator[str]:
    """Amounts 分 by 分 above the edge of a band, and above it with a deductible on top."""
    if change.at[-1] != "above":
        return
    edge = parse_yuan(change.value)
    taken = dict.fromkeys((0, *(parse_yuan(text) for text in _scalars(plain, ("yuan",)))))
    for less in taken:
        yield from (format_yuan(edge + less + more) for more in range(STEPS))


def _parameters(plain: Plain) -> Iterator[Plain]:
    yield from plain["pack"].get("shared", {}).get("parameters", {}).values()
    for benefit in plain["benefits"].values():
        yield from benefit.get("parameters", {}).values()


def _scalars(plain: Plain, units: tuple[str, ...]) -> Iterator[str]:
    for parameter in _parameters(plain):
        if parameter["unit"] in units:
            for dated in parameter["values"]:
                yield from _texts(dated["value"])


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, below in value.items():
            if key not in ("share", "of", "rate"):
                yield from _texts(below)
    elif isinstance(value, list):
        for below in value:
            yield from _texts(below)
    elif value != UNLIMITED:
        yield value


def _edges(plain: Plain) -> list[str]:
    """Return the days on which values begin and end, and the days after."""
    days = set()
    for parameter in _parameters(plain):
        for dated in parameter["values"]:
            days.add(dated["from"])
            if "to" in dated:
                last = dt.date.fromisoformat(dated["to"])
                days |= {dated["to"], (last + dt.timedelta(days=1)).isoformat()}
    return sorted(days)
