"""Mappings: their faults with places, recognition, and the commands that show them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from command import mediaid
from field_files import LEDGER, PLATFORM, ledger_rows, write_ledger, write_platform
from mediaid.mappings.files import MappingError, known_mappings, load_mapping
from mediaid.mappings.recognise import fit, recognise
from mediaid.packs.folder.find import data_folder, shipped_packs
from mediaid.packs.load import load_pack

LEDGER_TEXT = (data_folder("mappings") / "ledger.yaml").read_text(encoding="utf-8")


def own(folder: Path, *changes: tuple[str, str]) -> Path:
    """The shipped ledger mapping with changes, as an office's own file."""
    text = LEDGER_TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = folder / "own.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def line_of(path: Path, words: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if words in line)


def test_every_shipped_mapping_fits_every_shipped_pack() -> None:
    assert set(known_mappings()) == {"platform", "ledger"}
    for pack in shipped_packs():
        for name in known_mappings():
            assert load_mapping(name, load_pack(pack)).name == name


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "claim_id: 结算id",
            "claim_id: 结算ids",
            "no column 结算ids under columns. Did you mean 结算id?",
        ),
        ("  settled_on: ", "  setled_on: ", "no field setled_on. Did you mean settled_on?"),
        (
            "普通门诊: outpatient",
            "普通门诊: outpatent",
            "outpatent is not known. Did you mean outpatient?",
        ),
        ("  in_scope: ", "  in_scop: ", "no amount in_scop. Did you mean in_scope?"),
        ("  身份证: resident_id", "  身份证: residentid", "residentid is no kind of document"),
        ("  - 序号", "  - 姓名（元）\n  - 结算编号", "结算编号 is a heading of column 结算id"),
        (
            "  证件类型: []",
            "  证件类型: [结算单号]",
            "结算单号 is a heading of column 结算id already",
        ),
        ("optional: [", "optional: [证件, ", "no column 证件 under columns"),
        ("refunded: {}", "refunded: {colum: 结算id}", "unknown key colum. Did you mean column?"),
        ("refunded: {}", "refunded: {column: 结算id}", "say under yes and no"),
        ("  self_paid: 进入医疗救助金额\n", "", "column 进入医疗救助金额 is not used"),
        ("schema: 1", "schema: 2", "2 is not one of: 1"),
        ("  date: [出院日期, 结算日期]\n", "  self_paid: 出院日期\n", "belongs under amounts"),
        (
            "  person_id: 证件号码",
            "  person_id: {column: 证件号码, values: {a: b}}",
            "has no codes",
        ),
        (
            "  person_id: 证件号码",
            "  person_id: {column: 证件号码, value: b}",
            "give one of column",
        ),
    ],
)
def test_a_fault_is_named_with_its_place(tmp_path: Path, old: str, new: str, says: str) -> None:
    path = own(tmp_path, (old, new))
    with pytest.raises(MappingError) as refused:
        load_mapping(str(path), load_pack("shanghai-minhang"))
    found = [fault for fault in refused.value.faults if says in fault.message]
    assert found, refused.value
    name, line, column = found[0].where.rsplit(":", 2)
    assert (name, column.isdigit()) == (str(path), True)
    if new and "self_paid" not in new:
        assert int(line) in range(
            line_of(path, new.splitlines()[0]), line_of(path, new.splitlines()[-1]) + 2
        )


def test_all_faults_are_named_at_once(tmp_path: Path) -> None:
    path = own(
        tmp_path,
        ("person_id: 证件号码", "person_id: 证件"),
        ("普通住院: inpatient", "普通住院: in"),
    )
    with pytest.raises(MappingError) as refused:
        load_mapping(str(path), load_pack("shanghai-minhang"))
    assert len(refused.value.faults) == 3  # 证件号码 is used by nothing now


def test_headings_are_found_below_titles_and_however_they_are_written() -> None:
    mapping = load_mapping("ledger").model
    headings = [
        *(" 结算 ID ", "身份证号码", "医保分类", "救助对象类别", "就诊类别", "结算时间"),
        *("政策范围内金额(元)", "基本医疗基金支出", "大病报销金额（元）", "医疗救助"),
    ]
    rows = [["台账"], [], ["单位：元"], headings, ["S1"]]
    found = fit(mapping, rows)
    assert (found.row, found.missing, found.unknown, found.exact) == (3, (), (), True)
    assert found.positions["医疗救助金额"] == 9


def test_a_file_is_recognised_only_where_every_needed_column_is_there() -> None:
    mappings = [load_mapping(name).model for name in known_mappings()]
    best, *_others = recognise(mappings, [list(PLATFORM)])
    assert (best.mapping, best.exact) == (load_mapping("platform").model, True)
    ledger = [list(LEDGER)]
    assert recognise(mappings, ledger)[0].mapping is load_mapping("ledger").model
    short = [[heading for heading in LEDGER if "大病" not in heading] + ["大病报销"]]
    best, *_others = recognise(mappings, short)
    assert (best.missing, best.complete) == (("大病报销金额",), False)
    assert [short[0][at] for at in best.unknown] == ["大病报销"]
    assert recognise(mappings, [["甲", "乙"]]) == []


