"""What towns really paid in a year, by quarter and payer: from the entries on payment lines.

An entry belongs to the quarter in which it was made, so a quarter's figures never change
afterwards: a payment that the bank returns later counts against the later quarter.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from mediaid.register.calendar import quarter_of, year_span
from mediaid.register.payments.shares import NOT_SPLIT, up_to
from mediaid.register.schema import payment, payment_entry

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection, Row

PAGE = 5000
MOVING = ("sent", "returned", "received", "offset")
"""Entries that move money, or (offset) two payers' shares of it."""


@dataclass
class Quarter:
    """Amounts in 分."""

    sent: int = 0
    returned: int = 0
    paid_back: int = 0

    @property
    def actual(self) -> int:
        """What was sent and not returned, less what people paid back."""
        return self.sent - self.returned - self.paid_back


@dataclass
class Actual:
    """What a town paid in a year; `payers` add up to the quarters."""

    quarters: tuple[Quarter, Quarter, Quarter, Quarter] = field(
        default_factory=lambda: (Quarter(), Quarter(), Quarter(), Quarter())
    )
    payers: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """What was sent and not returned, less what people paid back, of the whole year."""
        return sum(quarter.actual for quarter in self.quarters)


@dataclass
class Unsettled:
    """What a town's payments may still bring, as they stand now, in 分."""

    to_send: int = 0
    to_reclaim: int = 0


def actual_by_town(connection: Connection, year: int) -> dict[str, Actual]:
    """Return what each town paid in a year."""
    first, behind = year_span(year)
    moved = select(payment_entry.c.payment_id).where(
        payment_entry.c.done_at >= first,
        payment_entry.c.done_at < behind,
        payment_entry.c.kind.in_(MOVING),
    )
    rows = connection.execute(
        select(
            payment.c.id,
            payment.c.kind.label("line"),
            payment.c.town,
            payment.c.payers,
            payment_entry.c.kind,
            payment_entry.c.amount,
            payment_entry.c.done_at,
        )
        .join(payment_entry, payment_entry.c.payment_id == payment.c.id)
        .where(payment.c.id.in_(moved), payment_entry.c.kind.in_(MOVING))
        .order_by(payment.c.id, payment_entry.c.id),
        execution_options={"yield_per": PAGE},
    )
    towns: dict[str, Actual] = defaultdict(Actual)
    for _number, entries in groupby(rows, key=lambda row: row.id):
        _add_line(towns, entries, year)
    return dict(towns)


def _add_line(towns: dict[str, Actual], entries: Iterable[Any], year: int) -> None:
    """Add what happened to one line in a year.

    What is set off or paid back is done with; what is sent is always all that is left of a line.
    """
    done = 0
    first, behind = year_span(year)
    for entry in entries:
        through = done + entry.amount
        if first <= entry.done_at < behind:
            town = towns[entry.town]
            _add_cash(town.quarters[quarter_of(entry.done_at) - 1], entry)
            sign = -1 if entry.kind == "returned" or entry.line == "reclaim" else 1
            for payer, part in _between(entry.payers, done, through).items():
                town.payers[payer] += sign * part
        if entry.kind in ("offset", "received"):
            done = through


def _add_cash(quarter: Quarter, entry: Row[Any]) -> None:
    if entry.kind == "sent":
        quarter.sent += entry.amount
    elif entry.kind == "returned":
        quarter.returned += entry.amount
    elif entry.kind == "received":
        quarter.paid_back += entry.amount


def _between(shares: dict[str, int], start: int, end: int) -> dict[str, int]:
    """Return each payer's part of a line from one 分 to another."""
    if not shares:
        return {NOT_SPLIT: end - start}
    before = up_to(shares, start)
    return {payer: part - before[payer] for payer, part in up_to(shares, end).items()}


def unsettled_by_town(connection: Connection) -> dict[str, Unsettled]:
    """Return what is approved and not sent, and what is still to be reclaimed, as of now."""
    done = (
        select(payment_entry.c.payment_id, func.sum(payment_entry.c.amount).label("amount"))
        .join(payment, payment.c.id == payment_entry.c.payment_id)
        .where(
            payment.c.state.in_(("open", "stopped")),
            payment_entry.c.kind.in_(("offset", "received")),
        )
        .group_by(payment_entry.c.payment_id)
        .subquery()
    )
    rows = connection.execute(
        select(
            payment.c.town,
            payment.c.kind,
            func.sum(payment.c.amount - func.coalesce(done.c.amount, 0)).label("left"),
        )
        .outerjoin(done, done.c.payment_id == payment.c.id)
        .where(payment.c.state.in_(("open", "stopped")))
        .group_by(payment.c.town, payment.c.kind)
    )
    towns: dict[str, Unsettled] = defaultdict(Unsettled)
    for row in rows:
        if row.kind == "reclaim":
            towns[row.town].to_reclaim += int(row.left)
        else:
            towns[row.town].to_send += int(row.left)
    return dict(towns)
