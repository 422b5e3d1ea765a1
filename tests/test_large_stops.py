"""What stops a batch in pieces: it leaves nothing, or goes on from what is done."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from batch_support import pack_folder, sample_pack, write_claims
from large_support import MUCH, cut, in_pieces, year
from mediaid.batch.job import Job
from mediaid.batch.large import run as large
from mediaid.batch.run import run
from mediaid.faults import ClaimError

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
    with cut(7, 3), pytest.raises(ClaimError, match="cannot be written: the disk is full"):
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
