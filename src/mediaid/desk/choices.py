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


_TYPED_OUT, _SOME_INITIALS = 0, 6


def matches(typed: str, choices: Iterable[Choice]) -> list[Choice]:
    """Return the choices that fit what was typed, the best first; all of them for nothing.

    An exact code or name beats one that begins so, that beats initials, those beat a name that
    merely contains it, and that beats some of the initials, or of the name, in their order (mz or
    门诊 for 门急诊); among equals the given order stays.
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
        return _TYPED_OUT
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
    if wanted in letters:
        return 5
    return _SOME_INITIALS if _some_of(wanted, letters) or _some_of(wanted, names[1]) else None


def _some_of(wanted: str, letters: str) -> bool:
    """Whether all that is wanted stands in `letters` in its order, with others between."""
    rest = iter(letters)
    return all(letter in rest for letter in wanted)


def exact(typed: str, choices: Sequence[Choice]) -> Choice | None:
    """Return the choice whose code or name was typed out, or the only one that fits closely: some
    of the initials are enough to offer a choice, not to make it."""
    wanted = plain(typed).casefold()
    ranks = {at: rank for at, its in enumerate(choices) if (rank := _rank(wanted, its)) is not None}
    typed_out = [at for at, rank in ranks.items() if rank == _TYPED_OUT]
    close = [at for at, rank in ranks.items() if rank < _SOME_INITIALS]
    if not wanted or not (typed_out or len(close) == 1):
        return None
    return choices[(typed_out or close)[0]]
