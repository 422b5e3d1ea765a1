"""A whole rule pack, as read from its folder."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field

from mediaid.packs.enrolment import Enrolment
from mediaid.packs.facts import Facts
from mediaid.packs.funding import Funding
from mediaid.packs.published import Published
from mediaid.packs.readings import Reading
from mediaid.packs.rules import Benefit, Parameter, Pool, Shared
from mediaid.packs.targets import Targets
from mediaid.packs.types import Id, Label, Strict
from mediaid.packs.workfunds import WorkFunds


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
    codes: dict[str, Annotated[dict[Id, Label], Field(min_length=1)]]
    fields: list[str] = []
    own_fields: dict[Id, OwnField] = {}
    benefits: list[Id]
    sources: Annotated[dict[Id, SourceDoc], Field(min_length=1)]
    shared: Shared = Shared()


class PackModel(Strict):
    """All files of a pack folder. What is not a rule (published figures …) is kept apart."""

    pack: PackFile
    benefits: dict[Id, Benefit] = {}
    readings: dict[Id, Reading] = {}
    funding: dict[Id, Funding] = {}
    work_funds: WorkFunds | None = None
    enrolment: Enrolment | None = None
    published: Published | None = None
    targets: Targets | None = None
    facts: Facts | None = None


NOT_RULES = {"published", "targets", "facts"}
"""Parts that decide nothing: they stay outside the hash."""


@dataclass(frozen=True, eq=False)
class Pack:
    """A pack ready for use: checked, with its readings chosen and its hash.

    `hash` names the rules in effect (readings and overlay applied); `base_hash` the pack as it
    stands in its folder.
    """

    model: PackModel
    hash: str
    base_hash: str
    readings: Mapping[str, str] = field(default_factory=dict)
    overlay: str | None = None

    @property
    def id(self) -> str:
        return self.model.pack.pack

    @property
    def label(self) -> Label:
        return self.model.pack.label

    @property
    def dating(self) -> str:
        """The claim field that dates a claim."""
        return self.model.pack.dating

    @property
    def codes(self) -> dict[str, dict[str, Label]]:
        return self.model.pack.codes

    @property
    def sources(self) -> dict[str, SourceDoc]:
        return self.model.pack.sources

    @cached_property
    def benefits(self) -> tuple[Benefit, ...]:
        """The benefits in the order in which they are settled."""
        return tuple(self.model.benefits[name] for name in self.model.pack.benefits)

    @cached_property
    def pools(self) -> dict[str, Pool]:
        """Every pool by its id, shared ones first."""
        found = dict(self.model.pack.shared.pools)
        for benefit in self.benefits:
            found.update(benefit.pools)
        return found

    def parameter(self, benefit: Benefit, name: str) -> tuple[str, Parameter]:
        """Return the full name (benefit/parameter or shared/parameter) and the parameter."""
        if name in benefit.parameters:
            return f"{benefit.benefit}/{name}", benefit.parameters[name]
        return f"shared/{name}", self.model.pack.shared.parameters[name]

    @property
    def funding(self) -> dict[str, Funding]:
        return self.model.funding

    @property
    def work_funds(self) -> WorkFunds | None:
        return self.model.work_funds

    @property
    def enrolment(self) -> Enrolment | None:
        return self.model.enrolment

    @property
    def published(self) -> Published | None:
        return self.model.published

    @property
    def targets(self) -> Targets | None:
        return self.model.targets

    @property
    def facts(self) -> Facts | None:
        return self.model.facts
