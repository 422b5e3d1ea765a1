"""A year of an office, by the program's own commands: from two files to a settled, verified year.

    python -m benchmarks.register_year                          8,000 claimants, SQLite
    python -m benchmarks.register_year --register postgresql://owner@/empty?host=…

People and bills (generated; ID numbers of an area that there is not) are imported, turned into
cases, submitted, reviewed, approved by somebody else, paid by list with a bank that returns some,
paid again, filed, settled with advances by town and quarter, verified and backed up. Each
command is a process of its own. Standard output is a table of what each took and said.

Who approves is not who accepts. On PostgreSQL they are two roles, which this script makes. On
SQLite a person is an account of the operating system: run as root with `setpriv`, clerk and
approver are two accounts that share the file by their group; otherwise the register is that of a
one-person office, and the last line says so.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.measure import say
from benchmarks.register_rows import resident_number
from mediaid.money import format_yuan, parse_yuan

TOWNS = tuple(f"第{number}镇" for number in "一二三四五六七八九十")
CATEGORIES = ("低保家庭成员", "低收入困难家庭成员", "特殊救济对象", "散居孤儿")
SHARES = (60, 30, 8, 2)
FAILED_ONE_IN = 100
CLERK, APPROVER, GROUP = 61_001, 61_002, 61_000
"""Accounts of nobody, on SQLite."""


@dataclass
class Office:
    """Runs commands as one of two people, and notes what they took."""

    folder: Path
    registers: dict[str, str]
    accounts: dict[str, int] = field(default_factory=dict)
    rows: list[tuple[str, float, float, int, str]] = field(default_factory=list)

    def become(self, who: str) -> list[str]:
        """Return what makes a command another account's, which may still read the program."""
        if not self.accounts:
            return []
        may = "+dac_read_search"
        return ["setpriv", f"--reuid={self.accounts[who]}", f"--regid={GROUP}", "--clear-groups",
                f"--inh-caps={may}", f"--ambient-caps={may}"]  # fmt: skip

    def run(self, who: str, *words: str, code: int = 0) -> Any:
        """Run a command of the register; return what it prints as JSON, or as text."""
        mediaid = str(Path(sys.executable).parent / "mediaid")
        command = [*self.become(who), mediaid, "--lang", "en", "register", *words]
        environment = os.environ | {
            "MEDIAID_REGISTER": self.registers[who],
            "XDG_CACHE_HOME": str(self.folder / f"cache-{who}"),
            "HOME": str(self.folder),
        }
        began = time.perf_counter()
        with (
            tempfile.TemporaryFile("w+", encoding="utf-8") as out,
            tempfile.TemporaryFile("w+", encoding="utf-8") as errors,
        ):
            process = subprocess.Popen(
                command,
                stdout=out,
                stderr=errors,
                env=environment,
                umask=0o007 if self.accounts else -1,
            )
            _pid, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0)
            errors.seek(0)
            printed, refused = out.read(), errors.read()
        wall = time.perf_counter() - began
        if process.returncode != code:
            raise SystemExit(f"{words}: exit code {process.returncode}\n{refused}{printed}")
        said = printed if "--json" in words else printed.strip().rpartition("\n")[2]
        shown = " ".join(word for word in words if word != "--json")
        told = "" if "--json" in words else said
        processor, peak = used.ru_utime + used.ru_stime, used.ru_maxrss // 1024
        self.rows.append((shown, wall, processor, peak, told))
        say(f"{wall:8.1f} s  {shown}  {told}")
        return json.loads(said) if "--json" in words else said


