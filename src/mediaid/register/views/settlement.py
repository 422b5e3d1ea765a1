"""A year's settlement as data, and as the rows of a table. It names towns and nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mediaid.money import format_yuan
from mediaid.register.settlement.balance import Side, total_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Row

    from mediaid.register.settlement.balance import Settlement, Town

TOTAL = "total"
COLUMNS = (
    "town",
    "payer",
    "advances",
    *(f"actual_q{quarter}" for quarter in (1, 2, 3, 4)),
    "sent",
    "returned",
    "paid_back",
    "actual",
    "balance",
    "topped_up",
    "handed_back",
    "due_from_town",
    "due_to_town",
    "to_send",
    "to_reclaim",
)
"""Of the table's rows: a town (payer empty), then its payers where they are told apart."""


def settlement_data(found: Settlement, towns: tuple[Town, ...]) -> dict[str, Any]:
    """Return a settlement of some of its towns."""
    fact = found.flow
    return {
        "year": found.year,
        "over": found.over,
        "due_on": found.due_on,
        "giver": str(fact.flow.giver) if fact and fact.flow else None,
        "taker": str(fact.flow.taker) if fact and fact.flow else None,
        "cite": {"source": fact.cite.source, "at": fact.cite.at} if fact else None,
        "towns": [_town(town, found.split) for town in towns],
        "total": _town(total_of(towns), found.split) | {"town": TOTAL},
    }


def _town(town: Town, split: bool) -> dict[str, Any]:
    data: dict[str, Any] = {
        "town": town.town,
        **_side(town.side),
        "quarters": [
            {
                "quarter": number,
                "advances": format_yuan(advances),
                "sent": format_yuan(its.sent),
                "returned": format_yuan(its.returned),
                "paid_back": format_yuan(its.paid_back),
                "actual": format_yuan(its.actual),
            }
            for number, (advances, its) in enumerate(
                zip(town.advances, town.actual.quarters, strict=True), 1
            )
        ],
        "to_send": format_yuan(town.unsettled.to_send),
        "to_reclaim": format_yuan(town.unsettled.to_reclaim),
    }
    if split:
        data["payers"] = {payer: _side(its) for payer, its in sorted(town.payers.items())}
    return data


def _side(side: Side) -> dict[str, str]:
    return {
        "advances": format_yuan(side.advanced),
        "actual": format_yuan(side.actual),
        "balance": format_yuan(side.balance),
        "topped_up": format_yuan(side.topped_up),
        "handed_back": format_yuan(side.handed_back),
        "due_from_town": format_yuan(max(side.due, 0)),
        "due_to_town": format_yuan(max(-side.due, 0)),
    }


def settlement_rows(found: Settlement, towns: tuple[Town, ...]) -> Iterator[tuple[str | int, ...]]:
    """Return the rows of a table, amounts in 分: towns, their payers, and the total last."""
    for town in (*towns, total_of(towns)):
        name = town.town or TOTAL
        quarters = town.actual.quarters
        yield (
            name,
            "",
            town.side.advanced,
            *(its.actual for its in quarters),
            sum(its.sent for its in quarters),
            sum(its.returned for its in quarters),
            sum(its.paid_back for its in quarters),
            town.actual.total,
            *_settling(town.side),
            town.unsettled.to_send,
            town.unsettled.to_reclaim,
        )
        if found.split:
            for payer, side in sorted(town.payers.items()):
                yield (name, payer or "-", side.advanced, *7 * (0,), side.actual,
                       *_settling(side), 0, 0)  # fmt: skip


def _settling(side: Side) -> tuple[int, ...]:
    return side.balance, side.topped_up, side.handed_back, max(side.due, 0), max(-side.due, 0)


def transfer_data(row: Row[Any]) -> dict[str, Any]:
    """Return a transfer."""
    return {
        "transfer": row.id,
        "kind": row.kind,
        "year": row.year,
        "town": row.town,
        "payer": row.payer,
        "amount": format_yuan(row.amount),
        "date": row.dated_on.isoformat(),
        "reference": row.reference,
        "entered_by": row.entered_by,
    }
