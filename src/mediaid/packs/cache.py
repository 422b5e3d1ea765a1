"""A checked pack is kept as JSON, named by the content of its files and of this program.

Reading and checking YAML takes a hundred times as long as reading it back. The cache is only an
economy: whatever is wrong with it, the pack is read anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from mediaid.packs.model import PackModel


def load(folder: Path, read: Callable[[], PackModel]) -> PackModel:
    """Return the pack of a folder from the cache, or `read` it and keep it."""
    kept = _kept(folder)
    if kept is None:
        return read()
    with contextlib.suppress(OSError, ValueError):
        return PackModel.model_validate_json(kept.read_bytes())
    model = read()
    with contextlib.suppress(OSError):
        _keep(kept, model.model_dump_json(by_alias=True, exclude_none=True))
    return model


def _keep(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(name, path)


def _kept(folder: Path) -> Path | None:
    """Return the cache file for what the folder holds now; None where there is no place for it."""
    root = cache_folder()
    if root is None:
        return None
    digest = hashlib.sha256(_program())
    for path in sorted(folder.iterdir()):
        if path.suffix in (".yaml", ".yml"):
            content = path.read_bytes()
            digest.update(f"{path.name}\0{len(content)}\0".encode() + content)
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
