"""What a register of a million determinations costs, beside one of ten thousand.

    python -m benchmarks.register                           SQLite, 10,000 and 1,000,000
    python -m benchmarks.register --register URL URL        two empty PostgreSQL databases
    python -m benchmarks.register --determinations 10000 100000
    python -m benchmarks.register --memory                  memory of verify, 5,000 and 20,000

Both are in use at the same moment: each step is taken in one and then the other, and the ratio is
that of the medians, as wall time and as processor time of this process (which says less about what
else the machine does; of PostgreSQL it is the client's alone). Beside this there are
`benchmarks.register_kills` and `benchmarks.register_year`.
"""

from __future__ import annotations

import argparse
import datetime as dt
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from statistics import median

from benchmarks.measure import say
from benchmarks.register_grow import grow
from benchmarks.register_rows import CASES, OFFICE, Turn, make, resident_number
from mediaid.register.cases.accept import open_case
from mediaid.register.cases.bills import NewBill, SelfPaid, add_bill
from mediaid.register.cases.papers import waive_missing_papers
from mediaid.register.database.open import open_register
from mediaid.register.people.change import set_period
from mediaid.register.people.persons import add_person
from mediaid.register.session import Register
from mediaid.register.views.people import history_data
from mediaid.register.workflow.actions import review, submit
from mediaid.register.workflow.approve import approve

TARGET = 1.5
ROUNDS = 31

Step = Callable[[], object]


class Measured:
    """A register, and what is done in it."""

    def __init__(self, where: str, determinations: int) -> None:
        self.where = where
        self.persons = determinations // CASES
        self.turn = Turn()
        self.register: Register = open_register(where, who=self.turn.who)
        self.number = 2_000_000

    def opening(self) -> None:
        """Open the register anew."""
        open_register(self.where).close()

    def case(self) -> None:
        """Enter a person with a case of one bill, and take it to approval."""
        self.number += 1
        self.turn.name = "clerk"
        with self.register.write("case.accept") as work:
            person = add_person(work, "Somebody", "Town 1", resident_number(self.number))
            for kind, code in (("category", "dibao"), ("insurance", "resident")):
                set_period(work, person, kind, code, dt.date(2023, 1, 1))  # type: ignore[arg-type]
            case = open_case(work, OFFICE, person)
            its = SelfPaid(500_00)
            day = dt.date(2023, 5, 1)
            add_bill(work, case, NewBill("Clinic", f"N{self.number}", day, "inpatient", its))
            waive_missing_papers(work, case, "none came")
            submit(work, case)
        with self.register.write("case.review") as work:
            review(work, case)
        self.turn.name = "approver"
        with self.register.write("case.approve") as work:
            approve(work, case)

    def history(self) -> None:
        """Ask for somebody's history with the pools left."""
        self.number += 1
        with self.register.read() as connection:
            history_data(connection, self.number * 7919 % self.persons + 1)


def compare(small: Measured, large: Measured) -> bool:
    """Print the table; return whether every ratio keeps to the target."""
    print("| step | small ms | large ms | ratio | processor ratio |")
    print("| --- | ---: | ---: | ---: | ---: |")
    sound = True
    for name in ("opening", "case", "history"):
        times: dict[Measured, list[tuple[float, float]]] = defaultdict(list)
        for number in range(ROUNDS + 1):
            for its in (small, large) if number % 2 else (large, small):
                spent = _spent(getattr(its, name))
                if number:
                    times[its].append(spent)
        walls = [median(wall for wall, _cpu in times[its]) for its in (small, large)]
        cpus = [median(cpu for _wall, cpu in times[its]) for its in (small, large)]
        ratio = cpus[1] / cpus[0]
        sound = sound and min(walls[1] / walls[0], ratio) <= TARGET
        print(
            f"| {name} | {walls[0] * 1000:.2f} | {walls[1] * 1000:.2f} | "
            f"{walls[1] / walls[0]:.2f} | {ratio:.2f} |"
        )
    return sound


def _spent(step: Step) -> tuple[float, float]:
    wall, processor = time.perf_counter(), time.process_time()
    step()
    return time.perf_counter() - wall, time.process_time() - processor


def memory(folder: Path, sizes: tuple[int, ...]) -> None:
    """Print the largest memory of `mediaid register verify` on registers that verify."""
    print("| determinations | rows | peak MB of verify |")
    print("| ---: | ---: | ---: |")
    for size in sizes:
        path = folder / f"verifies-{size}.db"
        if not path.exists():
            make(str(path), size // CASES)
        program = Path(sys.executable).parent / "mediaid"
        code = (
            "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True); "
            "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
        )
        command = [program, "register", "verify", "--register", path]
        done = subprocess.run(
            [sys.executable, "-c", code, *map(str, command)],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        peak = int(done.stdout.split()[-1]) / 1024
        print(f"| {size:,} | {rows(path):,} | {peak:.0f} |", flush=True)


def rows(path: Path) -> int:
    """Return how many rows the audit tells of."""
    register = open_register(path)
    with register.read() as connection:
        tables = connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'audit%' "
            "AND name NOT LIKE 'sqlite%'"
        ).scalars()
        count = sum(
            connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar() or 0
            for name in tables.all()
        )
    register.close()
    return count


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--determinations", type=int, nargs=2, default=(10_000, 1_000_000))
    parser.add_argument("--register", metavar="URL", nargs=2)
    parser.add_argument("--folder", type=Path, help="where files are kept, and found again")
    parser.add_argument("--memory", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mediaid-register-") as passing:
        folder = options.folder or Path(passing)
        folder.mkdir(parents=True, exist_ok=True)
        if options.memory:
            memory(folder, (5_000, 20_000))
            return 0
        places = options.register or [str(folder / f"{its}.db") for its in options.determinations]
        for where, size in zip(places, options.determinations, strict=True):
            if options.register or not Path(where).exists():
                say(f"  making a register of {size:,} determinations")
                grow(where, size // CASES)
        small, large = (
            Measured(where, size)
            for where, size in zip(places, options.determinations, strict=True)
        )
        sound = compare(small, large)
    print(f"\ntarget: at most {TARGET} times" + ("" if sound else "; missed"))
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
