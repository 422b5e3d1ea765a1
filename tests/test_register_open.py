"""Opening and creating registers, and what is said when the database fails."""

from __future__ import annotations

import os
import sqlite3
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import event, func, select, text

from mediaid import load_pack
from mediaid.faults import MediaidError, RegisterError
from mediaid.packs.folder.stored import from_text, to_text
from mediaid.register.audit.check import check_audit
from mediaid.register.database.address import address
from mediaid.register.database.open import create_register, open_register, upgrade_register
from mediaid.register.people.persons import add_person
from mediaid.register.schema import metadata, person

if TYPE_CHECKING:
    from typing import Any

    from postgresql import Server
    from register_support import Office


def persons(office: Office) -> int:
    with office.register.read() as connection:
        assert list(check_audit(connection)) == []
        return int(connection.scalar(select(func.count()).select_from(person)) or 0)


@pytest.mark.parametrize("where", ["file", "folder"])
def test_who_is_not_let_into_a_register_learns_how_to_be(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "register.db"
    create_register(path, {"MH": "某镇"}).close()

    def refuse(*_its: object) -> bool:  # root is let in everywhere
        if where == "folder":
            raise PermissionError(13, "Permission denied", str(path))
        return False

    asked: tuple[object, str] = (Path, "is_file") if where == "folder" else (os, "access")
    monkeypatch.setattr(*asked, refuse)
    with pytest.raises(RegisterError, match="its owner can share it with the accounts"):
        open_register(path)


def test_only_its_owner_reads_a_register_file(tmp_path: Path) -> None:
    path = tmp_path / "register.db"
    register = create_register(path, {"MH": "某镇"})
    with register.read() as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
        modes = {its.name: stat.S_IMODE(its.stat().st_mode) for its in tmp_path.iterdir()}
    register.close()
    assert set(modes.values()) == {0o600}, modes
    with pytest.raises(RegisterError, match="exists already"):
        create_register(path, {"MH": "某镇"})


def test_the_migrations_make_the_tables_that_the_program_uses(office: Office) -> None:
    with office.register.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, metadata) == []


def test_a_register_that_exists_is_not_made_again(place: str) -> None:
    with pytest.raises(RegisterError, match="exists already"):
        create_register(place, {"MH": "某镇"})


def test_a_failure_while_it_is_made_leaves_nothing(tmp_path: Path) -> None:
    def fail(_work: object) -> None:
        raise RegisterError("no")

    with pytest.raises(RegisterError, match="no"):
        create_register(tmp_path / "register.db", {"MH": "某镇"}, first=fail)
    assert list(tmp_path.iterdir()) == []


def test_a_register_of_another_schema_is_refused(office: Office, place: str) -> None:
    for schema, said in (("0999", "of a newer program"), ("0000", "of a newer program")):
        with office.register.engine.begin() as connection:
            connection.execute(
                text("UPDATE alembic_version SET version_num = :its"), {"its": schema}
            )
        with pytest.raises(RegisterError, match=said):
            open_register(place)
        with pytest.raises(RegisterError, match=said):
            upgrade_register(place)
    with office.register.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert upgrade_register(place) == ("0001", "0001")


def test_what_is_no_register_is_refused(tmp_path: Path, postgresql: Server) -> None:
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE t (x)")
    connection.close()
    (tmp_path / "text.db").write_text("no database at all " * 100, encoding="utf-8")
    for where, said in (
        (tmp_path / "missing.db", "there is no register"),
        (tmp_path, "there is no register"),
        (other, "is no register"),
        (tmp_path / "text.db", "damaged or no register"),
        (postgresql.url_of(postgresql.database()), "is no register"),
        ("mysql://x", "mysql is no database of a register"),
        ("postgresql://user:secret@host:port/register", "cannot be read"),
        (postgresql.url_of("no_such_database"), "no connection"),
    ):
        with pytest.raises(RegisterError, match=said) as refused:
            open_register(where)
        assert "secret" not in str(refused.value)


def test_a_url_is_shown_without_its_password() -> None:
    assert "secret" not in str(address("postgresql://user:secret@host/register"))


def failing(office: Office, *statements: str) -> Any:
    """Run statements on each new connection; return what stops it."""

    def connected(connection: sqlite3.Connection, _record: object) -> None:
        for statement in statements:
            connection.execute(statement)

    office.register.engine.dispose()
    event.listen(office.register.engine, "connect", connected)

    def stop() -> None:
        event.remove(office.register.engine, "connect", connected)
        office.register.engine.dispose()

    return stop


def enter(office: Office, name: str = "某甲") -> None:
    with office.write() as work:
        for number in range(50):
            add_person(work, name * 60, "某镇", f"9999{number}{name}", "other")


def test_a_full_disk_is_said_and_a_retry_works(sqlite_office: Office) -> None:
    with sqlite_office.register.engine.connect() as connection:
        pages = connection.scalar(text("PRAGMA page_count"))
    stop = failing(sqlite_office, f"PRAGMA max_page_count = {pages}")
    with pytest.raises(RegisterError, match="disk is full: nothing was written"):
        enter(sqlite_office)
    stop()
    assert persons(sqlite_office) == 0
    enter(sqlite_office)
    assert persons(sqlite_office) == 50


def test_a_file_that_cannot_be_written_is_said(sqlite_office: Office) -> None:
    stop = failing(sqlite_office, "PRAGMA query_only = ON")
    with pytest.raises(RegisterError, match="cannot be written: nothing was changed"):
        enter(sqlite_office)
    stop()
    enter(sqlite_office)
    assert persons(sqlite_office) == 50


def test_a_locked_register_is_said(sqlite_office: Office) -> None:
    path = sqlite_office.register.place.path
    hasty = open_register(path, busy_seconds=0)
    with sqlite_office.write() as work:
        add_person(work, "某甲", "某镇", "9991", "other")
        with pytest.raises(RegisterError, match="holds the register locked"), hasty.write("test"):
            pass
        with hasty.read() as connection:
            assert connection.scalar(select(func.count()).select_from(person)) == 0
    with hasty.write("test") as other:
        add_person(other, "某乙", "某镇", "9992", "other")
    hasty.close()
    assert persons(sqlite_office) == 2


def lose_the_connection(office: Office, server: Server) -> None:
    with office.write() as work:
        add_person(work, "某甲", "某镇", "9991", "other")
        backend = work.connection.scalar(text("SELECT pg_backend_pid()"))
        server.run(f"SELECT pg_terminate_backend({backend}, 5000)")
        add_person(work, "某乙", "某镇", "9992", "other")


def test_a_lost_connection_is_said_and_a_retry_works(
    postgresql_office: Office, postgresql: Server
) -> None:
    with pytest.raises(RegisterError, match="no connection to the database"):
        lose_the_connection(postgresql_office, postgresql)
    assert persons(postgresql_office) == 0
    with postgresql_office.write() as work:
        add_person(work, "某甲", "某镇", "9991", "other")
    assert persons(postgresql_office) == 1


def test_kept_rules_come_back_as_they_were_or_not_at_all() -> None:
    pack = load_pack("shanghai-minhang", readings=["cap-holder=household"])
    kept = to_text(pack)
    again = from_text(kept, pack.hash, pack.base_hash, pack.readings, pack.overlay)
    assert again.hash == pack.hash
    assert again.pools.keys() == pack.pools.keys()
    for text_, pack_hash in ((kept.replace("90%", "91%"), pack.hash), ("{", pack.hash)):
        with pytest.raises(MediaidError, match="were altered"):
            from_text(text_, pack_hash, pack.base_hash, pack.readings, None)
