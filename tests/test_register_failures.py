"""What a clerk is told when the machine gives up, in both languages; trying again then works."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, text

from command import mediaid
from mediaid import i18n
from mediaid.faults import RegisterError
from mediaid.register.audit.check import check_audit
from mediaid.register.copies.copy import back_up
from mediaid.register.copies.files import export
from mediaid.register.database.open import create_register, open_register
from mediaid.register.payments.lists import send_list
from mediaid.register.people.persons import add_person
from mediaid.register.schema import person
from mediaid.register.workflow.approve import approve
from register_support import resident_number

if TYPE_CHECKING:
    from mediaid.i18n import Lang
    from postgresql import Server
    from register_support import Office

NOBODY = 65534

LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
from mediaid.cli.main import main
sys.exit(main(sys.argv[2:]))
"""
"""No file of this process grows beyond so many bytes: as on a disk that is full."""


def ran(code: str, *arguments: str) -> tuple[int, str]:
    """Run Python in a process of its own; return its exit code and all that it printed."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def count(office: Office) -> int:
    with office.register.read() as connection:
        assert list(check_audit(connection)) == []
        return int(connection.scalar(select(func.count()).select_from(person)) or 0)


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "nothing was changed"), ("zh", "什么也没有改动")]
)
def test_no_room_for_a_change_is_said_and_a_retry_works(
    sqlite_office: Office, sqlite_place: str, tmp_path: Path, lang: Lang, said: str
) -> None:
    rows = "".join(f"{resident_number(i)},某甲,某镇\n" for i in range(300))
    people = tmp_path / "people.csv"
    people.write_text("证件号码,姓名,镇街\n" + rows, encoding="utf-8")
    command = ("--lang", lang, "register", "import", str(people), "--yes")
    code, out = ran(LIMITED, str(48 * 1024), *command, "--register", sqlite_place)
    assert code == 2, out
    assert said in out
    assert "Traceback" not in out
    assert count(sqlite_office) == 0
    assert mediaid_in(lang, *command[2:], "--register", sqlite_place) == 0
    assert count(sqlite_office) == 300


def mediaid_in(lang: str, *arguments: str) -> int:
    from mediaid.cli.main import main  # noqa: PLC0415

    try:
        return main(["--lang", lang, *arguments])
    finally:
        i18n.choose("en")


def test_no_room_for_copies_or_a_list_is_said_and_leaves_nothing(
    sqlite_office: Office, sqlite_place: str, tmp_path: Path
) -> None:
    office = sqlite_office
    office.account(office.person())
    case = office.approved(1, ("2023-05-01", 1000))
    folder = tmp_path / "copies"
    folder.mkdir()
    for size, words, target in (
        (32 * 1024, ("backup", str(folder / "backup.db")), "nothing was changed"),
        (32 * 1024, ("export", str(folder / "export")), "the disk is full"),
        (32 * 1024, ("restore", sqlite_place), "nothing was changed"),
        (0, ("payment", "list", str(folder / "bank.csv")), ""),
    ):
        where = str(folder / "new.db") if words[0] == "restore" else sqlite_place
        code, out = ran(LIMITED, str(size), "--lang", "en", "register", *words, "--register", where)
        assert (code, "Traceback" in out) == (2, False), out
        assert target in out
        assert list(folder.iterdir()) == [], words
    with office.write(name="approver") as work, pytest.raises(RegisterError, match="waiting for p"):
        approve(work, case)
    back_up(office.register, folder / "backup.db")
    export(office.register, folder / "export")
    assert send_list(office.register, folder / "bank.csv").lines == 1


AS_SOMEBODY = """
import os, sys
from mediaid.cli.main import main
user, mine, its, *words = sys.argv[1:]
# All that is needed is loaded before, since who runs it may not read the program's folder.
assert main([*words, "--register", mine]) == 0
if int(user):
    os.setgroups([]), os.setgid(int(user)), os.setuid(int(user))
