"""Pictures of a report as SVG text: bars, a histogram, a bridge. Floats are pixels, never money."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from mediaid.budget.bridge.present import step_names
from mediaid.budget.cash.calendar import IN, labels
from mediaid.budget.forecast.present import driver_names
from mediaid.faults import visible_line
from mediaid.i18n import gettext as _
from mediaid.money import show_yuan

if TYPE_CHECKING:
    from mediaid.budget.bridge.bridge import LineBridge
    from mediaid.budget.cash.calendar import Pot
    from mediaid.budget.forecast.forecast import Forecast
    from mediaid.budget.funding.years import FundingTable

COLOURS = ("#1f5f8b", "#d9822b", "#4a8f5c", "#8b5fa8", "#b23b3b", "#6b7280")
UP, DOWN, UNKNOWN, LEVEL = "#4a8f5c", "#b23b3b", "#c9b458", "#1f5f8b"
WIDTH, LABEL, LINE = 960, 300, 26
MOST_PLACES = 20
LONGEST = 42
"""Width of a label: a Chinese character is two wide, as on a terminal."""
BINS = 48


def payers(table: FundingTable) -> str:
    """Stacked bars: what each place costs, by payer; the largest places, the others together."""
    names = labels(table)
    places = sorted(table.headcounts, key=lambda place: -table.total(place=place))
    rows = [
        (place.name, [table.total(payer, place=place) for payer in names])
        for place in places[:MOST_PLACES]
    ]
    if len(places) > MOST_PLACES:
        rest = [
            sum(table.total(payer, place=place) for place in places[MOST_PLACES:])
            for payer in names
        ]
        rows.append((_("{count} more").format(count=len(places) - MOST_PLACES), rest))
    title = _("{label}: by place and payer, yuan").format(label=table.funding.label)
    return _stacked(title, [str(name) for name in names.values()], rows)


def cash(pot: Pot) -> str:
    """Stacked bars by month: what comes in, by payer. "" for a pot without payers."""
    if pot.table is None:
        return ""
    names = labels(pot.table)
    rows = []
    for month in range(13):
        name = _("before the year") if month == 0 else _("month {number}").format(number=month)
        rows.append((name, [pot.total(*IN, payer=payer, month=month) for payer in names]))
    title = _("{label}: comes in, by month and payer, yuan").format(label=pot.label)
    return _stacked(title, [str(name) for name in names.values()], rows)


def simulated(found: Forecast) -> str:
    """How often simulated years come to what, with the quantiles. "" without simulated years."""
    years = found.simulated
    if len(years) < 2 or int(years.min()) == int(years.max()):
        return ""
    counts, edges = np.histogram(years, bins=BINS)
    low, high, top = float(edges[0]), float(edges[-1]), 250.0
    scale = (WIDTH - 80) / (high - low)
    parts = []
    for many, start, end in zip(counts.tolist(), edges[:-1], edges[1:], strict=True):
        height = top * many / max(counts.tolist())
        parts.append(
            _rect(
                40 + (start - low) * scale, 60 + top - height, (end - start) * scale - 1, height,
                "#9db8cc",
            )
        )  # fmt: skip
    marks = [(f"P{q}", fen) for q, fen in found.quantiles.items()]
    marks.append((_("central"), found.central.total))
    lines, words = [], []
    for at, (name, fen) in enumerate(sorted(marks, key=lambda mark: mark[1])):
        x = 40 + (min(max(float(fen), low), high) - low) * scale
        y = 332 + 18 * at
        colour = UNKNOWN if name == _("central") else LEVEL
        lines.append(
            f'<line x1="{x:.1f}" y1="56" x2="{x:.1f}" y2="{y - 12}" stroke="{colour}" '
            f'stroke-width="2"/>'
        )
        anchor = "end" if x > WIDTH / 2 else "start"
        shift = -5 if anchor == "end" else 5
        words.append(_words(x + shift, y, f"{name} {show_yuan(fen)}", anchor, halo=True))
    parts += [*lines, *words]
    parts.append(f'<line x1="40" y1="{60 + top}" x2="{WIDTH - 40}" y2="{60 + top}" stroke="#333"/>')
    title = _("Aid of {year}: {count} simulated years, yuan").format(
        year=found.terms.year, count=f"{len(years):,}"
    )
    return _svg(title, 344 + 18 * len(marks), parts)


def drivers(found: Forecast) -> Iterator[str]:
    """Bars to the left or right: what each driver moves the central figure by."""
    if not found.drivers:
        return
    base = found.drivers[0].total
    names = driver_names()
    moved = [(names[d.name], d.total - base) for d in found.drivers[1:]]
    yield _signed(_("What moves the forecast: difference, yuan"), moved)


def _signed(title: str, rows: Sequence[tuple[str, int]]) -> str:
    most = max((abs(fen) for _name, fen in rows), default=0) or 1
    middle, half = LABEL + (WIDTH - LABEL) / 2, (WIDTH - LABEL) / 2 - 130
    parts = []
    for at, (name, fen) in enumerate(rows):
        y = 56 + at * LINE
        width = half * abs(fen) / most
        parts.append(_words(LABEL - 10, y + 15, name, "end"))
        left = middle if fen >= 0 else middle - width
        parts.append(_rect(left, y, width, LINE - 8, UP if fen >= 0 else DOWN))
        end, anchor = (left + width + 6, "start") if fen >= 0 else (left - 6, "end")
        parts.append(_words(end, y + 15, _signed_yuan(fen), anchor))
    bottom = 56 + len(rows) * LINE
    parts.append(f'<line x1="{middle}" y1="50" x2="{middle}" y2="{bottom}" stroke="#333"/>')
    return _svg(title, bottom + 12, parts)


def bridge(found: LineBridge, year: int) -> str:
    """Levels as bars, the changes between them as floating bars. "" where nothing moves."""
    known = [step for step in found.steps if step.fen is not None]
    if len(known) < 2:
        return ""
    names = step_names(year)
    spans: list[tuple[str, int, int, str, str]] = []
    reached = 0
    for step in known:
        fen = step.fen or 0
        if step.kind == "level":
            spans.append((names[step.name], 0, fen, LEVEL, show_yuan(fen)))
            reached = fen
        else:
            colour = UNKNOWN if step.kind == "unexplained" else UP if fen >= 0 else DOWN
            ends = sorted((reached, reached + fen))
            spans.append((names[step.name], *ends, colour, _signed_yuan(fen)))  # type: ignore[arg-type]
            reached += fen
    low = min(0, *(start for _n, start, _e, _c, _t in spans))
    most = max(end for _n, _s, end, _c, _t in spans) - low or 1
    scale = (WIDTH - LABEL - 150) / most
    parts = []
    for at, (name, start, end, colour, text) in enumerate(spans):
        y = 56 + at * LINE
        x, width = LABEL + (start - low) * scale, max((end - start) * scale, 1.0)
        parts.append(_words(LABEL - 10, y + 15, name, "end"))
        parts.append(_rect(x, y, width, LINE - 8, colour))
        parts.append(_words(x + width + 6, y + 15, text, "start"))
    label = f"{found.code} {found.label}".strip()
    return _svg(_("{label}: bridge, yuan").format(label=label), 66 + len(spans) * LINE, parts)


def _stacked(title: str, names: Sequence[str], rows: Sequence[tuple[str, Sequence[int]]]) -> str:
    most = max((sum(amounts) for _name, amounts in rows), default=0) or 1
    scale = (WIDTH - LABEL - 150) / most
    parts = []
    x = float(LABEL)
    for at, name in enumerate(names):
        parts.append(_rect(x, 42, 12, 12, COLOURS[at % len(COLOURS)]))
        parts.append(_words(x + 17, 53, name, "start"))
        x += 34 + 13 * sum(2 if ord(c) > 255 else 1 for c in name) / 2 + 8
    for at, (name, amounts) in enumerate(rows):
        y = 66 + at * LINE
        parts.append(_words(LABEL - 10, y + 15, name, "end"))
        x = float(LABEL)
        for part, fen in enumerate(amounts):
            parts.append(_rect(x, y, fen * scale, LINE - 8, COLOURS[part % len(COLOURS)]))
            x += fen * scale
        parts.append(_words(x + 6, y + 15, show_yuan(sum(amounts)), "start"))
    return _svg(title, 76 + len(rows) * LINE, parts)


def _signed_yuan(fen: int) -> str:
    """A change in 元 with its sign."""
    return ("+" if fen > 0 else "") + show_yuan(fen)


def _rect(x: float, y: float, width: float, height: float, colour: str) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{max(height, 0):.1f}" '
        f'fill="{colour}"/>'
    )


def _words(x: float, y: float, text: str, anchor: str, halo: bool = False) -> str:
    shown = _fitting(visible_line(text))
    kind = ' class="halo"' if halo else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{kind}>{escape(shown)}</text>'


def _fitting(text: str) -> str:
    """The text, or as much of its beginning as a label has room for."""
    widths = [2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text]
    if sum(widths) <= LONGEST:
        return text
    kept = next(i for i in range(len(text)) if sum(widths[: i + 1]) > LONGEST - 2)
    return text[:kept] + "…"


def _svg(title: str, height: float, parts: Sequence[str]) -> str:
    name = escape(visible_line(title))
    return (
        f'<svg viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{name}">'
        f'<text x="0" y="22" class="title">{name}</text>{"".join(parts)}</svg>'
    )
