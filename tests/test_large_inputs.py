"""Folders and patterns of files are one file after the other; a CSV file is cut between records."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batch_support import claim, read_csv, sample_pack, write_claims
from large_support import MUCH, cut, year
from mediaid.batch.any_source import open_source
from mediaid.batch.job import Job
from mediaid.batch.large.inputs import find_input
from mediaid.batch.large.parts import read_parts
from mediaid.batch.run import run
from mediaid.faults import ClaimError


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


def test_what_a_folder_would_pass_over_is_refused(tmp_path: Path) -> None:
    """A file of claims that is not read is a lost case."""
    folder = tmp_path / "claims"
    (folder / "2022").mkdir(parents=True)
    (folder / "_temporary").mkdir()
    write_claims(folder / "a.csv", [claim(1)])
    job = Job(folder, tmp_path / "out.csv", sample_pack())
    run(job)
    write_claims(folder / "2022" / "old.csv", [claim(2)])
    (folder / "b.csv").symlink_to(tmp_path / "gone.csv")
    for name in ("c.xlsx", "d.XLS", "e.csv.gz", "notes.txt"):
        (folder / name).touch()
    with pytest.raises(ClaimError) as refused:
        run(job)
    inner, gone, book, old, packed = str(refused.value).splitlines()
    assert "2022: holds files too, which are not read" in inner
    assert "b.csv: is no file of claims" in gone
    assert "c.xlsx: is a workbook" in book
    assert "d.XLS: is a workbook" in old
    assert "e.csv.gz: is compressed" in packed
    (folder / "b.csv").unlink()
    run(Job(folder / "**" / "*.csv", tmp_path / "all.csv", sample_pack()))
    assert [row["claim_id"] for row in read_csv(tmp_path / "all.csv")] == ["C2", "C1"]


@pytest.mark.parametrize(("claims", "out"), [("", "out.parquet"), ("2023-*.csv", "2023-out.csv")])
def test_a_result_among_the_claims_is_refused(tmp_path: Path, claims: str, out: str) -> None:
    folder = tmp_path / "claims"
    folder.mkdir()
    write_claims(folder / "2023-a.csv", [claim(1)])
    with pytest.raises(ClaimError, match="stands among the claims"):
        run(Job(folder / claims, folder / out, sample_pack()))
    assert [path.name for path in folder.iterdir()] == ["2023-a.csv"]


def test_names_that_no_system_takes_are_refused(tmp_path: Path) -> None:
    source, long = write_claims(tmp_path / "in.csv", [claim(1)]), tmp_path / f"{300 * 'x'}.csv"
    for claims, output in ((source, long), (long, tmp_path / "out.csv")):
        with pytest.raises(ClaimError, match="the name is too long"):
            run(Job(claims, output, sample_pack()))


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
