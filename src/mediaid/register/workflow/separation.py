"""Who approves is not who accepted: checked here, and said where it is not proven."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mediaid.faults import RegisterError
from mediaid.i18n import gettext as _
from mediaid.register.schema import setting
from mediaid.register.session import read_setting

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from mediaid.register.session import Work

SETTING = "separation"


def is_on(connection: Connection) -> bool:
    """Whether the register asks for two persons."""
    return read_setting(connection, SETTING, "on") == "on"


def switch(work: Work, on: bool) -> None:
    """Ask for two persons, or, in a one-person office, no longer; either is an audit event."""
    work.details = {"separation": on}
    work.update(setting, {"name": SETTING}, value="on" if on else "off")


def refuse_same_person(work: Work, case: Row[Any]) -> bool:
    """Return whether two persons are shown to be at work on a case.

    Raises RegisterError where they are not and the register asks for it.
    """
    if case.accepted_by != work.actor.name:
        return True
    if is_on(work.connection):
        raise RegisterError(
            _(
                "case {case} was accepted by {actor}: somebody else has to decide on it (a "
                "one-person office can switch this off with mediaid register separation off)"
            ).format(case=case.number, actor=work.actor.name)
        )
    return False
