"""Checks of a pack's parts that are not about one person's aid, with places in the whole model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from mediaid.faults import Location
from mediaid.packs.budget.enrolment import check_enrolment
from mediaid.packs.budget.facts import check_facts
from mediaid.packs.budget.funding import check_funding
from mediaid.packs.budget.publishedcheck import check_published
from mediaid.packs.budget.rulefigures import rule_figures
from mediaid.packs.budget.targets import check_targets
from mediaid.packs.budget.workfunds import check_work_funds
from mediaid.packs.schema.values import Problem
from mediaid.packs.whole import PackModel


def data_problems(model: PackModel) -> Iterator[Problem]:
    """Find everything wrong with funding, work funds, enrolment, figures, targets and facts."""
    for name, funding in model.funding.items():
        yield from _below(("funding", name), check_funding(funding))
    if model.work_funds:
        yield from _below(("work_funds",), check_work_funds(model.work_funds))
    if model.enrolment:
        insurances = model.pack.codes.get("insurance", {})
        yield from _below(("enrolment",), check_enrolment(model.enrolment, insurances))
    if model.published:
        areas = {name: funding.areas for name, funding in model.funding.items()}
        payers = {name: funding.payers for name, funding in model.funding.items()}
        rules = partial(rule_figures, model)
        yield from _below(("published",), check_published(model.published, areas, payers, rules))
    if model.targets:
        yield from _below(("targets",), check_targets(model.targets))
    if model.facts:
        topics = [*model.benefits, *model.funding]
        yield from _below(("facts",), check_facts(model.facts, topics))


def _below(at: Location, problems: Iterable[Problem]) -> Iterator[Problem]:
    for place, message in problems:
        yield (*at, *place), message
