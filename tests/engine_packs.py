"""Invented packs that between them use every verb, pool and condition of the vocabulary."""

from __future__ import annotations

from functools import cache

from engine_support import benefit, pack_of, parameter, pool
from mediaid.packs.model import Pack

YEAR = "calendar_year"


@cache
def deductibles() -> Pack:
    """Deductibles by hospital level per visit, per claim and per year; bands; split; lifetime."""
    return pack_of(
        benefit(
            "stay",
            {"setting": "inpatient", "category": ["a", "b"]},
            [
                {"base": {"sum": ["self_paid", "in_scope"], "less": ["gift"]}},
                {"deductible": {"at": "first", "pool": "visit-bills"}},
                {"rate": {"of": "rate"}},
                {"minimum": {"at": "least"}},
                {"cap": {"at": "cap", "pool": "stay-aid"}},
                {"cap": {"name": "claim-cap", "at": "most", "when": {"insurance": "employee"}}},
                {"split": {"of": "payers"}},
            ],
            pools={
                "visit-bills": pool("visit", "lifetime", {"sum": ["self_paid"]}),
                "stay-aid": pool("person", YEAR, "aid"),
            },
            parameters={
                "first": parameter(
                    "yuan",
                    {
                        "a": {"one": "100", "two": "300", "three": "500.01"},
                        "b": {"one": "0", "two": "300", "three": "800"},
                    },
                    ["category", "hospital_level"],
                ),
                "rate": parameter(
                    "percent",
                    {"one": "90%", "two": "66.6667%", "three": "33.3333%"},
                    ["hospital_level"],
                ),
                "least": parameter("yuan", "10"),
                "most": parameter("yuan", "4999.99"),
                "cap": parameter("yuan", {"a": "unlimited", "b": "12000"}, ["category"]),
                "payers": parameter(
                    "shares",
                    {
                        "town": {"city": "1/3", "district": "1/3", "town": "1/3"},
                        "street": {"city": "12.5%", "district": "residual"},
                    },
                    ["area"],
                ),
            },
        ),
        benefit(
            "year",
            {"category": {"in": "circle"}},
            [
                {"base": {"sum": ["self_paid"]}},
                {"deductible": {"at": "first", "pool": "year-bills"}},
                {"bands": {"of": "bands"}},
                {"cap": {"at": "cap", "pool": "life-aid"}},
            ],
            pools={
                "year-bills": pool(
                    "person",
                    YEAR,
                    {"sum": ["self_paid"], "less": ["gift"]},
                    when={"category": {"in": "circle"}},
                ),
                "life-aid": pool("person", "lifetime", "aid"),
            },
            parameters={
                "circle": parameter(
                    "codes",
                    {"inpatient": ["c"], "outpatient": ["a", "c"]},
                    ["setting"],
                    of="category",
                ),
                "first": parameter("yuan", "300"),
                "bands": parameter(
                    "bands",
                    [
                        {"above": "0", "rate": "33.3333%"},
                        {"above": "1000", "rate": "60%"},
                        {"above": "20000", "rate": "0.0001%"},
                    ],
                ),
                "cap": parameter("yuan", "50000"),
            },
        ),
        benefit(
            "relief",
            {"setting": "outpatient"},
            [
                {"base": {"sum": ["self_paid"]}},
                {"deductible": {"at": "first", "pool": "year-bills", "keep": "inside"}},
                {"deductible": {"name": "each", "at": "each"}},
                {"rate": {"of": "rate"}},
            ],
            parameters={
                "first": parameter("yuan", "300"),
                "each": parameter("yuan", "20"),
                "rate": parameter(
                    "percent", {"a": "100%", "b": "50%", "c": "0%", "none": "100%"}, ["category"]
                ),
            },
        ),
    )


