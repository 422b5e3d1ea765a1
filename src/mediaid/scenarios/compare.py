"""What a claim was settled to, against what a scenario expects of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediaid.i18n import gettext as _
from mediaid.money import format_yuan
from mediaid.scenarios.model import UNLIMITED
from mediaid.scenarios.outcome import Mismatch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mediaid.engine.explain import BenefitResult, ClaimResult
    from mediaid.scenarios.model import Expectation, Row, Scenario

NONE = "none"
"""How a scenario writes "no cap bound it", "no annual cap", and how a report shows nothing."""

NO_LINE: Mapping[str, str] = {
    "aid": "0.00",
    "payable": "0.00",
    "overpaid": "0.00",
    "cap_left": NONE,
    "bound_by": NONE,
}
"""A benefit that does not apply: it pays nothing, and no other figure of it exists."""

AMOUNTS = ("base", "deducted", "uncapped", "aid", "payable", "overpaid")


def compare(
    scenario: Scenario, row: Row, records: Mapping[str, Mapping[str, str]], result: ClaimResult
) -> Iterator[Mismatch]:
    """Compare one claim's result with every expectation; nothing where none is written.

    `records` are the result's lines as text, by benefit; `result` explains the claim.
    """
    if row.expected is None:
        return
    explained = {its.benefit: its for its in result.benefits}
    for benefit, expected in row.expected.items():
        record = records.get(benefit, NO_LINE)
        place = (*row.expected_at, benefit)
        for key, wanted, got in _figures(expected, record, explained[benefit]):
            if wanted != got:
                yield Mismatch(
                    scenario.source.where((*place, key)),
                    f"{row.claim_id} {benefit} {key}",
                    wanted,
                    got,
                )
    for benefit, record in records.items():
        if benefit and benefit not in row.expected and record["aid"] != "0.00":
            yield Mismatch(
                scenario.source.where(row.expected_at),
                f"{row.claim_id} {benefit} aid",
                _("not named, so nothing"),
                record["aid"],
            )


def _figures(
    expected: Expectation, record: Mapping[str, str], explained: BenefitResult
) -> Iterator[tuple[str, str, str]]:
    """Yield (key, expected, got) as text for everything the expectation says."""
    for key in AMOUNTS:
        fen = getattr(expected, key)
        if fen is not None:
            yield key, format_yuan(fen), record.get(key, NONE)
    if expected.rate is not None:
        yield "rate", expected.rate, record.get("rate") or NONE
    if expected.cap_left is not None:
        wanted = NONE if expected.cap_left == UNLIMITED else format_yuan(expected.cap_left)
        yield "cap_left", wanted, record.get("cap_left") or NONE
    if expected.bound_by is not None:
        yield "bound_by", expected.bound_by, record.get("bound_by") or NONE
    if expected.provisional is not None:
        yield (
            "provisional",
            _listed(expected.provisional),
            _listed(name for name in record.get("provisional", "").split(";") if name),
        )
    for payer, fen in (expected.payers or {}).items():
        yield (
            "payers",
            f"{payer} {format_yuan(fen)}",
            f"{payer} " + record.get(f"payer_{payer}", NONE),
        )
    if expected.why_not is not None:
        yield "why_not", expected.why_not, explained.why_not[0].key if explained.why_not else NONE
    cited = _cited(explained)
    for number in expected.cite or ():
        yield "cite", number, number if number in cited else _listed(cited)


def _cited(explained: BenefitResult) -> set[str]:
    """Return the numbers of the documents behind a benefit's figures, or its refusal."""
    steps = {cite.number for step in explained.steps for cite in step.citations}
    return steps | {cite.number for why in explained.why_not for cite in why.citations}


def _listed(names: Iterable[str]) -> str:
    """Names in one text, in an order of their own: which values are provisional is a set."""
    return "; ".join(sorted(names)) or NONE
