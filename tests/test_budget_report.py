"""`mediaid budget workbook`: one workbook, one page, the program's own figures."""

from __future__ import annotations

import hashlib
import io
import json
import re
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from budget_support import book, minhang, rows, write
from command import mediaid
from mediaid.budget.bridge.bridge import bridges
from mediaid.budget.cash.calendar import AidCash, pots
from mediaid.budget.forecast.forecast import forecast, path_of
from mediaid.budget.forecast.terms import Terms
from mediaid.budget.funding.headcounts import Headcounts, Place
from mediaid.budget.funding.years import Given, budget_years
from mediaid.budget.reconcile.findings import reconcile
from mediaid.budget.report.collect import collect
from mediaid.budget.report.html import page
from mediaid.budget.report.inputs import Data, Inputs
from mediaid.budget.report.model import Formula, Report, Table, Total, computed, number_of
from mediaid.budget.report.rounding import controlled
from mediaid.budget.report.xlsx import sheet_names, workbook
from mediaid.budget.targets import indicators
from mediaid.packs.load import load_pack

HOSTILE = ('=HYPERLINK("http://x","y")', "+1+1", "@SUM(A1)", "-2", "</td><script>x</script>")


@pytest.fixture(scope="module")
def report() -> Report:
    """A report with everything in it, places having hostile names."""
    import datetime as dt  # noqa: PLC0415

    pack = minhang()
    counts: dict[tuple[Place, int | None], int] = {
        (Place(name, "town" if i % 2 else "street"), None): 1000 * i + 7
        for i, name in enumerate(HOSTILE)
    }
    need = budget_years(pack, [2023], Given(headcounts=Headcounts(counts, "heads.csv")))[0]
    terms = Terms(2023, dt.date(2023, 8, 31), simulated=200)
    claims = book()
    path = path_of(claims, terms, pack)
    return collect(
        Inputs(
            pack=pack,
            need=need,
            document=2023,
            bridges=bridges(pack, need, 2023, None, path),
            pots=pots(pack, need, AidCash(412861000, "aid", 4, 400000001)),
            forecast=forecast(claims, terms, pack, drivers=True),
            reconciliation=reconcile(pack),
            indicators=indicators(pack),
            data=[Data(HOSTILE[0], "0" * 64)],
            options=[("--cut-off", "2023-08-31")],
        )
    )


def cells(its: Report) -> Iterator[tuple[Table, int, int]]:
    for sheet in its.sheets:
        for table in sheet.tables:
            for row, found in enumerate(table.rows):
                for column in range(len(found)):
                    yield table, row, column


def test_every_formula_gives_the_programs_own_figure(report: Report) -> None:
    tables = {table.id: table for sheet in report.sheets for table in sheet.tables}
    assert len(tables) == sum(len(sheet.tables) for sheet in report.sheets)
    formulas = 0
    for table, row, column in cells(report):
        cell = table.rows[row][column]
        if isinstance(cell, Total | Formula):
            formulas += 1
            assert computed(tables, table, row, column) == cell.number.value, (table.id, row)
    assert formulas > 100


def test_the_same_input_gives_the_same_bytes(report: Report) -> None:
    assert workbook(report) == workbook(report)
    assert page(report) == page(report)


