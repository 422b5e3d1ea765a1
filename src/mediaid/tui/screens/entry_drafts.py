"""Case entry: drafts, undoing, and what is done with the bills of the grid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import work

from mediaid.desk.choices import Choice
from mediaid.i18n import gettext as _
from mediaid.tui.screens.entry_base import Entering
from mediaid.tui.text import harmless
from mediaid.tui.widgets.pane import Pane

if TYPE_CHECKING:
    from mediaid.desk.assess import Place


class Drafting(Entering):
    """The actions of case entry that need no register. Mixed into its screen."""

    def do_save(self) -> None:
        """Write the draft to disk."""
        if self.entry is None:
            return
        self.entry.keep(durable=True)
        self.notify(
            _("nothing is typed yet") if self.entry.case.blank else _("The draft is saved."),
            markup=False,
            timeout=2,
        )

    async def do_new(self) -> None:
        """Keep this draft and begin another case."""
        if self.entry is None or self.entry.case.blank:
            return
        self.entry.leave()
        self.entry = self.entry.next()
        self._at = None
        self.notify(_("The draft is kept; this is the next case."), markup=False, timeout=3)
        await self.rebuild()

    @work
    async def do_drafts(self) -> None:
        """Open another draft."""
        from mediaid.desk import drafts  # noqa: PLC0415
        from mediaid.desk.entry import Entry  # noqa: PLC0415
        from mediaid.tui.screens.dialogs import Chooser  # noqa: PLC0415

        if self.entry is None:
            return
        self.entry.keep()
        kept = {draft.name: draft for draft in drafts.kept() if draft.name != self.entry.draft.name}
        if not kept:
            self.notify(_("There is no other draft."), markup=False)
            return
        choices = []
        for name, draft in kept.items():
            person = draft.case.head.get("person_id", "").strip() or _("no person")
            bills = sum(not bill.blank for bill in draft.case.bills)
            label = _("{person}, {bills} bills, {saved}").format(
                person=person, bills=bills, saved=draft.saved[:16].replace("T", " ")
            )
            choices.append(Choice(name, label, label))
        chosen = await self.app.push_screen_wait(Chooser(_("Drafts"), choices))
        if chosen is None:
            return
        taken = drafts.Draft(chosen)
        if not taken.take():
            self.notify(_("Another window has this draft open."), severity="warning", markup=False)
            return
        self.entry.leave()
        before = self.entry
        self.entry = Entry(kept[chosen].case, taken, before.registered, before.register)
        if self.entry.trouble:
            self.notify(harmless(self.entry.trouble), severity="warning", markup=False)
        self._at = None
        await self.rebuild()
        self.entry.keep()

    @work
    async def do_discard(self) -> None:
        """Remove the draft on the screen."""
        if self.entry is None or self.entry.case.blank:
            return
        from mediaid.tui.screens.dialogs import Confirm  # noqa: PLC0415 - when asked for

        question = _("Discard this draft? It cannot be brought back.")
        if await self.app.push_screen_wait(Confirm(question)):
            self.entry.draft.discard()
            self.entry = self.entry.next()
            self._at = None
            await self.rebuild()

    async def do_undo(self) -> None:
        """Take back the last step."""
        if self.entry is not None and self.entry.undo():
            await self._changed()

    async def do_redo(self) -> None:
        """Do again what was taken back."""
        if self.entry is not None and self.entry.redo():
            await self._changed()

    async def _changed(self, to: Place | None = None) -> None:
        assert self.entry is not None
        await self.rebuild(to)
        self.entry.keep()

    def do_earlier(self) -> None:
        """Count the bill at the cursor as an earlier one, or as one of this case."""
        if self.entry is not None:
            self.entry.toggle_earlier(self.position)
            self.entry.keep()
            self.update()

    async def do_repeat(self) -> None:
        """Add a bill like the one at the cursor."""
        if self.entry is not None and not self.entry.case.bills[self.position].blank:
            at = self.entry.repeat(self.position)
            await self._changed((at, self.entry.form.bill[0].name))

    async def do_remove(self) -> None:
        """Remove the bill at the cursor."""
        if self.entry is not None and not self.entry.case.bills[self.position].blank:
            self.entry.remove(self.position)
            await self._changed((self.position, self.entry.form.bill[0].name))

    def do_explanation(self) -> None:
        """Go to the explanation, or back to the form."""
        why = self.query_one("#why", Pane)
        if why.has_focus and self._at is not None:
            self.go(self._at)
        else:
            why.focus()

    async def choose_rules(self, pack: str, readings: dict[str, str]) -> None:
        """Put the case under another pack or other readings."""
        if self.entry is not None:
            self.entry.choose_rules(pack, readings)
            await self._changed()
