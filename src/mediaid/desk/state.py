"""Where this program keeps what a user would miss: private files, whole or not at all."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from pathlib import Path

from mediaid.faults import MediaidError, visible_path, why_not
from mediaid.i18n import gettext as _


def state_folder() -> Path:
    """Return the user's state folder for this program, MEDIAID_STATE if that is set."""
    chosen = os.environ.get("MEDIAID_STATE")
    if chosen:
        return Path(chosen)
    home = Path.home()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData/Local") / "mediaid" / "state"
    if sys.platform == "darwin":
        return home / "Library/Application Support/mediaid"
    return Path(os.environ.get("XDG_STATE_HOME") or home / ".local/state") / "mediaid"


def write_private(path: Path, text: str, *, durable: bool = False) -> None:
    """Replace a file's content at once; nobody but the user may read it.

    `durable` waits for the disk, so that the text outlasts a power cut and not only this process.
    Raises MediaidError, which says where, when it cannot be written.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
                file.write(text)
                if durable:
                    file.flush()
                    os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise MediaidError(
            _(
                "{path}: cannot be saved: {why}. MEDIAID_STATE names another folder for such files"
            ).format(path=visible_path(path), why=why_not(error))
        ) from None


class Held:
    """A file that at most one process holds; the system lets go when the process ends, however."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: int | None = None

    def take(self) -> bool:
        """Try to hold the file; False when another process does."""
        if self._file is not None:
            return True
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:
            return True  # where nothing can be written there is nothing to contend for
        try:
            _lock(file)
        except OSError:
            os.close(file)
            return False
        self._file = file
        return True

    def release(self) -> None:
        """Let go, and leave no file behind."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                self.path.unlink()
            os.close(self._file)
            self._file = None


def _lock(file: int) -> None:
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 - not there elsewhere

        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl  # noqa: PLC0415 - not there on Windows

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
