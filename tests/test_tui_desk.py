"""The desk behind the screens: what is typed, what it comes to, and what outlasts the program."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediaid.desk import drafts
from mediaid.desk.assess import Assessment, assess
from mediaid.desk.case import Bill, Case, History
from mediaid.desk.choices import Choice, exact, matches
from mediaid.desk.entry import Entry
from mediaid.desk.form import form_of
from mediaid.desk.packs import pack_choices, pack_of, policy, read_day, readings_of
from mediaid.desk.settings import Settings, read_settings, write_settings
from mediaid.desk.state import Held, state_folder, write_private
from mediaid.desk.trial import try_bill, written
from mediaid.engine.explain import settle_claim
from mediaid.faults import MediaidError

MINHANG = "shanghai-minhang"
QINGHE = str(Path(__file__).parent / "packs" / "qinghe")
HEAD = {"person_id": "P1", "category": "db", "insurance": "居民医保"}


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MEDIAID_STATE", str(tmp_path / "state"))
    return tmp_path / "state"


def case(*bills: Bill, head: dict[str, str] | None = None, pack: str = MINHANG) -> Case:
    return Case(pack, {}, dict(HEAD if head is None else head), [*bills])


def bill(day: str, yuan: str, setting: str = "zy", *, earlier: bool = False) -> Bill:
    return Bill({"date": day, "setting": setting, "self_paid": yuan}, earlier)


def assessed(its: Case, shown: int = 0) -> Assessment:
    pack = pack_of(its.pack, its.readings)
    return assess(its, form_of(pack), pack, shown)


# --- choosing by typing ---------------------------------------------------------------------------

CHOICES = (
    Choice("dibao", "低保对象", "minimum living guarantee"),
    Choice("marginal", "低保边缘家庭成员", "near-dibao household"),
    Choice("other", "其他人员", "everyone else"),
)


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("db", "dibao"),
        ("DIBAO", "dibao"),
        ("dbby", "marginal"),
        ("dby", "marginal"),
        ("低保边", "marginal"),
        ("低缘", "marginal"),
        ("边缘", "marginal"),
        ("every", "other"),
        ("ｑｔ", "other"),
    ],
)
def test_what_is_typed_finds_a_choice(typed: str, first: str) -> None:
    assert matches(typed, CHOICES)[0].code == first


def test_nothing_typed_offers_all_and_nonsense_none() -> None:
    assert matches("", CHOICES) == list(CHOICES)
    assert matches("xyz", CHOICES) == []
    assert exact("低保对象", CHOICES) == CHOICES[0]
    assert exact("d", CHOICES) is None  # both 低保 begin so
    assert exact("q", CHOICES) == CHOICES[2]


# --- what a case comes to -------------------------------------------------------------------------


def test_a_bill_comes_to_what_the_engine_says() -> None:
    found = assessed(case(bill("20230501", "8,000.00")))
    assert found.complete
    assert found.total == 720000
    (cap,) = found.caps
    assert (cap.limit, cap.used, cap.this, cap.left) == (13_000_000, 0, 720_000, 12_280_000)
    assert any("沪医保规[2020]4号" in line for line in found.explanation)


def test_earlier_bills_use_up_the_cap_and_do_not_count() -> None:
    its = case(bill("2023-03-01", "123000。5", earlier=True), bill("2023年5月1日", "３００００"))
    found = assessed(its, 1)
    assert found.total == 13_000_000 - 11_070_045
    assert found.caps[0].used == 11_070_045
    its.bills[0].earlier = False
    assert assessed(its, 1).total == 13_000_000


@given(
    st.lists(
        st.tuples(
            st.integers(1, 12), st.integers(0, 9_000_000), st.sampled_from(["zy", "mjz"]),
            st.booleans(),
        ),
        min_size=1,
        max_size=6,
    )
)  # fmt: skip
@settings(max_examples=40)
def test_every_bill_is_explained_as_if_asked_alone(
    rows: list[tuple[int, int, str, bool]],
) -> None:
    rows = sorted(rows, key=lambda row: (row[0], not row[3]))
    bills = [
        bill(f"2023-{month:02d}-01", f"{fen // 100}.{fen % 100:02d}", setting)
        for month, fen, setting, _earlier in rows
    ]
    its = case(*bills)
    pack = pack_of(MINHANG, {})
    claims = [
        {
            "claim_id": f"{n:04d}", "person_id": "P", "date": row.values["date"],
            "setting": "inpatient" if row.values["setting"] == "zy" else "outpatient",
            "category": "dibao", "insurance": "resident", "self_paid": row.values["self_paid"],
        }
        for n, row in enumerate(bills, 1)
    ]  # fmt: skip
    alone = [settle_claim(claims[n], pack, claims[:n]) for n in range(len(claims))]
    for n, result in enumerate(alone):
        found = assessed(its, n)
        assert sum(aid.bill for aid in found.aids) == result.aid
    assert found.total == sum(result.aid for result in alone)


def test_what_is_wrong_stands_at_its_field_and_other_bills_still_count() -> None:
    found = assessed(case(bill("2023-02-30", "8000"), bill("2023-05-01", "2,0000"), Bill()))
    assert set(found.problems) == {(0, "date"), (1, "self_paid")}
    assert "not a day of the calendar" in found.problems[0, "date"]
    assert found.total == 0
    found = assessed(case(bill("2023-02-30", "8000"), bill("2023-05-01", "8000")))
    assert (found.settled, found.total, found.complete) == (1, 720000, False)


def test_a_wrong_person_stops_everything_and_missing_fields_are_named() -> None:
    found = assessed(case(bill("2023-05-01", "1"), head={**HEAD, "category": "皇帝"}))
    assert set(found.problems) == {(None, "category")}
    assert not found.settled
    found = assessed(case(Bill({"date": "2023-05-01"}), head={}))
    assert set(found.missing) == {
        (None, "category"), (None, "insurance"), (0, "setting"), (0, "self_paid"),
    }  # fmt: skip


def test_negative_and_immense_amounts_are_refused() -> None:
    for text in ("-5", "99999999999", "0.001", "八千", "1e5", "NaN"):
        found = assessed(case(bill("2023-05-01", text)))
        assert (0, "self_paid") in found.problems, text
        assert not found.settled


def test_a_day_without_values_is_refused_beside_its_date() -> None:
    found = assessed(case(bill("1999-05-01", "8000")))
    assert "first day" in found.problems[0, "date"]
    assert not found.settled


def test_an_earlier_bill_must_not_come_later() -> None:
    its = case(bill("2023-06-01", "1000", earlier=True), bill("2023-05-01", "8000"))
    found = assessed(its)
    assert "later than a bill of this case" in found.problems[0, "date"]
    assert found.settled == 1


def test_a_bill_may_have_a_category_of_its_own() -> None:
    own = bill("2023-05-01", "8000")
    own.values["category"] = "低收入困难家庭成员"
    assert assessed(case(own)).total == 640000


def test_a_pack_brings_its_own_fields() -> None:
    form = form_of(pack_of(QINGHE, {}))
    assert "household_id" in [its.name for its in form.head]
    assert "days" in [its.name for its in form.bill]
    assert "premium" not in [its.name for its in form.bill]


# --- entry, undo ----------------------------------------------------------------------------------


def test_the_grid_grows_and_undo_takes_back_a_stretch_of_typing() -> None:
    entry = Entry(Case(MINHANG))
    for text in ("8", "80", "800"):
        entry.type((0, "self_paid"), text)
    assert len(entry.case.bills) == 2
    entry.type((0, "date"), "20230501")
    assert entry.undo()
    assert entry.case.bills[0].values == {"self_paid": "800"}
    assert entry.undo()
    assert entry.case.blank
    assert not entry.undo()
    assert entry.redo()
    assert entry.text((0, "self_paid")) == "800"


def test_removing_and_repeating_bills_can_be_undone() -> None:
    entry = Entry(case(bill("2023-05-01", "8000")))
    at = entry.repeat(0)
    assert entry.case.bills[at].values == {"setting": "zy"}
    entry.remove(0)
    assert entry.text((0, "setting")) == "zy"
    entry.undo()
    entry.undo()
    assert entry.text((0, "self_paid")) == "8000"
    assert entry.case.bills[-1].blank


@given(st.lists(st.tuples(st.integers(0, 2), st.text(max_size=3)), max_size=30))
def test_undo_and_redo_come_back_to_where_they_were(steps: list[tuple[int, str]]) -> None:
    its = Case("p")
    history = History(its)
    for where, text in steps:
        its.head[str(where)] = text
        history.note(its, where)
    undone = 0
    while history.undo():
        undone += 1
    last = None
    for _step in range(undone):
        last = history.redo()
    assert last is None or last == its
    assert history.redo() is None


def test_a_pack_that_is_gone_loses_nothing() -> None:
    entry = Entry(case(bill("2023-05-01", "8000"), pack="atlantis"))
    assert "atlantis" in entry.trouble
    assert entry.text((0, "self_paid")) == "8000"


def test_another_pack_keeps_what_was_typed() -> None:
    entry = Entry(case(bill("2023-05-01", "8000")))
    entry.choose_rules(QINGHE, {})
    entry.choose_rules(MINHANG, {})
    assert entry.assess().total == 720000
    with pytest.raises(MediaidError):
        entry.choose_rules("atlantis", {})
    assert entry.pack.id == MINHANG


# --- drafts and settings --------------------------------------------------------------------------


def test_a_draft_is_private_and_opened_again(state: Path) -> None:
    its = case(bill("2023-05-01", "８０００。5"))
    draft = drafts.Draft()
    assert draft.take()
    draft.keep(its)
    (path,) = (state / "drafts").glob("*.json")
    if os.name == "posix":
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700
    assert drafts.reopen() is None  # this process still has it open
    draft._held.release()
    again = drafts.reopen()
    assert again is not None
    assert again[1] == its


def test_a_draft_survives_a_killed_process() -> None:
    code = (
        "import os, signal\n"
        "from mediaid.desk.entry import Entry\n"
        "entry, again = Entry.opened('shanghai-minhang')\n"
        "for n in range(1, 6):\n"
        "    entry.type((0, 'self_paid'), '8' * n)\n"
        "    entry.keep()\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], check=False)
    assert ran.returncode != 0
    entry, again = Entry.opened(MINHANG)
    assert again
    assert entry.text((0, "self_paid")) == "88888"


def test_kept_drafts_wait_and_blank_ones_leave_nothing(state: Path) -> None:
    entry = Entry(case(bill("2023-05-01", "1")))
    entry.leave()
    assert drafts.reopen() is None
    assert [kept.left_open for kept in drafts.kept()] == [False]
    blank = Entry(Case(MINHANG))
    blank.leave()
    assert len(drafts.kept()) == 1
    assert not list((state / "drafts").glob("*.lock"))


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"schema": 9}', '{"schema": 1, "saved": "", "open": true, "case": 5}']
)
def test_a_damaged_draft_is_left_alone(state: Path, text: str) -> None:
    path = state / "drafts" / "x.json"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    assert drafts.kept() == []
    assert path.read_text(encoding="utf-8") == text


def test_a_failed_write_keeps_the_old_text_and_says_where(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.json"
    write_private(path, "old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(MediaidError, match=r"a\.json: cannot be saved: the disk is full"):
        write_private(path, "new", durable=True)
    assert [p.read_text() for p in tmp_path.iterdir() if p.is_file()] == ["old"]


def test_only_one_process_holds_a_file(tmp_path: Path) -> None:
    one, two = Held(tmp_path / "x.lock"), Held(tmp_path / "x.lock")
    assert one.take()
    assert not two.take()
    one.release()
    assert two.take()
    two.release()


def test_settings_are_remembered_and_damage_is_forgotten() -> None:
    assert read_settings() == Settings()
    write_settings(Settings("en", "nord", QINGHE, {"save": "f2"}))
    assert read_settings() == Settings("en", "nord", QINGHE, {"save": "f2"})
    (state_folder() / "settings.json").write_text(json.dumps({"lang": 5, "theme": "nord"}))
    assert read_settings() == Settings(theme="nord")
    (state_folder() / "settings.json").write_text("{")
    assert read_settings() == Settings()


# --- policy ---------------------------------------------------------------------------------------


def test_packs_in_words_with_their_readings() -> None:
    assert {MINHANG, "nanchang-xihu"} <= {choice.id for choice in pack_choices()}
    pack = pack_of(MINHANG, {})
    text = "\n".join(line.text for line in policy(pack, read_day("20240101")))
    assert "[provisional]" in text
    names = {reading.id: reading for reading in readings_of(pack)}
    assert names["cap-holder"].chosen == "person"
    chosen = pack_of(MINHANG, {"cap-holder": "household"})
    assert {r.id: r.chosen for r in readings_of(chosen)}["cap-holder"] == "household"


# --- a bill tried in one line ---------------------------------------------------------------------


def test_a_bill_in_one_line_comes_to_what_the_form_says() -> None:
    pack, day = pack_of(MINHANG, {}), read_day("2023-05-01")
    for line in (
        "dibao inpatient resident 8000",
        "８０００ 低保 zy 居民医保",
        "db zy jm self_paid=8,000",
    ):
        tried = try_bill(line, pack, day)
        assert not tried.wrong
        assert tried.total == 720_000
        assert sum(tried.aids.values()) == tried.total
        assert not tried.provisional
    later = try_bill("dibao inpatient resident 8000", pack, read_day("2026-01-01"))
    assert later.provisional == {name for name, fen in later.aids.items() if fen}
    line = written(case(bill("2023-05-01", "8000")), 0, pack)
    assert try_bill(line, pack, day).total == 720_000


def test_what_cannot_be_placed_or_is_missing_is_said_and_not_settled() -> None:
    pack, day = pack_of(MINHANG, {}), read_day("2023-05-01")
    tried = try_bill("dibao inpatient 8000", pack, day)
    assert tried.total == 0
    assert any("insurance" in said for said in tried.wrong)
    for line in ("dibao inpatient resident 8000 xyz", "=8000", "dibao inpatient resident 8000,0"):
        assert try_bill(line, pack, day).wrong
    assert written(case(), 0, pack) == "低保家庭成员 居民医保" or "dibao" in written(
        case(), 0, pack
    )
