"""Back payments: a register settled again under changed rules, on both databases."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from command import mediaid
from mediaid import load_pack
from mediaid.faults import RegisterError
from mediaid.register.audit.check import check_audit
from mediaid.register.cases.find import get_case
from mediaid.register.determinations.packs import current_pack
from mediaid.register.determinations.store import stand_of
from mediaid.register.determinations.verify import verify_determinations
from mediaid.register.payments.pay import pay_case
from mediaid.register.rerun.changes import NO_PAYER, Rerun, confirm, rerun
from mediaid.register.schema import audit_event, determination, payment

if TYPE_CHECKING:
    from pathlib import Path

    from mediaid.packs.model import Pack
    from register_support import Office

MINHANG = "shanghai-minhang"
RATE = "{at: medical-aid/rate/of/low_income, value: 85%, status: confirmed}"
LOWER = "{at: medical-aid/rate/of/dibao, value: 80%, status: confirmed}"
SPLIT = (
    "{at: medical-aid/steps/payers, after_step: cap, value: {split: {of: payers}}}",
    "{at: medical-aid/parameters/payers, value: {label: {zh: 分担, en: payers}, unit: shares, "
    "values: [{from: 2023-01-01, cite: {source: budget-2023, at: 虚构}, "
    "value: {city: 50%, district: 30%, town: 20%}}]}}",
)


def changed(folder: Path, *changes: str) -> Pack:
    """The Minhang rules with some changes."""
    path = folder / "changed.yaml"
    path.write_text(
        "overlay: changed\nlabel: {zh: 试, en: trial}\n"
        f"base: {{pack: {MINHANG}, hash: '{load_pack(MINHANG).hash}'}}\nchanges:\n"
        + "".join(f"  - {its}\n" for its in changes),
        encoding="utf-8",
    )
    return load_pack(MINHANG, overlay=path)


def listed(office: Office, pack: Pack, since: dt.date = dt.date.min) -> Rerun:
    with office.register.trial("register.rerun") as work:
        return rerun(work, pack, since)


def confirmed(office: Office, pack: Pack) -> Rerun:
    code = listed(office, pack).code
    with office.write("register.rerun") as work:
        return confirm(work, pack, dt.date.min, code)


def in_force(office: Office, number: str) -> tuple[int, str]:
    with office.register.read() as connection:
        row = stand_of(connection, get_case(connection, number).id).in_force
        assert row is not None
        return int(row.payable), str(row.pack_hash)


def count(office: Office) -> tuple[int, int]:
    with office.register.read() as connection:
        return tuple(
            int(connection.scalar(select(func.count()).select_from(table)) or 0)
            for table in (determination, audit_event)
        )  # type: ignore[return-value]


def test_a_list_names_what_changes_and_changes_nothing(office: Office, tmp_path: Path) -> None:
    one = office.approved(office.person("low_income"), ("2023-05-01", 1000))
    office.approved(office.person("orphan"), ("2023-05-01", 1000))
    two = office.approved(office.person("dibao"), ("2023-06-01", 2000))
    waiting = office.reviewed(office.person("low_income"), ("2023-07-01", 100))
    before = count(office)
    found = listed(office, changed(tmp_path, RATE, LOWER))
    assert [
        (its.case, its.before, its.after, its.supplement, its.reclaim) for its in found.changes
    ] == [
        (one, 80_000, 85_000, 5_000, 0),
        (two, 180_000, 160_000, 0, 20_000),
        (waiting, 8_000, 8_500, 0, 0),
    ]
    assert [its.payers for its in found.changes] == [
        {NO_PAYER: 5_000},
        {NO_PAYER: -20_000},
        {NO_PAYER: 500},
    ]
    assert count(office) == before
    with office.register.read() as connection:
        assert current_pack(connection).hash == load_pack(MINHANG).hash


def test_a_confirmed_list_is_paid_back_by_the_ordinary_workflow(
    office: Office, tmp_path: Path
) -> None:
    more = office.approved(office.person("low_income"), ("2023-05-01", 1000))
    less = office.approved(office.person("dibao"), ("2023-06-01", 2000))
    with office.write() as work:
        pay_case(work, more)
    pack = changed(tmp_path, RATE, LOWER)
    found = confirmed(office, pack)
    assert [its.case for its in found.changes] == [more, less]
    assert in_force(office, more) == (80_000, load_pack(MINHANG).hash)  # until it is approved
    assert office.approve(more) == [more]
    assert office.approve(less) == [less]
    assert in_force(office, more) == (85_000, pack.hash)
    with office.register.read() as connection:
        lines = connection.execute(select(payment).order_by(payment.c.id)).all()
        assert [(its.kind, its.amount) for its in lines] == [
            ("aid", 80_000),
            ("aid", 180_000),
            ("supplement", 5_000),
            ("reclaim", 20_000),
        ]
        assert current_pack(connection).hash == pack.hash
        assert [*check_audit(connection), *verify_determinations(connection)] == []
    assert listed(office, pack).changes == ()


def test_caps_of_the_new_rules_hold_over_all_bills_of_a_person(
    office: Office, tmp_path: Path
) -> None:
    person = office.person("low_income")
    first = office.approved(person, ("2023-02-01", 100_000))
    second = office.approved(person, ("2023-03-01", 100_000))
    pack = changed(
        tmp_path, "{at: medical-aid/cap/at/low_income, value: 100000, status: confirmed}", RATE
    )
    found = confirmed(office, pack)
    assert [(its.case, its.before, its.after) for its in found.changes] == [
        (first, 8_000_000, 8_500_000),
        (second, 5_000_000, 1_500_000),
    ]
    # Corrections of one person are one decision: together they never exceed the cap.
    assert office.approve(first) == [first, second]


def test_the_difference_is_told_by_payer(office: Office, tmp_path: Path) -> None:
    office.approved(office.person("low_income"), ("2023-05-01", 1000))
    found = listed(office, changed(tmp_path, RATE, *SPLIT))
    [change] = found.changes
    assert change.payers == {
        NO_PAYER: -80_000,
        "city": 42_500,
        "district": 25_500,
        "town": 17_000,
    }


def test_a_value_that_is_confirmed_as_it_stood_ends_the_provision(
    office: Office, tmp_path: Path
) -> None:
    number = office.approved(office.person("low_income"), ("2024-05-01", 1000))
    fixed = [
        f"{{at: {place}, from: 2024-01-01, value: {value}, status: confirmed}}"
        for place, value in (
            ("medical-aid/rate/of/low_income", "80%"),
            ("medical-aid/cap/at/low_income", "130000"),
            ("medical-aid/when/setting/low_income", "[inpatient]"),
        )
    ]
    [change] = listed(office, changed(tmp_path, *fixed)).changes
    assert (change.case, change.difference, change.provisional) == (number, 0, ())
    assert change.was_provisional == (
        "medical-aid/cap",
        "medical-aid/rate",
        "medical-aid/settings",
    )


def test_bills_before_the_day_stay_as_they_were(office: Office, tmp_path: Path) -> None:
    office.approved(office.person("low_income"), ("2023-05-01", 1000))
    late = office.approved(office.person("low_income"), ("2023-08-01", 1000))
    found = listed(office, changed(tmp_path, RATE), dt.date(2023, 8, 1))
    assert [its.case for its in found.changes] == [late]


def test_another_list_than_the_one_that_was_seen_is_not_done(
    office: Office, tmp_path: Path
) -> None:
    office.approved(office.person("low_income"), ("2023-05-01", 1000))
    pack = changed(tmp_path, RATE)
    code = listed(office, pack).code
    office.approved(office.person("low_income"), ("2023-06-01", 1000))
    before = count(office)
    with (
        pytest.raises(RegisterError, match="this is not what would change now"),
        office.write("register.rerun") as work,
    ):
        confirm(work, pack, dt.date.min, code)
    assert count(office) == before


def test_rules_of_another_city_change_nothing(office: Office) -> None:
    with (
        pytest.raises(RegisterError, match="never decided by nanchang-xihu, but by shanghai"),
        office.register.trial("register.rerun") as work,
    ):
        rerun(work, load_pack("nanchang-xihu"))


def test_the_command_lists_masked_names_and_confirms_by_code(
    place: str, office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    office.approved(office.person("low_income"), ("2023-05-01", 1000))
    changed(tmp_path, RATE)
    words: tuple[str, ...] = (
        "--lang",
        "en",
        "register",
        "rerun",
        "--pack",
        MINHANG,
        "--register",
        place,
    )
    words += ("--overlay", str(tmp_path / "changed.yaml"))
    ran = mediaid(capsys, *words, "--json")
    data = json.loads(ran.out)
    assert data["total"] == {"supplement": "50.00", "reclaim": "0.00"}
    assert data["towns"] == {"某镇": data["total"]}
    assert (data["changes"][0]["name"], data["confirmed"]) == ("某**", False)
    text = mediaid(capsys, *words).out
    assert "某甲" not in text
    assert text.splitlines()[-1] == f"nothing was changed; to do so: --confirm {data['code']}"
    ran = mediaid(capsys, *words, "--confirm", data["code"])
    assert "1 superseding determinations wait for approval" in ran.out
    assert "no determination changes" in mediaid(capsys, *words).out
    # Names in clear are an event.
    assert mediaid(capsys, *words, "--clear").code == 0
    with office.register.read() as connection:
        actions = list(connection.scalars(select(audit_event.c.action)))
    assert actions[-2:] == ["register.rerun", "reveal"]
