"""YAML as plain text with positions.

Every scalar stays the text that was written, so that `70%`, `no`, `010` and `2023-01-01` mean what
their author sees; the schema parses each by its unit. Anchors, aliases, tags and merge keys are
refused: a policy file holds no hidden second meaning.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mediaid.faults import Fault, PackError, visible
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator

Location = tuple[str | int, ...]
"""A place in a document: keys of mappings and indexes of lists, from the top."""

_PLAIN_TAG = re.compile(r"tag:yaml\.org,2002:(str|int|float|bool|null|timestamp|map|seq|merge)")

MAX_BYTES = 4 * 1024 * 1024


@dataclass
class Source:
    """One YAML file: `data` of dict, list and str, and where each part stands."""

    name: str
    data: Any = None
    marks: dict[Location, tuple[int, int]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def where(self, location: Location = ()) -> str:
        """file:line:column of the place, or of the nearest enclosing one that is written."""
        while location and location not in self.marks:
            location = location[:-1]
        line, column = self.marks.get(location, (1, 1))
        return f"{self.name}:{line}:{column}"


def load(path: Path | str, name: str | None = None) -> Source:
    """Read a YAML file; `name` is what faults call it (default: the path as given).

    Raises PackError with all faults of syntax, duplicate keys and refused features.
    """
    shown = name if name is not None else str(path)
    try:
        raw = Path(path).read_bytes()
    except OSError as error:
        raise PackError(
            Fault(shown, _("cannot be read: {reason}").format(reason=error.strerror or error))
        ) from error
    if len(raw) > MAX_BYTES:
        raise PackError(Fault(shown, _("is larger than 4 MiB: split it into several files")))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PackError(
            Fault(
                shown, _("is not UTF-8 text (byte {at}): save it as UTF-8").format(at=error.start)
            )
        ) from error
    return loads(text, shown)


def loads(text: str, name: str) -> Source:
    """Read YAML text, as `load` does."""
    from ruamel.yaml import YAML, YAMLError  # noqa: PLC0415 - 60 ms that a cached pack saves

    source = Source(name)
    try:
        node = YAML(typ="safe", pure=True).compose(_without_directive(text, name))
    except YAMLError as error:
        raise PackError(_syntax_fault(error, name)) from error
    except RecursionError as error:
        raise PackError(Fault(name, _("is nested too deeply"))) from error
    if node is None:
        raise PackError(Fault(f"{name}:1:1", _("the file is empty")))
    source.data = _plain(node, (), source, set())
    if source.faults:
        raise PackError(dict.fromkeys(source.faults))
    return source


def _without_directive(text: str, name: str) -> str:
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("%"):
            raise PackError(
                Fault(
                    f"{name}:{number}:1",
                    _("directives such as %YAML are not allowed: remove the line"),
                )
            )
        if line and not line.startswith("#"):
            break
    return text


def _syntax_fault(error: Exception, name: str) -> Fault:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    where = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name
    problem = visible(str(getattr(error, "problem", None) or error))
    return Fault(where, _("is not valid YAML: {problem}").format(problem=problem))


def _plain(node: Any, at: Location, source: Source, seen: set[int]) -> Any:
    from ruamel.yaml.nodes import MappingNode, ScalarNode  # noqa: PLC0415

    mark = (node.start_mark.line + 1, node.start_mark.column + 1)
    source.marks.setdefault(at, mark)
    for fault in _refused(node, seen):
        source.faults.append(Fault(f"{source.name}:{mark[0]}:{mark[1]}", fault))
        return None
    seen.add(id(node))
    if isinstance(node, ScalarNode):
        return str(node.value)
    if isinstance(node, MappingNode):
        return _mapping(node, at, source, seen)
    return [_plain(child, (*at, i), source, seen) for i, child in enumerate(node.value)]


def _refused(node: Any, seen: set[int]) -> Iterator[str]:
    if id(node) in seen:
        yield _("aliases (*name) are not allowed: write the value out")
    elif node.anchor:
        yield _("anchors (&name) are not allowed: write the value where it is used")
    elif node.tag and not _PLAIN_TAG.fullmatch(str(node.tag)):
        yield _("tags ({tag}) are not allowed").format(tag=visible(str(node.tag)))


def _mapping(node: Any, at: Location, source: Source, seen: set[int]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line, column = key_node.start_mark.line + 1, key_node.start_mark.column + 1
        key = key_node.value
        if not isinstance(key, str):
            problem = _("a key must be a plain word")
        elif key == "<<":
            problem = _("merge keys (<<) are not allowed: write the values out")
        elif key in result:
            problem = _("key {key} stands here a second time").format(key=visible(key))
        else:
            source.marks[(*at, key)] = (line, column)
            result[key] = _plain(value_node, (*at, key), source, seen)
            continue
        source.faults.append(Fault(f"{source.name}:{line}:{column}", problem))
    return result
