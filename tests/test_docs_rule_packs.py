"""docs/rule-packs.md and its Chinese counterpart are true: every example is run as it stands.

A YAML block's info string says what it is: `file=` a whole file, `in=` keys put in place of those
of a file, `overlay=` and `scenario=` such files. A block holds until the next heading, on top of
the first pack of the page. Tables whose headings have → are claims that are settled with the pack
as it stands there, ⇒ headcounts of a funding; the last column is worked arithmetic. The table of
messages changes the first pack in one place at a time.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from types import UnionType
from typing import Any, Literal, get_args, get_origin

import pytest
from pydantic import BaseModel

from command import mediaid
from mediaid import (
    ClaimError,
    PackError,
    i18n,
    load_pack,
    settle,
    yamlsource,
)
from mediaid.budget.funding.need import funding_need
from mediaid.claims.fields import FIELDS, pack_fields
from mediaid.money import format_yuan
from mediaid.packs.folder.kinds import KINDS
from mediaid.packs.model import Pack
from mediaid.packs.schema.readings import Overlay
from mediaid.packs.schema.rules import VERBS
from mediaid.scenarios import runner

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGES = {"en": "rule-packs.md", "zh": "rule-packs.zh-CN.md"}
DEFAULTS = {
    "person_id": "A",
    "date": "2024-03-01",
    "setting": "inpatient",
    "category": "dibao",
    "insurance": "resident",
    "self_paid": "0",
}
"""What a table leaves out, as the page says."""
NOT_SHOWN = "—"
REFUSED = {"refused", "拒绝"}
NOTHING = {"(nothing)", "（删去）"}


# --- the page ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Block:
    """A fenced block: its info string as kind and target, and its text."""

    line: int
    kind: str
    target: str
    text: str


@dataclass(frozen=True)
class Table:
    """A table: its headings and rows, and the line of its first row."""

    line: int
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass
class Section:
    """What stands below one heading."""

    title: str
    level: int
    parts: list[Block | Table] = field(default_factory=list)


def sections(lang: str) -> list[Section]:
    lines = (DOCS / PAGES[lang]).read_text(encoding="utf-8").split("\n")
    found = [Section("", 0)]
    i = 0
    while i < len(lines):
        line = lines[i]
        if line.startswith("```"):
            end = lines.index("```", i + 1)
            info, _space, rest = line[3:].partition(" ")
            kind, _equals, target = rest.partition("=")
            found[-1].parts.append(
                Block(i + 2, kind or info, target, "\n".join(lines[i + 1 : end]) + "\n")
            )
            i = end
        elif line.startswith("#"):
            marks, _space, title = line.partition(" ")
            found.append(Section(title, len(marks)))
        elif line.startswith("|"):
            end = next(j for j in range(i, len(lines)) if not lines[j].startswith("|"))
            rows = [cells(row) for row in lines[i:end]]
            assert all(len(row) == len(rows[0]) for row in rows), f"line {i + 1}: uneven table"
            found[-1].parts.append(Table(i + 3, rows[0], tuple(rows[2:])))
            i = end
        i += 1
    return found


def cells(row: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in row.strip()[1:-1].split("|"))


def examples(lang: str) -> list[Section]:
    """Return the sections whose files belong together: those of level 4 go on."""
    found: list[Section] = []
    for section in sections(lang):
        if section.level > 3:
            found[-1].parts += section.parts
        else:
            found.append(section)
    return found


def blocks(lang: str) -> list[Block]:
    return [part for section in sections(lang) for part in section.parts if isinstance(part, Block)]


# --- the packs of the page -----------------------------------------------------------------------


Files = dict[str, str]


def first_pack(lang: str) -> Files:
    """Return the two files of section 1."""
    found = [block for block in blocks(lang) if block.kind == "file"][:2]
    return {block.target: block.text for block in found}


def put_in(files: Files, block: Block) -> None:
    """Put the keys that a block shows in place of those of its file.

    Pools and parameters of before that the new steps do not use are left out, as the page says.
    """
    data = yamlsource.loads(files[block.target], block.target).data
    shown = yamlsource.loads(block.text, block.target).data
    if "steps" in shown:
        used = set(
            texts([shown["steps"], shown.get("when", data["when"]), shown.get("parameters")])
        )
        for key in ("pools", "parameters"):
            data[key] = {name: kept for name, kept in data.get(key, {}).items() if name in used}
    for key in ("codes", "sources", "own_fields"):
        if key in shown:
            data[key] = {**data.get(key, {}), **shown.pop(key)}
    data.update(shown)
    files[block.target] = json.dumps(data, ensure_ascii=False)


def texts(part: Any) -> Iterator[str]:
    """Every text in a part of a file."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict | list):
        for below in part.values() if isinstance(part, dict) else part:
            yield from texts(below)


