"""A batch in pieces gives the result of one in memory, however it is cut; it goes on from pools."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from batch_support import claim, leftovers, pack_folder, read_csv, sample_pack, write_claims
from engine_packs import INVENTED
from engine_random import random_pack
from engine_support import SEEDS, Row, rows_of, seeds
from mediaid import load_pack, settle
from mediaid.batch.any_source import open_source
from mediaid.batch.job import Job
from mediaid.batch.large import choose
from mediaid.batch.large import run as large
from mediaid.batch.large.inputs import find_input
from mediaid.batch.large.limits import Sizes, parse_memory, sizes
from mediaid.batch.large.parts import read_parts
from mediaid.batch.run import run
from mediaid.batch.summary import show
from mediaid.cli.main import main
from mediaid.faults import ClaimError
from mediaid.packs.model import Pack

PACKS = st.one_of(
    st.sampled_from(
        [
            load_pack("shanghai-minhang"),
            load_pack("shanghai-minhang", readings=("cap-holder=household",)),
            *(invented() for invented in INVENTED),
        ]
    ),
    SEEDS.map(random_pack),
)
MUCH = 1 << 40


@contextmanager
def cut(part: int, pieces: int, buckets: int = 2) -> Iterator[None]:
    """Have every large run cut its input so, however small it is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(large, "sizes", lambda *_its: Sizes(part, pieces, buckets))
        yield


def in_pieces(job: Job) -> str:
    return show(large.run_in_pieces(job, lambda _doing, _done: None))


def outcome(do: Callable[[], str], *files: Path) -> tuple[str, list[bytes]]:
    """The summary or the refusal, and the files."""
    for file in files:
        file.unlink(missing_ok=True)
    try:
        said = do()
    except ClaimError as error:
        said = str(error)
    return said, [file.read_bytes() for file in files if file.exists()]


def spoilt(rows: Sequence[Row], seed: int) -> list[Row]:
    """Some rows made bad in ways that concern only themselves, or others too."""
    draw = Random(seed)
    rows = [dict(row) for row in rows]
    for row in rows:
        kind = draw.randrange(12)
        if kind == 0:
            row["self_paid"] = draw.choice(("x", "-1", ""))
        elif kind == 1:
            row["claim_id"] = draw.choice(rows)["claim_id"]
        elif kind == 2:
            row["reverses"] = draw.choice([*(its["claim_id"] for its in rows), "nowhere"])
        elif kind == 3:
            row["person_id"] = draw.choice(("", "P1 ", "1e5"))
        elif kind == 4:
            for name in row:
                row[name] = ""
    return rows


def write(path: Path, rows: Sequence[Row]) -> Path:
    names = list(dict.fromkeys(name for row in rows for name in row))
    if path.suffix == ".parquet":
        columns = {name: [row.get(name) or None for row in rows] for name in names}
        pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String)).write_parquet(path)
    else:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, names, restval="")
            writer.writeheader()
            writer.writerows(rows)
    return path


@settings(max_examples=50)
@given(
    PACKS,
    seeds(14),
    st.one_of(st.none(), SEEDS),
    st.sampled_from(("csv", "parquet")),
    st.tuples(st.integers(1, 20), st.integers(1, 5), st.integers(1, 3)),
    st.booleans(),
)
def test_pieces_give_the_files_of_a_run_in_memory(
    pack: Pack,
    drawn: list[int],
    spoil: int | None,
    kind: str,
    shape: tuple[int, int, int],
    rejecting: bool,
) -> None:
    """Lines, rejects, summary and refusals: the same bytes, the same words."""
    rows = rows_of(pack, drawn)
    if spoil is not None:
        rows = spoilt(rows, spoil)
    with TemporaryDirectory() as name:
        folder = Path(name)
        out, rejects = folder / "out.csv", folder / "rejects.csv"
        job = Job(
            write(folder / f"in.{kind}", rows),
            out,
            pack,
            rejects=rejects if rejecting else None,
            memory=MUCH,
        )
        whole = outcome(lambda: show(run(job)), out, rejects)
        with cut(*shape):
            pieces = outcome(lambda: in_pieces(job), out, rejects)
        assert pieces == whole
        assert leftovers(folder) == []


