"""Choosing by typing: a code, a Chinese or English name, or pinyin initials."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mediaid.desk.initials import initials
from mediaid.i18n import language
from mediaid.money import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True)
class Choice:
    """Something that can be chosen: its code, and its names."""

    code: str
    zh: str
    en: str

    @property
    def label(self) -> str:
        """The name in the user's language."""
        return self.zh if language() == "zh" else self.en


def matches(typed: str, choices: Iterable[Choice]) -> list[Choice]:
    """Return the choices that fit what was typed, the best first; all of them for nothing.

    An exact code or name beats one that begins so, that beats initials, and those beat a name that
    merely contains it; among equals the given order stays.
    """
    wanted = plain(typed).casefold()
    if not wanted:
        return list(choices)
    ranked = [(rank, choice) for choice in choices if (rank := _rank(wanted, choice)) is not None]
    return [choice for _rank_, choice in sorted(ranked, key=lambda pair: pair[0])]


def _rank(wanted: str, choice: Choice) -> int | None:
    names = [choice.code.casefold(), plain(choice.zh).casefold(), plain(choice.en).casefold()]
    letters = initials(choice.zh)
    if wanted in names:
        return 0
    if any(name.startswith(wanted) for name in names):
        return 1
    if letters == wanted:
        return 2
    if letters.startswith(wanted):
        return 3
    if len(wanted) == 1 and wanted.isascii():
        return None  # a single letter is in nearly every name
    if any(wanted in name for name in names):
        return 4
    return 5 if wanted in letters else None


def exact(typed: str, choices: Sequence[Choice]) -> Choice | None:
    """Return the choice whose code or name was typed out, or the only one that fits."""
    found = matches(typed, choices) if typed.strip() else []
    if found and (len(found) == 1 or _rank(plain(typed).casefold(), found[0]) == 0):
        return found[0]
    return None
