"""The files that one argument names: a file, a folder of files, or a pattern such as 2023-*.csv."""

from __future__ import annotations

import glob
from dataclasses import dataclass
from pathlib import Path

from mediaid.batch.formats import FORMATS, format_of
from mediaid.faults import ClaimError, Fault, visible, visible_path
from mediaid.i18n import gettext as _

IN_FOLDERS = (".parquet", ".csv")


@dataclass(frozen=True)
class Input:
    """The files of claims, in the order in which their rows count."""

    path: Path
    files: tuple[Path, ...]

    @property
    def name(self) -> str:
        """What messages call the input as a whole."""
        return visible_path(self.path)

    @property
    def several(self) -> bool:
        """Whether a row's number alone does not say where it stands."""
        return len(self.files) > 1


def find_input(path: Path) -> Input:
    """Find the files; ClaimError if there are none, or of different formats.

    Files of a folder or pattern come in the order of their names. Hidden ones, and those that
    begin with _ (such as _SUCCESS), are left out.
    """
    if path.is_dir():
        return Input(path, _of_one_format(path, sorted(path.iterdir())))
    if not path.exists() and glob.has_magic(str(path)):
        folder = Path(path.anchor)
        return Input(path, _of_one_format(path, sorted(folder.glob(str(path.relative_to(folder))))))
    format_of(path)
    return Input(path, (path,))


def _of_one_format(path: Path, candidates: list[Path]) -> tuple[Path, ...]:
    files = [
        file
        for file in candidates
        if file.suffix.lower() in IN_FOLDERS
        and not file.name.startswith((".", "_"))
        and file.is_file()
    ]
    if not files:
        raise ClaimError(Fault(visible_path(path), _("holds no .parquet or .csv files")))
    kinds = {FORMATS[file.suffix.lower()] for file in files}
    if len(kinds) > 1:
        raise ClaimError(
            Fault(
                visible_path(path),
                _(
                    "holds .parquet and .csv files: name those of one format, such as {pattern}"
                ).format(
                    pattern=visible(str(path / "*.parquet")) if path.is_dir() else "*.parquet"
                ),
            )
        )
    return tuple(files)