def write(files: Files, folder: Path) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


@dataclass
class State:
    """The files as they stand at a place of the page."""

    files: Files
    folder: Path
    overlay: str | None = None
    written: int = 0

    def take(self, block: Block) -> None:
        if block.kind == "file":
            self.files[block.target] = block.text
        elif block.kind == "in":
            put_in(self.files, block)
        elif block.kind == "overlay":
            self.overlay = block.text

    def pack(self, name: str, reading: str = "") -> Pack:
        self.written += 1
        folder = self.folder / str(self.written)
        write(self.files, folder)
        if self.overlay is None:
            return load_pack(folder / name, readings=[reading] if reading else [])
        base = load_pack(folder / name)
        path = folder / "overlay.yaml"
        path.write_text(self.overlay.replace("sha256:HASH", base.hash), encoding="utf-8")
        return load_pack(folder / name, overlay=path)


def walk(lang: str, folder: Path) -> Iterator[tuple[State, str, Block | Table]]:
    """Yield each block and table with the files there, and the pack it is about."""
    for number, section in enumerate(examples(lang)):
        state = State(first_pack(lang), folder / str(number))
        name = "sample-county"
        for part in section.parts:
            if isinstance(part, Block) and part.kind in ("file", "in", "overlay"):
                state.take(part)
                if part.kind != "overlay":
                    name = part.target.split("/")[0]
            yield state, name, part


# --- worked arithmetic ---------------------------------------------------------------------------


_TOKEN = re.compile(
    r"\s*(?:(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(%?)|(min|max)\b|([-+−×÷(),]))"
)


class Arithmetic:
    """Works out `(1,000.00 − 500) × 50%` with exact fractions."""

    def __init__(self, text: str) -> None:
        self.tokens: list[Fraction | str] = []
        at = 0
        text = text.rstrip()
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None:
                raise ValueError(f"cannot work out {text[at:]!r}")
            number, percent, name, sign = found.groups()
            if number:
                value = Fraction(number.replace(",", ""))
                self.tokens.append(value / 100 if percent else value)
            else:
                self.tokens.append(name or sign)
            at = found.end()

    def value(self) -> Fraction:
        result = self._sum()
        if self.tokens:
            raise ValueError(f"left over: {self.tokens}")
        return result

    def _next(self, *signs: str) -> str | None:
        if self.tokens and self.tokens[0] in signs:
            return str(self.tokens.pop(0))
        return None

    def _sum(self) -> Fraction:
        result = self._product()
        while sign := self._next("+", "−"):
            result = result + self._product() if sign == "+" else result - self._product()
        return result

    def _product(self) -> Fraction:
        result = self._single()
        while sign := self._next("×", "÷"):
            result = result * self._single() if sign == "×" else result / self._single()
        return result

    def _single(self) -> Fraction:
        name = self._next("min", "max")
        if self._next("("):
            values = [self._sum()]
            while self._next(","):
                values.append(self._sum())
            if not self._next(")") or (name is None and len(values) > 1):
                raise ValueError("brackets do not match")
            return min(values) if name == "min" else max(values)
        token = self.tokens.pop(0) if self.tokens else "nothing"
        if not isinstance(token, Fraction):
            raise ValueError(f"a number is expected, not {token}")
        return token


def rounded(value: Fraction) -> Fraction:
    return Fraction(int(value * 100 + Fraction(1, 2)), 100)


def worked(text: str) -> list[Fraction]:
    """Check each statement of a cell (between semicolons); return what each comes to.

    Words before or after the figures are passed over, and so are statements without = or ≈.
    """
    results = []
    for statement in re.split("[;；]", text):
        if not re.search("[=≈]", statement):
            continue
        words = re.fullmatch(r"(?:[^\d(]*?[^\d(\s×−+])??\s*((?:min|max)?\(?[\d(].*)", statement)
        assert words, statement
        figures = re.split(r"[，:：]|, (?!min|max)(?=[a-z])", words[1])[0]
        parts = re.split("([=≈])", figures)
        values = [Arithmetic(part).value() for part in parts[::2]]
        for sign, (before, after) in zip(parts[1::2], pairwise(values), strict=True):
            assert after == (before if sign == "=" else rounded(before)), statement
        results.append(values[-1])
    return results


