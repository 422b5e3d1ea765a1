"""The rules of one benefit: parameters with dated values, conditions, pools and steps.

This is the closed vocabulary of docs/rule-packs.md. Values stay as written until
`packs.schema.values` parses them by their unit.
"""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from mediaid.packs.schema.types import After, Cite, Day, Id, Label, Status, Strict, Whole

Unit = Literal["yuan", "percent", "count", "codes", "bands", "shares"]
Holder = Literal["person", "household", "visit"]
Period = Literal["calendar_year", "lifetime", "claim"]


class Dated(Strict):
    """One value and the days it holds. After `to` it stops, or carries on as provisional."""

    from_: Day = Field(alias="from")
    to: Day | None = None
    after: After = "stop"
    status: Status = "confirmed"
    cite: Cite
    value: Any


class Parameter(Strict):
    """A figure of the policy: one value, or one per code of the fields in `by`."""

    label: Label
    unit: Unit
    of: str | None = None
    by: list[str] = []
    values: Annotated[list[Dated], Field(min_length=1)]


class Window(Strict):
    """Days of the `months` before another date field; that day itself is outside."""

    months: Whole
    before: str


def _as_test(value: Any) -> Any:
    if isinstance(value, str):
        return {"one_of": [value]}
    return {"one_of": value} if isinstance(value, list) else value


class Test(Strict):
    """What a claim field must be: one of some codes, in a range, or within a window."""

    one_of: list[str] | None = None
    in_: str | None = Field(default=None, alias="in")
    at_least: str | None = None
    above: str | None = None
    at_most: str | None = None
    below: str | None = None
    within: Window | None = None


When = dict[str, Annotated[Test, BeforeValidator(_as_test)]]
"""Claim field → test; all must hold."""


class Amounts(Strict):
    """Claim fields added up, less other fields and less earlier benefits' aid."""

    sum: Annotated[list[str], Field(min_length=1)]
    less: list[str] = []
    less_aid: list[Id] = []


class Into(Strict):
    """Count what enters the named step of the benefit."""

    into: Id


class Pool(Strict):
    """What has been counted so far for a holder in a period."""

    label: Label
    holder: Holder
    period: Period
    counts: Literal["aid", "claims"] | Amounts | Into
    when: When = {}
    counts_unlimited: Literal["yes", "no"] = "no"


class _Step(Strict):
    name: Id | None = None
    when: When = {}


class Base(_Step):
    """The amount aid is reckoned from."""

    verb: Literal["base"]
    sum: Annotated[list[str], Field(min_length=1)]
    less: list[str] = []
    less_aid: list[Id] = []


class TopUp(_Step):
    """Second-tier aid: what earlier benefits left, as far as it lies above a threshold."""

    verb: Literal["top_up"]
    sum: Annotated[list[str], Field(min_length=1)] = ["self_paid"]
    after: Annotated[list[Id], Field(min_length=1)]
    above: Id
    pool: Id
    settle: Literal["claim", "close"] = "claim"
    counted: Id | None = None


class Fixed(_Step):
    """A fixed amount for each claim."""

    verb: Literal["fixed"]
    of: Id


class PerUnit(_Step):
    """An amount for each unit (a day, a visit) that the claim counts."""

    verb: Literal["per_unit"]
    of: Id
    units: str


class Times(_Step):
    """Aid for at most so many claims of a period."""

    verb: Literal["times"]
    at: Id
    pool: Id


class Deductible(_Step):
    """Keep what lies outside (or only what lies inside) the first amount of a pool or claim."""

    verb: Literal["deductible"]
    at: Id
    pool: Id | None = None
    keep: Literal["outside", "inside"] = "outside"


class Rate(_Step):
    """Multiply by a rate; rounded half-up to the 分."""

    verb: Literal["rate"]
    of: Id


class Bands(_Step):
    """Rates in bands over this claim's amount, or over a running total; rounded once."""

    verb: Literal["bands"]
    of: Id
    over: Id = "claim"


class Minimum(_Step):
    """Nothing is paid below this amount."""

    verb: Literal["minimum"]
    at: Id


class Cap(_Step):
    """At most this much: for the claim, or with what the pool has counted."""

    verb: Literal["cap"]
    at: Id
    pool: Id | None = None


class Split(_Step):
    """Which level of government pays which share of the aid."""

    verb: Literal["split"]
    of: Id


Step = Base | TopUp | Fixed | PerUnit | Times | Deductible | Rate | Bands | Minimum | Cap | Split
VERBS: dict[str, type[_Step]] = {
    kind.model_fields["verb"].annotation.__args__[0]: kind for kind in Step.__args__
}


def _as_step(value: Any) -> Any:
    """`cap: {at: …}` is how a step is written; `{verb: cap, at: …}` is how it is held."""
    if isinstance(value, dict) and "verb" not in value and len(value) == 1:
        [(verb, arguments)] = value.items()
        if isinstance(arguments, dict):
            return {"verb": verb, **arguments}
        return {"verb": verb}
    return value


AnyStep = Annotated[Annotated[Step, Field(discriminator="verb")], BeforeValidator(_as_step)]


def step_name(step: Step) -> str:
    """Return a step's name: its own, else its verb."""
    return step.name or step.verb


class Benefit(Strict):
    """One benefit: who, for what, and the steps from the bill to the aid."""

    benefit: Id
    label: Label
    when: When
    pools: dict[Id, Pool] = {}
    parameters: dict[Id, Parameter] = {}
    steps: Annotated[list[AnyStep], Field(min_length=1)]


class Shared(Strict):
    """Pools and parameters that several benefits use."""

    pools: dict[Id, Pool] = {}
    parameters: dict[Id, Parameter] = {}
