"""Dialogs: choose from a list by typing, and confirm. Both leave by Esc and change nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from mediaid.desk.choices import Choice, matches
from mediaid.i18n import gettext as _
from mediaid.tui.guard import Guarded
from mediaid.tui.lines import Line, pad
from mediaid.tui.tables import fit
from mediaid.tui.text import harmless
from mediaid.tui.widgets.line import LineInput
from mediaid.tui.widgets.pane import Pane
from mediaid.tui.widgets.said import Said
from mediaid.tui.wrap import hung

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.app import ComposeResult

WIDEST = 112
"""Cells a list of choices takes at most."""
_AROUND = 7
"""Cells of a list's border, padding, mark and scrollbar."""
_CSS = """
{name} {{ align: center middle; background: $background 60%; }}
{name} > Vertical {{
    width: 72; max-width: 96%; height: auto; max-height: 90%;
    background: $surface; border: round $primary; padding: 0 1;
}}
{name} OptionList {{
    height: auto; max-height: 16; border: none; padding: 0; background: $surface;
    scrollbar-size-vertical: 1;
}}
{name} Static {{ height: auto; max-height: 10; }}
"""


def said(text: str) -> Said:
    """Return a text of a dialog, as high as it needs to be."""
    its = Said(grows=True)
    its.say(harmless(text))
    return its


