"""Which files are scenarios, told from their top-level keys without parsing YAML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

SUFFIXES = (".yaml", ".yml")
KEYS = frozenset({"pack", "scenarios"})

_TOP_KEY = re.compile(r"""^(["']?)(pack|scenarios)\1\s*:""", re.MULTILINE)


def keys_found(path: Path) -> frozenset[str]:
    """Return which of KEYS stand at the top of a file; none for one that cannot be read."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return frozenset()
    return frozenset(found[2] for found in _TOP_KEY.finditer(text))
