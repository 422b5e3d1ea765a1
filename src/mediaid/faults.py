"""What is wrong, where, and what to do about it: the one shape of every refusal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable

Location = tuple[str | int, ...]
"""A place in a document: keys of mappings and indexes of lists, from the top."""

_HIDDEN = {0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C}
_LONGEST = 80


def visible(text: str) -> str:
    """Foreign text fit for a message: no control or direction characters, not endless.

    Such characters could forge lines of a log or move the cursor of a terminal.
    """
    shown = visible_line(text[: _LONGEST + 1])
    return shown if len(text) <= _LONGEST else shown[:_LONGEST] + "…"


def visible_path(path: object) -> str:
    """A path fit for a message: of a long one the end, which names the file."""
    text = str(path)
    if len(text) <= _LONGEST:
        return visible_line(text)
    return "…" + visible_line(text[1 - _LONGEST :])


def visible_line(text: str) -> str:
    """Foreign text of any length without control and direction characters."""
    if text.isprintable():  # which none of them is
        return text
    return "".join(
        f"\\u{ord(c):04x}" if ord(c) < 32 or 127 <= ord(c) < 160 or ord(c) in _HIDDEN else c
        for c in text
    )


def nearest(word: str, known: Iterable[str]) -> str:
    """Return " Did you mean …?" for the closest known word, or nothing."""
    from difflib import get_close_matches  # noqa: PLC0415 - only when something is wrong

    among = list(known)
    # What officials cut short (低保 for 低保家庭成员) is far from the whole, letter by letter.
    longer = [
        its for its in among if len(word) > 1 and not word.isascii() and _cut_short(word, its)
    ]
    close = get_close_matches(word, among, n=1, cutoff=0.6) or (longer if len(longer) == 1 else [])
    return " " + _("Did you mean {known}?").format(known=close[0]) if close else ""


def _cut_short(word: str, whole: str) -> bool:
    rest = iter(whole)
    return all(letter in rest for letter in word)


@dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong: `where` (file:line:column, or row and column) and `message`."""

    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message


class MediaidError(Exception):
    """Input that is refused, with every fault found. The command line exits with 2."""

    def __init__(self, faults: Iterable[Fault] | Fault | str) -> None:
        if isinstance(faults, str):
            faults = Fault("", faults)
        self.faults = (faults,) if isinstance(faults, Fault) else tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


class PackError(MediaidError):
    """A rule pack, overlay or choice of reading that is refused."""


class ClaimError(MediaidError):
    """Claims (or opening pools) that are refused."""


class ScenarioError(MediaidError):
    """A scenario file that is refused."""


class RegisterError(MediaidError):
    """A change or question that the case register refuses."""
