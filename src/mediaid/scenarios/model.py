"""The form of a scenario file, and what it becomes once it is read.

A scenario is of one kind, told by its keys: claims with what each benefit pays (`claim` or
`claims`), a claim that is refused (`expect_error`), what each level of government has to fund
(`funding`), a year's `work_funds`, or its `enrolment` standards.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, model_validator

from mediaid.faults import visible
from mediaid.i18n import gettext as _
from mediaid.money import format_percent, parse_percent, parse_yuan

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mediaid.faults import Fault, Location
    from mediaid.yamlsource import Source

UNLIMITED = -1
"""`cap_left: none`: no annual cap bounds the benefit; no amount is below 0."""

FIRST_PERSON = "P1"


def _fen(value: Any) -> Any:
    return parse_yuan(value) if isinstance(value, str) else value


def _room(value: Any) -> Any:
    return UNLIMITED if value == "none" else _fen(value)


def _rate(value: Any) -> Any:
    return format_percent(parse_percent(value)) if isinstance(value, str) else value


def _count(value: Any) -> Any:
    if isinstance(value, str) and not (value.isascii() and value.isdigit()):
        raise ValueError(_("{value} is not a whole number").format(value=visible(value)))
    return int(value) if isinstance(value, str) and len(value) < 10 else value


def _year(value: Any) -> Any:
    if isinstance(value, str) and not (len(value) == 4 and value.isascii() and value.isdigit()):
        raise ValueError(_("{value} is not a year: write it as 2023").format(value=visible(value)))
    return int(value) if isinstance(value, str) else value


def _texts(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Fen = Annotated[int, BeforeValidator(_fen)]
Room = Annotated[int, BeforeValidator(_room)]
Rate = Annotated[str, BeforeValidator(_rate)]
Count = Annotated[int, BeforeValidator(_count)]
Year = Annotated[int, BeforeValidator(_year)]
Text = Annotated[str, StringConstraints(min_length=1)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_texts)]
"""One text or a list of texts."""


class Part(BaseModel):
    """A part of a scenario file: unknown keys are faults, nothing changes once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Expectation(Part):
    """What one benefit gives for one claim; what is left out is not compared.

    Amounts in 分. The short form `medical-aid: 7200.00` is {aid: 7200.00}.
    """

    aid: Fen = 0
    base: Fen | None = None
    deducted: Fen | None = None
    rate: Rate | None = None
    uncapped: Fen | None = None
    payable: Fen | None = None
    overpaid: Fen | None = None
    cap_left: Room | None = None
    bound_by: Text | None = None
    provisional: Texts | None = None
    payers: dict[str, Fen] | None = None
    cite: Texts | None = None
    why_not: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return {"aid": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _says_what_is_paid(self) -> Self:
        if self.why_not is None and "aid" not in self.model_fields_set:
            raise ValueError(_("say what is paid: aid: 7200.00, or why_not: category if nothing"))
        if self.why_not is not None and self.aid:
            raise ValueError(_("why_not stands beside an aid above zero: keep one of the two"))
        return self


Expected = dict[str, Expectation]
"""By benefit; a benefit that is not named must pay nothing."""


class Claim(BaseModel):
    """The fields of one claim as written, and what is expected of it."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, str]

    expect: Expected | None = None

    @property
    def fields(self) -> dict[str, str]:
        """The claim's fields, as written."""
        return self.__pydantic_extra__


class Common(Part):
    """What every kind of scenario has: a name for people, a note, its source and its choices."""

    name: Text
    note: Text | None = None
    cite: Texts = ()
    readings: dict[str, str] = {}
    overlay: Text | None = None


class OneClaim(Common):
    """A claim, what happened before it in the year, and what each benefit pays for it."""

    history: tuple[Claim, ...] = ()
    claim: Claim
    expect: Expected | None = None


class SeveralClaims(Common):
    """Several claims; each carries its own `expect`, or one stands below by claim_id."""

    history: tuple[Claim, ...] = ()
    claims: Annotated[tuple[Claim, ...], BeforeValidator(lambda rows: rows or None)]
    expect: dict[str, Expected] = {}


class Refusal(Part):
    """Which field is refused, and words that the message must contain."""

    field: Text
    contains: Texts = ()


class RefusedClaim(Common):
    """A claim that must be refused instead of calculated."""

    history: tuple[Claim, ...] = ()
    claim: Claim
    expect_error: Refusal


class Need(Part):
    """What one payer has to fund, in 分: in total and by component."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, Fen]

    total: Fen | None = None

    @property
    def components(self) -> dict[str, int]:
        """By component of the standard, in 分."""
        return self.__pydantic_extra__


class FundingCase(Common):
    """A funding programme, headcounts by area, and what each payer has to provide.

    `expect` names payers, and `participants`, `fiscal` (all payers) and `gross` (both); a payer
    that is not named must provide nothing.
    """

    funding: Text
    year: Year
    headcount: dict[str, Count]
    expect: dict[str, Need] | None = None
    provisional: Texts | None = None
    expect_error: Refusal | None = None

    @model_validator(mode="after")
    def _one_outcome(self) -> Self:
        if (self.expect is None) == (self.expect_error is None):
            raise ValueError(_("write either expect or expect_error"))
        return self


class WorkFundsCase(Common):
    """The work funds of a year (`work_funds: 2022`): the amount of every line, in 分."""

    work_funds: Year
    expect: dict[str, Fen]
    total: Fen | None = None


class EnrolmentCase(Common):
    """The enrolment standards of a year (`enrolment: 2022`): each figure with signs and unit."""

    enrolment: Year
    expect: dict[str, dict[str, str]]


AnyCase = OneClaim | SeveralClaims | RefusedClaim | FundingCase | WorkFundsCase | EnrolmentCase


@dataclass(frozen=True)
class Row:
    """One claim of a scenario: its fields as text, where it stands, what is expected.

    `written` gives a field's heading where the file has another one than its name (日期: date).
    """

    fields: Mapping[str, str]
    at: Location
    written: Mapping[str, str]
    expected: Expected | None = None
    expected_at: Location = ()

    @property
    def claim_id(self) -> str:
        return self.fields["claim_id"]


@dataclass(frozen=True)
class Scenario:
    """One scenario, ready to run. `rows` are history, then claims; none for funding."""

    source: Source
    at: Location
    case: AnyCase
    rows: tuple[Row, ...] = ()

    @property
    def name(self) -> str:
        return self.case.name

    @property
    def where(self) -> str:
        """file:line:column of the scenario."""
        return self.source.where(self.at)

    @property
    def line(self) -> int:
        """The line it starts in, from 1."""
        return int(self.where.rsplit(":", 2)[1])


@dataclass(frozen=True)
class ScenarioFile:
    """A file of scenarios about one pack (an id, or a folder relative to the file).

    `faults` are those of the scenarios that are not among `scenarios`.
    """

    path: Path
    source: Source
    pack: str
    scenarios: tuple[Scenario, ...]
    faults: tuple[Fault, ...] = ()

    @property
    def pack_or_path(self) -> str | Path:
        """The pack's id, or the path of its folder when one is written (with a slash)."""
        return self.path.parent / self.pack if "/" in self.pack else self.pack
