"""A small sound pack in tests/good_pack, and copies of it with something changed."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

from mediaid.packs.model import Pack
from mediaid.packs.schema.rules import Dated
from mediaid.packs.schema.values import in_force

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


def dated(pack: Pack, benefit: str, name: str, day: str = "2024-06-01") -> Dated:
    """The value in force on a day."""
    parameter = pack.model.benefits[benefit].parameters[name]
    found = in_force(parameter.values, dt.date.fromisoformat(day))
    assert found is not None
    return found[0]


def note(value: Dated) -> tuple[str, str]:
    assert value.cite.note is not None
    return value.cite.note.en, value.cite.note.zh
