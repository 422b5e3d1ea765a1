"""The packs a register decides by: kept whole, by the hash of their rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from mediaid.claims.cells import parse_code
from mediaid.faults import Fault, RegisterError
from mediaid.i18n import gettext as _
from mediaid.packs.folder.stored import from_text, to_text
from mediaid.register.schema import rule_pack, setting
from mediaid.register.session import read_setting

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mediaid.packs.model import Pack
    from mediaid.register.session import Work

CURRENT = "pack"

_READ: dict[tuple[Any, ...], Pack] = {}
"""Packs read, by hash, base hash, readings and overlay."""

MOST_READ = 16


def adopt_pack(work: Work, pack: Pack) -> None:
    """Decide by these rules from now on; what was decided keeps its own."""
    work.subject = f"pack:{pack.hash}"
    known = work.connection.scalar(select(rule_pack.c.hash).where(rule_pack.c.hash == pack.hash))
    if known is None:
        work.insert(
            rule_pack,
            hash=pack.hash,
            pack=pack.id,
            base_hash=pack.base_hash,
            readings=dict(pack.readings),
            overlay=pack.overlay,
            content=to_text(pack),
            by_household=pack.by_household,
            adopted_by=work.actor.name,
            adopted_at=work.now,
        )
    if read_setting(work.connection, CURRENT):
        work.update(setting, {"name": CURRENT}, value=pack.hash)
    else:
        work.insert(setting, name=CURRENT, value=pack.hash)


def current_pack(connection: Connection) -> Pack:
    """Return the pack adopted last. Raises RegisterError where none was."""
    pack_hash = read_setting(connection, CURRENT)
    if not pack_hash:
        raise RegisterError(_("no rules are adopted yet: run mediaid register adopt PACK"))
    return pack_by_hash(connection, pack_hash)


def pack_by_hash(connection: Connection, pack_hash: str) -> Pack:
    """Return a kept pack. Raises PackError where what is kept was altered.

    A pack that this process has read already is not read again: its hash says what it is.
    """
    names = [rule_pack.c[name] for name in ("base_hash", "readings", "overlay")]
    row = connection.execute(select(*names).where(rule_pack.c.hash == pack_hash)).one_or_none()
    if row is None:
        raise RegisterError(_("rules {hash} are not in this register").format(hash=pack_hash))
    key = (pack_hash, row.base_hash, tuple(sorted(row.readings.items())), row.overlay)
    if key not in _READ:
        if len(_READ) == MOST_READ:
            _READ.clear()
        _READ[key] = read_kept(connection, pack_hash)
    return _READ[key]


def read_kept(connection: Connection, pack_hash: str) -> Pack:
    """Read a kept pack as it stands now. Raises PackError where it was altered."""
    found = select(rule_pack).where(rule_pack.c.hash == pack_hash)
    row = connection.execute(found).one_or_none()
    if row is None:
        raise RegisterError(_("rules {hash} are not in this register").format(hash=pack_hash))
    return from_text(row.content, pack_hash, row.base_hash, row.readings, row.overlay)


def code_of(connection: Connection, field: str, text: str) -> str:
    """Return the code that a code or label of the rules adopted last means.

    Raises RegisterError for one the rules do not know.
    """
    codes = current_pack(connection).codes[field]
    try:
        return list(codes)[parse_code(text, codes)]
    except ValueError as error:
        raise RegisterError(Fault(field, str(error))) from None
