"""What the user chose and finds again: language, theme, pack, keys."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING

from mediaid.desk.state import state_folder, write_private

if TYPE_CHECKING:
    from pathlib import Path

DEFAULT_PACK = "shanghai-minhang"


@dataclass
class Settings:
    """`lang` and `theme` may be empty: then the program's default holds. `keys` maps an action's
    id to the key that calls it instead of its usual one. `register` is the address of the register
    that was opened last, `office` the code of the office that cases are taken in for."""

    lang: str = ""
    theme: str = ""
    pack: str = DEFAULT_PACK
    keys: dict[str, str] = field(default_factory=dict)
    register: str = ""
    office: str = ""


def _path() -> Path:
    return state_folder() / "settings.json"


def read_settings() -> Settings:
    """Return the settings; whatever cannot be read is as if it had never been set."""
    settings = Settings()
    try:
        data = json.loads(_path().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return settings
    if isinstance(data, dict):
        for its in fields(settings):
            value = data.get(its.name)
            if its.name == "keys" and isinstance(value, dict):
                settings.keys = {str(k): v for k, v in value.items() if isinstance(v, str)}
            elif its.name != "keys" and isinstance(value, str):
                setattr(settings, its.name, value)
    return settings


def write_settings(settings: Settings) -> None:
    """Remember the settings. Raises MediaidError when they cannot be written."""
    write_private(_path(), json.dumps(asdict(settings), ensure_ascii=False, indent=1))
