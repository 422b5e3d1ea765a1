"""Offices at work at the same moment, and processes that die in the middle of it."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from mediaid.register.audit.check import check_audit
from mediaid.register.cases.find import get_case
from mediaid.register.database.open import open_register
from mediaid.register.determinations.verify import verify_determinations
from mediaid.register.schema import aid_case, bill, determination, payment_entry, standing
from mediaid.register.settlement.transfers import transfers_of
from register_processes import (
    decide,
    enter_same_advance,
    enter_same_bill,
    read_the_answer,
    send_a_list,
    work_until_killed,
)

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from register_support import Office

PROCESSES = 8
KILLS = 10

context = multiprocessing.get_context("forkserver")
context.set_forkserver_preload(
    [
        "psycopg",
        "sqlalchemy.dialects.postgresql",
        "sqlalchemy.dialects.sqlite",
        "mediaid.register.cases.bills",
        "mediaid.register.database.open",
        "mediaid.register.workflow.approve",
    ]
)


def together(target: Callable[..., None], arguments: list[tuple[Any, ...]]) -> None:
    started = [context.Process(target=target, args=its) for its in arguments]
    for process in started:
        process.start()
    for process in started:
        process.join()
    assert [process.exitcode for process in started] == [0] * len(started)


def assert_sound(connection: Connection) -> None:
    assert [*check_audit(connection), *verify_determinations(connection)] == []


def test_eight_processes_never_exceed_a_cap(office: Office, place: str) -> None:
    """Each case alone would get 54,000 of the 130,000 yuan a year."""
    person = office.person("dibao")
    days = [f"2023-05-{day:02d}" for day in range(1, PROCESSES + 1)]
    cases = [office.submitted(person, (day, 60_000)) for day in days]
    barrier = context.Barrier(PROCESSES)
    together(decide, [(place, number, barrier) for number in cases])
    assert sum(aids_in_force(office)) <= 130_000_00
    while left := waiting(office):
        office.approve(left[0])
    assert aids_in_force(office) == [54_000_00, 54_000_00, 22_000_00, 0, 0, 0, 0, 0]
    with office.register.read() as connection:
        assert_sound(connection)


def aids_in_force(office: Office) -> list[int]:
    with office.register.read() as connection:
        found = select(determination.c.aid).join(
            standing, standing.c.in_force_id == determination.c.id
        )
        return list(connection.scalars(found.order_by(determination.c.case_id)))


def waiting(office: Office) -> list[str]:
    """Cases with something to approve, corrections first."""
    with office.register.read() as connection:
        found = (
            select(aid_case.c.number)
            .join(standing, standing.c.case_id == aid_case.c.id)
            .where(standing.c.pending_id.is_not(None))
            .order_by(standing.c.in_force_id.is_(None), aid_case.c.id)
        )
        return list(connection.scalars(found))


def test_of_eight_that_enter_the_same_bill_one_succeeds(office: Office, place: str) -> None:
    cases = [office.case(office.person()) for _i in range(PROCESSES)]
    barrier = context.Barrier(PROCESSES)
    pipes = [context.Pipe(duplex=False) for _i in cases]
    together(
        enter_same_bill,
        [(place, number, barrier, out) for number, (_in, out) in zip(cases, pipes, strict=True)],
    )
    said = sorted(into.recv() for into, _out in pipes)
    assert said.count("entered") == 1
    assert all("this bill" in its or "this invoice" in its for its in said if its != "entered")
    with office.register.read() as connection:
        assert connection.scalar(select(func.count()).select_from(bill)) == 1
        assert_sound(connection)


def test_of_eight_that_pay_at_once_each_payment_goes_out_and_is_answered_once(
    office: Office, place: str, tmp_path: Path
) -> None:
    cases = []
    for number in range(PROCESSES):
        person = office.person()
        office.account(person)
        cases.append(office.approved(person, ("2023-05-01", 100 + number)))
    barrier = context.Barrier(PROCESSES)
    together(
        send_a_list,
        [(place, str(tmp_path / f"list{number}.csv"), barrier) for number in range(PROCESSES)],
    )
    lists = sorted(tmp_path.glob("list*"))  # no file of those for whom nothing was left
    rows = [row for path in lists for row in path.read_text("utf-8-sig").splitlines()[1:]]
    assert sorted(row.split(",")[1] for row in rows) == cases
    heads = lists[0].read_text("utf-8-sig").splitlines()[0]
    answer = tmp_path / "answer.csv"
    said = [row.replace(",,,", ",failed,," if at == 3 else ",ok,,") for at, row in enumerate(rows)]
    answer.write_text("\n".join([heads, *said]), "utf-8")
    pipes = [context.Pipe(duplex=False) for _i in range(PROCESSES)]
    together(
        read_the_answer,
        [(place, str(answer), barrier, out) for _in, out in pipes],
    )
    found = [into.recv() for into, _out in pipes]
    assert [sum(counts) for counts in zip(*found, strict=True)] == [PROCESSES - 1, 1]
    with office.register.read() as connection:
        kinds = select(payment_entry.c.kind, func.count()).group_by(payment_entry.c.kind)
        assert {tuple(row) for row in connection.execute(kinds)} == {
            ("sent", PROCESSES), ("confirmed", PROCESSES - 1), ("returned", 1)
        }  # fmt: skip
        assert_sound(connection)


def test_of_eight_that_enter_the_same_advance_one_succeeds(office: Office, place: str) -> None:
    barrier = context.Barrier(PROCESSES)
    pipes = [context.Pipe(duplex=False) for _i in range(PROCESSES)]
    together(enter_same_advance, [(place, barrier, out) for _in, out in pipes])
    said = [into.recv() for into, _out in pipes]
    assert said.count("entered") == 1
    assert all("this is transfer 1 already" in its for its in said if its != "entered")
    with office.register.read() as connection:
        assert [row.amount for row in transfers_of(connection, 2023)] == [100_00]
        assert_sound(connection)


def test_a_killed_process_loses_nothing_that_was_committed(office: Office, place: str) -> None:
    person, draw = office.person(), Random(20)
    committed: dict[str, str] = {}
    for kill in range(KILLS):
        into, out = context.Pipe(duplex=False)
        process = context.Process(
            target=work_until_killed, args=(place, person, 1000 * (kill + 1), out)
        )
        process.start()
        out.close()
        for _i in range(draw.randint(1, 6)):
            number, state = into.recv()
            committed[number] = state
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        committed |= rest(into)
        register = open_register(place)
        with register.read() as connection:
            for number, state in committed.items():
                found = get_case(connection, number).state
                assert found == state or number == max(committed), (number, state, found)
        register.close()
    with office.register.read() as connection:
        assert_sound(connection)
    office.approved(person, ("2023-06-01", 10))


def rest(into: Any) -> dict[str, str]:
    """What a process said before it died and nobody had read yet."""
    found = {}
    try:
        while into.poll():
            number, state = into.recv()
            found[number] = state
    except (EOFError, OSError):
        pass
    return found


@pytest.fixture(autouse=True)
def _only_where_processes_fork() -> None:
    if "forkserver" not in multiprocessing.get_all_start_methods():
        pytest.skip("this system has no fork")
