"""Case entry with a register, the list of cases, a case and a person, driven without a terminal."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from hostile import HOSTILE
from mediaid import i18n
from mediaid.desk import drafts
from mediaid.desk.case import Case
from mediaid.desk.entry import Entry
from mediaid.desk.register import create
from mediaid.desk.register.ledger import Ledger
from mediaid.desk.settings import Settings, read_settings, write_settings
from mediaid.packs.load import load_pack
from mediaid.register.database.open import open_register
from mediaid.register.schema import aid_case
from mediaid.register.views.cases import case_data
from mediaid.register.views.events import events_data
from mediaid.register.views.office import office_data
from mediaid.tui.screens.asking import Form
from mediaid.tui.screens.case import CasePage
from mediaid.tui.screens.dialogs import Ask, Chooser, Confirm, Told
from mediaid.tui.screens.help import HelpPage
from mediaid.tui.screens.person import PersonPage
from mediaid.tui.screens.policy import PolicyPage
from mediaid.tui.screens.register import RegisterPage
from mediaid.tui.widgets.fields import ChoiceList
from mediaid.tui.widgets.pane import Pane
from mediaid.tui.widgets.rows import Rows
from register_support import resident_number
from tui_support import SIZES, Desk, asked, drive, person_chosen

if TYPE_CHECKING:
    from register_support import Office

both_sizes = pytest.mark.parametrize("size", SIZES, ids=["80x24", "160x50"])


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDIAID_STATE", str(tmp_path / "state"))
    monkeypatch.delenv("MEDIAID_REGISTER", raising=False)
    write_settings(Settings(office="MH"))


def state_of(office: Office, number: str) -> str:
    with office.register.read() as connection:
        found = select(aid_case.c.state).where(aid_case.c.number == number)
        return str(connection.execute(found).scalar_one())


async def rows_of(desk: Desk, count: int) -> Rows:
    """Open the list and wait for so many cases."""
    if not isinstance(desk.app.screen, RegisterPage):
        await desk.keys("f10")
    await asked(desk, RegisterPage)
    rows = desk.app.screen.query_one(Rows)
    await desk.until(lambda: rows.count == count and rows.texts(count - 1) is not None)
    await desk.settled()
    return rows


async def read(desk: Desk, text: str) -> str:
    """Wait until the screen's text says something; return all of it."""
    pane = desk.app.screen.query_one(Pane)
    await desk.until(lambda: text in pane.plain)
    return pane.plain


# --- case entry -----------------------------------------------------------------------------------


@both_sizes
def test_a_case_is_entered_with_the_pools_of_the_register_and_submitted(
    sqlite_office: Office, sqlite_place: str, size: tuple[int, int]
) -> None:
    i18n.choose("zh")
    person = sqlite_office.person("dibao")
    sqlite_office.approved(person, ("2023-03-01", 140_000))

    async def scenario(desk: Desk) -> None:
        await person_chosen(desk, resident_number(1)[:10])
        await desk.keys("20230501", "enter", "zy", "enter", "8000", "enter")
        shown = desk.shown()
        assert "低保家庭成员" in shown
        assert "126,000.00" in shown  # used before
        assert "4,000.00" in shown  # what is left of the cap, and given
        await desk.keys("ctrl+s")
        assert desk.page._at == (0, "institution")
        await desk.keys("某医院", "enter", "A1", "ctrl+s")
        await asked(desk, Form)
        assert "已收到的按空格" in desk.shown()
        await desk.keys("ctrl+s")
        await desk.until(lambda: "▲" in desk.shown())
        for _paper in range(3):
            await desk.keys("space", "enter")
        await asked(desk, Confirm)
        assert "肆仟元整" in desk.shown()
        await desk.keys("enter")
        await desk.until(lambda: desk.entry.case.blank and desk.app.screen is desk.page)
        assert not drafts.kept()

    drive(scenario, size, sqlite_place)
    with sqlite_office.register.read() as connection:
        data = case_data(connection, "MH-2023-000001")
        new = connection.execute(
            select(aid_case.c.number).where(aid_case.c.state == "in_review")
        ).scalar_one()
        submitted = case_data(connection, new)
        assert [its["action"] for its in events_data(connection, subject=f"case:{new}")] == [
            "case.submit"
        ]
    assert data["state"] == "approved"
    assert [its["invoice"] for its in submitted["bills"]] == ["A1"]
    assert not submitted["missing_papers"]
    assert read_settings().register == sqlite_place


