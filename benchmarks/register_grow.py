"""A register of millions of rows within minutes, by SQL: of real shape, but its audit is none.

One person's year, made by the program, is repeated by `INSERT … SELECT` under other numbers, with
triggers and foreign keys switched off meanwhile. Every table, index, text and JSON is there in the
size that the program writes; only hashes are not those of the rows, so it does not verify.
`register_rows.make` makes registers that do, more slowly.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from sqlalchemy import func, select, text

from benchmarks.measure import say
from benchmarks.register_rows import CASES, COPIED, NAMES, make
from mediaid.register.database.open import open_register
from mediaid.register.schema import metadata

if TYPE_CHECKING:
    from sqlalchemy import Connection

PERSON = "P000000001"


def grow(where: str, persons: int) -> None:
    """Make a register of so many persons, with four determinations each."""
    make(where, 1)
    register = open_register(where)
    postgresql = register.place.path is None
    try:
        with register.engine.connect() as connection:
            triggers = [] if postgresql else _without_triggers(connection)
            if postgresql:
                connection.execute(text("SET LOCAL session_replication_role = replica"))
            stride = {name: _count(connection, name) for name in (*COPIED, "audit_event")}
            for name in stride:
                began = time.perf_counter()
                # From a copy: out of the table itself everything would be held apart first.
                connection.execute(text(f"CREATE TEMP TABLE first AS SELECT * FROM {name}"))
                connection.execute(text(_insert(name, stride, persons, postgresql)))
                connection.execute(text("DROP TABLE first"))
                say(f"    {name}: {time.perf_counter() - began:.0f} s")
            connection.execute(text(f"UPDATE case_counter SET last = {persons * CASES}"))
            for statement in triggers:
                connection.exec_driver_sql(statement)
            for name in COPIED if postgresql else ():
                if "id" in metadata.tables[name].c:
                    connection.execute(
                        text(
                            f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), "
                            f"(SELECT max(id) FROM {name}))"
                        )
                    )
            connection.execute(
                text(
                    "UPDATE audit_head SET seq = (SELECT max(seq) FROM audit_event), hash = "
                    "(SELECT hash FROM audit_event ORDER BY seq DESC LIMIT 1)"
                )
            )
            connection.commit()
        with register.engine.connect() as connection:
            plain = connection.execution_options(isolation_level="AUTOCOMMIT")
            plain.execute(text("ANALYZE"))
            if not postgresql:
                plain.execute(text("PRAGMA journal_mode = WAL"))
    finally:
        register.close()


def _count(connection: Connection, name: str) -> int:
    return int(connection.scalar(select(func.count()).select_from(metadata.tables[name])) or 0)


def _without_triggers(connection: Connection) -> list[str]:
    """Drop an SQLite register's triggers and foreign keys; return what makes the triggers again."""
    raw = connection.connection.cursor()
    raw.execute("PRAGMA foreign_keys = OFF")
    raw.execute("PRAGMA synchronous = OFF")
    raw.execute("PRAGMA journal_mode = OFF")
    raw.execute("PRAGMA cache_size = -500000")
    found = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    triggers = connection.exec_driver_sql(found).all()
    for name, _sql in triggers:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    return [sql for _name, sql in triggers]


def _insert(name: str, stride: dict[str, int], persons: int, postgresql: bool) -> str:
    """Return the statement that repeats a table's rows for persons 1, 2 …"""
    table = metadata.tables[name]
    columns = {column.name: f't."{column.name}"' for column in table.c}
    for column in columns:
        its = name if column in ("id", "seq") else NAMES.get(column)
        if its is not None:
            columns[column] += f" + p.n * {stride[its]}"
    columns |= _texts(name, stride["bill"], postgresql)
    names, values = (", ".join(f'"{c}"' for c in columns), ", ".join(columns.values()))
    series = (
        f"generate_series(1, {persons - 1}) AS p(n)"
        if postgresql
        else f"(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s "
        f"WHERE n < {persons - 1}) SELECT n FROM s) AS p"
    )
    return f"INSERT INTO {name} ({names}) SELECT {values} FROM {series} CROSS JOIN first AS t"


def _texts(name: str, bills: int, postgresql: bool) -> dict[str, str]:
    """Return the expressions of columns that are more than shifted."""

    def padded(value: str, width: int) -> str:
        shown = f"CAST({value} AS text)"
        return f"lpad({shown}, {width}, '0')" if postgresql else f"printf('%0{width}d', {value})"

    person = f"'P' || {padded('p.n + 1', 9)}"
    claim = f"'B' || {padded('t.bill_id', 12)}"
    new_claim = f"'B' || {padded(f't.bill_id + p.n * {bills}', 12)}"
    line_feed = "chr(10)" if postgresql else "char(10)"
    number = "CAST(p.n AS text)"
    found = {
        "person": {"name": f"'Person ' || {number}", "town": "'Town ' || CAST(p.n % 20 AS text)"},
        "identity_document": {"number": f"'999999' || {padded('p.n', 12)}"},
        "aid_case": {"number": f"'MH-2023-' || {padded(f't.id + p.n * {CASES}', 7)}"},
        "bill": {
            "invoice_no": f"{number} || '-' || t.invoice_no",
            "bill_key": f"'hospital' || {line_feed} || {number} || '-' || t.invoice_no",
        },
        "determination_bill": {
            "claim": f"replace(replace(t.claim, '{PERSON}', {person}), {claim}, {new_claim})",
            "opening": f"replace(t.opening, '{PERSON}', {person})",
        },
        "pool_use": {"holder": person},
        "payment": {"town": "'Town ' || CAST(p.n % 20 AS text)"},
        "audit_event": {
            "subject": f"'case:MH-2023-' || {padded(f't.seq + p.n * {CASES}', 7)}",
            "hash": f"substr(t.hash, 1, 52) || {padded('p.n', 12)}",
            "previous": f"substr(t.previous, 1, 52) || {padded('p.n', 12)}",
        },
    }
    return found.get(name, {})
