"""A roster and settlement records held against the register: who has bills, and no case."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from command import mediaid
from field_files import (
    BILLS,
    GIVING_BACK,
    INVALID,
    LI,
    PLATFORM,
    WANG,
    ZHAO,
    platform_rows,
    write_platform,
    write_roster,
)
from mediaid.money import parse_yuan
from test_register_import import Import, people, run, write_csv

if TYPE_CHECKING:
    from register_support import Office

__all__ = ["run"]

MORE = [*PLATFORM, "fixmedins_name"]


def settlements(folder: Path, *its: Any, name: str = "settlements.csv") -> Path:
    rows = [[*row, "样例医院"] for row in platform_rows(its)]
    return write_platform(folder / name, rows, headings=MORE)


def files(folder: Path, *its: Any) -> tuple[str, ...]:
    return (
        "--roster", str(write_roster(folder / "roster.csv")),
        "--settlements", str(settlements(folder, *its)),
        "--mapping", "platform", "--office", "MH", "--town", "样例镇",
    )  # fmt: skip


def batch_aid(capsys: pytest.CaptureFixture[str], folder: Path) -> dict[str, int]:
    """What the batch gives each claim for the same files, in 分."""
    out = folder / "aid.csv"
    ran = mediaid(
        capsys, "batch", str(folder / "settlements.csv"), "--mapping", "platform",
        "--roster", str(folder / "roster.csv"), "-o", str(out),
    )  # fmt: skip
    assert ran.code == 0, ran.err
    found: dict[str, int] = defaultdict(int)
    with out.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            found[line["claim_id"]] += parse_yuan(line["aid"])
    return found


def test_who_is_left_out_would_get_what_a_batch_of_the_same_files_gives(
    run: Import, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    its = files(tmp_path, *BILLS, GIVING_BACK, INVALID)
    before = run("audit", "--limit", "1000", "--json").out
    data = json.loads(run("left-out", *its, "--json").out)
    assert run("audit", "--limit", "1000", "--json").out == before
    aid = {
        bill["invoice"]: parse_yuan(bill["aid"])
        for person in data["left_out"]
        for bill in person["bills"]
    }
    expected = batch_aid(capsys, tmp_path)
    assert set(aid) == {"S001", "S002", "S003"}, "who is not on the roster, and refunds, are not"
    assert aid == {claim: expected[claim] for claim in aid}
    assert all(aid.values())
    shown = run("left-out", *its)
    for text in (LI, WANG, "李甲", "王乙"):
        assert text not in shown.out + shown.err
    assert "李甲" in run("left-out", *its, "--clear").out
    events = json.loads(run("audit", "--limit", "1000", "--json").out)
    assert [(its["action"], its["subject"]) for its in events][-1] == ("reveal", "left-out")


def test_one_command_opens_the_cases_and_then_nobody_is_left_out(
    run: Import, tmp_path: Path
) -> None:
    its = files(tmp_path, *BILLS)
    asked = run("left-out", *its, "--open-cases")
    assert "no case was opened; --yes opens them" in asked.out
    data = json.loads(run("left-out", *its, "--open-cases", "--yes", "--json").out)
    assert len(data["opened"]) == 2
    again = json.loads(run("left-out", *its, "--json").out)
    assert again["left_out"] == []
    assert again["without_category"] == []
    case = json.loads(run("case", "show", data["opened"][0], "--json").out)
    assert [bill["invoice"] for bill in case["bills"]] == ["S001", "S002"]
    assert "sound" in run("verify").out


def test_pools_that_the_year_has_used_leave_less(
    run: Import, tmp_path: Path, office: Office
) -> None:
    """S003 alone: 低收入 inpatient; a case of the same year that used all of the cap leaves 0."""
    run("import", people(tmp_path), "--yes")
    alone = json.loads(run("left-out", *files(tmp_path, BILLS[2]), "--json").out)
    [missed] = alone["left_out"]
    assert parse_yuan(missed["payable"]) > 0
    office.approved(2, ("2023-05-02", 900_000))
    after = json.loads(run("left-out", *files(tmp_path, BILLS[2]), "--json").out)
    [missed] = after["left_out"]
    assert missed["person"] == 2
    assert parse_yuan(missed["payable"]) == 0


def test_a_case_of_somebody_who_is_not_on_the_roster_is_listed(
    run: Import, tmp_path: Path, office: Office
) -> None:
    run("import", people(tmp_path), "--yes")
    case = office.submitted(3, ("2023-06-01", 500))
    early = office.submitted(2, ("2023-04-15", 500))
    data = json.loads(run("left-out", *files(tmp_path, *BILLS), "--json").out)
    assert {(its["case"], its["person"]) for its in data["without_category"]} == {
        (case, 3),
        (early, 2),
    }, "Wang is listed only from May on"


def test_a_bill_entered_from_paper_is_not_taken_for_a_missed_one(
    run: Import, tmp_path: Path, office: Office
) -> None:
    run("import", people(tmp_path), "--yes")
    office.submitted(2, ("2023-05-20", 4500))
    data = json.loads(run("left-out", *files(tmp_path, BILLS[2]), "--json").out)
    assert data["left_out"] == []
    [unclear] = data["unclear"]
    assert (unclear["file"], unclear["row"]) == ("settlements", 2)
    assert "same day and amount" in unclear["reason"]


def test_without_a_name_or_town_nobody_is_entered(run: Import, tmp_path: Path) -> None:
    roster = write_csv(tmp_path / "roster.csv", [["身份证号", "救助类别"], [ZHAO, "散居孤儿"]])
    records = write_platform(
        tmp_path / "s.csv",
        [[*row, "样例医院"] for row in platform_rows([replace(BILLS[3], name="")])],
        headings=MORE,
    )
    its = ("--roster", str(roster), "--settlements", str(records), "--mapping", "platform",
           "--office", "MH")  # fmt: skip
    data = json.loads(run("left-out", *its, "--json").out)
    assert parse_yuan(data["left_out"][0]["payable"]) > 0
    refused = run("left-out", *its, "--open-cases", "--yes", code=2)
    assert "name and town" in refused.err
    assert run("case", "list", "--json").out.strip() == "[]"
    assert "--settlements" in run("left-out", "--roster", str(roster), code=2).err


def test_who_contradicts_the_register_is_listed_and_the_others_are_served(
    run: Import, tmp_path: Path
) -> None:
    run("import", people(tmp_path), "--yes")
    its = list(files(tmp_path, *BILLS))
    rows = [
        [LI, "李甲", "散居孤儿", "2022-01-01", ""],
        [WANG, "王乙", "低收入家庭成员", "2023-05-01", ""],
    ]
    its[1] = str(write_roster(tmp_path / "other.csv", rows))
    data = json.loads(run("left-out", *its, "--json").out)
    [unclear] = data["unclear"]
    assert (unclear["file"], unclear["row"]) == ("roster", 2)
    assert [bill["invoice"] for who in data["left_out"] for bill in who["bills"]] == ["S003"]
    opened = json.loads(run("left-out", *its, "--open-cases", "--yes", "--json").out)
    [case] = opened["opened"]
    shown = json.loads(run("case", "show", case, "--json").out)
    assert [bill["invoice"] for bill in shown["bills"]] == ["S003"]
