"""A batch on a real Spark cluster of two worker processes gives what one machine gives."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest

from batch_support import claim, sample_pack, write_claims
from engine_support import Row, rows_of
from mediaid import i18n, load_pack
from mediaid.batch.job import Job
from mediaid.batch.run import run
from mediaid.batch.spark import session
from mediaid.batch.summary import show
from mediaid.faults import ClaimError
from mediaid.packs.model import Pack

MUCH = 1 << 40
QUICK_JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"

# A worker's Python without .pth files: the package, installed for development by one of those, is
# not there, and has to come with the job.
PYTHON = """#!/bin/sh
PYTHONPATH="$PYTHONPATH:{site}" exec {python} -S "$@"
"""


@pytest.fixture(scope="module")
def spark(require: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    require("java")
    folder = tmp_path_factory.mktemp("spark")
    python = folder / "python"
    site = next(path for path in sys.path if path.endswith("site-packages"))
    python.write_text(PYTHON.format(site=site, python=sys.executable), encoding="utf-8")
    python.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        patch.setenv("PYSPARK_PYTHON", str(python))
        patch.setenv("PYSPARK_DRIVER_PYTHON", sys.executable)
        patch.setenv("JAVA_TOOL_OPTIONS", QUICK_JAVA)
        patch.setenv("SPARK_WORKER_DIR", str(folder / "work"))
        from pyspark.sql import SparkSession  # noqa: PLC0415 - a second of import

        its = (
            SparkSession.builder.master("local-cluster[2,1,1024]")
            .config("spark.ui.enabled", "false")
            .config("spark.ui.showConsoleProgress", "false")
            .config("spark.local.dir", str(folder / "local"))
            .config("spark.sql.shuffle.partitions", "2")
            .getOrCreate()
        )
        yield its
        its.stop()


def on_spark(job: Job) -> str:
    from mediaid.batch.spark.run import run_on_spark  # noqa: PLC0415 - Spark has to be there

    return show(run_on_spark(job, None, lambda _doing, _done: None))


def claims_folder(folder: Path, rows: list[Row], files: int) -> Path:
    """Rows as a folder of Parquet files, as Spark writes them."""
    folder.mkdir()
    names = list(dict.fromkeys(name for row in rows for name in row))
    size = -(-len(rows) // files)
    for at in range(files):
        its = rows[at * size : at * size + size]
        columns = {name: [row.get(name) or None for row in its] for name in names}
        frame = pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String))
        frame.write_parquet(folder / f"part-{at:05}.parquet", row_group_size=40)
    (folder / "_SUCCESS").touch()
    return folder


def lines(path: Path) -> pl.DataFrame:
    """Lines in an order of their own; a payer's column may be there for nobody's sake."""
    frame = pl.read_parquet(path / "*.parquet" if path.is_dir() else path)
    money = [name for name in frame.columns if name == "payer_unassigned"]
    return frame.drop(money).sort("claim_id", "benefit")


def random_rows(pack: Pack, count: int, spoil: bool = False) -> list[Row]:
    """Claims of many persons in households; some rows bad by themselves or through others."""
    draw = Random(7)
    rows = []
    for group in range(count // 10):
        for row in rows_of(pack, [draw.randrange(1 << 30) for _claim in range(10)]):
            for name in ("claim_id", "person_id", "household_id", "visit_id", "reverses"):
                if row.get(name):
                    row[name] = f"{row[name]}-{group}"
            rows.append(row)
    if spoil:
        for row in draw.sample(rows, len(rows) // 20):
            kind = draw.randrange(4)
            if kind == 0:
                row["self_paid"] = "x"
            elif kind == 1:
                row["claim_id"] = draw.choice(rows)["claim_id"]
            elif kind == 2:
                row["reverses"] = draw.choice(rows)["claim_id"]
            else:
                row["person_id"] = ""
    draw.shuffle(rows)
    return rows


@pytest.mark.usefixtures("spark")
def test_claim_by_claim_what_one_machine_gives(tmp_path: Path) -> None:
    """With pools of households, reversals, bad rows and their rejects; totals too.

    The path is longer than a message shows: files keep their names. In Chinese, as most offices
    run it: the workers find the messages in the zip file that they were sent.
    """
    i18n.choose("zh")
    pack = load_pack("shanghai-minhang", readings=("cap-holder=household",))
    deep = tmp_path / ("long" * 20)
    deep.mkdir()
    source = claims_folder(deep / "claims", random_rows(pack, 400, spoil=True), 3)
    one, other = tmp_path / "one.parquet", tmp_path / "other"
    here = Job(source, one, pack, rejects=tmp_path / "one-r.parquet", summary=tmp_path / "one.csv")
    there = Job(source, other, pack, rejects=tmp_path / "other-r", summary=tmp_path / "other.csv")
    assert on_spark(there) == show(run(here))
    assert lines(other).equals(lines(one))
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "other.csv").read_bytes()
    rejected = pl.read_parquet(tmp_path / "other-r" / "*.parquet").sort("reject_file", "reject_row")
    assert rejected.to_dicts() == pl.read_parquet(tmp_path / "one-r.parquet").to_dicts()
    assert (other / "_SUCCESS").exists()
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {deep.name, "one.parquet", "one-r.parquet", "one.csv"} | {
        "other",
        "other-r",
        "other.csv",
    }


@pytest.mark.usefixtures("spark")
def test_bad_rows_stop_the_job_with_the_same_words(tmp_path: Path) -> None:
    rows = [claim(1), claim(2, self_paid="x"), claim(1), claim(4, reverses="C9")]
    source = write_claims(tmp_path / "in.parquet", [{"reverses": "", **row} for row in rows])
    said = []
    for do, out in ((run, "out.csv"), (on_spark, "out")):
        with pytest.raises(ClaimError) as refused:
            do(Job(source, tmp_path / out, sample_pack(), memory=None))
        said.append(str(refused.value))
    assert said[0] == said[1]
    assert [path.name for path in tmp_path.iterdir()] == ["in.parquet"]


@pytest.mark.usefixtures("spark")
def test_a_column_that_only_some_files_have_is_read(tmp_path: Path) -> None:
    """What was paid at the counter already would be paid again."""
    rows = [claim(1), claim(2, person_id="P2", already_aided="50.00")]
    whole = write_claims(tmp_path / "all.parquet", [{"already_aided": "", **row} for row in rows])
    folder = tmp_path / "claims"
    folder.mkdir()
    for at, row in enumerate(rows):
        write_claims(folder / f"part-{at}.parquet", [row])
    on_spark(Job(folder, tmp_path / "other", sample_pack()))
    run(Job(whole, tmp_path / "one.parquet", sample_pack()))
    assert lines(tmp_path / "other").equals(lines(tmp_path / "one.parquet"))


@pytest.mark.usefixtures("spark")
def test_a_worker_killed_while_it_settles_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first task that settles kills its executor, whose earlier output is lost with it."""
    from mediaid.batch.spark import run as spark_run  # noqa: PLC0415

    pack = load_pack("shanghai-minhang")
    source = claims_folder(tmp_path / "claims", random_rows(pack, 300), 2)
    killed, settle = tmp_path / "killed", spark_run.settle_bucket

    def deadly(task: Any, table: Any) -> Any:
        try:
            killed.mkdir()
        except FileExistsError:
            return settle(task, table)
        daemon = Path(f"/proc/{os.getppid()}/stat").read_text(encoding="utf-8")
        os.kill(int(daemon.rpartition(")")[2].split()[1]), signal.SIGKILL)
        return settle(task, table)

    monkeypatch.setattr(spark_run, "settle_bucket", deadly)
    on_spark(Job(source, tmp_path / "other", pack))
    assert killed.exists()
    run(Job(source, tmp_path / "one.parquet", pack))
    assert lines(tmp_path / "other").equals(lines(tmp_path / "one.parquet"))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"opening": Path("p.csv")}, "--opening: works with --engine embedded only"),
        ({"resume": True}, "--resume: works with"),
        ({"output": Path("out.csv")}, "--output: Spark writes a folder"),
    ],
)
def test_what_spark_does_not_do_is_refused(
    tmp_path: Path, options: dict[str, Any], said: str
) -> None:
    pytest.importorskip("pyspark")
    from mediaid.batch.spark.run import refuse_options  # noqa: PLC0415

    job = Job(**{"claims": tmp_path, "output": tmp_path / "out", "pack": sample_pack(), **options})
    with pytest.raises(ClaimError, match=said):
        refuse_options(job)


def test_without_java_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(ClaimError, match="openjdk-17-jre-headless"):
        session.need_spark()
