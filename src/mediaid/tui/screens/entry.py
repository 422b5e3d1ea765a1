"""录入: the person, bills in a grid that grows, and what they come to, on every key."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.events import DescendantBlur, DescendantFocus
from textual.message import Message

from mediaid.i18n import gettext as _
from mediaid.tui.screens.entry_drafts import Drafting
from mediaid.tui.screens.entry_register import Registering
from mediaid.tui.screens.entry_result import Settling
from mediaid.tui.screens.entry_words import hint_of
from mediaid.tui.screens.page import Page
from mediaid.tui.text import content, harmless
from mediaid.tui.widgets.fields import ChoiceList, Field, PersonField
from mediaid.tui.widgets.grid import BillGrid, Bills, make_field
from mediaid.tui.widgets.kept import Column, Row, Words
from mediaid.tui.widgets.pane import Pane
from mediaid.tui.widgets.said import Said

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.widget import Widget

    from mediaid.desk.assess import Place
    from mediaid.desk.entry import Entry


def beside(entry: Entry, place: Place, rows: int) -> Place:
    """Return the field above or below another: the person's fields stand above the bills."""
    position, name = place
    if position is None:
        heads = [its.name for its in entry.form.head]
        at = heads.index(name) + rows
        if at >= len(heads):
            return 0, entry.form.bill[0].name
        return None, heads[max(at, 0)]
    if position + rows < 0:
        return None, entry.form.head[-1].name
    return min(position + rows, len(entry.case.bills) - 1), name


