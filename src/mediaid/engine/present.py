"""A claim's result as text for reading and as plain data, in the chosen language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mediaid.i18n import gettext as _
from mediaid.money import format_yuan, show_yuan

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mediaid.engine.explain import BenefitResult, Citation, ClaimResult, Step, WhyNot


def as_text(result: ClaimResult) -> str:
    """Return the result as a person would read it: what is paid, step by step, and what is not."""
    return "\n".join(_lines(result))


def _lines(result: ClaimResult) -> Iterator[str]:
    yield _("{pack} ({id})").format(pack=result.pack_label, id=result.pack)
    yield "  " + _("; ").join(
        _("{name}: {value}").format(name=name, value=value) for name, value in result.facts
    )
    for benefit in result.benefits:
        if benefit.applies:
            yield ""
            yield from _benefit(benefit)
    if not result.benefits:
        yield ""
        yield _("The documents of this pack state no benefit of one person with its figures.")
    refused = [benefit for benefit in result.benefits if not benefit.applies]
    if refused:
        yield ""
        yield _("Why not the others:")
        for benefit in refused:
            yield from _refusal(benefit)
    yield ""
    yield from _totals(result)


def _benefit(benefit: BenefitResult) -> Iterator[str]:
    yield _("{benefit}: {aid} yuan").format(benefit=benefit.label, aid=show_yuan(benefit.aid))
    for step in benefit.steps:
        yield from _step(step)
    for why in benefit.why_not:
        yield "     " + _("Nothing is paid: {words}").format(words=why.words)
    if benefit.cap_left is not None:
        yield "     " + _("Room left under the annual cap: {left} yuan").format(
            left=show_yuan(benefit.cap_left)
        )
    if benefit.payers:
        shares = _("; ").join(
            f"{payer} {show_yuan(share)}" for payer, share in benefit.payers.items()
        )
        yield "     " + _("Paid by: {shares}").format(shares=shares)


def _step(step: Step) -> Iterator[str]:
    yield f"  {step.number}. {step.words}"
    yield f"     {step.formula}"
    yield from _citations(step.citations)


def _citations(citations: Iterable[Citation]) -> Iterator[str]:
    for citation in citations:
        mark = _(" [provisional]") if citation.provisional else ""
        note = _(" ({note})").format(note=citation.note) if citation.note else ""
        yield "     " + _("Basis: {number}, {at}{note}{mark}").format(
            number=citation.number, at=citation.at, note=note, mark=mark
        )


def _refusal(benefit: BenefitResult) -> Iterator[str]:
    words = _("; ").join(why.words for why in benefit.why_not)
    yield "  " + _("{benefit}: {words}").format(benefit=benefit.label, words=words)
    for why in benefit.why_not:
        yield from _citations(why.citations)


def _totals(result: ClaimResult) -> Iterator[str]:
    yield _("Aid in total: {aid} yuan").format(aid=show_yuan(result.aid))
    if result.payable != result.aid or result.overpaid:
        yield _("Already paid at the counter is taken off; still to pay: {payable} yuan").format(
            payable=show_yuan(result.payable)
        )
    if result.overpaid:
        yield _("Overpaid at the counter: {overpaid} yuan").format(
            overpaid=show_yuan(result.overpaid)
        )
    if result.provisional:
        yield _("Provisional, carried beyond the confirmed period or drafts: {names}").format(
            names=result.provisional_words
        )
    if result.aid and not any(benefit.payers for benefit in result.benefits):
        yield _("No split of this aid between payers is documented.")
    readings = _(", ").join(f"{name}={choice}" for name, choice in result.readings.items())
    if readings:
        yield _("Readings: {readings}").format(readings=readings)
    if result.overlay:
        yield _("Overlay: {overlay}").format(overlay=result.overlay)
    yield _("Rules {hash}; mediaid {version}").format(hash=result.pack_hash, version=result.version)


def as_data(result: ClaimResult) -> dict[str, Any]:
    """Return the result as plain data; amounts are texts in 元 such as "7200.00"."""
    return {
        "claim_id": result.claim_id,
        "pack": result.pack,
        "pack_hash": result.pack_hash,
        "version": result.version,
        "readings": dict(result.readings),
        "overlay": result.overlay,
        "aid": format_yuan(result.aid),
        "payable": format_yuan(result.payable),
        "overpaid": format_yuan(result.overpaid),
        "provisional": list(result.provisional),
        "claim": dict(result.facts),
        "benefits": [_benefit_data(benefit) for benefit in result.benefits],
    }


def _benefit_data(benefit: BenefitResult) -> dict[str, Any]:
    data: dict[str, Any] = {
        "benefit": benefit.benefit,
        "label": str(benefit.label),
        "applies": benefit.applies,
    }
    if benefit.applies:
        data |= {
            name: format_yuan(getattr(benefit, name))
            for name in ("base", "deducted", "uncapped", "aid", "payable")
        }
        data |= {
            "rate": benefit.rate,
            "cap_left": None if benefit.cap_left is None else format_yuan(benefit.cap_left),
            "bound_by": benefit.bound_by,
            "payers": {payer: format_yuan(share) for payer, share in benefit.payers.items()},
            "steps": [
                {
                    "number": step.number,
                    "step": step.name,
                    "words": step.words,
                    "formula": step.formula,
                    "binds": step.binds,
                    "citations": _cited(step.citations),
                }
                for step in benefit.steps
            ],
        }
    data["provisional"] = list(benefit.provisional)
    data["why_not"] = [_why_not_data(why) for why in benefit.why_not]
    return data


def _why_not_data(why: WhyNot) -> dict[str, Any]:
    return {"key": why.key, "words": why.words, "citations": _cited(why.citations)}


def _cited(citations: Iterable[Citation]) -> list[dict[str, Any]]:
    return [
        {
            "parameter": c.parameter,
            "label": str(c.label),
            "document": c.number,
            "at": c.at,
            "note": str(c.note) if c.note else None,
            "provisional": c.provisional,
        }
        for c in citations
    ]
