"""A calendar of cash: transfers, pay-outs, advances and settlement, adding up to the need.

Rhythm, giver and taker come from the pack's facts (`flow`, `window`), each with its citation. What
the documents leave open (equal parts, how many advances) is an assumption and listed as such.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mediaid.budget.funding.years import MONTHS, PARTICIPANTS, QUARTERS, FundingTable
from mediaid.faults import MediaidError
from mediaid.i18n import gettext as _
from mediaid.money import apportion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mediaid.budget.funding.years import BudgetYear
    from mediaid.packs.budget.facts import Fact, Flow
    from mediaid.packs.model import Pack
    from mediaid.packs.schema.types import Cite, Label

Kind = Literal["contribution", "transfer", "pay-out", "advance", "settlement"]
IN: tuple[Kind, ...] = ("contribution", "transfer")
"""What comes into a funding's pot; a pay-out leaves it."""
ADVANCES = 4
ADVANCES_ALLOWED = (1, 2, 3, 4, 6, 12)


@dataclass(frozen=True)
class Movement:
    """Money that moves once, between two days (both included).

    `payer`: a payer of the funding, the participants, or "" where the documents name none. `fen`:
    None where it depends on spending that is not known. A settlement below 0 is paid back.
    """

    what: str
    kind: Kind
    first: dt.date
    last: dt.date
    payer: str
    giver: str
    taker: str
    fen: int | None
    fact: str
    cite: Cite


@dataclass(frozen=True)
class Pot:
    """The cash of one funding, or of the assistance, over a year."""

    what: str
    label: str
    table: FundingTable | None
    movements: tuple[Movement, ...]
    assumed: tuple[str, ...]

    def total(self, *kinds: Kind, payer: str | None = None, month: int | None = None) -> int:
        """分 of some kinds, of all payers or one, in all or by the end of one month (0: before)."""
        return sum(
            its.fen or 0
            for its in self.movements
            if its.kind in kinds
            and payer in (None, its.payer)
            and month in (None, self.month_of(its))
        )

    def month_of(self, movement: Movement) -> int:
        """Month at whose end a movement is done: 1 to 12; 0 the year before, 13 the year after."""
        year = self.year
        return (
            0
            if movement.last.year < year
            else 13
            if movement.last.year > year
            else (movement.last.month)
        )

    @property
    def year(self) -> int:
        """The year of the budget."""
        return next(its.last.year for its in self.movements if its.kind in ("transfer", "advance"))

    def held(self, month: int) -> int:
        """分 that are in the pot at the end of a month: what came in less what was paid out."""
        months = range(month + 1)
        return sum(self.total(*IN, month=m) - self.total("pay-out", month=m) for m in months)


@dataclass(frozen=True)
class AidCash:
    """What is advanced for assistance in a year, in how many parts, and what was spent (分)."""

    budget: int
    source: str
    advances: int = ADVANCES
    spent: int | None = None


def pots(pack: Pack, need: BudgetYear, aid: AidCash | None) -> tuple[Pot, ...]:
    """Return the calendar of every funding that has flows, and of the assistance.

    Raises MediaidError if the pack's documents say nothing of how money moves.
    """
    found = []
    for table in need.fundings:
        flows = _flows(pack, table.funding.funding)
        if flows:
            found.append(_funding_pot(pack, table, need.year, flows))
    if aid is not None and pack.benefits:
        flows = _flows(pack, pack.benefits[0].benefit)
        if flows:
            found.append(_aid_pot(need.year, aid, flows))
    if not found:
        raise MediaidError(
            _("the documents of pack {pack} do not say when money moves").format(pack=pack.id)
        )
    return tuple(found)


def _flows(pack: Pack, topic: str) -> list[tuple[str, Fact, Flow]]:
    facts = pack.facts.facts if pack.facts else {}
    return [
        (name, fact, fact.flow)
        for name, fact in facts.items()
        if fact.flow is not None and topic in fact.about
    ]


