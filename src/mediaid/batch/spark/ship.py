"""This package as a zip file that Spark sends to its workers: nothing is installed there."""

from __future__ import annotations

import atexit
import shutil
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import mediaid

if TYPE_CHECKING:
    from collections.abc import Iterator

SUFFIXES = (".py", ".mo")


def keep_package() -> Path:
    """Write the package to a file that goes when this process ends.

    A session that was there before lives on, and hands the file to each worker that starts later.
    The name is new each time: workers that live on import what they are sent anew.
    """
    folder = tempfile.mkdtemp(prefix="mediaid-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return write_package(Path(folder, f"mediaid-{uuid4().hex[:8]}.zip"))


def write_package(target: Path) -> Path:
    """Write the package with its messages, without the rules: those go as text."""
    root = Path(mediaid.__file__).parent
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in _files(root):
            # No times: the same code is the same file.
            entry = zipfile.ZipInfo(f"mediaid/{path.relative_to(root).as_posix()}")
            archive.writestr(entry, path.read_bytes())
    return target


def _files(root: Path) -> Iterator[Path]:
    for path in sorted(root.rglob("*")):
        if path.suffix in SUFFIXES and "_data" not in path.relative_to(root).parts:
            yield path
