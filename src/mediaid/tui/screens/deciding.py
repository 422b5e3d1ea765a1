"""Actions on cases, with confirmation: what the list and the single case have in common."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual import work

from mediaid.amount_words import amount_in_words
from mediaid.desk.choices import Choice
from mediaid.i18n import gettext as _
from mediaid.money import show_yuan
from mediaid.tui.screens.dialogs import Ask, Chooser, Confirm, Told
from mediaid.tui.screens.office_page import OfficePage
from mediaid.tui.screens.person import PersonPage
from mediaid.tui.text import harmless

if TYPE_CHECKING:
    from mediaid.desk.register.cases import Done

NAMED = 6
"""Cases that a question names; of more it says how many."""
POLLED = 0.1
"""Seconds between two looks at how far a long work is."""

Chosen = tuple[str, str, bool, "int | None"]
"""A case: number, state, whether a correction of it waits, and its aid in 分."""


def question(action: str, cases: list[Chosen]) -> str:
    """Return what is asked before something is done."""
    numbers = [number for number, *_rest in cases]
    named = _(", ").join(numbers[:NAMED])
    if len(numbers) > NAMED:
        named = _("{cases} and {count} more").format(cases=named, count=len(numbers) - NAMED)
    lines = [_("{action}: {cases}?").format(action=action, cases=named)]
    if len(numbers) > 1:
        lines[0] = _("{action}, {count} cases: {cases}?").format(
            action=action, count=len(numbers), cases=named
        )
    amounts = [aid for *_rest, aid in cases if aid is not None]
    if amounts:
        total = sum(amounts)
        lines.append(
            _("Aid: {aid} yuan ({words})").format(
                aid=show_yuan(total), words=amount_in_words(total)
            )
        )
    return "\n".join(lines)


class Deciding(OfficePage):
    """A screen with chosen cases, which says what is chosen and what to do afterwards."""

    _stopped = False
    running = False
    """Whether something is being done with cases at this moment."""

    async def arrived(self) -> None:
        """Wait until the case at the cursor has been read."""

    def chosen_states(self) -> list[Chosen]:
        """Return the chosen cases."""
        raise NotImplementedError

    def chosen_person(self) -> int | None:
        """Return the person whose year can be looked at."""
        raise NotImplementedError

    def decided(self) -> None:
        """Show what has become of the cases."""
        raise NotImplementedError

    def progress(self, done: int, whole: int) -> None:
        """Say how far a work on many cases is."""

    @work
    async def do_forward(self) -> None:
        """Take the chosen cases one step further."""
        from mediaid.desk.register.cases import forward  # noqa: PLC0415 - needs databases

        await self.arrived()
        cases = self.chosen_states()
        if not cases or self.running:
            return
        steps = {
            "approve" if correcting else forward(state)  # type: ignore[arg-type]
            for _number, state, correcting, _aid in cases
        }
        if len(steps) != 1 or None in steps:
            self.notify(
                _("These cases are not at the same step: choose what to do by {key}.").format(
                    key=self.desk_app.key_of("act")
                )
                if len(steps) > 1
                else _("No step leads further."),
                severity="warning",
                markup=False,
            )
            return
        await self._decide(str(next(iter(steps))), cases)

    @work
    async def do_act(self) -> None:
        """Choose what to do with the chosen cases."""
        from mediaid.desk.register.cases import action_words, offered  # noqa: PLC0415

        await self.arrived()
        cases = self.chosen_states()
        if not cases or self.running:
            return
        actions = offered(
            (state for _number, state, *_rest in cases),  # type: ignore[misc]
            correcting=all(correcting for _n, _s, correcting, _a in cases),
        )
        if not actions:
            self.notify(_("Nothing can be done with all of these cases."), markup=False)
            return
        choices = [Choice(its, action_words(its), action_words(its)) for its in actions]
        title = _("What to do with {count} cases").format(count=len(cases))
        chosen = await self.app.push_screen_wait(
            Chooser(title if len(cases) > 1 else cases[0][0], choices)
        )
        if chosen is not None:
            await self._decide(chosen, cases)

    async def _decide(self, action: str, cases: list[Chosen]) -> None:
        from mediaid.desk.register.cases import action_words, reasoned  # noqa: PLC0415

        asked = question(action_words(action), cases)
        reason = ""
        if reasoned(action):  # type: ignore[arg-type]
            answer = await self.app.push_screen_wait(Ask(asked, _("Why")))
            if not answer:
                return
            reason = answer
        elif not await self.app.push_screen_wait(Confirm(asked)):
            return
        try:
            done = await self._run(action, [number for number, *_rest in cases], reason)
        except Exception as error:
            self.desk_app.report(error)
            return
        self.decided()
        await self._tell(action_words(action), done)

    async def _run(self, action: str, numbers: list[str], reason: str) -> Done:
        """Do it in a thread, and say now and then how far it is."""
        from mediaid.desk.register.cases import do  # noqa: PLC0415

        at = 0
        self._stopped = False

        def told(done: int) -> bool:
            nonlocal at
            at = done
            return not self._stopped

        task = asyncio.ensure_future(
            asyncio.to_thread(do, self.office, action, numbers, reason, told)  # type: ignore[arg-type]
        )
        self.running = True
        try:
            while not (await asyncio.wait({task}, timeout=POLLED))[0]:
                self.progress(at, len(numbers))
        finally:
            self.running = False
        self.progress(len(numbers), len(numbers))
        return task.result()

    def stop(self) -> None:
        """Have a work on many cases end after the case it is at."""
        self._stopped = True

    async def _tell(self, action: str, done: Done) -> None:
        said = [_("{action}: {count} done").format(action=action, count=len(done.done))]
        if done.along:
            said.append(
                _("approved along with them: {cases}").format(cases=_(", ").join(done.along))
            )
        if not done.refused:
            self.notify(harmless("; ".join(said)), markup=False, timeout=4)
            return
        said += [
            _("{name}: {value}").format(name=number, value=why) for number, why in done.refused
        ]
        await self.app.push_screen_wait(Told(_("Not everything was done"), said))

    async def do_person(self) -> None:
        """Show the year of the case's person, with the pools."""
        await self.arrived()
        person = self.chosen_person()
        if person is not None:
            self.app.push_screen(PersonPage(person))