def test_arithmetic_is_checked() -> None:
    assert worked("33.35 × 50% = 16.675 ≈ 16.68") == [Fraction("16.68")]
    assert worked("left 10 − 3 = 7; (7 − min(2, 1,000)) × 50% = 2.50") == [7, Fraction("2.5")]
    assert worked("99.98 × 50% = 49.99, below 50: 0.00") == [Fraction("49.99")]
    assert worked("49.99 = 49.99，不足 50：0.00") == [Fraction("49.99")]
    assert worked("nothing at all") == []
    for wrong in ("2 × 3 = 7", "33.35 × 50% = 16.68", "0.125 × 100% ≈ 0.12"):
        with pytest.raises(AssertionError):
            worked(wrong)


# --- what the tables say -------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    """No cache between the many packs."""
    monkeypatch.setenv("MEDIAID_CACHE", "")


def field_names(pack: Pack) -> dict[str, str]:
    """Headings of both languages → field name."""
    fields = pack_fields(pack)
    return {
        heading: name for name, f in fields.items() for heading in (name, f.label.zh, f.label.en)
    }


def claims_of(table: Table, pack: Pack) -> list[dict[str, str]]:
    names = field_names(pack)
    claims = []
    for number, row in enumerate(table.rows, 1):
        given = dict(zip(table.header, row, strict=True))
        claim = {"claim_id": f"{number:03d}", **DEFAULTS}
        for heading, cell in given.items():
            if heading[0] not in "→-" and heading not in ("arithmetic", "算式"):
                claim[names[heading]] = cell
        if pack.dating not in [names.get(heading) for heading in table.header]:
            claim[pack.dating] = claim["date"]
        claims.append(claim)
    return claims


def expectations(table: Table, row: tuple[str, ...]) -> dict[tuple[str, str], str]:
    """(benefit, column) → what the row says of it."""
    found = {}
    for heading, cell in zip(table.header, row, strict=True):
        if heading.startswith("→ "):
            benefit, _dot, column = heading[2:].partition(".")
            found[benefit, column or "aid"] = cell
    return found


def settled(pack: Pack, claims: list[dict[str, str]]) -> dict[tuple[str, str], dict[str, str]]:
    settlement = settle(claims, pack)
    return {
        (line["claim_id"], line["benefit"]): line
        for line in settlement.lines.records(settlement.claims)
    }


def check_claims(state: State, name: str, table: Table) -> None:
    reading = table.header.index("--reading") if "--reading" in table.header else None
    choices = list(dict.fromkeys(row[reading] if reading is not None else "" for row in table.rows))
    for choice in choices:
        pack = state.pack(name, choice)
        claims = claims_of(table, pack)
        rows = [
            (claim, row, expectations(table, row))
            for claim, row in zip(claims, table.rows, strict=True)
            if reading is None or row[reading] == choice
        ]
        good = [item for item in rows if not REFUSED & set(item[2].values())]
        for claim, _row, _expected in (item for item in rows if item not in good):
            with pytest.raises(ClaimError):
                settle([claim], pack)
        lines = settled(pack, [claim for claim, _row, _expected in good])
        for claim, row, expected in good:
            check_row(lines, claim["claim_id"], row, expected, table)


def check_row(
    lines: dict[tuple[str, str], dict[str, str]],
    claim_id: str,
    row: tuple[str, ...],
    expected: dict[tuple[str, str], str],
    table: Table,
) -> None:
    where = f"table in line {table.line}, row {row}"
    for (benefit, column), value in expected.items():
        line = lines.get((claim_id, benefit))
        if value == NOT_SHOWN:
            assert line is None, where
        else:
            assert line is not None, f"{where}: {benefit} does not apply: {lines}"
            assert line[column] == value, f"{where}: {benefit}.{column} is {line[column]}: {line}"
    check_arithmetic(row[-1], expected.values(), where)


def check_arithmetic(text: str, shown: Any, where: str) -> None:
    try:
        results = worked(text)
    except (AssertionError, ValueError) as error:
        raise AssertionError(f"{where}: {error}") from error
    figures = {Fraction(value) for value in shown if re.fullmatch(r"\d+\.\d\d", value)}
    if results and not re.search(r"(below|不足) \d+(: |：)0.00$", text):
        assert results[-1] in figures, f"{where}: {text} is not what is expected"


