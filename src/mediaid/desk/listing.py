"""What a folder holds, for choosing a file."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mediaid.faults import visible_path, why_not
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST = 5000
"""Entries of a folder that are listed."""


@dataclass(frozen=True)
class Entry:
    """A file or folder; the name may be anything a file system allows. Bytes; None for folders."""

    path: Path
    size: int | None

    @property
    def name(self) -> str:
        """The name, with a slash behind that of a folder."""
        return self.path.name + ("/" if self.size is None else "")


@dataclass(frozen=True)
class Listing:
    """A folder's entries, folders first; `problem` says why it cannot be read or is cut short."""

    folder: Path
    entries: tuple[Entry, ...]
    problem: str = ""


def list_folder(folder: Path, suffixes: Sequence[str]) -> Listing:
    """Return the folders and the fitting files of a folder; hidden ones are left out."""
    found: list[Entry] = []
    try:
        with os.scandir(folder) as inside:
            for its in inside:
                if its.name.startswith(".") or len(found) >= MOST:
                    continue
                try:
                    if its.is_dir():
                        found.append(Entry(Path(its.path), None))
                    elif its.name.lower().endswith(tuple(suffixes)):
                        found.append(Entry(Path(its.path), its.stat().st_size))
                except OSError:
                    continue
    except OSError as error:
        why = _("{folder} cannot be read: {why}")
        return Listing(folder, (), why.format(folder=visible_path(folder), why=why_not(error)))
    found.sort(key=lambda its: (its.size is not None, its.path.name.casefold()))
    cut = _("only {count} entries are listed: type the name").format(count=f"{MOST:,}")
    return Listing(folder, tuple(found), cut if len(found) >= MOST else "")


def typed_path(text: str, folder: Path) -> Path:
    """Return the path that a text means, seen from a folder; ~ is the user's home."""
    path = Path(text.strip())
    with contextlib.suppress(RuntimeError):  # a user that is not known
        path = path.expanduser()
    return folder / path


def matching(listing: Listing, text: str) -> list[Entry]:
    """Return the entries whose name holds what is typed; those that begin with it first."""
    wanted = text.strip().casefold()
    names = [(its.path.name.casefold(), its) for its in listing.entries]
    begin = [its for name, its in names if name.startswith(wanted)]
    return begin + [its for name, its in names if wanted in name and not name.startswith(wanted)]


def completed(listing: Listing, text: str) -> str:
    """Return a text completed as far as all names that begin with it agree."""
    wanted = text.strip().casefold()
    names = [its.name for its in listing.entries if its.path.name.casefold().startswith(wanted)]
    common = os.path.commonprefix(names)  # noqa: RUF071 - of names, not of paths
    return common if len(common) > len(text.strip()) else text
