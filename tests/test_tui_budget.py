"""The budget's screen, driven without a terminal at both sizes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from budget_support import book, minhang, rows, write
from hostile import HOSTILE
from mediaid import i18n
from mediaid.desk import working
from mediaid.tui.screens import budget_forecast
from mediaid.tui.screens.budget import BudgetPage
from mediaid.tui.screens.budget_forecast import ForecastView
from mediaid.tui.screens.budget_funding import FundingView
from mediaid.tui.screens.budget_reconcile import ReconcileView
from mediaid.tui.screens.dialogs import Confirm
from mediaid.tui.screens.files import FileChooser
from mediaid.tui.widgets.pane import Pane
from mediaid.tui.widgets.sheet import Sheet
from tui_support import SIZES, Desk, drive

both_sizes = pytest.mark.parametrize("size", SIZES, ids=["80x24", "160x50"])


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDIAID_STATE", str(tmp_path / "state"))


class Budget:
    """The budget's screen, as a test sees it."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        page = desk.app.screen
        assert isinstance(page, BudgetPage)
        self.page = page
        self.funding = page.query_one(FundingView)
        self.forecast = page.query_one(ForecastView)
        self.reconcile = page.query_one(ReconcileView)

    async def worked_out(self) -> None:
        """Wait until the tables are those of what is typed."""
        await self.desk.settled()
        await self.desk.until(lambda: self.funding.funded and not self.desk.app.workers._workers)
        await self.desk.settled()

    @property
    def text(self) -> str:
        """What stands in the results of the view."""
        return self.page.view.query_one(".found", Pane).plain

    @property
    def progress(self) -> str:
        return str(self.forecast.query_one("#progress").render())


def on_budget(
    scenario: Callable[[Desk, Budget], Awaitable[None]], size: tuple[int, int] = SIZES[0]
) -> None:
    """Open the budget's screen and run a scenario."""

    async def opened(desk: Desk) -> None:
        await desk.keys("ctrl+g")
        await desk.until(
            lambda: (
                isinstance(desk.app.screen, BudgetPage)
                and desk.app.screen.query_one(FundingView).funded
                and desk.app.screen.query_one(ReconcileView).found
            )
        )
        await desk.settled()
        await scenario(desk, Budget(desk))

    drive(opened, size)


