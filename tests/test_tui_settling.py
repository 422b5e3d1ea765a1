"""Figures that take long are reckoned in the background, and what is typed too early is kept."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import pytest
from textual import events
from textual.app import App

from mediaid import i18n
from mediaid.desk.entry import Entry
from mediaid.desk.settings import Settings, write_settings
from mediaid.tui.app import MediaidApp
from mediaid.tui.latest import Latest
from mediaid.tui.screens import entry_result
from mediaid.tui.screens.asking import Form
from mediaid.tui.screens.dialogs import Confirm, Working
from mediaid.tui.widgets.pane import Pane
from tui_support import SIZES, Desk, asked, drive, fill, person_chosen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mediaid.desk.assess import Assessment
    from register_support import Office

STALE = "下列为修改前的数字"


class Held:
    """Settling that goes on only when it is let."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.open.set()
        self.calls = 0
        self.fails = False

    def hold(self) -> None:
        self.open.clear()

    def let(self) -> None:
        self.open.set()


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDIAID_STATE", str(tmp_path / "state"))
    monkeypatch.delenv("MEDIAID_REGISTER", raising=False)
    write_settings(Settings(office="MH"))
    i18n.choose("zh")


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[Held]:
    """Have everything settled in the background, as a long case is."""
    monkeypatch.setattr(entry_result, "HEAVY", -1)
    its, assess = Held(), Entry.assess

    def slow(entry: Entry, position: int = 0) -> Assessment:
        assert threading.current_thread() is not threading.main_thread()
        its.open.wait(20)  # a test that fails would wait for ever
        its.calls += 1
        if its.fails:
            raise ZeroDivisionError("no figure")
        return assess(entry, position)

    monkeypatch.setattr(Entry, "assess", slow)
    yield its
    its.let()


def result(desk: Desk) -> str:
    return desk.page.query_one("#result", Pane).plain


def why(desk: Desk) -> str:
    return desk.page.query_one("#why", Pane).plain


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "160x50"])
def test_one_types_on_while_figures_are_reckoned_and_old_ones_say_so(
    held: Held, size: tuple[int, int]
) -> None:
    async def scenario(desk: Desk) -> None:
        await fill(desk)
        await desk.until(lambda: "7,200.00" in result(desk))
        assert STALE not in result(desk)
        held.hold()
        await desk.keys("0", "up")
        assert "80,000.00" in desk.shown()  # what was typed is there, the figures are not
        for pane in (result(desk), why(desk)):
            assert pane.startswith("计算中"), pane
            assert STALE in pane
        assert "7,200.00" in result(desk)
        desk.page.go((0, "self_paid"))
        await desk.keys("x")
        assert "▲ 自负金额" in desk.shown()  # what is wrong is said at once
        await desk.keys("backspace")
        held.let()
        await desk.until(lambda: STALE not in result(desk))
        assert "72,000.00" in result(desk)
        assert "计算中" not in why(desk)

    drive(scenario, size)


def test_of_what_was_typed_meanwhile_only_the_latest_is_reckoned(held: Held) -> None:
    async def scenario(desk: Desk) -> None:
        await fill(desk)
        await desk.until(lambda: "7,200.00" in result(desk))
        held.hold()
        before = held.calls
        await desk.keys("5", "6", "7", "8")
        held.let()
        await desk.until(lambda: desk.page.found)
        assert desk.page.found is not None
        assert desk.page.found.total == 13_000_000
        assert held.calls - before <= 2

    drive(scenario)


def test_what_cannot_be_reckoned_leaves_no_figure(held: Held) -> None:
    async def scenario(desk: Desk) -> None:
        await fill(desk)
        await desk.until(lambda: "7,200.00" in result(desk))
        held.fails = True
        await desk.keys("0")
        await desk.until(lambda: "算不出" in result(desk))
        assert "7,200.00" not in result(desk) + why(desk)
        held.fails = False
        await desk.keys("backspace")
        await desk.until(lambda: "7,200.00" in result(desk))

    drive(scenario)


@pytest.mark.usefixtures("held")
def test_what_cannot_even_be_read_leaves_no_figure_and_holds_up_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(_entry: Entry) -> Assessment:
        raise ZeroDivisionError("no reading")

    async def scenario(desk: Desk) -> None:
        await fill(desk)
        await desk.until(lambda: "7,200.00" in result(desk))
        with monkeypatch.context() as patched:
            patched.setattr(Entry, "look_over", broken)
            await desk.keys("0")
            assert "算不出" in result(desk)
            assert await desk.page.figures() is None
        await desk.keys("backspace")
        await desk.until(lambda: "7,200.00" in result(desk))

    drive(scenario)


