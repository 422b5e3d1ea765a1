"""Case entry: what the case comes to, beside the form and below it, on every key."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from textual import on
from textual.message import Message

from mediaid.i18n import gettext as _
from mediaid.tui.latest import Latest
from mediaid.tui.lines import Line, explanation_lines, guide_lines, result_lines
from mediaid.tui.screens.entry_base import Entering
from mediaid.tui.screens.entry_words import beside_bills, mark_of
from mediaid.tui.text import harmless
from mediaid.tui.widgets.grid import BillRow
from mediaid.tui.widgets.pane import Pane
from mediaid.tui.widgets.said import Said

if TYPE_CHECKING:
    from mediaid.desk.assess import Assessment
    from mediaid.desk.entry import Entry

HEAVY = 330
"""The weight of an entry that settles in some 30 ms, which nobody notices on a key; what is heavier
is settled in the background."""


class Job(NamedTuple):
    """What is to be settled: the state that was asked for last has the highest number."""

    number: int
    entry: Entry
    position: int


class Settling(Entering):
    """The part of case entry that shows figures. Mixed into its screen.

    A figure is never of another state of the case than the one on the screen, unless it says so.
    """

    class Settled(Message):
        """A case has been settled in the background; without a result, it could not be."""

        def __init__(self, job: Job, found: Assessment | None) -> None:
            super().__init__()
            self.job, self.found = job, found

    def prepare_settling(self) -> None:
        """Make ready what works in the background."""
        self.found = None
        self._states = 0
        self._current = asyncio.Event()
        """Set while what is shown is of the present state."""
        self._settling: Latest[Job] = Latest(self, self._settle)
        self._result: list[Line] = []
        self._why: list[Line] = []
        self._shown: int | None = None
        """The bill that the figures on the screen are about."""
        self._of: Entry | None = None
        """The case that they are of."""

    def update(self) -> None:
        """Settle the case, and show what came of it and what is wrong."""
        entry = self.entry
        if entry is None:
            return
        self._states += 1
        try:
            if entry.weight > HEAVY:
                self._settle_later(entry)
            else:
                self._show_found(entry, entry.assess(self.position))
        except Exception:
            self._show_none(entry)
            raise

    def _settle_later(self, entry: Entry) -> None:
        """Show what is wrong with the fields at once, and the figures as those of before."""
        self.found = None
        self._current.clear()
        if entry is not self._of:
            self._keep(entry, None, [], [])
        self._show_beside(entry, replace(entry.look_over(), shown=self._shown))
        text = _("reckoning …")
        if self._result:
            text = _("reckoning … the figures below are from before the last change")
        waiting = Line(text, 0, "warn")
        self._show_panes([waiting, *self._result], [waiting, *self._why])
        self._settling.ask(Job(self._states, entry.snapshot(), self.position))

    def _settle(self, job: Job) -> None:
        found = None
        try:
            found = job.entry.assess(job.position)
        finally:
            self.post_message(self.Settled(job, found))

    @on(Settled)
    def _has_settled(self, event: Settled) -> None:
        if event.job.number != self._states or self.entry is None:
            return  # something was typed since
        if event.found is None:
            self._show_none(self.entry)
        else:
            self._show_found(self.entry, event.found)

    async def figures(self) -> Assessment | None:
        """Return what the case comes to as it stands; nothing can be typed until that is known."""
        if not self._current.is_set():
            from mediaid.tui.screens.dialogs import Working  # noqa: PLC0415 - when asked for

            working = Working(_("reckoning …"))
            await self.app.push_screen(working)
            try:
                await self._current.wait()
            finally:
                working.dismiss(None)
        return self.found

    def _show_found(self, entry: Entry, found: Assessment) -> None:
        self.found = found
        self._current.set()
        width = max(self.query_one("#result", Pane).size.width - 2, 20)
        why = explanation_lines(found)
        if entry.case.blank:
            why = guide_lines(self.office is not None, self.key)
        self._keep(entry, found.shown, result_lines(found, entry, width), why)
        self._show_panes(self._result, self._why)
        self._show_beside(entry, found)

    def _show_none(self, entry: Entry) -> None:
        """Show no figure: why the case could not be settled is told by a notice."""
        self.found = None
        self._current.set()
        self._keep(entry, None, [], [])
        self._show_panes([Line(_("This case could not be reckoned."), 0, "bad")], [])

    def _keep(self, entry: Entry, shown: int | None, result: list[Line], why: list[Line]) -> None:
        self._of, self._shown, self._result, self._why = entry, shown, result, why

    def _show_panes(self, result: list[Line], why: list[Line]) -> None:
        self.query_one("#result", Pane).show(result)
        self.query_one("#why", Pane).show(why)

    def _show_beside(self, entry: Entry, found: Assessment) -> None:
        """Show the bills, and below each what is wrong with it or was derived."""
        below = beside_bills(entry, found)
        said = {at: "\n".join(harmless(text) for text, _bad in its) for at, its in below.items()}
        fine = {at: not any(bad for _text, bad in its) for at, its in below.items()}
        registered = entry.registered is not None
        covered = self.grid.field.place
        self.grid.bills.show(
            [
                BillRow(
                    mark_of(position, bill, found.shown, registered),
                    bill.earlier,
                    {n: text for n, text in bill.values.items() if (position, n) != covered},
                    said.get(position, ""),
                    fine.get(position, True),
                )
                for position, bill in enumerate(entry.case.bills)
            ]
        )
        wrong = self.query_one("#head-wrong", Said)
        if wrong.say(said.get(None, "")):
            wrong.display = bool(said.get(None))
            wrong.set_class(fine.get(None, True), "fine")
