"""A checked pack is kept as JSON, named by the content of its files and of this program.

Reading and checking YAML takes a hundred times as long as reading it back. The cache is only an
economy: whatever is wrong with it, the pack is read anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from mediaid.packs.schema.pack import Rules

if TYPE_CHECKING:
    from mediaid.packs.whole import PackModel


@dataclass(frozen=True)
class Kept:
    """A checked pack: its hash, its rules, and the rest for when it is asked for."""

    hash: str
    rules: Rules
    whole: Callable[[], PackModel]


def load(folder: Path, read: Callable[[], PackModel]) -> Kept:
    """Return the pack of a folder from the cache, or `read` it and keep it."""
    place = _place(folder)
    if place is not None:
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            return from_texts(json.loads(place.read_bytes()))
    model = read()
    from mediaid.packs.hashing import rules_hash  # noqa: PLC0415

    kept = Kept(rules_hash(model), model, lambda: model)
    if place is not None:
        with contextlib.suppress(OSError):
            _keep(place, json.dumps(as_texts(kept.hash, model), ensure_ascii=False))
    return kept


def as_texts(name: str, model: PackModel) -> dict[str, str]:
    """The rules and the whole as JSON texts, each read only when it is needed.

    What was not written in the files stays out: a change with a default is not one that sets it.
    """
    rules = Rules.model_construct(
        _fields_set=model.model_fields_set & set(Rules.model_fields),
        pack=model.pack,
        benefits=model.benefits,
        readings=model.readings,
    )
    return {
        "hash": name,
        "rules": rules.model_dump_json(by_alias=True, exclude_unset=True),
        "whole": model.model_dump_json(by_alias=True, exclude_unset=True),
    }


def from_texts(texts: dict[str, str]) -> Kept:
    """Read back what `as_texts` wrote."""

    def whole() -> PackModel:
        from mediaid.packs.whole import PackModel  # noqa: PLC0415

        return PackModel.model_validate_json(texts["whole"])

    return Kept(texts["hash"], Rules.model_validate_json(texts["rules"]), whole)


def _keep(path: Path, text: str) -> None:
    import tempfile  # noqa: PLC0415 - only when a pack is read anew

    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    Path(name).replace(path)


def _place(folder: Path) -> Path | None:
    """Return the cache file for what the folder holds now; None where there is no place for it."""
    root = cache_folder()
    if root is None:
        return None
    digest = hashlib.sha256(_program())
    try:
        for path in sorted(folder.iterdir()):
            if path.suffix in (".yaml", ".yml"):
                content = path.read_bytes()
                digest.update(f"{path.name}\0{len(content)}\0".encode() + content)
    except OSError:  # which reading the pack will report at its place
        return None
    return root / f"pack-{digest.hexdigest()}.json"


@lru_cache(maxsize=1)
def _program() -> bytes:
    """Identify the code that reads packs: another version must not trust this one's reading."""
    digest = hashlib.sha256()
    here = Path(__file__).parent
    for path in [*sorted(here.glob("*.py")), *sorted(here.parent.glob("*.py"))]:
        digest.update(path.read_bytes())
    return digest.digest()


def cache_folder() -> Path | None:
    """Return the user's cache folder for this program (MEDIAID_CACHE overrides; empty: none)."""
    chosen = os.environ.get("MEDIAID_CACHE")
    if chosen is not None:
        return Path(chosen) if chosen else None
    with contextlib.suppress(RuntimeError):
        home = Path.home()
        if sys.platform == "win32":
            return Path(os.environ.get("LOCALAPPDATA", home / "AppData/Local")) / "mediaid"
        if sys.platform == "darwin":
            return home / "Library/Caches/mediaid"
        return Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache") / "mediaid"
    return None
