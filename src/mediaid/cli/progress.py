"""A bar on the terminal for what takes long; nothing where nobody looks."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator


class Watch(Protocol):
    """Told what is being done, and which part of it is done (0 to 1)."""

    def __call__(self, doing: str, done: float) -> None: ...


def _unwatched(doing: str, done: float) -> None:
    """Show nothing."""


@contextmanager
def progress_bar() -> Iterator[Watch]:
    """Give a function that moves the bar."""
    if not sys.stderr.isatty():
        yield _unwatched
        return
    from rich.console import Console  # noqa: PLC0415 - where somebody looks
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    progress = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with progress:
        task = progress.add_task("", total=1.0)

        def report(doing: str, done: float) -> None:
            progress.update(task, description=doing, completed=done)

        yield report