@pytest.fixture(scope="module")
def claims(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("claims")
    every = rows(book(persons=30), minhang())
    for year in ("2021", "2022", "2023"):
        write(folder / f"claims-{year}.csv", [row for row in every if row[2].startswith(year)])
    return folder


# --- funding --------------------------------------------------------------------------------------


@both_sizes
def test_headcounts_typed_ahead_of_the_screen_come_to_their_need(size: tuple[int, int]) -> None:
    i18n.choose("zh")

    async def scenario(desk: Desk, its: Budget) -> None:
        shown = desk.shown()
        for text in ("112,964,530.00", "33,848,462.50", "29,111", "█"):
            assert text in shown, text
        assert "▲ 2023" in its.text
        await desk.keys("down", "down", "七宝镇", "tab", "town", "tab", "１０００", "enter")
        await its.worked_out()
        assert its.funding.sheet is not None
        assert its.funding.sheet.rows[2]["headcount"] == "1000"
        shown = desk.shown()
        assert "镇（工业区）" in shown
        assert "116,074,530.00" in its.text  # 1,000 × 3,110 more
        await desk.keys("f9")  # the cursor has left the row: nothing to remove
        assert its.funding.sheet.rows[2]["place"] == "七宝镇"
        await desk.keys("up", "up", "f9")
        await its.worked_out()
        assert "112,964,530.00" in its.text

    on_budget(scenario, size)


@both_sizes
def test_tables_and_units_are_gone_through(size: tuple[int, int]) -> None:
    async def scenario(desk: Desk, its: Budget) -> None:
        for says in ("area", "quarter 4", "month 12", "who pays"):
            await desk.keys("f7")
            await desk.until(lambda: says in its.text)  # noqa: B023 - used at once
            desk.grid()
        await desk.keys("ctrl+u")
        await desk.until(lambda: "11,296.45" in its.text)
        await desk.keys("ctrl+u", "f4")
        assert its.funding.query_one(".found", Pane).has_focus
        await desk.keys("f4")
        assert its.funding.query_one(Sheet).field.has_focus

    on_budget(scenario, size)


@both_sizes
def test_what_is_wrong_stands_below_its_row_and_nothing_is_computed(
    size: tuple[int, int],
) -> None:
    async def scenario(desk: Desk, its: Budget) -> None:
        await desk.keys("tab", "moon", "tab", "1.5", "enter")
        await its.worked_out()
        shown = desk.shown()
        assert "▲ area: moon is not an area" in shown
        assert "whole number" in its.funding.query_one(Sheet).text
        assert "To correct" in shown
        assert "112,964,530.00" not in shown
        await desk.keys("ctrl+d")
        await desk.until(lambda: isinstance(desk.app.screen, Confirm))
        await desk.keys("escape")
        await desk.until(lambda: desk.app.screen is its.page)
        await desk.keys("ctrl+d")
        await desk.until(lambda: isinstance(desk.app.screen, Confirm))
        await desk.keys("y")
        await desk.until(lambda: "112,964,530.00" in its.text)
        desk.grid()

    on_budget(scenario, size)


def test_assumptions_are_typed_below_the_headcounts() -> None:
    async def scenario(desk: Desk, its: Budget) -> None:
        await desk.keys(*["down"] * 3, "2023-2024", "down", "10%")
        await its.worked_out()
        assert "2024: " in its.text
        assert "[assumed] headcount/town" in its.text
        assert "growth of persons" in str(its.page.query_one("#hint").render())

    on_budget(scenario)


def test_hundreds_of_places_are_read_from_a_file_and_drawn(tmp_path: Path) -> None:
    lines = ["单位,户籍地区,人数", *(f"镇{n},town,{n}" for n in range(400))]
    (tmp_path / "heads.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")

    async def scenario(desk: Desk, its: Budget) -> None:
        await desk.keys("ctrl+o")
        await desk.until(lambda: isinstance(desk.app.screen, FileChooser))
        await desk.settled()
        await desk.paste(str(tmp_path / "heads.csv"))
        desk.grid()
        await desk.keys("enter")
        await desk.until(lambda: its.funding.sheet and len(its.funding.sheet.rows) == 401)
        await its.worked_out()
        assert f"{sum(range(400)):,} persons" in its.text
        await desk.keys(*["up"] * 3, *["down"] * 410)
        assert "growth" in desk.shown()

    on_budget(scenario)


# --- the forecast ---------------------------------------------------------------------------------


async def choose_claims(desk: Desk, folder: Path) -> None:
    await desk.keys("ctrl+o")
    await desk.until(lambda: isinstance(desk.app.screen, FileChooser))
    await desk.settled()
    dialog = desk.app.screen
    assert isinstance(dialog, FileChooser)
    await desk.paste(str(folder))
    await desk.keys("enter")
    await desk.until(lambda: dialog.folder == folder and dialog.listing.entries)
    await desk.settled()
    desk.grid()
    await desk.keys("f8")
    await desk.until(lambda: isinstance(desk.app.screen, BudgetPage))
    await desk.settled()


@both_sizes
def test_a_forecast_from_files_to_quantiles(claims: Path, size: tuple[int, int]) -> None:
    i18n.choose("zh")

    async def scenario(desk: Desk, its: Budget) -> None:
        await desk.keys("f6", "f8")
        assert its.progress.startswith("✗ ")
        await choose_claims(desk, claims)
        assert "claims-2022.csv" in its.forecast.query_one(Sheet).text
        await desk.keys("２０２３。8。31", "f8")
        await desk.until(lambda: its.forecast.result or its.progress.startswith("✗"))
        await desk.settled()
        assert its.forecast.result is not None, its.progress
        text = its.text
        for part in ("P50", "P80", "P95", "20231108", "sha256:", "█", "T1"):
            assert part in text, part
        assert its.progress.startswith("✓ ")
        desk.grid()
        await desk.keys("ctrl+u")
        desk.grid()
        # What was worked out is still there when the screen is opened again.
        await desk.keys("f2", "ctrl+g")
        await desk.until(lambda: desk.app.screen is its.page)
        await desk.settled()
        assert its.text

    on_budget(scenario, size)


def test_a_forecast_that_runs_is_stopped_and_its_process_ended(
    claims: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pid = tmp_path / "pid"
    ended: list[bool] = []

    async def endless(_name: str, _job: Any, report: Any) -> None:
        try:
            await working.work("working_support:endless", pid, report)
        finally:
            ended.append(not Path(f"/proc/{pid.read_text(encoding='utf-8')}").exists())

    monkeypatch.setattr(budget_forecast, "in_process", endless)

    async def scenario(desk: Desk, its: Budget) -> None:
        await desk.keys("f6")
        assert its.forecast.sheet is not None
        its.forecast.sheet.add(claims)
        await desk.keys("20230831", "f8")
        await desk.until(lambda: "waiting" in its.progress and pid.exists())
        desk.grid()
        # Meanwhile everything else goes on.
        await desk.keys("down", "2024", "f6", "f6", "f7")
        assert its.forecast.running
        await desk.keys("f8")
        await desk.until(lambda: ended)
        assert ended == [True]
        await desk.settled()
        assert "■" in its.progress
        assert its.forecast.result is None

    on_budget(scenario)


def test_a_forecast_that_is_refused_is_told_and_the_screen_goes_on(tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("claim_id,person_id\n1,2\n", encoding="utf-8")

    async def scenario(desk: Desk, its: Budget) -> None:
        await desk.keys("f6")
        assert its.forecast.sheet is not None
        its.forecast.sheet.add(bad)
        await desk.keys("20230831", "f8")
        await desk.until(lambda: its.progress.startswith("✗"))
        await desk.until(lambda: any("bad.csv" in n.message for n in desk.app._notifications))
        assert not its.forecast.running
        await desk.keys("f9")
        assert its.forecast.sheet.files == []
        desk.grid()

    on_budget(scenario)


# --- the reconciliation ---------------------------------------------------------------------------


@both_sizes
def test_findings_are_walked_through(size: tuple[int, int]) -> None:
    async def scenario(desk: Desk, its: Budget) -> None:
        await desk.keys("f6", "f6")
        await desk.until(lambda: "? unexplained" in desk.shown())
        shown = desk.shown()
        assert "447 comparisons: 438 agree, 9 differ" in shown
        assert "? unexplained" in shown
        assert "12,972,742.00 yuan" in shown
        await desk.keys("down", "down", "down", "down")
        assert "-8,610.00" in its.text
        await desk.keys("down", "down", "down", "down", "down", "down")
        assert "≠ contradiction in words" in desk.shown()
        await desk.keys("f5")
        await desk.until(lambda: desk.app.screen is not its.page)
        await desk.settled()
        await desk.keys("xihu", "enter")
        await desk.until(
            lambda: its.page.sheets and its.page.sheets.funding.pack.id == "nanchang-xihu"
        )
        await desk.settled()
        desk.grid()
        await desk.keys("f6")
        await its.worked_out()
        assert "1,500,000.00" in its.text

    on_budget(scenario, size)


# --- what must not happen -------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(80, 24)])
def test_hostile_text_is_harmless_in_every_cell(size: tuple[int, int], tmp_path: Path) -> None:
    for number, text in enumerate(HOSTILE):
        name = "".join(c for c in text if c not in "/\x00\r\n" and c.isprintable())[:40]
        (tmp_path / f"{name}\x1b[2J{number}.csv").write_text("x", encoding="utf-8")

    async def scenario(desk: Desk, its: Budget) -> None:
        sheet = its.funding.sheet
        assert sheet is not None
        for number, text in enumerate(HOSTILE):
            sheet.type((2 + number, "place"), text)
            sheet.type((2 + number, "area"), "town" if number % 2 else text)
            sheet.type((2 + number, "headcount"), "1" if number % 2 else text)
        its.funding._work_out()
        await its.worked_out()
        desk.grid()
        for number in range(len(HOSTILE)):
            sheet.type((2 + number, "area"), "town")
            sheet.type((2 + number, "headcount"), "1")
        its.funding._work_out()
        await its.worked_out()
        await desk.keys("f7")
        await its.worked_out()
        desk.grid()
        for text in HOSTILE:
            await desk.paste(text)
            desk.grid()
            await desk.keys("down")
        await desk.keys("f6")
        assert its.forecast.sheet is not None
        its.forecast.sheet.files = [Path(text.replace("\x00", "")) for text in HOSTILE]
        its.forecast.draw()
        await desk.settled()
        its.forecast.query_one(Sheet)._grid.scroll_end(animate=False)
        await desk.settled()
        desk.grid()
        await desk.keys("ctrl+o")
        await desk.until(lambda: isinstance(desk.app.screen, FileChooser))
        dialog = desk.app.screen
        assert isinstance(dialog, FileChooser)
        dialog.open_folder(tmp_path)
        await desk.until(lambda: len(dialog.listing.entries) >= len(HOSTILE) - 1)
        await desk.settled()
        desk.grid()
        await desk.keys("escape")

    on_budget(scenario, size)


def test_the_language_changes_and_what_is_filled_in_stays() -> None:
    async def scenario(desk: Desk, its: Budget) -> None:
        await desk.keys("down", "down", "七宝镇", "f12")
        await desk.until(lambda: desk.app.screen is desk.page)
        await desk.settled()
        await desk.keys("ctrl+g")
        await desk.until(lambda: isinstance(desk.app.screen, BudgetPage))
        page = desk.app.screen
        await desk.until(lambda: page.query_one(FundingView).funded)
        await desk.settled()
        assert page is not its.page
        sheet = page.query_one(FundingView).sheet
        assert sheet is not None
        assert sheet.rows[2]["place"] == "七宝镇"
        desk.grid()

    on_budget(scenario)
