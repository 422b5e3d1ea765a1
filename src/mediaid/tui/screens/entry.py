"""录入: the person, bills in a grid that grows, and what they come to, on every key."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.events import DescendantBlur, DescendantFocus
from textual.message import Message

from mediaid.i18n import gettext as _
from mediaid.tui.lines import explanation_lines, result_lines
from mediaid.tui.screens.entry_drafts import Drafting
from mediaid.tui.screens.entry_register import Registering
from mediaid.tui.screens.entry_words import beside_bills, hint_of, mark_of
from mediaid.tui.screens.page import Page
from mediaid.tui.text import content, harmless
from mediaid.tui.widgets.fields import ChoiceList, CodeField, Field, PersonField
from mediaid.tui.widgets.grid import MARK, Grid, Scrolled, column_title, make_field
from mediaid.tui.widgets.kept import Column, Row, Words
from mediaid.tui.widgets.pane import Pane
from mediaid.tui.widgets.said import Said

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.widget import Widget

    from mediaid.desk.assess import Assessment, Place
    from mediaid.desk.entry import Entry
    from mediaid.desk.form import FormField


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


class EntryPage(Drafting, Registering, Page):
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
    EntryPage #grid { height: 1fr; scrollbar-size: 1 1; }
    EntryPage #grid Row { height: 1; width: auto; }
    EntryPage #grid #columns {
        width: auto; height: 1; text-wrap: nowrap; text-style: bold; color: $text-primary;
    }
    EntryPage #grid Row { layers: cells pinned; }
    EntryPage #grid .mark {
        layer: pinned; width: 9; height: 1; padding: 0 0 0 1; background: $surface;
    }
    EntryPage #grid .mark.earlier { color: $text-muted; }
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
        self.found: Assessment | None = None
        self.prepare()
        self._fields: dict[Place, Field] = {}
        self._wrong: dict[int | None, Said] = {}
        self._marks: dict[int, Said] = {}
        self._at: Place | None = None
        self._setting = False

    def parts(self) -> ComposeResult:
        """Place form, result and explanation; the form's fields come when the pack is loaded."""
        with Row(id="top"):
            with Column(id="form"):
                yield Column(id="head")
                yield Grid(id="grid", can_focus=False)
            yield Pane(id="result")
        yield Pane(id="why")
        yield Said(id="hint")
        yield ChoiceList()

    def on_mount(self) -> None:
        self.query_one("#result", Pane).can_focus = False
        self.say(_("loading …"))
        # After the first picture: what computes takes longer to load than the screen itself.
        self.call_after_refresh(self._load)

    @work(thread=True, exit_on_error=False)
    def _load(self) -> None:
        try:
            from mediaid.desk.entry import Entry  # noqa: PLC0415 - numpy and pydantic: not at once

            office = self.desk_app.open_register()
            rules = office.pack if office is not None else None
            entry, again = Entry.opened(self.desk_app.settings.pack, rules)
        except Exception as error:
            self.app.call_from_thread(self.desk_app.report, error)
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
        await self.rebuild()
        self.desk_app.loaded()

    # --- the form --------------------------------------------------------------------------------

    async def rebuild(self, to: Place | None = None) -> None:
        """Make the form anew from the entry, and go to a field."""
        entry = self.entry
        if entry is None:
            return
        self.query_one(ChoiceList).close()
        self._fields.clear()
        self._wrong.clear()
        self._marks.clear()
        head, grid = self.query_one("#head"), self.query_one("#grid")
        async with self.batch():
            await head.remove_children()
            await grid.remove_children()
            rows: list[Widget] = []
            for its in entry.form.head:
                name = Words(content(its.label), classes="name", markup=False)
                rows.append(Row(name, self._field((None, its.name), its)))
            await head.mount(*rows, Said(id="as-of", grows=True), self._wrong_of(None))
            titles = "".join(column_title(its) for its in entry.form.bill)
            await grid.mount(Words(content(" " * MARK + titles), id="columns", markup=False))
            await self._add_rows(0)
        self._show_pack()
        if self._at not in self._fields:
            self._at = None  # its bill is gone
            grid.scroll_to(x=0, animate=False)
        self.know_person()
        self.update()
        self.go(to or self._at or next(iter(self._fields)))

    async def _add_rows(self, first: int) -> None:
        """Mount the rows of the grid from a position on."""
        entry = self.entry
        assert entry is not None
        rows: list[Widget] = []
        for position in range(first, len(entry.case.bills)):
            mark = Said(classes="mark")
            self._marks[position] = mark
            cells = [self._field((position, its.name), its) for its in entry.form.bill]
            rows += [Row(mark, *cells), self._wrong_of(position)]
        await self.query_one("#grid").mount(*rows)

    def _field(self, place: Place, its: FormField) -> Field:
        assert self.entry is not None
        field = make_field(its, place[0], self.entry.tidy(place))
        self._fields[place] = field
        return field

    def _wrong_of(self, position: int | None) -> Said:
        wrong = Said(classes="wrong", grows=True)
        self._wrong[position] = wrong
        return wrong

    def go(self, place: Place) -> None:
        """Put the cursor into a field, at once."""
        field = self._fields.get(place)
        if field is not None:
            self._at = place
            self.set_focus(field)

    @property
    def position(self) -> int:
        """The bill at the cursor: the last one it was in, else the first."""
        at = self._at[0] if self._at else None
        last = len(self.entry.case.bills) - 1 if self.entry else 0
        return min(at or 0, last)

    @on(Scrolled)
    def _pin(self, event: Scrolled) -> None:
        """Numbers and what is wrong stay in sight while the columns move."""
        for said in (*self._marks.values(), *self._wrong.values()):
            if said is not self._wrong.get(None):
                said.styles.offset = (event.x, 0)

    # --- typing ----------------------------------------------------------------------------------

    @on(Field.Typed)
    async def _typed(self, event: Field.Typed) -> None:
        field, entry = event.field, self.entry
        if entry is None:
            return
        place = field.place
        if self._fields.get(place) is not field:
            return  # a field that is being taken away
        before = entry.text(place)
        if before == field.value:
            # Typed back to what it was: who fits it is looked for again all the same.
            if isinstance(field, PersonField) and field.has_focus and entry.case.person is None:
                self.find_people(field)
            return
        # A field that is only shown otherwise (separators, a label) is no change of the case.
        if entry.tidy(place) == field.value:
            return
        if isinstance(field, PersonField):
            if self.chose_person(field):
                return
            entry.type(place, field.value)
            grown = False
            self.find_people(field)
        else:
            grown = entry.type(place, field.value)
        if isinstance(field, CodeField) and not isinstance(field, PersonField) and field.has_focus:
            popup = self.query_one(ChoiceList)
            chosen = any(field.value == choice.label for choice in field.its.choices)
            popup.close() if chosen or not field.value else popup.open_for(field)
        if grown:
            await self._add_rows(len(entry.case.bills) - 1)
        try:
            entry.keep()
        finally:
            self.update()

    @on(CodeField.Narrowed)
    def _narrowed(self, event: CodeField.Narrowed) -> None:
        self.query_one(ChoiceList).open_for(event.field)

    @on(DescendantFocus)
    def _entered(self, event: DescendantFocus) -> None:
        field = event.widget
        if not isinstance(field, Field) or self.entry is None:
            return
        place = field.place
        self._at = place
        # Only separators that were put there to be read; what was typed is not touched.
        if field.its.kind == "money" and field.value == self.entry.tidy(place):
            field.value = field.value.replace(",", "")
        field.cursor_position = len(field.value)
        self.update()

    @on(DescendantBlur)
    def _left(self, event: DescendantBlur) -> None:
        field = event.widget
        if not isinstance(field, Field) or self.entry is None:
            return
        popup = self.query_one(ChoiceList)
        if popup.field is field:
            popup.close()
        place = field.place
        if self._fields.get(place) is not field:
            return
        self.entry.history.rest()
        tidy = self.entry.tidy(place)
        if field.its.kind == "code":
            self.entry.type(place, tidy)
        if field.value != tidy:
            field.value = tidy
        if isinstance(field, PersonField):
            field.cursor_position = 0  # the name stands at the beginning
        self.entry.keep(durable=False)

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
        popup = self.query_one(ChoiceList)
        if by > 0 and popup.is_for(field):
            popup.choose(popup.highlighted)
        places = list(self._fields)
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
        if popup.is_for(field):
            popup.choose(popup.highlighted)
        places = list(self._fields)
        for place in places[places.index(field.place) + 1 :]:
            if place[0] is None or self._fields[place].its.needed:
                self.go(place)
                return

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

    # --- what it comes to ------------------------------------------------------------------------

    def update(self) -> None:
        """Settle the case, and show what came of it and what is wrong."""
        entry = self.entry
        if entry is None:
            return
        self.found = found = entry.assess(self.position)
        result = self.query_one("#result", Pane)
        result.show(result_lines(found, entry, max(result.size.width - 2, 20)))
        self.query_one("#why", Pane).show(explanation_lines(found))
        self._show_wrong(found)
        self._show_marks(found)
        self._show_person()
        self._show_hint()

    def _show_wrong(self, found: Assessment) -> None:
        assert self.entry is not None
        said = beside_bills(self.entry, found)
        for position, wrong in self._wrong.items():
            lines = said.get(position, [])
            text = "\n".join(harmless(text) for text, _bad in lines)
            if wrong.say(text):
                wrong.display = bool(text)
                wrong.set_class(not any(bad for _text, bad in lines), "fine")

    def _show_marks(self, found: Assessment) -> None:
        assert self.entry is not None
        for position, mark in self._marks.items():
            bill = self.entry.case.bills[position]
            if mark.say(mark_of(position, bill, found.shown, self.entry.registered is not None)):
                mark.set_class(bill.earlier, "earlier")

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
