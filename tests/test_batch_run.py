"""The command from a file to a file: results, rejects, summary, and nothing half done."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from python_calamine import CalamineWorkbook

from batch_support import (
    CHINESE,
    claim,
    leftovers,
    pack_folder,
    read_csv,
    sample_pack,
    write_claims,
    write_rows,
)
from mediaid.aligned import aligned
from mediaid.batch import run as batch_run
from mediaid.batch import summary
from mediaid.batch.job import Job
from mediaid.batch.run import run
from mediaid.batch.summary import show
from mediaid.claims.records import from_records
from mediaid.cli.main import main
from mediaid.engine.lines import COLUMNS
from mediaid.engine.settle import settle
from mediaid.faults import ClaimError
from mediaid.money import parse_yuan

KINDS = ("csv", "parquet", "xlsx")


def year_of_claims() -> list[dict[str, object]]:
    """Three persons: one reaches the cap, one changes category, one is not entitled."""
    return [
        claim(1, person_id="P1", self_paid="1000.00"),
        claim(2, person_id="P1", self_paid="500.00", date="2023-06-01"),
        claim(3, person_id="P2", category="needy", self_paid="333.33"),
        claim(4, person_id="P2", date="2023-07-01", self_paid="0.01"),
        claim(5, person_id="P3", category="none"),
        claim(6, person_id="P3", setting="outpatient"),
    ]


def table_of(path: Path) -> list[dict[str, str]]:
    """Any result as text."""
    if path.suffix == ".csv":
        return read_csv(path)
    if path.suffix == ".parquet":
        return [
            {name: "" if cell is None else str(cell) for name, cell in row.items()}
            for row in pl.read_parquet(path).to_dicts()
        ]
    head, *rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    return [
        {
            str(name): f"{cell:.2f}" if isinstance(cell, float) else str(cell)
            for name, cell in zip(head, row, strict=True)
        }
        for row in rows
    ]


def expected(rows: Sequence[dict[str, object]]) -> list[dict[str, str]]:
    claims = from_records(rows, sample_pack())
    return settle(claims, sample_pack()).lines.records(claims)


def command(*arguments: object) -> int:
    try:
        return main(["--lang", "en", "batch", *map(str, arguments), "--pack", str(pack_folder())])
    except SystemExit as end:
        return int(end.code or 0)


@pytest.mark.parametrize("kind_out", KINDS)
@pytest.mark.parametrize("kind_in", KINDS)
def test_every_format_gives_the_lines_of_the_engine(
    tmp_path: Path, kind_in: str, kind_out: str
) -> None:
    rows = year_of_claims()
    source = write_claims(tmp_path / f"in.{kind_in}", rows)
    assert command(source, "-o", tmp_path / f"out.{kind_out}") == 0
    assert table_of(tmp_path / f"out.{kind_out}") == expected(rows)
    assert leftovers(tmp_path) == []


def test_chinese_headings_and_labels_give_the_same_lines(tmp_path: Path) -> None:
    plain = write_claims(tmp_path / "a.csv", year_of_claims())
    labels = {
        "inpatient": "住院",
        "outpatient": "门急诊",
        "poor": "低保",
        "needy": "低收入",
        "none": "非救助对象",
        "resident": "居民医保",
    }
    rows = [[labels.get(str(cell), cell) for cell in row.values()] for row in year_of_claims()]
    chinese = write_rows(tmp_path / "b.csv", CHINESE, rows)
    chinese.write_bytes(chinese.read_text(encoding="utf-8").encode("gb18030"))
    assert command(plain, "-o", tmp_path / "a-out.csv") == 0
    assert command(chinese, "-o", tmp_path / "b-out.csv") == 0
    one, other = (tmp_path / f"{name}-out.csv" for name in "ab")
    assert one.read_bytes() == other.read_bytes()


def test_the_result_is_the_same_text_in_every_run(tmp_path: Path) -> None:
    source = write_claims(tmp_path / "a.csv", year_of_claims())
    for name in ("b.csv", "c.csv"):
        assert command(source, "-o", tmp_path / name) == 0
    text = (tmp_path / "b.csv").read_bytes()
    assert text == (tmp_path / "c.csv").read_bytes()
    assert text.decode().splitlines()[0] == ",".join(COLUMNS)


def test_an_existing_result_is_replaced(tmp_path: Path) -> None:
    source = write_claims(tmp_path / "a.csv", year_of_claims())
    (tmp_path / "out.csv").write_text("old", encoding="utf-8")
    assert command(source, "-o", tmp_path / "out.csv") == 0
    assert len(read_csv(tmp_path / "out.csv")) == 6


def test_chinese_headings_of_the_result_are_for_excel(tmp_path: Path) -> None:
    source = write_claims(tmp_path / "a.csv", year_of_claims())
    assert command(source, "-o", tmp_path / "out.csv", "--headers", "zh") == 0
    assert (tmp_path / "out.csv").read_bytes().startswith("\ufeff单据号,人员编号".encode())


# --- bad input ------------------------------------------------------------------------------------


def with_bad_rows() -> list[dict[str, object]]:
    return [
        *year_of_claims(),
        claim(7, person_id="P1", self_paid="-5"),
        claim(8, person_id="P8", date="2023-02-30", category="por"),
        claim(9, person_id="P9"),
    ]


def test_by_default_a_bad_row_means_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write_claims(tmp_path / "a.csv", with_bad_rows())
    assert command(source, "-o", tmp_path / "out.csv") == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    lines = shown.err.splitlines()
    assert [line.split("a.csv, ")[1].split(":")[0] for line in lines[:3]] == [
        "row 8, column self_paid",
        "row 9, column date",
        "row 9, column category",
    ]
    assert "2 of 9 claims are bad" in lines[3]
    assert "--rejects FILE" in lines[3]
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_only_the_first_twenty_faults_are_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write_claims(tmp_path / "a.csv", [claim(at, self_paid="x") for at in range(50)])
    assert command(source, "-o", tmp_path / "out.csv") == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 21
    assert "50 of 50 claims are bad" in lines[-1]


@pytest.mark.parametrize("kind", KINDS)
def test_rejects_holds_every_bad_row_in_full_with_its_reason(
    tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = with_bad_rows()
    source = write_claims(tmp_path / "a.csv", rows)
    rejects = tmp_path / f"rejects.{kind}"
    assert command(source, "-o", tmp_path / "out.csv", "--rejects", rejects) == 0
    assert read_csv(tmp_path / "out.csv") == expected([*rows[:6], rows[8]])
    rejected = table_of(rejects)
    assert [row.pop("reject_row").removesuffix(".00") for row in rejected] == ["8", "9"]
    reasons = [row.pop("reject_reason") for row in rejected]
    assert "self_paid: " in reasons[0]
    assert "date: " in reasons[1]
    assert "category: " in reasons[1]
    assert rejected == [{name: str(cell) for name, cell in row.items()} for row in rows[6:8]]
    shown = capsys.readouterr().out
    assert "9 claims: 7 settled, 2 rejected" in shown
    assert "Beware: 1 of the rejected claims belong to persons or households" in shown


def test_a_rejected_claim_of_a_household_that_has_settled_ones_is_warned_of(
    tmp_path: Path,
) -> None:
    rows = [
        claim(1, household_id="H1"),
        claim(2, household_id="H1", date="x"),
        claim(3, household_id="", date="x"),
        claim(4, household_id=""),
    ]
    source = write_claims(tmp_path / "a.csv", rows)
    job = Job(source, tmp_path / "out.csv", sample_pack(), rejects=tmp_path / "r.csv")
    assert run(job).of_settled_holders == 1


def test_rejects_of_a_clean_file_has_headings_alone(tmp_path: Path) -> None:
    source = write_claims(tmp_path / "a.csv", year_of_claims())
    rejects = tmp_path / "rejects.csv"
    rejects.write_text("of last month", encoding="utf-8")
    assert command(source, "-o", tmp_path / "out.csv", "--rejects", rejects) == 0
    assert rejects.read_text(encoding="utf-8").startswith("reject_row,reject_reason,claim_id,")
    assert read_csv(rejects) == []


def test_a_file_of_bad_rows_alone_gives_empty_lines_and_full_rejects(tmp_path: Path) -> None:
    source = write_claims(tmp_path / "a.csv", [claim(1, date="x")])
    for kind in KINDS:
        out, rejects = tmp_path / f"out.{kind}", tmp_path / f"rejects.{kind}"
        assert command(source, "-o", out, "--rejects", rejects) == 0
        assert len(table_of(rejects)) == 1
        assert table_of(out) == []


def test_columns_nobody_reads_are_in_the_rejects_too(tmp_path: Path) -> None:
    rows = [claim(1, 姓名="张三"), claim(2, self_paid="", 姓名="李四")]
    source = write_claims(tmp_path / "a.csv", rows)
    rejects = tmp_path / "rejects.csv"
    arguments = (source, "-o", tmp_path / "out.csv", "--rejects", rejects)
    assert command(*arguments) == 2
    assert command(*arguments, "--ignore-column", "姓名") == 0
    assert [row["姓名"] for row in read_csv(rejects)] == ["李四"]


@pytest.mark.parametrize("content", [b"", b"claim_id\n", b"\xff\xfe\x00", b"a,b\n1,2\n"])
def test_a_file_that_is_none_is_refused_with_or_without_rejects(
    tmp_path: Path, content: bytes
) -> None:
    source = tmp_path / "a.csv"
    source.write_bytes(content)
    for more in ([], ["--rejects", tmp_path / "rejects.csv"]):
        assert command(source, "-o", tmp_path / "out.csv", *more) == 2
        assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


@pytest.mark.parametrize("output", ["a.csv", "no/out.csv", "folder.csv", "out.txt", "out"])
def test_outputs_that_cannot_be_are_refused(tmp_path: Path, output: str) -> None:
    source = write_claims(tmp_path / "a.csv", year_of_claims())
    (tmp_path / "folder.csv").mkdir()
    before = source.read_bytes()
    assert command(source, "-o", tmp_path / output) == 2
    assert command(source, "-o", tmp_path / "good.csv", "--rejects", tmp_path / output) == 2
    assert source.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "folder.csv"]


def test_too_many_claims_for_a_workbook_are_refused_before_settling(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_arguments: object) -> None:
        pytest.fail("the claims must not be settled")

    monkeypatch.setattr("mediaid.batch.writers.XLSX_ROWS", 6)
    monkeypatch.setattr(batch_run, "settle_in_pieces", never)
    source = write_claims(tmp_path / "a.csv", year_of_claims())
    with pytest.raises(ClaimError, match="do not fit"):
        run(Job(source, tmp_path / "out.xlsx", sample_pack()))


# --- what stops the work --------------------------------------------------------------------------


@pytest.mark.parametrize("stop", [KeyboardInterrupt(), OSError(28, "No space left on device")])
@pytest.mark.parametrize("failing", [1, 2])
def test_what_stops_the_writing_leaves_nothing(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    stop: BaseException,
    failing: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    calls = []

    def half(_frame: pl.DataFrame, path: Path, *_how: object, **_named: object) -> None:
        calls.append(path)
        path.write_text("half", encoding="utf-8")
        if len(calls) == failing:
            raise stop

    monkeypatch.setattr(batch_run, "write_table", half)
    source = write_claims(tmp_path / "a.csv", with_bad_rows())
    arguments = (source, "-o", tmp_path / "out.csv", "--rejects", tmp_path / "rejects.csv")
    assert command(*arguments) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]
    message = capsys.readouterr().err
    assert ("interrupted" if isinstance(stop, KeyboardInterrupt) else "the disk is full") in message


ORDINARY = "from mediaid.cli.main import run; run()"
WAITING = """
import sys
from mediaid.batch import run as batch_run
from mediaid.cli.main import run

