"""What a database refuses, put so that a clerk knows what to do. Nothing was written then."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from mediaid.faults import Fault, RegisterError, visible
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mediaid.register.database.address import Address


@contextmanager
def plain_errors(place: Address) -> Iterator[None]:
    """Turn what the database raises into RegisterError with a remedy."""
    try:
        yield
    except DBAPIError as error:
        orig = error.orig or error
        said = _sqlite(orig) if place.path is not None else _postgresql(error)
        raise RegisterError(Fault(str(place), said)) from error
    except sqlite3.Error as error:
        raise RegisterError(Fault(str(place), _sqlite(error))) from error
    except (OverflowError, UnicodeEncodeError) as error:
        # What the driver cannot even hand over: there is no such row, and none can be entered.
        raise RegisterError(Fault(str(place), _not_held())) from error


def _sqlite(orig: BaseException) -> str:
    code = getattr(orig, "sqlite_errorcode", None)
    kind = (code or 0) & 0xFF
    if kind == sqlite3.SQLITE_FULL:
        return _("the disk is full: nothing was written. Free some space and try again")
    if kind == sqlite3.SQLITE_READONLY:
        return _(
            "the file or its folder cannot be written: nothing was changed. Ask for the right "
            "to write it, then try again"
        )
    if kind in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return _(
            "another program holds the register locked: nothing was changed. Try again when it "
            "is done"
        )
    if kind in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return _("the file is damaged or no register: restore a backup")
    if kind in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR):
        return _(
            "the file or its folder cannot be read or written ({said}): nothing was changed. See "
            "whether the disk is full or away and whose file it is, then try again"
        ).format(said=_words(orig))
    return _refused(orig)


def _postgresql(error: DBAPIError) -> str:
    orig = error.orig or error
    state = str(getattr(orig, "sqlstate", None) or "")
    if state == "42501":
        return _("your database role may not do this: {said}").format(said=_words(orig))
    if state.startswith("22") or (not state and type(orig).__name__ == "DataError"):
        return _not_held()
    if state.startswith("53"):
        return _(
            "the server is out of space, memory or connections: nothing was changed. Tell "
            "its administrator, then try again"
        )
    if state == "25006":
        return _("the server is read-only at present: nothing was changed. Try again later")
    if state in ("40001", "40P01", "55P03"):
        return _("somebody else changed the same case at this moment: try again")
    if state.startswith(("08", "57P")) or error.connection_invalidated or not state:
        return _(
            "no connection to the database ({said}): nothing was changed that was not said to "
            "be. Try again"
        ).format(said=_words(orig))
    return _refused(orig)


def _not_held() -> str:
    return _("a number or text in it is none that a register can hold: correct it")


def _refused(orig: BaseException) -> str:
    return _("the database refuses it: {said}").format(said=_words(orig))


def _words(orig: BaseException) -> str:
    return visible(str(orig).strip().split("\n", maxsplit=1)[0])