@cache
def shared_caps() -> Pack:
    """Two benefits under one cap, a household's cap, bands over running totals."""
    return pack_of(
        benefit(
            "first",
            {"insurance": "resident"},
            [
                {"base": {"sum": ["self_paid"]}},
                {"bands": {"of": "bands", "over": "entered"}},
                {"cap": {"at": "all", "pool": "aid"}},
                {
                    "cap": {
                        "name": "home",
                        "at": "home",
                        "pool": "home-aid",
                        "when": {"category": ["a", "b"]},
                    }
                },
            ],
            pools={"entered": pool("person", YEAR, {"into": "bands"})},
            parameters={
                "bands": parameter(
                    "bands",
                    {
                        "inpatient": [
                            {"above": "0", "rate": "50%"},
                            {"above": "5000", "rate": "70%"},
                        ],
                        "outpatient": [{"above": "0", "rate": "12.5%"}],
                    },
                    ["setting"],
                )
            },
        ),
        benefit(
            "second",
            {"category": ["a", "b", "c"]},
            [
                {"base": {"sum": ["in_scope"], "less_aid": ["first"]}},
                {"bands": {"of": "bands", "over": "bills"}},
                {"cap": {"name": "home", "at": "home", "pool": "home-aid"}},
                {"cap": {"at": "all", "pool": "aid"}},
            ],
            pools={
                "bills": pool(
                    "household",
                    "lifetime",
                    {"sum": ["in_scope"]},
                    when={"setting": "inpatient", "gift": {"at_most": "300"}},
                )
            },
            parameters={
                "bands": parameter(
                    "bands", [{"above": "0", "rate": "33.3333%"}, {"above": "300", "rate": "100%"}]
                )
            },
        ),
        shared={
            "pools": {
                "aid": pool("person", YEAR, "aid"),
                "home-aid": pool("household", YEAR, "aid", counts_unlimited="yes"),
            },
            "parameters": {
                "all": parameter(
                    "yuan",
                    {"a": "2800", "b": "2500", "c": "unlimited", "none": "100"},
                    ["category"],
                ),
                "home": parameter(
                    "yuan", {"a": "4000", "b": "unlimited", "c": "3500"}, ["category"]
                ),
            },
        },
    )


@cache
def top_ups() -> Pack:
    """Second-tier aid per claim and at the close of the year, above a share of the income."""
    left = {"sum": ["self_paid"], "less_aid": ["basic"]}
    return pack_of(
        benefit(
            "basic",
            {"days": {"below": "1000000"}},
            [{"base": {"sum": ["self_paid"]}}, {"rate": {"of": "rate"}}, {"cap": {"at": "cap"}}],
            parameters={"rate": parameter("percent", "70%"), "cap": parameter("yuan", "3000")},
        ),
        benefit(
            "tilt",
            {"category": ["a", "b"]},
            [
                {"top_up": {"after": ["basic"], "above": "above", "pool": "left"}},
                {"rate": {"of": "rate"}},
                {"cap": {"at": "cap", "pool": "tilt-aid"}},
            ],
            pools={
                "left": pool("person", YEAR, left, when={"category": ["a", "b"]}),
                "tilt-aid": pool("household", YEAR, "aid"),
            },
            parameters={
                "above": parameter(
                    "yuan",
                    {
                        "a": {"share": "25%", "of": "income"},
                        "b": {"share": "33.3333%", "of": "income"},
                    },
                    ["category"],
                ),
                "rate": parameter("percent", "66.6667%"),
                "cap": parameter("yuan", "9000"),
            },
        ),
        benefit(
            "grant",
            {"category": "c"},
            [{"fixed": {"of": "amount"}}],
            parameters={"amount": parameter("yuan", "500")},
        ),
        benefit(
            "close",
            {"category": "c", "setting": "outpatient"},
            [
                {
                    "top_up": {
                        "after": ["basic", "grant"],
                        "above": "above",
                        "pool": "all-left",
                        "settle": "close",
                        "counted": "taken",
                    }
                },
                {"rate": {"of": "rate"}},
            ],
            pools={
                "all-left": pool("person", YEAR, {**left, "less_aid": ["basic", "grant"]}),
                "taken": pool("person", YEAR, {"into": "rate"}),
            },
            parameters={
                "above": parameter("yuan", {"share": "10%", "of": "income"}),
                "rate": parameter("percent", "33.3333%"),
            },
        ),
        shared={
            "parameters": {
                "income": parameter(
                    "yuan",
                    None,
                    values=[{"value": "40000", "to": "2023-12-31", "after": "carry_forward"}],
                )
            }
        },
    )


