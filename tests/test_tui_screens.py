"""Every screen, dialog and key, driven without a terminal at both sizes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from textual import events
from textual.widgets import OptionList

from hostile import HOSTILE
from mediaid import i18n
from mediaid.desk import drafts, packs
from mediaid.desk.case import Bill, Case
from mediaid.desk.settings import read_settings
from mediaid.faults import Fault, MediaidError
from mediaid.tui.screens.dialogs import Chooser, Confirm
from mediaid.tui.screens.help import HelpPage
from mediaid.tui.screens.policy import PolicyPage
from mediaid.tui.widgets.fields import ChoiceList, Field
from mediaid.tui.widgets.line import LineInput
from mediaid.tui.widgets.pane import Pane
from tui_support import SIZES, Desk, drive, fill

both_sizes = pytest.mark.parametrize("size", SIZES, ids=["80x24", "160x50"])


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDIAID_STATE", str(tmp_path / "state"))


@both_sizes
def test_a_case_typed_ahead_of_the_screen_comes_to_its_aid(size: tuple[int, int]) -> None:
    i18n.choose("zh")

    async def scenario(desk: Desk) -> None:
        await fill(desk)
        shown = desk.shown()
        for text in (
            "7,200.00",
            "柒仟贰佰元整",
            "122,800.00",
            "低保家庭成员",
            "自负金额：捌仟元整",
        ):
            assert text in shown, text
        why = desk.page.query_one("#why", Pane).plain
        assert "8,000.00 × 90% = 7,200.00" in why
        assert "沪医保规[2020]4号" in why
        assert "门急诊医疗救助：就医类型为住院，本项目限门急诊" in why

    drive(scenario, size)


def test_what_a_chinese_input_method_types_is_an_amount() -> None:
    async def scenario(desk: Desk) -> None:
        await fill(desk)
        await desk.keys(*["backspace"] * 4)
        await desk.paste("１２３４。5")
        assert desk.entry.text((0, "self_paid")) == "1234.5"
        await desk.keys("enter")
        assert "1,234.50" in desk.shown()
        await desk.keys("up")
        assert desk.page.focused is not None
        assert desk.entry.text((0, "self_paid")) in ("1234.5", "1,234.50")

    drive(scenario)


@both_sizes
def test_what_is_wrong_stands_beside_its_field(size: tuple[int, int]) -> None:
    async def scenario(desk: Desk) -> None:
        await fill(desk)
        await desk.keys(",00")
        assert desk.entry.text((0, "self_paid")) == "8000,00"
        shown = desk.shown()
        assert "▲ self-paid amount: " in shown
        assert "To correct" in shown
        assert not desk.page.found or not desk.page.found.settled
        await desk.keys("backspace", "backspace", "backspace")
        assert "▲" not in desk.shown()

    drive(scenario, size)


def test_the_list_narrows_is_walked_and_closed() -> None:
    async def scenario(desk: Desk) -> None:
        popup = desk.page.query_one(ChoiceList)
        await desk.keys("enter", "space")
        assert popup.display
        assert popup.option_count == 7
        await desk.keys("down", "down", "up", "enter")
        assert desk.entry.text((None, "category")) == "minimum living guarantee"
        assert not popup.display
        await desk.keys("r")
        assert popup.display
        assert popup.option_count == 1
        await desk.keys("escape")
        assert not popup.display
        await desk.keys("xyz")
        assert not popup.display
        await desk.keys("tab")
        assert "▲ insurance: " in desk.shown()

    drive(scenario)


def test_arrows_and_tab_go_through_every_field() -> None:
    async def scenario(desk: Desk) -> None:
        await fill(desk)
        seen = []
        await desk.keys("up", "up", "up", "up")
        for _step in range(36):
            seen.append(desk.page._at)
            await desk.keys("tab")
        assert len(set(seen)) == 33  # 3 of the person, two rows of 15
        await desk.keys("shift+tab")
        assert desk.page._at == (1, "category")
        await desk.keys("up")
        assert desk.page._at == (0, "category")

    drive(scenario)


def test_earlier_bills_repeat_remove_undo_and_redo() -> None:
    async def scenario(desk: Desk) -> None:
        await fill(desk)
        await desk.keys("f6")
        assert "past" in desk.shown()
        assert desk.page.found is not None
        assert desk.page.found.total == 0
        await desk.keys("f7", "20230601", "enter", "enter", "200000")
        assert desk.entry.case.bills[1].earlier
        await desk.keys("f6")
        assert desk.page.found is not None
        assert desk.page.found.total == 13_000_000 - 720_000
        await desk.keys("f8")
        assert len(desk.entry.case.bills) == 2
        await desk.keys("ctrl+z")
        assert desk.entry.text((1, "self_paid")) == "200000"
        await desk.keys("ctrl+z", "ctrl+y", "ctrl+y")
        assert len(desk.entry.case.bills) == 2
        desk.grid()

    drive(scenario)


def test_undo_that_takes_the_row_of_the_cursor_away_leaves_it_in_another() -> None:
    async def scenario(desk: Desk) -> None:
        await fill(desk)
        await desk.keys("down", "100", "down")
        assert desk.page._at == (2, "self_paid")
        await desk.keys("ctrl+z")
        assert len(desk.entry.case.bills) == 2
        assert isinstance(desk.page.focused, Field)
        assert desk.page.focused.place == (None, "person_id")
        assert not desk.app._notifications

    drive(scenario)


def test_leaving_keeps_the_draft_and_the_next_start_shows_it() -> None:
    drafts_open: list[drafts.Draft] = []

    async def first(desk: Desk) -> None:
        await fill(desk)
        drafts_open.append(desk.entry.draft)
        desk.app.post_message(events.Key("ctrl+q", None))
        await desk.until(lambda: desk.app.return_code is not None)

    async def second(desk: Desk) -> None:
        assert "7,200.00" in desk.shown()
        assert desk.entry.text((None, "person_id")) == "P1"

    app = drive(first)
    assert app.return_code == 0
    drafts_open[0]._held.release()  # as the end of its process does
    drive(second)


def test_next_case_drafts_and_discard() -> None:
    async def scenario(desk: Desk) -> None:
        await fill(desk)
        await desk.keys("ctrl+s", "ctrl+n")
        assert desk.entry.case.blank
        await desk.keys("Q2", "ctrl+o")
        await desk.until(lambda: isinstance(desk.app.screen, Chooser))
        await desk.settled()
        assert "P1, 1 bills" in desk.shown()
        await desk.keys("enter")
        await desk.until(lambda: desk.entry.text((None, "person_id")) == "P1")
        await desk.keys("f9")
        await desk.until(lambda: isinstance(desk.app.screen, Confirm))
        await desk.keys("escape")
        assert not desk.entry.case.blank
        await desk.keys("f9")
        await desk.until(lambda: isinstance(desk.app.screen, Confirm))
        await desk.keys("y")
        await desk.until(lambda: desk.entry.case.blank)
        assert [kept.case.head["person_id"] for kept in drafts.kept()] == ["Q2"]

    drive(scenario)


@both_sizes
def test_policy_shows_values_citations_and_provisional_marks(size: tuple[int, int]) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.keys("f3")
        await desk.until(lambda: isinstance(desk.app.screen, PolicyPage))
        pane = desk.app.screen.query_one("#policy", Pane)
        await desk.until(lambda: "minimum living guarantee: 90%" in pane.plain)
        confirmed = pane.plain.count("[provisional]")
        assert "● inpatient" in pane.plain
        desk.app.screen.set_focus(desk.app.screen.query_one("#day"))
        await desk.settled()
        await desk.keys(*["backspace"] * 10)
        await desk.keys("20240101")
        await desk.until(lambda: pane.plain.count("[provisional]") > confirmed)
        await desk.keys(*["backspace"] * 2, "99")
        await desk.until(lambda: "day of the calendar" in desk.shown())
        await desk.keys("enter")
        assert desk.app.focused is pane
        await desk.keys("f2")
        assert desk.app.screen is desk.page

    drive(scenario, size)


@both_sizes
def test_two_days_stand_side_by_side_and_the_bill_at_hand_is_tried_on_both(
    size: tuple[int, int],
) -> None:
    async def scenario(desk: Desk) -> None:
        await fill(desk)
        await desk.keys("f3")
        pane = desk.app.screen.query_one("#policy", Pane)
        await desk.until(lambda: "minimum living guarantee: 90%" in pane.plain)
        desk.app.screen.set_focus(desk.app.screen.query_one("#then"))
        await desk.settled()
        await desk.keys("20240101")
        await desk.until(lambda: "differences" in pane.plain)
        rules = packs.pack_of("shanghai-minhang", {})
        days = packs.read_day("2023-12-31"), packs.read_day("2024-01-01")
        found = packs.compared(rules, days[0], rules, days[1])
        assert f"{len(found)} differences" in pane.plain
        assert pane.plain.count("+ [provisional]") == len(found)
        await desk.keys("f7")
        await desk.until(lambda: "7,200.00" in pane.plain)
        assert re.search(r"medical aid \[provisional\] +7,200.00 +7,200.00 +=", pane.plain)
        assert "Why under B" in pane.plain
        desk.grid()
        await desk.keys(*["backspace"] * 4, "200000")
        await desk.until(lambda: "130,000.00  " in pane.plain)
        await desk.keys(" nonsense")
        await desk.until(lambda: "nonsense: neither a code" in pane.plain)
        desk.grid()
        await desk.keys("f8")
        await desk.until(lambda: "differences" not in pane.plain)
        assert "Why under" not in pane.plain

    drive(scenario, size)


def test_another_pack_stands_beside_and_hostile_words_are_harmless() -> None:
    async def scenario(desk: Desk) -> None:
        await desk.keys("f3")
        pane = desk.app.screen.query_one("#policy", Pane)
        await desk.until(lambda: "minimum living guarantee: 90%" in pane.plain)
        await desk.keys("f6")
        await desk.until(lambda: isinstance(desk.app.screen, Chooser))
        await desk.settled()
        await desk.keys("xihu", "enter")
        await desk.until(lambda: "nanchang-xihu" in pane.plain)
        desk.grid()
        bill = desk.app.screen.query_one("#bill", LineInput)
        desk.app.screen.set_focus(bill)
        for text in (*HOSTILE, "=".join(HOSTILE[:8])):
            await desk.paste(text)
            desk.grid()
            bill.value = ""
        assert not desk.app._notifications

    drive(scenario, SIZES[1])


@both_sizes
@pytest.mark.parametrize("lang", i18n.LANGS)
def test_help_names_every_action_of_its_screen(size: tuple[int, int], lang: i18n.Lang) -> None:
    i18n.choose(lang)

    async def scenario(desk: Desk) -> None:
        from mediaid.tui.actions import on  # noqa: PLC0415

        await desk.keys("f1")
        await desk.until(lambda: isinstance(desk.app.screen, HelpPage))
        await desk.settled()
        text = desk.app.screen.query_one(Pane).plain
        assert [action.name for action in on("entry") if action.does not in text] == []
        desk.grid()
        await desk.keys("escape")
        assert desk.app.screen is desk.page

    drive(scenario, size)


@both_sizes
def test_the_palette_finds_by_pinyin_and_remembers_theme_and_language(
    size: tuple[int, int],
) -> None:
    i18n.choose("zh")

    async def scenario(desk: Desk) -> None:
        await desk.keys("ctrl+p")
        await desk.until(lambda: isinstance(desk.app.screen, Chooser))
        await desk.settled()
        desk.grid()
        await desk.keys("zt", "enter")
        await desk.until(lambda: "textual-dark" in desk.shown())
        await desk.keys("nord", "enter")
        await desk.until(lambda: desk.app.theme == "nord")
        await desk.keys("f12")
        await desk.until(lambda: "Submit" in desk.shown())
        await desk.settled()
        assert "category" in desk.shown()

    drive(scenario, size)
    assert (read_settings().theme, read_settings().lang) == ("nord", "en")


def test_another_pack_and_another_reading_are_reckoned_by() -> None:
    async def scenario(desk: Desk) -> None:
        await fill(desk)
        await desk.keys("ctrl+r")
        await desk.until(lambda: isinstance(desk.app.screen, Chooser))
        await desk.settled()
        await desk.keys("cap-holder", "enter")
        await desk.until(lambda: "household" in desk.shown())
        await desk.settled()
        await desk.keys("household", "enter")
        await desk.until(lambda: desk.entry.case.readings)
        await desk.settled()
        assert desk.entry.case.readings == {"cap-holder": "household"}
        assert "7,200.00" in desk.shown()
        await desk.keys("f5")
        await desk.until(lambda: isinstance(desk.app.screen, Chooser))
        await desk.settled()
        await desk.keys("xihu", "enter")
        await desk.until(lambda: desk.entry.pack.id == "nanchang-xihu")
        await desk.settled()
        desk.grid()

    drive(scenario)
    assert read_settings().pack == "nanchang-xihu"


def test_a_pack_with_household_pools_says_whose_bills_count() -> None:
    async def scenario(desk: Desk) -> None:
        await desk.page.choose_rules(str(Path(__file__).parent / "packs" / "qinghe"), {})
        await desk.settled()
        assert "household" in desk.shown()
        await desk.keys("P1", "enter", "H1", "enter", "dibao", "enter", "residents", "enter")
        await desk.keys("urban", "enter", "20240501", "enter", "inpatient", "enter")
        await desk.keys("5000")
        assert "Only this person's bills" in desk.page.query_one("#result", Pane).plain
        desk.grid()

    drive(scenario)


# --- what must not happen -------------------------------------------------------------------------


def test_hostile_text_is_harmless_in_every_field_and_dialog() -> None:
    for text in HOSTILE:
        draft = drafts.Draft()
        bills = [Bill({"date": text, "self_paid": text, "setting": text}), Bill()]
        draft.keep(
            Case("shanghai-minhang", {}, {"person_id": text, "category": text}, bills),
            left_open=False,
        )

    pairs = [" ".join(HOSTILE[at : at + 2]) for at in range(0, len(HOSTILE), 2)]

    async def scenario(desk: Desk) -> None:
        for text in pairs:
            await desk.paste(text)
            desk.grid()
            await desk.keys("tab")
        desk.app.report(MediaidError([Fault(HOSTILE[0], text) for text in HOSTILE]))
        desk.app.report(ValueError(HOSTILE[3]))
        await desk.settled()
        desk.grid()
        await desk.keys("ctrl+o")
        await desk.until(lambda: isinstance(desk.app.screen, Chooser))
        await desk.settled()
        assert desk.app.screen.query_one(OptionList).option_count == len(HOSTILE)
        desk.grid()
        await desk.paste(HOSTILE[3])
        desk.grid()
        await desk.keys("escape")
        for at in range(0, len(HOSTILE), 3):
            some = HOSTILE[at : at + 3]
            head = dict(zip(("person_id", "category", "insurance"), some, strict=False))
            rows = [Bill({"date": text, "self_paid": text, "setting": text}) for text in some]
            case = Case("shanghai-minhang", {}, head, [*rows, Bill()])
            desk.page.entry = type(desk.entry)(case, drafts.Draft())
            await desk.page.rebuild()
            await desk.settled()
            desk.grid()
        for text in pairs:
            desk.app.push_screen(Confirm(text))
            await desk.settled()
            desk.grid()
            await desk.keys("escape")

    drive(scenario, (80, 36))


def test_an_error_in_a_handler_is_told_and_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario(desk: Desk) -> None:
        await fill(desk)

        def broken(*_: object) -> None:
            raise RuntimeError("boom [/] \x1b[2J")

        with monkeypatch.context() as patched:
            patched.setattr(type(desk.entry), "assess", broken)
            patched.setattr(type(desk.entry), "toggle_earlier", broken)
            await desk.keys("5", "f6")
            await desk.until(lambda: "boom" in desk.shown())
        await desk.keys("backspace", "1")
        assert desk.entry.text((0, "self_paid")) == "80001"
        assert "72,000.90" in desk.shown()

    drive(scenario)
    (log,) = Path(read_settings.__globals__["state_folder"]()).glob("errors.log")
    assert re.search(r"RuntimeError: boom", log.read_text(encoding="utf-8"))


def test_a_disk_that_is_full_is_told_and_the_form_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario(desk: Desk) -> None:
        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(Path, "replace", full)
        await fill(desk)
        assert "7,200.00" in desk.shown()
        assert any("the disk is full" in its.message for its in desk.app._notifications)
        monkeypatch.undo()

    drive(scenario)
