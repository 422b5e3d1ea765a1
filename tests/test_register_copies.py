"""Backups and exports: the same register elsewhere, byte for byte."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from mediaid.faults import RegisterError
from mediaid.register.audit.check import check_audit
from mediaid.register.copies import files as files_module
from mediaid.register.copies.copy import back_up, restore
from mediaid.register.copies.files import export, load
from mediaid.register.database import open as open_module
from mediaid.register.database.errors import plain_errors
from mediaid.register.database.open import open_register
from mediaid.register.determinations.verify import verify_determinations
from mediaid.register.schema import audit_event
from postgresql import Server
from register_support import Office, resident_number

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def busy(office: Office) -> Office:
    """A register with a late bill, so that one determination superseded another."""
    person = office.person("low_income")
    office.approved(person, ("2023-05-01", 250, "outpatient"))
    number = office.reviewed(person, ("2023-04-01", 100, "outpatient"))
    office.approve(number)
    return office


@pytest.fixture(params=["sqlite", "postgresql"])
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Gives places for further registers, on each database."""
    made = iter(range(100))

    def place() -> str:
        if request.param == "sqlite":
            return str(tmp_path / f"copy-{next(made)}.db")
        server: Server = request.getfixturevalue("postgresql")
        return server.url_of(server.database())

    return place


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_an_export_comes_back_byte_for_byte_from_any_database(
    busy: Office, elsewhere: Callable[[], str], tmp_path: Path
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    rows = export(busy.register, first, clear=True)
    where = elsewhere()
    assert load(first, where) == rows
    other = Office(persons=7, invoices=100)
    other.register = copy = open_register(where, clock=other.clock, who=other.who)
    export(copy, second, clear=True)
    assert files(first) == files(second)
    assert {path.stat().st_mode & 0o777 for path in first.iterdir()} == {0o600}
    with copy.read() as connection:
        assert [*check_audit(connection), *verify_determinations(connection)] == []
    # The copy is a register to go on working in.
    other.approved(other.person(), ("2023-07-01", 100))
    copy.close()


def test_a_backup_is_a_register_and_is_restored_as_one(
    busy: Office, elsewhere: Callable[[], str], tmp_path: Path
) -> None:
    backup, where = tmp_path / "backup.db", elsewhere()
    back_up(busy.register, backup)
    assert backup.stat().st_mode & 0o777 == 0o600
    restore(backup, where)
    original, restored = tmp_path / "original", tmp_path / "restored"
    export(busy.register, original)
    copy = open_register(where)
    export(copy, restored)
    copy.close()
    assert files(original) == files(restored)
    with pytest.raises(RegisterError, match="exists already"):
        back_up(busy.register, backup)


def test_a_masked_export_names_nobody_and_is_no_register(office: Office, tmp_path: Path) -> None:
    office.approved(office.person(), ("2023-05-01", 8000))
    export(office.register, tmp_path / "masked")
    text = b"".join(files(tmp_path / "masked").values()).decode()
    assert "某甲1" not in text
    assert resident_number(1) not in text
    with office.register.read() as connection:
        events = connection.execute(select(audit_event.c.rows, audit_event.c.hash)).all()
    digests = {event.hash for event in events} | {row[2] for event in events for row in event.rows}
    assert not any(digest in text for digest in digests)
    with pytest.raises(RegisterError, match="only a clear export"):
        load(tmp_path / "masked", str(tmp_path / "new.db"))
    assert not (tmp_path / "new.db").exists()


def test_an_altered_export_is_refused_and_leaves_nothing(office: Office, tmp_path: Path) -> None:
    office.person()
    folder = tmp_path / "export"
    export(office.register, folder, clear=True)
    altered = tmp_path / "altered"
    shutil.copytree(folder, altered)
    person = altered / "person.jsonl"
    person.write_text(person.read_text(encoding="utf-8").replace("某镇", "他镇"), encoding="utf-8")
    with pytest.raises(RegisterError, match=r"person\.jsonl: is missing or was altered"):
        load(altered, str(tmp_path / "new.db"))
    assert not (tmp_path / "new.db").exists()


def test_copies_without_room_are_said_and_leave_nothing(
    sqlite_office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a full disk: it may be full from the first byte or within any file."""
    sqlite_office.approved(sqlite_office.person(), ("2023-05-01", 1000))

    def write(path: Path, _lines: object) -> int:
        path.write_text("half of it", encoding="utf-8")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(files_module, "_write", write)
        with pytest.raises(RegisterError, match="the disk is full"):
            export(sqlite_office.register, tmp_path / "export")

    def use_log(_place: object, _engine: object) -> None:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        with plain_errors(sqlite_office.register.place):
            raise error

    with monkeypatch.context() as patched:
        patched.setattr(open_module, "_use_log", use_log)
        with pytest.raises(RegisterError, match="the disk is full: nothing was written"):
            back_up(sqlite_office.register, tmp_path / "backup.db")
    assert [path.name for path in tmp_path.iterdir() if not path.name.startswith("register")] == []
    assert export(sqlite_office.register, tmp_path / "export") > 0
    back_up(sqlite_office.register, tmp_path / "backup.db")