@cache
def amounts_and_times() -> Pack:
    """Fixed amounts, amounts a day, times, ranges, a window before recognition, premiums."""
    return pack_of(
        benefit(
            "funeral",
            {"category": "a"},
            [{"fixed": {"of": "amount"}}, {"times": {"at": "times", "pool": "count"}}],
            pools={"count": pool("household", "lifetime", "claims", when={"category": "a"})},
            parameters={"amount": parameter("yuan", "800"), "times": parameter("count", "2")},
        ),
        benefit(
            "meals",
            {"setting": "inpatient", "days": {"above": "0", "at_most": "30"}},
            [
                {"per_unit": {"of": "amount", "units": "days"}},
                {"minimum": {"at": "least", "when": {"category": ["b", "c"]}}},
                {"cap": {"at": "cap", "pool": "meals-aid"}},
                {"split": {"of": "payers"}},
            ],
            pools={"meals-aid": pool("visit", YEAR, "aid")},
            parameters={
                "amount": parameter(
                    "yuan", {"a": "20.01", "b": "30", "c": "1", "none": "0"}, ["category"]
                ),
                "least": parameter("yuan", "60.03"),
                "cap": parameter("yuan", "600"),
                "payers": parameter("shares", {"city": "2/7", "district": "4/7", "town": "1/7"}),
            },
        ),
        benefit(
            "before",
            {
                "date": {"within": {"months": "12", "before": "recognised_on"}},
                "self_paid": {"at_least": "300", "below": "1000000"},
            },
            [
                {"base": {"sum": ["self_paid"], "less": ["gift"], "less_aid": ["meals"]}},
                {"times": {"at": "times", "pool": "seen"}},
                {"rate": {"of": "rate"}},
            ],
            pools={
                "seen": pool(
                    "person",
                    YEAR,
                    "claims",
                    when={"settled_on": {"within": {"months": "1", "before": "recognised_on"}}},
                )
            },
            parameters={
                "times": parameter("count", {"resident": "1", "employee": "3"}, ["insurance"]),
                "rate": parameter("percent", "55.5555%"),
            },
        ),
        benefit(
            "premium",
            {"premium": {"above": "0"}},
            [
                {"base": {"sum": ["premium"]}},
                {"rate": {"of": "rate"}},
                {"cap": {"at": "cap", "pool": "premium-aid"}},
            ],
            pools={"premium-aid": pool("person", YEAR, "aid")},
            parameters={"rate": parameter("percent", "50%"), "cap": parameter("yuan", "380.01")},
        ),
        dating="settled_on",
    )


