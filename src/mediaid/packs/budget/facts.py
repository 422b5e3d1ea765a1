"""What a document says, or does not say, beside figures: cited facts in our own words."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from mediaid.faults import nearest, visible
from mediaid.i18n import gettext as _
from mediaid.packs.schema.types import Cite, Id, Label, Strict
from mediaid.packs.schema.values import Problem

_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def _month_day(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    found = re.fullmatch(r"(\d\d)-(\d\d)", value, re.ASCII)
    if (
        found
        and 1 <= int(found[1]) <= len(_DAYS)
        and 1 <= int(found[2]) <= _DAYS[int(found[1]) - 1]
    ):
        return value
    raise ValueError(
        _("{value} is not a day of every year: write it as 10-08").format(value=visible(value))
    )


MonthDay = Annotated[str, BeforeValidator(_month_day)]


class Window(Strict):
    """A period of every year, both days included."""

    from_: MonthDay = Field(alias="from")
    to: MonthDay


class Flow(Strict):
    """Money on its way: who gives to whom and how often. `in_year`: the document gives no rhythm;
    `after_year`: once, in the following year, up to `until`."""

    every: Literal["month", "quarter", "in_year", "after_year"]
    giver: Label
    taker: Label
    until: MonthDay | None = None


class Fact(Strict):
    """One fact. `says: nothing` records what the document leaves out, `two_things` that it
    contradicts itself, `inferred` what we conclude from its figures. `also`: further documents."""

    about: Annotated[list[Id], Field(min_length=1)]
    says: Literal["this", "nothing", "two_things", "inferred"] = "this"
    text: Label
    cite: Cite
    also: list[Cite] = []
    items: list[Label] = []
    window: Window | None = None
    flow: Flow | None = None


class Facts(Strict):
    """A file with `facts:`."""

    facts: Annotated[dict[Id, Fact], Field(min_length=1)]


TOPICS = frozenset({"enrolment", "work-funds", "budget", "targets"})
"""What a fact can be about, besides the pack's benefits and fundings."""


def check_facts(facts: Facts, known: Collection[str]) -> Iterator[Problem]:
    """Yield (place in the file, what is wrong); `known`: ids of benefits and fundings."""
    topics = {*known, *TOPICS}
    for name, fact in facts.facts.items():
        for i, topic in enumerate(fact.about):
            if topic not in topics:
                yield (
                    ("facts", name, "about", i),
                    _(
                        "{name} is no benefit or funding of this pack, nor one of: {topics}."
                        "{nearest}"
                    ).format(
                        name=visible(topic),
                        topics=", ".join(sorted(TOPICS)),
                        nearest=nearest(topic, topics),
                    ),
                )
