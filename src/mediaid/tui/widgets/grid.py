"""The grid of bills: any number of drawn lines, and one field over the cell at the cursor."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.containers import Container
from textual.geometry import Offset, Region, Size
from textual.message import Message
from textual.strip import Strip

from mediaid.tui.lines import pad
from mediaid.tui.tables import fit
from mediaid.tui.text import content, harmless
from mediaid.tui.widgets.fields import Field, PersonField
from mediaid.tui.widgets.kept import Kept
from mediaid.tui.widgets.noted import NotedRows
from mediaid.tui.wrap import wrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from textual import events
    from textual.app import ComposeResult

    from mediaid.desk.form import FormField

_WIDTHS = {"money": 14, "date": 11, "code": 9, "count": 8}
MARK = 9
"""Cells of a bill's number and kind, left of its fields."""
_OUT_OF_SIGHT = Offset(0, -2)


def column_width(its: FormField) -> int:
    """Return how many cells a column of the grid takes, its gap included."""
    return _WIDTHS.get(its.kind, 14)


def column_title(its: FormField) -> str:
    """Return a column's heading, cut to its width and filled up to it."""
    width = column_width(its)
    name = content(its.label).truncate(width - 1, ellipsis=True)
    return pad(name.plain, width)


def make_field(its: FormField, text: str) -> Field:
    """Return the widget for a field that stands for itself."""
    kind = PersonField if its.name == "person_id" and its.needed else Field
    return kind(its, None, text)


@dataclass(frozen=True)
class BillRow:
    """A bill as the grid draws it: what stands left of it, its texts as typed, what is said below.

    `fine`: nothing of what is said is wrong. The text below the field that is being typed into is
    left out: it is not seen.
    """

    mark: str = ""
    earlier: bool = False
    texts: Mapping[str, str] = field(default_factory=dict)
    said: str = ""
    fine: bool = True