def generate(folder: Path, claimants: int, year: int, seed: int) -> tuple[Path, Path]:
    """Write the people and their bills; two of three bills are outpatient ones."""
    draw = Random(seed)
    people, bills = folder / "people.csv", folder / "bills.csv"
    with people.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["证件号码", "姓名", "街镇", "救助类别", "参保类型", "开始日期", "银行账号"]
        )
        for number in range(claimants):
            [category] = draw.choices(CATEGORIES, SHARES)
            town = TOWNS[draw.randrange(len(TOWNS))]
            insurance = "职工医保" if draw.random() < 0.1 else "居民医保"
            writer.writerow([resident_number(number), f"某{number}", town, category, insurance,
                             f"{year}-01-01", f"6200{number:012d}"])  # fmt: skip
    with bills.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["证件号码", "医疗机构", "发票号", "日期", "就医类型", "政策范围内自负"])
        for number in range(claimants):
            for bill in range(draw.randint(1, 4)):
                day = dt.date(year, 1, 1) + dt.timedelta(days=draw.randrange(365))
                inpatient = draw.random() < 1 / 3
                most = 60_000_00 if inpatient else 2_000_00
                fen = int(most * draw.random() ** 3) + 1_00
                writer.writerow([resident_number(number), f"第{draw.randint(1, 30)}医院",
                                 f"{number}-{bill}", day, "住院" if inpatient else "门急诊",
                                 format_yuan(fen)])  # fmt: skip
    return people, bills


def answer(path: Path, to: Path, draw: Random) -> int:
    """Be the bank: fill in the results of a list; return how many failed."""
    failed = 0
    with path.open(encoding="utf-8-sig", newline="") as file, to.open("w", encoding="utf-8") as out:
        reader = csv.DictReader(file)
        writer = csv.DictWriter(out, reader.fieldnames or ())
        writer.writeheader()
        for row in reader:
            bad = draw.randrange(FAILED_ONE_IN) == 0
            failed += bad
            writer.writerow(row | {"result": "failed" if bad else "ok", "reason": "账号不符" * bad})
    return failed


def work(office: Office, claimants: int, seed: int, options: tuple[str, ...]) -> None:
    """Take the year from its files to the settlement."""
    folder, draw = office.folder, Random(seed + 1)
    today = dt.datetime.now(dt.timezone(dt.timedelta(hours=8))).date()
    people, bills = generate(folder, claimants, today.year - 1, seed)
    clerk, approver = "clerk", "approver"
    office.run("owner", "init", "--office", "MH=Office", *options)
    if "owner" in office.registers and office.registers["owner"] != office.registers[clerk]:
        office.run("owner", "roles")
    share(office)
    office.run(clerk, "import", str(people), "--yes")
    office.run(clerk, "import", str(bills), "--yes", "--similar", "another visit")
    missed = office.run(clerk, "left-out", "--open-cases", "--yes", "--json")
    foreseen = sum(parse_yuan(its["payable"]) for who in missed["left_out"] for its in who["bills"])
    office.run(clerk, "case", "submit", "--all", "--waived", "the platform's records")
    office.run("reviewer", "case", "review", "--all")
    office.run(approver, "case", "approve", "--all")
    for town in TOWNS:
        for month in range(1, today.month + 1, 6):
            office.run(clerk, "settlement", "advance", town, str(claimants * 50), "--date",
                       f"{today.year}-{month:02d}-01")  # fmt: skip
    sent = 0
    while True:
        number = sum(words.startswith("payment list") for words, *_rest in office.rows) + 1
        bank, result = folder / f"bank-{number}.csv", folder / f"result-{number}.csv"
        listed = office.run(clerk, "payment", "list", str(bank), "--json")
        failed = answer(bank, result, draw)
        got = office.run(clerk, "payment", "results", str(result), "--json")
        if got["failed"] != failed or got["paid"] + failed != listed["lines"]:
            raise SystemExit(f"the bank's results are not those: {got}")
        sent += parse_yuan(listed["amount"])
        if number == 1 and sent != foreseen:
            raise SystemExit(f"foreseen {format_yuan(foreseen)}, but decided {format_yuan(sent)}")
        if not failed:
            break
    office.run(clerk, "case", "file", "--all")
    found = office.run(clerk, "settlement", "show", str(today.year), "-o",
                       str(folder / "settlement.xlsx"), "--json")  # fmt: skip
    check(office, found["total"], folder, sent)
    office.run(clerk, "verify")
    office.run(clerk, "backup", str(folder / "backup.db"))


