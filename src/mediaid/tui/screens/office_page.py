"""What the screens of an open register have in common."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from mediaid.i18n import gettext as _
from mediaid.tui.screens.dialogs import Confirm
from mediaid.tui.screens.page import Page

if TYPE_CHECKING:
    from mediaid.desk.register.office import Office


class OfficePage(Page):
    """A screen of the open register, which shows names masked unless somebody answers for it."""

    @property
    def office(self) -> Office:
        """The open register."""
        office = self.desk_app.office
        assert office is not None
        return office

    async def may_reveal(self, subject: str) -> bool:
        """Ask whether names are to be shown in clear; note it in the audit where they are."""
        asked = _("Show names and numbers in clear? The audit notes who saw them.")
        if not await self.app.push_screen_wait(Confirm(asked)):
            return False
        from mediaid.desk.register.detail import reveal  # noqa: PLC0415

        try:
            await asyncio.to_thread(reveal, self.office, subject)
        except Exception as error:
            self.desk_app.report(error)
            return False
        return True
