"""Mapped files with pools, totals and headings of two rows, and as a history of one case."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from command import Ran, mediaid
from field_files import (
    BILLS,
    LEDGER,
    LI,
    ledger_rows,
    platform_rows,
    write_platform,
    write_roster,
)

if TYPE_CHECKING:
    from collections.abc import Sequence


def records(path: Path, *its: object) -> str:
    return str(write_platform(path, platform_rows(its)))  # type: ignore[arg-type]


def lines(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def batch(capsys: pytest.CaptureFixture[str], *arguments: str) -> Ran:
    return mediaid(capsys, "batch", *arguments, "--lang", "en")


def test_records_month_by_month_give_what_the_year_gives(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    roster = str(write_roster(tmp_path / "roster.csv"))
    how = ("--mapping", "platform", "--roster", roster)
    whole, first, rest = (tmp_path / f"{name}.csv" for name in ("whole", "first", "rest"))
    pools, totals = tmp_path / "pools.csv", tmp_path / "totals.csv"
    later = replace(BILLS[0], claim="S009", day="2023-07-01")
    every = records(tmp_path / "every.csv", *BILLS[:3], later)
    assert batch(capsys, every, *how, "-o", str(whole), "--summary", str(totals)).code == 0
    early = records(tmp_path / "early.csv", BILLS[0])
    ran = batch(capsys, early, *how, "-o", str(first), "--closing", str(pools))
    assert ran.code == 0, ran.err
    late = records(tmp_path / "late.csv", *BILLS[1:3], later)
    assert batch(capsys, late, *how, "-o", str(rest), "--opening", str(pools)).code == 0
    assert [*lines(first), *lines(rest)] == lines(whole)
    alone = tmp_path / "alone.csv"
    assert batch(capsys, late, *how, "-o", str(alone)).code == 0
    assert lines(alone) != lines(rest), "the pools of the first months matter"
    paid = sum(float(line["payable"]) for line in lines(whole))
    assert sum(float(line["payable"]) for line in lines(totals)) == pytest.approx(paid)


@pytest.mark.parametrize(
    "options",
    [("--resume",), ("--memory", "1GiB"), ("--engine", "spark")],
)
def test_what_a_mapped_file_cannot_have_is_refused(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    options: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("mediaid.batch.spark.session.need_spark", lambda: None)
    roster = str(write_roster(tmp_path / "roster.csv"))
    every = records(tmp_path / "every.csv", *BILLS[:3])
    ran = batch(
        capsys, every, "--mapping", "platform", "--roster", roster, "-o",
        str(tmp_path / "out"), *options,
    )  # fmt: skip
    assert ran.code == 2
    assert "mapping" in ran.err
    assert not (tmp_path / "out").exists()


UPPER = {"费用总额（元）": "费用", "基本医疗保险报销金额（元）": "报销", "大病报销金额（元）": "",
         "大额报销金额（元）": "", "医疗救助金额（元）": "医疗救助"}  # fmt: skip
LOWER = {"费用总额（元）": "总额（元）", "医疗救助金额（元）": "金额"}


def two_rows(path: Path, rows: Sequence[Sequence[object]]) -> str:
    """A ledger as CSV with a title, and merged headings over those that belong together."""
    upper = [UPPER.get(name, name) for name in LEDGER]
    lower = [LOWER.get(name, name if name in UPPER else "") for name in LEDGER]
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["样例镇2023年医疗救助台账", *[""] * (len(LEDGER) - 1)])
        writer.writerows([upper, lower, *rows])
    return str(path)


def test_headings_over_two_rows_are_joined(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = two_rows(tmp_path / "ledger.csv", ledger_rows())
    ran = mediaid(capsys, "mapping", "recognise", file, "--lang", "en")
    assert ran.code == 0, ran.out + ran.err
    assert "headings in rows 2–3, joined" in ran.out
    assert "费用总额（元） → amounts/total" in ran.out
    plain, joined = tmp_path / "plain.csv", tmp_path / "joined.csv"
    one = tmp_path / "one.csv"
    with one.open("w", encoding="utf-8", newline="") as text:
        csv.writer(text).writerows([list(LEDGER), *ledger_rows()])
    assert batch(capsys, str(one), "--mapping", "ledger", "-o", str(plain)).code == 0
    ran = batch(capsys, file, "--mapping", "ledger", "-o", str(joined))
    assert ran.code == 0, ran.err
    assert lines(joined) == lines(plain)
    rows = ledger_rows()
    rows[0][list(LEDGER).index("结算日期")] = "soon"
    wrong = two_rows(tmp_path / "wrong.csv", rows)
    assert (
        "row 4, column 结算日期" in batch(capsys, wrong, "--mapping", "ledger", "-o", "x.csv").err
    )


def test_an_unknown_heading_of_two_rows_is_named_joined(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LOWER, "大病报销金额（元）", "再次报销")
    file = two_rows(tmp_path / "ledger.csv", ledger_rows())
    ran = mediaid(capsys, "mapping", "recognise", file, "--lang", "en")
    assert ran.code == 2
    assert "报销再次报销" in ran.out


def calc(capsys: pytest.CaptureFixture[str], *arguments: str) -> Ran:
    return mediaid(
        capsys, "calc", "--category", "dibao", "--setting", "inpatient", "--insurance", "resident",
        "--self-paid", "900000", "--date", "2023-09-01", *arguments, "--json",
    )  # fmt: skip


def test_a_history_may_be_settlement_records(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same history as plain claims: self-paid 2,400 and 500 as worked out by hand."""
    history = records(tmp_path / "records.csv", *BILLS[:2])
    roster = str(write_roster(tmp_path / "roster.csv"))
    how = ("--mapping", "platform", "--roster", roster)
    mapped = calc(capsys, "--history", history, *how)
    assert mapped.code == 0, mapped.err
    plain = tmp_path / "plain.csv"
    with plain.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["claim_id", "person_id", "date", "setting", "insurance", "category",
                         "self_paid", "already_aided"])  # fmt: skip
        writer.writerow(["S001", LI, "2023-03-02", "inpatient", "resident", "dibao", 2400, 1000])
        writer.writerow(["S002", LI, "2023-04-10", "outpatient", "resident", "dibao", 500, 0])
    same = json.loads(calc(capsys, "--history", str(plain)).out)
    assert json.loads(mapped.out) == same
    assert same["aid"] != json.loads(calc(capsys).out)["aid"]
    assert "--history" in calc(capsys, *how).err
    looks = calc(capsys, "--history", history)
    assert looks.code == 2
    assert "--mapping platform" in looks.err