def test_self_paid_is_derived_as_it_is_typed_and_the_draft_outlasts_the_program(
    sqlite_office: Office, sqlite_place: str
) -> None:
    sqlite_office.person("dibao")

    async def scenario(desk: Desk) -> None:
        await person_chosen(desk, "某甲")
        await desk.keys("20230501", "enter", "zy", "enter", "tab", "某医院", "tab", "A1", "tab")
        await desk.keys("12000", "tab", "500", "tab", "tab", "tab", "3500", "tab")
        assert desk.page.found is not None
        assert desk.page.found.total == 7_200_00
        assert "= 8,000.00" in desk.shown()
        await desk.keys("99999")
        assert desk.page.found.total == 0
        assert "▲" in desk.shown()
        await desk.keys("ctrl+s")
        said = [its.message for its in desk.app._notifications]
        assert said[-1].startswith("Not submitted yet: correct self-paid amount")
        assert desk.page._at in desk.page.found.problems
        desk.entry.draft._held.release()  # as the end of the process would

    async def again(desk: Desk) -> None:
        await desk.until(lambda: desk.entry.standing is not None)
        assert desk.entry.case.person == 1
        await desk.keys("backspace")
        assert desk.entry.text((0, "pooled_fund")) == "3500"

    drive(scenario, register=sqlite_place)
    drive(again, register=sqlite_place)


@both_sizes
def test_a_new_person_is_entered_where_none_is_found(
    sqlite_office: Office, sqlite_place: str, size: tuple[int, int]
) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.keys("某丙")
        await desk.until(lambda: desk.page.query_one(ChoiceList).display)
        await desk.keys("enter")
        await asked(desk, Form)
        await desk.keys(resident_number(5)[:-1] + "A", "enter", "某镇", "enter")
        await desk.keys("dibao", "enter", "resident", "enter", "20230101", "enter")
        await desk.until(lambda: "▲" in desk.shown())
        assert "check" in desk.shown() or "digit" in desk.shown()
        await desk.keys("escape")
        await asked(desk, type(desk.page))
        # What was typed is there. Nobody is chosen yet: Enter offers the choice again.
        await desk.keys("enter")
        await desk.until(lambda: desk.page.query_one(ChoiceList).display)
        await desk.keys("enter")
        await asked(desk, Form)
        await desk.keys("down", "backspace")
        await desk.keys(resident_number(5)[-1], "ctrl+s")
        await desk.until(lambda: desk.entry.standing is not None)
        await desk.settled()
        assert desk.page._at == (0, "date")
        assert "minimum living guarantee" in desk.shown()

    drive(scenario, size, sqlite_place)
    with sqlite_office.register.read() as connection:
        assert [its["action"] for its in events_data(connection)][-1] == "person.add"


def test_known_and_similar_bills_stop_a_case_until_they_are_answered_for(
    sqlite_office: Office, sqlite_place: str
) -> None:
    person = sqlite_office.person("dibao")
    sqlite_office.submitted(person, ("2023-05-01", 8000))

    async def scenario(desk: Desk) -> None:
        await person_chosen(desk, "某甲")
        await desk.keys("20230501", "enter", "zy", "enter", "8000", "enter", "某医院", "enter")
        await desk.keys("F000001", "ctrl+s")
        await desk.until(lambda: "no bill is" in desk.shown())
        assert desk.page._at == (0, "invoice_no")
        await desk.keys("x", "ctrl+s")
        await asked(desk, Form)
        form = desk.app.screen
        assert isinstance(form, Form)
        assert form._asked[0].label.endswith("Why is this another one?")
        await desk.keys("另一次住院", "enter")
        for _paper in range(2):
            await desk.keys("space", "enter")
        await desk.keys("医院不出具", "enter")
        await asked(desk, Confirm)
        await desk.keys("y")
        await desk.until(lambda: desk.entry.case.blank and desk.app.screen is desk.page)

    drive(scenario, register=sqlite_place)
    with sqlite_office.register.read() as connection:
        numbers = list(connection.scalars(select(aid_case.c.number).order_by(aid_case.c.id)))
        data = case_data(connection, numbers[-1])
    assert data["bills"][0]["similar_answer"] == "另一次住院"
    assert [its["waived"] for its in data["papers"]] == [None, None, "医院不出具"]


# --- the list -------------------------------------------------------------------------------------


