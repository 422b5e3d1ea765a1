"""Rule packs as screens show them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from mediaid.claims.cells import EPOCH, parse_written_day
from mediaid.faults import MediaidError
from mediaid.i18n import gettext as _
from mediaid.packs.folder.find import shipped_packs
from mediaid.packs.load import load_pack
from mediaid.packs.show.diff import Difference, differences
from mediaid.packs.show.pack import confirmed, last_confirmed, pack_lines, policy_lines
from mediaid.packs.show.values import Line as PolicyLine

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from mediaid.packs.model import Pack


__all__ = [
    "Difference",
    "PackChoice",
    "PolicyLine",
    "ReadingChoice",
    "compared",
    "first_day",
    "pack_choices",
    "pack_of",
    "policy",
    "read_day",
    "readings_of",
    "title",
]


@dataclass(frozen=True)
class PackChoice:
    """A pack that can be chosen; `problem` says why it cannot be used."""

    id: str
    zh: str
    en: str
    confirmed: str
    problem: str = ""


@dataclass(frozen=True)
class ReadingChoice:
    """A question that the documents leave open, and its answers: id → label in both languages.

    Answers that ask for a figure of the office's own are not among them.
    """

    id: str
    question: str
    chosen: str
    answers: dict[str, tuple[str, str]]


def pack_choices() -> list[PackChoice]:
    """Return all shipped packs, those that cannot be used with their reason."""
    found = []
    for name in shipped_packs():
        try:
            pack = load_pack(name)
        except MediaidError as error:
            found.append(PackChoice(name, name, name, "", str(error.faults[0])))
        else:
            found.append(PackChoice(name, pack.label.zh, pack.label.en, confirmed(pack)))
    return found


@lru_cache(maxsize=8)
def _loaded(name: str, readings: tuple[tuple[str, str], ...]) -> Pack:
    return load_pack(name, readings=dict(readings))


def pack_of(name: str, readings: Mapping[str, str]) -> Pack:
    """Return a pack under some readings. Raises PackError with every fault."""
    return _loaded(name, tuple(sorted(readings.items())))


def readings_of(pack: Pack) -> list[ReadingChoice]:
    """Return the questions that a pack leaves to the office."""
    found = []
    for name, reading in pack.model.readings.items():
        answers = {reading.default.id: reading.default.label}
        answers |= {key: a.label for key, a in reading.alternatives.items() if not a.inputs}
        labels = {key: (label.zh, label.en) for key, label in answers.items()}
        chosen = pack.readings.get(name, reading.default.id)
        found.append(ReadingChoice(name, str(reading.question), chosen, labels))
    return found


def first_day(pack: Pack) -> dt.date:
    """Return the day to show a pack on at first: the last one its confirmed values cover."""
    return last_confirmed(pack)


def read_day(text: str) -> dt.date:
    """Read a day as it was typed. Raises ValueError, which says what to do."""
    import datetime as dt  # noqa: PLC0415 - only its name is needed above

    return EPOCH + dt.timedelta(days=parse_written_day(text))


def policy(pack: Pack, day: dt.date) -> list[PolicyLine]:
    """Return a pack in words as it stands on a day, with citations and provisional marks."""
    return list(pack_lines(pack, day))


def compared(one: Pack, day: dt.date, two: Pack, other: dt.date) -> list[Difference]:
    """Return what differs between two packs, each on its day: what `mediaid rules diff` prints."""
    return list(differences(policy_lines(one, day), policy_lines(two, other)))


def title(pack: Pack) -> str:
    """Return the pack's name with its id."""
    return _("{pack} ({id})").format(pack=pack.label, id=pack.id)