def check_funding(state: State, name: str, table: Table) -> None:
    pack = state.pack(name)
    for row in table.rows:
        given = dict(zip(table.header, row, strict=True))
        heads = {
            area: int(count)
            for area, count in given.items()
            if area[0] != "⇒" and area not in ("arithmetic", "算式")
        }
        [funding] = pack.funding
        need = funding_need(pack, funding, heads, dt.date(2024, 1, 1))
        said = {heading[2:]: cell for heading, cell in given.items() if heading[0] == "⇒"}
        every = {
            **need.by_payer,
            "participants": need.participants,
            "gross": need.gross,
            "fiscal": need.fiscal,
        }
        assert said == {payer: format_yuan(every[payer]) for payer in said}
        check_arithmetic(row[-1], said.values(), f"table in line {table.line}")


@pytest.mark.parametrize("lang", PAGES)
def test_every_table_of_claims_is_what_the_program_settles(lang: str, tmp_path: Path) -> None:
    rows = 0
    for state, name, part in walk(lang, tmp_path):
        if isinstance(part, Table) and any(h.startswith("→ ") for h in part.header):
            check_claims(state, name, part)
            rows += len(part.rows)
        elif isinstance(part, Table) and any(h.startswith("⇒ ") for h in part.header):
            check_funding(state, name, part)
    assert rows > 90


@pytest.mark.parametrize("lang", PAGES)
def test_every_pack_of_the_page_is_sound(lang: str, tmp_path: Path) -> None:
    """Where a section ends, the pack as it stands there passes the check."""
    checked = 0
    for number, section in enumerate(examples(lang)):
        state = State(first_pack(lang), tmp_path / str(number))
        taken = [
            part
            for part in section.parts
            if isinstance(part, Block) and part.kind in ("file", "in", "overlay")
        ]
        for part in taken:
            state.take(part)
        for name in {part.target.split("/")[0] for part in taken if part.kind != "overlay"}:
            assert state.pack(name).id == name
            checked += 1
    assert checked > 20


@pytest.mark.parametrize("lang", PAGES)
def test_every_block_is_of_a_kind_that_is_run(lang: str) -> None:
    assert {block.kind for block in blocks(lang)} == {
        "file",
        "in",
        "overlay",
        "scenario",
        "console",
    }


@pytest.mark.parametrize("lang", PAGES)
def test_the_scenarios_of_the_page_hold(lang: str, tmp_path: Path) -> None:
    write(first_pack(lang), tmp_path)
    [block] = [block for block in blocks(lang) if block.kind == "scenario"]
    path = tmp_path / block.target
    path.write_text(block.text, encoding="utf-8")
    outcomes = runner.run(runner.load(path))
    assert len(outcomes) >= 3
    assert all(outcome.ok for outcome in outcomes)


