"""What every budget figure carries with it: which rules, which version of the program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mediaid import __version__
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from mediaid.packs.model import Pack


def as_data(pack: Pack) -> dict[str, Any]:
    """Return the rules in effect and the program's version as plain data."""
    return {
        "mediaid": __version__,
        "pack": pack.id,
        "label": str(pack.label),
        "hash": pack.hash,
        "readings": dict(pack.readings),
        "draft": pack.draft,
    }


def as_line(pack: Pack) -> str:
    """Return the same as one line of text."""
    line = _("{label}, pack {pack}, {hash}").format(label=pack.label, pack=pack.id, hash=pack.hash)
    chosen = ", ".join(f"{reading}={choice}" for reading, choice in pack.readings.items())
    parts = [line, _("readings: {chosen}").format(chosen=chosen)] if chosen else [line]
    return _("; ").join([*parts, *draft_words(pack)])


def draft_words(pack: Pack) -> list[str]:
    """Say of a draft, where one is computed with, that it is not in force."""
    if pack.draft is None:
        return []
    return [_("DRAFT for {year}, not in force").format(year=pack.draft)]
