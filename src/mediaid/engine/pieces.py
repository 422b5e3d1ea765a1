"""Settle a large table in pieces, on both cores.

A group's claims stay together, so the pieces know nothing of each other and their lines are those
of one settlement. numpy works outside Python's lock: threads are enough.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from mediaid.engine.lines import NO_BENEFIT, Lines
from mediaid.engine.order import groups
from mediaid.engine.settle import settle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from mediaid.claims.table import Claims
    from mediaid.packs.model import Pack

    Ints = NDArray[np.int64]

T = TypeVar("T")

PIECE = 1 << 18
"""Claims in a piece: more of them cost more in Python than the cache gives back."""
WORKERS = 2

_AMOUNTS = ("base", "deducted", "uncapped", "aid", "cap_left")
_CODED = ("rate", "bound_by", "provisional")


def settle_in_pieces(claims: Claims, pack: Pack, piece: int = PIECE) -> Lines:
    """Return the lines that `settle` gives, in the same order.

    Raises ClaimError as `settle` does.
    """
    if claims.n <= piece:
        return settle(claims, pack).lines
    rows = _pieces(claims, pack, -(-claims.n // piece))
    with ThreadPoolExecutor(WORKERS) as pool:
        parts = list(pool.map(lambda its: settle(claims.take(its), pack).lines, rows))
        return _together(claims.n, rows, parts, pool)


def _pieces(claims: Claims, pack: Pack, count: int) -> list[Ints]:
    """Deal the groups out to pieces; each piece is the rows of its claims, in their order."""
    number = groups(claims, pack.by_household) % count
    # numpy sorts 16-bit integers by radix, several times as fast.
    order = np.argsort(number.astype(np.uint16) if count < 2**16 else number, kind="stable")
    ends = np.cumsum(np.bincount(number, minlength=count))
    return [rows for rows in np.split(order, ends[:-1]) if len(rows)]


def _together(
    n: int, rows: Sequence[Ints], parts: Sequence[Lines], pool: ThreadPoolExecutor
) -> Lines:
    """Put the pieces' lines into the order of the claims."""
    each = np.zeros(n, dtype=np.int64)

    def count(i: int) -> Ints:
        found = np.bincount(parts[i].claim, minlength=len(rows[i]))
        each[rows[i]] = found
        return found

    counts = list(pool.map(count, range(len(parts))))
    start = np.cumsum(each) - each
    whole = _empty(np.repeat(np.arange(n), each), parts)
    numbers = [_numbers(whole, part) for part in parts]

    def place(i: int) -> None:
        local = np.cumsum(counts[i]) - counts[i]
        at = np.arange(parts[i].n) + np.repeat(start[rows[i]] - local, counts[i])
        _write(whole, parts[i], at, numbers[i])

    list(pool.map(place, range(len(parts))))
    return whole


def _empty(claim: Ints, parts: Sequence[Lines]) -> Lines:
    def amounts() -> Ints:
        return np.zeros(len(claim), dtype=np.int64)

    def codes() -> NDArray[np.int32]:
        return np.zeros(len(claim), dtype=np.int32)

    aid = amounts()
    return Lines(
        claim=claim,
        benefit=np.full(len(claim), NO_BENEFIT, dtype=np.int16),
        benefit_ids=parts[0].benefit_ids,
        base=amounts(),
        deducted=amounts(),
        uncapped=amounts(),
        aid=aid,
        payable=aid if all(part.payable is part.aid for part in parts) else amounts(),
        cap_left=amounts(),
        rate=codes(),
        bound_by=codes(),
        provisional=codes(),
        reason=codes(),
        overpaid=amounts() if any(part.overpaid is not None for part in parts) else None,
        payers={payer: amounts() for part in parts for payer in part.payers},
    )


def _numbers(whole: Lines, part: Lines) -> dict[str, NDArray[np.int32]]:
    """Add a piece's texts to those of the whole; return the new number of each."""
    numbers = {}
    for name in _CODED:
        texts = getattr(whole, f"{name}_texts")
        numbers[name] = _added(texts, getattr(part, f"{name}_texts"))
    reasons = list(zip(whole.reason_keys, whole.reason_texts, strict=True))
    numbers["reason"] = _added(reasons, list(zip(part.reason_keys, part.reason_texts, strict=True)))
    whole.reason_keys = [key for key, _text in reasons]
    whole.reason_texts = [text for _key, text in reasons]
    return numbers


def _added(texts: list[T], more: Sequence[T]) -> NDArray[np.int32]:
    """Add what is new to a list, and return the place of each of `more` in it."""
    place = {text: i for i, text in reversed(list(enumerate(texts)))}
    for text in more:
        if text not in place:
            place[text] = len(texts)
            texts.append(text)
    return np.array([place[text] for text in more], dtype=np.int32)


def _write(whole: Lines, part: Lines, at: Ints, numbers: dict[str, NDArray[np.int32]]) -> None:
    whole.benefit[at] = part.benefit
    for name in _AMOUNTS:
        getattr(whole, name)[at] = getattr(part, name)
    if whole.payable is not whole.aid:
        whole.payable[at] = part.payable
    for name, number in numbers.items():
        getattr(whole, name)[at] = number[getattr(part, name)]
    if whole.overpaid is not None and part.overpaid is not None:
        whole.overpaid[at] = part.overpaid
    for payer, shares in part.payers.items():
        whole.payers[payer][at] = shares
