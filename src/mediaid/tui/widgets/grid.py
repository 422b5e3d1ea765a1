"""The grid of bills: its columns, its fields, and a scrolling that tells where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import ScrollableContainer
from textual.message import Message

from mediaid.tui.lines import pad
from mediaid.tui.text import content
from mediaid.tui.widgets.fields import CodeField, Field, NumberField, PersonField
from mediaid.tui.widgets.kept import Kept

if TYPE_CHECKING:
    from mediaid.desk.form import FormField

_WIDTHS = {"money": 14, "date": 11, "code": 9, "count": 8}
MARK = 9
"""Cells of a bill's number and kind, left of its fields."""


def column_width(its: FormField) -> int:
    """Return how many cells a column of the grid takes, its gap included."""
    return _WIDTHS.get(its.kind, 14)


def column_title(its: FormField) -> str:
    """Return a column's heading, cut to its width and filled up to it."""
    width = column_width(its)
    name = content(its.label).truncate(width - 1, ellipsis=True)
    return pad(name.plain, width)


def make_field(its: FormField, position: int | None, text: str) -> Field:
    """Return the widget for a field."""
    kinds = {"money": NumberField, "date": NumberField, "count": NumberField, "code": CodeField}
    kind = PersonField if its.name == "person_id" and its.needed else kinds.get(its.kind, Field)
    field = kind(its, position, text)
    if position is not None:
        field.styles.width = column_width(its) - 1
        field.styles.margin = (0, 1, 0, 0 if its.name != "date" else MARK)
    return field


class Scrolled(Message):
    """The columns have moved by so many cells."""

    def __init__(self, x: int) -> None:
        super().__init__()
        self.x = x


class Grid(Kept, ScrollableContainer):
    """The bills; tells when its columns move."""

    def watch_scroll_x(self, old_value: float, new_value: float) -> None:
        """Tell how far the columns have moved."""
        super().watch_scroll_x(old_value, new_value)
        if round(old_value) != round(new_value):
            self.post_message(Scrolled(round(new_value)))
