"""Time whole fresh processes side by side.

All contenders of a group run once in every round, in an order that turns from round to round, so
that a machine that gets slower for a while slows all of them. Ratios are made within a round; the
median over the rounds is quoted, with the smallest and the largest. One round before the others is
not counted: it warms the page cache and writes byte code and caches.
"""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

Command = Sequence[str | Path]
Reckon = Callable[[float, str], float]


def as_measured(seconds: float, output: str) -> float:  # noqa: ARG001
    """The wall time of the whole process."""
    return seconds


@dataclass(frozen=True)
class Contender:
    """A command, and how its seconds follow from its wall time and what it prints."""

    name: str
    command: Command
    reckon: Reckon = as_measured


@dataclass
class Times:
    """Seconds of each counted round and the largest memory, in MB, of any of them."""

    seconds: list[float] = field(default_factory=list)
    peak: float = 0.0


class BenchmarkError(Exception):
    """A command failed or a result is wrong: the figures would mean nothing."""


@dataclass(frozen=True)
class Spent:
    """What a command took: seconds of wall time and of processors (user and system, those of the
    processes it started too; None where they cannot be told), its own peak memory in MB."""

    wall: float
    processor: float | None
    peak: float
    output: str


_ADOPT = 36  # PR_SET_CHILD_SUBREAPER
_PATIENCE = 60.0
"""Seconds in which what a command leaves behind, such as Spark's processes, has to end."""


def spend(command: Command) -> Spent:
    """Run a command; BenchmarkError if it fails."""
    if sys.platform.startswith("linux"):
        # Processes that outlive the one that started them become ours: their time is counted.
        ctypes.CDLL(None).prctl(_ADOPT, 1, 0, 0, 0)
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        before = _processor()
        began = time.perf_counter()
        process = subprocess.Popen(list(command), stdout=out, stderr=err, stdin=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if process.returncode:
            shown = " ".join(map(str, command))
            raise BenchmarkError(f"{shown}\nexit code {process.returncode}\n{err.read()[-4000:]}")
        processor = _processor() - before if _all_ended() else None
        return Spent(wall, processor, usage.ru_maxrss / 1024, out.read())


def _processor() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _all_ended() -> bool:
    """Wait for adopted processes; whether all have ended in time."""
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            ended, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return True
        if not ended:
            if time.monotonic() > end:
                return False
            time.sleep(0.1)


def run(command: Command) -> tuple[float, float, str]:
    """Seconds, peak memory in MB and standard output of a command; BenchmarkError if it fails."""
    spent = spend(command)
    return spent.wall, spent.peak, spent.output


def compete(contenders: Sequence[Contender], rounds: int) -> dict[str, Times]:
    """Run all contenders in every round; the first round is not counted."""
    times = {contender.name: Times() for contender in contenders}
    for number in range(rounds + 1):
        shift = number % len(contenders)
        for contender in (*contenders[shift:], *contenders[:shift]):
            seconds, peak, output = run(contender.command)
            own = contender.reckon(seconds, output)
            say(f"  round {number} of {rounds}: {contender.name}: {own:.3f} s")
            if number:
                times[contender.name].seconds.append(own)
                times[contender.name].peak = max(times[contender.name].peak, peak)
    return times


def ratios(times: Times, reference: Times) -> list[float]:
    """The ratio of each round."""
    pairs = zip(times.seconds, reference.seconds, strict=True)
    return [own / other for own, other in pairs]


def say(message: str) -> None:
    """Tell how far it is; the table alone goes to standard output."""
    print(message, file=sys.stderr, flush=True)
