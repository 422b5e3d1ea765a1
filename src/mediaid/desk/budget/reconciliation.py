"""The published budget of a pack against arithmetic, as a list of findings to walk through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mediaid.budget import provenance
from mediaid.budget.reconcile.findings import reconcile
from mediaid.budget.reconcile.present import finding_lines, kind_names, shown_text
from mediaid.desk.packs import pack_of
from mediaid.i18n import gettext as _
from mediaid.money import show_yuan

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mediaid.budget.reconcile.findings import Finding
    from mediaid.packs.model import Pack

MARKS = {"new": "✗", "gone": "✗", "unexplained": "?", "contradiction": "≠", "rounding": "≈"}
"""A sign for each kind of finding, beside its name."""


@dataclass(frozen=True)
class Found:
    """One difference: its kind in words with a sign, the figure, its size, and all there is to say.

    `size` is stated less computed, in 元 with separators, or in the figure's own unit.
    """

    kind: str
    label: str
    size: str
    surprise: bool
    details: tuple[str, ...]


@dataclass(frozen=True)
class Reconciled:
    """Every difference of a pack's published figures, the worst first."""

    title: str
    summary: str
    found: tuple[Found, ...]


def reconciled(pack: str, readings: Mapping[str, str]) -> Reconciled:
    """Reconcile a pack's published budget. Raises MediaidError if it has none."""
    rules = pack_of(pack, readings)
    result = reconcile(rules)
    names = kind_names()
    found = [_found(rules, finding, names) for finding in result.findings]
    found += [
        Found(
            "≠ " + _("contradiction in words"),
            str(fact.text),
            "–",
            False,
            (str(fact.text), str(fact.cite.at)),
        )
        for _name, fact in result.in_words
    ]
    summary = _("{compared} comparisons: {agree} agree, {differ} differ").format(
        compared=len(result.compared),
        agree=result.agree,
        differ=len(result.compared) - result.agree,
    )
    if not result.surprises:
        summary = _("{summary}; the pack knows of all of them").format(summary=summary)
    title = str(rules.published.label) if rules.published else ""
    return Reconciled(_("{title}: {rules}").format(title=title, rules=provenance.as_line(rules)),
                      summary, tuple(found))  # fmt: skip


def _found(pack: Pack, finding: Finding, names: Mapping[str, str]) -> Found:
    compared = finding.compared
    if finding.size is not None and finding.size.denominator == 1:
        size = _("{amount} yuan").format(amount=show_yuan(int(finding.size)))
    else:
        size = f"{shown_text(compared.difference, compared.places)} {compared.unit}"
    lines = [line.strip() for line in finding_lines(pack, finding)]
    return Found(
        f"{MARKS[finding.kind]} {names[finding.kind]}",
        f"{finding.stated.label} ({compared.comparison.id})",
        size,
        finding.kind in ("new", "gone"),
        tuple(lines),
    )
