"""What every output of a budget says beside its figures: drafts, provisional values, warnings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from budget_support import book, minhang, rows, write
from command import mediaid

COMMANDS = ("funding", "cash", "bridge", "forecast", "compare", "workbook")
LEFT_OUT = "claims were not known by 2023-08-31 and are left out"


@pytest.fixture
def draft(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """A draft of 2024 in which the standard of mutual aid rises by 60 元."""
    path = tmp_path / "2024.yaml"
    ran = mediaid(capsys, "rules", "new", "shanghai-minhang", "--year", "2024", "-o", str(path))
    assert ran.code == 0, ran.err
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("medical: 2740", "medical: 2800"), encoding="utf-8")
    return str(path)


@pytest.fixture
def claims(tmp_path: Path) -> str:
    return write(tmp_path / "claims.csv", rows(book(), minhang()))


def arguments(command: str, claims: str, folder: Path) -> list[str]:
    ahead = [claims, "--cut-off", "2023-08-31"]
    few = ["--simulate", "100"]
    return {
        "funding": ["--year", "2024"],
        "cash": ["--year", "2024"],
        "bridge": [*ahead, "--year", "2024"],
        "forecast": [*ahead, *few, "--year", "2024"],
        "compare": [claims, "--reform-reading", "cap-scope=with", "--policy-year", "2024"],
        "workbook": [
            *ahead, *few, "--year", "2024",
            "--xlsx", str(folder / "b.xlsx"), "--html", str(folder / "b.html"),
        ],
    }[command]  # fmt: skip


def everything(path: Path) -> str:
    """All text of a workbook."""
    data = CalamineWorkbook.from_path(str(path))
    return str([data.get_sheet_by_name(name).to_python() for name in data.sheet_names])


@pytest.mark.parametrize("command", COMMANDS)
def test_a_draft_is_refused_unless_asked_for_and_said(
    command: str, draft: str, claims: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["budget", command, *arguments(command, claims, tmp_path), "--overlay", draft]
    refused = mediaid(capsys, *words, "--lang", "en")
    assert (refused.code, refused.out) == (2, "")
    assert "is a draft for 2024, not in force" in refused.err
    assert not (tmp_path / "b.xlsx").exists()
    ran = mediaid(capsys, *words, "--draft", "--lang", "en")
    assert (ran.code, ran.err) == (0, "")
    if command == "workbook":
        for text in (everything(tmp_path / "b.xlsx"), (tmp_path / "b.html").read_text("utf-8")):
            assert text.count("DRAFT for 2024, not in force") == 2  # summary and provenance
    else:
        assert "DRAFT for 2024, not in force" in ran.out
        data = json.loads(mediaid(capsys, *words, "--draft", "--json").out)
        assert data.get("before", data)["draft"] == 2024


def test_the_figures_are_those_of_the_draft(draft: str, capsys: pytest.CaptureFixture[str]) -> None:
    def asked(command: str, *options: str) -> Any:
        ran = mediaid(capsys, "budget", command, "--year", "2024", *options, "--json")
        assert (ran.code, ran.err) == (0, "")
        return json.loads(ran.out)

    chosen = ["--overlay", draft, "--draft"]
    (year,) = asked("funding", *chosen)["years"]
    # 36,323 × (2,800 − 130 + 500), where it is 3,110 a head without the draft.
    assert year["fundings"][0]["fiscal"] == "115143910.00"
    assert "mutual-aid/standard" in year["fundings"][0]["provisional"]
    pot = asked("cash", *chosen)["cash"][0]
    assert sum(float(its) for its in pot["in_by_payer"].values()) == 115143910 + 4721990
    steps = {
        step["step"]: step["yuan"]
        for line in asked("bridge", *chosen)["lines"]
        for step in line["steps"]
        if line["line"] == "mutual-aid"
    }
    assert steps["standard"] == "2179380.00"  # 36,323 × 60
    assert steps["need"] == "115143910.00"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_warnings_stand_in_every_output(
    lang: str, claims: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ahead = [claims, "--cut-off", "2023-08-31"]
    few = ["--simulate", "100"]
    reading = ["--reform-reading", "cap-scope=with"]
    told = set()
    for words in (
        ["forecast", *ahead, *few],
        ["bridge", *ahead],
        ["compare", *ahead, *few, *reading],
    ):
        data = json.loads(mediaid(capsys, "budget", *words, "--json", "--lang", lang).out)
        (left,) = data["warnings"]
        assert lang != "en" or LEFT_OUT in left
        told.add(left)
        assert left in mediaid(capsys, "budget", *words, "--lang", lang).out
    (left,) = told
    xlsx, html = tmp_path / "b.xlsx", tmp_path / "b.html"
    options = ["--xlsx", str(xlsx), "--html", str(html), "--lang", lang]
    assert mediaid(capsys, "budget", "workbook", *ahead, *few, *options).code == 0
    for text in (everything(xlsx), html.read_text("utf-8")):
        assert text.count(left) == 2  # summary and forecast


def test_options_stand_in_the_provenance(
    claims: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    html = tmp_path / "b.html"
    options = ["--price-growth", "4%", "--simulate", "100", "--html", str(html)]
    words = ["workbook", claims, "--cut-off", "2023-08-31", *options]
    assert mediaid(capsys, "budget", *words).code == 0
    text = html.read_text("utf-8")
    for name, value in (
        ("--price-growth", "4%"), ("--headcount-sd", "2%"), ("--seed", "20231108"),
        ("--cut-off", "2023-08-31"), ("--advances", "4"),
    ):  # fmt: skip
        assert f"<td>{name}</td><td>{value}</td>" in text
    assert str(tmp_path) not in text
    assert mediaid(capsys, "budget", "workbook", "--html", str(html)).code == 0
    assert "--seed" not in html.read_text("utf-8")


def test_a_year_without_policy_is_refused_by_its_name(
    claims: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ahead = [claims, "--cut-off", "2023-08-31", "--policy-year", "2020", "--lang", "en"]
    reading = [claims, "--reform-reading", "cap-scope=with", "--year", "2021", "--lang", "en"]
    for year, words in (
        (2020, ["forecast", *ahead]),
        (2020, ["bridge", *ahead]),
        (2021, ["compare", *reading]),
    ):
        ran = mediaid(capsys, "budget", *words)
        assert (ran.code, ran.out) == (2, "")
        assert ran.err.startswith(f"policy of {year}: {year}-")
        assert "the first day pack shanghai-minhang has values for" in ran.err


def test_months_without_any_claim_are_said(claims: str, capsys: pytest.CaptureFixture[str]) -> None:
    few = ["--simulate", "100", "--json", "--lang", "en"]
    for cut_off, said in (("2024-01-31", False), ("2024-03-31", True)):
        ran = mediaid(capsys, "budget", "forecast", claims, "--cut-off", cut_off, *few)
        warnings = json.loads(ran.out)["warnings"]
        assert any("are claims missing?" in its for its in warnings) == said


def test_in_what_order_files_are_given_is_no_matter(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = rows(book(), minhang())
    files = [
        write(tmp_path / f"{name}.csv", [row for row in lines if (row[2] < "2023") == early])
        for name, early in (("b", True), ("a", False))
    ]
    made = []
    for order in (files, files[::-1]):
        xlsx = tmp_path / "b.xlsx"
        options = ["--cut-off", "2023-08-31", "--simulate", "100", "--xlsx", str(xlsx)]
        assert mediaid(capsys, "budget", "workbook", *order, *options).code == 0
        made.append(xlsx.read_bytes())
    assert made[0] == made[1]
