"""The work folder: what is put aside, and with --resume what an interrupted run has done.

With --resume the folder stands beside the result (OUT.work) and stays until the result is there;
without, it has a passing name and is gone when the run ends, however it ends. It belongs to one
task: the content of the input, the rules, the options and the version of the program.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mediaid import __version__
from mediaid.batch.large.across import Across
from mediaid.batch.large.marks import Marks
from mediaid.batch.large.piece import Settled
from mediaid.batch.large.scan import Scanned, Stretch
from mediaid.batch.large.spill import append, read_all
from mediaid.batch.outputs import refusing
from mediaid.batch.problems import Problem
from mediaid.batch.source import reading
from mediaid.faults import ClaimError, Fault, visible_path
from mediaid.i18n import gettext as _
from mediaid.i18n import language

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mediaid.batch.job import Job

_BLOCK = 1 << 22


def work_path(output: Path) -> Path:
    """Where --resume keeps its work."""
    return output.with_name(output.name + ".work")


@contextlib.contextmanager
def work_folder(job: Job, files: Sequence[Path]) -> Iterator[Path]:
    """Make the folder, or with `resume` go on with the one that is there.

    Raises ClaimError if that one belongs to another task, or another run is using it.
    """
    parent = Path(os.path.realpath(job.output)).parent
    if not job.resume:
        with refusing(job.output):
            passing = tempfile.TemporaryDirectory(
                prefix=f".{job.output.stem[:40]}.", suffix=".work", dir=parent
            )
        with passing as name:
            yield Path(name)
        return
    folder = parent / work_path(job.output).name
    with refusing(folder):
        folder.mkdir(exist_ok=True)
    with _locked(folder):
        task = _task(job, files)
        place = folder / "task.json"
        if place.exists():
            _refuse_other(folder, json.loads(place.read_text(encoding="utf-8")), task)
        else:
            clear(folder)
            _write_json(place, task)
        yield folder
    # Only here, when the result is there: whatever stops the run leaves the folder.
    shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep other runs out; the system lets go of the lock when this one ends in any way."""
    with refusing(folder), (folder / "lock").open("w", encoding="ascii") as file:
        try:
            import fcntl  # noqa: PLC0415 - not on every system
        except ImportError:
            yield
            return
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ClaimError(
                Fault(visible_path(folder), _("another run is at work in this folder"))
            ) from None
        yield


def clear(folder: Path) -> None:
    """Remove what an interrupted run has left, but for the task and the lock."""
    for path in folder.iterdir():
        if path.name not in ("lock", "task.json"):
            path.unlink()


def _task(job: Job, files: Sequence[Path]) -> dict[str, Any]:
    named = [*files, *([] if job.opening is None else [job.opening])]
    with ThreadPoolExecutor(2) as pool:
        digests = list(pool.map(_digest, named))
    return {
        "version": __version__,
        "pack": job.pack.hash,
        "language": language(),
        "options": {
            "ignore": sorted(job.ignore),
            "opening": job.opening is not None,
            "closing": job.closing is not None,
            "summary": job.summary is not None,
            "rejects": job.rejects is not None,
        },
        "input": digests,
    }


def _digest(path: Path) -> str:
    digest = hashlib.blake2b(digest_size=16)
    with reading(path), path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _refuse_other(folder: Path, task: dict[str, Any], other: dict[str, Any]) -> None:
    names = {
        "version": _("the program's version"),
        "pack": _("the rules"),
        "language": _("the language"),
        "options": _("the options"),
        "input": _("the claims or opening pools"),
    }
    differing = [said for name, said in names.items() if task.get(name) != other[name]]
    if differing:
        raise ClaimError(
            Fault(
                visible_path(folder),
                _(
                    "holds the work of another task (not the same: {what}): finish that one, or "
                    "remove the folder"
                ).format(what=", ".join(differing)),
            )
        )


def _write_json(path: Path, data: Any) -> None:
    """Write a whole file or none, behind everything that was put aside before it."""
    with refusing(path):
        passing = path.with_suffix(".part")
        with passing.open("w", encoding="utf-8") as file:
            json.dump(data, file, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        passing.replace(path)


def save_settled(folder: Path, piece: Settled) -> None:
    """Note that a piece is settled, once its lines are on the disk."""
    for kind in ("lines", "closing", "tally"):
        path = folder / f"{kind}-{piece.number}"
        if path.exists():
            with refusing(folder), path.open("rb") as file:
                os.fsync(file.fileno())
    _write_json(folder / f"settled-{piece.number}.json", piece.as_data())


def load_settled(folder: Path, number: int) -> Settled | None:
    """A piece that an earlier run has settled."""
    path = folder / f"settled-{number}.json"
    if not path.exists():
        return None
    data = json.loads(path.read_text(encoding="utf-8"))
    data["provisional"] = [tuple(pair) for pair in data["provisional"]]
    return Settled(**data)


def save_scanned(folder: Path, scanned: Scanned, across: Across, pieces: int, related: int) -> None:
    """Note that everything is read and checked."""
    (folder / "schema").unlink(missing_ok=True)
    append(folder / "schema", scanned.schema)
    problems = across.problems
    arrays = {
        "bad": scanned.bad.bits,
        "rows": across.rows,
        "void": across.void,
        "of": np.concatenate([np.empty(0, dtype=np.int64), *(p.rows for p in problems)]),
        "sizes": np.array([len(problem.rows) for problem in problems], dtype=np.int64),
    }
    with refusing(folder):
        np.savez(folder / "scanned.npz", **arrays)  # type: ignore[arg-type]
    data = {
        "headings": scanned.headings,
        "fields": scanned.fields,
        "stretches": [list(vars(stretch).values()) for stretch in scanned.stretches],
        "empty": scanned.empty,
        "reversals": across.reversals,
        "problems": [[problem.column, problem.message] for problem in problems],
        "pieces": pieces,
        "related": related,
    }
    _write_json(folder / "scanned.json", data)


def load_scanned(folder: Path) -> tuple[Scanned, Across, int, int] | None:
    """What `save_scanned` has noted; None if it has not come to that."""
    path = folder / "scanned.json"
    if not path.exists():
        return None
    data = json.loads(path.read_text(encoding="utf-8"))
    with np.load(folder / "scanned.npz") as kept:
        arrays = dict(kept)
    rows = np.split(arrays["of"], np.cumsum(arrays["sizes"])[:-1]) if data["problems"] else []
    problems = [
        Problem(its, column, message)
        for its, (column, message) in zip(rows, data["problems"], strict=True)
    ]
    scanned = Scanned(
        headings=data["headings"],
        fields=data["fields"],
        stretches=[Stretch(*its) for its in data["stretches"]],
        empty=data["empty"],
        bad=Marks(arrays["bad"]),
        schema=next(read_all(folder / "schema")),
    )
    across = Across(arrays["rows"], problems, arrays["void"], data["reversals"])
    return scanned, across, data["pieces"], data["related"]
