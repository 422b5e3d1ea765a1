"""What a process of its own is asked to do in the tests of `desk.working`."""

# ruff: noqa: ARG001 - each takes what the program gives it

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

from mediaid.faults import Fault, MediaidError
from mediaid.i18n import language

Report = Callable[[str, float], None]


def doubled(given: int, report: Report) -> tuple[int, str, int]:
    """Return twice what is given, the language, and the process; print where it must not."""
    report("doubling", 0.5)
    print("not an answer", flush=True)  # noqa: T201
    return 2 * given, language(), os.getpid()


def refused(given: str, report: Report) -> None:
    """Refuse what is given."""
    raise MediaidError([Fault(given, "this is wrong"), Fault("", "and that")])


def broken(given: str, report: Report) -> None:
    """Fail as a mistake in the program does."""
    raise ZeroDivisionError(given)


def gone(given: object, report: Report) -> None:
    """End as if the system had no memory left."""
    os._exit(9)


def endless(given: Path, report: Report) -> None:
    """Say which process this is, and never end by itself."""
    report("waiting", 0.25)
    given.write_text(str(os.getpid()), encoding="utf-8")
    threading.Event().wait()
