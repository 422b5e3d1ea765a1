"""A small generator of the files this field has: a platform export and a town's ledger.

Both tell the same year of a few made-up persons (their ID numbers have an area code that does not
exist), each in its own way: the platform with its field names, codes, flags and a reversal that
names its original, as CSV; the ledger with a title, Chinese headings, dates as spreadsheet days, a
totals row and a note below, as XLSX. `write_platform` and `write_ledger` write them; BILLS is what
they tell, with the self-paid amount worked out by hand. Run as a program it
writes the samples under examples/.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import xlsxwriter  # type: ignore[import-untyped]

from mediaid.people.identity import check_digit

AREA = "900000"


def id_number(born: str, order: int) -> str:
    """A resident ID number with a birth date such as 19500228, of an area that does not exist."""
    digits = f"{AREA}{born}{order:03d}"
    return digits + check_digit(digits)


LI, WANG, ZHAO = id_number("19500228", 25), id_number("19820615", 126), id_number("20110901", 33)


@dataclass(frozen=True)
class Bill:
    """One settlement. Amounts in 元 as text; `self_paid` is the answer, not a cell."""

    claim: str
    person: str
    name: str
    category: str
    insurance: str
    med_type: str
    day: str
    total: str
    scope: str
    pooled: str
    illness: str
    aided: str
    self_paid: str
    large: str = "0.00"
    relief: str = "0.00"
    own: str = "0.00"
    over: str = "0.00"
    first: str = "0.00"
    valid: str = "1"
    refunded: str = "0"
    original: str = ""
    sign: int = 1

    def amount(self, name: str) -> str:
        """An amount as the file states it: below zero where the record gives back."""
        text = str(getattr(self, name))
        return f"-{text}" if self.sign < 0 and float(text) else text


# 10,000.00 = 700 own + 500 over + 800 first + 8,000 in scope; 8,000 − 5,000 − 600 = 2,400.
# 1,000.00 = 100 own + 900 in scope; 900 − 400 = 500. 20,000 − 12,000 − 3,000 − 500 = 4,500.
BILLS = (
    Bill(
        "S001", LI, "李甲", "低保", "390", "21", "2023-03-02",
        "10000.00", "8000.00", "5000.00", "600.00", "1000.00", "2400.00",
        own="700.00", over="500.00", first="800.00",
    ),
    Bill(
        "S002", LI, "李甲", "低保", "390", "11", "2023-04-10",
        "1000.00", "900.00", "400.00", "0.00", "0.00", "500.00", own="100.00",
    ),
    Bill(
        "S003", WANG, "王乙", "低收入", "310", "22", "2023-05-20",
        "20000.00", "20000.00", "12000.00", "0.00", "0.00", "4500.00",
        large="3000.00", relief="500.00",
    ),
    Bill(
        "S004", ZHAO, "赵丙", "孤儿", "390", "21", "2023-06-01",
        "3000.00", "3000.00", "2000.00", "0.00", "0.00", "1000.00",
    ),
)  # fmt: skip
GIVEN_BACK = replace(BILLS[3], refunded="1")
GIVING_BACK = replace(
    BILLS[3], claim="S005", day="2023-06-09", refunded="1", original="S004", sign=-1
)
INVALID = replace(BILLS[1], claim="S006", valid="0")
RECORDS = (*BILLS[:3], GIVEN_BACK, GIVING_BACK, INVALID)
"""What the platform exports: a bill that was given back, and an invalid record, among others."""

PLATFORM = {
    "setl_id": "claim",
    "psn_name": "name",
    "psn_cert_type": "",
    "certno": "person",
    "insutype": "insurance",
    "med_type": "med_type",
    "enddate": "day",
    "setl_time": "day",
    "medfee_sumamt": "total",
    "fulamt_ownpay_amt": "own",
    "overlmt_selfpay": "over",
    "preselfpay_amt": "first",
    "inscp_scp_amt": "scope",
    "act_pay_dedc": "",
    "hifp_pay": "pooled",
    "cvlserv_pay": "",
    "hifes_pay": "",
    "hifmi_pay": "illness",
    "hifob_pay": "large",
    "maf_pay": "aided",
    "oth_pay": "relief",
    "vali_flag": "valid",
    "refd_setl_flag": "refunded",
    "init_setl_id": "original",
}
"""The platform's fields in the order of an export, and the part of a Bill that each holds."""

AMOUNTS = (
    "total",
    "own",
    "over",
    "first",
    "scope",
    "pooled",
    "illness",
    "large",
    "aided",
    "relief",
)


