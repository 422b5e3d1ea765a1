"""YAML as text with positions: what is written is what is read, or is refused at its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediaid import yamlsource
from mediaid.faults import PackError


def faults(text: str) -> list[str]:
    with pytest.raises(PackError) as caught:
        yamlsource.loads(text, "f")
    return [str(fault) for fault in caught.value.faults]


def test_every_scalar_stays_the_text_that_was_written() -> None:
    written = ["70%", "no", "010", "2023-01-01", "1e5", "~", "0x1F", "1_000", "12:30", "yes", "+.5"]
    source = yamlsource.loads("\n".join(f"- {text}" for text in written), "f")
    assert source.data == written
    assert yamlsource.loads("a:\nb: ''\nc: |\n  x\n", "f").data == {"a": "", "b": "", "c": "x\n"}


def test_every_part_has_its_place() -> None:
    source = yamlsource.loads("# 注\na: 1\n救助: [x, {b: y}]\n- : 2\n".replace("- :", "c:"), "f")
    assert source.marks == {
        (): (2, 1),
        ("a",): (2, 1),
        ("救助",): (3, 1),
        ("救助", 0): (3, 6),
        ("救助", 1): (3, 9),
        ("救助", 1, "b"): (3, 10),
        ("c",): (4, 1),
    }
    assert source.where(("救助", 1, "b")) == "f:3:10"
    assert source.where(("救助", 1, "missing", 0)) == "f:3:9"
    assert source.where(("nothing",)) == "f:2:1"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["f:1:1: the file is empty"]),
        ("# only a comment\n", ["f:1:1: the file is empty"]),
        (
            "a: 1\na: 2\nb: {c: 1, c: [2]}\n",
            [
                "f:2:1: key a stands here a second time, first in line 1: keep one",
                "f:3:11: key c stands here a second time, first in line 3: keep one",
            ],
        ),
        (
            "a: &x [1]\nb: *x\n",
            [
                "f:1:4: anchors (&name) are not allowed: write the value where it is used",
                "f:2:4: aliases (*name) are not allowed: write the value out",
            ],
        ),
        ("*x : 1\n", ["f:1:1: aliases (*name) are not allowed: write the value out"]),
        ("&k a: 1\n", ["f:1:1: anchors (&name) are not allowed: write the value where it is used"]),
        ("<<: {a: 1}\n", ["f:1:1: merge keys (<<) are not allowed: write the values out"]),
        (
            "a: !!python/object:os.system x\n",
            ["f:1:4: tags (tag:yaml.org,2002:python/object:os.system) are not allowed: remove it"],
        ),
        (
            "a: !!str 1\nb: ! 2\n",
            [
                "f:1:4: tags (tag:yaml.org,2002:str) are not allowed: remove it",
                "f:2:4: tags (!) are not allowed: remove it",
            ],
        ),
        ("? [a, {b: c}]\n: {d: &x e}\nf: g\n", ["f:1:3: a key must be a plain word"]),
        (
            "%YAML 1.1\n---\na: 1\n",
            ["f:1:1: directives such as %YAML are not allowed: remove the line"],
        ),
        (
            "# x\n\n%TAG ! tag:x\n---\na: 1\n",
            ["f:3:1: directives such as %YAML are not allowed: remove the line"],
        ),
        ("a: 1\n---\nb: 2\n", ["f:2:1: a second document begins here: remove the line ---"]),
        (
            "a: 'x\nb: c\n",
            [
                "f:1:4: is not valid YAML (found unexpected end of stream): a quotation mark is "
                "not closed"
            ],
        ),
        (
            "a: x\nb: c\x01\n",
            [
                "f:2:5: is not valid YAML (unacceptable character #x0001: special characters are "
                "not allowed): remove this invisible character"
            ],
        ),
        (
            "a: @x\n",
            [
                "f:1:4: is not valid YAML (found character '@' that cannot start any token): put "
                "a text that begins with this sign in quotation marks"
            ],
        ),
        (
            "a: b: c\n",
            [
                "f:1:5: is not valid YAML (mapping values are not allowed here): correct the "
                "indentation, or put a text with a colon and a space in quotation marks"
            ],
        ),
        (
            "a：1\nb: 2\n",
            [
                "f:2:2: is not valid YAML (mapping values are not allowed here): write the colon "
                "behind a key as : and a space, not as ："
            ],
        ),
        (
            "a: 1\n b\nc\n",
            [
                "f:4:1: is not valid YAML (could not find expected ':'): a key needs a colon "
                "and a space behind it"
            ],
        ),
        (
            "a:\n  - b\n c: d\n",
            [
                "f:3:2: is not valid YAML (expected <block end>, but found '<block mapping "
                "start>'): entries that belong together begin in the same column"
            ],
        ),
    ],
)
def test_what_is_refused_is_told_with_its_remedy(text: str, expected: list[str]) -> None:
    assert faults(text) == expected


def test_what_is_wrong_does_not_hide_what_comes_after_it(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_text("a: &x 1\na: 2\nb: *x\n? [k]\n: v\nc: {d: 3}\n", encoding="utf-8")
    source = yamlsource.read(path, "f")
    assert source.data == {"a": "1", "b": "", "c": {"d": "3"}}
    assert [fault.where for fault in source.faults] == ["f:1:4", "f:2:1", "f:3:4", "f:4:3"]
    assert source.broken == {("b",)}
    with pytest.raises(PackError):
        yamlsource.load(path)


@pytest.mark.parametrize("escape", ["\\e[2J", "\\u202e", "\\0", "\\x9b", "\\ud800", "\\r", "\\N"])
def test_characters_that_nobody_sees_are_refused(escape: str) -> None:
    [fault] = faults(f'a: "x{escape}"\n')
    assert fault.startswith("f:1:4: has an invisible character (U+")
    [fault] = faults(f'"x{escape}": a\n')
    assert fault.startswith("f:1:1: has an invisible character (U+")


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_absurd_nesting_is_refused_without_absurd_work(opening: str) -> None:
    *_others, fault = faults(opening * 100_000)
    assert fault.endswith("is nested too deeply: no policy needs so many levels")


def test_files(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert yamlsource.load(path).data == {"a": "1"}
    path.write_bytes("a: 1\nb: 救助\n".encode("gb18030"))
    with pytest.raises(PackError, match=r"f:2:4: is not UTF-8 text: save the file as UTF-8"):
        yamlsource.load(path, "f")
    path.write_bytes("a: 1".encode("utf-16"))
    with pytest.raises(PackError, match="f:1:1: is not UTF-8 text"):
        yamlsource.load(path, "f")
    path.write_bytes(b"#" * (yamlsource.MAX_BYTES + 1))
    with pytest.raises(PackError, match="f: is larger than 4 MiB"):
        yamlsource.load(path, "f")
    with pytest.raises(PackError, match="cannot be read: it is a folder"):
        yamlsource.load(tmp_path)
    with pytest.raises(PackError, match="cannot be read: there is no such file or folder"):
        yamlsource.load(tmp_path / "none")


TEXTS = st.text(
    st.characters(max_codepoint=0xFFFF, exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp")),
    max_size=6,
)
DOCUMENTS = st.recursive(
    TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(TEXTS.filter(lambda key: key != "<<"), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(DOCUMENTS)
def test_what_is_written_as_json_is_read_back(document: Any) -> None:
    source = yamlsource.loads(json.dumps(document, indent=1), "f")
    assert source.data == document


@given(st.text(max_size=40) | st.text("ab:-[]{}&*!%?|>'\",#\n \t", max_size=40))
def test_any_text_is_read_or_refused_within_it(text: str) -> None:
    try:
        source = yamlsource.loads(text, "f")
    except PackError as error:
        places = [fault.where for fault in error.faults]
    else:
        places = [source.where(location) for location in source.marks]
    assert places
    for place in places:
        name, line, column = place.split(":")
        assert name == "f"
        assert 1 <= int(line) <= len(text.splitlines()) + 1
        assert 1 <= int(column) <= len(text) + 1
