"""`mediaid budget reconcile`: every difference of both documents, and none that is smoothed."""

from __future__ import annotations

import json
import shutil
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from command import mediaid
from data_support import RULES, Parts, minhang, published_of, with_figure, xihu
from mediaid.budget.reconcile.compare import compare
from mediaid.budget.reconcile.findings import reconcile
from mediaid.budget.reconcile.present import exact_text, shown_text
from mediaid.packs.budget.figures import decimals
from mediaid.packs.load import load_pack


def asked(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> Any:
    ran = mediaid(capsys, "budget", "reconcile", "--json", "--lang", "en", *arguments)
    assert (ran.code, ran.err) == (code, "")
    return json.loads(ran.out)


def sizes(data: Any, kind: str) -> dict[str, tuple[str, str | None]]:
    return {
        its["comparison"]: (its["difference"], its["size_yuan"])
        for its in data["findings"]
        if its["kind"] == kind
    }


def test_minhang(capsys: pytest.CaptureFixture[str]) -> None:
    data = asked(capsys)
    assert data["compared"] == data["agree"] + 9
    assert data["surprises"] == 0
    assert sizes(data, "unexplained") == {
        "mutual-aid-fiscal-need": ("12972742.00", "12972742.00"),
        "mutual-aid-gross-need": ("8250752.00", "8250752.00"),
        "mutual-aid-district-need": ("92088809.50", "92088809.50"),
        "mutual-aid-district-town-need": ("69455007.00", "69455007.00"),
        "medical-aid-sheet-by-table": ("-8610.00", "-8610.00"),
    }
    assert sizes(data, "contradiction") == {
        "narrative-by-table-3/210-13-99/total": ("-0.0072", "-72.00"),
        "narrative-by-table-3/210-15-01/total": ("-0.0056", "-56.00"),
        "mutual-aid-text-by-narrative": ("0.01", "100.00"),
        "satisfaction-in-text": ("5", None),
    }
    assert sizes(data, "rounding") == {}
    needs = [its for its in data["findings"] if its["comparison"].endswith("-need")]
    assert [its["no_whole_headcount"] for its in needs] == [True] * 4
    assert [its["fact"] for its in data["in_words"]] == ["mutual-aid-line-described"]


def test_xihu(capsys: pytest.CaptureFixture[str]) -> None:
    data = asked(capsys, "--pack", "nanchang-xihu")
    assert data["surprises"] == 0
    assert sizes(data, "unexplained") == {
        "basic-increase-by-parts": ("8.012", "80120.00"),
        "goods-increase-by-parts": ("8.00", "80000.00"),
        "collection-by-premium": ("-1544.41", "-15444100.00"),
        "target-against-2020": ("-1010", None),
    }
    assert sizes(data, "contradiction") == {
        "projects-in-glossary": ("-1", None),
        "coverage-in-both-sheets": ("-3", None),
        "streets-counted": ("2", None),
    }
    assert len(sizes(data, "rounding")) == 10
    assert len(data["in_words"]) == 4


@pytest.mark.parametrize(("load", "least"), [(minhang, 400), (xihu, 200)])
def test_each_figure_changed_in_turn_is_reported(load: Any, least: int) -> None:
    """One unit of the last decimal up, and one down: neither goes unnoticed."""
    shipped: Parts = load()
    figures = published_of(shipped).all_figures
    assert len(figures) > least
    missed = []
    for ref, figure in figures.items():
        places = decimals(figure.value)
        for step in (1, -1):
            value = exact_text(Fraction(figure.value) + Fraction(step, 10**places), places)
            after = compare(with_figure(shipped, ref, value), of=ref)
            if all(its.as_known for its in after):
                missed.append((ref, value))
    assert missed == []


def changed(pack: str, file: str, old: str, new: str, folder: Path) -> str:
    """Copy a pack with one piece of text changed."""
    target = folder / pack
    shutil.copytree(RULES / pack, target)
    text = (target / file).read_text(encoding="utf-8")
    assert text.count(old) == 1
    (target / file).write_text(text.replace(old, new), encoding="utf-8")
    return str(target)


@pytest.mark.parametrize(
    ("pack", "file", "old", "new", "found"),
    [
        (
            "shanghai-minhang",
            "targets.yaml",
            "amount: 4120000.00",
            "amount: 4128610.00",
            {"medical-aid-sheet-by-targets": "-8610.00"},
        ),
        (
            "nanchang-xihu",
            "work-funds.yaml",
            "lump_sum: 140000",
            "lump_sum: 139999.99",
            {"fund-audit-by-work-funds": "0.01"},
        ),
    ],
)
def test_a_figure_changed_in_another_file_is_reported(
    pack: str,
    file: str,
    old: str,
    new: str,
    found: dict[str, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    data = asked(capsys, "--pack", changed(pack, file, old, new, tmp_path), code=1)
    assert data["surprises"] == len(found)
    assert {name: size for name, (_d, size) in sizes(data, "new").items()} == found


def test_a_difference_that_is_gone_is_reported_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The project text corrected: one contradiction less, and the pack still speaks of it."""
    pack = changed(
        "shanghai-minhang", "published.yaml", "value: 12593.73", "value: 12593.72", tmp_path
    )
    ran = mediaid(capsys, "budget", "reconcile", "--lang", "en", "--pack", pack)
    assert ran.code == 1
    assert "known to the pack, but not found like that: 1" in ran.out
    assert "the pack expects a difference of 0.01 万元" in ran.out
    assert "new: the pack does not know of it: 1" in ran.out  # it no longer agrees with the table


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_text_has_every_difference(lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    ran = mediaid(capsys, "budget", "reconcile", "--all", "--lang", lang)
    assert ran.code == 0
    result = reconcile(load_pack("shanghai-minhang"))
    assert len(result.findings) == 9
    for finding in result.findings:
        assert f"; {finding.compared.comparison.id}]" in ran.out
        assert shown_text(finding.compared.difference, finding.compared.places) in ran.out
    assert len(ran.out.splitlines()) > len(result.compared)


def test_all_comparisons_as_data(capsys: pytest.CaptureFixture[str]) -> None:
    data = asked(capsys, "--all")
    assert len(data["comparisons"]) == data["compared"]
    assert sum(its["verdict"] == "agrees" for its in data["comparisons"]) == data["agree"]


def test_a_pack_without_figures_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(RULES / "shanghai-minhang", tmp_path / "pack")
    (tmp_path / "pack" / "published.yaml").unlink()
    ran = mediaid(capsys, "budget", "reconcile", "--pack", str(tmp_path / "pack"), "--lang", "en")
    assert (ran.code, ran.err.strip()) == (2, "the pack has no published figures")


@given(value=st.decimals(-(10**9), 10**9, places=4), places=st.integers(0, 6))
def test_exact_text_loses_nothing(value: Any, places: int) -> None:
    shown = exact_text(Fraction(value), places)
    assert Fraction(shown) == Fraction(value)
    assert decimals(shown) >= places


def test_a_ratio_is_marked() -> None:
    assert exact_text(Fraction(1, 3), 2) == "≈0.333333"
