"""Fields: texts, amounts as a Chinese input method types them, codes chosen by typing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.content import Content
from textual.geometry import Offset
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from mediaid.desk.choices import matches
from mediaid.money import plain
from mediaid.tui.text import harmless
from mediaid.tui.widgets.line import LineInput

if TYPE_CHECKING:
    from textual import events
    from textual.geometry import Region

    from mediaid.desk.choices import Choice
    from mediaid.desk.form import FormField


_NUMBERS = ("money", "date", "count")


class Field(LineInput):
    """One line of text at a place of the form. Controls and marks never get in.

    `position` is the bill's, None for the person's fields. Amounts, counts and dates are put right
    as they are typed (full-width digits, `。`); codes are chosen from a list that narrows. What is
    typed is told by `Typed`, straight to the screen: handed from parent to parent it would arrive
    after the field was drawn, and the result would need a drawing of its own.
    """

    class Typed(Message):
        """The text of a field is another one. The field may stand elsewhere when that is heard."""

        def __init__(self, field: Field, text: str) -> None:
            super().__init__()
            self.field, self.place, self.text = field, field.place, text

    class Narrowed(Message):
        """The whole list of choices is asked for."""

        def __init__(self, field: Field) -> None:
            super().__init__()
            self.field = field

    def __init__(
        self, its: FormField, position: int | None, value: str = "", *, classes: str = ""
    ) -> None:
        self.its = its
        self.position = position
        self._telling = True
        super().__init__(value, compact=True, select_on_focus=False, classes=classes)

    @property
    def place(self) -> tuple[int | None, str]:
        """Where the field stands: the bill's position and the field's name."""
        return self.position, self.its.name

    def stand_for(self, its: FormField, position: int | None, text: str) -> None:
        """Be the field of another place."""
        self.its, self.position = its, position
        self.put(text)

    def put(self, text: str) -> None:
        """Show a text that nobody typed: it is not told."""
        self._telling = False
        self.value = text
        self._telling = True

    def validate_value(self, value: str) -> str:
        """Take in what can be shown; digits and signs of numbers in plain ASCII."""
        value = super().validate_value(value)
        return plain(value) if self.its.kind in _NUMBERS and not value.isascii() else value

    def watch_value(self, value: str) -> None:
        """Tell what is typed, with the place it is typed into."""
        if self._telling and self.is_attached:
            self.screen.post_message(self.Typed(self, value))

    @on(LineInput.Changed)
    def _told_already(self, event: LineInput.Changed) -> None:
        event.stop()

    @property
    def offers(self) -> bool:
        """Whether there is something to choose from."""
        return self.its.kind == "code"

    def found(self) -> list[Choice]:
        """Return the choices that fit what is typed; all of them once a choice is made."""
        choices = self.its.choices
        if any(plain(self.value) == plain(choice.label) for choice in choices):
            return list(choices)
        return matches(self.value, choices)

    async def on_key(self, event: events.Key) -> None:
        """Show all choices for a space in an empty field."""
        if event.key == "space" and not self.value and self.offers:
            event.stop()
            event.prevent_default()
            self.post_message(self.Narrowed(self))


def _beside(field: Field, choice: Choice) -> str:
    """Return a choice's code, where it is one that people type."""
    return "" if isinstance(field, PersonField) else f"  {harmless(choice.code)}"


class PersonField(Field):
    """A person, chosen from those the register finds while one types."""

    def __init__(
        self, its: FormField, position: int | None, value: str = "", *, classes: str = ""
    ) -> None:
        super().__init__(its, position, value, classes=classes)
        self.people: list[Choice] = []
        """Who fits what was typed, as it was found last."""

    @property
    def offers(self) -> bool:
        """There is always somebody."""
        return True

    def found(self) -> list[Choice]:
        """Return who was found."""
        return self.people


class ChoiceList(OptionList, can_focus=False):
    """The list below a code field; the field keeps the focus, the screen moves in the list."""

    DEFAULT_CSS = """
    ChoiceList {
        position: absolute;
        overlay: screen;
        constrain: none inside;
        display: none;
        width: auto;
        max-width: 60;
        height: auto;
        max-height: 9;
        border: none;
        padding: 0;
        background: $panel;
        scrollbar-size-vertical: 1;
    }
    """

    def __init__(self) -> None:
        super().__init__(compact=True, markup=False)
        self.field: Field | None = None
        self._choices: list[Choice] = []

    def is_for(self, field: Field) -> bool:
        """Whether the list is open for a field."""
        return self.display and self.field is field

    def open_for(self, field: Field, at: Region | None = None) -> None:
        """Show what fits a field, right below it; `at`: where that is, if it is on its way."""
        found = field.found()
        if self.is_for(field) and found == self._choices:
            return
        self._choices = found
        if not found:
            self.close()
            return
        self.field = field
        self.clear_options()
        self.add_options(
            [Option(Content(f" {harmless(c.label)}{_beside(field, c)} ")) for c in self._choices]
        )
        self.highlighted = 0
        region = at or field.region
        height = min(len(self._choices), 9)
        below = region.bottom + height <= self.screen.size.height - 1
        y = region.bottom if below else max(region.y - height, 0)
        self.absolute_offset = Offset(max(min(region.x, self.screen.size.width - 40), 0), y)
        self.display = True

    @property
    def chosen(self) -> Choice | None:
        """The choice at the cursor of the list."""
        row = self.highlighted
        return self._choices[row] if row is not None and row < len(self._choices) else None

    def close(self) -> None:
        """Hide the list."""
        self.display = False
        self.field = None

    def move(self, rows: int) -> None:
        """Move in the list, round its ends."""
        if self._choices:
            self.highlighted = ((self.highlighted or 0) + rows) % len(self._choices)

    def choose(self, row: int | None) -> None:
        """Put a choice into the field."""
        field = self.field
        if field is not None and row is not None and row < len(self._choices):
            label = self._choices[row].label
            self.close()
            field.value = label
            field.cursor_position = len(label)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.choose(event.option_index)
