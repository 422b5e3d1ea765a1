"""From a folder of YAML to a pack that is checked as a whole, or every fault of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from mediaid.packs.folder import cache
from mediaid.packs.folder.find import pack_folder
from mediaid.packs.model import Pack
from mediaid.packs.schema.pack import Rules

if TYPE_CHECKING:
    import datetime as dt

    from mediaid.packs.changes.sourced import Sourced
    from mediaid.packs.whole import PackModel


def load_pack(
    id_or_path: str | Path,
    *,
    readings: Mapping[str, str] | Iterable[str] = (),
    overlay: Path | str | None = None,
    drafts: bool = False,
    known_on: dt.date | None = None,
) -> Pack:
    """Load a shipped pack by its id, or any pack by its folder.

    `readings` chooses alternatives (id → alternative, or "id=alternative" texts); `overlay` names
    a file of changes; one that is a draft of a year is refused unless `drafts`. `known_on` takes
    the version of the pack that was adopted by that day. Raises PackError with every fault.
    """
    folder = pack_folder(id_or_path)
    shown = str(id_or_path)
    if known_on is None:
        kept = cache.load(folder, lambda: _read(folder, shown))
    else:
        from mediaid.packs.versions.kept import known_pack  # noqa: PLC0415

        kept = known_pack(folder, shown, known_on)
    chosen, changes = _choose(kept.rules, readings)
    name = year = None
    if overlay is not None:
        from mediaid.packs.changes.change import read_overlay  # noqa: PLC0415

        given = read_overlay(Path(overlay), kept.rules, kept.hash, drafts=drafts)
        name, year = given.name, given.overlay.draft
        changes = [*changes, *given.changes]
    if not changes:
        return Pack(kept.rules, kept.hash, kept.hash, chosen, rest=kept.whole)
    from mediaid.packs.hashing import rules_hash  # noqa: PLC0415

    changed = _changed(kept.whole(), changes)
    return Pack(changed, rules_hash(changed), kept.hash, chosen, name, year)


# A pack that comes from the cache as it stands needs none of what reads, checks and changes packs.


def _read(folder: Path, shown: str) -> PackModel:
    from mediaid.packs.read import read_pack  # noqa: PLC0415

    return read_pack(folder, shown)


def _changed(model: PackModel, changes: list[Sourced]) -> PackModel:
    from mediaid.packs.changes.change import changed_model  # noqa: PLC0415

    return changed_model(model, changes)


def _choose(
    model: Rules, readings: Mapping[str, str] | Iterable[str]
) -> tuple[dict[str, str], list[Sourced]]:
    wanted = readings if isinstance(readings, Mapping | str) else tuple(readings)
    if not wanted:
        return {name: reading.default.id for name, reading in model.readings.items()}, []
    from mediaid.packs.changes.select import choose  # noqa: PLC0415

    return choose(model, wanted)
