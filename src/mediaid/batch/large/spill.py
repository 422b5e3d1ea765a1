"""Tables put aside in files of the work folder: many small ones, one behind the other."""

from __future__ import annotations

import io
from contextlib import nullcontext
from typing import TYPE_CHECKING

import polars as pl

from mediaid.batch.outputs import refusing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from threading import Lock

_LENGTH = 8


def append(path: Path, frame: pl.DataFrame, alone: Lock | None = None) -> int:
    """Write a frame behind what the file holds; return where it begins (see `read_at`).

    Threads that write to the same file share the lock `alone`, which is held while writing only.
    """
    buffer = io.BytesIO()
    with refusing(path):
        # The old form copies a slice's texts alone, the new one all those it was cut from.
        frame.write_ipc_stream(buffer, compat_level=pl.CompatLevel.oldest())
        with alone or nullcontext(), path.open("ab") as file:
            place = file.tell()
            file.write(buffer.tell().to_bytes(_LENGTH, "little"))
            file.write(buffer.getbuffer())
    return place


def read_at(path: Path, place: int) -> pl.DataFrame:
    """Read one frame."""
    with path.open("rb") as file:
        file.seek(place)
        return pl.read_ipc_stream(file.read(int.from_bytes(file.read(_LENGTH), "little")))


def read_all(path: Path) -> Iterator[pl.DataFrame]:
    """Read every frame of a file; none if there is no such file."""
    if not path.exists():
        return
    with path.open("rb") as file:
        while length := file.read(_LENGTH):
            yield pl.read_ipc_stream(file.read(int.from_bytes(length, "little")))
