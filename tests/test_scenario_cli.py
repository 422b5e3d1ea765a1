"""`mediaid scenarios run` and its exit codes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from command import mediaid
from scenario_support import RIGHT, WRONG, write

FUNDING = """\
- name: 一个人
  funding: mutual-aid
  year: 2022
  headcount: {town: 1, street: 0}
  expect: {city: {total: 1.00}}
"""

if TYPE_CHECKING:
    from pathlib import Path

    Run = tuple[int, str, str]


def run(capsys: pytest.CaptureFixture[str], *arguments: str, lang: str = "en") -> Run:
    """Run the command and return exit code, output and error output."""
    ran = mediaid(capsys, "--lang", lang, "scenarios", "run", *arguments)
    return ran.code, ran.out, ran.err


def test_all_as_expected(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path / "f.yaml", RIGHT)
    assert run(capsys, str(path)) == (0, "Scenarios: 1; passed: 1; failed: 0\n", "")


def test_a_mismatch_ends_with_1_after_all_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "a.yaml", WRONG)
    write(tmp_path / "b.yaml", RIGHT)
    code, out, err = run(capsys, str(tmp_path))
    assert (code, err) == (1, "")
    assert out.endswith("Scenarios: 2; passed: 1; failed: 1\n")
    assert "7100.00" in out


def test_a_bad_file_ends_with_2_after_all_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "a.yaml", WRONG.replace("expect:", "expects:"))
    write(tmp_path / "b.yaml", WRONG)
    code, out, err = run(capsys, str(tmp_path))
    assert code == 2
    assert "a.yaml:6:5: unknown key expects. Did you mean expect?" in err
    assert out.endswith("Scenarios: 1; passed: 0; failed: 1; files that could not be read: 1\n")


def test_chinese_output_has_no_english_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Beside keys and codes, which files write as they are, and the program's own name."""
    path = write(tmp_path / "f.yaml", WRONG.replace("outpatient-aid:", "premium-subsidy:"), FUNDING)
    code, out, _err = run(capsys, str(path), lang="zh")
    assert code == 1
    text = out.replace(str(path), "")
    own = re.compile(r"f\.yaml|mediaid|shanghai-minhang|sha256:\w+|[\w-]+=[\w-]+|min|max")
    words = set(re.findall(r"[A-Za-z][A-Za-z_-]*", own.sub("", text)))
    keys = {"medical-aid", "aid", "rate", "cap_left", "premium-subsidy", "why_not", "category"}
    keys |= {"premium", "city", "district", "town", "street", "participants", "fiscal", "gross"}
    keys |= {"total", "medical", "care", "mutual-aid"}
    assert words - keys == set()


def test_a_missing_path_ends_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, str(tmp_path / "none"))
    assert (code, out) == (2, "")
    assert "does not exist" in err


def test_another_pack_can_be_tried(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path / "f.yaml", RIGHT)
    code, _out, err = run(capsys, str(path), "--pack", "nanchang-xihu")
    assert code == 2  # which has no such benefit
    assert "medical-aid" in err


def test_the_shipped_scenarios_are_the_default(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys)
    assert (code, err) == (0, "")
    assert out.endswith("failed: 0\n")
