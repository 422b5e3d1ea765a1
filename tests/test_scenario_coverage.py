"""The shipped scenarios pin the policy: any figure or condition that is changed makes one fail.

Each change below is the smallest that counts: 1 分 up or down, 0.01% up or down, one setting more
or less, one category more or less. A change that no scenario notices is a gap in the scenarios.
"""

from __future__ import annotations

import itertools
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from mediaid import load_pack
from mediaid.money import format_percent, format_yuan, parse_percent, parse_yuan
from mediaid.packs.hashing import rules_hash
from mediaid.packs.load import changed_model
from mediaid.packs.model import Pack
from mediaid.packs.overlay import Sourced
from mediaid.packs.readings import Change
from mediaid.packs.types import Label
from mediaid.scenarios import runner
from mediaid.scenarios.claims import run_claims
from mediaid.scenarios.model import OneClaim, Scenario, SeveralClaims

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mediaid.scenarios.runner import Prepared

MINHANG = "shanghai-minhang"
CATEGORIES = [
    "special_relief",
    "dibao",
    "orphan",
    "low_income",
    "medical_poverty_1",
    "medical_poverty_2",
    "none",
]


@cache
def minhang() -> Pack:
    return load_pack(MINHANG)


@cache
def prepared() -> tuple[Prepared, ...]:
    return tuple(runner.load(path) for path in runner.find([runner.shipped() / MINHANG]))


@cache
def by_file() -> tuple[tuple[Scenario, ...], ...]:
    """The claims of every file that are settled by the pack as it stands."""
    return tuple(
        tuple(
            s
            for s in its.scenarios
            if isinstance(s.case, OneClaim | SeveralClaims) and not s.case.readings
        )
        for its in prepared()
    )


def changes() -> Iterator[tuple[str, Any]]:
    """Every figure of the benefits, changed by the least that counts."""
    model = minhang().model
    scopes = [("shared", model.pack.shared.parameters)]
    scopes += [(name, benefit.parameters) for name, benefit in model.benefits.items()]
    for scope, parameters in scopes:
        for name, parameter in parameters.items():
            [dated] = parameter.values
            values = dated.value if isinstance(dated.value, dict) else {"": dated.value}
            for code, value in values.items():
                for other in neighbours(name, parameter.unit, value):
                    changed = {**values, code: other} if code else other
                    yield (
                        f"{scope}/parameters/{name}" if scope != "shared" else f"shared/{name}",
                        {"scope": scope, "name": name, "code": code, "value": changed},
                    )


def neighbours(name: str, unit: str, value: Any) -> list[Any]:
    """The least different values of a figure."""
    if unit == "yuan":
        if value == "unlimited":
            return ["1000000000"]
        fen = parse_yuan(value)
        without = ["unlimited"] if "cap" in name else []
        return [format_yuan(fen - 1), format_yuan(fen + 1), *without]
    if unit == "percent":
        step = parse_percent("0.01%")
        rate = parse_percent(value)
        return [format_percent(rate - step)] + ([format_percent(rate + step)] if rate < 1 else [])
    if unit == "count":
        return [str(int(value) - 1), str(int(value) + 1)]
    assert unit == "codes"
    settings = ["inpatient", "outpatient"]
    return [
        choice
        for size in (0, 1, 2)
        for choice in map(list, itertools.combinations(settings, size))
        if choice != list(value)
    ]


def changed_pack(*its: Change) -> Pack:
    """The pack with some changes that are not marked as drafts, so that only amounts tell."""
    pack = minhang()
    by = Label.model_construct(zh="试", en="trial")
    model = changed_model(pack.whole, [Sourced(change, by, "test", draft=False) for change in its])
    return Pack(model, rules_hash(model), pack.base_hash, pack.readings)


def noticed(pack: Pack) -> bool:
    """Whether any scenario fails under a changed pack; files are tried until one does."""
    return any(not outcome.ok for scenarios in by_file() for outcome in run_claims(scenarios, pack))


def figure(scope: str, name: str, value: Any) -> Change:
    """A change of a whole parameter."""
    model = minhang().model
    if scope == "shared":
        return Change(at=f"shared/{name}", value=value)
    raw = (
        model.benefits[scope]
        .parameters[name]
        .model_dump(mode="json", by_alias=True, exclude_none=True)
    )
    raw["values"][0]["value"] = value
    return Change(at=f"{scope}/parameters/{name}", value=raw)


