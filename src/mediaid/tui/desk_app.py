"""The app as its screens know it: what is open, what is remembered, how keys are called.

What needs the screens themselves is in `app`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events

from mediaid.desk.register.choose import chosen, may_be_remembered
from mediaid.desk.settings import read_settings, write_settings
from mediaid.i18n import gettext as _
from mediaid.tui import actions
from mediaid.tui.ahead import TypeAhead
from mediaid.tui.guard import Guarded, report

if TYPE_CHECKING:
    from collections.abc import Callable

    from mediaid.desk.budget.sheets import Sheets
    from mediaid.desk.importing import ImportSheet
    from mediaid.desk.register.office import Office


class DeskApp(Guarded, TypeAhead):
    """What there is of the desk whatever screen is shown."""

    def __init__(self, register: str, loaded: Callable[[], None]) -> None:
        super().__init__()
        self._loaded = loaded
        """Called when a case stands on the screen."""
        self.settings = read_settings()
        self.office: Office | None = None
        self._wanted = register
        self.keys_by_action = actions.keymap(self.settings.keys)
        self.budget_sheets: Sheets | None = None
        """What is filled in on the budget's screen."""
        self.import_sheet: ImportSheet | None = None
        """What is filled in on the import's screen."""

    # --- done by the app that has the screens ----------------------------------------------------

    def rules(self) -> tuple[str, dict[str, str]]:
        """Return the pack and the readings that are being worked with."""
        raise NotImplementedError

    def bill_at_hand(self) -> str:
        """Return the bill at the cursor of case entry as one writes it to try it, "" for none."""
        raise NotImplementedError

    async def action_do(self, name: str) -> None:
        """Do an action of the registry, by its id."""
        raise NotImplementedError

    async def correct(self, number: str, person: int, state: str) -> None:
        """Take a case of the register back into case entry."""
        raise NotImplementedError

    def loaded(self) -> None:
        """A case stands on the screen, or cannot be had: what was typed so far goes there."""
        self._loaded()
        self.release()

    def is_held(self, event: events.Key | events.Paste) -> bool:
        """One can leave the program whatever it waits for."""
        leaves = isinstance(event, events.Key) and event.key == self.keys_by_action["quit"]
        return super().is_held(event) and not leaves

    # --- what is open ----------------------------------------------------------------------------

    def open_register(self) -> Office | None:
        """Open the register that was chosen, if any, and return it; for a thread.

        Where it cannot be opened that is told, and the desk works without one.
        """
        where = chosen(self._wanted, self.settings)
        if not where:
            return None
        try:
            from mediaid.desk.register.office import open_office  # noqa: PLC0415 - needs databases

            office = open_office(where)
        except Exception as error:
            self.call_from_thread(self.report, error)
            return None
        self.office = office
        if self._wanted and not office.demonstration and may_be_remembered(where):
            self.settings.register = where
            self.call_from_thread(self.remember)
        return office

    @property
    def banner(self) -> str:
        """What stands on every screen where the register's people are made up."""
        if self.office is not None and self.office.demonstration:
            return _("DEMONSTRATION")
        return ""

    def key_of(self, name: str) -> str:
        """Return an action's key as it is shown."""
        return actions.key_name(self.keys_by_action[name])

    # --- what is told and remembered --------------------------------------------------------------

    def report(self, error: BaseException) -> None:
        """Tell the user of an error and go on."""
        report(self, error)

    def remember(self) -> None:
        """Keep the settings; that they cannot be written is said and stops nothing."""
        try:
            write_settings(self.settings)
        except Exception as error:
            self.report(error)
