"""A case of the register, and a person's years: to read, and to decide on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on, work
from textual.message import Message

from mediaid.tui.latest import Latest
from mediaid.tui.lines import Line
from mediaid.tui.screens.deciding import Chosen, Deciding
from mediaid.tui.widgets.pane import Pane
from mediaid.tui.years import person_lines

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from mediaid.desk.register.detail import Detail, PersonDetail

_CSS = "{name} Pane {{ height: 1fr; padding: 0 1; }}"


class CasePage(Deciding):
    """All there is to read of a case: bills, papers, determinations, payments, steps, audit."""

    page = "case"
    DEFAULT_CSS = _CSS.format(name="CasePage")

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


class PersonPage(Deciding):
    """A person's years: periods, bills, and the pools used and left."""

    page = "person"
    DEFAULT_CSS = _CSS.format(name="PersonPage")

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

    def chosen_states(self) -> list[Chosen]:
        """There is no case here."""
        return []

    def chosen_person(self) -> int | None:
        """This person is open already."""
        return None

    def decided(self) -> None:
        """Nothing is decided here."""

    def do_back(self) -> None:
        """Go back."""
        self.app.pop_screen()

    @work
    async def do_reveal(self) -> None:
        """Show names and numbers in clear, or masked again."""
        if self.clear or await self.may_reveal(f"person:{self.person}"):
            self.clear = not self.clear
            self._reading.ask(self.person)
