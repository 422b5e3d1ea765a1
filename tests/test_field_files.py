"""Files of the field, from the file to the lines: against figures worked out by hand."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter  # type: ignore[import-untyped]
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from batch_support import read_csv
from command import mediaid
from field_files import (
    LEDGER,
    LEDGER_BILLS,
    LI,
    PLATFORM,
    RECORDS,
    WANG,
    ZHAO,
    ledger_rows,
    platform_rows,
    totals,
    write_ledger,
    write_platform,
    write_roster,
)
from mediaid.batch.mapped.read import read_mapped
from mediaid.batch.mapped.roster import read_roster
from mediaid.batch.table import Table
from mediaid.faults import ClaimError
from mediaid.mappings.files import load_mapping
from mediaid.packs.folder.find import data_folder
from mediaid.packs.load import load_pack

# What the pack pays for the bills of field_files, by hand. Li is dibao: 2,400 × 90% = 2,160, of
# which 1,000 were paid at the counter; of 500 outpatient, 300 are the deductible, which the subsidy
# pays, 200 × 60% = 120. Wang is low income in May: 4,500 × 80%. Zhao's bill was given back.
EXPECTED = {
    ("S001", "medical-aid"): ("2400.00", "2160.00", "1160.00"),
    ("S002", "outpatient-aid"): ("500.00", "120.00", "120.00"),
    ("S002", "deductible-subsidy"): ("500.00", "300.00", "300.00"),
    ("S003", "medical-aid"): ("4500.00", "3600.00", "3600.00"),
    ("S004", ""): ("0.00", "0.00", "0.00"),
    ("S005", ""): ("0.00", "0.00", "0.00"),
}
WORDS = {"低保": "dibao", "低收入家庭成员": "low_income"}
PLATFORM_AT = {heading: at for at, heading in enumerate(PLATFORM)}
LEDGER_AT = {heading.removesuffix("（元）"): at for at, heading in enumerate(LEDGER)}


def lines(path: Path) -> dict[tuple[str, str], tuple[str, str, str]]:
    return {
        (row["claim_id"], row["benefit"]): (row["base"], row["aid"], row["payable"])
        for row in read_csv(path)
    }


def changed(row: int, **cells: str) -> list[list[str]]:
    """The platform's rows with some cells of one of them changed."""
    rows = platform_rows()
    for heading, cell in cells.items():
        rows[row][PLATFORM_AT[heading]] = cell
    return rows


def read_platform(folder: Path, rows: list[list[str]] | None = None, pack: str = "") -> Table:
    policy = load_pack("shanghai-minhang", readings=[pack] if pack else ())
    mapping = load_mapping("platform", policy)
    roster = read_roster(
        write_roster(folder / "roster.csv"), policy, mapping.model.fields["category"].values
    )
    return read_mapped(write_platform(folder / "in.csv", rows), mapping, policy, roster)


def read_ledger(
    folder: Path,
    rows: list[list[object]] | None = None,
    foot: list[list[object]] | None = None,
) -> Table:
    policy = load_pack("shanghai-minhang")
    path = write_ledger(folder / "in.xlsx", rows, foot=foot)
    return read_mapped(path, load_mapping("ledger", policy), policy)


def said(table: Table) -> list[str]:
    return [str(fault).partition(", ")[2] for fault in table.problems.faults(20)]