sys.exit(main([*words, "--register", its]))
"""


@pytest.fixture
def of_somebody_else(
    sqlite_template: Path, tmp_path: Path
) -> Iterator[Callable[..., tuple[int, str]]]:
    """Give `run(mode, folder_mode, *words)`: a command on a register that the user does not own, or
    may not write."""
    root = os.geteuid() == 0
    with tempfile.TemporaryDirectory(prefix="mediaid-") as name:
        folder = Path(name)
        path = folder / "register.db"
        path.write_bytes(sqlite_template.read_bytes())

        def run(mode: int, folder_mode: int, *words: str) -> tuple[int, str]:
            mine = tmp_path / "mine.db"
            mine.write_bytes(sqlite_template.read_bytes())
            path.chmod(mode)
            folder.chmod(folder_mode)
            try:
                return ran(AS_SOMEBODY, str(NOBODY * root), str(mine), str(path), *words)
            finally:
                folder.chmod(0o700)
                path.chmod(0o600)
                mine.unlink(missing_ok=True)

        yield run


@pytest.mark.parametrize(
    ("lang", "closed", "read_only"),
    [
        ("en", "may not open the file: its owner can share it", "nothing was changed"),
        ("zh", "可由文件所有者", "什么也没有改动"),
    ],
)
def test_a_register_that_may_not_be_read_or_written_is_said(
    of_somebody_else: Callable[..., tuple[int, str]], lang: Lang, closed: str, read_only: str
) -> None:
    root = os.geteuid() == 0
    number = resident_number(1)
    add = ("register", "person", "add", "--name", "x", "--town", "y", "--number", number)
    for mode, folder, said in (
        (0o600 if root else 0, 0o755, closed),
        (0o644 if root else 0o400, 0o755 if root else 0o500, read_only),
    ):
        code, out = of_somebody_else(mode, folder, "--lang", lang, *add)
        assert code == 2, out
        assert said in out
        assert "Traceback" not in out
    code, out = of_somebody_else(0o666, 0o777, "--lang", lang, *add)
    assert code == 0, out


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "holds the register locked"), ("zh", "另一程序锁住了台账")]
)
def test_a_register_locked_by_another_process_is_said(
    sqlite_office: Office, sqlite_place: str, monkeypatch: pytest.MonkeyPatch, lang: Lang, said: str
) -> None:
    """The other one keeps its transaction open: reading goes on, writing does not."""
    monkeypatch.setattr("mediaid.register.database.open.BUSY_SECONDS", 0)
    other = sqlite3.connect(sqlite_place, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    i18n.choose(lang)
    hasty = open_register(sqlite_place, busy_seconds=0)
    with hasty.read() as connection:
        assert connection.scalar(select(func.count()).select_from(person)) == 0
    with pytest.raises(RegisterError, match=said), hasty.write("test"):
        pass
    other.execute("ROLLBACK")
    other.close()
    with hasty.write("test") as work:
        add_person(work, "某甲", "某镇", "9991", "other")
    hasty.close()
    assert count(sqlite_office) == 1


@pytest.mark.parametrize(("lang", "said"), [("en", "nothing was changed"), ("zh", "均未生效")])
@pytest.mark.parametrize("moment", ["within", "before the commit"])
def test_a_connection_lost_in_the_middle_is_said_and_a_retry_works(
    postgresql_office: Office, postgresql: Server, moment: str, lang: Lang, said: str
) -> None:
    office = postgresql_office
    case = office.reviewed(office.person(), ("2023-05-01", 1000))
    i18n.choose(lang)

    def approve_it(lose: bool) -> None:
        with office.write("case.approve", "approver") as work:
            if lose and moment == "within":
                end(work)
            approve(work, case)
            if lose:
                end(work)

    def end(work: object) -> None:
        pid = work.connection.scalar(text("SELECT pg_backend_pid()"))  # type: ignore[attr-defined]
        postgresql.run(f"SELECT pg_terminate_backend({pid}, 5000)")

    with pytest.raises(RegisterError, match=said):
        approve_it(True)
    with office.register.read() as connection:
        assert list(check_audit(connection)) == []
    approve_it(False)
    assert pay(office, case) == 900_00


def pay(office: Office, case: str) -> int:
    from mediaid.register.payments.pay import pay_case  # noqa: PLC0415

    with office.write("payment.send") as work:
        return pay_case(work, case)


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077, 0o277, 0o777])
def test_whatever_the_umask_what_is_written_is_its_owners_alone(
    tmp_path: Path, mask: int, sqlite_office: Office
) -> None:
    """The register, its log and shared memory while it is open, a backup, an export, a list."""
    office = sqlite_office
    office.account(office.person())
    office.approved(1, ("2023-05-01", 1000))
    folder = tmp_path / "made"
    folder.mkdir()
    with umask(mask):
        made = create_register(folder / "register.db", {"MH": "某镇"})
        with made.write("test") as work:
            add_person(work, "某甲", "某镇", "9991", "other")
        beside = {path.name for path in folder.iterdir()}
        assert beside == {"register.db", "register.db-wal", "register.db-shm"}
        modes = [path.stat().st_mode for path in folder.iterdir()]
        made.close()
        back_up(office.register, folder / "backup.db")
        export(office.register, folder / "export", clear=True)
        send_list(office.register, folder / "bank.csv")
    assert stat.S_IMODE((folder / "export").stat().st_mode) == 0o700
    modes += [path.stat().st_mode for path in folder.rglob("*") if path.is_file()]
    assert {stat.S_IMODE(mode) for mode in modes} == {0o600}


def test_what_goes_wrong_with_a_file_is_said_in_chinese_too(
    sqlite_place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for words, said in (
        (("payment", "list", str(tmp_path / "no" / "bank.csv")), "没有这个文件或文件夹"),
        (("payment", "results", str(tmp_path)), "是文件夹"),
        (("export", str(tmp_path / "no" / "export")), "没有这个文件或文件夹"),
        (("import", str(tmp_path / ("长" * 300))), "名称太长"),
        (("backup", sqlite_place), "已经存在"),
        (("person", "show", "9" * 30), "台账无法保存"),
    ):
        done = mediaid(capsys, "--lang", "zh", "register", *words, "--register", sqlite_place)
        assert (done.code, said in done.err) == (2, True), (words, done.err)
        assert "Traceback" not in done.err
    assert json.loads(
        mediaid(capsys, "register", "verify", "--json", "--register", sqlite_place).out
    ) == {"faults": [], "determinations": 0}