@both_sizes
def test_cases_are_found_filtered_opened_and_approved_together(
    sqlite_office: Office, sqlite_place: str, size: tuple[int, int]
) -> None:
    i18n.choose("zh")
    numbers = [
        sqlite_office.reviewed(sqlite_office.person(), ("2023-05-01", 1000 * its))
        for its in (1, 2, 3)
    ]
    other = sqlite_office.submitted(sqlite_office.person("orphan"), ("2023-05-01", 700))

    async def scenario(desk: Desk) -> None:
        await rows_of(desk, 4)
        assert other in desk.shown()
        await desk.keys("2")
        await rows_of(desk, 1)
        assert numbers[1] in desk.shown()
        assert numbers[0] not in desk.shown()
        await desk.keys("escape")
        await rows_of(desk, 4)
        await desk.keys("f4")
        await asked(desk, Chooser)
        await desk.keys("dsp", "enter")
        await rows_of(desk, 3)
        assert other not in desk.shown()
        await desk.keys("space", "space", "up")
        assert desk.shown().count("✓ MH-") == 2
        await desk.keys("f7")
        await asked(desk, Confirm)
        assert "5,400" not in desk.shown()
        assert "4,500.00" in desk.shown()  # 90% of 3,000 and 2,000
        await desk.keys("escape")
        await asked(desk, RegisterPage)
        await desk.keys("f7")
        await asked(desk, Confirm)
        await desk.keys("enter")
        await rows_of(desk, 1)
        assert [state_of(sqlite_office, its) for its in numbers] == [
            "reviewed", "approved", "approved",
        ]  # fmt: skip
        await desk.keys("enter")
        await asked(desk, CasePage)
        text = await read(desk, "1,000.00 × 90% = 900.00")
        assert "沪医保规[2020]4号" in text
        assert "发票" in text
        await desk.keys("f6")
        await asked(desk, PersonPage)
        text = await read(desk, "2023")
        assert "129,100.00" in text
        await desk.keys("escape", "escape")
        await asked(desk, RegisterPage)
        desk.grid()

    drive(scenario, size, sqlite_place)


def test_a_case_is_denied_with_a_reason_and_its_end_is_told(
    sqlite_office: Office, sqlite_place: str
) -> None:
    number = sqlite_office.submitted(sqlite_office.person(), ("2023-05-01", 1000))

    async def scenario(desk: Desk) -> None:
        await rows_of(desk, 1)
        await desk.keys("f9")
        await asked(desk, Chooser)
        await desk.keys("deny", "enter")
        await asked(desk, Ask)
        await desk.keys("enter")
        assert "▲" in desk.shown()
        await desk.keys("不在范围", "enter")
        await desk.until(lambda: state_of(sqlite_office, number) == "denied")
        await asked(desk, RegisterPage)
        await desk.keys("f7")
        assert state_of(sqlite_office, number) == "denied"

    drive(scenario, register=sqlite_place)


def test_nobody_approves_a_case_of_ones_own(sqlite_office: Office, sqlite_place: str) -> None:
    from mediaid.register.session import _account  # noqa: PLC0415

    sqlite_office.name = _account()
    number = sqlite_office.reviewed(sqlite_office.person(), ("2023-05-01", 1000))

    async def scenario(desk: Desk) -> None:
        await rows_of(desk, 1)
        await desk.keys("f7")
        await asked(desk, Confirm)
        await desk.keys("y")
        await asked(desk, Told)
        assert "somebody else" in desk.app.screen.query_one(Pane).plain
        await desk.keys("enter")
        await asked(desk, RegisterPage)

    drive(scenario, register=sqlite_place)
    assert state_of(sqlite_office, number) == "reviewed"