def check(office: Office, total: dict[str, Any], folder: Path, sent: int) -> None:
    """Compare the settlement with what the bank's lists say, to the 分."""
    paid = 0
    for path in folder.glob("result-*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        paid += sum(parse_yuan(row["amount"]) for row in rows if row["result"] == "ok")
    quarters = total["quarters"]
    if parse_yuan(total["actual"]) != paid:
        raise SystemExit(f"settled {total['actual']}, but the bank paid {format_yuan(paid)}")
    if sum(parse_yuan(its["sent"]) for its in quarters) != sent:
        raise SystemExit("the lists and the settlement differ")
    office.rows.append(
        ("settled, and paid by the bank's lists", 0, 0, 0, f"{total['actual']} yuan")
    )


def share(office: Office) -> None:
    """Let both accounts write an SQLite register: its file, and the folder it lies in."""
    if office.accounts:
        path = Path(office.registers["clerk"])
        os.chown(path, CLERK, GROUP)
        path.chmod(0o660)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--claimants", type=int, default=8_000)
    parser.add_argument("--seed", type=int, default=2023)
    parser.add_argument("--register", metavar="URL", help="an empty PostgreSQL database, as owner")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mediaid-year-") as name:
        folder = Path(name)
        office, more = set_up(folder, options.register)
        began = time.perf_counter()
        work(office, options.claimants, options.seed, more)
        whole = time.perf_counter() - began
    print("| command | s | processor s | MB | says |")
    print("| --- | ---: | ---: | ---: | --- |")
    for words, wall, processor, peak, said in office.rows:
        if "settlement advance" not in words:
            shown = words.replace(name + "/", "")
            print(f"| `{shown}` | {wall:.1f} | {processor:.1f} | {peak} | {said} |")
    print(
        f"\n{options.claimants:,} claimants, {whole:.0f} s; approver: {more or 'another identity'}"
    )


def set_up(folder: Path, url: str | None) -> tuple[Office, tuple[str, ...]]:
    """Return the office at its register, and how the register is to be created."""
    everybody = ("owner", "clerk", "reviewer", "approver")
    if url is not None:
        return Office(folder, roles(url)), ()
    path = str(folder / "register.db")
    if os.geteuid() == 0 and shutil.which("setpriv"):
        os.chown(folder, CLERK, GROUP)
        folder.chmod(0o770)
        accounts = dict.fromkeys(everybody, CLERK) | {"approver": APPROVER}
        return Office(folder, dict.fromkeys(everybody, path), accounts), ()
    return Office(folder, dict.fromkeys(everybody, path)), ("--one-person",)


def roles(url: str) -> dict[str, str]:
    """Make logins for three people; return the URL of each."""
    from sqlalchemy import create_engine, make_url, text  # noqa: PLC0415

    owner = make_url(url.replace("postgresql://", "postgresql+psycopg://", 1))
    found = {"owner": url}
    with create_engine(owner, isolation_level="AUTOCOMMIT").connect() as connection:
        for name in ("clerk", "reviewer", "approver"):
            for statement in (
                f"DO $$ BEGIN CREATE ROLE mediaid_{name} NOLOGIN; EXCEPTION WHEN duplicate_object "
                "THEN NULL; END $$",
                f"DROP ROLE IF EXISTS year_{name}",
                f"CREATE ROLE year_{name} LOGIN IN ROLE mediaid_{name}",
            ):
                connection.execute(text(statement))
            its = owner.set(drivername="postgresql", username=f"year_{name}", password=None)
            found[name] = its.render_as_string(hide_password=False)
    return found


if __name__ == "__main__":
    main()