FIGURES = [
    pytest.param(its["scope"], its["name"], its["value"], id=f"{place} {its['code']} {number}")
    for number, (place, its) in enumerate(changes())
]


@pytest.mark.parametrize(("scope", "name", "value"), FIGURES)
def test_every_figure_is_pinned(scope: str, name: str, value: Any) -> None:
    assert noticed(changed_pack(figure(scope, name, value)))


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("outpatient-aid/when/setting", ["inpatient", "outpatient"]),
        ("outpatient-aid/deductible/when/insurance", ["resident", "employee"]),
        ("outpatient-aid/deductible/when/insurance", ["resident", "none"]),
        ("deductible-subsidy/when/category", ["dibao", "low_income"]),
        ("deductible-subsidy/when/setting", ["inpatient", "outpatient"]),
        ("deductible-subsidy/when/insurance", ["resident", "employee"]),
        ("deductible-subsidy/when/insurance", ["resident", "none"]),
        *(
            ("premium-subsidy/when/category", ["dibao", other])
            for other in CATEGORIES
            if other != "dibao"
        ),
        ("premium-subsidy/when/insurance", ["resident", "employee"]),
        ("premium-subsidy/when/insurance", ["resident", "none"]),
        ("medical-aid/pools/medical-aid-used/holder", "household"),
        ("medical-aid/pools/medical-aid-used/period", "lifetime"),
        ("medical-aid/pools/medical-aid-used/period", "claim"),
        ("medical-aid/pools/medical-aid-used/counts_unlimited", "yes"),
        ("outpatient-aid/pools/outpatient-aid-used/period", "lifetime"),
        ("outpatient-aid/pools/outpatient-aid-used/period", "claim"),
        ("deductible-subsidy/pools/deductible-subsidy-used/period", "lifetime"),
        ("premium-subsidy/pools/premium-times/period", "lifetime"),
        ("premium-subsidy/pools/premium-times/period", "claim"),
        ("premium-subsidy/pools/premium-times/when", {}),
        ("shared/pools/outpatient-deductible/period", "lifetime"),
        ("shared/pools/outpatient-deductible/period", "claim"),
        ("shared/pools/outpatient-deductible/when", {"setting": ["outpatient"]}),
        ("shared/pools/outpatient-deductible/when", {"insurance": ["resident"]}),
        (
            "shared/pools/outpatient-deductible/when",
            {
                "setting": ["outpatient"],
                "insurance": ["resident"],
                "category": ["dibao", "low_income"],
            },
        ),
    ],
)
def test_every_condition_and_pool_is_pinned(place: str, value: Any) -> None:
    assert noticed(changed_pack(Change(at=place, value=value)))


@pytest.mark.parametrize(("scope", "name"), [("medical-aid", "rate"), ("shared", "deductible")])
def test_the_trial_itself_notices_nothing_where_nothing_changes(scope: str, name: str) -> None:
    model = minhang().model
    its = model.pack.shared if scope == "shared" else model.benefits[scope]
    assert not noticed(changed_pack(figure(scope, name, its.parameters[name].values[0].value)))


def test_every_reading_has_scenarios_for_default_and_alternatives() -> None:
    chosen = {
        (name, choice.partition(":")[0])
        for its in prepared()
        for scenario in its.scenarios
        for name, choice in scenario.case.readings.items()
    }
    readings = minhang().model.readings
    wanted = {
        (name, choice)
        for name, reading in readings.items()
        for choice in (reading.default.id, *reading.alternatives)
    }
    assert wanted == chosen


def test_every_category_stands_with_every_setting_and_insurance() -> None:
    codes = minhang().codes
    labels = {
        name: {str(label.zh): code for code, label in its.items()} for name, its in codes.items()
    }
    seen = {
        tuple(
            labels[name].get(row.fields.get(name, ""), row.fields.get(name, ""))
            for name in ("category", "setting", "insurance")
        )
        for its in prepared()
        for scenario in its.scenarios
        for row in scenario.rows
        if row.expected is not None
    }
    wanted = set(itertools.product(codes["category"], codes["setting"], codes["insurance"]))
    assert wanted - seen == set()
