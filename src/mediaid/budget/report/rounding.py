"""Rounding of a table so that its rows and columns still add up (controlled rounding).

Every cell, row sum, column sum and the total become one of their two neighbours in the coarser
unit; the total is rounded half-up. Such a table always exists: whole flows of a network with whole
bounds (Bacharach, Matrix rounding problems, Management Science 12, 1966). Of all of them the one is
taken whose cells move least from their exact values.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

BOUND = 10**9
"""Worth of a bound that has to be kept, above that of all cells together."""


def controlled(cells: Sequence[Sequence[int]], unit: int) -> list[list[int]]:
    """Round a table of amounts ≥ 0 to whole multiples of `unit`, and return these multiples.

    Raises ValueError for amounts below 0.
    """
    if any(value < 0 for row in cells for value in row):
        raise ValueError("amounts must not be negative")
    floors = [[value // unit for value in row] for row in cells]
    width = len(cells[0]) if cells else 0
    grid = _Network(len(cells) + width + 2)
    source, sink = len(cells) + width, len(cells) + width + 1
    total = sum(map(sum, cells))
    needed = (2 * total + unit) // (2 * unit) - sum(map(sum, floors))
    for i, row in enumerate(cells):
        _bounded(grid, source, i, sum(row), sum(floors[i]), unit)
        for j, value in enumerate(row):
            if value % unit:
                grid.edge(i, len(cells) + j, 1, unit - 2 * (value % unit))
    for j in range(width):
        column = sum(row[j] for row in cells)
        _bounded(grid, len(cells) + j, sink, column, sum(row[j] for row in floors), unit)
    grid.send(source, sink, needed)
    up = grid.used()
    return [
        [value + ((i, len(cells) + j) in up) for j, value in enumerate(row)]
        for i, row in enumerate(floors)
    ]


def _bounded(grid: _Network, start: int, end: int, exact: int, floors: int, unit: int) -> None:
    """An edge of a row or column: as many cells go up as bring it to one of its neighbours."""
    least = exact // unit - floors
    grid.edge(start, end, least, -BOUND * unit)
    if exact % unit:
        grid.edge(start, end, 1, 0)


class _Network:
    """Successive shortest paths in a small network without negative cycles."""

    def __init__(self, nodes: int) -> None:
        self._from: list[list[int]] = [[] for _node in range(nodes)]
        self._ends: list[int] = []
        self._room: list[int] = []
        self._cost: list[int] = []

    def edge(self, start: int, end: int, room: int, cost: int) -> None:
        """Add an edge and its reverse."""
        for first, last, its, worth in ((start, end, room, cost), (end, start, 0, -cost)):
            self._from[first].append(len(self._ends))
            self._ends.append(last)
            self._room.append(its)
            self._cost.append(worth)

    def send(self, source: int, sink: int, units: int) -> None:
        """Send units one by one, each by the cheapest way."""
        for _unit in range(units):
            into = self._cheapest(source, sink)
            node = sink
            while node != source:
                edge = into[node]
                self._room[edge] -= 1
                self._room[edge ^ 1] += 1
                node = self._ends[edge ^ 1]

    def _cheapest(self, source: int, sink: int) -> dict[int, int]:
        """The edge by which the cheapest way enters each node."""
        cost, into = {source: 0}, {}
        queue, waiting = deque([source]), {source}
        while queue:
            node = queue.popleft()
            waiting.discard(node)
            for edge in self._from[node]:
                end, worth = self._ends[edge], cost[node] + self._cost[edge]
                if self._room[edge] and (end not in cost or worth < cost[end]):
                    cost[end], into[end] = worth, edge
                    if end not in waiting:
                        queue.append(end)
                        waiting.add(end)
        if sink not in into:
            raise ValueError("the table cannot be rounded")
        return into

    def used(self) -> set[tuple[int, int]]:
        """The edges, as (start, end), that carry something."""
        return {
            (self._ends[edge ^ 1], self._ends[edge])
            for edge in range(0, len(self._ends), 2)
            if self._room[edge ^ 1]
        }
