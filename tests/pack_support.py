"""A small sound pack in tests/good_pack, and copies of it with something changed."""

from __future__ import annotations

import shutil
from pathlib import Path

GOOD = Path(__file__).parent / "good_pack"


def copy_of_good(folder: Path) -> Path:
    """Copy the good pack to a folder called city below `folder`."""
    return Path(shutil.copytree(GOOD, folder / "city"))


def changed(folder: Path, file: str, find: str, put: str) -> None:
    """Replace the first occurrence of a text, which must be there, in one file of a pack."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert find in text, f"{find!r} does not stand in {file}"
    path.write_text(text.replace(find, put, 1), encoding="utf-8")
