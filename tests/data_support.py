"""What the tests of funding and of published figures share: shipped files, and marked bad ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from mediaid import yamlsource
from mediaid.packs.budget.enrolment import Enrolment
from mediaid.packs.budget.funding import Funding
from mediaid.packs.budget.published import Published
from mediaid.packs.budget.targets import Targets
from mediaid.packs.budget.workfunds import WorkFunds
from mediaid.packs.schema.values import Problem

RULES = Path(__file__).parent.parent / "rules"

Model = TypeVar("Model", bound=BaseModel)


def read(model: type[Model], name: str) -> Model:
    """Read one shipped file, such as nanchang-xihu/facts.yaml."""
    return model.model_validate(yamlsource.load(RULES / name).data)


def parse(model: type[Model], text: str) -> Model:
    """Read YAML text."""
    return model.model_validate(yamlsource.loads(text, "bad.yaml").data)


@dataclass(frozen=True)
class Parts:
    """The parts of a pack that the budget reads."""

    funding: dict[str, Funding] = field(default_factory=dict)
    work_funds: WorkFunds | None = None
    published: Published | None = None
    enrolment: Enrolment | None = None
    targets: Targets | None = None


@cache
def minhang() -> Parts:
    """Minhang's funding and published figures."""
    funding = read(Funding, "shanghai-minhang/mutual-aid.yaml")
    published = read(Published, "shanghai-minhang/published.yaml")
    targets = read(Targets, "shanghai-minhang/targets.yaml")
    return Parts(funding={"mutual-aid": funding}, published=published, targets=targets)


@cache
def xihu() -> Parts:
    """Xihu's work funds and published figures."""
    funds = read(WorkFunds, "nanchang-xihu/work-funds.yaml")
    published = read(Published, "nanchang-xihu/published.yaml")
    enrolment = read(Enrolment, "nanchang-xihu/enrolment.yaml")
    targets = read(Targets, "nanchang-xihu/targets.yaml")
    return Parts(work_funds=funds, published=published, enrolment=enrolment, targets=targets)


def published_of(parts: Parts) -> Published:
    assert parts.published is not None
    return parts.published


def with_figure(parts: Parts, ref: str, value: str) -> Parts:
    """Return a copy in which one published figure reads differently."""
    published = published_of(parts)
    tables, figures = dict(published.tables), dict(published.figures)
    match published.all_figures[ref].location:
        case ("figures", str(name), "value"):
            figures[name] = figures[name].model_copy(update={"value": value})
        case ("tables", str(name), "rows", str(row), int(column)):
            values = list(tables[name].rows[row])
            values[column] = value
            rows = {**tables[name].rows, row: values}
            tables[name] = tables[name].model_copy(update={"rows": rows})
        case place:
            raise AssertionError(place)
    fields = {name: getattr(published, name) for name in Published.model_fields}
    fields |= {"tables": tables, "figures": figures}
    return replace(parts, published=Published.model_construct(**fields))


_MARK = re.compile(r"#! (.*)$")


def expected(text: str) -> list[tuple[int, str]]:
    """Return (line, message) of every `#! message` in a bad file; one line may have several."""
    return sorted(
        (number, message.strip())
        for number, line in enumerate(text.splitlines(), 1)
        if (found := _MARK.search(line))
        for message in found[1].split("#!")
    )


def found(
    model: type[Model], check: Callable[[Model], Iterable[Problem]], text: str
) -> list[tuple[int, str]]:
    """Return (line, message) of every problem that a check finds in a bad file."""
    source = yamlsource.loads(text, "bad.yaml")
    return sorted(
        (int(source.where(place).split(":")[1]), message)
        for place, message in check(model.model_validate(source.data))
    )
