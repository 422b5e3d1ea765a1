"""核对: what differs in the published budget, a list to walk through with all there is to say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual import on, work
from textual.containers import Container
from textual.message import Message

from mediaid.faults import MediaidError
from mediaid.i18n import gettext as _
from mediaid.tui.guard import Guarded
from mediaid.tui.lines import Line
from mediaid.tui.text import harmless
from mediaid.tui.widgets.pane import Pane
from mediaid.tui.widgets.rows import ALL, Column, Rows
from mediaid.tui.widgets.said import Said

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from textual.app import ComposeResult

    from mediaid.desk.budget.reconciliation import Reconciled


def columns(kinds: Iterable[str] = ()) -> list[Column]:
    """Return the list's columns; that of the kinds is as wide as they are."""
    return [
        Column(_("kind"), max(map(cell_len, kinds), default=10)),
        Column(_("figure"), 1, most=ALL),
        Column(_("stated less computed"), 20, right=True),
    ]


class ReconcileView(Guarded, Container):
    """The findings above, the one at the cursor below."""

    DEFAULT_CSS = """
    ReconcileView #summary { height: auto; max-height: 3; padding: 0 1; background: $surface; }
    ReconcileView Rows { height: 55%; }
    """

    class Reconciliation(Message):
        """The findings of some rules, or why there are none."""

        def __init__(self, rules: str, found: Reconciled | None, said: str) -> None:
            super().__init__()
            self.rules = rules
            self.found = found
            self.said = said

    def __init__(self, *, id: str, classes: str) -> None:
        super().__init__(id=id, classes=classes)
        self.found: Reconciled | None = None

    def compose(self) -> ComposeResult:
        """Place summary, list and details."""
        yield Said(id="summary", grows=True)
        yield Rows(columns())
        yield Pane(classes="found")

    def begin(self, rules: tuple[str, Mapping[str, str]]) -> None:
        """Reconcile the published budget of a pack."""
        self._reconcile(*rules)

    @work(thread=True, exclusive=True, exit_on_error=False)
    def _reconcile(self, pack: str, readings: Mapping[str, str]) -> None:
        from mediaid.desk.budget.reconciliation import reconciled  # noqa: PLC0415 - the packs

        try:
            found, said = reconciled(pack, readings), ""
        except MediaidError as error:
            found, said = None, str(error.faults[0])
        self.post_message(self.Reconciliation(pack, found, said))

    @on(Reconciliation)
    def _reconciled(self, event: Reconciliation) -> None:
        event.stop()
        self.found = event.found
        summary = event.found.summary if event.found else event.said
        self.query_one("#summary", Said).say(harmless(summary))
        found = event.found.found if event.found else []
        rows = self.query_one(Rows)
        rows.columns = columns(its.kind for its in found)
        rows.show(len(found), self._texts, 0)
        self._show(0)

    def _texts(self, row: int) -> tuple[str, ...]:
        assert self.found is not None
        its = self.found.found[row]
        return its.kind, its.label, its.size

    def take_focus(self) -> None:
        """Go to the list."""
        self.query_one(Rows).focus()

    @on(Rows.Moved)
    def _moved(self, event: Rows.Moved) -> None:
        event.stop()
        self._show(event.at)

    def _show(self, row: int) -> None:
        lines: list[Line] = []
        if self.found and row < len(self.found.found):
            its = self.found.found[row]
            said = _("{name}: {value}").format(name=its.kind, value=its.size)
            lines = [Line(said, 0, "bad" if its.surprise else "title")]
            lines += [Line(text) for text in its.details]
            lines += [Line(""), Line(self.found.title, 0, "faint")]
        self.query_one(Pane).show(lines, top=True)