def test_a_platform_export_comes_in_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = mediaid(
        capsys,
        "batch",
        str(write_platform(tmp_path / "records.csv")),
        *("--mapping", "platform", "--roster", str(write_roster(tmp_path / "roster.csv"))),
        *("-o", str(tmp_path / "out.csv"), "--rejects", str(tmp_path / "bad.csv")),
        *("--derivation", str(tmp_path / "how.csv")),
    )
    assert (ran.code, ran.err) == (0, "")
    assert lines(tmp_path / "out.csv") == EXPECTED
    [left_out] = read_csv(tmp_path / "bad.csv")
    assert (left_out["reject_row"], left_out["setl_id"]) == ("7", "S006")
    derived = {row["claim_id"]: row for row in read_csv(tmp_path / "how.csv")}
    assert derived["S001"] == {
        "row": "2",
        "claim_id": "S001",
        "stated_total": "10000.00",
        "stated_out_of_scope": "1200.00",
        "stated_paid_first": "800.00",
        "stated_in_scope": "8000.00",
        "stated_pooled_fund": "5000.00",
        "stated_critical_illness": "600.00",
        "stated_other_insurance": "0.00",
        "stated_other_relief": "0.00",
        "preselfpay": "out",
        "self_paid": "2400.00",
        "already_aided": "1000.00",
    }
    assert list(derived) == ["S001", "S002", "S003", "S004"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_every_encoding_and_chinese_field_names(tmp_path: Path, encoding: str) -> None:
    chinese = {
        "setl_id": "结算ID",
        "certno": "证件号码",
        "insutype": "险种类型",
        "inscp_scp_amt": " 符合政策范围金额（元）",
        "preselfpay_amt": "先行自付金额(元)",
    }
    headings = [chinese.get(heading, heading.upper()) for heading in PLATFORM]
    policy = load_pack("shanghai-minhang")
    path = write_platform(tmp_path / "in.csv", encoding=encoding, headings=headings)
    roster = read_roster(write_roster(tmp_path / "roster.csv"), policy, WORDS)
    table = read_mapped(path, load_mapping("platform", policy), policy, roster)
    assert said(table) == []
    assert table.values["self_paid"].tolist()[:4] == [240000, 50000, 450000, 100000]


def test_the_reading_of_the_pack_decides_on_what_is_paid_first(tmp_path: Path) -> None:
    table = read_platform(tmp_path, pack="preselfpay=in")
    assert table.values["self_paid"].tolist()[:2] == [320000, 50000]


def test_a_ledger_comes_in_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_ledger(tmp_path / "ledger.xlsx")
    ran = mediaid(
        capsys, "batch", str(path), "--mapping", "ledger", "-o", str(tmp_path / "out.csv")
    )
    assert (ran.code, ran.err) == (0, "")
    # Zhao's bill counts here: orphan, 1,000 × 90%.
    assert lines(tmp_path / "out.csv") == {
        **{key: paid for key, paid in EXPECTED.items() if key[0] in ("S001", "S002")},
        ("S004", "medical-aid"): ("1000.00", "900.00", "900.00"),
    }
    assert {row["date"] for row in read_csv(tmp_path / "out.csv")} == {
        "2023-03-02",
        "2023-04-10",
        "2023-06-01",
    }
    assert "（第 7 行）" in ran.out  # the totals row is named


def test_totals_and_notes_are_left_out_and_named(tmp_path: Path) -> None:
    table = read_ledger(tmp_path)
    rows = [(reason, (rows + table.source.first_row).tolist()) for rows, reason in table.left_out]
    assert rows == [("totals row", [7]), ("note below the table", [8])]
    assert (table.count, said(table), table.notes) == (3, [], ())


def test_a_total_that_is_not_the_sum_is_told(tmp_path: Path) -> None:
    rows = ledger_rows()
    table = read_ledger(tmp_path, rows[1:], foot=[totals(rows)])
    assert len(table.notes) == 6
    assert "费用总额" in table.notes[0]
    assert "14,000.00" in table.notes[0]
    assert "4,000.00" in table.notes[0]


def test_subtotals_and_blank_rows_in_the_middle_are_no_claims(tmp_path: Path) -> None:
    rows = ledger_rows()
    nothing: list[object] = [None] * len(LEDGER)
    part = ["小  计：", *totals(rows[:1])[1:]]
    table = read_ledger(tmp_path, [rows[0], part, nothing, *rows[1:]], foot=[totals(rows)])
    assert (table.count, said(table), table.notes) == (3, [], ())
    assert [reason for _rows, reason in table.left_out] == ["totals row", "subtotals row"]


def test_a_claim_without_its_person_is_a_bad_row_wherever_it_stands(tmp_path: Path) -> None:
    rows = ledger_rows()
    for row in (rows[1], rows[2]):
        row[LEDGER_AT["身份证号"]] = None
    assert said(read_ledger(tmp_path, rows, foot=[])) == [
        "row 5, column 身份证号: is missing: fill it in",
        "row 6, column 身份证号: is missing: fill it in",
    ]


def test_numbers_damaged_by_a_spreadsheet_are_refused(tmp_path: Path) -> None:
    rows = ledger_rows()
    rows[0][LEDGER_AT["身份证号"]] = float(WANG)
    rows[1][LEDGER_AT["身份证号"]] = LI[:15] + "000"
    rows[2][LEDGER_AT["身份证号"]] = ZHAO[:17] + "0123456789X"[(int(ZHAO[17]) + 1) % 11]
    problems = said(read_ledger(tmp_path, rows, foot=[]))
    assert [problem.partition(":")[0] for problem in problems] == [
        f"row {row}, column 身份证号" for row in (4, 5, 6)
    ]
    assert "has lost digits" in problems[0]
    assert "has lost its last digits" in problems[1]
    assert "wrong check digit" in problems[2]


def test_one_person_is_one_person_however_the_number_is_typed(tmp_path: Path) -> None:
    rows = platform_rows()
    assert LI.endswith("X")
    rows[0][PLATFORM_AT["certno"]] = "\t" + LI.lower()
    rows[1][PLATFORM_AT["certno"]] = "'" + LI
    table = read_platform(tmp_path, rows)
    assert said(table) == []
    assert table.values["person_id"].to_list()[:2] == [LI, LI]


@pytest.mark.parametrize(
    "written",
    [
        *("2023-3-2", "2023/03/02", "2023.3.2 08:00", "2023年3月2日", "20230302"),
        *("20230302093000", "2023-03-02T10:20:30.0", "44987", "44987.4375"),
    ],
)
def test_days_in_every_form(tmp_path: Path, written: str) -> None:
    table = read_platform(tmp_path, changed(0, enddate=written))
    assert said(table) == []
    assert table.values["date"][0] == (dt.date(2023, 3, 2) - dt.date(1970, 1, 1)).days


@pytest.mark.parametrize("written", ["2023-02-30", "03/02/2023", "2023-03", "45", "230302"])
def test_days_that_could_mean_something_else_are_refused(tmp_path: Path, written: str) -> None:
    [problem] = said(read_platform(tmp_path, changed(0, enddate=written)))
    assert problem.startswith("row 2, column enddate: ")


@pytest.mark.parametrize("written", ["8,000.00", "8000", "8000.0000", "¥8000.00", "８０００．００"])
def test_amounts_in_every_form(tmp_path: Path, written: str) -> None:
    table = read_platform(tmp_path, changed(0, inscp_scp_amt=written))
    assert said(table) == []
    assert table.values["self_paid"][0] == 240000


def test_amounts_that_are_none_or_contradict_are_refused(tmp_path: Path) -> None:
    rows = changed(0, inscp_scp_amt="8,00.00")
    rows[1][PLATFORM_AT["inscp_scp_amt"]] = "899.99"
    rows[2][PLATFORM_AT["hifp_pay"]] = "20000.01"
    rows[3][PLATFORM_AT["hifp_pay"]] = "-1.00"
    problems = said(read_platform(tmp_path, rows))
    assert [problem.partition(":")[0] for problem in problems] == [
        "row 2, column inscp_scp_amt",
        "row 3, column inscp_scp_amt",
        "row 4, column inscp_scp_amt",
        "row 5, column hifp_pay",
        "row 6, column init_setl_id",
    ]
    assert "899.99 in scope, but total 1,000.00" in problems[1]
    assert "others paid 23,500.01" in problems[2]
    assert "-1.00 is negative" in problems[3]
    assert "reverses S004 in row 5, which is refused" in problems[4]


def test_a_code_that_the_mapping_does_not_know_is_asked_about(tmp_path: Path) -> None:
    rows = changed(0, med_type="52")
    rows[1][PLATFORM_AT["insutype"]] = "340"
    problems = said(read_platform(tmp_path, rows))
    assert len(problems) == 2
    assert problems[0].startswith(
        "row 2, column med_type: 52 is not known to mapping platform. Add a line below "
        'fields/setting/values: "52": and one of inpatient（住院）'
    )
    assert "row 3, column insutype: 340 is not known" in problems[1]


def test_a_person_not_on_the_roster_is_of_the_category_that_the_mapping_says(
    tmp_path: Path,
) -> None:
    table = read_platform(tmp_path, changed(2, enddate="2023-04-30"))
    categories = list(table.pack.codes["category"])
    named = [categories[place] for place in table.values["category"][:4]]
    # Wang is on the roster as none until April; Zhao is not on it at all.
    assert named == ["dibao", "dibao", "none", "none"]
    assert table.notes == (
        "claims of persons who are not on the roster on that day: 1; their category is "
        "not entitled to assistance",
    )


def test_without_otherwise_everybody_must_be_on_the_roster(tmp_path: Path) -> None:
    shipped = (data_folder("mappings") / "platform.yaml").read_text(encoding="utf-8")
    own = tmp_path / "own.yaml"
    own.write_text(shipped.replace("    otherwise: none\n", ""), encoding="utf-8")
    policy = load_pack("shanghai-minhang")
    # Zhao left the roster between the bill and its refund: the refund cancels the bill still.
    people = [[LI, "", "低保", "", ""], [ZHAO, "", "散居孤儿", "2023-01-01", "2023-06-05"]]
    roster = read_roster(write_roster(tmp_path / "roster.csv", people), policy, WORDS)
    path = write_platform(tmp_path / "in.csv")
    table = read_mapped(path, load_mapping(str(own), policy), policy, roster)
    [problem] = said(table)
    assert problem.startswith("row 4, column certno: is not on the roster")
    assert table.claims().codes["category"].tolist() == [1, 1, 2, 2]


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([[LI, "", "低保", "2023-01-01", ""], [LI, "", "低保", "2023-02-01", ""]], "overlaps"),
        ([[LI, "", "低保", "2023-02-01", "2023-01-31"]], "ends before it begins"),
        ([[LI, "", "富裕", "2023-01-01", ""]], "富裕 is not known"),
        ([[LI[:17], "", "低保", "2023-01-01", ""]], "has 17 characters"),
        ([["", "", "低保", "2023-01-01", ""]], "is missing"),
        ([], "names nobody"),
    ],
)
def test_a_roster_at_fault_is_refused(tmp_path: Path, rows: list[list[str]], says: str) -> None:
    with pytest.raises(ClaimError, match=says):
        read_roster(write_roster(tmp_path / "r.csv", rows), load_pack("shanghai-minhang"), WORDS)


