"""Two policies side by side: what differs, in the words in which each is shown."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mediaid.packs.show.values import Line

_NUMBER = re.compile(r"^\d+\. ")
_KEY = re.compile(r"^(.*?)(?:: |：)")


@dataclass(frozen=True)
class Difference:
    """A line of one policy that the other has otherwise (both given), or not at all.

    `path`: the headings above it.
    """

    path: tuple[str, ...]
    old: str | None
    new: str | None


@dataclass
class _Node:
    """A line with the lines indented below it."""

    text: str
    below: list[_Node] = field(default_factory=list)

    @property
    def same_as(self) -> str:
        """The text by which lines are matched: the number of a step is not part of it."""
        return _NUMBER.sub("", self.text)

    @property
    def about(self) -> str:
        """What the line is about: up to its colon."""
        found = _KEY.match(self.same_as)
        return found[1] if found else ""


def differences(old: Iterable[Line], new: Iterable[Line]) -> Iterator[Difference]:
    """Yield what differs between two descriptions, in their order."""
    yield from _compare(_tree(old), _tree(new), ())


def _tree(lines: Iterable[Line]) -> list[_Node]:
    top: list[_Node] = []
    open_ones: list[tuple[int, _Node]] = []
    for line in lines:
        if not line.text:
            continue
        while open_ones and open_ones[-1][0] >= line.indent:
            open_ones.pop()
        node = _Node(line.text)
        (open_ones[-1][1].below if open_ones else top).append(node)
        open_ones.append((line.indent, node))
    return top


def _compare(
    old: Sequence[_Node], new: Sequence[_Node], path: tuple[str, ...]
) -> Iterator[Difference]:
    matcher = SequenceMatcher(
        None, [node.same_as for node in old], [node.same_as for node in new], autojunk=False
    )
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag == "equal":
            for one, two in zip(old[i:j], new[k:m], strict=True):
                yield from _compare(one.below, two.below, (*path, two.text))
        else:
            yield from _changed(old[i:j], new[k:m], path)


def _changed(
    old: Sequence[_Node], new: Sequence[_Node], path: tuple[str, ...]
) -> Iterator[Difference]:
    """Lines about the same stand together; the others are gone, or new."""
    left = list(new)
    for node in old:
        other = next((its for its in left if its.about and its.about == node.about), None)
        if other is None:
            yield from _whole(node, path, gone=True)
            continue
        left.remove(other)
        yield Difference(path, node.text, other.text)
        yield from _compare(node.below, other.below, (*path, other.text))
    for node in left:
        yield from _whole(node, path, gone=False)


def _whole(node: _Node, path: tuple[str, ...], gone: bool) -> Iterator[Difference]:
    yield Difference(path, node.text if gone else None, None if gone else node.text)
    for below in node.below:
        yield from _whole(below, (*path, node.text), gone)
