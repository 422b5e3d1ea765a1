"""The application: its screens, its actions, and what it remembers."""

from __future__ import annotations

import asyncio
import inspect
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.screen import Screen

from mediaid.desk.choices import Choice
from mediaid.i18n import choose, language
from mediaid.i18n import gettext as _
from mediaid.tui import actions
from mediaid.tui.desk_app import DeskApp
from mediaid.tui.screens.entry import EntryPage
from mediaid.tui.screens.page import Page
from mediaid.tui.widgets.line import LineInput

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


DEFAULT_THEME = "textual-dark"


class MediaidApp(DeskApp):
    """The desk. Every key and command is an action of the registry, called by its id."""

    ENABLE_COMMAND_PALETTE = False
    TITLE = "mediaid"
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self, register: str = "", *, loaded: Callable[[], None] = lambda: None) -> None:
        super().__init__(register, loaded)
        # Not as class bindings: two screens may use one key, each for an action of its own.
        for name, key in self.keys_by_action.items():
            self._bindings.bind(key, f"do('{name}')", show=False, priority=True)
        self.theme = (
            self.settings.theme if self.settings.theme in self.available_themes else DEFAULT_THEME
        )

    def get_default_screen(self) -> Screen[object]:
        """Begin with case entry."""
        return EntryPage()  # type: ignore[return-value]

    @property
    def entry_page(self) -> EntryPage:
        """The entry screen, which lies below all others."""
        page = self.screen_stack[0]
        assert isinstance(page, EntryPage)
        return page

    def rules(self) -> tuple[str, dict[str, str]]:
        """Return the pack and the readings that are being worked with."""
        entry = self.entry_page.entry
        if entry is None:
            return self.settings.pack, {}
        return entry.case.pack, entry.case.readings

    # --- actions ---------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dialogs have the keyboard to themselves, but for leaving the program."""
        if action == "do":
            wanted = actions.BY_ID[str(parameters[0])]
            if not isinstance(self.screen, Page):
                return wanted.id == "quit"
            return wanted.is_on(self.screen.page)
        return True

    async def action_do(self, name: str) -> None:
        """Do an action of the registry, by its id."""
        try:
            if isinstance(self.screen, Page) and isinstance(self.screen.focused, LineInput):
                await self.screen.keys_arrived()
            home = self.screen if actions.BY_ID[name].screen else self
            done = getattr(home, f"do_{name}")()
            if inspect.isawaitable(done) and inspect.iscoroutine(done):
                await done
        except Exception as error:
            self.report(error)

    async def action_quit(self) -> None:
        """Leave; the draft stays and is opened again the next time."""
        entry = self.entry_page.entry
        if entry is not None:
            try:
                entry.keep(durable=True)
            except Exception as error:
                self.report(error)
        self.exit()

    async def do_quit(self) -> None:
        """Leave the program."""
        await self.action_quit()

    def _to(self, page: str) -> bool:
        """Go back to the entry screen, below everything; False where the page is open already."""
        if isinstance(self.screen, Page) and self.screen.page == page:
            return False
        while len(self.screen_stack) > 1:
            self.pop_screen()
        return not (isinstance(self.screen, Page) and self.screen.page == page)

    def do_show_entry(self) -> None:
        """Show case entry."""
        self._to("entry")

    def do_show_register(self) -> None:
        """Show the register's cases; where no register is open, ask for one."""
        if self.office is None:
            self.do_register_open()
            return
        from mediaid.tui.screens.register import RegisterPage  # noqa: PLC0415 - when asked for

        if self._to("register"):
            self.push_screen(RegisterPage())

    def do_register_open(self) -> None:
        """Create a register, or open another one."""
        self.run_worker(self._register_open(), exit_on_error=False)

    async def _register_open(self) -> None:
        from mediaid.tui.screens.registers import choose_register  # noqa: PLC0415 - when asked for

        where = await choose_register(self)
        if where:
            self._work_with(where)

    def _work_with(self, where: str) -> None:
        """Go on with another register; the draft on the screen is kept."""
        page, before = self.entry_page, self.office
        self._to("entry")
        self._wanted, self.office = where, None
        if self.import_sheet is not None:
            self.import_sheet.texts["register"] = where
        if page.entry is not None:
            page.entry.leave()  # its person is one of the register that was open
            page.entry = None
        if before is not None:
            before.close()
        self.hold()
        page.begin()

    def bill_at_hand(self) -> str:
        """Return the bill at the cursor of case entry as one writes it to try it, "" for none."""
        from mediaid.desk.trial import written  # noqa: PLC0415 - loads numpy and pydantic

        page = self.entry_page
        return written(page.entry.case, page.position, page.entry.pack) if page.entry else ""

    async def correct(self, number: str, person: int, state: str) -> None:
        """Take a case of the register back into case entry."""
        page, office = self.entry_page, self.office
        if office is None or page.entry is None:
            return
        from mediaid.desk.entry import Entry  # noqa: PLC0415
        from mediaid.desk.register.submit import entered, open_for_entry  # noqa: PLC0415

        if not open_for_entry(state):
            self.notify(
                _("This case is not open for entry: send it back first."),
                severity="warning",
                markup=False,
            )
            return
        case = await asyncio.to_thread(entered, office, number, person)
        case.register = office.identity
        page.entry.leave()
        page.entry = Entry(case, registered=office.pack, register=office.identity)
        page.entry.keep()
        self._to("entry")
        await page.rebuild()

    def do_show_policy(self) -> None:
        """Show the rule pack in words."""
        from mediaid.tui.screens.policy import PolicyPage  # noqa: PLC0415 - when it is asked for

        if self._to("policy"):
            self.push_screen(PolicyPage())

    def do_show_budget(self) -> None:
        """Show the budget; again: its next view."""
        from mediaid.tui.screens.budget import BudgetPage  # noqa: PLC0415

        if isinstance(self.screen, BudgetPage):
            self.screen.do_budget_view()
        elif self._to("budget"):
            if not self.is_screen_installed("budget"):
                self.install_screen(BudgetPage(self.budget_sheets), "budget")
            self.push_screen("budget")

    def do_show_import(self) -> None:
        """Show the import of files."""
        from mediaid.desk.importing import ImportSheet  # noqa: PLC0415
        from mediaid.desk.register.choose import chosen  # noqa: PLC0415
        from mediaid.tui.screens.importing import ImportPage  # noqa: PLC0415

        if self._to("import"):
            if self.import_sheet is None:
                where = chosen(self._wanted, self.settings)
                self.import_sheet = ImportSheet({"register": where})
            if not self.is_screen_installed("import"):
                self.install_screen(ImportPage(self.import_sheet), "import")
            self.push_screen("import")

    def do_help(self) -> None:
        """Show what can be done on this screen."""
        from mediaid.tui.screens.help import HelpPage  # noqa: PLC0415

        page = self.screen.page if isinstance(self.screen, Page) else "entry"
        if page != "help":
            self.push_screen(HelpPage(page))

    def do_palette(self) -> None:
        """Find an action by its name."""
        self.run_worker(self._palette(), exit_on_error=False)

    async def _palette(self) -> None:
        from mediaid.tui.screens.dialogs import Chooser  # noqa: PLC0415 - when asked for

        page = self.screen.page if isinstance(self.screen, Page) else ""
        offered = [action for action in dict.fromkeys(actions.on(page)) if action.id != "palette"]
        notes = {a.id: f"{actions.key_name(self.keys_by_action[a.id])}  {a.does}" for a in offered}
        chosen = await self.push_screen_wait(
            Chooser(_("Commands"), [action.choice for action in offered], notes=notes)
        )
        if chosen is not None:
            await self.action_do(chosen)

    def do_theme(self) -> None:
        """Choose other colours."""
        self.run_worker(self._theme(), exit_on_error=False)

    async def _theme(self) -> None:
        from mediaid.tui.screens.dialogs import Chooser  # noqa: PLC0415 - when asked for

        themes = [Choice(name, name, name) for name in sorted(self.available_themes)]
        chosen = await self.push_screen_wait(Chooser(_("Theme"), themes, chosen=self.theme))
        if chosen is not None:
            self.theme = chosen
            self.settings.theme = chosen
            self.remember()

    async def do_language(self) -> None:
        """Go on in the other language."""
        choose("en" if language() == "zh" else "zh")
        self.settings.lang = language()
        self.remember()
        entry = self.entry_page.entry
        while len(self.screen_stack) > 1:
            self.pop_screen()
        for name in ("budget", "import"):  # they stand in words of the other language
            if self.is_screen_installed(name):
                self.uninstall_screen(name)
        page = self.entry_page
        await page.recompose()
        page.entry = entry
        await page.rebuild()

    def do_pack(self) -> None:
        """Choose another rule pack."""
        self.run_worker(self._pack(), exit_on_error=False)

    async def _pack(self) -> None:
        from mediaid.desk.packs import pack_choices  # noqa: PLC0415
        from mediaid.tui.screens.dialogs import Chooser  # noqa: PLC0415

        packs = await asyncio.to_thread(pack_choices)
        notes = {pack.id: pack.problem or pack.confirmed for pack in packs}
        choices = [Choice(pack.id, pack.zh, pack.en) for pack in packs]
        name, _readings = self.rules()
        chosen = await self.push_screen_wait(
            Chooser(_("Rule pack"), choices, notes=notes, chosen=name)
        )
        if chosen is not None and chosen != name:
            await self._under(chosen, {})
            self.settings.pack = chosen
            self.remember()

    def do_readings(self) -> None:
        """Choose how unclear clauses are read."""
        self.run_worker(self._readings(), exit_on_error=False)

    async def _readings(self) -> None:
        from mediaid.desk.packs import pack_of, readings_of  # noqa: PLC0415
        from mediaid.tui.screens.dialogs import Chooser  # noqa: PLC0415

        name, chosen = self.rules()
        questions = await asyncio.to_thread(lambda: readings_of(pack_of(name, chosen)))
        if not questions:
            self.notify(_("This pack leaves no question open."), markup=False)
            return
        asked = [Choice(q.id, q.question, q.question) for q in questions]
        notes = {
            q.id: Choice(q.chosen, *q.answers.get(q.chosen, (q.chosen, q.chosen))).label
            for q in questions
        }
        which = await self.push_screen_wait(Chooser(_("Readings"), asked, notes=notes))
        if which is None:
            return
        question = next(q for q in questions if q.id == which)
        answers = [Choice(key, zh, en) for key, (zh, en) in question.answers.items()]
        answer = await self.push_screen_wait(
            Chooser(_("Readings"), answers, asked=question.question, chosen=question.chosen)
        )
        if answer is not None and answer != question.chosen:
            await self._under(name, {**chosen, which: answer})

    async def _under(self, pack: str, readings: Mapping[str, str]) -> None:
        from mediaid.desk.packs import pack_of  # noqa: PLC0415

        try:
            await asyncio.to_thread(lambda: pack_of(pack, readings))
            await self.entry_page.choose_rules(pack, dict(readings))
        except Exception as error:
            self.report(error)
            return
        load = getattr(self.screen, "load", None)
        if load is not None:
            load()
