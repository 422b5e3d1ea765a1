"""Case entry without a screen: the case, its form, its result, its draft and what can be undone."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from mediaid.desk import drafts
from mediaid.desk.assess import Assessment, Place, assess, read_case
from mediaid.desk.case import Bill, Case, History
from mediaid.desk.cells import shown
from mediaid.desk.form import OVERRIDES, form_of
from mediaid.desk.packs import pack_of
from mediaid.desk.settings import DEFAULT_PACK
from mediaid.faults import MediaidError
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from mediaid.desk.assess_registered import Registered
    from mediaid.desk.form import Form, FormField
    from mediaid.packs.model import Pack
    from mediaid.register.determinations.foresee import Standing

_ANEW = ("money", "date", "count")
"""Kinds of fields that a repeated bill has of its own."""


class Entry:
    """A case on the screen. The last bill of the form is always blank: the grid grows by it.

    `trouble` is what went wrong on opening, in words; nothing that was typed is lost by it.
    `registered` is the pack a register decides by, where the case is to go to one, and `register`
    tells that register from all others; `standing` then
    is what the register knows of the person. `refused` is what the register said of a field when
    it was asked last; it holds until the field is changed.
    """

    def __init__(
        self,
        case: Case,
        draft: drafts.Draft | None = None,
        registered: Pack | None = None,
        register: str = "",
    ) -> None:
        self.trouble = ""
        self.registered = registered
        self.register = register
        self.standing: Standing | None = None
        self.draft = draft or drafts.Draft()
        self.draft.take()
        self.case = case
        self.pack, self.form = self._rules(case)
        self._grow()
        self.refused: dict[Place, str] = {}
        if registered is not None and case.person is not None and case.register != register:
            # The number of a person, and of a case, mean somebody else there.
            case.person, case.number = None, ""
            self.trouble = _("the person was chosen in another register: choose the person again")
        self.history = History(case)

    @classmethod
    def opened(
        cls, pack: str, registered: Pack | None = None, register: str = ""
    ) -> tuple[Entry, bool]:
        """Take up what was on the screen when the program ended, else begin a case; say which."""
        found = drafts.reopen()
        if found is None:
            return cls(Case(pack), None, registered, register), False
        draft, case = found
        return cls(case, draft, registered, register), True

    def next(self) -> Entry:
        """Return an entry for the next case, under the same rules."""
        case = Case(self.case.pack, dict(self.case.readings))
        return Entry(case, registered=self.registered, register=self.register)

    def _rules(self, case: Case) -> tuple[Pack, Form]:
        """Return pack and form, of the default pack where the case's own cannot be had."""
        if self.registered is not None:
            return self.registered, form_of(self.registered, registered=True)
        try:
            pack = pack_of(case.pack, case.readings)
        except MediaidError as error:
            self.trouble = str(error.faults[0])
            case.pack, case.readings = DEFAULT_PACK, {}
            pack = pack_of(DEFAULT_PACK, {})
        return pack, form_of(pack)

    def choose_rules(self, pack: str, readings: dict[str, str]) -> None:
        """Put the case under another pack or other readings; what was typed stays.

        Raises PackError, and changes nothing then.
        """
        if self.registered is not None:
            raise MediaidError(_("the register says by which rules cases are decided"))
        chosen = pack_of(pack, readings)
        self.case.pack, self.case.readings = pack, dict(readings)
        self.pack, self.form = chosen, form_of(chosen)
        self.history.note(self.case, None)

    def fields(self) -> list[tuple[Place, FormField]]:
        """Return every field of the form with its place, in the order in which they are asked."""
        found: list[tuple[Place, FormField]] = [((None, f.name), f) for f in self.form.head]
        for position in range(len(self.case.bills)):
            found += [((position, f.name), f) for f in self.form.bill]
        return found

    def text(self, place: Place) -> str:
        """Return what was typed into a field."""
        position, name = place
        texts = self.case.head if position is None else self.case.bills[position].values
        return texts.get(name, "")

    def field(self, place: Place) -> FormField | None:
        """Return the field at a place."""
        return self.form.find(place[1], of_bill=place[0] is not None)

    def type(self, place: Place, text: str) -> bool:
        """Take in what a field holds now; whether a bill was added for it."""
        position, name = place
        texts = self.case.head if position is None else self.case.bills[position].values
        if texts.get(name, "") == text:
            return False
        if text:
            texts[name] = text
        else:
            texts.pop(name, None)
        self.refused.pop(place, None)
        if place == (None, "person_id"):
            self.case.person = None
            self.standing = None
        grown = self._grow()
        self.history.note(self.case, place)
        return grown

    def choose_person(self, number: int, shown: str) -> None:
        """Have the case be of a person of the register, who is shown by a text."""
        self.case.head["person_id"] = shown
        self.case.person = number
        self.case.register = self.register
        self.standing = None
        self.refused.clear()
        self.history.note(self.case, None)

    def tidy(self, place: Place) -> str:
        """Return a field's text as it reads best once the cursor has left it."""
        its = self.field(place)
        text = self.text(place)
        return shown(its, text, self.pack) if its else text

    def assess(self, position: int = 0) -> Assessment:
        """Settle the case as it stands, and explain the bill at a position."""
        if self.registered is None:
            return assess(self.case, self.form, self.pack, position)
        return self._of_register().assess(position)

    def look_over(self) -> Assessment:
        """Return what is wrong, missing and derived, without settling anything."""
        if self.registered is None:
            reading, _rows = read_case(self.case, self.form, self.pack)
        else:
            reading, _rows = self._of_register().read()
        return reading.without_result()

    def _of_register(self) -> Registered:
        from mediaid.desk.assess_registered import Registered  # noqa: PLC0415 - needs databases

        return Registered(self.case, self.form, self.pack, self.standing, self.refused)

    @property
    def weight(self) -> int:
        """How many bills there are to settle; those of a case of a register, which are settled one
        by one, count as twenty each."""
        typed = sum(not bill.blank for bill in self.case.bills)
        return typed if self.standing is None else 20 * typed + self.standing.size

    def snapshot(self) -> Entry:
        """Return the entry as it stands, for a thread to read while one types on."""
        its = copy.copy(self)
        its.case, its.refused = self.case.copy(), dict(self.refused)
        return its

    def toggle_earlier(self, position: int) -> None:
        """Count a bill as an earlier one, or as one of this case again.

        Raises MediaidError with a register, which knows the earlier bills itself.
        """
        if self.registered is not None:
            raise MediaidError(_("the register counts the earlier bills of the year itself"))
        self.case.bills[position].earlier ^= True
        self.history.note(self.case, None)

    def remove(self, position: int) -> None:
        """Remove a bill."""
        del self.case.bills[position]
        self._grow()
        self.history.note(self.case, None)

    def repeat(self, position: int) -> int:
        """Add a bill like the one at a position, but for dates and figures; return where."""
        like = self.case.bills[position]
        again = {
            its.name: like.values[its.name]
            for its in self.form.bill
            if its.kind not in _ANEW and its.name in like.values
        }
        at = next((i for i, bill in enumerate(self.case.bills) if i > position and bill.blank), -1)
        if at < 0:
            at = len(self.case.bills)
            self.case.bills.append(Bill())
        self.case.bills[at] = Bill(again, like.earlier)
        self._grow()
        self.history.note(self.case, None)
        return at

    def undo(self) -> bool:
        """Take back the last step; False at the beginning."""
        return self._go(self.history.undo())

    def redo(self) -> bool:
        """Do again what was taken back; False when there is nothing."""
        return self._go(self.history.redo())

    def _go(self, case: Case | None) -> bool:
        if case is None:
            return False
        if case.person != self.case.person:
            self.standing = None
        self.case = case
        self.refused.clear()
        self.pack, self.form = self._rules(case)
        self._grow()
        return True

    def _grow(self) -> bool:
        if self.case.bills and self.case.bills[-1].blank:
            return False
        self.case.bills.append(Bill())
        return True

    def keep(self, *, durable: bool = False) -> None:
        """Write the draft. Raises MediaidError when it cannot be written."""
        self.draft.keep(self.case, durable=durable)

    def leave(self) -> None:
        """Keep the draft for later and let go of it."""
        self.draft.close(self.case)

    @property
    def overridden(self) -> tuple[str, ...]:
        """The columns of a bill that stand for the person's field when empty."""
        return OVERRIDES
