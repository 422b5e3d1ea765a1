"""Opening the terminal interface, or saying why it cannot be opened."""

from __future__ import annotations

import gc
import importlib.util
import os
import sys

from mediaid.faults import MediaidError
from mediaid.i18n import choose
from mediaid.i18n import gettext as _


def can_open() -> bool:
    """Whether there is a terminal to open on."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def launch(*, language_given: bool, register: str = "") -> int:
    """Open the interface and return the exit code; raises MediaidError where it cannot be opened.

    The remembered language holds unless one was given for this run. `register` is the address of
    the register to open instead of the remembered one.
    """
    if importlib.util.find_spec("textual") is None:
        raise MediaidError(_("the terminal interface is not installed: pip install 'mediaid[tui]'"))
    # Textual reads this when it is imported. With the protocol on, input methods of some terminals
    # send nothing.
    os.environ.setdefault("TEXTUAL_DISABLE_KITTY_KEY", "1")
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    from mediaid.desk.settings import read_settings  # noqa: PLC0415

    lang = read_settings().lang
    if not language_given and lang in ("zh", "en"):
        choose("zh" if lang == "zh" else "en")
    from mediaid.tui.app import MediaidApp  # noqa: PLC0415 - after the environment is set

    # What is loaded by then stays: looked through again and again for what could be thrown away,
    # it would hold a key up by a tenth of a second every now and then.
    app = MediaidApp(register, loaded=gc.freeze)
    app.run()
    return app.return_code or 0
