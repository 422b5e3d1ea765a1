"""政策: a rule pack in words on a day, with values, citations, provisional marks and readings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on, work
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, Static

from mediaid.i18n import gettext as _
from mediaid.tui.lines import Line, policy_lines
from mediaid.tui.screens.page import Page
from mediaid.tui.text import content, harmless
from mediaid.tui.widgets.line import LineInput
from mediaid.tui.widgets.pane import Pane

if TYPE_CHECKING:
    from textual.app import ComposeResult


class DayField(LineInput):
    """A date; full-width digits are put right as they are typed."""

    def validate_value(self, value: str) -> str:
        """Take in digits and signs in plain ASCII."""
        from mediaid.money import plain  # noqa: PLC0415

        value = super().validate_value(value)
        return value if value.isascii() else plain(value)


class PolicyPage(Page):
    """A pack on a day. The day is typed; pack and readings are those of the desk."""

    page = "policy"
    DEFAULT_CSS = """
    PolicyPage #asked { height: 1; background: $surface; }
    PolicyPage #asked .name { width: auto; padding: 0 1; }
    PolicyPage DayField { width: 16; background: $boost; }
    PolicyPage DayField:focus { background: $primary 35%; }
    PolicyPage #wrong { width: 1fr; color: $text-error; padding: 0 1; }
    PolicyPage #policy { height: 1fr; padding: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._dated = False
        """Whether the day has been filled in once: after that it is the user's."""

    def parts(self) -> ComposeResult:
        """Place the day and the text."""
        with Horizontal(id="asked"):
            yield Static(_("On the day"), classes="name", markup=False)
            yield DayField(compact=True, id="day", select_on_focus=False)
            yield Static("", id="wrong", markup=False)
        yield Pane(id="policy")

    def on_mount(self) -> None:
        self.query_one(Pane).focus()

    def on_screen_resume(self) -> None:
        self.load()

    def load(self) -> None:
        """Load the pack of the desk and show it on the day that is asked for."""
        self._load(self.query_one("#day", Input).value.strip())

    @work(thread=True, exclusive=True, exit_on_error=False)
    def _load(self, text: str) -> None:
        try:
            from mediaid.desk import packs  # noqa: PLC0415 - loads numpy and pydantic

            pack = packs.pack_of(*self.desk_app.rules())
            day = packs.read_day(text) if text else packs.first_day(pack)
            lines = policy_lines(packs.policy(pack, day))
            self.app.call_from_thread(self._show, text, packs.title(pack), lines, str(day))
        except ValueError as error:
            self.app.call_from_thread(self._refuse, text, str(error))
        except Exception as error:
            self.app.call_from_thread(self.desk_app.report, error)

    def _late(self, text: str) -> bool:
        """Whether another day is asked for by now."""
        return text != self.query_one("#day", Input).value.strip()

    def _show(self, text: str, title: str, lines: list[Line], day: str) -> None:
        if self._late(text):
            return
        self.say(title)
        self.query_one("#wrong", Static).update(Content(""))
        self.query_one("#policy", Pane).show(lines)
        field = self.query_one("#day", Input)
        if not self._dated:
            self._dated = True
            field.value = day
            field.cursor_position = len(day)

    def _refuse(self, text: str, why: str) -> None:
        if self._late(text):
            return
        self.query_one("#wrong", Static).update(content(harmless(why)))

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if len(event.value.strip()) >= 8:
            self.load()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.query_one("#policy", Pane).focus()
