"""The columns of a claims file for a pack."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from mediaid.packs.schema.fields import FIELDS, Field, Kind

if TYPE_CHECKING:
    from mediaid.packs.model import Pack

__all__ = ["ALWAYS", "FIELDS", "Field", "Kind", "pack_fields"]

ALWAYS = ("household_id", "visit_id", "already_aided", "reverses")
"""Optional columns whose meaning needs no pack: who belongs together, what was paid, what is
cancelled."""


@lru_cache(maxsize=64)
def pack_fields(pack: Pack) -> dict[str, Field]:
    """Return the columns a claims file for this pack may contain, required ones first."""
    file = pack.model.pack
    wanted = {*ALWAYS, *file.fields, file.dating, *file.bore}
    found = {name: f for name, f in FIELDS.items() if f.required or name in wanted}
    for name, own in file.own_fields.items():
        found[name] = Field(name, own.label, own.kind)
    return found
