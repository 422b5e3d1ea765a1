"""Outcomes as text: every mismatch with its place, and how the engine came to its result."""

from __future__ import annotations

from textwrap import indent
from typing import TYPE_CHECKING

from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mediaid.scenarios.outcome import Mismatch, Outcome


def failure_text(outcome: Outcome) -> str:
    """Tell all that is wrong with one scenario."""
    scenario = outcome.scenario
    lines = [f"{scenario.where}: {scenario.name}"]
    case = scenario.case
    if case.note:
        lines.append("  " + _("note: {note}").format(note=case.note))
    if case.cite:
        lines.append("  " + _("cite: {cite}").format(cite="; ".join(case.cite)))
    lines += [indent(mismatch_text(mismatch), "  ") for mismatch in outcome.mismatches]
    lines += [indent(text.rstrip(), "    ") for text in outcome.explanations]
    return "\n".join(lines)


def mismatch_text(mismatch: Mismatch) -> str:
    """Tell one mismatch: place, subject, both sides below each other."""
    return "\n".join(
        (
            f"{mismatch.where}: {mismatch.what}",
            "  " + _("expected: {value}").format(value=_below(mismatch.expected)),
            "  " + _("got:      {value}").format(value=_below(mismatch.got)),
        )
    )


def _below(text: str) -> str:
    """Keep the lines of a longer text under its first one."""
    return text.replace("\n", "\n            ")


def summary_text(outcomes: Iterable[Outcome], refused_files: int = 0) -> str:
    """Tell how many scenarios ran, and how many of them failed."""
    results = [outcome.ok for outcome in outcomes]
    text = _("Scenarios: {total}; passed: {passed}; failed: {failed}").format(
        total=len(results), passed=sum(results), failed=len(results) - sum(results)
    )
    if refused_files:
        text += _("; files that could not be read: {count}").format(count=refused_files)
    return text
