"""The arithmetic of a bridge: levels that are known, the changes between them, and what is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["level", "change", "unexplained", "not-stated"]


@dataclass(frozen=True)
class Change:
    """A named part of the way from the level before to this one, in 分."""

    name: str
    fen: int
    source: str


@dataclass(frozen=True)
class Level:
    """A figure that stands by itself, in 分; None where nobody states it.

    `changes` explain the way from the level directly before; where that is unknown they are
    left out. `rest` names what they leave, where it has a name: else it is unexplained.
    """

    name: str
    fen: int | None
    source: str
    changes: tuple[Change, ...] = ()
    rest: str = ""


@dataclass(frozen=True)
class Step:
    """A line of a bridge. `fen`: the level, or the change, in 分; None for what is not stated."""

    kind: Kind
    name: str
    fen: int | None
    source: str


def steps_of(levels: Sequence[Level]) -> tuple[Step, ...]:
    """Lay levels out with everything between them.

    The last known level plus all changes and unexplained rests up to the next gives that next one,
    always: no rest is ever spread over the named changes, and a rest of 0 is left out.
    """
    found: list[Step] = []
    last: int | None = None
    whole = True
    for level in levels:
        if level.fen is None:
            found.append(Step("not-stated", level.name, None, level.source))
            whole = False
            continue
        if last is not None:
            changes = level.changes if whole else ()
            found += [Step("change", its.name, its.fen, its.source) for its in changes if its.fen]
            rest = level.fen - last - sum(its.fen for its in changes)
            if rest and whole and level.rest:
                found.append(Step("change", level.rest, rest, ""))
            elif rest:
                found.append(Step("unexplained", "unexplained", rest, ""))
        found.append(Step("level", level.name, level.fen, level.source))
        last, whole = level.fen, True
    return tuple(found)
