"""Where a register is: a file, or a PostgreSQL database by URL."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from mediaid.faults import Fault, RegisterError, visible
from mediaid.i18n import gettext as _

VARIABLE = "MEDIAID_REGISTER"
"""The environment variable that names the register where no option does."""


@dataclass(frozen=True)
class Address:
    """A register's place: a file, or else a PostgreSQL database."""

    url: URL
    path: Path | None = None

    def __str__(self) -> str:
        """Return the place without its password."""
        if self.path is not None:
            return str(self.path)
        return self.url.set(drivername="postgresql").render_as_string(hide_password=True)


def address(text: str | Path | None = None) -> Address:
    """Read a file name or a PostgreSQL URL (default: the environment's, else none).

    `postgresql://` alone takes host, user and the rest from the standard PG variables. Raises
    RegisterError.
    """
    given = str(text or os.environ.get(VARIABLE, ""))
    if not given:
        raise RegisterError(
            _(
                "which register? Name its file or PostgreSQL URL with --register, or in the "
                "environment variable {variable}"
            ).format(variable=VARIABLE)
        )
    if "://" not in given:
        path = Path(given)
        return Address(URL.create("sqlite+pysqlite", database=str(path.resolve())), path)
    scheme = given.split("://", maxsplit=1)[0]
    if scheme not in ("postgresql", "postgres"):
        raise RegisterError(
            _("{scheme} is no database of a register: use a file or postgresql://…").format(
                scheme=visible(scheme)
            )
        )
    try:
        url = make_url("postgresql+psycopg://" + given.split("://", maxsplit=1)[1])
    except (ArgumentError, ValueError):
        # The URL may hold a password: it is not repeated.
        raise RegisterError(
            Fault(
                _("register"),
                _("the URL cannot be read: write postgresql://USER@HOST:PORT/DATABASE"),
            )
        ) from None
    return Address(url)
