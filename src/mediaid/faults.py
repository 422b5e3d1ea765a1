"""What is wrong, where, and what to do about it: the one shape of every refusal."""

from __future__ import annotations

import errno
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable

Location = tuple[str | int, ...]
"""A place in a document: keys of mappings and indexes of lists, from the top."""

_OBEYED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Kinds of characters that a terminal obeys or cannot place: controls, direction and joining marks,
lone halves of a pair, separators of lines."""
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
    return "".join(_spelt(c) if obeyed(c) else c for c in text)


def obeyed(character: str) -> bool:
    """Whether a terminal would obey a character, or could not place it."""
    return unicodedata.category(character) in _OBEYED


def _spelt(character: str) -> str:
    number = ord(character)
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def why_not(error: OSError) -> str:
    """Say in the user's language why the system did not do something with a file."""
    known = {
        errno.ENOENT: _("there is no such file or folder"),
        errno.EACCES: _("the system does not let you read or write it"),
        errno.EPERM: _("the system does not let you read or write it"),
        errno.EROFS: _("the disk can only be read"),
        errno.ENOSPC: _("the disk is full: free some space and try again"),
        errno.EDQUOT: _("the disk is full: free some space and try again"),
        errno.EFBIG: _("the disk is full: free some space and try again"),
        errno.EISDIR: _("it is a folder"),
        errno.EEXIST: _("exists already: it is left as it is"),
        errno.ENOTDIR: _("a part of the path is no folder"),
        errno.ENAMETOOLONG: _("the name is too long"),
        errno.EBUSY: _("another program is using it"),
        errno.EIO: _("the disk does not answer as it should"),
    }
    return known.get(error.errno or 0) or visible(error.strerror or str(error))


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
        return f"{visible_line(self.where)}: {self.message}" if self.where else self.message


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
