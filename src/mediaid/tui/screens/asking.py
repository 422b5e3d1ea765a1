"""A dialog of several fields, each with what is wrong below it; leaving it loses nothing."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.events import DescendantFocus
from textual.screen import ModalScreen
from textual.widgets import Static

from mediaid.i18n import gettext as _
from mediaid.tui.guard import Guarded
from mediaid.tui.lines import field_hint
from mediaid.tui.text import content, harmless
from mediaid.tui.widgets.fields import ChoiceList, Field
from mediaid.tui.widgets.grid import make_field
from mediaid.tui.widgets.said import Said

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from textual.app import ComposeResult

    from mediaid.desk.form import FormField

    Check = Callable[[Mapping[str, str]], Mapping[str, str]]


class Form(Guarded, ModalScreen[bool]):
    """Asks for several texts, which stand in `texts` from each key on; whether they are complete.

    `check` runs in a thread and says what is wrong, by field; `changed` hears of every key.
    """

    AUTO_FOCUS = ""
    DEFAULT_CSS = """
    Form { align: center middle; background: $background 60%; }
    Form > Vertical {
        width: 76; max-width: 98%; height: auto; max-height: 96%;
        background: $surface; border: round $primary; padding: 0 1;
    }
    Form VerticalScroll { height: auto; max-height: 18; scrollbar-size-vertical: 1; }
    Form Horizontal { height: auto; }
    Form .name { width: 18; }
    Form .question { width: 1fr; height: auto; }
    Form Field { width: 1fr; background: $boost; }
    Form Field:focus { background: $primary 35%; }
    Form #form-hint { height: 1; color: $text-muted; }
    Form .wrong { height: auto; color: $text-error; display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "enter", show=False, priority=True),
        Binding("ctrl+s", "finish", show=False, priority=True),
        Binding("tab,down", "step(1)", show=False, priority=True),
        Binding("shift+tab,up", "step(-1)", show=False, priority=True),
        Binding("escape", "leave", show=False, priority=True),
    ]

    def __init__(
        self,
        title: str,
        fields: Sequence[FormField],
        texts: dict[str, str],
        check: Check,
        changed: Callable[[], None],
    ) -> None:
        super().__init__()
        self._title = title
        self._asked = list(fields)
        self.texts = texts
        self._check = check
        self._changed = changed
        self._fields: dict[str, Field] = {}
        self._wrong: dict[str, Said] = {}

    def compose(self) -> ComposeResult:
        """Place the fields, each below or beside its name."""
        with Vertical() as box:
            box.border_title = Content(harmless(self._title, 60))
            box.border_subtitle = Content(_("Enter: next  ^S: finish  Esc: leave"))
            with VerticalScroll(can_focus=False):
                for its in self._asked:
                    field = make_field(its, self.texts.get(its.name, ""))
                    self._fields[its.name] = field
                    long = cell_len(its.label) > 17
                    if long:
                        yield Static(content(its.label), classes="question", markup=False)
                    name = content("" if long else its.label)
                    with Horizontal():
                        yield Static(name, classes="name", markup=False)
                        yield field
                    wrong = Said(classes="wrong", grows=True)
                    self._wrong[its.name] = wrong
                    yield wrong
            yield Said(id="form-hint")
        yield ChoiceList()

    def on_mount(self) -> None:
        self.set_focus(self._asked_first())

    def _asked_first(self) -> Field:
        """Return the first field that has to be filled in, else the first."""
        empty = (
            its
            for name, its in self._fields.items()
            if its.its.needed and not self.texts.get(name, "").strip()
        )
        return next(empty, next(iter(self._fields.values())))

    @on(Field.Typed)
    def _typed(self, event: Field.Typed) -> None:
        field = event.field
        if self.texts.get(field.its.name, "") == field.value:
            return
        self.texts[field.its.name] = field.value
        self._say(field.its.name, "")
        if field.offers and field.has_focus:
            popup = self.query_one(ChoiceList)
            chosen = any(field.value == choice.label for choice in field.its.choices)
            popup.close() if chosen or not field.value else popup.open_for(field)
        self._changed()

    @on(DescendantFocus)
    def _entered(self, event: DescendantFocus) -> None:
        if isinstance(event.widget, Field):
            its = event.widget.its
            self.query_one("#form-hint", Said).say(harmless(field_hint(its)))

    @on(Field.Narrowed)
    def _narrowed(self, event: Field.Narrowed) -> None:
        self.query_one(ChoiceList).open_for(event.field)

    async def _caught_up(self) -> Field | None:
        """Wait until what was typed so far has arrived; return the field at the cursor."""
        field = self.focused
        for pump in field.ancestors_with_self if field is not None else ():
            if pump is self.app:
                break
            arrived = asyncio.Event()
            pump.call_later(arrived.set)
            await asyncio.wait_for(arrived.wait(), 1)
        return field if isinstance(field, Field) else None

    async def action_enter(self) -> None:
        """Choose, and go to the next field that has to be filled in; from the last one finish."""
        field = await self._caught_up()
        if field is None:
            return
        popup = self.query_one(ChoiceList)
        if popup.is_for(field):
            popup.choose(popup.highlighted)
        fields = list(self._fields.values())
        behind = fields[fields.index(field) + 1 :]
        needed = next((its for its in behind if its.its.needed), None)
        if needed is not None:
            self.set_focus(needed)
        else:
            await self._caught_up()
            self.action_finish()

    async def action_step(self, by: int) -> None:
        """Move in the list that is open, else to the next field or the one before."""
        field = await self._caught_up()
        if field is None:
            return
        popup = self.query_one(ChoiceList)
        if popup.is_for(field):
            popup.move(by)
            return
        fields = list(self._fields.values())
        self.set_focus(fields[(fields.index(field) + by) % len(fields)])

    def action_finish(self) -> None:
        """Close if nothing is wrong, else say what is."""
        self.query_one(ChoiceList).close()
        self.run_worker(self._finish(), exclusive=True, exit_on_error=False)

    async def _finish(self) -> None:
        await self._caught_up()
        wrong = await asyncio.to_thread(self._check, dict(self.texts))
        for name in self._fields:
            self._say(name, wrong.get(name, ""))
        first = next((its for name, its in self._fields.items() if wrong.get(name)), None)
        if first is None:
            self.dismiss(True)
        else:
            self.set_focus(first)

    def _say(self, name: str, wrong: str) -> None:
        said = self._wrong[name]
        if said.say(harmless(f"▲ {wrong}") if wrong else ""):
            said.display = bool(wrong)

    def action_leave(self) -> None:
        """Close the list; else the dialog: what was typed is there again the next time."""
        popup = self.query_one(ChoiceList)
        if popup.display:
            popup.close()
        else:
            self.dismiss(False)