def platform_rows(records: Sequence[Bill] = RECORDS) -> list[list[str]]:
    """The records as rows of a platform export, without headings."""
    constant = {"psn_cert_type": "01", "act_pay_dedc": "0.00"}

    def cell(record: Bill, heading: str, part: str) -> str:
        if part in AMOUNTS:
            return record.amount(part)
        if heading == "setl_time":
            return f"{record.day} 10:20:30"
        return str(getattr(record, part)) if part else constant.get(heading, "0")

    return [
        [cell(record, heading, part) for heading, part in PLATFORM.items()] for record in records
    ]


def write_platform(
    path: Path,
    rows: Sequence[Sequence[str]] | None = None,
    encoding: str = "gb18030",
    headings: Sequence[str] = tuple(PLATFORM),
) -> Path:
    """Write an export as CSV."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(
        [headings, *(platform_rows() if rows is None else rows)]
    )
    path.write_bytes(text.getvalue().encode(encoding))
    return path


LEDGER = {
    "序号": "",
    "结算id": "claim",
    "姓名": "name",
    "身份证号": "person",
    "参保类别": "insurance",
    "救助身份": "category",
    "医保就诊类别": "med_type",
    "结算日期": "day",
    "费用总额（元）": "total",
    "符合医保报销金额（元）": "scope",
    "基本医疗保险报销金额（元）": "pooled",
    "大病报销金额（元）": "illness",
    "大额报销金额（元）": "large",
    "进入医疗救助金额（元）": "self_paid",
    "医疗救助金额（元）": "aided",
}
WORDS = {"390": "城乡居民", "310": "职工", "21": "普通住院", "11": "普通门诊", "22": "外伤住院"}
LEDGER_BILLS = tuple(replace(bill, relief="0.00") for bill in (BILLS[0], BILLS[1], BILLS[3]))


def ledger_rows(bills: Sequence[Bill] = LEDGER_BILLS) -> list[list[object]]:
    """The bills as rows of a ledger: amounts as numbers, days as spreadsheet days."""
    epoch = dt.date(1899, 12, 30)

    def cell(number: int, bill: Bill, part: str) -> object:
        if part == "day":
            return (dt.date.fromisoformat(bill.day) - epoch).days
        if part in (*AMOUNTS, "self_paid"):
            return float(bill.amount(part))
        text = str(getattr(bill, part)) if part else number
        return WORDS.get(str(text), text)

    return [
        [cell(number, bill, part) for part in LEDGER.values()]
        for number, bill in enumerate(bills, 1)
    ]


def totals(rows: Sequence[Sequence[object]]) -> list[object]:
    """The totals row of a ledger."""
    words: list[object] = ["合计"]
    for at, heading in enumerate(LEDGER):
        if at:
            numbers = [row[at] for row in rows]
            words.append(
                sum(float(str(n)) for n in numbers) if heading.endswith("（元）") else None
            )
    return words


def write_ledger(
    path: Path,
    rows: Sequence[Sequence[object]] | None = None,
    headings: Mapping[str, str] | Sequence[str] = LEDGER,
    foot: Sequence[Sequence[object]] | None = None,
) -> Path:
    """Write a ledger with a merged title, a line about the period, totals and a note."""
    its_rows = ledger_rows() if rows is None else rows
    below = [totals(its_rows), ["制表人：陈丁", None, None, "审核："]] if foot is None else foot
    workbook = xlsxwriter.Workbook(path)
    sheet = workbook.add_worksheet("台账")
    title = workbook.add_format({"align": "center"})
    sheet.merge_range(0, 0, 0, len(headings) - 1, "样例镇2023年医疗救助台账", title)
    sheet.write_row(1, 0, ["填报单位：样例镇", None, "单位：元"])
    sheet.write_row(2, 0, list(headings))
    for at, row in enumerate([*its_rows, *below], 3):
        sheet.write_row(at, 0, list(row))
    workbook.close()
    return path


def write_roster(path: Path, rows: Sequence[Sequence[str]] | None = None) -> Path:
    """Write who is in which category: Wang only from May on."""
    people = [
        [LI, "李甲", "低保", "2022-01-01", ""],
        [WANG, "王乙", "none", "2023/1/1", "2023/4/30"],
        [WANG, "王乙", "低收入家庭成员", "2023年5月1日", ""],
    ]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["身份证号", "姓名", "救助类别", "开始日期", "结束日期"])
        writer.writerows(people if rows is None else rows)
    return path


def write_examples(folder: Path) -> list[Path]:
    """Write the samples that documentation shows."""
    return [
        write_platform(folder / "settlement-records-2023.csv"),
        write_roster(folder / "roster-2023.csv"),
    ]


if __name__ == "__main__":
    write_examples(Path(__file__).parents[1] / "examples")