def test_nothing_is_read_without_the_columns_that_count(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    headings = ["大病（新）" if h == "hifmi_pay" else h for h in PLATFORM]
    path = write_platform(tmp_path / "in.csv", headings=headings)
    roster = str(write_roster(tmp_path / "roster.csv"))
    out = tmp_path / "out.csv"
    ran = mediaid(
        capsys,
        *("batch", str(path), "--mapping", "platform", "--roster", roster, "-o", str(out)),
        *("--lang", "en"),
    )
    assert ran.code == 2
    assert "column hifmi_pay of mapping platform is missing" in ran.err
    assert "column 大病（新）: is not known to mapping platform" in ran.err
    assert not out.exists()


def test_options_that_need_each_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, out = str(write_platform(tmp_path / "in.csv")), str(tmp_path / "out.csv")
    for arguments, says in (
        (["--mapping", "platform"], "name the file that says who is in which with --roster"),
        (["--roster", path], "--roster: belongs to a file read with --mapping"),
        (["--mapping", "ledger", "--roster", path], "takes categories from the file"),
        (["--mapping", "platfrom"], "Did you mean platform"),
        ([], "looks like settlement records of the national platform: read it with --mapping"),
    ):
        ran = mediaid(capsys, "batch", path, "-o", out, "--lang", "en", *arguments)
        assert ran.code == 2
        assert says in ran.err
        assert not Path(out).exists()


def test_a_parquet_export_gives_the_same(tmp_path: Path) -> None:
    csv_table = read_platform(tmp_path)
    path = tmp_path / "in.parquet"
    columns = dict(zip(PLATFORM, map(list, zip(*platform_rows(), strict=True)), strict=True))
    pl.DataFrame(columns).with_columns(
        pl.col("enddate").str.to_date(),
        pl.col("setl_time").str.to_datetime(),
        pl.col("inscp_scp_amt", "hifp_pay").cast(pl.Decimal(16, 2)),
        pl.col("medfee_sumamt").cast(pl.Float64),
    ).write_parquet(path)
    policy = csv_table.pack
    roster = read_roster(tmp_path / "roster.csv", policy, WORDS)
    table = read_mapped(path, load_mapping("platform", policy), policy, roster)
    assert said(table) == []
    for name in ("self_paid", "date", "setting", "category"):
        assert table.values[name].tolist() == csv_table.values[name].tolist()


def test_refunds_in_a_ledger_are_rows_below_zero(tmp_path: Path) -> None:
    back = replace(LEDGER_BILLS[2], day="2023-06-20", sign=-1)  # the ledger repeats the id
    rows = ledger_rows([*LEDGER_BILLS, back])
    table = read_ledger(tmp_path, rows)
    assert (said(table), table.notes) == ([], ())
    assert table.values["reverses"].to_list()[:4] == ["", "", "", "S004"]
    assert table.void is not None
    assert table.void.tolist()[:4] == [0, 0, 1, 2]


def test_the_refund_of_an_invalid_record_is_left_out_with_it(tmp_path: Path) -> None:
    table = read_platform(tmp_path, changed(3, vali_flag="0"))
    assert said(table) == []
    assert [(rows.tolist(), reason) for rows, reason in table.left_out] == [
        ([3, 5], "invalid record (vali_flag)"),
        ([4], "refund of a record that is left out itself"),
    ]
    assert table.count == 3


def test_a_kind_of_document_that_nobody_knows_is_asked_about(tmp_path: Path) -> None:
    [problem] = said(read_platform(tmp_path, changed(0, psn_cert_type="16")))
    assert problem.startswith("row 2, column psn_cert_type: 16 is no kind of document.")
    assert 'below document/values of mapping platform: "16"' in problem


def test_other_documents_are_read_by_their_kind(tmp_path: Path) -> None:
    table = read_platform(tmp_path, changed(0, psn_cert_type="08", certno="e1234 5678"))
    assert said(table) == []
    assert table.values["person_id"][0] == "E12345678"


def test_a_refund_whose_original_is_in_another_file_is_a_bad_row(tmp_path: Path) -> None:
    rows = platform_rows()
    [problem] = said(read_platform(tmp_path, rows[:3] + rows[4:]))
    assert problem.startswith("row 5, column init_setl_id: reverses S004, which is not in this")


def test_codes_that_the_mapping_leaves_out_are_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shipped = (data_folder("mappings") / "platform.yaml").read_text(encoding="utf-8")
    own = tmp_path / "own.yaml"
    own.write_text(
        shipped.replace(
            "急诊转住院: inpatient\n", '急诊转住院: inpatient\n      "41": leave_out\n'
        ),
        encoding="utf-8",
    )
    path = str(write_platform(tmp_path / "in.csv", changed(1, med_type="41")))
    roster = str(write_roster(tmp_path / "roster.csv"))
    out = str(tmp_path / "out.csv")
    arguments = ["batch", path, "--mapping", str(own), "--roster", roster, "-o", out]
    ran = mediaid(capsys, *arguments, "--lang", "en")
    assert (ran.code, ran.err) == (0, "")
    assert "not settled, left out by the mapping (med_type: 41): 1 (row 3)" in ran.out
    assert "S002" not in Path(out).read_text(encoding="utf-8")


@pytest.mark.parametrize("word", ["合计：3人", "总  计", "合　计", "Total:"])
def test_totals_in_other_words(tmp_path: Path, word: str) -> None:
    rows = ledger_rows()
    table = read_ledger(tmp_path, rows, foot=[[word, *totals(rows)[1:]]])
    assert (table.count, said(table), table.notes) == (3, [], ())


def test_a_pack_that_dates_by_settlement_takes_that_column(tmp_path: Path) -> None:
    table = read_platform(tmp_path, changed(0, setl_time="2023-03-09 00:00:00"))
    day = dt.date(1970, 1, 1) + dt.timedelta(days=int(table.values["date"][0]))
    assert day == dt.date(2023, 3, 2)
    folder = tmp_path / "pack"
    shutil.copytree(data_folder("rules") / "shanghai-minhang", folder)
    pack_file = folder / "pack.yaml"
    text = pack_file.read_text(encoding="utf-8")
    pack_file.write_text(text.replace("dating: date ", "dating: settled_on "), encoding="utf-8")
    policy = load_pack(folder)
    roster = read_roster(tmp_path / "roster.csv", policy, WORDS)
    table = read_mapped(tmp_path / "in.csv", load_mapping("platform", policy), policy, roster)
    assert said(table) == []
    day = dt.date(1970, 1, 1) + dt.timedelta(days=int(table.claims().date[0]))
    assert day == dt.date(2023, 3, 9)


@pytest.mark.parametrize("rows", [[], [["合计"] + [""] * (len(PLATFORM) - 1)]])
def test_a_file_without_claims_is_refused(
    tmp_path: Path, rows: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(write_platform(tmp_path / "in.csv", rows))
    roster = str(write_roster(tmp_path / "roster.csv"))
    out = str(tmp_path / "out.csv")
    ran = mediaid(
        capsys,
        *("batch", path, "--mapping", "platform", "--roster", roster, "-o", out, "--lang", "en"),
    )
    assert ran.code == 2
    assert "holds no claims" in ran.err


def test_text_that_would_do_harm_is_shown_harmlessly(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    headings = [*PLATFORM, "\x1b[2J[red]=1+1"]
    rows = [[*row, "x"] for row in changed(0, med_type="\x1b]0;title\x07", certno="[/]=cmd|x")]
    path = write_platform(tmp_path / "in.csv", rows, headings=headings)
    roster = str(write_roster(tmp_path / "r.csv"))
    options = ["--mapping", "platform", "--roster", roster, "--ignore-column", "*"]
    for arguments in (
        ["mapping", "recognise", str(path), "-o", str(tmp_path / "own.yaml")],
        ["batch", str(path), "-o", str(tmp_path / "out.csv"), *options],
    ):
        ran = mediaid(capsys, *arguments, "--lang", "en")
        assert ran.code == (2 if arguments[0] == "batch" else 0)
        assert "\x1b" not in ran.out + ran.err
    assert "\x1b" not in (tmp_path / "own.yaml").read_text(encoding="utf-8")


MADE = st.lists(
    st.tuples(
        st.sampled_from([LI, WANG, ZHAO]),
        st.integers(0, 5 * 10**6),  # paid by the fund
        st.integers(0, 5 * 10**6),  # left to the person
        st.integers(0, 10**6),  # paid first
        st.booleans(),  # given back
    ),
    min_size=1,
    max_size=15,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(MADE, st.sampled_from(["", "preselfpay=in"]))
def test_what_a_file_tells_is_what_is_settled(
    tmp_path: Path, made: list[tuple[str, int, int, int, bool]], reading: str
) -> None:
    def yuan(fen: int) -> str:
        return f"{fen // 100}.{fen % 100:02d}"

    rows, expected = [], {}
    for number, (person, fund, own, first, back) in enumerate(made):
        cells = platform_rows()[1]
        amounts = {
            "medfee_sumamt": fund + own + first,
            "fulamt_ownpay_amt": 0,
            "preselfpay_amt": first,
            "inscp_scp_amt": fund + own,
            "hifp_pay": fund,
        }
        stated = {"setl_id": f"B{number}", "certno": person}
        for name, cell in (stated | {n: yuan(fen) for n, fen in amounts.items()}).items():
            cells[PLATFORM_AT[name]] = cell
        rows.append(cells)
        if back:
            giving = list(cells)
            for name, fen in amounts.items():
                giving[PLATFORM_AT[name]] = f"-{yuan(fen)}" if fen else "0.00"
            named = {"setl_id": f"R{number}", "init_setl_id": f"B{number}", "refd_setl_flag": "1"}
            for name, cell in named.items():
                giving[PLATFORM_AT[name]] = cell
            rows.insert(0, giving)
        expected[f"B{number}"] = (own + (first if reading else 0), 1 if back else 0)
    table = read_platform(tmp_path, rows, reading)
    assert said(table) == []
    claims = table.claims()
    void = [0] * claims.n if claims.void is None else claims.void.tolist()
    got = {
        claims.claim_id[row]: (int(claims.amounts["self_paid"][row]), void[row])
        for row in range(claims.n)
        if void[row] != 2
    }
    assert got == expected


def test_a_column_without_heading_is_refused_unless_it_is_empty(tmp_path: Path) -> None:
    policy = load_pack("shanghai-minhang")
    mapping = load_mapping("ledger", policy)
    headings = ["", *LEDGER]
    rows = [[None, *row] for row in ledger_rows()]
    path = write_ledger(tmp_path / "in.xlsx", rows, headings, foot=[])
    assert said(read_mapped(path, mapping, policy)) == []
    rows[1][0] = 300
    path = write_ledger(tmp_path / "in.xlsx", rows, headings, foot=[])
    with pytest.raises(ClaimError, match="column A: has no heading"):
        read_mapped(path, mapping, policy)
    assert said(read_mapped(path, mapping, policy, ignore=["*"])) == []


def test_a_spreadsheet_error_counts_only_where_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "in.xlsx"
    workbook = xlsxwriter.Workbook(path)
    sheet = workbook.add_worksheet()
    rows = ledger_rows()
    for at, row in enumerate([list(LEDGER), *rows, totals(rows)]):
        sheet.write_row(at, 0, row)
    sheet.write_formula(1, LEDGER_AT["序号"], "=NA()", None, "#N/A")
    sheet.write_formula(2, LEDGER_AT["大病报销金额"], "=NA()", None, "#N/A")
    workbook.close()
    policy = load_pack("shanghai-minhang")
    table = read_mapped(path, load_mapping("ledger", policy), policy)
    [problem] = said(table)
    assert problem.startswith("row 3: cell L3 holds a spreadsheet error")


@pytest.mark.parametrize("note", ["单位：万元", "金额单位：人民币 千元"])
def test_amounts_in_another_unit_are_refused(tmp_path: Path, note: str) -> None:
    path = tmp_path / "in.csv"
    rows: list[list[object]] = [[note], list(LEDGER), *ledger_rows()]
    path.write_text("\n".join(",".join(map(str, row)) for row in rows), encoding="utf-8")
    policy = load_pack("shanghai-minhang")
    with pytest.raises(ClaimError, match=f"row 1: says {note[-2:]}: amounts are read in 元"):
        read_mapped(path, load_mapping("ledger", policy), policy)
    path.write_text(path.read_text(encoding="utf-8").replace(note, "单位：元"), encoding="utf-8")
    assert said(read_mapped(path, load_mapping("ledger", policy), policy)) == []


def test_headings_broken_into_lines_are_understood(tmp_path: Path) -> None:
    headings = [h.replace("金额（元）", "\n金额\n（元）") for h in LEDGER]
    path = write_ledger(tmp_path / "in.xlsx", headings=headings)
    policy = load_pack("shanghai-minhang")
    assert said(read_mapped(path, load_mapping("ledger", policy), policy)) == []


def test_the_sample_tells_what_it_should() -> None:
    assert len(RECORDS) == 6
    assert {len(row) for row in platform_rows()} == {len(PLATFORM)}