class Bills(NotedRows[BillRow]):
    """The lines of the grid. Headings, numbers and what is said stay in sight while it scrolls."""

    HEAD = 1

    class Moved(Message):
        """The lines stand elsewhere."""

    class Clicked(Message):
        """A cell was clicked."""

        def __init__(self, position: int, name: str) -> None:
            super().__init__()
            self.position, self.name = position, name

    def __init__(self) -> None:
        super().__init__()
        self.columns: Sequence[FormField] = ()
        self._starts: dict[str, int] = {}
        self._width = 0
        self._title = ""
        self._tidy: Callable[[tuple[int, str]], str] = lambda _place: ""

    def begin(self, columns: Sequence[FormField], tidy: Callable[[tuple[int, str]], str]) -> None:
        """Take in the columns; `tidy` says how a cell's text reads best."""
        self.columns, self._tidy = columns, tidy
        self._starts, self._width = {}, 0
        for its in columns:
            self._starts[its.name] = self._width
            self._width += column_width(its)
        self._title = "".join(column_title(its) for its in columns)
        self.rows, self.lines = (), []
        self.refresh()

    @property
    def _seen(self) -> Size:
        return self.scrollable_content_region.size

    @property
    def whole_width(self) -> int:
        """The columns and what stands left of them."""
        return MARK + self._width

    def notes(self, row: BillRow) -> Iterator[str]:
        """What is said of a bill, within what is in sight."""
        for said in row.said.splitlines():
            for part in wrapped(said, self._seen.width - 2):
                yield f" {part}"

    def lay_out(self) -> None:
        """Give each bill its lines; tell where others stand elsewhere by that."""
        lines = len(self.lines)
        super().lay_out()
        if len(self.lines) != lines:
            self.post_message(self.Moved())

    def on_resize(self) -> None:
        super().on_resize()
        self.post_message(self.Moved())

    def watch_scroll_x(self, old_value: float, new_value: float) -> None:
        """Tell that the lines stand elsewhere."""
        super().watch_scroll_x(old_value, new_value)
        self.post_message(self.Moved())

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Tell that the lines stand elsewhere."""
        super().watch_scroll_y(old_value, new_value)
        self.post_message(self.Moved())

    def bring(self, position: int, name: str) -> None:
        """Scroll so that a cell is in sight whole, and what is said below it."""
        if position >= len(self.rows) or name not in self._starts or not self._seen:
            return
        x = self.scroll_offset.x
        left, width = self._starts[name], column_width(self._field(name)) - 1
        room = max(self._seen.width - MARK, width)
        x = left if left < x else max(x, left + width - room)
        y = self.top_to_see(position)
        if (x, y) != self.scroll_offset:
            self.scroll_to(x=x, y=y, animate=False, force=True, immediate=True)

    def _field(self, name: str) -> FormField:
        return next(its for its in self.columns if its.name == name)

    def place_of(self, position: int, name: str) -> Region | None:
        """Return where a cell stands, None when it is not in sight whole."""
        if position >= len(self.rows) or name not in self._starts:
            return None
        seen, scrolled = self._seen, self.scroll_offset
        x = self._starts[name] - scrolled.x
        y = self.top_of(position) - scrolled.y
        width = column_width(self._field(name)) - 1
        if x < 0 or MARK + x + width > seen.width or not 0 <= y < max(self.height, 1):
            return None
        return Region(MARK + x, y + 1, width, 1)

    def render_line(self, y: int) -> Strip:
        """Draw the headings, a bill, or what is said of one."""
        width, line = self.size.width, self.line_at(y)
        if y == 0:
            x, look = self.scroll_offset.x, self.look("title")
            title = Strip([Segment(self._title, look)]).crop(x, x + width - MARK)
            strip = Strip([Segment(" " * MARK, look), *title])
        elif line is None:
            strip = Strip([])
        else:
            row = self.rows[line.at]
            if line.said:
                strip = Strip([Segment(line.said, self.look("faint" if row.fine else "bad"))])
            else:
                look = self.look("faint" if row.earlier else "plain")
                mark = Segment(fit(f" {row.mark}", MARK), look)
                cells = self._cells(line.at, width - MARK)
                strip = Strip([mark, *(Segment(text, self.look(its)) for text, its in cells)])
        return strip.adjust_cell_length(width, self.look("plain"))

    def _cells(self, position: int, room: int) -> list[tuple[str, str]]:
        """Return the texts of a bill that are in sight, each with its look.

        What there is no room for ends with an ellipsis: a part of an amount would be another one.
        """
        found: list[tuple[str, str]] = []
        scrolled = self.scroll_offset.x
        for its in self.columns:
            left = self._starts[its.name] - scrolled
            right = left + column_width(its) - 1
            if right > 0 and left < room:
                seen = min(right, room) - max(left, 0)
                text = harmless(self._tidy((position, its.name)), 200)
                found.append((fit(text, seen), "cell"))
            if 0 <= right < room:
                found.append((" ", "plain"))
        return found

    def on_click(self, event: events.Click) -> None:
        """Tell which cell was clicked."""
        line, x = self.line_at(event.y), event.x - MARK
        if line is not None and x >= 0:
            x += self.scroll_offset.x
            for its in self.columns:
                if 0 <= x - self._starts[its.name] < column_width(its):
                    self.post_message(self.Clicked(line.at, its.name))


class BillGrid(Kept, Container):
    """The bills, with the field that is being typed into over its cell."""

    DEFAULT_CSS = """
    BillGrid { layers: bills field; }
    BillGrid Bills { layer: bills; height: 1fr; width: 1fr; }
    BillGrid Field { layer: field; position: absolute; height: 1; display: none; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.bills = Bills()
        self.field: Field
        """Is there once the columns are."""

    def compose(self) -> ComposeResult:
        """Place the lines; the field comes with the columns."""
        yield self.bills

    async def begin(
        self, columns: Sequence[FormField], tidy: Callable[[tuple[int, str]], str]
    ) -> None:
        """Take in the columns; the field is nowhere until it is moved."""
        if hasattr(self, "field"):
            self.field.stand_for(columns[0], None, "")
            self.field.display = False
        else:
            self.field = Field(columns[0], None)
            await self.mount(self.field)
        self.bills.begin(columns, tidy)

    def go(self, position: int, its: FormField, text: str) -> None:
        """Put the field over a cell."""
        self.field.stand_for(its, position, text)
        self.field.styles.width = column_width(its) - 1
        self.field.display = True
        self.bills.bring(position, its.name)
        self._place()

    def region_of_field(self) -> Region:
        """Return where on the screen the field is to stand."""
        found = self._over()
        return (found or Region(MARK, 1, 1, 1)).translate(self.bills.content_region.offset)

    def _over(self) -> Region | None:
        position = self.field.position
        return None if position is None else self.bills.place_of(position, self.field.its.name)

    def _place(self) -> None:
        if hasattr(self, "field"):
            found = self._over()
            self.field.styles.offset = found.offset if found else _OUT_OF_SIGHT

    def on_resize(self) -> None:
        self.call_after_refresh(self._keep_in_sight)

    def _keep_in_sight(self) -> None:
        if hasattr(self, "field") and self.field.position is not None:
            self.bills.bring(self.field.position, self.field.its.name)
            self._place()

    def on_bills_moved(self, event: Bills.Moved) -> None:
        event.stop()
        self._place()
