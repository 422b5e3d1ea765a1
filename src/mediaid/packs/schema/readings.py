"""Readings of unclear clauses, and overlays: both are lists of changes to a pack."""

from typing import Annotated, Any

from pydantic import Field

from mediaid.packs.schema.types import After, Cite, Day, Id, Label, Status, Strict, Whole


class Change(Strict):
    """One changed place, addressed as benefit/step/argument[/code], and its new value.

    With `from`, the value holds from that day on (to `to`), else it replaces every dated value.
    """

    at: Annotated[str, Field(min_length=1)]
    value: Any
    after_step: Id | None = None
    from_: Day | None = Field(default=None, alias="from")
    to: Day | None = None
    after: After = "stop"
    status: Status = "draft"
    cite: Cite | None = None


class Alternative(Strict):
    """Another reading: its changes, and the values it asks the office for."""

    label: Label
    changes: list[Change] = []
    inputs: dict[Id, str] = {}


class Default(Strict):
    """The reading the pack follows unless told otherwise."""

    id: Id
    label: Label


class Reading(Strict):
    """A question the documents leave open."""

    question: Label
    cite: Cite
    default: Default
    alternatives: Annotated[dict[Id, Alternative], Field(min_length=1)]


class Readings(Strict):
    """readings.yaml"""

    readings: dict[Id, Reading]


class OverlayBase(Strict):
    """The pack an overlay changes: refused when the pack is not this one any more."""

    pack: Id
    hash: str


class Overlay(Strict):
    """A reform, a what-if or a draft of next year's policy.

    `draft` is the year that it is a draft for: it computes only where drafts are asked for, and
    each of its values is open until its status says `confirmed` (then it cites) or `carried`.
    """

    overlay: Id
    label: Label
    draft: Whole | None = None
    base: OverlayBase
    changes: Annotated[list[Change], Field(min_length=1)]