def recalculated(data: bytes, soffice: str, folder: Path) -> CalamineWorkbook:
    """The workbook as LibreOffice saves it, which works out every formula anew.

    The values that stand beside the formulas are made wrong before, so that none can be taken over.
    """
    wrong = folder / "wrong" / "budget.xlsx"
    wrong.parent.mkdir()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(wrong, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            if name.startswith("xl/worksheets/"):
                part = re.sub(rb"(</f><v>)[^<]*(</v>)", rb"\g<1>-12345.67\2", part)
            target.writestr(name, part)
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<oor:items xmlns:oor="http://openoffice.org/2001/registry" '
        'xmlns:xs="http://www.w3.org/2001/XMLSchema">'
        '<item oor:path="/org.openoffice.Office.Calc/Formula/Load">'
        '<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>'
        "</oor:items>\n",
        encoding="utf-8",
    )
    subprocess.run(
        [
            soffice, "--headless", f"-env:UserInstallation={profile.as_uri()}",
            "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(folder), str(wrong),
        ],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    return CalamineWorkbook.from_path(str(folder / "budget.xlsx"))


def values_of(its: CalamineWorkbook, report: Report) -> dict[tuple[str, int, int], Any]:
    """The cells of a written workbook by table, row and column."""
    found = {}
    for number, sheet in enumerate(report.sheets):
        lines = its.get_sheet_by_index(number).to_python(skip_empty_area=False)
        at = 2
        for table in sheet.tables:
            at += 2
            for row, expected in enumerate(table.rows):
                for column in range(len(expected)):
                    line = lines[at + row]
                    found[table.id, row, column] = line[column] if column < len(line) else ""
            at += len(table.rows) + len(table.notes) + 1
    return found


def hold(report: Report, found: dict[tuple[str, int, int], Any]) -> None:
    for table, row, column in cells(report):
        number = number_of(table.rows[row][column])
        value = found[table.id, row, column]
        if number is None:
            assert value == (table.rows[row][column] or "")
        else:
            scale = 1 if number.measure == "count" else 100
            assert round(value * scale) == number.value, (table.id, row, column)
            assert abs(value * scale - number.value) < 1e-3


def test_libreoffice_works_out_the_same_to_the_fen(
    report: Report, require: Callable[[str], str], tmp_path: Path
) -> None:
    hold(
        report, values_of(recalculated(workbook(report), require("libreoffice"), tmp_path), report)
    )


def test_values_stand_beside_the_formulas_for_viewers(report: Report) -> None:
    found = CalamineWorkbook.from_filelike(io.BytesIO(workbook(report)))
    hold(report, values_of(found, report))


def test_no_name_becomes_a_formula_or_a_link(report: Report) -> None:
    with zipfile.ZipFile(io.BytesIO(workbook(report))) as file:
        sheets = [file.read(n).decode() for n in file.namelist() if "worksheets/sheet" in n]
        names = file.namelist()
    formulas = [f for sheet in sheets for f in re.findall(r"<f>([^<]*)</f>", sheet)]
    assert formulas
    assert all(f.startswith("ROUND(") for f in formulas)
    assert not any("HYPERLINK" in f or "http" in f for f in formulas)
    assert not any("hyperlink" in sheet for sheet in sheets)
    assert not [name for name in names if "externalLink" in name or name.endswith(".rels.rels")]


class _Page(HTMLParser):
    """Tags, and whatever could fetch something."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [v or "" for k, v in attrs if k in ("href", "src", "xlink:href", "action")]

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_the_page_needs_nothing_else(report: Report) -> None:
    text = page(report).decode()
    found = _Page()
    found.feed(text)
    assert not {"script", "img", "link", "iframe", "object", "style@import"} & set(found.tags)
    assert all(link.startswith("#s") for link in found.links)
    assert "url(" not in text
    assert "@import" not in text
    assert found.tags.count("svg") >= 6
    assert "default-src 'none'" in text
    for name in HOSTILE:
        assert name in found.text


@given(
    st.integers(min_value=1, max_value=6).flatmap(
        lambda width: st.lists(
            st.lists(st.integers(min_value=0, max_value=10**9), min_size=width, max_size=width),
            min_size=1,
            max_size=6,
        )
    )
)
def test_rounded_tables_add_up_and_stay_near(table: list[list[int]]) -> None:
    unit = 10_000
    rounded = controlled(table, unit)
    columns = list(zip(table, rounded, strict=True))
    for exact, whole in columns:
        assert abs(sum(exact) - unit * sum(whole)) < unit
        for one, other in zip(exact, whole, strict=True):
            assert abs(one - unit * other) < unit
    for at in range(len(table[0])):
        exact_sum = sum(row[at] for row in table)
        assert abs(exact_sum - unit * sum(row[at] for row in rounded)) < unit
    total = sum(map(sum, table))
    assert sum(map(sum, rounded)) == (2 * total + unit) // (2 * unit)


def test_every_figure_not_rounded_to_the_nearest_is_marked(report: Report) -> None:
    """Sums too: 4,721,990 元 of participants may stand as 472.19 where 472.20 is nearer."""
    tables = {table.id: table for sheet in report.sheets for table in sheet.tables}
    marked = 0
    for row, exact in zip(
        tables["mutual-aid/wan"].rows, tables["mutual-aid/places"].rows, strict=True
    ):
        for cell, fen in zip(row, exact, strict=True):
            number, whole = number_of(cell), number_of(fen)
            if number is not None and whole is not None and number.measure == "wan":
                nearest = (2 * whole.value + 10_000) // 20_000
                assert number.moved == (number.value != nearest)
                marked += number.moved
    assert marked


def test_a_table_that_needs_no_rounding_is_left_alone() -> None:
    assert controlled([[10_000, 0], [30_000, 70_000]], 10_000) == [[1, 0], [3, 7]]
    with pytest.raises(ValueError, match="negative"):
        controlled([[-1]], 10)


def test_sheet_names_that_a_workbook_takes() -> None:
    assert sheet_names(["a/b", "A B", "x" * 40, "[]"]) == ["a b", "A B 2", "x" * 31, "–"]


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    claims = write(tmp_path / "claims.csv", rows(book(), minhang()))
    xlsx, html = tmp_path / "b.xlsx", tmp_path / "b.html"
    options = [
        "--cut-off", "2023-08-31", "--simulate", "100", "--xlsx", str(xlsx), "--html", str(html),
    ]  # fmt: skip
    ran = mediaid(capsys, "budget", "workbook", claims, *options)
    assert (ran.code, ran.err) == (0, "")
    first = xlsx.read_bytes(), html.read_bytes()
    told = mediaid(capsys, "budget", "workbook", claims, *options, "--json")
    assert (xlsx.read_bytes(), html.read_bytes()) == first
    assert json.loads(told.out)["written"] == [
        {"file": str(path), "sha256": hashlib.sha256(content).hexdigest()}
        for path, content in zip((xlsx, html), first, strict=True)
    ]
    data = CalamineWorkbook.from_path(str(xlsx))
    assert data.sheet_names[0] == "摘要"
    everything = str([data.get_sheet_by_name(name).to_python() for name in data.sheet_names])
    assert load_pack("shanghai-minhang").hash in everything
    assert str(tmp_path) not in everything
    asked = mediaid(
        capsys, "budget", "forecast", claims, "--cut-off", "2023-08-31", "--simulate", "100",
        "--json",
    )  # fmt: skip
    central = json.loads(asked.out)["central"]
    assert f"{float(central)}" in everything
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.html", "b.xlsx", "claims.csv"]


def test_another_pack(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    xlsx = tmp_path / "b.xlsx"
    options = ["--pack", "nanchang-xihu", "--xlsx", str(xlsx), "--lang", "en"]
    ran = mediaid(capsys, "budget", "workbook", *options)
    assert (ran.code, ran.err) == (0, "")
    data = CalamineWorkbook.from_path(str(xlsx))
    assert "Work funds, enrolment" in data.sheet_names
    assert "Cash" not in data.sheet_names


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ([], "say what to write"),
        (["--xlsx", "{claims}", "--cut-off", "2023-08-31", "{claims}"], "is the input"),
        (["--xlsx", "{folder}/no/b.xlsx"], "no such folder"),
        (["--xlsx", "{folder}/b.xlsx", "{claims}"], "belong together"),
        (["--xlsx", "{folder}/b.xlsx", "--headcounts", "{folder}/none.csv"], "none.csv"),
    ],
)
def test_what_makes_no_sense_is_refused(
    options: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    claims = write(tmp_path / "claims.csv", rows(book(), minhang()))
    given_options = [its.format(claims=claims, folder=tmp_path) for its in options]
    ran = mediaid(capsys, "budget", "workbook", "--lang", "en", *given_options)
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["claims.csv"]