def write_and_wait(*arguments, write=batch_run.write_table, **options):
    write(*arguments, **options)
    print("written", flush=True)
    sys.stdin.read()

batch_run.write_table = write_and_wait
run()
"""


def started(code: str, *arguments: object, **options: object) -> subprocess.Popen[str]:
    words = ["--lang", "en", "batch", *map(str, arguments), "--pack", str(pack_folder())]
    options.setdefault("stderr", subprocess.PIPE)
    return subprocess.Popen(  # type: ignore[call-overload, no-any-return]
        [sys.executable, "-c", code, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "TERM": "xterm", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        **options,
    )


def small_disk() -> None:
    """Let no file grow beyond 4 KiB; writing more fails as on a full disk."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))


@pytest.mark.parametrize("kind", KINDS)
def test_a_disk_that_fills_up_leaves_nothing(tmp_path: Path, kind: str) -> None:
    source = write_claims(
        tmp_path / "a.csv", [claim(at, claim_id=f"{at * 2654435761 % 2**32}") for at in range(2000)]
    )
    process = started(ORDINARY, source, "-o", tmp_path / f"out.{kind}", preexec_fn=small_disk)
    _out, error = process.communicate(timeout=120)
    assert process.returncode == 2, error
    assert "cannot be written" in error
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_nothing(tmp_path: Path, number: signal.Signals) -> None:
    source = write_claims(tmp_path / "a.csv", year_of_claims())
    process = started(WAITING, source, "-o", tmp_path / "out.csv")
    assert process.stdout is not None
    assert process.stdout.readline() == "written\n"
    assert len(leftovers(tmp_path)) == 1
    process.send_signal(number)
    _out, error = process.communicate(timeout=120)
    assert process.returncode == 2, error
    assert "nothing was written" in error
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_a_terminal_shows_how_far_the_work_is(tmp_path: Path) -> None:
    source = write_claims(tmp_path / "a.csv", year_of_claims())
    ours, its = os.openpty()
    process = started(ORDINARY, source, "-o", tmp_path / "out.csv", stderr=its)
    os.close(its)
    shown = b""
    with suppress(OSError):  # the end of a terminal that its process has left
        while part := os.read(ours, 4096):
            shown += part
    os.close(ours)
    process.communicate(timeout=120)
    assert process.returncode == 0
    assert "done" in shown.decode()
    assert "━" in shown.decode()


