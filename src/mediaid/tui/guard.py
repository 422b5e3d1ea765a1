"""An error in a handler is reported and the program goes on: what was typed must not be lost."""

from __future__ import annotations

import contextlib
import datetime as dt
import time
import traceback
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from textual.worker import Worker, WorkerFailed, WorkerState

from mediaid.desk.state import state_folder
from mediaid.faults import MediaidError
from mediaid.i18n import gettext as _
from mediaid.tui.text import harmless

if TYPE_CHECKING:
    from textual.app import App
    from textual.message import Message
    from textual.message_pump import MessagePump as _Pump
else:
    _Pump = object


_SHOWN = 8
"""Seconds for which an error is shown."""
_TOLD: WeakKeyDictionary[App[Any], dict[str, float]] = WeakKeyDictionary()
"""Until when each error is on an app's screen, by what was said."""


class Guarded(_Pump):
    """Mixed into the app, its screens and its widgets, before the class of Textual's.

    Textual ends the program when a handler raises; here the message is given up instead. It has no
    public hook for that: `_dispatch_message` is the one name of Textual's own that this package
    relies on, and a test says so when it changes (tests/test_tui_textual.py).
    """

    async def _dispatch_message(self, message: Message) -> None:
        try:
            await super()._dispatch_message(message)
        except Exception as error:  # noqa: BLE001, RUF100 - whatever it is, the typed text is worth more
            report(self.app, error)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """What went wrong in the background is told like everything else; the event does not
        bubble, so who starts workers has to hear of it."""
        error = event.worker.error
        if event.state == WorkerState.ERROR and isinstance(error, Exception):
            while isinstance(error, WorkerFailed):
                error = error.error
            report(self.app, error)


def report(app: App[Any], error: BaseException) -> None:
    """Tell the user of an error; what is no user's fault is also written to a file."""
    with contextlib.suppress(Exception):
        if isinstance(error, MediaidError):
            said = "\n".join(harmless(str(fault)) for fault in error.faults[:4])
        else:
            said = _(
                "This did not work ({what}). What you typed is kept; details are in {file}"
            ).format(what=harmless(f"{type(error).__name__}: {error}", 200), file=_log(error))
        # On every key the same again would cover the screen.
        now = time.monotonic()
        told = _TOLD.setdefault(app, {})
        if now >= told.get(said, 0):
            told[said] = now + _SHOWN
            app.notify(said, severity="error", markup=False, timeout=_SHOWN)


def _log(error: BaseException) -> str:
    path = state_folder() / "errors.log"
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
            path.chmod(0o600)
            file.write(f"{dt.datetime.now().astimezone().isoformat()}\n")
            file.writelines(traceback.format_exception(error))
    return str(path)
