"""Long work in a process of its own: the screen stays free, and to stop it is to end the process.

A thread would share the interpreter with the screen, and nothing can stop it from outside. What a
process had begun with a file or a database when it is ended is undone by those who keep them: a
file is renamed at the very end, a transaction that was not committed is rolled back.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import pickle
import struct
import sys
import threading
import time
import traceback
from importlib import import_module
from typing import IO, TYPE_CHECKING, Any

from mediaid.faults import Fault, MediaidError
from mediaid.i18n import choose, language
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable

    Report = Callable[[str, float], None]

_SIZE = struct.Struct(">Q")
_START = "from mediaid.desk.working import serve; serve()"
_EVERY = 0.1
"""Seconds between two reports of progress that are passed on."""


class WorkFailedError(Exception):
    """What was no user's fault: the error's own words, and as a note the other's traceback."""


async def work(name: str, given: Any, report: Report) -> Any:
    """Call a function, such as "package.module:function", in a process of its own.

    It gets `given` and a function to report progress by (what is being done, 0 to 1); both `given`
    and what it returns are pickled. Cancelled, the process is ended at once. Raises MediaidError as
    the function does, WorkFailedError for any other error.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _START,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        asked = pickle.dumps((name, language(), given))
        process.stdin.write(_SIZE.pack(len(asked)) + asked)
        with contextlib.suppress(ConnectionError):
            await process.stdin.drain()
        while True:
            kind, told = await _heard(process.stdout)
            if kind == "progress":
                report(*told)
            elif kind == "done":
                return told
            elif kind == "refused":
                raise MediaidError([Fault(*fault) for fault in told])
            else:
                words, where = told
                error = WorkFailedError(words)
                error.add_note(where)
                raise error
    finally:
        # Its end of the pipe stays open until here: the other process ends with it.
        process.stdin.close()
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        await process.wait()


async def _heard(stream: asyncio.StreamReader) -> tuple[str, Any]:
    try:
        (size,) = _SIZE.unpack(await stream.readexactly(_SIZE.size))
        kind, told = pickle.loads(await stream.readexactly(size))
    except asyncio.IncompleteReadError:
        raise MediaidError(
            _("the work ended before it was done: perhaps there was too little memory")
        ) from None
    return kind, told


# ── in the other process ──────────────────────────────────────────────────────────────────────


def serve() -> None:
    """Do what is asked on standard input, and answer on standard output."""
    asked, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    # Whatever prints must not get between the answers.
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - a device
        os.dup2(nowhere.fileno(), 1)
    (size,) = _SIZE.unpack(asked.read(_SIZE.size))
    name, lang, given = pickle.loads(asked.read(size))
    threading.Thread(target=_end_with, args=(asked,), daemon=True).start()
    choose(lang)
    said, at = "", 0.0

    def report(doing: str, done: float) -> None:
        nonlocal said, at
        now = time.monotonic()
        if doing != said or now - at >= _EVERY:
            said, at = doing, now
            _answer(answers, "progress", (doing, done))

    try:
        module, function = name.split(":")
        _answer(answers, "done", getattr(import_module(module), function)(given, report))
    except MediaidError as error:
        _answer(answers, "refused", [(its.where, its.message) for its in error.faults])
    except Exception as error:
        words = f"{type(error).__name__}: {error}"
        _answer(answers, "failed", (words, traceback.format_exc()))


def _answer(answers: IO[bytes], kind: str, told: Any) -> None:
    data = pickle.dumps((kind, told))
    answers.write(_SIZE.pack(len(data)) + data)
    answers.flush()


def _end_with(asked: IO[bytes]) -> None:
    """End this process when the one that asked is gone."""
    asked.read(1)
    os._exit(1)
