"""Changes of a pack written back into its files, the rest of which stays as it is written.

What is written is the difference between two plain forms of a pack (`raw_rules` of
`packs.changes.change`). Comments, order and spelling of all that did not change are kept.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mediaid import yamlsource
from mediaid.packs.folder.kinds import KINDS

Raw = dict[str, Any]

_DEFAULTS = {"after": "stop", "status": "confirmed"}


def write_back(folder: Path, before: Raw, after: Raw) -> list[str]:
    """Change the files of a folder that holds `before` so that they hold `after`.

    Returns the names of the files that changed.
    """
    changed = []
    for path in sorted(its for its in folder.iterdir() if its.suffix in (".yaml", ".yml")):
        node = yamlsource.as_nodes(path.read_text(encoding="utf-8-sig"))
        first = next(iter(node))
        kind = KINDS[first]
        if kind.part not in before:
            continue
        old, new = before[kind.part], after[kind.part]
        if kind.keyed:
            old, new = old[str(node[first])], new[str(node[first])]
        if old == new:
            continue
        _sync(node if kind.keyed or first == "pack" else node[first], old, new)
        path.write_text(yamlsource.written(node), encoding="utf-8")
        changed.append(path.name)
    return changed


def _sync(node: Any, old: Raw, new: Raw) -> None:
    for key in old:
        if key not in new:
            node.pop(key, None)
    for key, value in new.items():
        was = old.get(key)
        if key in old and was == value:
            continue
        within = node.get(key)
        if isinstance(value, dict) and isinstance(was, dict) and isinstance(within, dict):
            _sync(within, was, value)
        elif isinstance(value, list) and isinstance(was, list) and _dated(value):
            _sync_list(within, was, value)
        else:
            node[key] = _as_written(value)


def _dated(items: list[Any]) -> bool:
    """Whether a list is of dated values or steps: of parts that have a name of their own."""
    return all(isinstance(its, dict) and _name(its) for its in items)


def _name(item: Raw) -> str:
    return str(item.get("from") or item.get("name") or item.get("verb") or "")


def _sync_list(node: Any, old: list[Raw], new: list[Raw]) -> None:
    """Match parts by their names: those that are gone go, new ones come in at their place."""
    names = [_name(its) for its in new]
    for i in reversed(range(len(old))):
        if _name(old[i]) not in names:
            del node[i]
    kept = [its for its in old if _name(its) in names]
    for i, value in enumerate(new):
        if i >= len(kept) or _name(kept[i]) != names[i]:
            node.insert(i, _as_written(value))
            kept.insert(i, value)
        elif kept[i] != value and "verb" in value:
            node[i] = _as_written(value)
        elif kept[i] != value:
            _sync(node[i], kept[i], value)


def _as_written(raw: Any) -> Any:
    """Return a part of the plain form as a person would write it."""
    if isinstance(raw, list):
        return _on_a_line([_as_written(its) for its in raw])
    if not isinstance(raw, dict):
        return str(raw)
    if set(raw) == {"one_of"}:
        return _as_written(raw["one_of"])
    if "verb" in raw:
        rest = {key: its for key, its in raw.items() if key != "verb" and its not in ({}, [])}
        return {raw["verb"]: _as_written(rest)}
    dated = "from" in raw and "value" in raw
    return {
        key: _as_written(its)
        for key, its in raw.items()
        if not (dated and _DEFAULTS.get(key) == its)
    }


def _on_a_line(items: list[Any]) -> Any:
    """Return a list that is written on one line: codes, fields, bands."""
    if any("from" in its or "at" in its for its in items if isinstance(its, dict)):
        return items
    return yamlsource.on_a_line(items)


def plain_yaml(data: Any) -> str:
    """Return plain data as YAML in the manner of the packs."""
    return yamlsource.written(_as_written(data))
