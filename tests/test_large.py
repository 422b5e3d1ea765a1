"""A batch in pieces gives the files of one in memory, however it is cut."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from batch_support import claim, leftovers, sample_pack, write_claims
from engine_support import SEEDS, Row, rows_of, seeds
from large_support import MUCH, PACKS, cut, in_pieces, outcome, write, year
from mediaid.batch.job import Job
from mediaid.batch.large import choose
from mediaid.batch.large.limits import parse_memory, sizes
from mediaid.batch.large.part import Part
from mediaid.batch.large.piece import Settled, settle_piece
from mediaid.batch.run import run
from mediaid.batch.summary import show
from mediaid.batch.table import Table, read_table
from mediaid.cli.main import main
from mediaid.packs.model import Pack


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


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_no_part_or_piece_is_larger_than_the_cut(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is in memory at a time depends on the limit, not on the input."""
    rows = [claim(at, person_id=f"P{at}") for at in range(800)]
    source = write_claims(tmp_path / f"in.{kind}", rows)
    parts, pieces = [], []

    def reading(part: Part, *its: Any, **options: Any) -> Table:
        parts.append(part.frame.height)
        return read_table(part, *its, **options)

    def settling(number: int, table: Table, *its: Any) -> Settled:
        pieces.append(table.size)
        return settle_piece(number, table, *its)

    monkeypatch.setattr("mediaid.batch.large.scan.read_table", reading)
    monkeypatch.setattr("mediaid.batch.large.run.settle_piece", settling)
    with cut(50, 16):
        in_pieces(Job(source, tmp_path / "out.csv", sample_pack()))
    assert sum(parts) == sum(pieces) == 800
    # A part of a CSV file is so many bytes; people fall into pieces by chance.
    assert max(parts) <= 100
    assert max(pieces) <= 100


@pytest.mark.parametrize("memory", [768 << 20, 1 << 30, 4 << 30])
def test_two_parts_or_pieces_fit_beside_the_program(memory: int) -> None:
    """2,000 bytes a claim that is read and 1,000 a claim that is settled, as was measured."""
    rows = 20_000_000
    cut_ = sizes(memory, rows)
    room = memory - (240 << 20)
    assert 2 * cut_.part * 2_000 <= room
    assert 2 * -(-rows // cut_.pieces) * 1_000 <= room


def test_more_memory_means_fewer_pieces_and_more_claims_only_more_of_them() -> None:
    small, large_ = sizes(1 << 30, 20_000_000), sizes(4 << 30, 20_000_000)
    assert sizes(768 << 20, 20_000_000).part < small.part <= large_.part
    assert small.pieces >= large_.pieces
    assert sizes(1 << 30, 5_000_000).part == small.part


def test_a_file_that_fits_is_settled_in_memory(tmp_path: Path) -> None:
    source = write_claims(tmp_path / "in.csv", year())
    assert not choose.in_pieces(Job(source, tmp_path / "out.csv", sample_pack()))
    assert choose.in_pieces(Job(source, tmp_path / "out.csv", sample_pack(), memory=1000))
