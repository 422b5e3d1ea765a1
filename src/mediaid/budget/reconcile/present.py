"""A reconciliation as text for a terminal and as plain data; amounts as text."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from mediaid.budget import provenance
from mediaid.budget.reconcile.findings import KINDS, Finding, Reconciliation
from mediaid.i18n import gettext as _
from mediaid.money import format_yuan, show_yuan
from mediaid.packs.budget.figures import round_half_up
from mediaid.packs.budget.published import AtLeast, Growth, Need, Product, Rule, Share

if TYPE_CHECKING:
    from mediaid.budget.reconcile.compare import Compared
    from mediaid.packs.model import Pack

MORE_PLACES = 4
"""Decimals beyond those printed that a computed ratio is shown with."""


def exact_text(value: Fraction, places: int = 0) -> str:
    """Return a figure with all its decimals, at least `places`; what has no end rounded, with ≈."""
    for digits in range(places, places + 12):
        if (value * 10**digits).denominator == 1:
            return _decimal(value, digits)
    return "≈" + _decimal(round_half_up(value, places + MORE_PLACES), places + MORE_PLACES)


def shown_text(value: Fraction, places: int = 0) -> str:
    """Return a figure as `exact_text` does, with thousands separators."""
    return _grouped(exact_text(value, places))


def _grouped(figure: str) -> str:
    whole, point, rest = figure.partition(".")
    digits = whole.lstrip("≈-")
    return f"{whole[: len(whole) - len(digits)]}{int(digits):,}{point}{rest}"


def _decimal(value: Fraction, places: int) -> str:
    scaled = int(abs(value) * 10**places)
    whole, rest = divmod(scaled, 10**places)
    sign = "-" if value < 0 else ""
    return f"{sign}{whole}.{rest:0{places}d}" if places else f"{sign}{whole}"


def kind_names() -> dict[str, str]:
    """Return each kind of finding in words."""
    return {
        "new": _("new: the pack does not know of it"),
        "gone": _("known to the pack, but not found like that"),
        "unexplained": _("unexplained"),
        "contradiction": _("contradiction"),
        "rounding": _("rounding"),
    }


# ── data ──────────────────────────────────────────────────────────────────────────────────────


def as_data(pack: Pack, result: Reconciliation, every: bool = False) -> dict[str, Any]:
    """Return the findings as plain data; `every`: all comparisons, those that agree too."""
    data = {
        **provenance.as_data(pack),
        "document": str(pack.published.label) if pack.published else "",
        "compared": len(result.compared),
        "agree": result.agree,
        "surprises": len(result.surprises),
        "findings": [_finding_data(finding) for finding in result.findings],
        "in_words": [
            {"fact": name, "text": str(fact.text), "at": fact.cite.at}
            for name, fact in result.in_words
        ],
    }
    if every:
        data["comparisons"] = [_compared_data(its) for its in result.compared]
    return data


def _finding_data(finding: Finding) -> dict[str, Any]:
    known = finding.compared.known
    return {
        "kind": finding.kind,
        **_compared_data(finding.compared),
        "label": str(finding.stated.label),
        "at": finding.stated.at,
        "from": [
            {"figure": its.ref, "label": str(its.label), "value": its.value, "unit": its.unit}
            for its in finding.inputs
        ],
        "size_yuan": None if finding.size is None else _yuan(finding.size),
        "no_whole_headcount": finding.no_headcount,
        "known_difference": known.difference if known else None,
        "note": str(known.note) if known else None,
    }


def _compared_data(compared: Compared) -> dict[str, Any]:
    return {
        "comparison": compared.comparison.id,
        "figure": compared.comparison.stated,
        "verdict": compared.verdict,
        "unit": compared.unit,
        "stated": exact_text(compared.stated, compared.places),
        "computed": exact_text(compared.computed, compared.places),
        "difference": exact_text(compared.difference, compared.places),
    }


def _yuan(fen: Fraction) -> str:
    return format_yuan(int(fen)) if fen.denominator == 1 else exact_text(fen / 100, 2)


# ── text ──────────────────────────────────────────────────────────────────────────────────────


def as_text(pack: Pack, result: Reconciliation, every: bool = False) -> str:
    """Return the findings as text, the worst first; `every`: all comparisons as well."""
    return "\n".join(_lines(pack, result, every))


def _lines(pack: Pack, result: Reconciliation, every: bool) -> Iterator[str]:
    yield provenance.as_line(pack)
    if pack.published:
        yield str(pack.published.label)
    yield _("{compared} comparisons: {agree} agree, {differ} differ").format(
        compared=len(result.compared),
        agree=result.agree,
        differ=len(result.compared) - result.agree,
    )
    names = kind_names()
    for kind in KINDS:
        its = [finding for finding in result.findings if finding.kind == kind]
        if its:
            yield ""
            yield _("{kind}: {count}").format(kind=names[kind], count=len(its))
            for finding in its:
                yield from finding_lines(pack, finding)
    if result.in_words:
        yield ""
        yield _("Contradictions in words: {count}").format(count=len(result.in_words))
        for _name, fact in result.in_words:
            yield f"  {fact.text} [{fact.cite.at}]"
    if every:
        yield ""
        yield _("All comparisons")
        for compared in result.compared:
            yield "  " + _("{id}: {stated} {unit} against {computed}: {verdict}").format(
                id=compared.comparison.id,
                stated=shown_text(compared.stated, compared.places),
                computed=shown_text(compared.computed, compared.places),
                unit=compared.unit,
                verdict=_verdicts()[compared.verdict],
            )


def _verdicts() -> dict[str, str]:
    return {"agrees": _("agrees"), "rounding": _("off by rounding"), "differs": _("differs")}


def finding_lines(pack: Pack, finding: Finding) -> Iterator[str]:
    """Say all there is to say of a finding."""
    compared, stated = finding.compared, finding.stated
    yield f"  {stated.label} [{stated.at}; {compared.comparison.id}]"
    words = _("stated {stated} {unit}, computed {computed} {unit}: {difference} {unit}").format(
        stated=_grouped(stated.value),
        unit=compared.unit,
        computed=shown_text(compared.computed, compared.places),
        difference=shown_text(compared.difference, compared.places),
    )
    in_fen = finding.size is not None and finding.size.denominator == 1
    if finding.size is not None and in_fen and compared.unit != "元":
        words = _("{words} ({size} yuan)").format(words=words, size=show_yuan(int(finding.size)))
    yield f"    {words}"
    yield "    " + _("computed from: {how}").format(how=_how(pack, finding))
    if finding.no_headcount and finding.step:
        yield "    " + _(
            "no whole headcount gives it: what a person adds is a multiple of {step} yuan"
        ).format(step=show_yuan(finding.step))
    known = compared.known
    if known:
        yield f"    {known.note}"
    if known and finding.kind == "gone":
        yield "    " + _("the pack expects a difference of {difference} {unit}").format(
            difference=_grouped(known.difference), unit=compared.unit
        )


def _how(pack: Pack, finding: Finding) -> str:
    relation = finding.compared.comparison.relation
    shown = [f"{its.label} {_grouped(its.value)} {its.unit}" for its in finding.inputs]
    if isinstance(relation, Rule):
        return _("the pack's file, {path}").format(path=relation.path)
    how = {
        Product: _("their product"),
        Share: _("the one as a share of the other"),
        Growth: _("the increase as a share of what was there before"),
        AtLeast: _("not to be below"),
        Need: _("headcounts × the standards of {funding}").format(
            funding=pack.funding[relation.funding].label if isinstance(relation, Need) else ""
        ),
    }.get(type(relation), _("their sum") if len(shown) > 1 else "")
    listed = _("; ").join(shown[:8]) + (
        _(" and {count} more").format(count=len(shown) - 8) if len(shown) > 8 else ""
    )
    return _("{how}: {listed}").format(how=how, listed=listed) if how else listed