class EntryPage(Drafting, Registering, Settling, Page):
    """Case entry. The widgets hold no state: what is typed lives in `entry`."""

    page = "entry"
    # Handled before the field that has the focus: what is typed ahead of the screen then goes into
    # the field it was meant for.
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "enter", show=False, priority=True),
        Binding("tab", "step(1)", show=False, priority=True),
        Binding("shift+tab", "step(-1)", show=False, priority=True),
        Binding("up", "row(-1)", show=False, priority=True),
        Binding("down", "row(1)", show=False, priority=True),
        Binding("escape", "close", show=False, priority=True),
    ]
    DEFAULT_CSS = """
    EntryPage #top { height: 55%; min-height: 12; }
    EntryPage #form { width: 55%; background: $surface; border-right: tall $panel; }
    EntryPage #head { height: auto; }
    EntryPage #head Row { height: 1; }
    EntryPage #head .name { width: 14; padding: 0 1; }
    EntryPage #head Field { width: 1fr; margin: 0 1 0 0; }
    EntryPage #grid { height: 1fr; background: $surface; }
    EntryPage .wrong { height: auto; padding: 0 1; color: $text-error; display: none; }
    EntryPage .wrong.fine { color: $text-muted; }
    EntryPage #as-of { padding: 0 1; color: $text-muted; display: none; height: auto; }
    EntryPage Field { background: $boost; }
    EntryPage Field:focus { background: $primary 35%; }
    EntryPage #result { width: 1fr; padding: 0 0 0 1; }
    EntryPage #why { height: 1fr; border-top: tall $panel; padding: 0 1; }
    EntryPage #why:focus { border-top: tall $primary; }
    EntryPage #hint { height: 1; padding: 0 1; background: $panel; }
    """

    class Loaded(Message):
        """The case is there, with the pack it is reckoned by."""

        def __init__(self, entry: Entry, again: bool) -> None:
            super().__init__()
            self.entry = entry
            self.again = again

    def __init__(self) -> None:
        super().__init__()
        self.entry: Entry | None = None
        self.prepare()
        self.prepare_settling()
        self._head: dict[str, Field] = {}
        self._at: Place | None = None
        """Where the cursor is, or was when it left the form."""
        self._open: Place | None = None
        """The field that is being typed into."""

    def parts(self) -> ComposeResult:
        """Place form, result and explanation; the form's fields come when the pack is loaded."""
        with Row(id="top"):
            with Column(id="form"):
                yield Column(id="head")
                yield BillGrid(id="grid")
            yield Pane(id="result")
        yield Pane(id="why")
        yield Said(id="hint")
        yield ChoiceList()

    def on_mount(self) -> None:
        self.query_one("#result", Pane).can_focus = False
        self.say(_("loading …"))
        # After the first picture: what computes takes longer to load than the screen itself.
        self.call_after_refresh(self.begin)

    @work(thread=True, exit_on_error=False)
    def begin(self) -> None:
        """Open the register, and take up the case that was on the screen last."""
        try:
            from mediaid.desk.entry import Entry  # noqa: PLC0415 - numpy and pydantic: not at once

            office = self.desk_app.open_register()
            rules = office.pack if office is not None else None
            register = office.identity if office is not None else ""
            entry, again = Entry.opened(self.desk_app.settings.pack, rules, register)
        except Exception as error:
            self.app.call_from_thread(self.desk_app.report, error)
            self.app.call_from_thread(self.desk_app.release)
            return
        self.post_message(self.Loaded(entry, again))

    @on(Loaded)
    async def _opened(self, event: Loaded) -> None:
        entry, again = event.entry, event.again
        self.entry = entry
        if entry.trouble:
            self.notify(harmless(entry.trouble), severity="error", markup=False)
        if again:
            self.notify(_("The case that was not finished is here again."), markup=False)
        try:
            await self.rebuild()
        finally:
            self.desk_app.loaded()

    # --- the form --------------------------------------------------------------------------------

    async def rebuild(self, to: Place | None = None) -> None:
        """Make the form anew from the entry, and go to a field."""
        entry = self.entry
        if entry is None:
            return
        self.query_one(ChoiceList).close()
        self._open = None
        self._head.clear()
        head = self.query_one("#head")
        async with self.batch():
            await head.remove_children()
            rows: list[Widget] = []
            for its in entry.form.head:
                name = Words(content(its.label), classes="name", markup=False)
                self._head[its.name] = make_field(its, entry.tidy((None, its.name)))
                rows.append(Row(name, self._head[its.name]))
            wrong = Said(id="head-wrong", classes="wrong", grows=True)
            await head.mount(*rows, Said(id="as-of", grows=True), wrong)
            await self.grid.begin(entry.form.bill, entry.tidy)
        self._show_pack()
        if self._at is not None and not self._there(self._at):
            self._at = None  # its bill is gone
        self.know_person()
        self.update()
        self.go(to or self._at or (None, next(iter(self._head))))

    @property
    def grid(self) -> BillGrid:
        """The bills."""
        return self.query_one(BillGrid)

    def _there(self, place: Place) -> bool:
        """Whether the form has a field at a place."""
        entry = self.entry
        if entry is None or entry.field(place) is None:
            return False
        return place[0] is None or place[0] < len(entry.case.bills)

    def _field_at(self, place: Place) -> Field | None:
        """Return the widget at a place: the bills share one."""
        field = self._head.get(place[1]) if place[0] is None else self.grid.field
        return field if field is not None and field.place == place else None

    def go(self, place: Place) -> None:
        """Put the cursor into a field, at once."""
        entry = self.entry
        if entry is None or not self._there(place):
            return
        its = entry.field(place)
        assert its is not None
        if self._open != place:
            self._leave()
            if place[0] is not None:
                self.grid.go(place[0], its, entry.tidy(place))
        field = self._field_at(place)
        if field is not None:
            self.set_focus(field, scroll_visible=place[0] is None)
            self._enter(place)

    def on_bills_clicked(self, event: Bills.Clicked) -> None:
        """Go where the mouse points."""
        self.go((event.position, event.name))

    @property
    def position(self) -> int:
        """The bill at the cursor: the last one it was in, else the first."""
        at = self._at[0] if self._at else None
        last = len(self.entry.case.bills) - 1 if self.entry else 0
        return min(at or 0, last)

    # --- typing ----------------------------------------------------------------------------------

    @on(Field.Typed)
    def _typed(self, event: Field.Typed) -> None:
        self._take(event.field, event.place, event.text)

    def _take(self, field: Field, place: Place, text: str) -> None:
        """Take in the text of a field, and say what comes of it."""
        entry = self.entry
        if entry is None or not self._there(place):
            return
        if place[0] is None and self._head.get(place[1]) is not field:
            return  # a field that is being taken away
        here = field.has_focus and field.place == place
        if entry.text(place) == text:
            # Typed back to what it was: who fits it is looked for again all the same.
            if isinstance(field, PersonField) and here and entry.case.person is None:
                self.find_people(field)
            return
        # A field that is only shown otherwise (separators, a label) is no change of the case.
        if entry.tidy(place) == text:
            return
        if isinstance(field, PersonField):
            if self.chose_person(field):
                return
            self.find_people(field)
        entry.type(place, text)
        if field.offers and not isinstance(field, PersonField) and here:
            popup = self.query_one(ChoiceList)
            chosen = any(text == choice.label for choice in field.its.choices)
            popup.close() if chosen or not text else self._offer(field)
        try:
            entry.keep()
        finally:
            self.update()

    @on(Field.Narrowed)
    def _narrowed(self, event: Field.Narrowed) -> None:
        self._offer(event.field)

    def _offer(self, field: Field) -> None:
        """Open the list of what fits a field."""
        at = self.grid.region_of_field() if field is self.grid.field else None
        self.query_one(ChoiceList).open_for(field, at)

    @on(DescendantFocus)
    def _entered(self, event: DescendantFocus) -> None:
        field = event.widget
        if isinstance(field, Field) and field.has_focus and field.place != self._open:
            self._leave()
            self._enter(field.place)

    @on(DescendantBlur)
    def _left(self, event: DescendantBlur) -> None:
        if isinstance(event.widget, Field) and not isinstance(self.focused, Field):
            self._leave()

    def _enter(self, place: Place) -> None:
        """Begin to type into the field at a place, which has the focus."""
        field, entry = self._field_at(place), self.entry
        if field is None or entry is None:
            return
        self._at = self._open = place
        text = entry.text(place)
        # Only separators that were put there to be read; what was typed is not touched.
        if field.its.kind == "money" and field.value != text:
            field.put(entry.tidy(place).replace(",", ""))
        field.cursor_position = len(field.value)
        self.update()

    def _leave(self) -> None:
        """End typing into the field that was entered last: it reads now as it reads best."""
        place, entry = self._open, self.entry
        self._open = None
        if place is None or entry is None or not self._there(place):
            return
        field = self._field_at(place)
        popup = self.query_one(ChoiceList)
        if popup.field is field:
            popup.close()
        entry.history.rest()
        tidy = entry.tidy(place)
        its = entry.field(place)
        if its is not None and its.kind == "code":
            entry.type(place, tidy)
        if field is not None:
            field.put(tidy)
        if isinstance(field, PersonField):
            field.cursor_position = 0  # the name stands at the beginning
        try:
            entry.keep(durable=False)
        except Exception as error:
            self.desk_app.report(error)  # and the cursor goes on

    async def caught_up(self) -> Field:
        """Wait until what was typed so far has arrived; return the field at the cursor.

        Raises SkipAction where the cursor is in no field: the key is somebody else's then.
        """
        field = self.focused
        if not isinstance(field, Field):
            raise SkipAction
        await self.keys_arrived()
        return field

    async def action_step(self, by: int) -> None:
        """Go to the next field or the one before; a choice that is being made is made."""
        field = await self.caught_up()
        if by > 0:
            self._choose(field)
        places = self._places()
        at = places.index(field.place) + by
        self.go(places[max(0, min(at, len(places) - 1))])

    async def action_enter(self) -> None:
        """Go to the next field that is always asked for; in the last one stay."""
        field = await self.caught_up()
        if isinstance(field, PersonField):
            await self.people_are_found(field)
            if self.offer_people(field):
                return
        popup = self.query_one(ChoiceList)
        if popup.is_for(field) and self.is_new(popup.chosen):
            # What is typed from now on belongs into the dialog, however soon it comes.
            popup.close()
            await self.new_person(field.value)
            return
        self._choose(field)
        assert self.entry is not None
        fields = self.entry.fields()
        at = next(i for i, (place, _its) in enumerate(fields) if place == field.place)
        for place, its in fields[at + 1 :]:
            if place[0] is None or its.needed:
                self.go(place)
                return

    def _places(self) -> list[Place]:
        return [place for place, _its in self.entry.fields()] if self.entry is not None else []

    def _choose(self, field: Field) -> None:
        """Make the choice that is being made: the cursor goes on only after it."""
        popup = self.query_one(ChoiceList)
        if popup.is_for(field):
            popup.choose(popup.highlighted)
            self._take(field, field.place, field.value)

    async def action_row(self, rows: int) -> None:
        """Move in the list that is open, else to the field above or below."""
        field = await self.caught_up()
        popup = self.query_one(ChoiceList)
        if popup.is_for(field):
            popup.move(rows)
        elif self.entry is not None:
            self.go(beside(self.entry, field.place, rows))

    async def action_close(self) -> None:
        """Close the list without a choice; from the explanation, go back to the form."""
        if self.query_one("#why", Pane).has_focus and self._at is not None:
            self.go(self._at)
            return
        await self.caught_up()
        self.query_one(ChoiceList).close()

    def update(self) -> None:
        """Settle the case, and show what came of it and what is wrong."""
        super().update()
        self._show_person()
        self._show_hint()

    def _show_hint(self) -> None:
        if self.entry is not None and self._at is not None:
            self.query_one("#hint", Said).say(harmless(hint_of(self.entry, self._at)))

    def _show_pack(self) -> None:
        assert self.entry is not None
        about = str(self.entry.pack.label)
        if self.entry.case.number:
            about = _("{one}; {other}").format(one=self.entry.case.number, other=about)
        self.say(about)

    def on_resize(self) -> None:
        """Columns of figures end at the edge, wherever that is now."""
        self.call_after_refresh(self.update)
