"""A calendar of cash as text for a terminal and as plain data; amounts as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from mediaid.aligned import aligned
from mediaid.budget import provenance
from mediaid.budget.cash.calendar import IN, Movement, Pot, labels
from mediaid.i18n import gettext as _
from mediaid.money import format_yuan, show_yuan
from mediaid.packs.show.names import figure_words

if TYPE_CHECKING:
    from mediaid.budget.funding.years import FundingTable
    from mediaid.packs.model import Pack


def kind_names() -> dict[str, str]:
    """Return each kind of movement in words."""
    return {
        "contribution": _("contribution"),
        "transfer": _("transfer"),
        "pay-out": _("pay-out"),
        "advance": _("advance"),
        "settlement": _("settlement on actual spending"),
    }


def as_data(pack: Pack, year: int, found: Sequence[Pot]) -> dict[str, Any]:
    """Return calendars as plain data. Amounts are 元 as text."""
    return {
        **provenance.as_data(pack),
        "year": year,
        "cash": [
            {
                "what": pot.what,
                "label": pot.label,
                "provisional": [] if pot.table is None else list(pot.table.provisional),
                "assumed": list(pot.assumed),
                "in_by_payer": None
                if pot.table is None
                else {
                    payer: format_yuan(pot.total(*IN, payer=payer)) for payer in pot.table.payers
                },
                "paid_out": None if pot.table is None else format_yuan(pot.total("pay-out")),
                "advanced": None if pot.table else format_yuan(pot.total("advance")),
                "movements": [_movement_data(pack, its) for its in pot.movements],
            }
            for pot in found
        ],
    }


def _movement_data(pack: Pack, its: Movement) -> dict[str, Any]:
    return {
        "kind": its.kind,
        "from": its.first.isoformat(),
        "to": its.last.isoformat(),
        "payer": its.payer or None,
        "giver": its.giver,
        "taker": its.taker or None,
        "yuan": None if its.fen is None else format_yuan(its.fen),
        "fact": its.fact,
        "citation": {"source": pack.sources[its.cite.source].number, "at": its.cite.at},
    }


def as_text(pack: Pack, year: int, found: Sequence[Pot]) -> str:
    """Return calendars as tables: by month and payer, and what is held at each month's end."""
    lines = [provenance.as_line(pack), _("Cash of {year}").format(year=year)]
    for pot in found:
        lines += ["", pot.label]
        if pot.table is None:
            lines += [f"  {line}" for line in aligned(aid_rows(pot), left=2)]
        else:
            lines += [f"  {line}" for line in aligned(month_rows(pot, pot.table), left=1)]
        lines += [f"  {line}" for line in notes(pack, pot)]
    return "\n".join(lines)


def notes(pack: Pack, pot: Pot) -> Iterator[str]:
    """Say where each flow stands, what is provisional, and what is assumed."""
    for its in {its.fact: its for its in pot.movements}.values():
        way = f"{its.giver} → {its.taker}" if its.taker else its.giver
        yield _("{kind}: {way} [{source}, {at}]").format(
            kind=kind_names()[its.kind],
            way=way,
            source=pack.sources[its.cite.source].number,
            at=its.cite.at,
        )
    if pot.table is not None and pot.table.provisional:
        yield _("provisional: {names}").format(names=figure_words(pack, pot.table.provisional))
    for text in pot.assumed:
        yield _("assumed: {text}").format(text=text)


def month_name(month: int) -> str:
    """Name a month of a pot: 0 is before the year."""
    return _("before the year") if month == 0 else _("month {number}").format(number=month)


def month_rows(pot: Pot, table: FundingTable) -> list[list[str]]:
    """Rows of a funding's table: heading, each month (that before the year first), and the sums."""
    payers = labels(table)
    rows = [[_("yuan"), *map(str, payers.values()), _("comes in"), _("paid out"), _("held")]]
    for month in range(13):
        came = [pot.total(*IN, payer=payer, month=month) for payer in payers]
        amounts = [*came, sum(came), pot.total("pay-out", month=month), pot.held(month)]
        rows.append([month_name(month), *map(show_yuan, amounts)])
    came = [pot.total(*IN, payer=payer) for payer in payers]
    rows.append([_("total"), *map(show_yuan, [*came, sum(came), pot.total("pay-out")]), ""])
    return rows


def aid_rows(pot: Pot) -> list[list[str]]:
    """Rows of the assistance: heading, advances, settlement, and what all comes to."""
    rows = [[_("when"), _("what"), _("yuan")]]
    for its in pot.movements:
        amount = _("as spent") if its.fen is None else show_yuan(its.fen)
        rows.append([f"{its.first} – {its.last}", kind_names()[its.kind], amount])
    rows.append([_("total"), "", show_yuan(pot.total("advance", "settlement"))])
    return rows
