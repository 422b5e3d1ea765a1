"""What the audit says of every row last: too much for memory, so it is kept in a passing file."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from mediaid.faults import RegisterError
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from types import TracebackType

CACHE_KIB = 32 * 1024
"""Up to here it stays in memory; beyond, SQLite spills to a file that is gone when it ends."""


class Witnesses:
    """Digests by table and key, the last one of each. Raises RegisterError where no room is."""

    def __init__(self) -> None:
        # A database without a name is private, readable by nobody else, and removed when closed.
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        self._db.execute(
            "CREATE TABLE witness (name TEXT, key TEXT, digest TEXT, PRIMARY KEY (name, key)) "
            "WITHOUT ROWID"
        )
        # One transaction without end: to commit each row walks through all pages in memory.
        self._db.execute("BEGIN")

    def __enter__(self) -> Witnesses:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._db.close()
        if isinstance(error, sqlite3.Error):
            raise RegisterError(
                _(
                    "there is no room to verify the register ({said}): free some space, or name a "
                    "folder with more in the environment variable SQLITE_TMPDIR"
                ).format(said=error)
            ) from error

    def note(self, rows: Iterable[Sequence[str]]) -> None:
        """Take over what an event says of its rows: (table, key, digest)."""
        self._db.executemany("INSERT OR REPLACE INTO witness VALUES (?, ?, ?)", rows)

    def of(self, name: str, key: str) -> str | None:
        """Return a row's digest, None where no event tells of it."""
        found = self._db.execute(
            "SELECT digest FROM witness WHERE name = ? AND key = ?", (name, key)
        ).fetchone()
        return None if found is None else str(found[0])

    def count(self, name: str) -> int:
        """Return of how many rows of a table events tell."""
        found = self._db.execute("SELECT count(*) FROM witness WHERE name = ?", (name,))
        return int(found.fetchone()[0])

    def tables(self) -> list[str]:
        """Return the tables that events tell of."""
        return [row[0] for row in self._db.execute("SELECT DISTINCT name FROM witness")]

    def missing(self, name: str, there: Iterable[str]) -> Iterator[str]:
        """Return the keys of a table that events tell of and that are not `there`."""
        self._db.execute("CREATE TEMP TABLE there (key TEXT PRIMARY KEY) WITHOUT ROWID")
        self._db.executemany("INSERT OR IGNORE INTO there VALUES (?)", ((key,) for key in there))
        rows = self._db.execute(
            "SELECT key FROM witness WHERE name = ? AND key NOT IN (SELECT key FROM there) "
            "ORDER BY key",
            (name,),
        )
        for (key,) in rows:
            yield key
        self._db.execute("DROP TABLE there")
