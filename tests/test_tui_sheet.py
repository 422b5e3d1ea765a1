"""The sheet: its field stands over its cell, and what is wrong with a row is in sight."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from textual.app import App

from mediaid.tui.widgets.sheet import Cell, Sheet, SheetRow

if TYPE_CHECKING:
    from textual.app import ComposeResult

ROWS = [SheetRow(f"row {n}", (Cell(n, str(n), 6, True),)) for n in range(30)]
WRONG = SheetRow("row 17", ROWS[17].cells, "this number is too large, write one up to 16")


class Filling(App[None]):
    def compose(self) -> ComposeResult:
        yield Sheet(lambda _at, _text: None, str, numbers=lambda _at: True)


@pytest.mark.parametrize("wrong", [False, True])
def test_a_row_is_brought_into_sight_with_what_is_wrong_with_it(wrong: bool) -> None:
    async def run() -> None:
        app = Filling()
        async with app.run_test(size=(40, 8)) as pilot:
            sheet = app.query_one(Sheet)
            sheet.show([*ROWS[:17], WRONG, *ROWS[18:]] if wrong else ROWS)
            await pilot.pause()
            sheet.go(17)
            await pilot.pause()
            lines = [strip.text.rstrip() for strip in app.screen._compositor.render_strips()]
            (line,) = (y for y, text in enumerate(lines) if "row 17" in text)
            assert sheet.field.region.y == line
            assert sheet.field.region.x == lines[line - 1].rindex("16") - 4
            if wrong:
                assert lines[line].startswith("▲")
                assert lines[-2:] == ["  ▲ this number is too large, write one", "  up to 16"]
            else:
                assert line == 7
            await pilot.click(sheet, offset=(26, 2))
            assert sheet.at == int(lines[2].split()[1])

    asyncio.run(run())
