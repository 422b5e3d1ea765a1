"""Work in a process of its own: its answer, progress and errors, and that it can be stopped."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mediaid import i18n
from mediaid.desk.working import WorkFailedError, work
from mediaid.faults import MediaidError


def alone(name: str, given: object) -> object:
    return asyncio.run(work(f"working_support:{name}", given, lambda _doing, _done: None))


async def started(path: Path) -> int:
    """Wait until a process has said which one it is."""
    async with asyncio.timeout(30):
        while not path.exists() or not path.read_text(encoding="utf-8"):
            await asyncio.sleep(0.01)
    return int(path.read_text(encoding="utf-8"))


async def ended(pid: int) -> None:
    """Wait until a process is gone; what nobody has waited for yet is as good as gone."""
    async with asyncio.timeout(30):
        while Path(f"/proc/{pid}/stat").exists() and " Z " not in _stat(pid):
            await asyncio.sleep(0.01)


def _stat(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return " Z "


@pytest.mark.parametrize("lang", i18n.LANGS)
def test_the_answer_comes_back_in_the_language_of_who_asked(lang: i18n.Lang) -> None:
    i18n.choose(lang)
    told: list[tuple[str, float]] = []
    answer = asyncio.run(
        work("working_support:doubled", 21, lambda doing, done: told.append((doing, done)))
    )
    assert answer[:2] == (42, lang)
    assert answer[2] != os.getpid()
    assert told == [("doubling", 0.5)]


def test_refusals_and_mistakes_are_told_as_what_they_are() -> None:
    with pytest.raises(MediaidError) as refusal:
        alone("refused", "row 2")
    assert [str(fault) for fault in refusal.value.faults] == ["row 2: this is wrong", "and that"]
    with pytest.raises(WorkFailedError, match="ZeroDivisionError: x") as failure:
        alone("broken", "x")
    assert "working_support.py" in "".join(failure.value.__notes__)
    with pytest.raises(MediaidError, match="ended before it was done"):
        alone("gone", None)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_cancelled_work_ends_with_its_process(tmp_path: Path) -> None:
    async def scenario() -> None:
        path = tmp_path / "pid"
        task = asyncio.create_task(
            work("working_support:endless", path, lambda _doing, _done: None)
        )
        pid = await started(path)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not Path(f"/proc/{pid}").exists()

    asyncio.run(scenario())


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_work_ends_when_who_asked_for_it_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "pid"
    asking = f"""
import asyncio
from pathlib import Path
from mediaid.desk.working import work
asyncio.run(work("working_support:endless", Path({str(path)!r}), lambda *_: None))
"""
    env = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}

    async def scenario() -> None:
        with subprocess.Popen([sys.executable, "-c", asking], env=env) as asker:
            pid = await started(path)
            asker.kill()
            asker.wait()
            await ended(pid)

    asyncio.run(scenario())
