"""Which register is opened: no database is loaded here."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from mediaid.desk.state import state_folder

if TYPE_CHECKING:
    from pathlib import Path

    from mediaid.desk.settings import Settings

VARIABLE = "MEDIAID_REGISTER"


def own_file() -> Path:
    """Return where the user's own register is, if there is one."""
    return state_folder() / "register.db"


def own_demonstration() -> Path:
    """Return where the user's register of made-up people is, if there is one."""
    return state_folder() / "demonstration.db"


def chosen(option: str, settings: Settings) -> str:
    """Return the address of the register to open, "" for none: the option's, the environment's,
    the one opened last, or the user's own file."""
    named = option or os.environ.get(VARIABLE, "") or settings.register
    if named:
        return named
    return str(own_file()) if own_file().is_file() else ""


def may_be_remembered(address: str) -> bool:
    """Whether an address may be written into the settings: it must not hold a password."""
    user = address.partition("://")[2].rpartition("@")[0]
    return ":" not in user and "password=" not in address
