"""Explanations of claims to which a benefit does not apply."""

from __future__ import annotations

from engine_support import benefit, pack_of, parameter
from mediaid import settle_claim

CLAIM = {
    "category": "c",
    "setting": "inpatient",
    "insurance": "resident",
    "self_paid": "100.00",
}


def test_a_benefit_that_begins_later_has_no_value_to_cite_yet() -> None:
    steps = [{"base": {"sum": ["self_paid"]}}, {"rate": {"of": "rate"}}]
    later = [{"value": ["a"], "from": "2024-01-01"}]
    pack = pack_of(
        benefit("first", {"setting": "inpatient"}, steps, parameters={"rate": _rate("2023-01-01")}),
        benefit(
            "second",
            {"category": {"in": "circle"}},
            steps,
            parameters={
                "rate": _rate("2024-01-01"),
                "circle": parameter("codes", None, of="category", values=later),
            },
        ),
    )
    before = settle_claim({**CLAIM, "date": "2023-05-01"}, pack).benefits[1]
    after = settle_claim({**CLAIM, "date": "2024-05-01"}, pack).benefits[1]
    assert [why.key for why in before.why_not] == ["date"]
    assert [(why.key, len(why.citations)) for why in after.why_not] == [("category", 1)]


def _rate(begins: str) -> dict[str, object]:
    return parameter("percent", None, values=[{"value": "50%", "from": begins}])
