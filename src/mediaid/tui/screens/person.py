"""A person's years: periods, bills, and the pools."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on, work
from textual.message import Message

from mediaid.tui.latest import Latest
from mediaid.tui.screens.office_page import OfficePage
from mediaid.tui.widgets.pane import Pane
from mediaid.tui.years import person_lines

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from mediaid.desk.register.detail import PersonDetail


class PersonPage(OfficePage):
    """A person's years: periods, bills, and the pools used and left."""

    page = "person"
    DEFAULT_CSS = "PersonPage Pane { height: 1fr; padding: 0 1; }"

    class Read(Message):
        """The person has been read."""

        def __init__(self, detail: PersonDetail) -> None:
            super().__init__()
            self.detail = detail

    def __init__(self, person: int) -> None:
        super().__init__()
        self.person = person
        self.detail: PersonDetail | None = None
        self.clear = False
        self._reading: Latest[int] = Latest(self, self._read)

    def parts(self) -> ComposeResult:
        """Place the text."""
        yield Pane(id="person")

    def on_mount(self) -> None:
        self.query_one(Pane).focus()
        self._reading.ask(self.person)

    def _read(self, person: int) -> None:
        from mediaid.desk.register.detail import person_detail  # noqa: PLC0415

        self.post_message(self.Read(person_detail(self.office, person, clear=self.clear)))

    @on(Read)
    def _show(self, event: Read) -> None:
        self.detail = event.detail
        self._draw()

    def _draw(self) -> None:
        pane = self.query_one(Pane)
        if self.detail is not None:
            pane.show(person_lines(self.detail, max(pane.size.width - 3, 20)))

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw)

    def do_back(self) -> None:
        """Go back."""
        self.app.pop_screen()

    @work
    async def do_reveal(self) -> None:
        """Show names and numbers in clear, or masked again."""
        if self.clear or await self.may_reveal(f"person:{self.person}"):
            self.clear = not self.clear
            self._reading.ask(self.person)
