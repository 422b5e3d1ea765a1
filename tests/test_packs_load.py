"""Loading packs: what the hash names, and packs that are kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mediaid import yamlsource
from mediaid.packs.folder.find import shipped_packs
from mediaid.packs.hashing import rules_hash
from mediaid.packs.load import load_pack
from mediaid.packs.read import read_pack
from pack_support import changed, copy_of_good

SHIPPED = shipped_packs()


@pytest.fixture(autouse=True)
def _uncached(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDIAID_CACHE", "")


@pytest.fixture
def city(tmp_path: Path) -> Path:
    return copy_of_good(tmp_path)


def reordered(data: Any, first: str | None = None) -> Any:
    """A document with the keys of every mapping in reverse, but for its first and for shares."""
    if isinstance(data, list):
        return [reordered(below) for below in data]
    if not isinstance(data, dict):
        return data
    if data.get("unit") == "shares":
        return data
    keys = sorted(data, reverse=True)
    if first is not None:
        keys = [first, *(key for key in keys if key != first)]
    return {key: reordered(data[key]) for key in keys}


@pytest.mark.parametrize("name", [*SHIPPED, "city"])
def test_neither_comments_nor_the_order_of_keys_change_the_hash(name: str, tmp_path: Path) -> None:
    source = SHIPPED.get(name) or copy_of_good(tmp_path)
    folder = tmp_path / "other"
    folder.mkdir()
    for path in source.glob("*.yaml"):
        data = yamlsource.load(path).data
        text = json.dumps(reordered(data, next(iter(data))), ensure_ascii=False, indent=1)
        (folder / path.name).write_text(f"# a comment\n{text}", encoding="utf-8")
    assert rules_hash(read_pack(folder)) == rules_hash(read_pack(source))


def test_the_order_of_payers_is_a_rule(city: Path) -> None:
    before = rules_hash(read_pack(city))
    changed(
        city,
        "aid.yaml",
        "{city: 50%, district: 1/3, town: residual}",
        "{district: 1/3, city: 50%, town: residual}",
    )
    assert rules_hash(read_pack(city)) != before


@pytest.mark.parametrize(
    ("file", "find", "put", "same"),
    [
        ("published.yaml", "label: {zh: 2023 年部门预算公布数", "label: {zh: 公布数", True),
        ("targets.yaml", "value: 29111", "value: 29112", True),
        ("facts.yaml", "{zh: 受理,", "{zh: 收件,", True),
        (
            "mutual-aid.yaml",
            "value: {medical: 130, care: 0}",
            "value: {medical: 129, care: 1}",
            False,
        ),
        ("readings.yaml", "default: {id: inpatient,", "default: {id: one,", False),
        ("medical-aid.yaml", "low_income: 80%", "low_income: 81%", False),
        ("pack.yaml", "value: 300\n", "value: 301\n", False),
        (
            "pack.yaml",
            "[medical-aid, outpatient-aid, deductible-subsidy, premium-subsidy]",
            "[medical-aid, deductible-subsidy, outpatient-aid, premium-subsidy]",
            False,
        ),
    ],
)
def test_rules_change_the_hash_and_published_figures_do_not(
    file: str, find: str, put: str, same: bool, tmp_path: Path
) -> None:
    source = SHIPPED["shanghai-minhang"]
    folder = tmp_path / "copy"
    folder.mkdir()
    for path in source.glob("*.yaml"):
        (folder / path.name).write_bytes(path.read_bytes())
    changed(folder, file, find, put)
    if file == "mutual-aid.yaml":  # the same figures, printed per head, would contradict it
        text = (folder / file).read_text("utf-8")
        (folder / file).write_text(text[: text.index("\ncheck:")], encoding="utf-8")
        text = (source / file).read_text("utf-8")
        (tmp_path / "plain").mkdir()
        for path in source.glob("*.yaml"):
            (tmp_path / "plain" / path.name).write_bytes(path.read_bytes())
        (tmp_path / "plain" / file).write_text(text[: text.index("\ncheck:")], encoding="utf-8")
        source = tmp_path / "plain"
        put = text.replace(find, put)
        (folder / file).write_text(put[: put.index("\ncheck:")], encoding="utf-8")
    assert (rules_hash(read_pack(folder)) == rules_hash(read_pack(source))) == same


@pytest.mark.parametrize("name", SHIPPED)
def test_a_kept_pack_is_the_pack(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = load_pack(name)
    monkeypatch.setenv("MEDIAID_CACHE", str(tmp_path))
    first, second = load_pack(name), load_pack(name)
    assert len(list(tmp_path.iterdir())) == 1
    assert fresh.hash == first.hash == second.hash
    assert fresh.whole == first.whole == second.whole
    assert fresh.benefits == second.benefits


def test_a_damaged_cache_is_no_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = load_pack("shanghai-minhang")
    monkeypatch.setenv("MEDIAID_CACHE", str(tmp_path))
    load_pack("shanghai-minhang")
    [kept] = tmp_path.iterdir()
    for text in ("", "{}", "[]", '{"hash": 1, "rules": "{}", "whole": ""}', "\x00"):
        kept.write_text(text)
        assert load_pack("shanghai-minhang").hash == fresh.hash
