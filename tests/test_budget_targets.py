"""`mediaid budget targets`: what is aimed at, what is measured, what is left to enter."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from command import mediaid
from data_support import RULES


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    ran = mediaid(capsys, "budget", "targets", "--json", "--lang", "en", *arguments)
    assert (ran.code, ran.err) == (0, "")
    return json.loads(ran.out)


def by_id(data: Any, project: str) -> dict[str, Any]:
    return {its["indicator"]: its for its in data["projects"][project]["indicators"]}


def heads(folder: Path, *rows: str) -> str:
    path = folder / "heads.csv"
    path.write_text("\n".join(["place,area,headcount", *rows]) + "\n", encoding="utf-8")
    return str(path)


def test_what_nobody_measured_is_said_to_be_so(capsys: pytest.CaptureFixture[str]) -> None:
    data = asked(capsys)
    assert list(data["projects"]) == ["mutual-aid", "medical-aid"]
    its = by_id(data, "mutual-aid")
    assert (its["headcount-town"]["value"], its["headcount-town"]["unit"]) == ("29111", "人")
    assert its["headcount-town"]["status"] == "not-measured"
    assert its["cards-issued"]["status"] == "to-enter"
    assert its["cards-in-time"]["quality"] == "in time, as the rules say"
    assert its["complaints"]["only_in_text"] is True
    aid = by_id(data, "medical-aid")
    assert {name for name, i in aid.items() if i["status"] == "not-measured"} == {
        "accuracy", "paid-on-time", "paid-in-full",
    }  # fmt: skip


def test_headcounts_are_held_against_the_targets(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = heads(tmp_path, "A,town,29000", "B,town,111", "C,street,7211")
    its = by_id(asked(capsys, "--headcounts", path), "mutual-aid")
    assert (its["headcount-town"]["measured"], its["headcount-town"]["status"]) == ("29111", "met")
    assert (its["headcount-street"]["measured"], its["headcount-street"]["status"]) == (
        "7211", "missed",
    )  # fmt: skip


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_text(lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    ran = mediaid(capsys, "budget", "targets", "--pack", "nanchang-xihu", "--lang", lang)
    assert (ran.code, ran.err) == (0, "")
    assert "> 183690 人" in ran.out
    assert ">= 98 %" in ran.out


def test_a_pack_without_targets_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(RULES / "shanghai-minhang", tmp_path / "pack")
    (tmp_path / "pack" / "targets.yaml").unlink()
    text = (tmp_path / "pack" / "published.yaml").read_text(encoding="utf-8")
    kept = [line for line in text.splitlines() if "-by-targets: {rule:" not in line]
    (tmp_path / "pack" / "published.yaml").write_text("\n".join(kept) + "\n", encoding="utf-8")
    ran = mediaid(capsys, "budget", "targets", "--pack", str(tmp_path / "pack"), "--lang", "en")
    assert (ran.code, ran.out) == (2, "")
    assert "pack shanghai-minhang has no performance targets" in ran.err