@pytest.mark.parametrize("kind", ["csv", "parquet", "xlsx"])
def test_every_format_of_result(tmp_path: Path, kind: str) -> None:
    source = write_claims(
        tmp_path / "in.csv",
        [
            claim(at, person_id=f"P{at % 7}", self_paid="x" if at == 9 else "90.00")
            for at in range(40)
        ],
    )
    found = []
    for name, do in (("whole", run), ("pieces", in_pieces)):
        out, rejects = tmp_path / f"{name}.{kind}", tmp_path / f"{name}-rejects.{kind}"
        with cut(6, 3):
            do(Job(source, out, sample_pack(), rejects=rejects, memory=MUCH))
        found.append([cells_of(out), cells_of(rejects)])
    assert found[0] == found[1]


def cells_of(path: Path) -> object:
    """A table as it stands in a file, with its types."""
    if path.suffix == ".parquet":
        frame = pl.read_parquet(path)
        return frame.schema, frame.rows()
    if path.suffix == ".csv":
        return path.read_bytes()
    return CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()


# --- several files --------------------------------------------------------------------------------


def year(count: int = 60) -> list[dict[str, object]]:
    draw = Random(5)
    return [
        claim(
            at,
            person_id=f"P{draw.randrange(9)}",
            household_id=draw.choice(("", "H1", "H2")),
            date=f"2023-{at * 12 // count + 1:02}-{draw.randrange(1, 28):02}",
            category=draw.choice(("poor", "needy", "none")),
            self_paid=f"{draw.randrange(90000) / 100:.2f}",
        )
        for at in range(count)
    ]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize("pattern", ["", "*", "2023-?"])
def test_a_folder_or_pattern_is_one_file_after_the_other(
    tmp_path: Path, kind: str, pattern: str
) -> None:
    rows = year()
    folder = tmp_path / "claims"
    folder.mkdir()
    for at in range(3):
        write_claims(folder / f"2023-{at}.{kind}", rows[at * 20 : at * 20 + 20])
    (folder / "_SUCCESS").touch()
    (folder / ".hidden.csv").touch()
    whole = write_claims(tmp_path / f"whole.{kind}", rows)
    run(Job(whole, tmp_path / "one.csv", sample_pack(), memory=MUCH))
    named = folder / f"{pattern}.{kind}" if pattern else folder
    with cut(7, 3):
        run(Job(named, tmp_path / "many.csv", sample_pack()))
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "many.csv").read_bytes()


def test_faults_name_the_file_and_its_row(tmp_path: Path) -> None:
    folder = tmp_path / "claims"
    folder.mkdir()
    write_claims(folder / "a.csv", [claim(1), claim(2)])
    write_claims(folder / "b.csv", [claim(3, self_paid="x"), claim(1)])
    with pytest.raises(ClaimError) as refused:
        run(Job(folder, tmp_path / "out.csv", sample_pack()))
    first, second, third, last = str(refused.value).splitlines()
    assert "a.csv, row 2, column claim_id: C1 stands in 2 rows (a.csv:2, b.csv:3)" in first
    assert "b.csv, row 2, column self_paid" in second
    assert "b.csv, row 3, column claim_id" in third
    assert "3 of 4 claims are bad" in last
    run(Job(folder, tmp_path / "out.csv", sample_pack(), rejects=tmp_path / "r.csv"))
    rejected = [(row["reject_file"], row["reject_row"]) for row in read_csv(tmp_path / "r.csv")]
    assert rejected == [("a.csv", "2"), ("b.csv", "2"), ("b.csv", "3")]


def test_folders_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "claims"
    folder.mkdir()
    job = Job(folder, tmp_path / "out.csv", sample_pack())
    with pytest.raises(ClaimError, match="holds no"):
        run(job)
    write_claims(folder / "a.csv", [claim(1)])
    write_claims(folder / "b.csv", [claim(2, premium="1.00")])
    with pytest.raises(ClaimError, match=r"other headings than a\.csv"):
        run(job)
    write_claims(folder / "b.parquet", [claim(2)])
    with pytest.raises(ClaimError, match=r"\.parquet and \.csv"):
        run(job)
    with pytest.raises(ClaimError, match="does not exist"):
        run(Job(tmp_path / "nowhere.csv", tmp_path / "out.csv", sample_pack()))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["claims"]


CELLS = st.one_of(
    st.sampled_from(["", "a", '"b"', '"c,d"', '"e\nf"', '"g""h"', "中", " ", '"', 'x"y', "\r"]),
    st.text(st.sampled_from('ab,"\n\r 中é'), max_size=4),
)


