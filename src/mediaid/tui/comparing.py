"""Two policies side by side, as plain lines; below each other where the screen is narrow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediaid.i18n import gettext as _
from mediaid.money import show_yuan
from mediaid.tui.lines import Line, explanation_lines, spread
from mediaid.tui.tables import fit
from mediaid.tui.text import harmless
from mediaid.tui.wrap import wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mediaid.desk.packs import Difference
    from mediaid.desk.trial import Tried

WIDE = 100
"""Cells from which on two policies stand side by side."""
_BETWEEN = " │ "
_FIGURES = 16
OLD, NEW = "−", "+"
"""The marks of what A alone and B alone says: told apart by sign, not by colour."""


def difference_lines(
    one: str, other: str, found: Sequence[Difference], width: int
) -> Iterator[Line]:
    """What differs, under its headings; `one` and `other` name the two policies."""
    yield from _pair(f"A  {one}", f"B  {other}", "title", width)
    yield Line("")
    if not found:
        yield Line(_("no differences"), 0, "good")
        return
    yield Line(_("{number} differences").format(number=len(found)), 0, "faint")
    above: tuple[str, ...] = ()
    for its in found:
        if its.path[:1] != above[:1]:
            yield Line("")
        for depth, heading in enumerate(its.path):
            if its.path[: depth + 1] != above[: depth + 1]:
                yield Line(heading, depth, "strong" if not depth else "plain")
        old = f"{OLD} {its.old}" if its.old is not None else ""
        new = f"{NEW} {its.new}" if its.new is not None else ""
        yield from _pair(old, new, "warn", width, len(its.path))
        above = (*its.path, its.new or its.old or "")


def _pair(left: str, right: str, look: str, width: int, depth: int = 0) -> Iterator[Line]:
    """Put two texts side by side, each wrapped in its half, or below each other."""
    left, right = harmless(left), harmless(right)
    if width < WIDE:
        for text in (left, right):
            if text:
                yield Line(text, depth, look)
        return
    half = (width - len(_BETWEEN)) // 2
    indent = " " * min(2 * depth, half // 3)
    rows = [wrapped(text, half - len(indent)) for text in (left, right)]
    for at in range(max(map(len, rows))):
        one, other = (indent + parts[at] if at < len(parts) else "" for parts in rows)
        yield Line(fit(one, half) + _BETWEEN + other, 0, look)


def trial_lines(tried: Sequence[Tried], width: int) -> Iterator[Line]:
    """What a bill comes to under one policy or two."""
    yield Line(_("The bill tried, alone and with all caps unused"), 0, "title")
    for name, its in zip("AB", tried, strict=False):
        yield Line(
            _("{name}  {title}, on {day}").format(name=name, title=its.title, day=its.day),
            0,
            "plain",
        )
        for text in its.wrong:
            yield Line("▲ " + text, 1, "bad")
    sums = [(its.aids, its.total) for its in tried if not its.wrong]
    if len(sums) == len(tried):
        yield Line("")
        yield from _amounts(tried, min(width, WIDE))


def trial_reasons(tried: Sequence[Tried]) -> Iterator[Line]:
    """Why a bill comes to what it does, under each policy."""
    for name, its in zip("AB", tried, strict=False):
        if its.wrong:
            continue
        yield Line("")
        yield Line(_("Why under {name}").format(name=name), 0, "title")
        for line in explanation_lines(its):
            yield Line(line.text, line.indent + 1, line.look)


def _amounts(tried: Sequence[Tried], width: int) -> Iterator[Line]:
    heads = [*"AB"[: len(tried)], *([_("B less A")] if len(tried) == 2 else [])]
    figures = "".join(fit(head, _FIGURES, right=True) for head in heads)
    yield Line(spread(_("Aid, yuan"), figures, width), 0, "faint")
    names = list(dict.fromkeys(name for its in tried for name in its.aids))
    for name in names:
        amounts = [its.aids.get(name) for its in tried]
        if any(amounts):
            mark = _(" [provisional]") if any(name in its.provisional for its in tried) else ""
            yield _row(name + mark, amounts, width, "plain")
    yield _row(_("in total"), [its.total for its in tried], width, "strong")


def _row(name: str, amounts: Sequence[int | None], width: int, look: str) -> Line:
    texts = ["—" if fen is None else show_yuan(fen) for fen in amounts]
    if len(amounts) == 2:
        change = (amounts[1] or 0) - (amounts[0] or 0)
        texts.append(("+" if change > 0 else "") + show_yuan(change) if change else "=")
    figures = "".join(fit(text, _FIGURES, right=True) for text in texts)
    return Line(spread(harmless(name), figures, width), 0, look)
