"""Outputs appear whole or not at all, and leave nothing behind."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from tempfile import mkstemp

import pytest

from batch_support import leftovers
from mediaid.batch.outputs import Outputs, refuse_paths
from mediaid.faults import ClaimError


def write_and_publish(*targets: Path, text: str = "new") -> None:
    outputs = Outputs(targets)
    with outputs as passing:
        for path in passing:
            path.write_text(text, encoding="utf-8")
        outputs.publish()


def test_published_files_are_there_and_nothing_else(tmp_path: Path) -> None:
    write_and_publish(tmp_path / "a.csv", tmp_path / "b.csv")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "b.csv"]
    assert (tmp_path / "a.csv").read_text(encoding="utf-8") == "new"


@pytest.mark.parametrize("stop", [KeyboardInterrupt, OSError, SystemExit, MemoryError])
def test_whatever_stops_the_work_leaves_the_old_file_and_nothing_new(
    tmp_path: Path, stop: type[BaseException]
) -> None:
    old = tmp_path / "a.csv"
    old.write_text("old", encoding="utf-8")

    def stopped() -> None:
        with Outputs([old, tmp_path / "b.csv"]) as passing:
            passing[0].write_text("half", encoding="utf-8")
            raise stop

    with pytest.raises(stop):
        stopped()
    assert old.read_text(encoding="utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_without_publish_nothing_appears(tmp_path: Path) -> None:
    with Outputs([tmp_path / "a.csv"]) as passing:
        passing[0].write_text("x", encoding="utf-8")
    assert list(tmp_path.iterdir()) == []


def test_when_the_second_cannot_be_named_the_first_is_taken_back(tmp_path: Path) -> None:
    one, two = tmp_path / "a.csv", tmp_path / "b.csv"
    outputs = Outputs([one, two])
    with outputs:
        two.mkdir()  # somebody makes a folder of that name meanwhile
        (two / "x").touch()
        with pytest.raises(ClaimError, match=r"b\.csv: cannot be written"):
            outputs.publish()
    assert [path.name for path in tmp_path.iterdir()] == ["b.csv"]


def test_an_unwritable_second_folder_leaves_nothing_in_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(prefix: str, suffix: str, dir: Path) -> tuple[int, str]:
        if "second" in str(dir):
            raise PermissionError(13, "Permission denied")
        return mkstemp(prefix=prefix, suffix=suffix, dir=dir)

    (tmp_path / "second").mkdir()
    monkeypatch.setattr("mediaid.batch.outputs.tempfile.mkstemp", refuse)
    with (
        pytest.raises(ClaimError, match="the system does not let you read or write it"),
        Outputs([tmp_path / "a.csv", tmp_path / "second" / "b.csv"]),
    ):
        pytest.fail("the work must not begin")
    assert leftovers(tmp_path) == []


def test_new_files_have_ordinary_permissions_and_old_ones_keep_theirs(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_and_publish(tmp_path / "a.csv")
        assert stat.S_IMODE((tmp_path / "a.csv").stat().st_mode) == 0o640
        (tmp_path / "a.csv").chmod(0o600)
        write_and_publish(tmp_path / "a.csv")
        assert stat.S_IMODE((tmp_path / "a.csv").stat().st_mode) == 0o600
    finally:
        os.umask(before)


def test_behind_a_link_the_file_is_replaced_not_the_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    target, link = tmp_path / "real" / "a.csv", tmp_path / "link.csv"
    target.write_text("old", encoding="utf-8")
    link.symlink_to(target)
    write_and_publish(link)
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8") == "new"
    assert leftovers(tmp_path / "real") == []


def refused(inputs: list[Path], outputs: list[Path]) -> str:
    with pytest.raises(ClaimError) as error:
        refuse_paths(inputs, outputs)
    return str(error.value)


def test_outputs_that_cannot_be_are_refused_before_anything_is_read(tmp_path: Path) -> None:
    claims = tmp_path / "claims.csv"
    claims.touch()
    (tmp_path / "d.csv").mkdir()
    (tmp_path / "same.csv").hardlink_to(claims)
    (tmp_path / "link.csv").symlink_to(claims)
    good = tmp_path / "out.csv"
    refuse_paths([claims], [good, tmp_path / "rejects.csv"])
    assert "is a folder" in refused([claims], [tmp_path / "d.csv"])
    assert "no such folder" in refused([claims], [tmp_path / "no" / "a.csv"])
    for path in (
        claims,
        tmp_path / "same.csv",
        tmp_path / "link.csv",
        tmp_path / "." / claims.name,
    ):
        assert "is the input" in refused([claims], [path])
    assert "is the input or another output" in refused([claims], [good, good])
    both = refused([claims], [tmp_path / "d.csv", tmp_path / "no" / "a.csv"])
    assert len(both.splitlines()) == 2
