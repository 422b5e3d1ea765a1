"""How long it takes to import 100,000 people and 100,000 bills into a register.

    python -m benchmarks.register_import [--rows 100000] [--keep FOLDER]

Writes files as an office has them (people by the template as CSV, bills as an export of the
platform as CSV and by the template as XLSX), imports each into a new SQLite register by the
command, then once more, which changes nothing. Prints wall and CPU seconds (user and system) of
each whole command, and its peak memory.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import xlsxwriter  # type: ignore[import-untyped]

from mediaid.people.identity import check_digit

CATEGORIES = ("dibao", "low_income", "orphan")
PLATFORM = (
    "setl_id", "certno", "insutype", "med_type", "setl_time", "medfee_sumamt",
    "fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt", "hifp_pay",
    "cvlserv_pay", "hifes_pay", "hifmi_pay", "hifob_pay", "maf_pay", "oth_pay",
    "refd_setl_flag", "fixmedins_name",
)  # fmt: skip


def number(person: int) -> str:
    """An ID number of an area that there is not."""
    born = dt.date(1940, 1, 1) + dt.timedelta(days=person % 25_000)
    digits = f"999999{born:%Y%m%d}{person // 25_000 + 1:03d}"
    return digits + check_digit(digits)


def write_people(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["证件号码", "姓名", "街镇", "救助类别", "参保类型", "开始日期"])
        for person in range(rows):
            category = CATEGORIES[person % 3]
            writer.writerow(
                [number(person), f"某{person % 100}", "样例镇", category, "resident", "2023-01-01"]
            )


def write_records(path: Path, rows: int) -> None:
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(PLATFORM)
        for bill in range(rows):
            day = dt.date(2023, 1, 1) + dt.timedelta(days=bill % 365)
            scope, fund = 1000 + bill % 9000, 500 + bill % 400
            amounts = [scope + 100, 60, 40, 0, scope, fund, 0, 0, 0, 0, bill % 50, 0]
            writer.writerow(
                [f"S{bill:09d}", number(bill * 7 % rows), 390, 21 if bill % 4 else 11,
                 f"{day} 10:00:00", *(f"{its}.00" for its in amounts), 0, f"医院{bill % 40}"]
            )  # fmt: skip


def write_bills(path: Path, rows: int) -> None:
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet()
    headings = ("证件号码", "医疗机构", "发票号", "日期", "就医类型", "自负金额")
    sheet.write_row(0, 0, headings)
    for bill in range(rows):
        day = dt.date(2023, 1, 1) + dt.timedelta(days=bill % 365)
        sheet.write_row(
            bill + 1,
            0,
            [number(bill * 11 % rows), f"医院{bill % 40}", f"F{bill:09d}", day.isoformat(),
             "住院", 20_000 + bill % 5000 + 0.5],
        )  # fmt: skip
    book.close()


def run(register: Path, *arguments: str) -> str:
    """Run a command; return its wall and CPU seconds and its peak memory, in words."""
    command = [sys.executable, "-m", "mediaid", "register", *arguments, "--register", str(register)]
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{' '.join(command)}\n{said}")
    wall, cpu = time.perf_counter() - began, usage.ru_utime + usage.ru_stime
    last = said.strip().splitlines()[-1]
    return f"{wall:6.1f} s, CPU {cpu:6.1f} s, {usage.ru_maxrss / 1024:5.0f} MB  {last}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, help="work in this folder and leave it")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as passing:
        folder = wanted.keep or Path(passing)
        register = folder / "office.db"
        print("init", run(register, "init", "--office", "MH=样例镇", "--pack", "shanghai-minhang"))
        write_people(folder / "people.csv", wanted.rows)
        write_records(folder / "records.csv", wanted.rows)
        write_bills(folder / "bills.xlsx", wanted.rows)
        options = {
            "people.csv": (),
            "records.csv": ("--mapping", "platform"),
            "bills.xlsx": (),
        }
        for turn in ("first", "again"):
            for name, its in options.items():
                file = str(folder / name)
                print(f"{name:12} {turn}", run(register, "import", file, *its, "--yes"), flush=True)
        print("verify", run(register, "verify"))


if __name__ == "__main__":
    main()
