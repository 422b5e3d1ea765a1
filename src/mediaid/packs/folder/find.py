"""Where packs are: shipped ones by id, others by folder."""

from __future__ import annotations

from pathlib import Path

from mediaid.faults import Fault, PackError, nearest, visible
from mediaid.i18n import gettext as _


def data_folder(name: str) -> Path:
    """Return the shipped folder `rules` or `scenarios`: in the wheel, else in the source tree."""
    package = Path(__file__).resolve().parents[2]
    shipped = package / "_data" / name
    return shipped if shipped.is_dir() else package.parents[1] / name


def shipped_packs() -> dict[str, Path]:
    """Return the shipped packs' folders by their ids."""
    rules = data_folder("rules")
    if not rules.is_dir():
        return {}
    return {p.name: p for p in sorted(rules.iterdir()) if (p / "pack.yaml").is_file()}


def pack_folder(id_or_path: str | Path) -> Path:
    """Return the folder of a pack given by id or path. Raises PackError when there is none."""
    shipped = shipped_packs()
    if isinstance(id_or_path, str) and id_or_path in shipped:
        return shipped[id_or_path]
    folder = Path(id_or_path)
    if folder.is_dir():
        return folder
    text = str(id_or_path)
    if folder.exists():
        raise PackError(
            Fault(
                text,
                _("is a file: name the folder of the pack, such as {folder}").format(
                    folder=folder.parent
                ),
            )
        )
    raise PackError(
        Fault(
            "",
            _("there is no pack {name}.{nearest} Known packs: {packs}; or name a folder").format(
                name=visible(text), packs=", ".join(shipped), nearest=nearest(text, shipped)
            ),
        )
    )
