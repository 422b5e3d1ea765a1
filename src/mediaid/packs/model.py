"""A rule pack ready for use."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from mediaid.packs.schema.pack import Rules, SourceDoc
from mediaid.packs.schema.rules import Benefit, Parameter, Pool
from mediaid.packs.schema.types import Label

if TYPE_CHECKING:
    from mediaid.packs.budget.enrolment import Enrolment
    from mediaid.packs.budget.facts import Facts
    from mediaid.packs.budget.funding import Funding
    from mediaid.packs.budget.published import Published
    from mediaid.packs.budget.targets import Targets
    from mediaid.packs.budget.workfunds import WorkFunds
    from mediaid.packs.whole import PackModel


@dataclass(frozen=True, eq=False)
class Pack:
    """A pack ready for use: checked, with its readings chosen and its hash.

    `hash` names the rules in effect (readings and overlay applied); `base_hash` the pack as it
    stands in its folder.
    """

    model: Rules
    hash: str
    base_hash: str
    readings: Mapping[str, str] = field(default_factory=dict)
    overlay: str | None = None
    draft: int | None = None
    """The year that the overlay is a draft for: nothing computed by it is in force."""
    rest: "Callable[[], PackModel] | None" = None
    """Loads the whole pack where `model` holds its rules alone."""

    @cached_property
    def whole(self) -> "PackModel":
        """The pack with all its parts."""
        if self.rest is not None:
            return self.rest()
        from mediaid.packs.whole import PackModel  # noqa: PLC0415

        assert isinstance(self.model, PackModel)
        return self.model

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
    def preselfpay(self) -> Literal["in", "out"]:
        """Whether what a person pays first counts into self-paid amounts that are derived."""
        return self.model.pack.preselfpay

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

    @cached_property
    def by_household(self) -> bool:
        """Whether the claims of a household have to be settled together."""
        return any(pool.holder == "household" for pool in self.pools.values())

    def parameter(self, benefit: Benefit, name: str) -> tuple[str, Parameter]:
        """Return the full name (benefit/parameter or shared/parameter) and the parameter."""
        if name in benefit.parameters:
            return f"{benefit.benefit}/{name}", benefit.parameters[name]
        return f"shared/{name}", self.model.pack.shared.parameters[name]

    @property
    def funding(self) -> "dict[str, Funding]":
        return self.whole.funding

    @property
    def work_funds(self) -> "WorkFunds | None":
        return self.whole.work_funds

    @property
    def enrolment(self) -> "Enrolment | None":
        return self.whole.enrolment

    @property
    def published(self) -> "Published | None":
        return self.whole.published

    @property
    def targets(self) -> "Targets | None":
        return self.whole.targets

    @property
    def facts(self) -> "Facts | None":
        return self.whole.facts