@settings(max_examples=150)
@given(
    st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=12),
    st.sampled_from(("\n", "\r\n")),
    st.integers(1, 60),
    st.sampled_from(("utf-8", "utf-8-sig", "gb18030")),
    st.sampled_from(("", "\n", "\n\n")),
)
def test_a_csv_file_is_the_same_however_it_is_cut(
    records: list[list[str]], end: str, block: int, encoding: str, tail: str
) -> None:
    text = end.join(["1,2,3", *(",".join(cells) for cells in records)]) + tail
    with TemporaryDirectory() as name:
        path = Path(name) / "in.csv"
        path.write_bytes(text.encode(encoding))

        def whole() -> tuple[list[tuple[str, ...]], dict[int, str]]:
            source = open_source(path)
            frame = source.load(range(3)).fill_null("")
            return frame.rows(), source.broken

        def parts() -> tuple[list[tuple[str, ...]], dict[int, str]]:
            rows: list[tuple[str, ...]] = []
            broken: dict[int, str] = {}
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr("mediaid.batch.large.parts.BYTES_A_ROW", 1)
                for part in read_parts(find_input(path), block):
                    assert part.start == len(rows)
                    broken |= {at + len(rows): reason for at, reason in part.broken.items()}
                    rows += part.load(range(3)).fill_null("").rows()
            return rows, broken

        def said(read: Callable[[], object]) -> object:
            try:
                return read()
            except ClaimError as error:
                return str(error)

        assert said(parts) == said(whole)


# --- pools handed on ------------------------------------------------------------------------------


def pools_of(path: Path) -> set[tuple[str, ...]]:
    return {tuple(row.values()) for row in read_csv(path)}


@settings(max_examples=15)
@given(PACKS, seeds(12), st.integers(1, 4), st.sampled_from(("csv", "parquet")))
def test_month_by_month_is_the_whole_at_once(
    pack: Pack, drawn: list[int], pieces: int, kind: str
) -> None:
    """Lines and closing pools; and the pools are those that the engine hands on."""
    rows = rows_of(pack, drawn)
    void = {
        name for row in rows if "reverses" in row for name in (row["claim_id"], row["reverses"])
    }
    rows = [row for row in rows if row["claim_id"] not in void]
    if not rows:
        return
    rows.sort(key=lambda row: row[pack.dating])
    months = sorted({row[pack.dating][:7] for row in rows})
    with TemporaryDirectory() as name, cut(5, pieces):
        folder = Path(name)
        whole = Job(
            write(folder / "all.csv", rows),
            folder / "all-out.csv",
            pack,
            closing=folder / "all-pools.csv",
        )
        in_pieces(whole)
        lines, pools = [], None
        for month in months:
            its = [row for row in rows if row[pack.dating].startswith(month)]
            closing = folder / f"{month}-pools.{kind}"
            out = folder / f"{month}-out.csv"
            in_pieces(
                Job(write(folder / f"{month}.csv", its), out, pack, opening=pools, closing=closing)
            )
            pools = closing
            lines += read_csv(out)
        # Who is to pay what no payer is named for is a column where there is such a claim.
        whole_lines = read_csv(folder / "all-out.csv")
        for line in (*lines, *whole_lines):
            line.setdefault("payer_unassigned", "0.00")
        assert lines == whole_lines
        last = folder / "last.csv"
        if kind == "parquet":
            pl.read_parquet(pools).write_csv(last)  # type: ignore[arg-type]
        else:
            last = pools  # type: ignore[assignment]
        assert pools_of(last) == pools_of(folder / "all-pools.csv")
        wanted = {
            (row.pool, row.holder, row.period, row.amount, row.through)
            for row in settle(rows, pack).closing().rows
        }
        counting = {name for name, pool in pack.pools.items() if pool.counts == "claims"}
        assert wanted == {
            (
                row["pool"],
                row["holder"],
                row["period"],
                int(Decimal(row["amount"]) * (1 if row["pool"] in counting else 100)),
                row["through"],
            )
            for row in read_csv(folder / "all-pools.csv")
        }