def test_keys_pressed_before_the_cases_are_read_are_about_the_case_that_comes(
    sqlite_office: Office, sqlite_place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = sqlite_office.submitted(sqlite_office.person(), ("2023-05-01", 1000))
    begin, may_read = Ledger.begin, threading.Event()

    def slow(ledger: Ledger) -> None:
        may_read.wait(20)
        begin(ledger)

    monkeypatch.setattr(Ledger, "begin", slow)

    async def scenario(desk: Desk) -> None:
        await desk.keys("f10", "f7")
        await desk.until(lambda: isinstance(desk.app.screen, RegisterPage))
        may_read.set()
        await asked(desk, Confirm)
        assert number in desk.shown()
        await desk.keys("y")
        await desk.until(lambda: state_of(sqlite_office, number) == "reviewed")
        await desk.keys("f2", "f10", number[-3:], "space", "f6")
        await asked(desk, PersonPage)

    drive(scenario, register=sqlite_place)


def test_a_case_sent_back_is_corrected_and_submitted_again(
    sqlite_office: Office, sqlite_place: str
) -> None:
    number = sqlite_office.submitted(sqlite_office.person(), ("2023-05-01", 1000))

    async def scenario(desk: Desk) -> None:
        await rows_of(desk, 1)
        await desk.keys("enter")
        await asked(desk, CasePage)
        await read(desk, number)
        await desk.keys("f9")
        await asked(desk, Chooser)
        await desk.keys("return", "enter")
        await desk.until(lambda: isinstance(desk.app.screen, Chooser | Ask))
        await desk.settled()
        if isinstance(desk.app.screen, Chooser):
            await desk.keys(*["backspace"] * 6, "send back", "enter")
            await asked(desk, Ask)
        await desk.keys("wrong amount", "enter")
        await read(desk, "wrong amount")
        await desk.keys("f4")
        await asked(desk, type(desk.page))
        await desk.until(lambda: desk.entry.case.number == number and desk.entry.standing)
        await desk.keys("enter", "enter", "enter")
        assert desk.page._at == (0, "self_paid")
        await desk.keys(*["backspace"] * 7, "2000", "ctrl+s")
        await asked(desk, Form)
        await desk.keys("ctrl+s")  # the papers are there already
        await asked(desk, Confirm)
        await desk.keys("y")
        await desk.until(lambda: desk.entry.case.blank and desk.app.screen is desk.page)

    drive(scenario, register=sqlite_place)
    with sqlite_office.register.read() as connection:
        data = case_data(connection, number)
    assert data["state"] == "in_review"
    assert [its["self_paid"] for its in data["bills"] if its["counts"]] == ["2000.00"]


def test_names_are_shown_in_clear_only_after_asking_and_that_is_an_event(
    sqlite_office: Office, sqlite_place: str
) -> None:
    number = sqlite_office.submitted(sqlite_office.person(), ("2023-05-01", 1000))

    async def scenario(desk: Desk) -> None:
        await rows_of(desk, 1)
        assert "某甲1" not in desk.shown()
        await desk.keys("ctrl+d")
        await asked(desk, Confirm)
        await desk.keys("escape")
        await asked(desk, RegisterPage)
        assert "某甲1" not in desk.shown()
        await desk.keys("enter")
        await asked(desk, CasePage)
        await read(desk, number)
        await desk.keys("ctrl+d")
        await asked(desk, Confirm)
        await desk.keys("y")
        await read(desk, "某甲1")

    drive(scenario, register=sqlite_place)
    with sqlite_office.register.read() as connection:
        events = [its for its in events_data(connection) if its["action"] == "reveal"]
    assert [its["subject"] for its in events] == [f"case:{number}"]


# --- what goes wrong ------------------------------------------------------------------------------


def test_hostile_text_of_a_register_is_shown_and_obeyed_by_nothing(
    sqlite_office: Office, sqlite_place: str
) -> None:
    for _text in HOSTILE:
        sqlite_office.submitted(sqlite_office.person(), ("2023-05-01", 1000))
    raw = sqlite3.connect(sqlite_place)
    for person, text in enumerate(HOSTILE, 1):
        safe = text.encode("utf-8", "replace").decode()
        raw.execute("UPDATE person SET name = ?, town = ? WHERE id = ?", (safe, safe, person))
    raw.execute("DROP TRIGGER bill_no_update")
    for person, text in enumerate(HOSTILE, 1):
        safe = text.encode("utf-8", "replace").decode()
        raw.execute("UPDATE bill SET institution = ? WHERE person_id = ?", (safe, person))
    raw.commit()
    raw.close()

    async def scenario(desk: Desk) -> None:
        await desk.keys("99999919")
        await desk.until(lambda: desk.page.query_one(ChoiceList).display)
        desk.grid()
        await desk.keys("escape")
        await rows_of(desk, len(HOSTILE))
        await desk.keys("ctrl+d")
        await asked(desk, Confirm)
        await desk.keys("y")
        await rows_of(desk, len(HOSTILE))
        desk.grid()
        await desk.keys("f4")
        await asked(desk, Chooser)
        desk.grid()
        await desk.keys("escape")
        for _text in HOSTILE:
            await asked(desk, RegisterPage)
            await desk.keys("enter")
            await asked(desk, CasePage)
            await read(desk, "MH-2023")
            await desk.settled()
            desk.grid()
            await desk.keys("escape")
            await asked(desk, RegisterPage)
            await desk.keys("down")

    app = drive(scenario, (160, 50), sqlite_place)
    assert app.return_code in (None, 0)


@both_sizes
def test_where_there_is_no_register_one_is_created_and_worked_with(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    i18n.choose("zh")
    place = tmp_path / "new" / "台账.db"

    async def scenario(desk: Desk) -> None:
        await desk.keys("P1", "f10")
        await asked(desk, Chooser)
        desk.grid()
        await desk.keys("enter")
        await asked(desk, Form)
        desk.grid()
        await desk.keys("镇", "enter", "mh 1", "ctrl+s")
        await desk.until(lambda: "大写字母和数字" in desk.shown())
        await desk.keys(*["backspace"] * 4, "MH", "up", "up", *["backspace"] * 200, str(place))
        await desk.keys("ctrl+s")
        await desk.until(lambda: desk.app.office is not None and desk.page.entry is not None)
        await desk.settled()
        # What was typed before waits as a draft: its person would be one of no register.
        assert desk.entry.case.blank
        assert [its.case.head["person_id"] for its in drafts.kept()] == ["P1"]
        await desk.keys("f10")
        await asked(desk, RegisterPage)
        desk.grid()

    drive(scenario, size)
    assert read_settings().register == str(place)
    with closing(open_register(str(place))) as register, register.read() as connection:
        assert office_data(connection).offices == {"MH": "镇"}


def test_a_register_that_is_there_or_none_is_said_beside_its_field(
    sqlite_office: Office, sqlite_place: str, tmp_path: Path
) -> None:
    sqlite_office.register.close()
    texts = {"register": sqlite_place, "office": "镇", "code": "MH"}
    assert set(create.wrong_in_new(texts)) == {"register", "pack", "separation"}
    assert not create.wrong_to_open({"register": sqlite_place})
    assert create.wrong_to_open({"register": str(tmp_path / "none.db")})
    assert create.wrong_to_open({"register": " "})


def test_a_draft_of_another_register_loses_its_person_and_says_so() -> None:
    """Who is number 1 here is somebody else there."""
    case = Case("shanghai-minhang", head={"person_id": "某甲"}, person=1, register="one")
    pack = load_pack("shanghai-minhang")
    same = Entry(case.copy(), registered=pack, register="one")
    assert same.case.person == 1
    assert not same.trouble
    other = Entry(case.copy(), registered=pack, register="other")
    assert other.case.person is None
    assert other.trouble
    assert other.text((None, "person_id")) == "某甲"
    assert Case.from_data(case.to_data()) == case


def test_a_register_that_fails_is_told_and_the_program_goes_on(
    sqlite_office: Office, sqlite_place: str
) -> None:
    sqlite_office.submitted(sqlite_office.person(), ("2023-05-01", 1000))
    sqlite_office.register.close()

    async def scenario(desk: Desk) -> None:
        await rows_of(desk, 1)
        assert desk.app.office is not None
        desk.app.office.close()
        for name in ("", "-wal", "-shm"):
            Path(f"{sqlite_place}{name}").unlink(missing_ok=True)
        Path(sqlite_place).write_bytes(b"no database" * 1000)
        await desk.keys("f6")
        await desk.until(lambda: "damaged" in desk.shown())
        await desk.keys("escape", "f2", "abc")
        assert desk.app.screen is desk.page
        assert desk.entry.text((None, "person_id")) == "abc"

    drive(scenario, register=sqlite_place)


def test_a_demonstration_is_marked_on_every_screen(
    sqlite_office: Office, sqlite_place: str
) -> None:
    from mediaid.register.schema import setting  # noqa: PLC0415
    from mediaid.register.views.office import DEMONSTRATION  # noqa: PLC0415

    with sqlite_office.write() as work:
        work.insert(setting, name=DEMONSTRATION, value="yes")
    sqlite_office.submitted(sqlite_office.person(), ("2023-05-01", 1000))

    async def scenario(desk: Desk) -> None:
        await desk.settled()
        assert "DEMONSTRATION" in desk.shown()
        await rows_of(desk, 1)
        assert "DEMONSTRATION" in desk.shown()
        for key, kind in (("f6", PersonPage), ("f3", PolicyPage), ("f1", HelpPage)):
            await desk.keys(key)
            await asked(desk, kind)
            assert "DEMONSTRATION" in desk.shown()

    drive(scenario, register=sqlite_place)
    assert read_settings().register == ""
