"""All files of a pack folder together."""

from mediaid.packs.enrolment import Enrolment
from mediaid.packs.facts import Facts
from mediaid.packs.funding import Funding
from mediaid.packs.model import Rules
from mediaid.packs.published import Published
from mediaid.packs.targets import Targets
from mediaid.packs.types import Id
from mediaid.packs.workfunds import WorkFunds


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
