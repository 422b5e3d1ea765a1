"""The hash that names the rules a figure was computed by."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from mediaid.packs.whole import NOT_RULES, PackModel


def rules_hash(model: PackModel) -> str:
    """SHA-256 over the rules' content: comments, spacing and published figures do not count.

    Nor does the order of keys, but for payers' shares: an odd 分 goes to the payer named first.
    """
    content = model.model_dump(mode="json", by_alias=True, exclude_none=True, exclude=NOT_RULES)
    text = json.dumps(
        _with_order(content), sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def _with_order(part: Any) -> Any:
    """Return dumped rules with the shares of payers as lists of pairs."""
    if isinstance(part, list):
        return [_with_order(below) for below in part]
    if not isinstance(part, dict):
        return part
    if part.get("unit") == "shares" and isinstance(part.get("values"), list):
        depth = len(part.get("by", []))
        values = [{**dated, "value": _pairs(dated["value"], depth)} for dated in part["values"]]
        return {**part, "values": values}
    return {key: _with_order(below) for key, below in part.items()}


def _pairs(value: Any, depth: int) -> Any:
    if not isinstance(value, dict):
        return value
    if depth == 0:
        return list(value.items())
    return {code: _pairs(below, depth - 1) for code, below in value.items()}
