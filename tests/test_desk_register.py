"""What screens ask of a register: rows, what is foreseen, people, what can be done."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert, select

from mediaid.cli.register.case_text import case_lines
from mediaid.desk.register import cases, ledger, people
from mediaid.desk.register.choose import chosen, may_be_remembered, own_file
from mediaid.desk.register.detail import case_detail
from mediaid.desk.register.ledger import Filter, Ledger
from mediaid.desk.register.office import Office as Desk
from mediaid.desk.register.office import open_office
from mediaid.desk.settings import Settings
from mediaid.faults import MediaidError
from mediaid.register.demonstration import make_demonstration
from mediaid.register.determinations.foresee import Typed, standing_of
from mediaid.register.determinations.store import stand_of
from mediaid.register.people import search
from mediaid.register.schema import aid_case, standing
from mediaid.register.views.cases import case_data
from mediaid.register.views.events import events_data
from mediaid.register.views.office import office_data
from mediaid.register.workflow.actions import review, submit
from register_support import resident_number

if TYPE_CHECKING:
    from pathlib import Path

    from register_support import Office


def desk_of(office: Office) -> Desk:
    with office.register.read() as connection:
        its = office_data(connection)
    return Desk(office.register, "register", office.name, its.offices, its.pack, its.demonstration)


def many_cases(office: Office, count: int) -> None:
    """Add cases with nothing in them, as fast as rows can be added."""
    person = office.person()
    rows = [
        {
            "id": 1000 + 3 * number,
            "number": f"XZ-2023-{number:06d}",
            "office": "XZ",
            "person_id": person,
            "state": "reviewed" if number % 5 == 0 else "filed",
            "accepted_by": "clerk",
            "accepted_at": dt.datetime(2023, 1 + number % 12, 1, tzinfo=dt.UTC),
        }
        for number in range(count)
    ]
    with office.register.engine.begin() as connection:
        connection.execute(insert(aid_case), rows)
        empty = {"in_force_id": None, "pending_id": None}
        connection.execute(insert(standing), [{"case_id": its["id"], **empty} for its in rows])


# --- rows -----------------------------------------------------------------------------------------


def test_every_row_of_a_long_list_is_reached_in_order_and_few_are_kept(office: Office) -> None:
    many_cases(office, 4_321)
    its = Ledger(desk_of(office), Filter())
    its.begin()
    assert its.count == ledger.PAGE
    assert not its.counted
    its.count_through()
    assert its.count == 4_321
    seen = []
    for page in range(44):
        assert its.missing(page * 100, page * 100 + 99) in ([page], [])
        its.read(page)
        rows = [its.row(at) for at in range(page * 100, min(page * 100 + 100, 4_321))]
        seen += [row.number for row in rows if row is not None]
    assert seen == [f"XZ-2023-{number:06d}" for number in reversed(range(4_321))]
    assert its.row(0) is None  # let go of by now, and read again when it is looked at
    its.read(0)
    assert its.row(0) is not None


@pytest.mark.parametrize("few", [search.FEW, 0], ids=["few fit", "many fit"])
def test_filters_narrow_and_go_together(
    office: Office, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "FEW", few)
    many_cases(office, 120)
    first, second = office.person("dibao"), office.person("orphan")
    mine = office.submitted(first, ("2023-05-01", 8000))
    theirs = office.submitted(second, ("2023-05-02", 500, "outpatient"))
    desk = desk_of(office)

    def found(**wanted: str) -> list[str]:
        its = Ledger(desk, Filter(**wanted))  # type: ignore[arg-type]
        its.begin()
        its.count_through()
        assert its.count == len(its.everything())
        return [row.number for row in its.everything()]

    assert len(found(state="reviewed")) == 24
    assert len(found(state="reviewed", month="2023-01")) == 2
    assert found(category="orphan") == [theirs]
    assert found(state="in_review", category="dibao") == [mine]
    assert found(text=mine.lower()) == [mine]
    assert found(text="1", state="in_review") == [mine]  # the last figures of the number
    assert found(text=resident_number(3)[:17]) == [theirs]
    assert set(found(text="某甲3")) == {theirs}
    assert found(text="nobody") == []
    assert found(text="%") == []
    assert found(town="某镇", state="in_review") == [theirs, mine]
    assert found(town="另一镇") == []
    with pytest.raises(MediaidError, match="2023-05"):
        found(month="May")
    offered = ledger.choices(desk)
    assert [its.code for its in offered.months][:3] == ["", "2023-12", "2023-11"]
    assert [its.code for its in offered.towns] == ["", "某镇"]


# --- what is foreseen -----------------------------------------------------------------------------


def test_what_is_shown_while_typing_is_what_is_decided(office: Office) -> None:
    """Also where earlier cases used the cap, and where a later one has to be corrected."""
    person = office.person("dibao")
    office.approved(person, ("2023-03-01", 100_000))
    later = office.approved(person, ("2023-09-01", 60_000))
    typed = [
        Typed(dt.date(2023, 5, 1), "inpatient", 30_000_00, {}),
        Typed(dt.date(2023, 4, 1), "outpatient", 900_00, {}),
    ]
    with office.register.read() as connection:
        foreseen = standing_of(connection, person).settle(typed)
    number = office.case(person, ("2023-05-01", 30_000), ("2023-04-01", 900, "outpatient"))
    with office.write() as work:
        submit(work, number)
        review(work, number)
    with office.register.read() as connection:
        row = connection.execute(select(aid_case).where(aid_case.c.number == number)).one()
        pending = stand_of(connection, row.id).pending
        assert pending is not None
        other = connection.execute(
            select(aid_case.c.id).where(aid_case.c.number == later)
        ).scalar_one()
        corrected = stand_of(connection, other).pending
    assert sum(its.aid for its in foreseen.outcomes) == pending.aid
    assert sum(its.payable for its in foreseen.outcomes) == pending.payable
    assert foreseen.corrected == (later,)
    assert corrected is not None


def test_provisional_figures_are_named_by_their_labels(office: Office) -> None:
    office.now = dt.datetime(2024, 6, 1, tzinfo=dt.UTC)
    number = office.reviewed(office.person("dibao"), ("2024-05-02", 8_000))
    with office.register.read() as connection:
        data = case_data(connection, number)
    assert "medical-aid/rate" in data["determinations"][0]["provisional"]
    screen = "\n".join(its.text for its in case_detail(desk_of(office), number).lines)
    for said in (screen, "\n".join(case_lines(data, explain=True))):
        assert re.search(r"provisional: .*medical aid · rate", said)
        assert "medical-aid/" not in said


# --- people ---------------------------------------------------------------------------------------


def test_people_are_found_masked_by_name_and_by_number(office: Office) -> None:
    office.person()
    office.person()
    desk = desk_of(office)
    both = people.find(desk, "某甲")
    assert [its.name for its in both] == ["某**", "某**"]
    assert [its.person for its in people.find(desk, resident_number(2)[:16])] == [2]
    assert all("1950" not in its.label for its in both)
    assert people.find(desk, "") == []
    assert people.find(desk, "_") == []


def test_a_new_person_is_refused_field_by_field_and_entered_whole(office: Office) -> None:
    desk = desk_of(office)
    texts = {"name": "某乙", "number": resident_number(7)[:-1] + "0", "town": "", "since": "then"}
    wrong = people.wrong_in(desk, texts)
    assert set(wrong) == {"number", "town", "category", "insurance", "since"}
    texts |= {
        "number": resident_number(7),
        "town": "某镇",
        "category": "minimum living guarantee",
        "insurance": "resident",
        "since": "2023年1月1日",
    }
    assert people.wrong_in(desk, texts) == {}
    found = people.enter(desk, texts)
    known = people.standing(desk, found.person)
    assert "minimum living guarantee" in people.as_of(known, dt.date(2023, 5, 1))
    assert people.as_of(known, dt.date(2022, 5, 1)) == "in no category"
    with pytest.raises(MediaidError, match="belongs to person"):
        people.enter(desk, texts)


# --- what can be done -----------------------------------------------------------------------------


def test_several_are_approved_each_on_its_own_and_who_accepted_is_refused(office: Office) -> None:
    first = office.reviewed(office.person(), ("2023-05-01", 8000))
    second = office.reviewed(office.person(), ("2023-05-01", 900))
    desk = desk_of(office)
    assert cases.forward("reviewed") == "approve"
    assert cases.forward("filed") is None
    assert "review" not in cases.offered(["reviewed", "in_review"])
    refused = cases.do(desk, "approve", [first])
    assert not refused.done
    assert "somebody else" in refused.refused[0][1]
    office.name = "approver"
    done = cases.do(desk, "approve", [first, "MH-2023-999999", second])
    assert done.done == [first, second]
    assert [number for number, _why in done.refused] == ["MH-2023-999999"]
    stopped = cases.do(desk, "pay", [first, second], told=lambda done: done < 1)
    assert stopped.done == [first]
    with office.register.read() as connection:
        actions = [its["action"] for its in events_data(connection, subject=f"case:{first}")]
    assert actions[-2:] == ["case.approve", "payment.send"]


# --- which register -------------------------------------------------------------------------------


def test_the_option_comes_before_the_environment_the_memory_and_the_own_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDIAID_STATE", str(tmp_path))
    monkeypatch.delenv("MEDIAID_REGISTER", raising=False)
    settings = Settings()
    assert chosen("", settings) == ""
    own_file().write_text("")
    assert chosen("", settings) == str(own_file())
    settings.register = "remembered.db"
    assert chosen("", settings) == "remembered.db"
    monkeypatch.setenv("MEDIAID_REGISTER", "environment.db")
    assert chosen("", settings) == "environment.db"
    assert chosen("option.db", settings) == "option.db"
    assert may_be_remembered("office.db")
    assert may_be_remembered("postgresql://clerk@host/office")
    assert not may_be_remembered("postgresql://clerk:secret@host/office")
    assert not may_be_remembered("postgresql://host/office?password=secret")


def test_the_demonstration_is_marked_sound_and_always_the_same(tmp_path: Path) -> None:
    places = [make_demonstration(tmp_path / name, 16) for name in ("one.db", "two.db")]
    rows = []
    for place in places:
        office = open_office(place)
        assert office.demonstration
        its = Ledger(office, Filter())
        its.begin()
        rows.append(its.everything())
        found = people.find(office, "999999")
        assert found
        office.close()
    assert rows[0] == rows[1]
    assert {"accepted", "in_review", "reviewed", "approved", "paid", "filed"} <= {
        row.state for row in rows[0]
    }
    with pytest.raises(MediaidError, match="exists already"):
        make_demonstration(tmp_path / "one.db")
