"""Create a register, open one, and refuse what is none or belongs to a newer program."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import inspect, text

from mediaid.faults import Fault, RegisterError, visible
from mediaid.i18n import gettext as _
from mediaid.register.database.address import Address, address
from mediaid.register.database.connect import BUSY_SECONDS, engine_for, reading
from mediaid.register.database.errors import plain_errors
from mediaid.register.database.private import create_private
from mediaid.register.schema import HEAD, KNOWN, office, setting
from mediaid.register.session import Clock, Identify, Register, identify, utc_now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection, Engine

    from mediaid.register.session import Work


def create_register(
    where: str | Path | None,
    offices: dict[str, str],
    *,
    separation: bool = True,
    first: Callable[[Work], None] = lambda _work: None,
    clock: Clock = utc_now,
    who: Identify = identify,
) -> Register:
    """Create a register with its offices (code → name), and return it open.

    On SQLite the file is made readable and writable by its owner alone. `separation` asks that
    who approves a case is not who accepted it; `first` makes the first entries.
    Raises RegisterError where one exists already.
    """
    register = _unmade(where, clock, who)
    try:
        with register.write("register.create") as work:
            _make_tables(register.place, work.connection)
            work.details = {"schema": HEAD, "separation": separation}
            for name, value in (
                ("register", str(uuid4())),
                ("separation", "on" if separation else "off"),
            ):
                work.insert(setting, name=name, value=value)
            for code, name in offices.items():
                work.insert(office, code=code, name=name)
            first(work)
    except BaseException:
        register.close()
        _remove_files(register.place)
        raise
    return register


@contextmanager
def taking_over(where: str | Path | None) -> Iterator[Connection]:
    """Create a register without any row, and give the one transaction that fills it.

    What goes wrong leaves no register behind.
    """
    register = _unmade(where, utc_now, identify)
    try:
        with plain_errors(register.place), register.engine.begin() as connection:
            _make_tables(register.place, connection)
            yield connection
    except BaseException:
        register.close()
        _remove_files(register.place)
        raise
    register.close()


def _remove_files(place: Address) -> None:
    """Remove a file that was being made when something went wrong."""
    if place.path is not None:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{place.path}{suffix}").unlink(missing_ok=True)


def _unmade(where: str | Path | None, clock: Clock, who: Identify) -> Register:
    """Return a register without tables. Raises RegisterError where the file exists."""
    place = address(where)
    if place.path is not None:
        _new_file(place.path)
    register = Register(place, engine_for(place), clock, who)
    if place.path is not None:
        try:
            _use_log(place, register.engine)
        except BaseException:
            _remove_files(place)
            raise
    return register


def open_register(
    where: str | Path | None,
    *,
    clock: Clock = utc_now,
    who: Identify = identify,
    busy_seconds: float = BUSY_SECONDS,
) -> Register:
    """Open a register. Raises RegisterError where there is none, or its schema is another."""
    place = address(where)
    engine = _opened(place, busy_seconds)
    found = _schema(place, engine)
    if found != HEAD:
        engine.dispose()
        raise RegisterError(Fault(str(place), _other_schema(found)))
    return Register(place, engine, clock, who)


def upgrade_register(where: str | Path | None, *, clock: Clock = utc_now) -> tuple[str, str]:
    """Bring an older register to this program's schema; return the schemas before and after."""
    from mediaid.register.migrations.upgrade import upgrade  # noqa: PLC0415 - alembic is slow

    place = address(where)
    engine = _opened(place, BUSY_SECONDS)
    found = _schema(place, engine)
    if found is None or found not in KNOWN:
        engine.dispose()
        raise RegisterError(Fault(str(place), _other_schema(found)))
    register = Register(place, engine, clock)
    if found != HEAD:
        with register.write("register.upgrade") as work:
            upgrade(work.connection)
            work.details = {"from": found, "to": HEAD}
    register.close()
    return found, HEAD


def _opened(place: Address, busy_seconds: float) -> Engine:
    if place.path is not None:
        _look_for(place.path)
    return engine_for(place, busy_seconds)


def _look_for(path: Path) -> None:
    """Refuse a path where no register is, or none that this account is let into."""
    try:
        there = path.is_file()
        let_in = not there or os.access(path, os.R_OK)
    except PermissionError:  # of a folder above it
        there, let_in = True, False
    if not there:
        said = _("there is no register: create one with mediaid register init")
    elif not let_in:
        said = _(
            "this account may not open the file: its owner can share it with the accounts of a "
            "group (chgrp GROUP and chmod 2770 for the folder, chmod 660 for the file)"
        )
    else:
        return
    raise RegisterError(Fault(str(path), said))


def _new_file(path: Path) -> None:
    """Make an empty file that nobody else may read; SQLite's own files follow its mode."""
    os.close(create_private(path))


def _use_log(place: Address, engine: Engine) -> None:
    """Have SQLite write ahead; it stays with the file, and cannot be set in a transaction."""
    with plain_errors(place):
        raw = engine.raw_connection()
        raw.cursor().execute("PRAGMA journal_mode = WAL")
        raw.close()


def _make_tables(place: Address, connection: Connection) -> None:
    from mediaid.register.migrations.upgrade import upgrade  # noqa: PLC0415 - alembic is slow

    if inspect(connection).has_table("setting"):
        raise RegisterError(Fault(str(place), _("exists already: it is left as it is")))
    upgrade(connection)


def _schema(place: Address, engine: Engine) -> str | None:
    with plain_errors(place), reading(engine) as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return None if found is None else str(found)


def _other_schema(found: str | None) -> str:
    if found is None:
        return _("is no register: create one with mediaid register init")
    if found in KNOWN:
        return _("has the older schema {found}: run mediaid register upgrade").format(found=found)
    return _(
        "has schema {found}, of a newer program: install that program; this one knows {known}"
    ).format(found=visible(found), known=HEAD)
