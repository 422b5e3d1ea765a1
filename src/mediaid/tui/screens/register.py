"""台账: the register's cases, found as one types, filtered, opened, and decided on together."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from mediaid.desk.choices import Choice
from mediaid.i18n import gettext as _
from mediaid.money import show_yuan
from mediaid.tui.latest import Latest
from mediaid.tui.screens.deciding import Deciding
from mediaid.tui.screens.dialogs import Chooser
from mediaid.tui.text import harmless
from mediaid.tui.widgets.line import LineInput
from mediaid.tui.widgets.rows import Column, Rows
from mediaid.tui.widgets.said import Said

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from mediaid.desk.register.ledger import Choices, Ledger, LedgerRow
    from mediaid.desk.register.office import Office

MOST_AT_ONCE = 2000
"""Cases that are selected at one go at most."""


def columns() -> list[Column]:
    """Return the list's columns; from the right they are left out where there is no room."""
    from mediaid.desk.register.ledger import STATES, state_words  # noqa: PLC0415 - needs databases

    states = [_("correction waits"), *map(state_words, STATES)]
    widest = max(map(cell_len, states))
    return [
        Column(_("case"), 16),
        Column(_("state"), min(widest, 20), most=widest),
        Column(_("name"), 9),
        Column(_("town"), 12, most=14),
        Column(_("aid, yuan"), 14, right=True),
        Column(_("accepted on"), 10, most=cell_len(_("accepted on"))),
        Column(_("category"), 22, most=30),
        Column(_("bills"), 5, right=True),
        Column(_("self-paid, yuan"), 15, right=True),
        Column(_("accepted by"), 16),
    ]


def cells(office: Office, row: LedgerRow) -> list[str]:
    """Return the texts of a case."""
    from mediaid.desk.register.ledger import category_words, state_words  # noqa: PLC0415

    return [
        row.number,
        _("correction waits") if row.correcting else state_words(row.state),
        row.name,
        row.town,
        "–" if row.aid is None else show_yuan(row.aid),
        row.accepted_on.isoformat(),
        category_words(office, row.category),
        str(row.bills),
        show_yuan(row.self_paid),
        row.accepted_by,
    ]


