"""Case entry with a register: the person found as one types or entered anew, and submitting."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from typing import TYPE_CHECKING

from textual import on, work
from textual.message import Message

from mediaid.amount_words import amount_in_words
from mediaid.desk.choices import Choice
from mediaid.i18n import gettext as _
from mediaid.money import show_yuan
from mediaid.tui.latest import Latest
from mediaid.tui.lines import place_name
from mediaid.tui.screens.entry_base import Entering
from mediaid.tui.text import harmless
from mediaid.tui.widgets.fields import ChoiceList, PersonField
from mediaid.tui.widgets.said import Said

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mediaid.desk.assess import Assessment, Place
    from mediaid.desk.entry import Entry
    from mediaid.desk.form import FormField
    from mediaid.desk.register.office import Office
    from mediaid.desk.register.people import Found, Standing
    from mediaid.desk.register.submit import Question

PERSON: Place = (None, "person_id")
NEW_PERSON = "new:"
"""Begins the names under which a case keeps what was typed of a new person."""
NEW = "new"
"""The choice to enter a person who is not known."""


class Registering(Entering):
    """The part of case entry that speaks to the register. Mixed into its screen."""

    class People(Message):
        """Who fits a text has been found."""

        def __init__(self, text: str, found: list[Found]) -> None:
            super().__init__()
            self.text, self.found = text, found

    class Known(Message):
        """What a person's next case depends on has been read."""

        def __init__(self, entry: Entry, person: int, standing: Standing) -> None:
            super().__init__()
            self.entry, self.person, self.standing = entry, person, standing

    def prepare(self) -> None:
        """Make ready what works in the background."""
        self._people: dict[str, Found] = {}
        self._asked_for = ""
        self._answered = ""
        self._finding: Latest[str] = Latest(self, self._find)
        self._standing: Latest[tuple[Entry, int]] = Latest(self, self._read_standing)

    # --- the person ------------------------------------------------------------------------------

    def find_people(self, field: PersonField) -> None:
        """Look for who fits what is typed."""
        text = field.value.strip()
        field.people = []
        self.query_one(ChoiceList).close()
        if text and self.office is not None:
            self._asked_for = text
            self._finding.ask(text)

    def _find(self, text: str) -> None:
        from mediaid.desk.register.people import find  # noqa: PLC0415 - needs databases

        office = self.office
        if office is not None:
            self.post_message(self.People(text, find(office, text)))

    @on(People)
    def _found_people(self, event: People) -> None:
        self._answered = event.text
        with contextlib.suppress(Exception):
            field = self.query_one(PersonField)
            if field.value.strip() != event.text:
                return
            self._people |= {harmless(its.label): its for its in event.found}
            new = _("＋ new person: {text}").format(text=event.text)
            field.people = [
                *(Choice(str(its.person), harmless(its.label), harmless(its.label))
                  for its in event.found),
                Choice(NEW, new, new),
            ]  # fmt: skip
            if field.has_focus:
                self.query_one(ChoiceList).open_for(field)

    async def people_are_found(self, field: PersonField) -> None:
        """Wait for the answer to what was typed ahead of the screen."""
        text = field.value.strip()
        await self.soon(lambda: text != self._asked_for or self._answered == text)

    def offer_people(self, field: PersonField) -> bool:
        """Show again who was found, where nobody is chosen yet and the list was closed; whether
        there was anything to show."""
        entry, popup = self.entry, self.query_one(ChoiceList)
        if entry is None or entry.case.person is not None or popup.is_for(field):
            return False
        popup.open_for(field)
        return popup.is_for(field)

    def chose_person(self, field: PersonField) -> bool:
        """Take in a choice from the list; False where the field holds something else."""
        entry = self.entry
        if entry is None:
            return False
        chosen = next((its for its in field.people if its.label == field.value), None)
        if chosen is None:
            return False
        if chosen.code == NEW:
            field.value = entry.text(PERSON)
            self.run_worker(self.new_person(entry.text(PERSON)), exit_on_error=False)
            return True
        entry.choose_person(int(chosen.code), chosen.label)
        entry.keep()
        self.know_person()
        self.update()
        return True

    def know_person(self) -> None:
        """Read what is known of the case's person, where it has not been read."""
        entry = self.entry
        if entry is None or self.office is None or entry.case.person is None:
            return
        if entry.standing is None:
            self._standing.ask((entry, entry.case.person))

    def _read_standing(self, job: tuple[Entry, int]) -> None:
        from mediaid.desk.register.people import standing  # noqa: PLC0415

        entry, person = job
        office = self.office
        if office is not None:
            known = standing(office, person, entry.case.number)
            self.post_message(self.Known(entry, person, known))

    @on(Known)
    def _known(self, event: Known) -> None:
        entry = self.entry
        if entry is not None and entry is event.entry and entry.case.person == event.person:
            entry.standing = event.standing
            self.update()

    def on_screen_resume(self) -> None:
        """What others did meanwhile counts."""
        entry = self.entry
        if entry is not None and entry.case.person is not None and self.office is not None:
            self._standing.ask((entry, entry.case.person))

    def _show_person(self) -> None:
        """Say what the person is on the day of the bill at the cursor."""
        entry = self.entry
        if entry is None or entry.registered is None:
            return
        said = self.query_one("#as-of", Said)
        text = ""
        if entry.standing is not None:
            from mediaid.desk.register.people import as_of  # noqa: PLC0415

            day = self._day(entry)
            text = _("{day}: {what}").format(day=day.isoformat(), what=as_of(entry.standing, day))
        if said.say(harmless(text)):
            said.display = bool(text)

    def _day(self, entry: Entry) -> dt.date:
        from mediaid.desk.cells import today  # noqa: PLC0415
        from mediaid.desk.packs import read_day  # noqa: PLC0415

        try:
            return read_day(entry.text((self.position, entry.pack.dating)))
        except ValueError:
            return today()

    def is_new(self, choice: Choice | None) -> bool:
        """Whether a choice is to enter a new person."""
        return choice is not None and choice.code == NEW

    async def new_person(self, typed: str) -> None:
        """Ask for a person who is not known yet; returns as soon as the dialog is there."""
        entry, office = self.entry, self.office
        if entry is None or office is None:
            return
        from mediaid.desk.register import people  # noqa: PLC0415
        from mediaid.tui.screens.asking import Form  # noqa: PLC0415

        texts = {
            name.removeprefix(NEW_PERSON): text
            for name, text in entry.case.answers.items()
            if name.startswith(NEW_PERSON)
        }
        if not texts:
            texts["number" if typed[:1].isdigit() else "name"] = typed

        def changed() -> None:
            entry.case.answers.update({NEW_PERSON + name: text for name, text in texts.items()})
            entry.keep()

        def check(said: Mapping[str, str]) -> Mapping[str, str]:
            return people.wrong_in(office, said)

        def closed(complete: bool | None) -> None:
            if complete:
                self._enter_person(entry, office, texts)
            else:
                self.go(PERSON)

        form = Form(_("New person"), people.new_person_fields(office), texts, check, changed)
        await self.app.push_screen(form, closed)

    @work
    async def _enter_person(self, entry: Entry, office: Office, texts: Mapping[str, str]) -> None:
        """Enter a new person, and have the case be of them."""
        from mediaid.desk.register import people  # noqa: PLC0415

        try:
            found = await asyncio.to_thread(people.enter, office, texts)
        except Exception as error:
            self.desk_app.report(error)
            return
        for name in [its for its in entry.case.answers if its.startswith(NEW_PERSON)]:
            del entry.case.answers[name]
        entry.choose_person(found.person, harmless(found.label))
        entry.keep()
        self.notify(harmless(_("{person} is entered.").format(person=found.label)), markup=False)
        await self.rebuild((0, entry.form.bill[0].name))

    # --- submitting ------------------------------------------------------------------------------

    @work(exclusive=True, group="submit")
    async def do_submit(self) -> None:
        """Hand the case to the reviewer; without a register, save the draft."""
        entry, office = self.entry, self.office
        if entry is None:
            return
        if office is None:
            self.do_save()
            return
        try:
            await self._submit(entry, office)
        except Exception as error:
            self.desk_app.report(error)

    async def _submit(self, entry: Entry, office: Office) -> None:
        from mediaid.desk.register.submit import questions  # noqa: PLC0415
        from mediaid.tui.screens.dialogs import Confirm, Working  # noqa: PLC0415

        found = await self.figures()
        if found is None or not found.complete:
            self._say_incomplete(entry, found)
            return
        entry.keep(durable=True)
        looking = Working(_("looking into the register …"))
        await self.app.push_screen(looking)
        try:
            asked = await asyncio.to_thread(questions, office, entry.snapshot())
        finally:
            looking.dismiss(None)
        if asked.refused:
            entry.refused = dict(asked.refused)
            self.update()
            self.go(next(iter(asked.refused)))
            return
        if asked.asked and not await self._answer(entry, asked.asked):
            return
        code = "" if entry.case.number else await self._office_code(office)
        if not code and not entry.case.number:
            return
        if await self.app.push_screen_wait(Confirm(self._summary(entry, found))):
            await self._hand_in(entry, office, code, asked.asked)

    async def _hand_in(
        self, entry: Entry, office: Office, code: str, asked: Sequence[Question]
    ) -> None:
        from mediaid.desk.register.submit import submit  # noqa: PLC0415
        from mediaid.tui.screens.dialogs import Working  # noqa: PLC0415

        working = Working(_("entering the case …"))
        # Nothing can be typed meanwhile: what is entered is what was confirmed.
        await self.app.push_screen(working)
        try:
            number = await asyncio.to_thread(submit, office, entry, code, asked)
        finally:
            working.dismiss(None)
        entry.draft.discard()
        self.entry = entry.next()
        self._at = None
        await self.rebuild()
        self.notify(
            harmless(_("Case {case} is submitted; here is the next one.").format(case=number)),
            markup=False,
        )

    def _say_incomplete(self, entry: Entry, found: Assessment | None) -> None:
        """Say what is still to do, and go there."""
        wrong = next(iter(found.problems), None) if found is not None else None
        missing = next(iter(found.missing), None) if found is not None else None
        if wrong is not None:
            name = place_name(entry, wrong)
            said = _("Not submitted yet: correct {field} first.").format(field=name)
            self.go(wrong)
        elif missing is not None:
            name = place_name(entry, missing)
            said = _("Not submitted yet: {field} comes first.").format(field=name)
            self.go(missing)
        elif found is not None and found.general:
            said = _("Not submitted: {reason}").format(reason=found.general[0])
        elif entry.case.person is not None and entry.standing is None:
            said = _("The person is still being read: try again in a moment.")
        else:
            said = _("Not submitted: enter a person and a bill first.")
        self.notify(harmless(said), severity="warning", markup=False, timeout=4)

    async def _answer(self, entry: Entry, asked: Sequence[Question]) -> bool:
        """Ask for the papers and about bills that look alike; whether all is answered."""
        answers = entry.case.answers
        for its in asked:
            if its.known:
                answers.setdefault(its.key, its.known)
        fields = question_fields(asked)
        labels = {c.code: c.label for its in fields for c in its.choices}
        texts = {its.key: labels.get(answers.get(its.key, ""), answers.get(its.key, ""))
                 for its in asked}  # fmt: skip
        codes = {label: code for code, label in labels.items()}

        def changed() -> None:
            answers.update({key: codes.get(text, text) for key, text in texts.items()})
            entry.keep()

        def check(said: Mapping[str, str]) -> Mapping[str, str]:
            return {
                its.key: _("there, or why the case goes on without it")
                if its.paper
                else _("say why, or correct the bill")
                for its in asked
                if not said.get(its.key, "").strip()
            }

        from mediaid.tui.screens.asking import Form  # noqa: PLC0415 - when asked for

        form = Form(_("Before the case is submitted"), fields, texts, check, changed)
        if not await self.app.push_screen_wait(form):
            return False
        changed()
        return True

    async def _office_code(self, office: Office) -> str:
        """Return the office the case is taken in for, asked for once where there are several."""
        settings = self.desk_app.settings
        if len(office.offices) == 1:
            return next(iter(office.offices))
        if settings.office in office.offices:
            return settings.office
        from mediaid.tui.screens.dialogs import Chooser  # noqa: PLC0415 - when asked for

        choices = [Choice(code, name, name) for code, name in office.offices.items()]
        code = await self.app.push_screen_wait(Chooser(_("Which office takes it in?"), choices))
        if code is not None:
            settings.office = code
            self.desk_app.remember()
        return code or ""

    def _summary(self, entry: Entry, found: Assessment) -> str:
        bills = sum(not bill.blank for bill in entry.case.bills)
        lines = [
            _("Submit {bills} bills of {person}?").format(bills=bills, person=entry.text(PERSON)),
            _("Aid: {aid} yuan ({words})").format(
                aid=show_yuan(found.total), words=amount_in_words(found.total)
            ),
        ]
        if found.corrected:
            cases = _(", ").join(found.corrected)
            lines.append(_("Other cases would be corrected: {cases}").format(cases=cases))
        return "\n".join(lines)


def question_fields(asked: Sequence[Question]) -> list[FormField]:
    """Return what is asked before submitting as fields: papers by choice or reason, others text."""
    from mediaid.desk.form import FormField  # noqa: PLC0415 - loaded with the entry
    from mediaid.desk.register.submit import RECEIVED  # noqa: PLC0415

    received = (Choice(RECEIVED, "已收到", "received"),)
    said = _("{paper}: space and Enter if it is there; else why the case goes on without it")
    return [
        FormField(
            its.key, its.words, its.words, "code", True, received, said.format(paper=its.words)
        )
        if its.paper
        else FormField(its.key, its.words, its.words, "text", True)
        for its in asked
    ]