def test_recognise_shows_what_it_found_and_how_sure_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_ledger(tmp_path / "in.xlsx")
    ran = mediaid(capsys, "mapping", "recognise", str(path), "--lang", "en")
    assert ran.code == 0
    assert "10 of 10 needed columns; sure: every column is known" in ran.out
    assert "headings in row 3" in ran.out
    assert "N 进入医疗救助金额（元） → amounts/self_paid" in ran.out
    data = json.loads(mediaid(capsys, "mapping", "recognise", str(path), "--json").out)
    assert [(one["mapping"], one["complete"]) for one in data] == [
        ("ledger", True),
        ("platform", False),
    ]
    assert data[0]["columns"]["证件号码"] == "身份证号"


def test_a_mapping_of_ones_own_begins_with_what_fits_best(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    headings = ["大病保险" if "大病" in h else h for h in LEDGER] + ["帮扶干部"]
    path = write_ledger(tmp_path / "in.xlsx", [[*row, "周戊"] for row in ledger_rows()], headings)
    own_file = tmp_path / "town-3.yaml"
    ran = mediaid(capsys, "mapping", "recognise", str(path), "-o", str(own_file), "--lang", "en")
    assert ran.code == 2
    assert "no mapping fits as it is" in ran.out
    text = own_file.read_text(encoding="utf-8")
    assert "mapping: town-3\n" in text
    assert text.endswith("#   大病保险\n#   帮扶干部\n")
    # The office decides: one heading is the column's, the other is not read.
    text = text.replace("大病报销金额: [", "大病报销金额: [大病保险, ").replace(
        "  - 序号", "  - 序号\n  - 帮扶干部"
    )
    own_file.write_text(text, encoding="utf-8")
    monkeypatch.setenv("MEDIAID_MAPPINGS", str(tmp_path))
    assert mediaid(capsys, "mapping", "check", "town-3").code == 0
    assert "town-3: " in mediaid(capsys, "mapping", "list", "--lang", "en").out
    # Two mappings that fit? No: the shipped one still does not.
    assert mediaid(capsys, "mapping", "recognise", str(path)).code == 0
    ran = mediaid(
        capsys, "batch", str(path), "--mapping", "town-3", "-o", str(tmp_path / "out.csv")
    )
    assert (ran.code, ran.err) == (0, "")


def test_two_mappings_that_fit_are_left_to_the_user(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.yaml").write_text(
        LEDGER_TEXT.replace("mapping: ledger", "mapping: mine"), encoding="utf-8"
    )
    monkeypatch.setenv("MEDIAID_MAPPINGS", str(tmp_path))
    path = str(write_ledger(tmp_path / "in.xlsx"))
    ran = mediaid(capsys, "mapping", "recognise", path, "--lang", "en")
    assert ran.code == 2
    assert "several mappings fit" in ran.out
    assert mediaid(capsys, "mapping", "recognise", path, "--mapping", "mine").code == 0


def test_show_says_the_formula_of_the_pack(capsys: pytest.CaptureFixture[str]) -> None:
    ran = mediaid(capsys, "mapping", "show", "platform", "--lang", "en")
    assert ran.code == 0
    assert (
        "self-paid = in scope − paid by the pooled fund − paid by critical-illness insurance − "
        "paid by other insurance − paid by other relief (preselfpay: out)"
    ) in ran.out
    assert "date date ← enddate, where empty setl_time" in ran.out
    arguments = ("mapping", "show", "platform", "--lang", "en", "--reading", "preselfpay=in")
    ran = mediaid(capsys, *arguments)
    assert "self-paid = in scope + paid first by the person − paid by" in ran.out


def test_a_pack_that_dates_by_a_field_the_mapping_lacks_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    shutil.copytree(data_folder("rules") / "shanghai-minhang", folder)
    text = (folder / "pack.yaml").read_text(encoding="utf-8")
    text = text.replace("dating: date ", "dating: recognised_on ")
    (folder / "pack.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(MappingError, match="field recognised_on 认定日期 is missing"):
        load_mapping("platform", load_pack(folder))


def test_files_that_are_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"")
    for arguments, says in (
        (["recognise", str(tmp_path / "no.csv")], "does not exist"),
        (["recognise", str(empty)], "the file is empty"),
        (["show", "legder"], "Did you mean ledger"),
        (["check", str(empty)], "the file is empty"),
        (
            ["recognise", str(write_platform(tmp_path / "x.csv")), "-o", str(tmp_path)],
            "is a folder",
        ),
    ):
        ran = mediaid(capsys, "mapping", *arguments, "--lang", "en")
        assert ran.code == 2
        assert says in ran.err
