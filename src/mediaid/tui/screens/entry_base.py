"""What the parts of the entry screen share: the case, and what the whole screen gives each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediaid.tui.screens.page import Page

if TYPE_CHECKING:
    from mediaid.desk.assess import Assessment, Place
    from mediaid.desk.entry import Entry
    from mediaid.desk.register.office import Office
    from mediaid.tui.widgets.grid import BillGrid


class Entering(Page):
    """A part of the entry screen, mixed into it."""

    entry: Entry | None
    found: Assessment | None
    """What the case comes to as it stands; None while that is not known."""
    _at: Place | None
    """Where the cursor is, or was when it left the form."""

    async def rebuild(self, to: Place | None = None) -> None:
        """Make the form anew from the entry, and go to a field."""
        raise NotImplementedError

    def update(self) -> None:
        """Settle the case, and show what came of it and what is wrong."""
        raise NotImplementedError

    async def figures(self) -> Assessment | None:
        """Return what the case comes to as it stands; nothing can be typed until that is known."""
        raise NotImplementedError

    def go(self, place: Place) -> None:
        """Put the cursor into a field, at once."""
        raise NotImplementedError

    def do_save(self) -> None:
        """Write the draft to disk."""
        raise NotImplementedError

    @property
    def position(self) -> int:
        """The bill at the cursor: the last one it was in, else the first."""
        raise NotImplementedError

    @property
    def grid(self) -> BillGrid:
        """The bills."""
        raise NotImplementedError

    @property
    def office(self) -> Office | None:
        """The register that is open."""
        return self.desk_app.office
