"""Bridges as text for a terminal and as plain data; amounts as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from mediaid.aligned import aligned
from mediaid.budget import provenance
from mediaid.budget.forecast.present import beware
from mediaid.faults import visible_line
from mediaid.i18n import gettext as _
from mediaid.money import format_yuan, show_yuan
from mediaid.packs.show.names import figure_words

if TYPE_CHECKING:
    from mediaid.budget.bridge.bridge import LineBridge
    from mediaid.budget.forecast.forecast import Path
    from mediaid.packs.model import Pack


def step_names(year: int) -> dict[str, str]:
    """Return each step in words; `year` is the year that the bridge leads to."""
    last = year - 1
    return {
        "last-budget": _("budget of {year}").format(year=last),
        "spent": _("spent in {year}").format(year=last),
        "spent-less-budget": _("spent less budget"),
        "last-need": _("need of {year} by headcount").format(year=last),
        "headcount": _("headcounts"),
        "standard": _("standard per head"),
        "need": _("need of {year} by headcount, all payers").format(year=year),
        "work-funds": _("work funds of {year}").format(year=year),
        "last-aid": _("aid of {year}").format(year=last),
        "policy": _("policy"),
        "claims": _("persons and claims"),
        "prices": _("growth of prices"),
        "persons": _("growth of persons"),
        "forecast": _("aid of {year}, central forecast").format(year=year),
        "budget": _("budget of {year}").format(year=year),
        "unexplained": _("unexplained"),
    }


def lacking() -> dict[str, str]:
    """Say, for a figure that nobody states, how to give it."""
    return {
        "last-budget": _("not stated: give it with --last FILE"),
        "spent": _("not stated: give it with --last FILE"),
        "last-need": _("not stated: give last year's headcounts with --last FILE"),
        "forecast": _("no claims: give claims files and --cut-off"),
        "budget": _("no document of this year"),
    }


def as_data(
    pack: Pack, year: int, found: Sequence[LineBridge], path: Path | None = None
) -> dict[str, Any]:
    """Return bridges as plain data. Amounts are 元 as text.

    `path`: the forecast that the line of the assistance leads to.
    """
    names, lacks = step_names(year), lacking()
    return {
        **provenance.as_data(pack),
        "year": year,
        "provisional": list(path.provisional) if path else [],
        "warnings": list(path.warnings) if path else [],
        "lines": [
            {
                "line": its.line,
                "code": its.code or None,
                "label": its.label,
                "note": its.note or None,
                "unexplained": format_yuan(its.unexplained),
                "steps": [
                    {
                        "step": step.name,
                        "kind": step.kind,
                        "label": names[step.name],
                        "yuan": None if step.fen is None else format_yuan(step.fen),
                        "source": step.source or (lacks[step.name] if step.fen is None else ""),
                    }
                    for step in its.steps
                ],
            }
            for its in found
        ],
    }


def as_text(pack: Pack, year: int, found: Sequence[LineBridge], path: Path | None = None) -> str:
    """Return bridges as tables, one a line of the budget."""
    said = beware(path.warnings, figure_words(pack, path.provisional)) if path else ()
    return "\n".join([provenance.as_line(pack), *said, *_lines(year, found)])


def _lines(year: int, found: Sequence[LineBridge]) -> Iterator[str]:
    names, lacks = step_names(year), lacking()
    for its in found:
        yield ""
        yield f"{its.code} {its.label}".strip()
        rows = [[_("step"), _("yuan"), _("source")]]
        for step in its.steps:
            moved = step.kind in ("change", "unexplained")
            name = ("  " if moved else "") + names[step.name]
            if step.fen is None:
                amount, source = "–", step.source or lacks[step.name]
            else:
                amount = ("+" if moved and step.fen > 0 else "") + show_yuan(step.fen)
                source = step.source
            rows.append([name, amount, visible_line(source)])
        yield from (f"  {line}" for line in _columns(rows))
        if its.note:
            yield "  " + its.note


def _columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Name and amount aligned; the source behind them."""
    fronts = aligned([row[:2] for row in rows], left=1)
    return [f"{front}  {row[2]}".rstrip() for front, row in zip(fronts, rows, strict=True)]
