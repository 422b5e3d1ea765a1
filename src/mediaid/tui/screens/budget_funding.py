"""资金: headcounts and assumptions to fill in, and what they cost on every key."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from textual import on, work
from textual.containers import Container
from textual.message import Message

from mediaid.i18n import gettext as _
from mediaid.tui.guard import Guarded
from mediaid.tui.lines import Line
from mediaid.tui.screens.dialogs import Confirm
from mediaid.tui.screens.files import FileChooser
from mediaid.tui.screens.page import Page
from mediaid.tui.tables import document, note_lines
from mediaid.tui.text import harmless
from mediaid.tui.widgets.pane import Pane
from mediaid.tui.widgets.sheet import Cell, Sheet, SheetRow

if TYPE_CHECKING:
    from collections.abc import Hashable

    from textual.app import ComposeResult

    from mediaid.desk.budget.funding import At, Funded, FundingSheet

_WIDTHS = {"place": 24, "area": 15, "headcount": 11, "year": 6}
_ASKED = 14
_LABEL = 6
_ASKED_LABEL = 48


class FundingView(Guarded, Container):
    """The sheet at the left (or above), the tables beside it."""

    class WorkedOut(Message):
        """What the sheet comes to, as it stood at a change of this number."""

        def __init__(self, funded: Funded, change: int) -> None:
            super().__init__()
            self.funded = funded
            self.change = change

    def __init__(self, *, id: str, classes: str) -> None:
        super().__init__(id=id, classes=classes)
        self.sheet: FundingSheet | None = None
        self.funded: Funded | None = None
        self.unit = "yuan"
        self._shown = 0
        self._change = 0

    def compose(self) -> ComposeResult:
        """Place sheet and tables."""
        with Container(classes="asked"):
            yield Sheet(self._take, self._tidy, numbers=self._is_number)
        yield Pane(classes="found")

    def begin(self, sheet: FundingSheet) -> None:
        """Fill in another sheet."""
        self.sheet = sheet
        self.funded = None
        self._work_out()

    def take_focus(self) -> None:
        """Put the cursor into the sheet."""
        self.query_one(Sheet).field.focus()

    # --- the sheet -------------------------------------------------------------------------------

    def _is_number(self, at: Hashable) -> bool:
        return isinstance(at, tuple) and at[1] not in ("place", "area")

    def _take(self, at: Hashable, text: str) -> None:
        assert self.sheet is not None
        place: At = at  # type: ignore[assignment]
        if self.sheet.text(place) != text and self.sheet.tidy(place).replace(",", "") != text:
            self.sheet.type(place, text)
            self._work_out()

    def _tidy(self, at: Hashable) -> str:
        assert self.sheet is not None
        return self.sheet.tidy(at)  # type: ignore[arg-type]

    def _rows(self) -> list[SheetRow]:
        sheet = self.sheet
        assert sheet is not None
        problems = self.funded.problems if self.funded else {}
        rows: list[SheetRow] = []
        names = dict(sheet.columns)
        if names:
            rows.append(SheetRow(_("Headcounts"), look="title"))
            rows.append(SheetRow(_("from: {source}").format(source=sheet.source), look="faint"))
            if not sheet.source:
                rows[-1] = SheetRow(_("typed in"), look="faint")
        for number, _row in enumerate(sheet.rows if names else ()):
            cells = tuple(
                Cell(
                    (number, name),
                    sheet.tidy((number, name)),
                    _WIDTHS[name],
                    name in ("headcount", "year"),
                )
                for name in names
            )
            wrong = [
                _("{name}: {value}").format(name=names[name], value=problems[number, name])
                for name in names
                if (number, name) in problems
            ]
            rows.append(SheetRow(str(number + 1), cells, _("; ").join(wrong), room=_LABEL))
        rows.append(SheetRow(_("Assumptions"), look="title"))
        for asked in sheet.fields:
            at = (None, asked.name)
            cell = Cell(at, sheet.text(at), _ASKED, True)
            rows.append(SheetRow(asked.label, (cell,), problems.get(at, ""), room=_ASKED_LABEL))
        return rows

    def hint(self, at: Hashable) -> str:
        """Return what belongs into a cell."""
        sheet = self.sheet
        if sheet is None or not isinstance(at, tuple):
            return ""
        row, name = at
        if row is None:
            return next((its.said for its in sheet.fields if its.name == name), "")
        if name == "area":
            areas = " / ".join(f"{its.label} ({its.code})" for its in sheet.areas)
            return _("area: {areas}").format(areas=areas)
        return _("{column} of row {row}").format(column=dict(sheet.columns)[name], row=row + 1)

    # --- what it comes to ------------------------------------------------------------------------

    def _work_out(self) -> None:
        from mediaid.desk.budget.funding_tables import SHOWN  # noqa: PLC0415 - with the sheet

        self._change += 1
        if self.sheet is not None:
            shown = SHOWN[self._shown % len(SHOWN)]
            self._working(self.sheet.copy(), shown, self.unit, self._change)

    @work(thread=True, exclusive=True, exit_on_error=False)
    def _working(self, sheet: FundingSheet, shown: str, unit: str, change: int) -> None:
        from mediaid.desk.tables import Unit  # noqa: PLC0415 - with the sheet

        self.post_message(self.WorkedOut(sheet.work_out(shown, Unit(unit)), change))

    @on(WorkedOut)
    def _worked_out(self, event: WorkedOut) -> None:
        event.stop()
        if event.change == self._change:
            self.funded = event.funded
            self.draw()

    def draw(self) -> None:
        """Show sheet and tables as they stand."""
        if self.sheet is None or self.funded is None:
            return
        self.query_one(Sheet).show(self._rows())
        pane = self.query_one(Pane)
        pane.show(self.lines(max(pane.size.width - 3, 20)))

    def lines(self, width: int) -> list[Line]:
        """Return what stands beside the sheet, laid out in a width."""
        from mediaid.desk.tables import Unit  # noqa: PLC0415 - with the sheet

        funded = self.funded
        assert funded is not None
        if funded.problems:
            lines = [Line("✗ " + _("To correct: see beside the fields"), 0, "bad")]
            return lines + note_lines(funded.notes)
        lines = document(funded.tables, Unit(self.unit), width)
        bridge = _("How this year comes from last year's budget: see the forecast ({key}).")
        key = self.screen.key("budget_view") if isinstance(self.screen, Page) else ""
        lines += [Line(""), Line(bridge.format(key=key), 0, "faint")]
        return [*lines, *note_lines(funded.notes)]

    def on_resize(self) -> None:
        self.call_after_refresh(self.draw)

    # --- actions ---------------------------------------------------------------------------------

    def show_unit(self, unit: str) -> None:
        """Show amounts in another unit."""
        self.unit = unit
        self._work_out()

    def next_table(self) -> None:
        """Look at it by payer, by place, by quarter or by month."""
        self._shown += 1
        self._work_out()
        self.query_one(Pane).scroll_home(animate=False)

    def remove_row(self) -> None:
        """Remove the place at the cursor."""
        sheet, at = self.sheet, self.query_one(Sheet).at
        if sheet is not None and isinstance(at, tuple) and at[0] is not None:
            sheet.remove(at[0])
            self.query_one(Sheet).go(at)
            self._work_out()

    @work
    async def reset(self) -> None:
        """Go back to the published figures, after asking."""
        question = _("Put the published headcounts back, and assume nothing?")
        if self.sheet is not None and await self.app.push_screen_wait(Confirm(question)):
            self.sheet.begin()
            self.query_one(Sheet).at = None
            self._work_out()

    @work
    async def choose_file(self) -> None:
        """Read headcounts from a file."""
        from mediaid.desk.budget.forecast import SUFFIXES  # noqa: PLC0415

        if self.sheet is None or not self.sheet.funding:
            return
        dialog = FileChooser(_("Headcounts from a file"), SUFFIXES, Path.cwd())
        path = await self.app.push_screen_wait(dialog)
        if path is not None:
            self._read(path)

    @work(thread=True, exclusive=True, group="read", exit_on_error=False)
    def _read(self, path: Path) -> None:
        assert self.sheet is not None
        self.sheet.read_file(path)
        self.app.call_from_thread(self._file_read, harmless(path.name))

    def _file_read(self, name: str) -> None:
        self.query_one(Sheet).at = None
        self._work_out()
        self.notify(_("Headcounts are those of {file}.").format(file=name), markup=False)
