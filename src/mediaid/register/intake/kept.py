"""Mappings that an office keeps in the register by name; every version of them stays."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from mediaid.faults import Fault, RegisterError, nearest, visible
from mediaid.i18n import gettext as _
from mediaid.mappings.files import MappingError, load_mapping, read_mapping
from mediaid.register.determinations.packs import current_pack
from mediaid.register.intake.columns import TEMPLATE
from mediaid.register.schema import kept_mapping, office

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from mediaid.mappings.files import Loaded
    from mediaid.packs.model import Pack
    from mediaid.register.session import Work

_NAME = re.compile(r"[\w-]{1,60}")


def keep_mapping(work: Work, office_code: str, name: str, text: str) -> bool:
    """Keep a mapping's YAML under a name; return False where it stands so already.

    Raises RegisterError for a name that cannot be, MappingError for a mapping that is at fault.
    """
    if not _NAME.fullmatch(name) or name == TEMPLATE:
        raise RegisterError(
            _("{name} cannot name a mapping: letters, digits, - and _, and not {own}").format(
                name=visible(name), own=TEMPLATE
            )
        )
    if work.connection.scalar(select(office.c.code).where(office.c.code == office_code)) is None:
        raise RegisterError(_("there is no office {office}").format(office=visible(office_code)))
    read_mapping(text, name, current_pack(work.connection))
    work.subject = f"mapping:{office_code}/{name}"
    if _texts(work.connection, office_code).get(name) == text:
        return False
    _add(work, office_code, name, text)
    return True


def remove_mapping(work: Work, office_code: str, name: str) -> None:
    """Have an office keep a mapping no longer. Raises RegisterError where it keeps none so."""
    _text(work.connection, office_code, name)
    work.subject = f"mapping:{office_code}/{name}"
    _add(work, office_code, name, None)


def kept_mappings(connection: Connection, office_code: str) -> list[Row[Any]]:
    """Return the mappings an office keeps by name: office, name, content, kept_by, kept_at."""
    last = (
        select(func.max(kept_mapping.c.id))
        .where(kept_mapping.c.office == office_code)
        .group_by(kept_mapping.c.name)
    )
    found = select(kept_mapping).where(
        kept_mapping.c.id.in_(last), kept_mapping.c.content.is_not(None)
    )
    return list(connection.execute(found.order_by(kept_mapping.c.name)))


def mapping_text(connection: Connection, office_code: str, name: str) -> str:
    """Return the YAML of a kept mapping. Raises RegisterError where there is none."""
    return _text(connection, office_code, name)


def find_mapping(connection: Connection, office_code: str, name: str, pack: Pack) -> Loaded:
    """Return a mapping by name: one that the office keeps, or else a known one, or a file.

    Raises MappingError where there is none, or it is at fault.
    """
    texts = _texts(connection, office_code)
    if name in texts:
        return read_mapping(texts[name], name, pack)
    try:
        return load_mapping(name, pack)
    except MappingError as error:
        if texts and any(not fault.where for fault in error.faults):
            kept = _("the office keeps: {names}").format(names=", ".join(texts))
            raise MappingError([*error.faults, Fault("", kept)]) from error
        raise


def _texts(connection: Connection, office_code: str) -> dict[str, str]:
    return {row.name: row.content for row in kept_mappings(connection, office_code)}


def _text(connection: Connection, office_code: str, name: str) -> str:
    texts = _texts(connection, office_code)
    if name not in texts:
        raise RegisterError(
            _("office {office} keeps no mapping {name}.{nearest}").format(
                office=visible(office_code), name=visible(name), nearest=nearest(name, texts)
            )
        )
    return texts[name]


def _add(work: Work, office_code: str, name: str, text: str | None) -> None:
    work.insert(
        kept_mapping,
        office=office_code,
        name=name,
        content=text,
        kept_by=work.actor.name,
        kept_at=work.now,
    )
