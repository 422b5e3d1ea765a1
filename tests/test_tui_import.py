"""The import's screen, driven without a terminal at both sizes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from hostile import HOSTILE
from mediaid import i18n
from mediaid.desk import working
from mediaid.tui.screens import importing
from mediaid.tui.screens.dialogs import Ask, Confirm
from mediaid.tui.screens.files import FileChooser
from mediaid.tui.screens.importing import ImportPage
from mediaid.tui.widgets.pane import Pane
from mediaid.tui.widgets.rows import Rows
from test_desk_import import people_in, write_people
from tui_support import SIZES, Desk, drive

both_sizes = pytest.mark.parametrize("size", SIZES, ids=["80x24", "160x50"])
BAD = "123,坏[/],某镇,低保,居民医保,9"


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_place: str) -> None:
    monkeypatch.setenv("MEDIAID_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("MEDIAID_REGISTER", sqlite_place)


def on_import(
    scenario: Callable[[Desk, ImportPage], Awaitable[None]], size: tuple[int, int] = SIZES[0]
) -> None:
    """Open the import's screen and run a scenario."""

    async def opened(desk: Desk) -> None:
        await desk.keys("ctrl+l")
        await desk.until(lambda: isinstance(desk.app.screen, ImportPage))
        await desk.settled()
        page = desk.app.screen
        assert isinstance(page, ImportPage)
        await scenario(desk, page)

    drive(opened, size)


def progress(page: ImportPage) -> str:
    return str(page.query_one("#progress").render())


async def choose(desk: Desk, page: ImportPage, path: Path) -> None:
    """Choose a file by its path."""
    await desk.keys("ctrl+o")
    await desk.until(lambda: isinstance(desk.app.screen, FileChooser))
    await desk.settled()
    await desk.paste(str(path))
    await desk.keys("enter")
    await desk.until(lambda: desk.app.screen is page)
    await desk.settled()


@both_sizes
def test_a_file_is_tried_confirmed_and_taken_in(
    size: tuple[int, int], tmp_path: Path, sqlite_place: str
) -> None:
    i18n.choose("zh")
    path = write_people(tmp_path / "人员.csv")

    async def scenario(desk: Desk, page: ImportPage) -> None:
        await desk.keys("f8", "f9")
        assert progress(page).startswith(("✗", "▲"))
        await choose(desk, page, path)
        assert "人员.csv" in desk.shown()
        await desk.keys("f8")
        await desk.until(lambda: page.tried)
        await desk.settled()
        assert "F9" in page.query_one("#tried", Pane).plain
        desk.grid()
        await desk.keys("f9")
        await desk.until(lambda: isinstance(desk.app.screen, Confirm))
        await desk.settled()
        desk.grid()
        await desk.keys("escape")
        await desk.until(lambda: desk.app.screen is page)
        assert people_in(sqlite_place) == 0
        await desk.keys("f9")
        await desk.until(lambda: isinstance(desk.app.screen, Confirm))
        await desk.keys("y")
        await desk.until(lambda: page.tried and page.tried.taken)
        await desk.settled()
        desk.grid()

    on_import(scenario, size)
    assert people_in(sqlite_place) == 2


@both_sizes
def test_refused_rows_are_walked_through_with_their_reasons(
    size: tuple[int, int], tmp_path: Path, sqlite_place: str
) -> None:
    path = write_people(tmp_path / "people.csv", *[BAD] * 3000)

    async def scenario(desk: Desk, page: ImportPage) -> None:
        await choose(desk, page, path)
        await desk.keys("f8")
        await desk.until(lambda: page.tried)
        await desk.settled()
        rows = page.query_one(Rows)
        assert rows.count == 3000
        assert "✗ refused" in desk.shown()
        await desk.keys("f4")
        assert rows.has_focus
        await desk.keys("down", "down")
        assert "row 6: " in desk.shown()
        rows.action_move(10_000)
        await desk.settled()
        assert "3,003" in desk.shown()
        await desk.keys("ctrl+k")
        await desk.until(lambda: isinstance(desk.app.screen, Ask))
        await desk.settled()
        desk.grid()
        await desk.keys("enter")
        await desk.until(lambda: progress(page).startswith("✓ Saved"))
        await desk.keys("f4", "f9")
        assert progress(page).startswith("▲")
        # Another answer is another import: what was tried no longer holds.
        await desk.keys("down", "people")
        assert page.tried is None
        desk.grid()

    on_import(scenario, size)
    assert people_in(sqlite_place) == 0
    saved = (tmp_path / "people-refused.csv").read_text(encoding="utf-8").splitlines()
    assert len(saved) == 3001
    assert saved[1].startswith("4,")