def closed(tmp_path: Path) -> Path:
    source = write_claims(tmp_path / "jan.csv", [claim(1), claim(2, person_id="P1")])
    path = tmp_path / "pools.csv"
    run(Job(source, tmp_path / "jan-out.csv", sample_pack(), closing=path))
    return path


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("town-aid-used", "nothing", "pack sample-town has no pool nothing"),
        ("160.00", "160.001", "row 2, column amount: 160.001 is not"),
        ("160.00", "-1", "row 2, column amount"),
        ("2023-05-01", "2023-13-01", "row 2, column through"),
        (",2023,", ",lifetime,", "row 2, column period"),
        ("sha256:", "sha256:0", "was closed under rules"),
        ("holder", "who", "these columns are missing: holder"),
    ],
)
def test_opening_pools_that_cannot_be_are_refused(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    path = closed(tmp_path)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    source = write_claims(tmp_path / "feb.csv", [claim(3, person_id="P1", date="2023-06-01")])
    with pytest.raises(ClaimError, match=said.replace("(", r"\(")):
        run(Job(source, tmp_path / "feb-out.csv", sample_pack(), opening=path))
    assert not (tmp_path / "feb-out.csv").exists()


def test_claims_before_the_opening_and_holders_that_stand_twice_are_refused(tmp_path: Path) -> None:
    path = closed(tmp_path)
    early = write_claims(tmp_path / "early.csv", [claim(3, person_id="P1", date="2023-04-01")])
    with pytest.raises(ClaimError, match="already count until 2023-05-01"):
        run(Job(early, tmp_path / "out.csv", sample_pack(), opening=path))
    text = path.read_text(encoding="utf-8")
    path.write_text(text + text.splitlines()[1] + "\n", encoding="utf-8")
    later = write_claims(tmp_path / "later.csv", [claim(3, person_id="P1", date="2023-06-01")])
    with pytest.raises(ClaimError, match="stands twice"):
        run(Job(later, tmp_path / "out.csv", sample_pack(), opening=path))


# --- totals ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["csv", "parquet", "xlsx"])
def test_totals_are_those_of_the_lines(tmp_path: Path, kind: str) -> None:
    source = write_claims(tmp_path / "in.csv", year())
    totals, out = tmp_path / f"totals.{kind}", tmp_path / "out.csv"
    with cut(7, 3):
        run(Job(source, out, sample_pack(), summary=totals))
    categories = {row["claim_id"]: str(row["category"]) for row in year()}
    labels = {"poor": "poor", "needy": "needy", "none": "not entitled"}
    wanted: dict[tuple[str, ...], list[Decimal]] = {}
    rows: list[list[object]]
    for line in read_csv(out):
        benefit = "town aid" if line["benefit"] else "none applies"
        key = benefit, labels[categories[line["claim_id"]]], line["date"][:7]
        figures = wanted.setdefault(key, [Decimal(0)] * 4)
        aid, payable = Decimal(line["aid"]), Decimal(line["payable"])
        for at, more in enumerate((Decimal(1), Decimal(aid > 0), aid, payable)):
            figures[at] += more
    if kind == "xlsx":
        _head, *cells, last = CalamineWorkbook.from_path(totals).get_sheet_by_index(0).to_python()
        rows = [list(row) for row in cells]
        columns = zip(*wanted.values(), strict=True)
        found_sums = [round(Decimal(str(cell)), 2) for cell in last[3:]]
        assert found_sums == [sum(column, Decimal(0)) for column in columns]
    elif kind == "csv":
        rows = [list(row.values()) for row in read_csv(totals)]
    else:
        rows = [list(row) for row in pl.read_parquet(totals).rows()]
    found = {
        tuple(map(str, row[:3])): [round(Decimal(str(cell)), 2) for cell in row[3:]] for row in rows
    }
    assert found == wanted


def test_totals_by_area_where_the_claims_have_it(tmp_path: Path) -> None:
    pack = INVENTED[0]()
    rows = [row for row in rows_of(pack, list(range(30))) if "reverses" not in row]
    totals = tmp_path / "totals.csv"
    job = Job(
        write(tmp_path / "in.csv", rows),
        tmp_path / "o.csv",
        pack,
        summary=totals,
        chinese_headings=True,
    )
    with cut(4, 3):
        run(job)
    found = {(row["户籍地区"]) for row in read_csv(totals)}
    labels = {code: label.zh for code, label in pack.codes["area"].items()}
    assert found == {labels.get(row["area"], "未填") for row in rows}


# --- what stops the work --------------------------------------------------------------------------

STOPPING = """
import os, signal, sys
from mediaid.batch.large import run as large
from mediaid.batch.large.limits import Sizes
from mediaid.cli.main import run

large.sizes = lambda *_its: Sizes(5, 6, 1)
large.AT_A_TIME = 1
settle_piece = large.settle_piece

STOP = sys.argv.pop(1)
sys.argv.insert(1, "--lang=en")

def settle(number, *rest):
    print("settling", number, flush=True)
    if number == 3 and STOP != "0":
        os.kill(os.getpid(), int(STOP))
        sys.stdin.read()
    return settle_piece(number, *rest)
large.settle_piece = settle
run()
"""


def stopped(by: int, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            *(sys.executable, "-c", STOPPING, str(by), "batch", *map(str, arguments)),
            *("--pack", str(pack_folder())),
        ],
        input="",
        text=True,
        capture_output=True,
        check=False,
        timeout=120,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )


def settled_pieces(ran: subprocess.CompletedProcess[str]) -> list[int]:
    return [int(line.split()[1]) for line in ran.stdout.splitlines() if line.startswith("settling")]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_run_goes_on_without_settling_a_piece_twice(
    tmp_path: Path, number: signal.Signals
) -> None:
    source = write_claims(tmp_path / "in.csv", year())
    run(Job(source, tmp_path / "whole.csv", sample_pack(), memory=MUCH))
    out = tmp_path / "out.csv"
    first = stopped(number, source, "-o", out, "--resume")
    assert 3 in settled_pieces(first), first.stderr
    assert not out.exists()
    kept = {int(path.stem.split("-")[1]) for path in tmp_path.glob("*.work/settled-*.json")}
    assert {0, 1, 2} <= kept < set(range(6))
    if number == signal.SIGINT:
        assert first.returncode == 2
        assert "nothing was written" in first.stderr
        assert "goes on" in first.stderr
    second = stopped(0, source, "-o", out, "--resume")
    assert second.returncode == 0, second.stderr
    assert set(settled_pieces(second)) == set(range(6)) - kept
    assert out.read_bytes() == (tmp_path / "whole.csv").read_bytes()
    assert not (tmp_path / "out.csv.work").exists()


def test_without_resume_an_interruption_leaves_nothing(tmp_path: Path) -> None:
    source = write_claims(tmp_path / "in.csv", year())
    ran = stopped(
        signal.SIGINT, source, "-o", tmp_path / "out.csv", "--closing", tmp_path / "pools.csv"
    )
    assert ran.returncode == 2
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_work_of_another_task_is_refused(tmp_path: Path) -> None:
    source = write_claims(tmp_path / "in.csv", year())
    out = tmp_path / "out.csv"
    stopped(signal.SIGINT, source, "-o", out, "--resume")
    task = json.loads((tmp_path / "out.csv.work" / "task.json").read_text(encoding="utf-8"))
    assert task["pack"] == sample_pack().hash
    more = stopped(0, source, "-o", out, "--resume", "--rejects", tmp_path / "r.csv")
    assert more.returncode == 2
    assert "not the same: the options" in more.stderr
    write_claims(source, year()[1:])
    other = stopped(0, source, "-o", out, "--resume")
    assert other.returncode == 2
    assert "not the same: the claims" in other.stderr


def test_a_full_disk_stops_with_a_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = write_claims(tmp_path / "in.csv", year())

    def full(*_its: object, **_named: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pl.DataFrame, "write_ipc_stream", full)
    with cut(7, 3), pytest.raises(ClaimError, match="cannot be written: No space left"):
        in_pieces(Job(source, tmp_path / "out.csv", sample_pack()))
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_rate_and_time_left_are_reported(tmp_path: Path) -> None:
    source = write_claims(tmp_path / "in.csv", year())
    said: list[tuple[str, float]] = []
    with cut(7, 3):
        large.run_in_pieces(
            Job(source, tmp_path / "out.csv", sample_pack()),
            lambda doing, done: said.append((doing, done)),
        )
    parts = [done for _doing, done in said]
    assert parts == sorted(parts)
    assert (parts[0], parts[-1]) == (0, 1)
    assert any("settling, " in doing and " claims a second, 0:0" in doing for doing, _done in said)


# --- the limit ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "size"), [("1GiB", 1 << 30), ("1.5g", 3 << 29), ("900 MB", 900 << 20)]
)
def test_sizes_of_memory(text: str, size: int) -> None:
    assert parse_memory(text) == size


@pytest.mark.parametrize("text", ["", "much", "-1GiB", "1MiB", "1e3g"])
def test_no_sizes_of_memory(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["--lang", "en", "batch", "in.csv", "-o", "out.csv", "--memory", text])
    assert code == 2
    assert capsys.readouterr().err.startswith("--memory: ")


def test_more_memory_means_fewer_pieces_and_more_claims_only_more_of_them() -> None:
    small, large_ = sizes(1 << 30, 20_000_000), sizes(4 << 30, 20_000_000)
    assert small.part < large_.part
    assert small.pieces >= large_.pieces
    assert sizes(1 << 30, 5_000_000).part == small.part


def test_a_file_that_fits_is_settled_in_memory(tmp_path: Path) -> None:
    source = write_claims(tmp_path / "in.csv", year())
    assert not choose.in_pieces(Job(source, tmp_path / "out.csv", sample_pack()))
    assert choose.in_pieces(Job(source, tmp_path / "out.csv", sample_pack(), memory=1000))
