"""Output files that appear whole or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

from mediaid.faults import ClaimError, Fault, visible_path, why_not
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType

_PAUSE = 0.25
"""Seconds between two looks at how much has been written."""
_AT_A_TIME = 8 << 20
"""Bytes: less is not worth a trip to the disk."""


def refuse_paths(inputs: Sequence[Path], outputs: Sequence[Path]) -> None:
    """ClaimError with every output that is a folder, has no folder, or is a file in use here."""
    faults = []
    for place, path in enumerate(outputs):
        with refusing(path):
            problem = _problem(path, [*inputs, *outputs[:place]])
        if problem:
            faults.append(Fault(visible_path(path), problem))
    if faults:
        raise ClaimError(faults)


def _problem(path: Path, others: Sequence[Path]) -> str:
    """What is wrong with an output's path; "" if nothing is. OSError where nobody can tell."""
    if path.is_dir():
        return _("is a folder: name a file")
    if not path.parent.is_dir():
        return _("there is no such folder: make it first")
    if any(_same(path, other) for other in others):
        return _("is the input or another output as well: name another file")
    return ""


def _same(one: Path, other: Path) -> bool:
    if os.path.realpath(one) == os.path.realpath(other):
        return True
    with suppress(OSError):
        return one.samefile(other)
    return False


class Outputs:
    """New files under passing names beside their targets, which `publish` gives their names.

    As a context manager it leaves nothing behind of what was not published. What is written goes to
    the disk while more is being worked out, so that `publish` need not wait for all of it.
    """

    def __init__(self, targets: Sequence[Path]) -> None:
        # Behind a symbolic link the file is replaced, not the link.
        self._targets = [Path(os.path.realpath(target)) for target in targets]
        self._passing: list[Path] = []
        self._ended = Event()
        self._syncing = Thread(target=self._sync_ahead, daemon=True)

    def __enter__(self) -> list[Path]:
        """Make the files, so that a folder that cannot be written to is known at once."""
        try:
            for target in self._targets:
                self._passing.append(_make_beside(target))
        except BaseException:
            self.__exit__(None, None, None)
            raise
        self._syncing.start()
        return list(self._passing)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end_syncing()
        for path in self._passing:
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def _sync_ahead(self) -> None:
        synced = dict.fromkeys(self._passing, 0)
        while not self._ended.wait(_PAUSE):
            for path in self._passing:
                # What cannot be written is found, and told, when the files are published.
                with suppress(OSError), path.open("rb+") as file:
                    size = file.seek(0, os.SEEK_END)
                    if size - synced[path] >= _AT_A_TIME:
                        os.fsync(file.fileno())
                        synced[path] = size

    def _end_syncing(self) -> None:
        self._ended.set()
        if self._syncing.is_alive():
            self._syncing.join()

    def publish(self) -> None:
        """Make all files permanent, then give them their names; none if one cannot be had."""
        self._end_syncing()
        for path in self._passing:
            with refusing(path), path.open("rb+") as file:
                os.fsync(file.fileno())
        placed: list[Path] = []
        try:
            for path, target in zip(self._passing, self._targets, strict=True):
                is_new = not target.exists()
                with refusing(target):
                    path.replace(target)
                if is_new:
                    placed.append(target)
        except BaseException:
            for target in placed:
                with suppress(OSError):
                    target.unlink()
            raise
        for folder in {target.parent for target in self._targets}:
            _sync_folder(folder)


def _make_beside(target: Path) -> Path:
    with refusing(target):
        handle, name = tempfile.mkstemp(
            prefix=f".{target.stem[:40]}.", suffix=".part", dir=target.parent
        )
        os.close(handle)
        path = Path(name)
        path.chmod(_mode_of(target))
        return path


def _mode_of(target: Path) -> int:
    """The permissions the file has, or those that any new file gets."""
    with suppress(OSError):
        return target.stat().st_mode & 0o777
    mask = os.umask(0o077)
    os.umask(mask)
    return 0o666 & ~mask


@contextmanager
def refusing(path: Path) -> Iterator[None]:
    """Turn an OSError into a ClaimError that names the file."""
    try:
        yield
    except OSError as error:
        raise unwritable(path, error) from error


def unwritable(path: Path, error: OSError) -> ClaimError:
    """The refusal of an output that cannot be written."""
    return ClaimError(
        Fault(visible_path(path), _("cannot be written: {reason}").format(reason=why_not(error)))
    )


def _sync_folder(folder: Path) -> None:
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