def test_figures_of_another_case_are_not_shown(held: Held) -> None:
    async def scenario(desk: Desk) -> None:
        await fill(desk)
        await desk.until(lambda: "7,200.00" in result(desk))
        held.hold()
        await desk.keys("ctrl+n")
        assert result(desk) == "计算中 …"
        assert "7,200.00" not in desk.shown()
        held.let()
        await desk.until(lambda: "计算中" not in result(desk))

    drive(scenario)


def test_what_is_submitted_is_what_was_reckoned(
    held: Held, sqlite_office: Office, sqlite_place: str
) -> None:
    sqlite_office.person("dibao")

    async def scenario(desk: Desk) -> None:
        await person_chosen(desk, "某甲")
        await desk.keys("20230501", "enter", "zy", "enter", "800", "enter", "某医院", "enter", "A1")
        await desk.until(lambda: "720.00" in result(desk))
        desk.page.go((0, "self_paid"))
        held.hold()
        await desk.keys(*["backspace"] * 3, "0", "ctrl+s")
        await asked(desk, Working)
        await desk.keys("9")  # goes nowhere
        held.let()
        await asked(desk, Form)
        for _paper in range(3):
            await desk.keys("space", "enter")
        await asked(desk, Confirm)
        assert "柒仟贰佰元整" in desk.shown()
        assert desk.entry.text((0, "self_paid")) == "8000"

    drive(scenario, register=sqlite_place)


def test_what_is_typed_before_the_form_is_there_goes_into_it() -> None:
    async def run() -> tuple[str, ...]:
        app = MediaidApp()
        async with app.run_test(size=SIZES[0]) as pilot:
            desk = Desk(app, pilot)
            assert app.entry_page.entry is None
            await fill(desk)
            await desk.until(lambda: desk.page.found and desk.page.found.total)
            head = [desk.entry.text((None, name)) for name in ("person_id", "category")]
            bill = [desk.entry.text((0, name)) for name in ("date", "self_paid")]
            return (*head, *bill, result(desk))

    person, category, day, amount, shown = asyncio.run(run())
    assert (person, category, day, amount) == ("P1", "低保家庭成员", "20230501", "8000")
    assert "7,200.00" in shown


def test_a_key_that_fails_keeps_back_none_of_those_behind_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    forward = App.on_event

    async def failing(app: App[None], event: events.Event) -> None:
        if isinstance(event, events.Key) and event.key == "x" and not event.is_forwarded:
            raise ZeroDivisionError("no such key")
        await forward(app, event)

    async def run() -> str:
        app = MediaidApp()
        async with app.run_test(size=SIZES[0], notifications=True) as pilot:
            desk = Desk(app, pilot)
            monkeypatch.setattr(App, "on_event", failing)
            await desk.keys("PxQ")
            await desk.until(lambda: desk.page.entry and desk.entry.text((None, "person_id")))
            await desk.settled()
            return desk.entry.text((None, "person_id"))

    assert asyncio.run(run()) == "PQ"


def test_work_in_the_background_goes_on_after_whatever_ended_it() -> None:
    done: list[int] = []
    ended: list[int] = []

    class Page:
        """Has its workers do their work at once."""

        def run_worker(self, work: Callable[[], None], **_how: object) -> None:
            try:
                work()
            except SystemExit:
                ended.append(1)

    def run(job: int) -> None:
        if job == 1:
            raise SystemExit
        done.append(job)

    latest: Latest[int] = Latest(Page(), run)  # type: ignore[arg-type]
    for job in (1, 2, 3):
        latest.ask(job)
    assert done == [2, 3]
    assert ended == [1]


def test_the_program_can_be_left_while_it_loads(monkeypatch: pytest.MonkeyPatch) -> None:
    loading = threading.Event()
    opened = Entry.opened

    def slow(*given: object) -> object:
        loading.wait(20)
        return opened(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(Entry, "opened", slow)

    async def run() -> None:
        app = MediaidApp()
        async with app.run_test(size=SIZES[0]) as pilot:
            desk = Desk(app, pilot)
            left = asyncio.Event()
            monkeypatch.setattr(app, "exit", left.set)
            await desk.keys("P1", "enter", "ctrl+q")
            assert left.is_set()
            assert app.entry_page.entry is None
            loading.set()

    asyncio.run(run())