# --- summary --------------------------------------------------------------------------------------


def test_the_summary_adds_up_to_the_lines(tmp_path: Path) -> None:
    rows = year_of_claims()
    source = write_claims(tmp_path / "a.csv", rows)
    result = run(Job(source, tmp_path / "out.csv", sample_pack()))
    lines = expected(rows)
    assert result.total.aid == sum(parse_yuan(line["aid"]) for line in lines)
    assert result.total.payable == sum(parse_yuan(line["payable"]) for line in lines)
    assert (result.claims, result.settled, result.rejected) == (6, 6, 0)
    assert sum(part.lines for part in result.sums) == result.lines == len(lines)
    found = {
        (part.benefit, part.category): (part.lines, part.aided, part.aid) for part in result.sums
    }
    assert found == {
        ("town-aid", "poor"): (3, 3, 100001),
        ("town-aid", "needy"): (1, 1, 20000),
        ("", "poor"): (1, 0, 0),
        ("", "none"): (1, 0, 0),
    }


def test_the_summary_names_pack_sums_and_what_is_provisional(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write_claims(tmp_path / "a.csv", [*year_of_claims(), claim(7, date="2024-01-01")])
    assert command(source, "-o", tmp_path / "out.csv") == 0
    shown = capsys.readouterr().out
    assert f"pack sample-town, {sample_pack().hash}" in shown
    assert "town aid" in shown
    assert "1,280.01" in shown
    assert "provisional: town aid · rate," in shown
    assert "in 1 lines" in shown


def test_the_summary_of_no_lines_is_a_summary(tmp_path: Path) -> None:
    source = write_claims(tmp_path / "a.csv", [claim(1, date="x")])
    job = Job(source, tmp_path / "out.csv", sample_pack(), rejects=tmp_path / "r.csv")
    result = run(job)
    assert (result.claims, result.settled, result.rejected, result.lines) == (1, 0, 1, 0)
    assert result.total == summary.Sum("", "", 0, 0, 0, 0)
    assert show(result)


def test_chinese_is_two_cells_wide() -> None:
    assert aligned([["低保", "1"], ["a", "22"]], left=1) == ["低保   1", "a     22"]


def test_work_is_reported_forward_to_its_end(tmp_path: Path) -> None:
    source = write_claims(tmp_path / "a.csv", year_of_claims())
    parts: list[float] = []
    run(Job(source, tmp_path / "out.csv", sample_pack()), lambda _doing, done: parts.append(done))
    assert parts == sorted(parts)
    assert (parts[0], parts[-1]) == (0, 1)


def test_the_aid_of_a_year_is_capped_over_the_file(tmp_path: Path) -> None:
    source = write_claims(tmp_path / "a.csv", year_of_claims())
    run(Job(source, tmp_path / "out.parquet", sample_pack()))
    aid = pl.read_parquet(tmp_path / "out.parquet")["aid"].to_list()
    assert aid[:4] == [Decimal("800.00"), Decimal("200.00"), Decimal("200.00"), Decimal("0.01")]
