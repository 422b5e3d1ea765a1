"""The list in columns: what there is room for, how it is moved, what it tells."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App

from mediaid.tui.widgets.rows import ALL, Column, Rows, widths

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.message import Message
    from textual.pilot import Pilot

sizes = st.integers(1, 40)
columns = st.lists(st.builds(Column, st.just("x"), sizes, st.booleans(), sizes | st.just(ALL)))


@given(columns, st.integers(0, 200))
def test_columns_are_whole_or_left_out_and_fill_the_room(its: list[Column], room: int) -> None:
    found = widths(its, room)
    shown = its[: len(found)]
    taken = sum(found) + len(found) - 1
    assert not found or taken <= room
    for width, column in zip(found, shown, strict=True):
        assert column.width <= width <= max(column.width, column.most)
    if len(found) < len(its):
        assert sum(c.width + 1 for c in shown) + its[len(found)].width > room
    if any(c.most == ALL for c in shown):
        assert taken == room


class Listing(App[None]):
    """A list of many rows, and what it told."""

    def __init__(self) -> None:
        super().__init__()
        its = [Column("number", 6, right=True), Column("name", 4, most=ALL)]
        self.rows = Rows(its, marked=lambda at: at == 1)
        self.told: list[Message] = []

    def compose(self) -> ComposeResult:
        yield self.rows

    def on_rows_moved(self, event: Rows.Moved) -> None:
        self.told.append(event)

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        self.told.append(event)

    def lines(self) -> list[str]:
        return [self.rows.render_line(y).text for y in range(self.rows.size.height)]


def listing(scenario: Callable[[Listing, Pilot[None]], Awaitable[None]]) -> None:
    async def run() -> None:
        app = Listing()
        async with app.run_test(size=(30, 6)) as pilot:
            await scenario(app, pilot)

    asyncio.run(run())


def test_rows_are_asked_for_when_they_are_in_sight_alone() -> None:
    asked: set[int] = set()

    def texts(at: int) -> Sequence[str] | None:
        asked.add(at)
        return None if at == 999_999 else (str(at), f"row\x1b {at}")

    async def scenario(app: Listing, pilot: Pilot[None]) -> None:
        app.rows.show(1_000_000, texts)
        await pilot.pause()
        assert [line.rstrip() for line in app.lines()] == [
            "   number name", "▸       0 row\\u001b 0", " ✓      1 row\\u001b 1",
            "        2 row\\u001b 2", "        3 row\\u001b 3", "        4 row\\u001b 4",
        ]  # fmt: skip
        await pilot.press("end")
        assert app.lines()[-1].startswith("▸       …")
        assert asked <= {*range(5), *range(999_995, 1_000_000)}
        await pilot.press("pageup", "k")
        assert app.rows.at == 999_993

    listing(scenario)


def test_a_click_moves_and_one_on_the_row_at_the_cursor_chooses() -> None:
    async def scenario(app: Listing, pilot: Pilot[None]) -> None:
        app.rows.show(3, lambda at: (str(at), ""))
        for y in (0, 2, 2, 5):  # the heading; a row, twice; below the last one
            await pilot.click(app.rows, offset=(3, y))
        await pilot.press("enter")
        kinds = [(type(its), its.at) for its in app.told if isinstance(its, Rows.Moved)]
        assert kinds == [(Rows.Moved, 1), (Rows.Chosen, 1), (Rows.Chosen, 1)]

    listing(scenario)


@pytest.mark.parametrize("at", [None, 0])
def test_more_rows_leave_the_cursor_where_it_is_and_others_begin_at_theirs(at: int | None) -> None:
    async def scenario(app: Listing, pilot: Pilot[None]) -> None:
        app.rows.show(100, lambda at: (str(at), ""))
        app.rows.go(50)
        app.rows.show(200, lambda at: (str(at), ""), at)
        await pilot.pause()
        assert app.rows.at == (50 if at is None else at)
        assert f"▸{app.rows.at:>8}" in "\n".join(app.lines())

    listing(scenario)
