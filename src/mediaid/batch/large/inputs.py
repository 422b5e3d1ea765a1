"""The files that one argument names: a file, a folder of files, or a pattern such as 2023-*.csv."""

from __future__ import annotations

import glob
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mediaid.batch.formats import FORMATS, format_of
from mediaid.batch.source import reading
from mediaid.faults import ClaimError, Fault, visible, visible_path
from mediaid.i18n import gettext as _

IN_FOLDERS = (".parquet", ".csv")
WORKBOOKS = (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods", ".et")
PACKED = (".gz", ".zip", ".rar", ".7z", ".bz2", ".xz", ".zst", ".tar", ".tgz")
"""What may hold claims as well, and is not read from a folder."""


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
    with reading(path):
        if path.is_dir():
            return Input(path, _of_one_format(path, _shown(path.iterdir())))
        if not path.exists() and glob.has_magic(str(path)):
            folder = Path(path.anchor)
            found = _shown(folder.glob(str(path.relative_to(folder))))
            return Input(path, _of_one_format(path, found))
    format_of(path)
    return Input(path, (path,))


def refuse_inside(its: Input, outputs: Sequence[Path]) -> None:
    """ClaimError for an output that the same command would take for claims the next time."""
    faults = [
        Fault(visible_path(output), _("stands among the claims that are read: name another folder"))
        for output in _shown(outputs)
        if (its.path.is_dir() and output.parent.resolve() == its.path.resolve())
        or (its.files != (its.path,) and output.absolute().match(str(its.path.absolute())))
    ]
    if faults:
        raise ClaimError(faults)


def _shown(found: Iterable[Path]) -> list[Path]:
    return sorted(file for file in found if not file.name.startswith((".", "_")))


def _of_one_format(path: Path, candidates: list[Path]) -> tuple[Path, ...]:
    _refuse_passed_over(path, candidates)
    files = [file for file in candidates if file.suffix.lower() in IN_FOLDERS and file.is_file()]
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


def _refuse_passed_over(path: Path, candidates: Sequence[Path]) -> None:
    """ClaimError with what looks like claims and would not be read."""
    faults = []
    held = (*IN_FOLDERS, *WORKBOOKS, *PACKED)
    for its in candidates:
        if its.is_dir():
            if any(file.suffix.lower() in held for file in its.iterdir()):
                message = _(
                    "holds files too, which are not read: name all of them by a pattern such as "
                    "'{pattern}', or move the folder away"
                )
                pattern = visible(str((path if path.is_dir() else its.parent) / "**" / "*.csv"))
                faults.append(Fault(visible_path(its), message.format(pattern=pattern)))
        elif its.suffix.lower() in IN_FOLDERS and not its.is_file():
            faults.append(Fault(visible_path(its), _("is no file of claims")))
        elif its.suffix.lower() in WORKBOOKS:
            message = _("is a workbook, which is not read from a folder: save it as CSV")
            faults.append(Fault(visible_path(its), message))
        elif its.suffix.lower() in PACKED:
            message = _("is compressed, and not read: unpack it here, or move it away")
            faults.append(Fault(visible_path(its), message))
    if faults:
        raise ClaimError(faults)
