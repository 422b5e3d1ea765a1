"""Overlays that cannot be used: one message each, with file, line and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from command import mediaid
from mediaid import load_pack

MINHANG = "shanghai-minhang"


def told(capsys: pytest.CaptureFixture[str], path: Path, *changes: str, **base: str) -> list[str]:
    """What `rules check` says of an overlay with changes, each as YAML in one line."""
    pack = base.get("pack", MINHANG)
    pack_hash = base.get("hash") or load_pack(MINHANG).hash
    path.write_text(
        "overlay: bad\nlabel: {zh: 试, en: trial}\n"
        f"base: {{pack: {pack}, hash: '{pack_hash}'}}\nchanges:\n"
        + "".join(f"  - {{{its}}}\n" for its in changes),
        encoding="utf-8",
    )
    ran = mediaid(capsys, "--lang", "en", "rules", "check", str(path))
    assert (ran.code, ran.out) == (2, "")
    return [line.removeprefix(f"{path.parent}/") for line in ran.err.splitlines()]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            ["at: medical-aid/caps/at, value: 5"],
            "5:6: benefit medical-aid has no step caps. Did you mean cap?",
        ),
        (
            ["at: medical-aid/cap/at/dibaos, value: 5"],
            "5:6: dibaos is not a code of category. Did you mean dibao?",
        ),
        (
            ["at: funding/mutual-aid/parameters/standards/values, from: 2024-01-01, value: {}"],
            "5:6: there is no parameter standards. Did you mean standard?",
        ),
        (
            ["at: funding/mutual-aid/standard, from: 2024-01-01, value: {}"],
            "5:6: funding/mutual-aid/standard is no place of a dated value: write "
            "funding/ID/parameters/NAME/values",
        ),
        (
            ["at: funding/mutual-aid/parameters/standard/values, value: {medical: 1, care: 1}"],
            "5:6: say from which day the new value holds: add from",
        ),
        (
            [
                "at: funding/mutual-aid/parameters/shares/values/town/medical, from: 2024-01-01, "
                "value: {city: 50%, town: 20%}"
            ],
            "5:6: the shares sum to 70%, not to 100%",
        ),
        (
            [
                "at: medical-aid/cap/at/dibao, from: 2024-01-01, to: 2024-12-31, value: 5",
                "at: medical-aid/cap/at/dibao, from: 2024-06-01, value: 6",
            ],
            "6:6: the days of medical-aid/cap/at/dibao overlap those of bad.yaml:5:6 (both hold "
            "on 2024-06-01): let one end before the other begins",
        ),
        (
            ["at: medical-aid/cap/at/dibao, from: 2024-01-01, to: 2023-12-31, value: 5"],
            "5:6: ends on 2023-12-31, before it begins on 2024-01-01",
        ),
        (
            ["at: medical-aid/steps/rate, value: {cap: {at: cap}}"],
            "5:6: benefit medical-aid has no rate: add a rate step (100% for the whole), bands, "
            "fixed or per_unit",
        ),
        (
            ["at: medical-aid/rate/of, value: {dibao: 90%}"],
            "5:6: no value for category special_relief, orphan, low_income, medical_poverty_1, "
            "medical_poverty_2",
        ),
    ],
)
def test_a_bad_change_is_told_once(
    changes: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = told(capsys, tmp_path / "bad.yaml", *changes)
    assert [line.replace(f"{tmp_path}/", "") for line in lines] == [f"bad.yaml:{message}"]


def test_an_overlay_on_another_state_or_pack_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change, path = "at: pack/preselfpay, value: in", tmp_path / "bad.yaml"
    assert told(capsys, path, change, hash="sha256:00") == [
        "bad.yaml:3:32: the pack has changed since this overlay was made (its hash is "
        f"{load_pack(MINHANG).hash}): look through the changes again, then write the new hash"
    ]
    assert told(capsys, path, change, pack="shanghai-minhan") == [
        "bad.yaml:3:8: no pack shanghai-minhan comes with mediaid. Did you mean "
        "shanghai-minhang? Name its folder with --pack"
    ]