def _funding_pot(
    pack: Pack, table: FundingTable, year: int, flows: Sequence[tuple[str, Fact, Flow]]
) -> Pot:
    movements: list[Movement] = []
    assumed = [
        _("equal parts: how much moves each time is not stated"),
        _("every payer's part goes this way: whose money it is, is not stated"),
    ]
    window = _window(pack, table.funding.funding)
    if window is not None:
        movements.append(_contribution(table, year, *window))
        assumed.append(
            _("the participants pay in the window before the year, as we read the documents")
        )
    takers = {flow.taker.zh for _name, _fact, flow in flows}
    for name, fact, flow in flows:
        if flow.every not in ("month", "quarter"):
            continue
        out = flow.giver.zh in takers
        movements += _regular(table, year, name, fact, flow, out, window is not None)
        if out:
            assumed.append(
                _("{giver} pays out at the end of each period what came in for it").format(
                    giver=flow.giver
                )
            )
    return Pot(
        table.funding.funding, str(table.funding.label), table, tuple(movements), tuple(assumed)
    )


def _window(pack: Pack, topic: str) -> tuple[str, Fact] | None:
    facts = pack.facts.facts if pack.facts else {}
    return next(
        (
            (name, its)
            for name, its in facts.items()
            if its.window is not None and topic in its.about
        ),
        None,
    )


def _contribution(table: FundingTable, year: int, name: str, fact: Fact) -> Movement:
    assert fact.window is not None
    return Movement(
        table.funding.funding,
        "contribution",
        _day(year - 1, fact.window.from_),
        _day(year - 1, fact.window.to),
        PARTICIPANTS,
        str(table.funding.participants),
        "",
        table.total(PARTICIPANTS),
        name,
        fact.cite,
    )


def _day(year: int, month_day: str) -> dt.date:
    month, day = map(int, month_day.split("-"))
    return dt.date(year, month, min(day, calendar.monthrange(year, month)[1]))


def _regular(
    table: FundingTable, year: int, name: str, fact: Fact, flow: Flow, out: bool, paid: bool
) -> Iterator[Movement]:
    """The parts of a year's money, by payer; `paid`: participants paid before the year."""
    parts = MONTHS if flow.every == "month" else QUARTERS
    length = MONTHS // parts
    for payer in table.payers:
        if payer == PARTICIPANTS and paid and not out:
            continue
        amounts = table.by_month(payer) if parts == MONTHS else table.by_quarter(payer)
        for part, fen in enumerate(amounts):
            first, last = _span(year, part * length + 1, length)
            yield Movement(
                table.funding.funding,
                "pay-out" if out else "transfer",
                first,
                last,
                payer,
                str(flow.giver),
                str(flow.taker),
                fen,
                name,
                fact.cite,
            )


def _span(year: int, month: int, length: int) -> tuple[dt.date, dt.date]:
    last = month + length - 1
    return dt.date(year, month, 1), dt.date(year, last, calendar.monthrange(year, last)[1])


def _aid_pot(year: int, aid: AidCash, flows: Sequence[tuple[str, Fact, Flow]]) -> Pot:
    if aid.advances not in ADVANCES_ALLOWED:
        raise MediaidError(
            _("advances are {allowed} a year").format(allowed=", ".join(map(str, ADVANCES_ALLOWED)))
        )
    movements = []
    assumed = [
        _("{count} equal advances: how often and how much is not stated").format(count=aid.advances)
    ]
    for name, fact, flow in flows:
        if flow.every == "in_year":
            length = MONTHS // aid.advances
            for part, fen in enumerate(apportion(aid.budget, [1] * aid.advances)):
                first, last = _span(year, part * length + 1, length)
                movements.append(_aid_movement("advance", first, last, fen, name, fact, flow))
        elif flow.every == "after_year":
            until = _day(year + 1, flow.until or "12-31")
            rest = None if aid.spent is None else aid.spent - aid.budget
            first = dt.date(year + 1, 1, 1)
            movements.append(_aid_movement("settlement", first, until, rest, name, fact, flow))
    if aid.spent is None:
        assumed.append(_("what is spent is not known yet: give it with --spent to settle"))
    return Pot("aid", aid.source, None, tuple(movements), tuple(assumed))


def _aid_movement(
    kind: Kind, first: dt.date, last: dt.date, fen: int | None, name: str, fact: Fact, flow: Flow
) -> Movement:
    giver, taker = str(flow.giver), str(flow.taker)
    return Movement("aid", kind, first, last, "", giver, taker, fen, name, fact.cite)


def labels(table: FundingTable) -> dict[str, Label]:
    """Return each payer of a funding in words, the participants last."""
    return {**table.funding.payers, PARTICIPANTS: table.funding.participants}
