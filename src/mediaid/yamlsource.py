"""YAML as plain text with positions.

Every scalar stays the text that was written, so that `70%`, `no`, `010` and `2023-01-01` mean what
their author sees; the schema parses each by its unit. Anchors, aliases, tags and merge keys are
refused: a policy file holds no hidden second meaning.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mediaid.faults import Fault, Location, PackError, visible, why_not
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable


MAX_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 24

_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""Characters that a reader does not see, and that could make a terminal or a file show something
else than what is computed."""


@dataclass
class Source:
    """One YAML file: `data` of dict, list and str, and where each part stands.

    `faults` holds what is wrong although the rest can be read; `broken` the places whose value is
    not known for that reason.
    """

    name: str
    data: Any = None
    marks: dict[Location, tuple[int, int]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    broken: set[Location] = field(default_factory=set)

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
    return _sound(read(path, name))


def loads(text: str, name: str) -> Source:
    """Read YAML text, as `load` does."""
    return _sound(_read(text, name))


def _sound(source: Source) -> Source:
    if source.faults:
        raise PackError(source.faults)
    return source


def read(path: Path | str, name: str | None = None) -> Source:
    """Read a YAML file as far as it can be read; what is wrong stands in `faults`.

    Raises PackError only where nothing can be read: no file, no UTF-8, no YAML.
    """
    shown = name if name is not None else str(path)
    try:
        raw = Path(path).read_bytes()
    except OSError as error:
        raise PackError(
            Fault(shown, _("cannot be read: {reason}").format(reason=why_not(error)))
        ) from error
    if len(raw) > MAX_BYTES:
        raise PackError(Fault(shown, _("is larger than 4 MiB: split it into several files")))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8-sig")
        raise PackError(
            Fault(
                _place(shown, before, len(before)),
                _("is not UTF-8 text: save the file as UTF-8"),
            )
        ) from error
    return _read(text, shown)


def _place(name: str, text: str, position: int) -> str:
    start = text.rfind("\n", 0, position) + 1
    line = text.count("\n", 0, position) + 1
    return f"{name}:{line}:{position - start + 1}"


def _read(text: str, name: str) -> Source:
    from ruamel.yaml import YAML  # noqa: PLC0415 - 60 ms that a cached pack saves
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415

    _refuse_directives(text, name)
    builder = _Builder(Source(name))
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            builder.take(event)
    except YAMLError as error:
        raise PackError([*builder.source.faults, _syntax_fault(error, name, text)]) from error
    if builder.documents == 0:
        raise PackError(Fault(f"{name}:1:1", _("the file is empty")))
    return builder.source


def _refuse_directives(text: str, name: str) -> None:
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("%"):
            problem = _("directives such as %YAML are not allowed: remove the line")
            raise PackError(Fault(f"{name}:{number}:1", problem))
        if line.strip() and not line.startswith("#"):
            return


@dataclass
class _Open:
    """A mapping or list whose end has not come yet. `at` is None where its content is dropped."""

    at: Location | None
    into: dict[str, Any] | list[Any]
    wants_key: bool = False
    key: str | None = None


class _Builder:
    """Turns events into data with positions, without recursion."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.open: list[_Open] = []
        self.documents = 0

    def take(self, event: Any) -> None:
        """Take one event of the YAML parser."""
        kind = type(event).__name__
        if kind == "DocumentStartEvent":
            self._document(event)
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            self.open.pop()
        elif kind in ("MappingStartEvent", "SequenceStartEvent", "ScalarEvent", "AliasEvent"):
            if self.open and self.open[-1].wants_key:
                self._key(event, kind)
            else:
                self._node(event, kind)

    def _document(self, event: Any) -> None:
        self.documents += 1
        if self.documents > 1:
            self._fault(event, _("a second document begins here: remove the line ---"))
            raise PackError(self.source.faults)

    def _fault(self, event: Any, message: str) -> None:
        mark = event.start_mark
        where = f"{self.source.name}:{mark.line + 1}:{mark.column + 1}"
        fault = Fault(where, message)
        if fault not in self.source.faults:
            self.source.faults.append(fault)

    def _refuse(self, event: Any, kind: str) -> None:
        """Note anchors, aliases and tags."""
        if kind == "AliasEvent":
            self._fault(event, _("aliases (*name) are not allowed: write the value out"))
            return
        if event.anchor is not None:
            self._fault(
                event, _("anchors (&name) are not allowed: write the value where it is used")
            )
        if event.tag is not None:
            self._fault(
                event,
                _("tags ({tag}) are not allowed: remove it").format(tag=visible(str(event.tag))),
            )
        hidden = _UNSEEN.search(event.value) if kind == "ScalarEvent" else None
        if hidden is not None:
            self._fault(
                event,
                _("has an invisible character ({character}): remove it").format(
                    character=f"U+{ord(hidden[0]):04X}"
                ),
            )

    def _key(self, event: Any, kind: str) -> None:
        frame = self.open[-1]
        frame.wants_key = False
        frame.key = None
        if frame.at is None:
            self._skip(event, kind)
            return
        self._refuse(event, kind)
        if kind != "ScalarEvent":
            if kind != "AliasEvent":
                self._fault(event, _("a key must be a plain word"))
            self._skip(event, kind)
        elif event.value == "<<":
            self._fault(event, _("merge keys (<<) are not allowed: write the values out"))
        elif event.value in frame.into:
            line = self.source.marks[*frame.at, event.value][0]
            self._fault(
                event,
                _("key {key} stands here a second time, first in line {line}: keep one").format(
                    key=visible(event.value), line=line
                ),
            )
        else:
            frame.key = str(event.value)
            mark = event.start_mark
            self.source.marks[*frame.at, frame.key] = (mark.line + 1, mark.column + 1)

    def _skip(self, event: Any, kind: str) -> None:
        if kind not in ("ScalarEvent", "AliasEvent"):
            self._refuse_depth(event)
            self.open.append(_Open(None, {} if kind.startswith("Map") else []))
            self.open[-1].wants_key = kind.startswith("Map")

    def _node(self, event: Any, kind: str) -> None:
        at = self._next_place()
        if at is not None:
            mark = event.start_mark
            self.source.marks.setdefault(at, (mark.line + 1, mark.column + 1))
            self._refuse(event, kind)
        if kind == "ScalarEvent":
            self._put(at, str(event.value))
        elif kind == "AliasEvent":
            self._put(at, "")
            if at is not None:
                self.source.broken.add(at)
        else:
            self._begin(event, at, {} if kind.startswith("Map") else [])

    def _begin(self, event: Any, at: Location | None, into: dict[str, Any] | list[Any]) -> None:
        self._refuse_depth(event)
        self._put(at, into)
        self.open.append(_Open(at, into, wants_key=isinstance(into, dict)))

    def _refuse_depth(self, event: Any) -> None:
        if len(self.open) >= MAX_DEPTH:
            self._fault(event, _("is nested too deeply: no policy needs so many levels"))
            raise PackError(self.source.faults)

    def _next_place(self) -> Location | None:
        """Return where the next value goes; None where it is dropped."""
        if not self.open:
            return ()
        frame = self.open[-1]
        if isinstance(frame.into, dict):
            frame.wants_key = True
            return None if frame.key is None or frame.at is None else (*frame.at, frame.key)
        return None if frame.at is None else (*frame.at, len(frame.into))

    def _put(self, at: Location | None, value: Any) -> None:
        if at is None:
            return
        if not self.open:
            self.source.data = value
            return
        into = self.open[-1].into
        if isinstance(into, dict):
            into[str(at[-1])] = value
        else:
            into.append(value)


def _syntax_fault(error: Exception, name: str, text: str) -> Fault:
    problem = str(getattr(error, "problem", None) or error)
    context = str(getattr(error, "context", None) or "")
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if "quoted scalar" in context:
        mark = getattr(error, "context_mark", None) or mark
    if mark is not None:
        where = f"{name}:{mark.line + 1}:{mark.column + 1}"
        lines = text.splitlines()[max(0, mark.line - 1) : mark.line + 1]
    else:
        position = getattr(error, "position", 0)
        where, lines = _place(name, text, position), []
        problem = problem.splitlines()[0]
    return Fault(
        where,
        _("is not valid YAML ({problem}): {remedy}").format(
            problem=visible(problem), remedy=_remedy(problem, context, lines)
        ),
    )


def _remedy(problem: str, context: str, lines: Iterable[str]) -> str:
    if any("：" in line for line in lines):
        return _("write the colon behind a key as : and a space, not as ：")
    for sign, remedy in (
        ("'\\t'", _("indent with spaces, not with tabs")),
        ("unacceptable character", _("remove this invisible character")),
        ("cannot start any token", _("put a text that begins with this sign in quotation marks")),
        ("quoted scalar", _("a quotation mark is not closed")),
        (
            "flow ",
            _(
                "a bracket is not closed, a comma (, and not ，) is missing, or a text with "
                "brackets needs quotation marks"
            ),
        ),
        (
            "mapping values are not allowed",
            _("correct the indentation, or put a text with a colon and a space in quotation marks"),
        ),
        ("expected ':'", _("a key needs a colon and a space behind it")),
    ):
        if sign in problem or sign in context:
            return remedy
    return _("entries that belong together begin in the same column")


def as_nodes(text: str) -> Any:
    """Return sound YAML as nodes that keep how it is written: remarks, order, quotation marks.

    They can be changed like dicts and lists of text.
    """
    return _texts().load(text)


def on_a_line(items: list[Any]) -> Any:
    """Return a list that is to be written on one line."""
    from ruamel.yaml.comments import CommentedSeq  # noqa: PLC0415 - as above

    line = CommentedSeq(items)
    line.fa.set_flow_style()
    return line


def written(nodes: Any) -> str:
    """Return nodes, or dicts and lists of text, as YAML; what was read stays as it was written."""
    out = io.StringIO()
    _texts().dump(nodes, out)
    return out.getvalue().removesuffix("...\n")


def _texts() -> Any:
    from ruamel.yaml import YAML  # noqa: PLC0415 - as above
    from ruamel.yaml.nodes import ScalarNode  # noqa: PLC0415
    from ruamel.yaml.resolver import VersionedResolver  # noqa: PLC0415
    from ruamel.yaml.tag import Tag  # noqa: PLC0415

    class Texts(VersionedResolver):
        """Every scalar is the text that is written."""

        def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
            if kind is ScalarNode:
                return Tag(suffix="tag:yaml.org,2002:str")
            return super().resolve(kind, value, implicit)

    yaml = YAML()
    yaml.Resolver = Texts
    yaml.preserve_quotes = True
    yaml.width = 1_000_000
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml
