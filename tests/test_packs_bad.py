"""Bad packs: tests/bad_packs holds small changes to a good pack and every fault they lead to.

A file there gives `patch` (which text of which file to replace) and `faults`, exactly as printed.
"""

from __future__ import annotations

import json
import re
import shutil
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediaid import yamlsource
from mediaid.faults import Fault, PackError
from mediaid.packs.hashing import rules_hash
from mediaid.packs.load import load_pack
from mediaid.packs.read import read_pack
from pack_support import GOOD, changed, copy_of_good

CASES = sorted((Path(__file__).parent / "bad_packs").glob("*.yaml"))


@pytest.fixture(autouse=True)
def _uncached(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDIAID_CACHE", "")


def faults_of(folder: Path) -> list[str]:
    """Read a folder and return its faults, without the folder's name."""
    try:
        read_pack(folder)
    except PackError as error:
        return [str(fault).removeprefix(f"{folder.name}/") for fault in error.faults]
    return []


def apply_patch(folder: Path, patch: dict[str, str]) -> None:
    """Change one file as a bad pack says."""
    path = folder / patch["file"]
    if "find" in patch:
        changed(folder, patch["file"], patch["find"], patch["put"])
    elif "copy_of" in patch:
        shutil.copy(folder / patch["copy_of"], path)
    elif "hex" in patch:
        path.write_bytes(bytes.fromhex(patch["hex"]))
    elif "whole" in patch:
        path.write_text(patch["whole"], encoding="utf-8")
    else:
        assert patch.keys() == {"file", "remove"}
        path.unlink()


def test_the_good_pack_is_good(tmp_path: Path) -> None:
    assert faults_of(copy_of_good(tmp_path)) == []


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_every_fault_is_told_with_its_place_and_remedy(path: Path, tmp_path: Path) -> None:
    case = yamlsource.load(path).data
    folder = copy_of_good(tmp_path)
    for patch in case["patch"]:
        apply_patch(folder, patch)
    assert faults_of(folder) == case["faults"]
    assert case["faults"]


def test_a_file_in_place_of_a_folder(tmp_path: Path) -> None:
    path = copy_of_good(tmp_path) / "pack.yaml"
    with pytest.raises(PackError, match="is a file: name the folder of the pack"):
        load_pack(path)


def test_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(PackError, match=r"pack\.yaml: is missing: a pack folder has a file that"):
        load_pack(tmp_path)


def test_no_such_folder() -> None:
    with pytest.raises(PackError) as caught:
        load_pack("shanghai-minhan")
    assert str(caught.value) == (
        "there is no pack shanghai-minhan. Did you mean shanghai-minhang? Known packs: "
        "nanchang-xihu, shanghai-minhang; or name a folder"
    )


def test_a_folder_and_a_broken_link_called_like_files(tmp_path: Path) -> None:
    folder = copy_of_good(tmp_path)
    (folder / "notes.yaml").mkdir()
    (folder / "old.yml").symlink_to(folder / "gone.yaml")
    assert faults_of(folder) == [
        "notes.yaml: cannot be read: it is a folder",
        "old.yml: cannot be read: there is no such file or folder",
    ]


def test_what_cannot_be_read_is_told_with_a_cache_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDIAID_CACHE", str(tmp_path / "cache"))
    folder = copy_of_good(tmp_path)
    (folder / "notes.yaml").mkdir()
    with pytest.raises(PackError, match=r"notes\.yaml: cannot be read: it is a folder"):
        load_pack(folder)


def test_faults_name_the_folder_as_the_user_did(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed(copy_of_good(tmp_path), "aid.yaml", "dibao: 80%", "dibao: 0.8")
    monkeypatch.chdir(tmp_path)
    for name in ("city", "./city", "../" + tmp_path.name + "/city"):
        with pytest.raises(PackError) as caught:
            load_pack(name)
        assert caught.value.faults[0].where == f"{name}/aid.yaml:34:17"
    monkeypatch.chdir(tmp_path / "city")
    with pytest.raises(PackError) as caught:
        load_pack(".")
    assert caught.value.faults[0].where == "./aid.yaml:34:17"


def test_hostile_text_in_a_message_is_shown_not_obeyed(tmp_path: Path) -> None:
    folder = copy_of_good(tmp_path)
    changed(folder, "aid.yaml", "dibao: 80%", '"\\e[31m\\u202e": 80%')
    assert faults_of(folder) == [
        "aid.yaml:34:9: no value for category dibao",
        "aid.yaml:34:17: \\u001b[31m\\u202e is not a code of category.",
        "aid.yaml:34:17: has an invisible character (U+001B): remove it",
    ]


# --- any single scalar, replaced by anything ------------------------------------------------------

RULES = ("pack.yaml", "aid.yaml", "care.yaml", "extra.yaml", "readings.yaml")


def scalars(data: Any, at: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The places of all texts of a document."""
    if isinstance(data, dict):
        return [place for key, below in data.items() for place in scalars(below, (*at, key))]
    if isinstance(data, list):
        return [place for i, below in enumerate(data) for place in scalars(below, (*at, i))]
    return [at]


@lru_cache(maxsize=1)
def hash_of_good() -> str:
    """The hash of the pack as it stands."""
    return rules_hash(read_pack(GOOD))


def as_yaml(data: Any) -> str:
    """Text that reads as `data` again: JSON is YAML."""
    return json.dumps(data, ensure_ascii=False)


def with_change(data: Any, at: tuple[str | int, ...], value: Any) -> Any:
    """A copy of a document with one place changed."""
    if not at:
        return value
    copied: Any = dict(data) if isinstance(data, dict) else list(data)
    copied[at[0]] = with_change(data[at[0]], at[1:], value)
    return copied


DOCUMENTS = {name: yamlsource.load(GOOD / name).data for name in RULES}
PLACES = [(name, place) for name in RULES for place in scalars(DOCUMENTS[name])]
WORDS = sorted(
    {
        "",
        "no",
        "0",
        "1",
        "70",
        "0.7",
        "70%",
        "130,000",
        "1e5",
        "７０％",
        "unlimited",
        "aid",
        "claim",
        "dibao",
        "none",
        "inpatient",
        "2024-02-30",
        "2024-06-01",
        "rate",
        "used",
        "household",
        "shared",
        "order",
        "person",
        "claims",
        "yes",
        "\x1b[0m",
        "bills",
        "income",
        "self_paid",
        "premium",
    }
)


@settings(max_examples=40)
@given(
    place=st.sampled_from(PLACES),
    value=st.one_of(
        st.sampled_from(WORDS),
        st.text(max_size=8),
        st.sampled_from([[], {}, ["dibao"], {"dibao": "1"}, [[]], {"share": "1%", "of": "least"}]),
    ),
)
def test_a_changed_scalar_is_refused_within_its_pack_or_changes_the_hash(
    place: tuple[str, tuple[str | int, ...]], value: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    name, at = place
    folder = copy_of_good(tmp_path_factory.mktemp("mutant"))
    document = with_change(DOCUMENTS[name], at, value)
    (folder / name).write_text(as_yaml(document), encoding="utf-8")
    lines = {file: (folder / file).read_text("utf-8").count("\n") + 1 for file in RULES}
    faults: tuple[Fault, ...] = ()
    try:
        after = rules_hash(read_pack(folder))
    except PackError as error:
        faults = error.faults
    if not faults:
        assert (after == hash_of_good()) == (document == DOCUMENTS[name])
    for fault in faults:
        file, line, column = fault.where.removeprefix("city/").rsplit(":", 2)
        assert 1 <= int(line) <= lines[file]
        assert int(column) >= 1
        assert not re.search(r"[\x00-\x1f\x7f-\x9f]", fault.message)
