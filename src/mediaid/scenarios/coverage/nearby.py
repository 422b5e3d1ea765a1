"""Values a little different from a value, as a pack writes them: what a slip of the pen makes."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from mediaid.money import format_percent, format_yuan, parse_percent, parse_yuan
from mediaid.packs.schema.values import RESIDUAL, UNLIMITED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mediaid.faults import Location

Changed = tuple["Location", Any]
"""A place below the value, and what comes there."""

HUNDREDTH = Fraction(1, 10_000)
"""One hundredth of a percent."""

A_LIMIT = "1000000.00"
"""元: what stands for a limit where there is none."""


def nearby(unit: str, value: Any, codes: Iterable[str] = ()) -> Iterator[Changed]:
    """Yield small changes of one value of a parameter.

    `codes`: those a list of codes chooses from.
    """
    if unit == "codes":
        yield from (((), its) for its in _lists(value, list(codes)))
        return
    yield from _BY_UNIT[unit](value)


def amounts(text: str) -> Iterator[str]:
    """Yield an amount one 分 lower and higher."""
    fen = parse_yuan(text)
    yield from (format_yuan(near) for near in (fen - 1, fen + 1) if near >= 0)


def _amounts(value: Any) -> Iterator[Changed]:
    if value == UNLIMITED:
        yield (), A_LIMIT
    elif isinstance(value, dict):
        yield from ((("share", *at), its) for at, its in _rates(value["share"]))
    else:
        yield from (((), its) for its in amounts(value))


def _rates(value: str) -> Iterator[Changed]:
    rate = parse_percent(value)
    near = (rate - HUNDREDTH, rate + HUNDREDTH)
    yield from (((), format_percent(its)) for its in near if 0 <= its <= 1)


def _counts(value: str) -> Iterator[Changed]:
    yield from (((), str(its)) for its in (int(value) - 1, int(value) + 1) if its >= 0)


def _bands(value: list[dict[str, str]]) -> Iterator[Changed]:
    for i, band in enumerate(value):
        yield from (((i, "rate"), its) for _at, its in _rates(band["rate"]))
        if i:
            yield from (((i, "above"), its) for its in amounts(band["above"]))


def _shares(value: dict[str, str]) -> Iterator[Changed]:
    """One hundredth of a percent more for one payer, less for the next."""
    if RESIDUAL in value.values():
        for payer, share in value.items():
            if share != RESIDUAL:
                yield (payer,), _share(share, HUNDREDTH)
        return
    for one, two in pairwise(value):
        yield (
            (),
            {**value, one: _share(value[one], HUNDREDTH), two: _share(value[two], -HUNDREDTH)},
        )


def _share(text: str, more: Fraction) -> str:
    top, slash, bottom = text.partition("/")
    share = Fraction(int(top), int(bottom)) if slash else parse_percent(text)
    changed = share + more
    return f"{changed.numerator}/{changed.denominator}"


def _lists(value: list[str], codes: list[str]) -> Iterator[list[str]]:
    for code in value:
        yield [other for other in value if other != code]
    for code in codes:
        if code not in value:
            yield [*value, code]


_BY_UNIT: dict[str, Callable[[Any], Iterator[Changed]]] = {
    "yuan": _amounts,
    "percent": _rates,
    "count": _counts,
    "bands": _bands,
    "shares": _shares,
}