class Chooser(Guarded, ModalScreen[str | None]):
    """A list that narrows as one types; gives the chosen code, or None.

    `notes` says more of a choice, by its code; `asked` is the question, which may be long.
    """

    DEFAULT_CSS = _CSS.format(name="Chooser")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("up", "move(-1)", show=False, priority=True),
        Binding("down", "move(1)", show=False, priority=True),
        Binding("pageup", "move(-10)", show=False, priority=True),
        Binding("pagedown", "move(10)", show=False, priority=True),
    ]

    def __init__(
        self,
        title: str,
        choices: Sequence[Choice],
        *,
        notes: dict[str, str] | None = None,
        asked: str = "",
        chosen: str = "",
    ) -> None:
        super().__init__()
        self._title = title
        self._choices = list(choices)
        self._notes = notes or {}
        self._asked = asked
        self._chosen = chosen
        self._shown: list[Choice] = []

    @property
    def _width(self) -> int:
        """As wide as its longest row, within bounds."""
        names, notes = self._longest
        wanted = max(names + notes + 2, cell_len(self._asked), 40) + _AROUND
        return min(wanted, WIDEST, self.app.size.width * 24 // 25)

    def compose(self) -> ComposeResult:
        """Place question, field and list."""
        with Vertical() as box:
            box.styles.width = self._width
            box.border_title = Content(harmless(self._title, 60))
            box.border_subtitle = Content(_("Enter: choose  Esc: leave"))
            if self._asked:
                yield said(self._asked)
            yield LineInput(
                placeholder=_("type a name, a code or pinyin initials"),
                compact=True,
                id="filter",
            )
            yield OptionList(compact=True, markup=False)

    def on_mount(self) -> None:
        self._narrow("")
        self.query_one(OptionList).can_focus = False
        self.query_one(LineInput).focus()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._narrow(event.value)

    def _narrow(self, text: str) -> None:
        listed = self.query_one(OptionList)
        self._shown = matches(text, self._choices)
        listed.clear_options()
        rows = [self._row(choice) for choice in self._shown]
        listed.add_options(rows or [Option(Content(_("nothing fits")), disabled=True)])
        codes = [choice.code for choice in self._shown]
        if codes:
            listed.highlighted = codes.index(self._chosen) if self._chosen in codes else 0

    def _row(self, choice: Choice) -> Option:
        """Return a choice with its note: beside it in a column, else below it."""
        mark = "● " if choice.code == self._chosen else "  "
        label, note = harmless(choice.label, 400), harmless(self._notes.get(choice.code, ""), 200)
        names, room = self._widths
        if not note or (names and cell_len(note) <= room - names - 2):
            rows = hung(mark + label, room + 2, 2)
            if note:
                rows, note = [pad(rows[0], names + 2)], "  " + note
        elif names:
            rows, note = [mark + pad(label, names)], "  " + fit(note, room - names - 2)
        else:
            rows, note = hung(mark + label, room + 2, 2), f"\n    → {note}"
        return Option(Content.assemble("\n".join(rows), (note, "dim")))

    @property
    def _widths(self) -> tuple[int, int]:
        """The cells of a column of names (0: they are too long for one), and all there are."""
        room = self._width - _AROUND
        names, notes = self._longest
        return (names if names <= max(room * 2 // 3, room - notes - 2) else 0), room

    @property
    def _longest(self) -> tuple[int, int]:
        """The cells of the longest name, and of the longest note."""
        names = max((cell_len(its.label) for its in self._choices), default=0)
        return names, max(map(cell_len, self._notes.values()), default=0)

    def action_move(self, rows: int) -> None:
        """Move in the list."""
        listed = self.query_one(OptionList)
        if self._shown:
            at = (listed.highlighted or 0) + rows
            listed.highlighted = max(0, min(at, len(self._shown) - 1))

    @on(Input.Submitted)
    def _entered(self) -> None:
        row = self.query_one(OptionList).highlighted
        if row is not None and row < len(self._shown):
            self.dismiss(self._shown[row].code)

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        if event.option_index < len(self._shown):
            self.dismiss(self._shown[event.option_index].code)

    def action_leave(self) -> None:
        """Close without a choice."""
        self.dismiss(None)


class Confirm(Guarded, ModalScreen[bool]):
    """A question that Enter or y answers with yes, all else with no."""

    DEFAULT_CSS = _CSS.format(name="Confirm")

    def __init__(self, question: str) -> None:
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        """Place the question."""
        with Vertical() as box:
            box.border_subtitle = Content(_("Enter or y: yes  Esc: no"))
            for line in self._question.split("\n"):
                yield said(line)

    def on_key(self, event: events.Key) -> None:
        event.stop()
        if event.key in ("y", "Y", "enter"):
            self.dismiss(True)
        elif event.key in ("n", "N", "escape"):
            self.dismiss(False)


class Ask(Guarded, ModalScreen[str | None]):
    """A question with a line to answer it; gives the answer, or None. It cannot be empty:
    `empty` says so."""

    DEFAULT_CSS = _CSS.format(name="Ask")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", show=False)]

    def __init__(self, question: str, asked: str, *, value: str = "", empty: str = "") -> None:
        super().__init__()
        self._question, self._asked, self._value = question, asked, value
        self._empty = empty or _("▲ say why, or leave with Esc")

    def compose(self) -> ComposeResult:
        """Place the question and the line."""
        with Vertical() as box:
            box.border_subtitle = Content(_("Enter: go on  Esc: leave"))
            for line in self._question.split("\n"):
                yield said(line)
            yield LineInput(self._value, placeholder=self._asked, compact=True, id="answer")
            yield Static("", id="wrong", markup=False)

    def on_mount(self) -> None:
        self.query_one(LineInput).focus()

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value.strip():
            self.dismiss(event.value.strip())
        else:
            self.query_one("#wrong", Static).update(Content(self._empty))

    def action_leave(self) -> None:
        """Close without an answer."""
        self.dismiss(None)


class Told(Guarded, ModalScreen[None]):
    """Something to read, which any of Enter, space and Esc closes."""

    DEFAULT_CSS = _CSS.format(name="Told")

    def __init__(self, title: str, lines: Sequence[str]) -> None:
        super().__init__()
        self._title, self._lines = title, list(lines)

    def compose(self) -> ComposeResult:
        """Place the lines."""
        with Vertical() as box:
            box.border_title = Content(harmless(self._title, 60))
            box.border_subtitle = Content(_("Enter: go on"))
            pane = Pane()
            pane.styles.height = min(len(self._lines) * 2, 14)
            yield pane

    def on_mount(self) -> None:
        pane = self.query_one(Pane)
        pane.show([Line(line) for line in self._lines])
        pane.focus()

    def on_key(self, event: events.Key) -> None:
        if event.key in ("enter", "escape"):
            event.stop()
            self.dismiss(None)


class Working(Guarded, ModalScreen[None]):
    """Says that something is being done, and takes no key meanwhile."""

    DEFAULT_CSS = _CSS.format(name="Working")

    def __init__(self, said: str) -> None:
        super().__init__()
        self._said = said

    def compose(self) -> ComposeResult:
        """Place the text."""
        with Vertical():
            yield said(self._said)
