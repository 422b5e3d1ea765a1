"""Fields of the budget's screens, and reading what is typed into them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from mediaid.faults import visible
from mediaid.i18n import gettext as _
from mediaid.money import plain

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping

Key = TypeVar("Key")
Read = TypeVar("Read")


@dataclass(frozen=True)
class AskedFor:
    """A field: its name, its label, and what to write."""

    name: str
    label: str
    hint: str

    @property
    def said(self) -> str:
        """The label and what to write, as one line."""
        return _("{name}: {value}").format(name=self.label, value=self.hint)


def take(
    problems: MutableMapping[Key, str], at: Key, text: str, reader: Callable[[str], Read]
) -> Read | None:
    """Read a text as it was typed; where that fails, note beside the field what is wrong."""
    try:
        return reader(plain(text))
    except ValueError as error:
        problems[at] = str(error)
        return None


def whole(least: int, most: int) -> Callable[[str], int]:
    """Return a reader of whole numbers from `least` to `most`; separators are allowed."""

    def reader(text: str) -> int:
        digits = text.replace(",", "")
        if digits.isascii() and digits.isdecimal() and least <= int(digits[:20]) <= most:
            return int(digits)
        raise ValueError(
            _("{value} is no whole number from {least} to {most}").format(
                value=visible(text) or _("(empty)"), least=f"{least:,}", most=f"{most:,}"
            )
        )

    return reader
