"""The whole register as files: one of JSON lines a table, and a manifest."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mediaid.faults import Fault, RegisterError, visible, why_not
from mediaid.i18n import gettext as _
from mediaid.people.masking import mask_id, mask_name
from mediaid.people.redact import mask_all
from mediaid.register.audit.check import check_audit
from mediaid.register.copies.rows import (
    TABLES,
    continue_numbering,
    decoded,
    insert_rows,
    rows_of,
)
from mediaid.register.database.open import taking_over
from mediaid.register.database.private import create_private
from mediaid.register.schema import HEAD
from mediaid.register.schema.types import canonical

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection, Table

    from mediaid.register.session import Register

MANIFEST = "manifest.json"
OWNER_ALONE = 0o700

MASKS: dict[tuple[str, str], Callable[[Any], Any]] = {
    ("person", "name"): mask_name,
    ("person", "payee"): mask_name,
    ("person", "account"): mask_id,
    ("identity_document", "number"): mask_id,
    ("payment", "payee"): mask_name,
    ("payment", "account"): mask_id,
    # From the digest of a row somebody could find its number by trying all there are.
    ("audit_event", "rows"): lambda rows: [[table, key] for table, key, _digest in rows],
    ("audit_event", "previous"): lambda _hash: "",
    ("audit_event", "hash"): lambda _hash: "",
}
"""What is not written in clear unless it is asked for."""


def export(register: Register, folder: Path, *, clear: bool = False) -> int:
    """Write all tables to a new folder; return the number of rows.

    Names and numbers are masked unless `clear`; only a clear export can be restored. That it
    was written is an audit event, in the register but not in the export. Raises RegisterError;
    what goes wrong leaves no folder behind.
    """
    _new_folder(folder)
    try:
        return _export(register, folder, clear)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise RegisterError(Fault(str(folder), why_not(error))) from None
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _export(register: Register, folder: Path, clear: bool) -> int:
    count = 0
    with register.read() as connection:
        sums: dict[str, str] = {}
        for table in TABLES:
            path = folder / f"{table.name}.jsonl"
            count += _write(path, _lines(connection, table, clear))
            sums[path.name] = _sum(path)
        if clear:
            with register.write("export.clear") as work:
                work.details = {"rows": count}
        manifest = {"schema": HEAD, "clear": clear, "sha256": sums}
        _write(folder / MANIFEST, iter([json.dumps(manifest, indent=2, sort_keys=True)]))
    return count


def load(folder: Path, where: str) -> int:
    """Make a new register of a clear export; return the number of rows.

    Raises RegisterError where a file is missing or altered, or the result does not verify.
    """
    manifest = _manifest(folder)
    for name, its in manifest["sha256"].items():
        if _sum(folder / name) != its:
            raise RegisterError(Fault(str(folder / name), _("is missing or was altered")))
    with taking_over(where) as connection:
        count = sum(
            insert_rows(connection, table, _read(folder / f"{table.name}.jsonl", table))
            for table in TABLES
        )
        continue_numbering(connection)
        for fault in check_audit(connection):
            raise RegisterError(Fault(str(folder), fault))
    return count


def _new_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=OWNER_ALONE)
        folder.chmod(OWNER_ALONE)
    except FileExistsError:
        raise RegisterError(Fault(str(folder), _("exists already: it is left as it is"))) from None
    except OSError as error:
        raise RegisterError(Fault(str(folder), why_not(error))) from None


def _lines(connection: Connection, table: Table, clear: bool) -> Iterator[str]:
    masks = {name: mask for (its, name), mask in MASKS.items() if its == table.name and not clear}
    for row in rows_of(connection, table):
        for name, mask in masks.items():
            row[name] = mask(row[name])
        yield canonical(row if clear else mask_all(row))


def _write(path: Path, lines: Iterator[str]) -> int:
    """Write lines to a file that nobody else may read."""
    count = 0
    with os.fdopen(create_private(path), "w", encoding="utf-8", newline="\n") as file:
        for line in lines:
            file.write(line + "\n")
            count += 1
    return count


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        schema, clear, names = manifest["schema"], manifest["clear"], set(manifest["sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        raise RegisterError(Fault(str(path), _("is no export of a register"))) from None
    if schema != HEAD:
        raise RegisterError(
            Fault(
                str(path),
                _("has schema {found}, but this program reads {known}").format(
                    found=visible(str(schema)), known=HEAD
                ),
            )
        )
    if not clear:
        raise RegisterError(
            Fault(str(path), _("its names are masked: only a clear export can be restored"))
        )
    if names != {f"{table.name}.jsonl" for table in TABLES}:
        raise RegisterError(Fault(str(path), _("is no export of a register")))
    return dict(manifest)


def _sum(path: Path) -> str:
    with suppress(OSError), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
    return ""


def _read(path: Path, table: Table) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            try:
                yield decoded(table, json.loads(line))
            except (ValueError, KeyError, TypeError):
                raise RegisterError(
                    Fault(
                        f"{path}:{number}",
                        _("cannot be read as a row of {table}").format(table=table.name),
                    )
                ) from None
