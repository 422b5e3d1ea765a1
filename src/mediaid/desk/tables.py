"""Tables of amounts as a screen shows them: rows of cells, units, bars."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from mediaid.budget.report.rounding import controlled
from mediaid.i18n import gettext as _
from mediaid.money import half_up, show_yuan

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

TEN_THOUSAND = 10_000
"""分 in a hundredth of 万元."""


class Unit(StrEnum):
    """What amounts are shown in."""

    yuan = "yuan"
    wan = "wan"

    @property
    def label(self) -> str:
        """The unit's name in the user's language."""
        return _("yuan") if self is Unit.yuan else _("10,000 yuan")

    @property
    def other(self) -> Unit:
        """The other unit."""
        return Unit.wan if self is Unit.yuan else Unit.yuan


@dataclass(frozen=True)
class Money:
    """A cell that is an amount, in 分. `wan`: hundredths of 万元 where its table was rounded so
    that it adds up."""

    fen: int
    wan: int | None = None

    def text(self, unit: Unit) -> str:
        """Return it in a unit: in 元 exactly, in 万元 rounded to two decimals, half-up unless its
        table says otherwise."""
        if unit is Unit.yuan:
            return show_yuan(self.fen)
        return show_wan(self.fen) if self.wan is None else show_yuan(self.wan)


def footed(cells: Sequence[Sequence[int]]) -> list[list[Money]]:
    """Return a table of 分 as amounts whose 万元 add up in rows and columns."""
    rounded = controlled(cells, TEN_THOUSAND)
    return [
        [Money(fen, wan) for fen, wan in zip(*pair, strict=True)]
        for pair in zip(cells, rounded, strict=True)
    ]


def added(amounts: Iterable[Money]) -> Money:
    """Return a sum, in both units the sum of what is shown."""
    its = list(amounts)
    wans = [money.wan for money in its if money.wan is not None]
    return Money(sum(money.fen for money in its), sum(wans) if len(wans) == len(its) else None)


Cell = str | int | Money
"""A text, a count or an amount."""


def show_wan(fen: int) -> str:
    """分 as 万元 for reading, half-up to two decimals and with separators, such as 11,296.45."""
    sign = "-" if fen < 0 else ""
    hundredths = half_up(abs(fen), 1, TEN_THOUSAND)
    return show_yuan(hundredths) if not sign or not hundredths else sign + show_yuan(hundredths)


@dataclass(frozen=True)
class Bar:
    """How much of a whole an amount is, both in 分; drawn by the screen."""

    part: int
    whole: int


@dataclass(frozen=True)
class Row:
    """A row of a table; `total`: it is the sum of others."""

    cells: tuple[Cell, ...]
    total: bool = False
    bar: Bar | None = None


@dataclass(frozen=True)
class Table:
    """A table with its title; the first `left` columns are words. `note` stands below it."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    left: int = 1
    note: str = ""

    @property
    def has_money(self) -> bool:
        """Whether any cell is an amount."""
        return any(isinstance(cell, Money) for row in self.rows for cell in row.cells)

    def texts(self, unit: Unit) -> list[list[str]]:
        """Return the rows as texts, the headings first."""
        return [list(self.heads), *([_text(cell, unit) for cell in row.cells] for row in self.rows)]


def _text(cell: Cell, unit: Unit) -> str:
    if isinstance(cell, Money):
        return cell.text(unit)
    return f"{cell:,}" if isinstance(cell, int) else cell


@dataclass(frozen=True)
class Note:
    """A line beside the tables. `look` is plain, warn, bad or faint; its words say as much."""

    text: str
    look: str = "plain"
