"""预测: which claims, what is assumed, the work with its progress, what the year may come to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from textual import work
from textual.containers import Container

from mediaid.desk.working import work as in_process
from mediaid.i18n import gettext as _
from mediaid.tui.guard import Guarded
from mediaid.tui.lines import Line
from mediaid.tui.screens.files import FileChooser
from mediaid.tui.screens.page import Page
from mediaid.tui.tables import document, note_lines, progress_line
from mediaid.tui.text import harmless
from mediaid.tui.widgets.pane import Pane
from mediaid.tui.widgets.said import Said
from mediaid.tui.widgets.sheet import Cell, Sheet, SheetRow

if TYPE_CHECKING:
    from collections.abc import Hashable

    from textual.app import ComposeResult
    from textual.worker import Worker

    from mediaid.desk.budget.forecast import Forecasted, ForecastSheet, Job

_LABEL = 24
_WIDTH = 16
RUN = "mediaid.desk.budget.forecast:run"


class ForecastView(Guarded, Container):
    """The sheet at the left (or above), progress and results beside it."""

    DEFAULT_CSS = """
    ForecastView .results { height: 1fr; width: 1fr; }
    ForecastView #progress { height: auto; max-height: 4; padding: 0 1; background: $surface; }
    """

    def __init__(self, *, id: str, classes: str) -> None:
        super().__init__(id=id, classes=classes)
        self.sheet: ForecastSheet | None = None
        self.result: Forecasted | None = None
        self.unit = "yuan"
        self._worker: Worker[None] | None = None

    def compose(self) -> ComposeResult:
        """Place sheet, progress and results."""
        with Container(classes="asked"):
            yield Sheet(self._take, self._tidy, numbers=self._is_number)
        with Container(classes="results"):
            yield Said(id="progress", grows=True)
            yield Pane(classes="found")

    def begin(self, sheet: ForecastSheet) -> None:
        """Fill in another sheet; a forecast that runs under other rules is stopped."""
        self.stop()
        self.sheet, self.result = sheet, None
        said = _("Choose files of claims ({open}), fill in the cut-off, then {run}.")
        self._say(said.format(open=self._key("budget_open"), run=self._key("budget_run")))
        self.draw()

    def take_focus(self) -> None:
        """Put the cursor into the sheet."""
        self.query_one(Sheet).field.focus()

    # --- the sheet -------------------------------------------------------------------------------

    def _is_number(self, at: Hashable) -> bool:
        return at != "ignored"

    def _take(self, at: Hashable, text: str) -> None:
        assert self.sheet is not None
        if self.sheet.texts.get(str(at), "") != text:
            self.sheet.texts[str(at)] = text
            self.draw()

    def _tidy(self, at: Hashable) -> str:
        assert self.sheet is not None
        return self.sheet.texts.get(str(at), "")

    def _rows(self) -> list[SheetRow]:
        sheet = self.sheet
        assert sheet is not None
        _job, problems = sheet.job()
        # Nothing is wrong yet with what has not been begun.
        begun = {name for name, text in sheet.texts.items() if text.strip()}
        rows = []
        for asked in sheet.fields:
            cell = Cell(asked.name, sheet.texts.get(asked.name, ""), _WIDTH, True)
            wrong = problems.get(asked.name, "") if asked.name in begun else ""
            rows.append(SheetRow(asked.label, (cell,), wrong, room=_LABEL))
        count = _("Files of claims: {count}").format(count=len(sheet.files))
        rows.append(SheetRow(count, look="title"))
        rows += [
            SheetRow(f"{n}. {path.name}", look="plain") for n, path in enumerate(sheet.files, 1)
        ]
        return rows

    def hint(self, at: Hashable) -> str:
        """Return what belongs into a field."""
        fields = self.sheet.fields if self.sheet else ()
        return next((its.said for its in fields if its.name == at), "")

    def draw(self) -> None:
        """Show the sheet and the results as they stand."""
        if self.sheet is None:
            return
        self.set_class(self.result is None, "-empty")
        self.query_one(Sheet).show(self._rows())
        pane = self.query_one(Pane)
        pane.show(self.lines(max(pane.size.width - 3, 20)))

    def lines(self, width: int) -> list[Line]:
        """Return the results, laid out in a width."""
        from mediaid.desk.tables import Unit  # noqa: PLC0415 - with the sheet

        result = self.result
        if result is None:
            said = _(
                "Here stand the year's aid as forecast with P50, P80 and P95, what moves it, and "
                "the way from last year's budget to it, if a file of that year is named."
            )
            return [] if self.running else [Line(said, 0, "faint")]
        lines = [Line(harmless(result.title), 0, "strong"), *note_lines(result.warnings), Line("")]
        lines += document(result.tables, Unit(self.unit), width)
        return [*lines, Line(""), *note_lines(result.notes)]

    def on_resize(self) -> None:
        self.call_after_refresh(self.draw)

    # --- the work --------------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Whether a forecast is being worked out."""
        return self._worker is not None and not self._worker.is_finished

    def start_or_stop(self) -> None:
        """Stop the forecast that runs; if none does, start one."""
        if self.running:
            self.stop()
            said = _("Stopped. Nothing of it is kept; {run} starts again.")
            self._say("■ " + said.format(run=self._key("budget_run")))
            return
        if self.sheet is None:
            return
        job, problems = self.sheet.job()
        if job is None:
            names = {its.name: its.label for its in self.sheet.fields}
            other = _("files")
            wrong = [
                _("{name}: {value}").format(name=names.get(at, other), value=why)
                for at, why in problems.items()
            ]
            self._say("✗ " + _("; ").join(wrong))
            return
        self._worker = self._run(job)

    def stop(self) -> None:
        """End the forecast that runs, if any."""
        if self._worker is not None:
            self._worker.cancel()
            self._worker = None

    @work(exclusive=True, group="forecast", exit_on_error=False)
    async def _run(self, job: Job) -> None:
        self.result = None
        self.draw()
        self._progress(_("starting"), 0)
        try:
            self.result = await in_process(RUN, job, self._progress)
        except Exception as error:
            self._say("✗ " + _("The forecast could not be made: see the message."))
            raise error
        said = _("Done. {results}: to the results.")
        self._say("✓ " + said.format(results=self._key("budget_results")))
        self.draw()
        self.query_one(Pane).scroll_home(animate=False)

    def _progress(self, doing: str, done: float) -> None:
        self._say(progress_line(doing, done, self._key("budget_run")))

    def _key(self, action: str) -> str:
        assert isinstance(self.screen, Page)
        return self.screen.key(action)

    def _say(self, text: str) -> None:
        self.query_one("#progress", Said).say(harmless(text))

    def on_unmount(self) -> None:
        self.stop()

    # --- actions ---------------------------------------------------------------------------------

    def show_unit(self, unit: str) -> None:
        """Show amounts in another unit."""
        self.unit = unit
        self.draw()

    def remove_row(self) -> None:
        """Take the last file away."""
        if self.sheet is not None and self.sheet.files:
            gone = self.sheet.files.pop()
            self.notify(_("{file} is taken away.").format(file=harmless(gone.name)), markup=False)
            self.draw()

    @work
    async def choose_file(self) -> None:
        """Choose files of claims, or a folder of them."""
        from mediaid.desk.budget.forecast import SUFFIXES  # noqa: PLC0415

        if self.sheet is None:
            return
        folder = self.sheet.files[-1].parent if self.sheet.files else Path.cwd()
        dialog = FileChooser(_("Files of claims"), SUFFIXES, folder, folders=True)
        path = await self.app.push_screen_wait(dialog)
        if path is not None:
            self.sheet.add(path)
            self.draw()
