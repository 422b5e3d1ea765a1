"""Kill a process that writes to a register, again and again; nothing committed may be lost.

    python -m benchmarks.register_kills                     200 kills, SQLite
    python -m benchmarks.register_kills --register URL      an empty PostgreSQL database

A process takes cases from acceptance to approval without end and says of each step when it is
committed. It is killed (SIGKILL) at a random moment, in the middle of what it writes. Each time the
register has to open, and to hold every case in the state that was committed; every tenth time and
at the end the whole audit is verified, and at the end every determination.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import multiprocessing
import os
import signal
import tempfile
import time
from itertools import count
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from random import Random

from benchmarks.measure import BenchmarkError, say
from benchmarks.register_rows import OFFICE, Turn, resident_number
from mediaid.packs.load import load_pack
from mediaid.register.audit.check import check_audit
from mediaid.register.cases.accept import open_case
from mediaid.register.cases.bills import NewBill, SelfPaid, add_bill
from mediaid.register.cases.find import get_case
from mediaid.register.cases.papers import waive_missing_papers
from mediaid.register.database.open import create_register, open_register
from mediaid.register.determinations.packs import adopt_pack
from mediaid.register.determinations.verify import verify_determinations
from mediaid.register.people.change import set_period
from mediaid.register.people.persons import add_person
from mediaid.register.workflow.actions import review, submit
from mediaid.register.workflow.approve import approve

MODULES = ["benchmarks.register_rows", "sqlalchemy.dialects.sqlite"]
STATES = ("accepted", "in_review", "reviewed", "approved")
LONGEST = 0.08
"""Seconds from a commit to the kill, at most: a step takes about as long."""


def work_until_killed(where: str, first: int, said: Pipe) -> None:
    """Take cases to approval, each of a new person, saying of each step when it is committed."""
    turn = Turn()
    register = open_register(where, who=turn.who)
    for number in count(first):
        turn.name = "clerk"
        with register.write("case.accept") as work:
            person = add_person(work, "Somebody", "Town", resident_number(number))
            set_period(work, person, "category", "dibao", dt.date(2023, 1, 1))
            case = open_case(work, OFFICE, person)
            bill = NewBill("Hospital", str(number), dt.date(2023, 5, 1), "inpatient", SelfPaid(99))
            add_bill(work, case, bill)
        said.send((case, "accepted"))
        with register.write("case.submit") as work:
            waive_missing_papers(work, case, "none came")
            submit(work, case)
        said.send((case, "in_review"))
        with register.write("case.review") as work:
            review(work, case)
        said.send((case, "reviewed"))
        turn.name = "approver"
        with register.write("case.approve") as work:
            approve(work, case)
        said.send((case, "approved"))


def kill_once(where: str, first: int, draw: Random) -> dict[str, str]:
    """Let a process write for a while and kill it; return the states it said were committed."""
    context = multiprocessing.get_context("forkserver")
    into, out = context.Pipe(duplex=False)
    process = context.Process(target=work_until_killed, args=(where, first, out))
    process.start()
    out.close()
    committed: dict[str, str] = {}
    for _step in range(draw.randint(1, 9)):
        case, state = into.recv()
        committed[case] = state
    time.sleep(draw.random() * LONGEST)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    with contextlib.suppress(EOFError, OSError):
        while into.poll():
            case, state = into.recv()
            committed[case] = state
    return committed


def check(where: str, committed: dict[str, str], verify: bool) -> None:
    """Open the register and find every case as it was committed, or one step on."""
    register = open_register(where)
    try:
        with register.read() as connection:
            for case, state in committed.items():
                found = get_case(connection, case).state
                # What was committed last may not have been said any more.
                if STATES.index(found) - STATES.index(state) not in (0, 1):
                    raise BenchmarkError(f"{case} is {found}, and was {state}")
            if verify:
                for fault in check_audit(connection):
                    raise BenchmarkError(fault)
    finally:
        register.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--register", metavar="URL", help="an empty PostgreSQL database")
    options = parser.parse_args()
    multiprocessing.get_context("forkserver").set_forkserver_preload(MODULES)
    with tempfile.TemporaryDirectory() as folder:
        where = options.register or str(Path(folder) / "register.db")
        rules = load_pack("shanghai-minhang")
        create_register(
            where, {OFFICE: "Office"}, first=lambda work: adopt_pack(work, rules)
        ).close()
        draw, whole = Random(options.seed), dict[str, str]()
        for kill in range(options.kills):
            committed = kill_once(where, kill * 100, draw)
            whole |= committed
            check(where, committed, verify=kill % 10 == 9)
            say(f"  kill {kill + 1}: {len(whole)} cases")
        check(where, whole, verify=True)
        register = open_register(where)
        with register.read() as connection:
            faults = list(verify_determinations(connection))
        register.close()
    if faults:
        raise BenchmarkError(faults[0])
    print(f"{options.kills} kills, {len(whole)} cases committed, none lost; the register verifies")


if __name__ == "__main__":
    main()
