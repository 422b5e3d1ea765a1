"""What a file of a pack folder may hold, told by its first key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pydantic import BaseModel

from mediaid.packs.budget.enrolment import Enrolment
from mediaid.packs.budget.facts import Facts
from mediaid.packs.budget.funding import Funding
from mediaid.packs.budget.published import Published
from mediaid.packs.budget.targets import Targets
from mediaid.packs.budget.workfunds import WorkFunds
from mediaid.packs.checks.datacheck import data_problems
from mediaid.packs.schema.pack import PackFile
from mediaid.packs.schema.readings import Readings
from mediaid.packs.schema.rules import Benefit
from mediaid.packs.schema.values import Problem
from mediaid.packs.whole import PackModel


@dataclass(frozen=True)
class Kind:
    """A kind of file: its model, the part of the pack it becomes, and whether that has many."""

    model: type[BaseModel]
    part: str
    keyed: bool = False
    unwrap: str = ""


KINDS: dict[str, Kind] = {
    "pack": Kind(PackFile, "pack"),
    "benefit": Kind(Benefit, "benefits", keyed=True),
    "readings": Kind(Readings, "readings", unwrap="readings"),
    "funding": Kind(Funding, "funding", keyed=True),
    "work_funds": Kind(WorkFunds, "work_funds"),
    "enrolment": Kind(Enrolment, "enrolment"),
    "published": Kind(Published, "published"),
    "targets": Kind(Targets, "targets"),
    "facts": Kind(Facts, "facts"),
}

EXTRA_CHECKS: list[Callable[[PackModel], Iterator[Problem]]] = [data_problems]
"""Checks of the parts that are not about one person's aid."""
