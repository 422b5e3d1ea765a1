"""The settlement of a year: advances against what was really paid, town by town."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mediaid.register.calendar import year_of
from mediaid.register.settlement.actual import (
    Actual,
    Unsettled,
    actual_by_town,
    unsettled_by_town,
)
from mediaid.register.settlement.transfers import transfers_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from sqlalchemy import Connection, Row

    from mediaid.packs.budget.facts import Fact
    from mediaid.packs.model import Pack


@dataclass
class Side:
    """Advances and settling transfers, against what was paid: of a town, or of one payer there.

    Amounts in 分.
    """

    advanced: int = 0
    actual: int = 0
    topped_up: int = 0
    handed_back: int = 0

    @property
    def balance(self) -> int:
        """Advances less what was paid: above 0 the town has too much, below 0 too little."""
        return self.advanced - self.actual

    @property
    def due(self) -> int:
        """What of the balance is not moved yet: above 0 the town hands it back, below 0 it gets
        it."""
        return self.balance + self.topped_up - self.handed_back

    def plus(self, other: Side) -> Side:
        """Return both together."""
        return Side(
            self.advanced + other.advanced,
            self.actual + other.actual,
            self.topped_up + other.topped_up,
            self.handed_back + other.handed_back,
        )


@dataclass
class Town:
    """A town's year."""

    town: str
    actual: Actual = field(default_factory=Actual)
    payers: dict[str, Side] = field(default_factory=dict)
    unsettled: Unsettled = field(default_factory=Unsettled)
    advances: tuple[int, int, int, int] = (0, 0, 0, 0)
    """By the quarter of their days."""

    @property
    def side(self) -> Side:
        """All payers together."""
        whole = Side()
        for its in self.payers.values():
            whole = whole.plus(its)
        return whole


@dataclass(frozen=True)
class Settlement:
    """All towns' year. `flow` is what the rules say of settling it, if they do."""

    year: int
    towns: tuple[Town, ...]
    over: bool
    """Whether the year has ended: until then figures are of the year so far."""
    flow: Fact | None

    @property
    def due_on(self) -> str | None:
        """The day by which it is to be settled, where the rules name one."""
        if self.flow is None or self.flow.flow is None or self.flow.flow.until is None:
            return None
        return f"{self.year + 1}-{self.flow.flow.until}"

    @property
    def split(self) -> bool:
        """Whether payers are told apart anywhere."""
        return any(payer for town in self.towns for payer in town.payers)


def settle_year(connection: Connection, year: int, pack: Pack, now: dt.datetime) -> Settlement:
    """Return a year's settlement as the register stands."""
    towns: dict[str, Town] = {}
    for name, actual in actual_by_town(connection, year).items():
        towns[name] = Town(name, actual, {p: Side(actual=its) for p, its in actual.payers.items()})
    for row in transfers_of(connection, year):
        _add(towns.setdefault(row.town, Town(row.town)), row)
    for name, its in unsettled_by_town(connection).items():
        towns.setdefault(name, Town(name)).unsettled = its
    in_order = tuple(towns[name] for name in sorted(towns))
    return Settlement(year, in_order, year < year_of(now), _flow(pack))


def _add(town: Town, row: Row[Any]) -> None:
    side = town.payers.setdefault(row.payer, Side())
    if row.kind == "advance":
        side.advanced += row.amount
        quarter = (row.dated_on.month + 2) // 3 - 1
        before = town.advances
        town.advances = (*before[:quarter], before[quarter] + row.amount, *before[quarter + 1 :])
    elif row.kind == "topped_up":
        side.topped_up += row.amount
    else:
        side.handed_back += row.amount


def total_of(towns: Sequence[Town]) -> Town:
    """Return all towns as one."""
    whole = Town("")
    payers: dict[str, Side] = {}
    for town in towns:
        for payer, side in town.payers.items():
            payers[payer] = payers.get(payer, Side()).plus(side)
        for mine, its in zip(whole.actual.quarters, town.actual.quarters, strict=True):
            mine.sent += its.sent
            mine.returned += its.returned
            mine.paid_back += its.paid_back
        whole.unsettled.to_send += town.unsettled.to_send
        whole.unsettled.to_reclaim += town.unsettled.to_reclaim
        q = [mine + its for mine, its in zip(whole.advances, town.advances, strict=True)]
        whole.advances = (q[0], q[1], q[2], q[3])
    whole.payers = payers
    whole.actual.payers = Counter({payer: side.actual for payer, side in payers.items()})
    return whole


def _flow(pack: Pack) -> Fact | None:
    """Return what the rules say of settling a year's advances: when, and between whom."""
    facts = pack.facts.facts.values() if pack.facts else ()
    benefits = {its.benefit for its in pack.benefits}
    for fact in facts:
        if fact.flow is not None and fact.flow.every == "after_year" and benefits & {*fact.about}:
            return fact
    return None
