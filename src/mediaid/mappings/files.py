"""Mapping files: where they are, reading them, and every fault of them with its place."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from mediaid import yamlsource
from mediaid.faults import Fault, MediaidError, PackError, nearest, visible
from mediaid.i18n import gettext as _
from mediaid.mappings.check import problems
from mediaid.mappings.model import Mapping
from mediaid.packs.folder.find import data_folder
from mediaid.packs.folder.locate import by_place
from mediaid.packs.folder.repair import validated

if TYPE_CHECKING:
    from mediaid.packs.model import Pack
    from mediaid.yamlsource import Source

FOLDER_VARIABLE = "MEDIAID_MAPPINGS"
"""Names a folder of the office's own mappings, which are then known by their names."""


class MappingError(MediaidError):
    """A mapping that is refused."""


@dataclass(frozen=True, eq=False)
class Loaded:
    """A mapping, and the file it was read from, for naming places in it."""

    model: Mapping
    source: Source
    path: Path

    @property
    def name(self) -> str:
        """What the mapping is called on the command line: the name of its file."""
        return visible(self.path.stem)


def known_mappings() -> dict[str, Path]:
    """The mappings that go by a name: shipped ones, and those of the office's folder."""
    folders = [data_folder("mappings")]
    if os.environ.get(FOLDER_VARIABLE):
        folders.append(Path(os.environ[FOLDER_VARIABLE]))
    return {
        path.stem: path
        for folder in folders
        if folder.is_dir()
        for path in sorted(folder.iterdir())
        if path.suffix in (".yaml", ".yml")
    }


def mapping_path(name_or_path: str) -> Path:
    """The file of a mapping given by name or path. Raises MappingError if there is none."""
    known = known_mappings()
    if name_or_path in known:
        return known[name_or_path]
    path = Path(name_or_path)
    if path.is_file():
        return path
    raise MappingError(
        _("there is no mapping {name}.{nearest} Known: {known}; or name a file").format(
            name=visible(name_or_path),
            nearest=nearest(name_or_path, known),
            known=", ".join(known),
        )
    )


def read_mapping(text: str, name: str, pack: Pack | None = None) -> Loaded:
    """Read a mapping from its text, and check it. Raises MappingError with every fault."""
    try:
        source = yamlsource.loads(text, name)
    except PackError as error:
        raise MappingError(error.faults) from error
    return _checked(_validated(source, Path(name)), pack)


def load_mapping(name_or_path: str, pack: Pack | None = None) -> Loaded:
    """Read a mapping by name or file, and check it, for a pack too if one is given.

    Raises MappingError with every fault, each as file:line:column.
    """
    path = mapping_path(name_or_path)
    return _checked(_read(path, path.stat().st_mtime_ns), pack)


def _checked(loaded: Loaded, pack: Pack | None) -> Loaded:
    faults = [Fault(loaded.source.where(at), text) for at, text in problems(loaded.model, pack)]
    if faults:
        raise MappingError(sorted(set(faults), key=by_place))
    return loaded


@lru_cache(maxsize=16)
def _read(path: Path, _changed: int) -> Loaded:
    try:
        source = yamlsource.read(path)
    except PackError as error:
        raise MappingError(error.faults) from error
    return _validated(source, path)


def _validated(source: Source, path: Path) -> Loaded:
    model, faults = validated(source, Mapping)
    faults = [*source.faults, *faults]
    if faults or not isinstance(model, Mapping):
        raise MappingError(sorted(set(faults), key=by_place))
    return Loaded(model, source, path)
