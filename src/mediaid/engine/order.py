"""Groups of claims that belong together, and the order in which each group is settled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mediaid.claims.table import Claims

    Ints = NDArray[np.int64]


def groups(claims: Claims, by_household: bool) -> Ints:
    """Return each claim's group: its person, or all persons who ever share a household."""
    if not by_household or claims.n == 0:
        return claims.person
    return components(claims.person, claims.household)


def components(persons: Ints, households: Ints) -> Ints:
    """Return for each pair of a person and a household the least household of its component.

    Both are numbered from 0; there is at least one pair. Almost every person has one household, so
    only those with several are walked through.
    """
    root = np.arange(int(households.max()) + 1)
    pairs = np.unique(persons * len(root) + households)
    person, household = pairs // len(root), pairs % len(root)
    same = np.flatnonzero(person[1:] == person[:-1])
    for i in same.tolist():
        one, two = _find(root, household[i]), _find(root, household[i + 1])
        root[max(one, two)] = min(one, two)
    while True:
        above = root[root]
        if np.array_equal(above, root):
            return root[households]
        root = above


def _find(root: Ints, node: int) -> int:
    while root[node] != node:
        root[node] = root[root[node]]
        node = root[node]
    return int(node)


def settle_order(claims: Claims, group: Ints, rows: Ints) -> Ints:
    """Return `rows` by group, then date, then claim id by its UTF-8 bytes."""
    if len(rows) <= 1:
        return rows
    key, day = group[rows], claims.date[rows].astype(np.int64)
    day = day - day.min()
    by_day = _sorted(key, day)
    ordered = rows[by_day]
    key, day = key[by_day], day[by_day]
    tie = (key[1:] == key[:-1]) & (day[1:] == day[:-1])
    if not tie.any():
        return ordered
    tied = np.flatnonzero(np.concatenate(([False], tie)) | np.concatenate((tie, [False])))
    rank = claims.claim_id.rank(ordered[tied])
    ordered[tied] = ordered[tied][np.lexsort((rank, day[tied], key[tied]))]
    return ordered


def _sorted(major: Ints, minor: Ints) -> Ints:
    """Return the stable order of (major, minor), both ≥ 0.

    Sorting one packed integer that carries its own row is several times as fast as an argsort.
    """
    n = len(major)
    row_bits = int(n - 1).bit_length()
    minor_bits = int(minor.max()).bit_length()
    if int(major.max()).bit_length() + minor_bits + row_bits > 62:
        return np.lexsort((minor, major))
    packed = (major << (minor_bits + row_bits)) | (minor << row_bits) | np.arange(n)
    packed.sort()
    return packed & ((1 << row_bits) - 1)


def wave_numbers(group_in_order: Ints) -> Ints:
    """Return for each claim, in settle order, its number within its group: 0, 1, 2 …"""
    n = len(group_in_order)
    if n <= 1:
        return np.zeros(n, dtype=np.int64)
    first = np.ones(n, dtype=np.bool_)
    first[1:] = group_in_order[1:] != group_in_order[:-1]
    starts = np.flatnonzero(first)
    return np.arange(n) - np.repeat(starts, np.diff(np.append(starts, n)))
