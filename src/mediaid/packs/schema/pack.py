"""pack.yaml, and what decides a person's aid."""

from typing import Annotated, Literal

from pydantic import Field

from mediaid.packs.schema.readings import Reading
from mediaid.packs.schema.rules import Benefit, Shared
from mediaid.packs.schema.types import Id, Label, Strict


class SourceDoc(Strict):
    """A document that is cited: its number, and what it is about in our own words."""

    number: str
    topic: Label
    seen: Literal["yes", "no"] = "no"


class OwnField(Strict):
    """A claim field the pack names itself."""

    kind: Literal["money", "count", "code", "date"]
    label: Label


class PackFile(Strict):
    """pack.yaml"""

    pack: Id
    schema_: Literal["1"] = Field(alias="schema")
    label: Label
    dating: str = "date"
    bore: Annotated[list[str], Field(min_length=1)] = ["self_paid"]
    preselfpay: Literal["in", "out"] = "out"
    codes: dict[str, Annotated[dict[Id, Label], Field(min_length=1)]]
    fields: list[str] = []
    own_fields: dict[Id, OwnField] = {}
    benefits: list[Id]
    sources: Annotated[dict[Id, SourceDoc], Field(min_length=1)]
    shared: Shared = Field(default_factory=Shared)


class Rules(Strict):
    """What decides a person's aid: all that settling a claim needs."""

    pack: PackFile
    benefits: dict[Id, Benefit] = {}
    readings: dict[Id, Reading] = {}