@cache
def dated_values() -> Pack:
    """Values that end, follow each other, carry on, or are drafts; a benefit that begins later."""
    return pack_of(
        benefit(
            "aid",
            {"category": {"in": "circle"}},
            [
                {"base": {"sum": ["self_paid"]}},
                {
                    "deductible": {
                        "at": "first",
                        "pool": "bills",
                        "when": {"insurance": {"in": "insured"}},
                    }
                },
                {"rate": {"of": "rate"}},
                {"cap": {"at": "cap", "pool": "used"}},
            ],
            pools={
                "bills": pool(
                    "person", YEAR, {"sum": ["self_paid"]}, when={"category": {"in": "circle"}}
                ),
                "used": pool("household", YEAR, "aid"),
            },
            parameters={
                "circle": parameter(
                    "codes",
                    None,
                    of="category",
                    values=[
                        {"value": ["a"], "to": "2023-06-30"},
                        {"value": ["a", "b"], "from": "2023-07-01"},
                    ],
                ),
                "insured": parameter(
                    "codes",
                    None,
                    of="insurance",
                    values=[{"value": ["resident"], "to": "2023-12-31", "after": "carry_forward"}],
                ),
                "first": parameter(
                    "yuan",
                    None,
                    values=[
                        {"value": "300", "status": "carried"},
                    ],
                ),
                "rate": parameter(
                    "percent",
                    None,
                    ["setting"],
                    values=[
                        {"value": {"inpatient": "90%", "outpatient": "60%"}, "to": "2023-12-31"},
                        {
                            "value": {"inpatient": "85%", "outpatient": "55%"},
                            "from": "2024-01-01",
                            "to": "2024-02-29",
                            "after": "carry_forward",
                        },
                    ],
                ),
                "cap": parameter(
                    "yuan",
                    None,
                    values=[
                        {"value": "2800", "to": "2024-03-31"},
                        {"value": "unlimited", "from": "2024-04-01", "status": "draft"},
                    ],
                ),
            },
        ),
        benefit(
            "later",
            {"setting": "outpatient"},
            [
                {"base": {"sum": ["self_paid"]}},
                {"cap": {"name": "bills-cap", "at": "most", "pool": "bills-aided"}},
                {"deductible": {"at": "first", "pool": "later-bills"}},
                {"rate": {"of": "rate"}},
                {"split": {"of": "payers"}},
            ],
            pools={
                "bills-aided": pool("person", YEAR, {"into": "bills-cap"}),
                "later-bills": pool(
                    "person",
                    "lifetime",
                    {"sum": ["self_paid"]},
                    when={"category": {"in": "circle"}},
                ),
            },
            parameters={
                name: parameter(
                    unit, None, by, of=of, values=[{"value": value, "from": "2023-07-01"}]
                )
                for name, unit, value, by, of in (
                    ("circle", "codes", ["a", "b"], [], "category"),
                    ("most", "yuan", "1000", [], None),
                    ("first", "yuan", "200", [], None),
                    ("rate", "percent", "50%", [], None),
                    (
                        "payers",
                        "shares",
                        {"town": {"city": "50%", "town": "50%"}, "street": {"city": "residual"}},
                        ["area"],
                        None,
                    ),
                )
            },
        ),
    )


@cache
def counted_steps() -> Pack:
    """Pools that count what enters a step, read behind it, by a cap and by another benefit."""
    percent = {"rate": parameter("percent", "50%")}
    return pack_of(
        benefit(
            "one",
            {"category": ["a", "b"]},
            [
                {"base": {"sum": ["premium"]}},
                {"rate": {"of": "rate"}},
            ],
            pools={
                "entered": pool("person", YEAR, {"into": "rate"}),
                "uncapped-here": pool("person", YEAR, "aid"),
            },
            parameters=percent,
        ),
        benefit(
            "two",
            {"setting": "inpatient"},
            [
                {"base": {"sum": ["self_paid"]}},
                {"deductible": {"at": "first", "pool": "entered"}},
                {"rate": {"of": "rate"}},
                {"cap": {"name": "rated-cap", "at": "cap", "pool": "rated"}},
                {"cap": {"at": "cap", "pool": "uncapped-here"}},
            ],
            pools={"rated": pool("person", "lifetime", {"into": "rate"})},
            parameters={
                **percent,
                "first": parameter("yuan", "300"),
                "cap": parameter("yuan", "500"),
            },
        ),
        benefit(
            "three",
            {"setting": "outpatient"},
            [
                {"base": {"sum": ["self_paid"]}},
                {"cap": {"name": "bills-cap", "at": "cap", "pool": "bills"}},
                {"bands": {"of": "bands", "over": "banded"}},
            ],
            pools={
                "bills": pool("household", "lifetime", {"sum": ["self_paid"]}),
                "banded": pool("person", YEAR, {"into": "bands"}),
            },
            parameters={
                "cap": parameter("yuan", "1000"),
                "bands": parameter(
                    "bands", [{"above": "0", "rate": "50%"}, {"above": "300", "rate": "90%"}]
                ),
            },
        ),
    )


INVENTED = (
    deductibles,
    shared_caps,
    top_ups,
    amounts_and_times,
    dated_values,
    counted_steps,
)