class SearchField(LineInput):
    """The field to find cases by; a space selects a case, since no name or number has one."""

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Leave the space to the screen."""
        return key != "space" and super().check_consume_key(key, character)


class RegisterPage(Deciding):
    """The register. The field at the top keeps the focus; the arrows move in the rows."""

    page = "register"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", show=False, priority=True),
        Binding("down", "move(1)", show=False, priority=True),
        Binding("pageup", "turn(-1)", show=False, priority=True),
        Binding("pagedown", "turn(1)", show=False, priority=True),
        Binding("ctrl+home", "end(0)", show=False, priority=True),
        Binding("ctrl+end", "end(1)", show=False, priority=True),
    ]
    DEFAULT_CSS = """
    RegisterPage #asked { height: 1; background: $surface; }
    RegisterPage #asked .name { width: auto; padding: 0 1; }
    RegisterPage #search { width: 26; background: $boost; }
    RegisterPage #search:focus { background: $primary 35%; }
    RegisterPage #filters { width: 1fr; padding: 0 1; color: $text-warning; }
    RegisterPage Rows { height: 1fr; }
    RegisterPage #status { height: 1; padding: 0 1; background: $panel; }
    """

    class Begun(Message):
        """There is more to see of a ledger."""

        def __init__(self, ledger: Ledger) -> None:
            super().__init__()
            self.ledger = ledger

    class Offered(Message):
        """What can be filtered by is known."""

        def __init__(self, choices: Choices) -> None:
            super().__init__()
            self.choices = choices

    def __init__(self) -> None:
        super().__init__()
        self.ledger: Ledger | None = None
        self.selected: dict[str, LedgerRow] = {}
        self.choices: Choices | None = None
        self._begin: Latest[Ledger] = Latest(self, self._read_first)
        self._count: Latest[Ledger] = Latest(self, self._count_through)
        self._pages: Latest[tuple[Ledger, list[int]]] = Latest(self, self._read_pages)
        self._filters: Latest[Office] = Latest(self, self._read_choices)

    def parts(self) -> ComposeResult:
        """Place the field, the filters, the rows and the line below them."""
        with Horizontal(id="asked"):
            yield Static(_("Find"), classes="name", markup=False)
            yield SearchField(
                compact=True,
                id="search",
                placeholder=_("name, number, case"),
                select_on_focus=False,
            )
            yield Said(id="filters")
        yield Rows(columns(), own_focus=False, marked=self._is_selected)
        yield Said(id="status")

    def on_mount(self) -> None:
        self.query_one("#search").focus()
        office = self.desk_app.office
        if office is not None:
            self.say(office.name)
            self._filters.ask(office)
            self.load()

    def on_screen_resume(self) -> None:
        if self.ledger is not None:
            self.load()

    def load(self) -> None:
        """Read the rows anew, under the filters that are chosen."""
        office = self.desk_app.office
        if office is None:
            return
        from mediaid.desk.register.ledger import Filter, Ledger  # noqa: PLC0415 - needs databases

        self.look(self.ledger.again() if self.ledger is not None else Ledger(office, Filter()))

    def look(self, ledger: Ledger) -> None:
        """Show a ledger from its first row; what was there stays until it is read."""
        self._say_filters(ledger)
        self.ledger = ledger
        self._begin.ask(ledger)

    # --- in the background -----------------------------------------------------------------------

    def _read_first(self, ledger: Ledger) -> None:
        ledger.begin()
        self.post_message(self.Begun(ledger))

    def _count_through(self, ledger: Ledger) -> None:
        if ledger is self.ledger:
            ledger.count_through()
            self.post_message(self.Begun(ledger))

    def _read_pages(self, job: tuple[Ledger, list[int]]) -> None:
        ledger, pages = job
        for page in pages:
            ledger.read(page)
        self.post_message(self.Begun(ledger))

    def _read_choices(self, office: Office) -> None:
        from mediaid.desk.register.ledger import choices  # noqa: PLC0415

        self.post_message(self.Offered(choices(office)))

    @on(Offered)
    def _offered(self, event: Offered) -> None:
        self.choices = event.choices

    @on(Begun)
    def _begun(self, event: Begun) -> None:
        ledger = event.ledger
        if ledger is not self.ledger:
            return
        if not ledger.counted:
            self._count.ask(ledger)
        self._draw()

    def _draw(self) -> None:
        self.query_one(Rows).show(self.ledger.count if self.ledger else 0, self._cells)
        self._say_status()

    def _case_at(self, at: int) -> LedgerRow | None:
        return self.ledger.row(at) if self.ledger is not None else None

    def _cells(self, at: int) -> list[str] | None:
        row = self._case_at(at)
        return None if row is None or self.ledger is None else cells(self.ledger.office, row)

    def _is_selected(self, at: int) -> bool:
        row = self._case_at(at)
        return row is not None and row.number in self.selected

    @on(Rows.Seen)
    def _seen(self, event: Rows.Seen) -> None:
        if self.ledger is None or not self.ledger.counted:
            return
        missing = self.ledger.missing(event.first, event.end)
        if missing:
            self._pages.ask((self.ledger, missing))

    # --- what is said ----------------------------------------------------------------------------

    def _say_status(self, busy: str = "") -> None:
        ledger = self.ledger
        if busy:
            self.query_one("#status", Said).say(busy)
            return
        if ledger is None:
            return
        if not ledger.counted:
            said = _("more than {count} cases, counting …").format(count=f"{ledger.count:,}")
        else:
            said = _("{count} cases").format(count=f"{ledger.count:,}")
        if self.selected:
            some = _("{count} selected").format(count=f"{len(self.selected):,}")
            said = _("{one}; {other}").format(one=said, other=some)
            keys = {name: self.key(name) for name in ("forward", "act", "take_back")}
            what = _("{forward}: one step on, {act}: other actions, {take_back}: select none")
            said = _("{one}; {other}").format(one=said, other=what.format(**keys))
        elif not ledger.count and ledger.counted:
            said = _("No case fits. Esc takes the filters away; F2 enters a case.")
        self.query_one("#status", Said).say(said)

    def _say_filters(self, ledger: Ledger) -> None:
        from mediaid.desk.register.ledger import category_words, state_words  # noqa: PLC0415

        wanted = ledger.wanted
        said = [state_words(wanted.state)] if wanted.state else []
        said += [its for its in (wanted.town, wanted.month) if its]
        if wanted.category:
            said.append(category_words(ledger.office, wanted.category))
        text = _(", ").join(said)
        shown = _("only: {filters}").format(filters=text) if said else ""
        self.query_one("#filters", Said).say(harmless(shown))

    # --- moving, finding, selecting --------------------------------------------------------------

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self.ledger is not None and event.value.strip() != self.ledger.wanted.text:
            self.query_one(Rows).go(0)
            self.look(self.ledger.again(text=event.value.strip()))

    async def arrived(self) -> None:
        """Wait until the case at the cursor has been read."""
        await self.soon(lambda: self.is_mounted and not self._looking)

    @property
    def _looking(self) -> bool:
        """Whether the case at the cursor is still being read."""
        ledger = self.ledger
        return ledger is not None and self.row is None and not (ledger.counted and not ledger.count)

    def action_move(self, rows: int) -> None:
        """Move the cursor."""
        self.query_one(Rows).action_move(rows)

    def action_turn(self, pages: int) -> None:
        """Move by a screen."""
        self.query_one(Rows).action_page(pages)

    def action_end(self, last: int) -> None:
        """Go to the first row or the last."""
        self.query_one(Rows).action_end(last)

    @property
    def row(self) -> LedgerRow | None:
        """The case at the cursor."""
        return self._case_at(self.query_one(Rows).at)

    async def do_select(self) -> None:
        """Select the case at the cursor, or no longer, and go to the next."""
        await self.arrived()
        row = self.row
        if row is not None:
            if self.selected.pop(row.number, None) is None:
                self.selected[row.number] = row
            self.action_move(1)
            self._say_status()

    async def do_take_back(self) -> None:
        """Stop what is being done; else take back the selection, the text, the filters, in turn."""
        field = self.query_one("#search", Input)
        if self.running:
            self.stop()
        elif self.selected:
            self.selected.clear()
            self._draw()
        elif field.value:
            field.value = ""
        elif self.ledger is not None and self.ledger.wanted != self.ledger.wanted.__class__():
            self.look(self.ledger.again(state="", town="", category="", month="", text=""))
        else:
            await self.desk_app.action_do("show_entry")

    @on(Rows.Chosen)
    async def do_open(self) -> None:
        """Open the case at the cursor; what was typed just before is looked for first."""
        await self.arrived()
        row = self.row
        if row is not None:
            from mediaid.tui.screens.case import CasePage  # noqa: PLC0415 - when it is asked for

            self.app.push_screen(CasePage(row.number))

    @work
    async def do_filter(self) -> None:
        """Choose a state, a town, a category or a month to show alone."""
        await self.soon(lambda: self.choices is not None)
        ledger, found = self.ledger, self.choices
        if ledger is None or found is None:
            return
        kinds = (
            ("state", _("state"), found.states),
            ("category", _("category"), found.categories),
            ("month", _("month"), found.months),
            ("town", _("town"), found.towns),
        )
        choices, notes = [], {}
        for kind, name, those in kinds:
            for its in those:
                code = f"{kind}={its.code}"
                choices.append(Choice(code, its.zh, its.en))
                notes[code] = name
        chosen = await self.app.push_screen_wait(Chooser(_("Show only"), choices, notes=notes))
        if chosen is not None:
            kind, _equals, value = chosen.partition("=")
            self.query_one(Rows).go(0)
            self.look(ledger.again(**{kind: value}))

    @work
    async def do_select_all(self) -> None:
        """Select all cases that the filters leave."""
        ledger = self.ledger
        if ledger is None:
            return
        await self.soon(lambda: ledger.counted)
        if ledger is not self.ledger or not ledger.counted:
            return
        if ledger.count > MOST_AT_ONCE:
            self.notify(
                _(
                    "These are {count} cases, more than {most}: narrow them by filters first."
                ).format(count=f"{ledger.count:,}", most=f"{MOST_AT_ONCE:,}"),
                severity="warning",
                markup=False,
            )
            return
        try:
            rows = await asyncio.to_thread(ledger.everything)
        except Exception as error:
            self.desk_app.report(error)
            return
        self.selected = {row.number: row for row in rows}
        self._draw()

    # --- what can be done ------------------------------------------------------------------------

    def chosen_cases(self) -> list[LedgerRow]:
        """Return the selected cases, else the one at the cursor."""
        if self.selected:
            return list(self.selected.values())
        return [self.row] if self.row is not None else []

    def chosen_states(self) -> list[tuple[str, str, bool, int | None]]:
        """Return number, state, whether a correction waits, and aid (分) of the chosen cases."""
        return [(its.number, its.state, its.correcting, its.aid) for its in self.chosen_cases()]

    def chosen_person(self) -> int | None:
        """Return the person of the case at the cursor."""
        return self.row.person_id if self.row is not None else None

    def decided(self) -> None:
        """Show what has become of the cases."""
        self.selected = {}
        self.load()

    def progress(self, done: int, whole: int) -> None:
        """Say how far it is; nothing at the end."""
        text = _("{done} of {whole} cases; Esc stops").format(done=done, whole=whole)
        self._say_status(text if done < whole else "")

    @work
    async def do_reveal(self) -> None:
        """Show names in clear, after asking; the audit notes it."""
        if self.ledger is None:
            return
        if self.ledger.clear:
            self.ledger.clear = False
            self.load()
        elif await self.may_reveal("cases"):
            self.ledger.clear = True
            self.load()
