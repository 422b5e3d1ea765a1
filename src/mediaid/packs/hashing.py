"""The hash that names the rules a figure was computed by."""

from __future__ import annotations

import hashlib
import json

from mediaid.packs.model import NOT_RULES, PackModel


def rules_hash(model: PackModel) -> str:
    """SHA-256 over the rules' content: comments, spacing and published figures do not count."""
    content = model.model_dump(mode="json", by_alias=True, exclude_none=True, exclude=NOT_RULES)
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()
