"""A case of the register: to read, and to decide on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on, work
from textual.message import Message

from mediaid.tui.latest import Latest
from mediaid.tui.lines import Line
from mediaid.tui.screens.deciding import Chosen, Deciding
from mediaid.tui.widgets.pane import Pane

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from mediaid.desk.register.detail import Detail


class CasePage(Deciding):
    """All there is to read of a case: bills, papers, determinations, payments, steps, audit."""

    page = "case"
    DEFAULT_CSS = "CasePage Pane { height: 1fr; padding: 0 1; }"

    class Read(Message):
        """The case has been read."""

        def __init__(self, detail: Detail) -> None:
            super().__init__()
            self.detail = detail

    def __init__(self, number: str) -> None:
        super().__init__()
        self.number = number
        self.detail: Detail | None = None
        self.clear = False
        self._reading: Latest[str] = Latest(self, self._read)

    def parts(self) -> ComposeResult:
        """Place the text."""
        yield Pane(id="case")

    def on_mount(self) -> None:
        self.query_one(Pane).focus()
        self.say(self.number)
        self._reading.ask(self.number)

    def _read(self, number: str) -> None:
        from mediaid.desk.register.detail import case_detail  # noqa: PLC0415 - needs databases

        self.post_message(self.Read(case_detail(self.office, number, clear=self.clear)))

    @on(Read)
    def _show(self, event: Read) -> None:
        self.detail = event.detail
        self.query_one(Pane).show([Line(*its) for its in event.detail.lines])

    def chosen_states(self) -> list[Chosen]:
        """Return this case."""
        its = self.detail
        return [(its.number, its.state, its.correcting, its.aid)] if its is not None else []

    def chosen_person(self) -> int | None:
        """Return the case's person."""
        return self.detail.person if self.detail is not None else None

    def decided(self) -> None:
        """Show what has become of the case."""
        self._reading.ask(self.number)

    def do_back(self) -> None:
        """Go back to the register."""
        self.app.pop_screen()

    @work
    async def do_reveal(self) -> None:
        """Show names and numbers in clear, or masked again."""
        if self.clear or await self.may_reveal(f"case:{self.number}"):
            self.clear = not self.clear
            self._reading.ask(self.number)

    async def do_correct(self) -> None:
        """Take the case back into case entry, to complete or correct it."""
        if self.detail is not None:
            await self.desk_app.correct(self.detail.number, self.detail.person, self.detail.state)