@pytest.mark.parametrize("taking", [False, True], ids=["tried", "taken in"])
def test_what_runs_is_stopped_and_its_process_ended(
    taking: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sqlite_place: str
) -> None:
    path, pid = write_people(tmp_path / "people.csv"), tmp_path / "pid"
    ended: list[bool] = []

    async def endless(name: str, job: Any, report: Any) -> Any:
        if taking and name == importing.TRY:
            return await working.work(name, job, report)
        try:
            await working.work("working_support:endless", pid, report)
        finally:
            ended.append(not Path(f"/proc/{pid.read_text(encoding='utf-8')}").exists())

    monkeypatch.setattr(importing, "in_process", endless)

    async def scenario(desk: Desk, page: ImportPage) -> None:
        await choose(desk, page, path)
        await desk.keys("f8")
        if taking:
            await desk.until(lambda: page.tried)
            await desk.keys("f9")
            await desk.until(lambda: isinstance(desk.app.screen, Confirm))
            await desk.keys("y")
        await desk.until(lambda: "waiting" in progress(page) and pid.exists())
        desk.grid()
        await desk.keys("f8")
        await desk.until(lambda: ended)
        await desk.settled()
        assert ended == [True]
        assert "■" in progress(page)
        assert not page.working

    on_import(scenario)
    assert people_in(sqlite_place) == 0


def test_errors_are_told_and_the_screen_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")

    async def scenario(desk: Desk, page: ImportPage) -> None:
        await choose(desk, page, path)
        await desk.keys("f8")
        await desk.until(lambda: progress(page).startswith("✗"))
        await desk.until(lambda: any("odd.csv" in n.message for n in desk.app._notifications))
        await desk.keys("/none.db", "f8")
        await desk.until(lambda: any("no register" in n.message for n in desk.app._notifications))
        desk.grid()

    on_import(scenario)


def test_the_dialog_completes_goes_up_and_says_what_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "年度").mkdir()
    write_people(tmp_path / "年度" / "people-1.csv")
    write_people(tmp_path / "年度" / "people-2.csv")

    async def scenario(desk: Desk, page: ImportPage) -> None:
        page.sheet.file = tmp_path / "x.csv"
        await desk.keys("ctrl+o")
        await desk.until(lambda: isinstance(desk.app.screen, FileChooser))
        dialog = desk.app.screen
        assert isinstance(dialog, FileChooser)
        await desk.until(lambda: dialog.listing.entries)
        await desk.settled()
        await desk.keys("年", "tab", "tab")
        await desk.until(lambda: dialog.folder.name == "年度" and len(dialog.listing.entries) == 2)
        await desk.settled()
        await desk.keys("none", "enter")
        assert "no such file" in desk.shown()
        await desk.keys(*["backspace"] * 5)
        await desk.until(lambda: dialog.folder == tmp_path)
        await desk.settled()
        await desk.keys("年", "enter")
        await desk.until(lambda: len(dialog.listing.entries) == 2)
        await desk.settled()
        await desk.keys("p", "tab", "2", "enter")
        await desk.until(lambda: desk.app.screen is page)
        assert page.sheet.file == tmp_path / "年度" / "people-2.csv"

    on_import(scenario)


@pytest.mark.parametrize("size", [(80, 24)])
def test_hostile_text_is_harmless_in_fields_rows_and_questions(size: tuple[int, int]) -> None:
    from mediaid.desk.importing import Job, Listed, Tried  # noqa: PLC0415

    async def scenario(desk: Desk, page: ImportPage) -> None:
        for text in HOSTILE:
            await desk.paste(text)
            desk.grid()
            await desk.keys("tab")
        page.tried = Tried(
            title=HOSTILE[0], recognised=HOSTILE, sure=False, counts=(("new", 1),),
            listed=tuple(Listed(n, bool(n % 2), text) for n, text in enumerate(HOSTILE)),
            notes=HOSTILE, possible=True, changes=True, seal="",
        )  # fmt: skip
        page._tried_job = Job("x", Path(HOSTILE[0]))
        page.draw()
        await desk.settled()
        desk.grid()
        await desk.keys("f4")
        for _row in HOSTILE:
            await desk.keys("down")
            desk.grid()
        await desk.keys("f9")
        await desk.until(lambda: isinstance(desk.app.screen, Confirm))
        await desk.settled()
        desk.grid()
        await desk.keys("escape")

    on_import(scenario, size)
