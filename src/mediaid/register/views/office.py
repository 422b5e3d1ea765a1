"""The register itself: its offices, its rules, whether it is a demonstration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from mediaid.register.determinations.packs import current_pack
from mediaid.register.schema import office
from mediaid.register.session import read_setting

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mediaid.packs.model import Pack

DEMONSTRATION = "demonstration"
"""The setting of a register whose people are made up."""


@dataclass(frozen=True)
class OfficeData:
    """`offices`: code → name."""

    offices: dict[str, str]
    pack: Pack
    demonstration: bool


def office_data(connection: Connection) -> OfficeData:
    """Return what there is to know of the register. Raises RegisterError without any rules."""
    rows = connection.execute(select(office).order_by(office.c.code))
    return OfficeData(
        {row.code: row.name for row in rows},
        current_pack(connection),
        bool(read_setting(connection, DEMONSTRATION)),
    )
