"""`mediaid rules diff --claims`: whose aid changes, from what to what, and why."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import pytest

from budget_support import book, minhang
from command import mediaid
from mediaid.budget.compare.changes import changes_of
from mediaid.budget.compare.reform import comparison, settle_both
from mediaid.packs.load import load_pack

if TYPE_CHECKING:
    from pathlib import Path

CLAIMS = """\
claim_id,person_id,date,setting,category,insurance,self_paid
1,P-000001,2023-02-01,inpatient,low_income,resident,1000
2,P-000002,2023-02-01,inpatient,dibao,resident,140000
3,P-000002,2023-03-01,inpatient,dibao,resident,60000
4,P-000003,2023-02-01,outpatient,dibao,resident,1000
5,P-000004,2023-02-01,inpatient,orphan,resident,100
"""


@pytest.fixture
def reform(tmp_path: Path) -> Path:
    """Low income at 85% instead of 80; the caps of dibao lower, orphans no longer aided."""
    path = tmp_path / "reform.yaml"
    path.write_text(
        "overlay: reform\nlabel: {zh: 方案, en: reform}\n"
        f"base: {{pack: shanghai-minhang, hash: '{minhang().base_hash}'}}\nchanges:\n"
        "  - {at: medical-aid/rate/of/low_income, value: 85%}\n"
        "  - {at: medical-aid/cap/at/dibao, value: 100000}\n"
        "  - {at: medical-aid/when/setting/orphan, value: [outpatient]}\n"
        "  - {at: shared/deductible, value: 400}\n",
        encoding="utf-8",
    )
    return path


@pytest.fixture
def words(tmp_path: Path, reform: Path) -> tuple[str, ...]:
    claims = tmp_path / "claims.csv"
    claims.write_text(CLAIMS, encoding="utf-8")
    return (
        *("--lang", "en", "rules", "diff", "shanghai-minhang", "--overlay", str(reform)),
        *("--claims", str(claims)),
    )


def test_everybody_with_the_figures_and_the_cause(
    words: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "who.csv"
    ran = mediaid(capsys, *words, "--json", "--changes", str(file))
    assert ran.code == 1
    data = json.loads(ran.out)["claims"]
    assert data["total"] == {"before": "131610.00", "after": "101610.00", "difference": "-30000.00"}
    with file.open(encoding="utf-8", newline="") as opened:
        rows = {row["person_id"]: row for row in csv.DictReader(opened)}
    assert {who: (row["before"], row["after"], row["why"]) for who, row in rows.items()} == {
        "P-000001": ("800.00", "850.00", "medical aid: rate 80% → 85%"),
        "P-000002": (
            "130000.00",
            "100000.00",
            "medical aid: limit cap: cuts now; medical aid: limit cap: cuts before and after",
        ),
        "P-000003": (
            "720.00",
            "760.00",
            "deductible subsidy: the deductible; outpatient aid: the deductible",
        ),
        "P-000004": ("90.00", "0.00", "medical aid: applies no longer"),
    }
    assert [its["person"] for its in data["largest"]] == [
        "P-000002",
        "P-000004",
        "P-000001",
        "P-000003",
    ]


def test_the_terminal_shows_masked_ids(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    out = mediaid(capsys, *words, "--persons", "2").out
    assert "P-000002" not in out
    assert "4 persons get another amount" in out
    assert out.splitlines()[-2].split()[:4] == [
        "******02",
        "130,000.00",
        "100,000.00",
        "-30,000.00",
    ]


def test_a_draft_settles_claims_only_where_it_is_asked_for(
    words: tuple[str, ...], reform: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = reform.read_text(encoding="utf-8")
    reform.write_text(text.replace("base:", "draft: 2023\nbase:"), encoding="utf-8")
    assert mediaid(capsys, *words).code == 2
    assert mediaid(capsys, *words[:-2]).code == 1  # to look at it is no figure
    ran = mediaid(capsys, *words, "--draft")
    assert (ran.code, ran.out.count("DRAFT for 2023, not in force")) == (1, 2)


def test_sums_of_persons_and_causes_are_those_of_the_comparison(reform: Path) -> None:
    packs = (minhang(), load_pack("shanghai-minhang", overlay=reform))
    both = settle_both(book(), packs, 2023, (2023, 2023))
    sums, found = comparison(both, packs, 2023, 2023), changes_of(both, packs)
    change = sums.total[1] - sums.total[0]
    assert sum(its.difference for its in found.persons) == change != 0
    assert sum(its.fen for its in found.causes) == change
    assert len(found.persons) == sums.gain.persons + sums.lose.persons
    assert not any("another reckoning" in its.words for its in found.causes)
