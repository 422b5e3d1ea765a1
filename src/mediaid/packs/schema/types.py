"""What every part of a rule pack is made of: strict models, labels, citations, dates.

Every scalar of a pack arrives as the text that was written and is parsed here by its meaning.
"""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints

from mediaid.faults import visible
from mediaid.i18n import Lang, language
from mediaid.i18n import gettext as _
from mediaid.money import parse_yuan


class Strict(BaseModel):
    """A part of a pack: unknown keys are faults, and nothing changes once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, defer_build=True)


class Label(Strict):
    """A name as officials write it, in Chinese and in English."""

    zh: Annotated[str, StringConstraints(min_length=1)]
    en: Annotated[str, StringConstraints(min_length=1)]

    def __str__(self) -> str:
        return self.zh if language() == "zh" else self.en

    def in_(self, lang: Lang) -> str:
        """Return the name in one language."""
        return self.zh if lang == "zh" else self.en


def codes_in_words(labels: Mapping[str, Label]) -> str:
    """List codes with their names, for a message that says what may be written."""
    return _(", ").join(
        _("{code} ({label})").format(code=code, label=label) for code, label in labels.items()
    )


class Cite(Strict):
    """Where a value comes from: a source of the pack, the clause, and a note in own words."""

    source: str
    at: Annotated[str, StringConstraints(min_length=1)]
    note: Label | None = None


def _date(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise ValueError(
            _("{value} is not a date: write it as 2023-01-31").format(value=visible(value))
        )
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        raise ValueError(
            _("{value} is not a day of the calendar").format(value=visible(value))
        ) from None


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        if not re.fullmatch(r"\d{1,9}", value, re.ASCII):
            raise ValueError(_("{value} is not a whole number").format(value=visible(value)))
        return int(value)
    return value


Day = Annotated[dt.date, BeforeValidator(_date)]
Whole = Annotated[int, BeforeValidator(_whole)]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
"""A name used in paths and on the command line."""


def _yuan(value: Any) -> Any:
    return parse_yuan(value) if isinstance(value, str) else value


Yuan = Annotated[int, BeforeValidator(_yuan)]
"""An amount written in 元 with at most two decimals, held in 分."""

Status = Literal["confirmed", "carried", "draft"]
After = Literal["carry_forward", "stop"]