@pytest.mark.parametrize("lang", PAGES)
def test_the_commands_of_the_page_run(
    lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(first_pack(lang), tmp_path)
    monkeypatch.chdir(tmp_path)
    lines = [
        line
        for block in blocks(lang)
        if block.kind == "console"
        for line in block.text.splitlines()
    ]
    for line in lines:
        prompt, program, *arguments = line.split()
        assert (prompt, program) == ("$", "mediaid")
        ran = mediaid(capsys, *arguments)
        assert ran.code == 0, ran.err


@pytest.mark.parametrize("lang", PAGES)
def test_the_options_of_the_page_exist(lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        row
        for section in sections(lang)
        for part in section.parts
        if isinstance(part, Table) and part.header[0] in ("command", "命令")
        for row in part.rows
    ]
    assert len(rows) == 8
    for command, does in rows:
        words = [word for word in code(command).split()[1:] if re.fullmatch("[a-z]+", word)]
        helped = mediaid(capsys, *words, "--help")
        assert helped.code == 0, helped.err
        for option in re.findall(r"--[a-z-]+", command + does):
            assert option in helped.out, f"{command}: {option}"


# --- messages ------------------------------------------------------------------------------------


def messages(lang: str) -> list[tuple[str, ...]]:
    [table] = [
        part
        for section in sections(lang)
        for part in section.parts
        if isinstance(part, Table) and {"message", "提示"} & set(part.header)
    ]
    return list(table.rows)


def code(cell: str) -> str:
    """Return what stands between the backticks of a cell; ↵ is a new line, ⇥ a tab."""
    return "" if cell in NOTHING else cell.strip("`").replace("↵", "\n").replace("⇥", "\t")


@pytest.mark.parametrize("lang", PAGES)
def test_every_message_of_the_page_is_what_the_check_says(
    lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = messages(lang)
    assert len(rows) > 20
    for number, (name, before, after, message, _remedy) in enumerate(rows):
        files = first_pack(lang)
        path = f"sample-county/{code(name)}"
        assert code(before) in files[path], before
        files[path] = files[path].replace(code(before), code(after), 1)
        folder = tmp_path / str(number)
        write(files, folder)
        monkeypatch.chdir(folder)
        said = all_languages("sample-county")
        assert code(message) in said, f"{after}: {said}"


def all_languages(folder: str) -> list[str]:
    """Return the faults of a pack in either language; [] when there are none."""
    said: list[str] = []
    for lang in i18n.LANGS:
        i18n.choose(lang)
        try:
            load_pack(folder)
        except PackError as error:
            said += [str(fault) for fault in error.faults]
    return said


# --- both pages, whole ---------------------------------------------------------------------------


def test_both_pages_have_the_same_examples() -> None:
    english, chinese = blocks("en"), blocks("zh")
    assert [(b.kind, b.target) for b in english] == [(b.kind, b.target) for b in chinese]
    for one, two in zip(english, chinese, strict=True):
        if one.kind != "console":
            assert yamlsource.loads(one.text, "en").data == yamlsource.loads(two.text, "zh").data, (
                one.target
            )


def test_both_pages_have_the_same_tables_and_headings() -> None:
    english, chinese = sections("en"), sections("zh")
    assert [s.level for s in english] == [s.level for s in chinese]
    for one, two in zip(english, chinese, strict=True):
        assert [shape(part) for part in one.parts] == [shape(part) for part in two.parts], one.title


def shape(part: Block | Table) -> tuple[object, ...]:
    """What is the same in both languages."""
    if isinstance(part, Block):
        return (part.kind, part.target)
    figures = tuple(
        tuple(
            cell
            for heading, cell in zip(part.header, row, strict=True)
            if heading[:1] in ("→", "⇒", "-") and cell not in REFUSED
        )
        for row in part.rows
    )
    return (len(part.header), len(part.rows), figures)


@pytest.mark.parametrize("lang", PAGES)
def test_every_key_and_word_of_the_format_is_on_the_page(lang: str) -> None:
    text = (DOCS / PAGES[lang]).read_text(encoding="utf-8")
    words = set(re.findall(r"[\w./<>=%-]+", text))
    missing = sorted(word for word in vocabulary() if word not in words)
    assert not missing


def vocabulary() -> set[str]:
    """Every key that a pack or overlay may hold, and every word that a key may have as value."""
    found: set[str] = set(KINDS)
    seen: set[type[BaseModel]] = set()
    waiting: list[Any] = [kind.model for kind in KINDS.values()] + [Overlay, *VERBS.values()]
    while waiting:
        kind = waiting.pop()
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            if kind in seen:
                continue
            seen.add(kind)
            for name, info in kind.model_fields.items():
                key = info.alias or name
                found |= {key} - {"one_of", "verb", "schema_"}
                waiting.append(info.annotation)
        elif get_origin(kind) is Literal:
            found |= set(get_args(kind))
        elif get_args(kind) or isinstance(kind, UnionType):
            waiting += get_args(kind)
    return found


@pytest.mark.parametrize("lang", PAGES)
def test_every_standard_field_is_on_the_page_as_it_is(lang: str, tmp_path: Path) -> None:
    write(first_pack(lang), tmp_path)
    pack = load_pack(tmp_path / "sample-county")
    always = set(pack_fields(pack))
    listed = {}
    for section in sections(lang):
        for part in section.parts:
            if isinstance(part, Table) and len(part.header) == 4:
                listed.update({code(row[0]): row for row in part.rows})
    for name, standard in FIELDS.items():
        assert listed[name][1] == standard.label.zh
        required = listed[name][3].startswith(("required", "必填"))
        assert required == standard.required
        read_anyway = required or listed[name][3].startswith(("always", "总是"))
        assert read_anyway == (name in always)


@pytest.mark.parametrize("lang", PAGES)
def test_links_within_the_page_lead_somewhere(lang: str) -> None:
    text = (DOCS / PAGES[lang]).read_text(encoding="utf-8")
    anchors = {re.sub(r"[^\w\- ]", "", s.title.lower()).replace(" ", "-") for s in sections(lang)}
    links = re.findall(r"\]\(#([^)]+)\)", text)
    assert len(links) > 20
    assert not sorted(set(links) - anchors)
    for other in re.findall(r"\]\(([\w.-]+\.md)\)", text):
        assert (DOCS / other).is_file()
