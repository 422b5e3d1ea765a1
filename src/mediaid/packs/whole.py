"""All files of a pack folder together."""

from mediaid.packs.budget.enrolment import Enrolment
from mediaid.packs.budget.facts import Facts
from mediaid.packs.budget.funding import Funding
from mediaid.packs.budget.published import Published
from mediaid.packs.budget.targets import Targets
from mediaid.packs.budget.workfunds import WorkFunds
from mediaid.packs.schema.pack import Rules
from mediaid.packs.schema.types import Id


class PackModel(Rules):
    """A whole pack. What is not a rule (published figures …) is kept apart."""

    funding: dict[Id, Funding] = {}
    work_funds: WorkFunds | None = None
    enrolment: Enrolment | None = None
    published: Published | None = None
    targets: Targets | None = None
    facts: Facts | None = None


NOT_RULES = {"published", "targets", "facts"}
"""Parts that decide nothing: they stay outside the hash."""
