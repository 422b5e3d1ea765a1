"""What those left out would get is what they get; and bills settle together as they do alone."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from mediaid.packs.load import load_pack
from mediaid.register.audit.check import check_audit
from mediaid.register.cases import left_out as module
from mediaid.register.cases.left_out import left_out, open_for_all
from mediaid.register.cases.papers import waive_missing_papers
from mediaid.register.determinations.outcome import figures_of, settle_apart, settled_from
from mediaid.register.determinations.packs import adopt_pack
from mediaid.register.determinations.verify import verify_determinations
from mediaid.register.schema import (
    aid_case,
    audit_event,
    determination,
    determination_bill,
    standing,
)
from mediaid.register.workflow.actions import review, submit
from test_register_audit import behind_the_audit

if TYPE_CHECKING:
    from register_support import Office

PACKS = [load_pack("shanghai-minhang", readings=its) for its in ((), ("cap-holder=household",))]
DAYS = st.dates(dt.date(2023, 1, 1), dt.date(2023, 12, 31))
USED = st.sampled_from((0, 1, 299_99, 300_00, 9_000_00, 129_999_99, 200_000_00))


Several = list[tuple[dict[str, str], list[tuple[str, str, str, int]]]]


@st.composite
def bills(draw: st.DrawFn) -> tuple[int, Several]:
    """A pack, and claims of one person each with what their pools hold."""
    which = draw(st.sampled_from(range(len(PACKS))))
    found = []
    for number in range(draw(st.integers(1, 6))):
        person, day = f"P{number}", draw(DAYS)
        claim = {
            "claim_id": f"C{number}",
            "person_id": person,
            "date": day.isoformat(),
            "setting": draw(st.sampled_from(("inpatient", "outpatient"))),
            "category": draw(st.sampled_from(list(PACKS[which].codes["category"]))),
            "insurance": draw(st.sampled_from(("resident", "employee", "none"))),
            "self_paid": f"{draw(st.integers(0, 90_000_00)) / 100:.2f}",
            "already_aided": draw(st.sampled_from(("0", "100", "50000"))),
        }
        holders = {"person": person, "household": f"person:{person}"}
        if draw(st.booleans()):
            claim["household_id"] = holders["household"] = f"H{number}"
        opening = [
            (name, holders[pool.holder], str(day.year), amount)
            for name, pool in PACKS[which].pools.items()
            if (amount := draw(USED))
        ]
        found.append((claim, opening))
    return which, found


@given(bills())
def test_bills_settle_together_as_each_does_alone(its: tuple[int, Several]) -> None:
    which, several = its
    pack = PACKS[which]
    alone = [figures_of(settled_from(claim, opening, pack))[0] for claim, opening in several]
    assert settle_apart(several, pack) == alone


def test_what_is_foreseen_of_a_household_is_what_it_gets(office: Office) -> None:
    """The cap is shared: what one of them gets leaves less for the other."""
    with office.write() as work:
        adopt_pack(work, PACKS[1])
    one, two, other = (office.person(household=its) for its in ("H1", "H1", ""))
    office.approved(one, ("2023-02-01", 90_000))
    for person, day, yuan in (
        (two, "2023-03-01", 60_000),
        (one, "2023-03-01", 50_000),
        (other, "2023-01-05", 70_000),
        (one, "2023-01-15", 400),
        (two, "2023-07-01", 80_000),
    ):
        office.loose_bill(person, day, yuan)
    office.loose_bill(other, "2022-12-31", 500)
    found = left_out(office.register)
    assert [its.person_id for its in found] == [one, two, other]
    foreseen = {bill: aid for its in found for bill, (aid, _payable) in its.bills.items()}
    assert 0 in foreseen.values(), "the last one finds the cap used up"
    assert len(foreseen) == 5
    numbers = open_for_all(office.register, "MH", [its.person_id for its in found])
    for number in numbers:
        with office.write() as work:
            waive_missing_papers(work, number, "none came")
            submit(work, number)
        with office.write(name="reviewer") as work:
            review(work, number)
    with office.register.read() as connection:
        rows = connection.execute(
            select(determination_bill.c.bill_id, determination_bill.c.aid)
            .join(standing, standing.c.pending_id == determination_bill.c.determination_id)
            .join(aid_case, aid_case.c.id == standing.c.case_id)
            .where(aid_case.c.number.in_(numbers))
        )
        assert {row.bill_id: row.aid for row in rows} == foreseen
        assert [*check_audit(connection), *verify_determinations(connection)] == []


def test_cases_are_opened_some_persons_at_a_time_and_what_was_opened_stays(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 2)
    persons = [office.person() for _number in range(5)]
    for person in persons:
        office.loose_bill(person, "2023-03-01", 500)

    def stop(done: float) -> None:
        if done > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        open_for_all(office.register, "MH", persons, stop)
    assert [its.person_id for its in left_out(office.register)] == persons[4:]
    assert open_for_all(office.register, "MH", persons) == ["MH-2023-000005"]
    with office.register.read() as connection:
        told = connection.scalars(
            select(audit_event.c.details).where(audit_event.c.action == "left-out.open")
        )
        assert [len(its["cases"]) for its in told if its["cases"]] == [2, 2, 1]
        assert list(check_audit(connection)) == []


def test_of_bills_that_settle_together_only_the_altered_one_is_named(office: Office) -> None:
    numbers = [office.approved(office.person(), ("2023-05-01", 8000)) for _number in range(3)]
    with office.register.read() as connection:
        [its] = connection.scalars(
            select(determination.c.id)
            .join(aid_case, aid_case.c.id == determination.c.case_id)
            .where(aid_case.c.number == numbers[1])
        )
        claim = connection.execute(
            select(determination_bill.c.claim).where(determination_bill.c.determination_id == its)
        ).scalar_one()
    other = json.dumps(claim | {"self_paid": "7999.00"}).replace(":", "\\:")
    found = behind_the_audit(
        office,
        f"UPDATE determination_bill SET claim = '{other}' WHERE determination_id = {its}",
    )
    assert all(numbers[1] in said for said in found if said.startswith("case"))
    assert any("gives other figures" in said for said in found)
