"""导入: a file, what it is taken for, what would come of it row by row, and then all of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on, work
from textual.containers import Container

from mediaid.desk.importing import SUFFIXES
from mediaid.desk.listing import typed_path
from mediaid.desk.working import work as in_process
from mediaid.i18n import gettext as _
from mediaid.tui.lines import Line
from mediaid.tui.screens.dialogs import Ask, Confirm
from mediaid.tui.screens.files import FileChooser
from mediaid.tui.screens.page import Page
from mediaid.tui.tables import progress_line
from mediaid.tui.text import harmless
from mediaid.tui.widgets.pane import Pane
from mediaid.tui.widgets.rows import ALL, Column, Rows
from mediaid.tui.widgets.said import Said
from mediaid.tui.widgets.sheet import Cell, Sheet, SheetRow

if TYPE_CHECKING:
    from collections.abc import Hashable

    from textual.app import ComposeResult
    from textual.worker import Worker

    from mediaid.desk.importing import ImportSheet, Job, Tried

TRY = "mediaid.desk.importing:try_file"
TAKE = "mediaid.desk.importing:take_file"
SAVE = "mediaid.desk.importing:save_listed"
_LABEL = 20
_WIDTH = 40


def tried_lines(tried: Tried, take: str, save: str) -> list[Line]:
    """Say what would come of a file, or came of it; `take` and `save`: the keys
    that take it in and that save the rows that are not."""
    lines = [Line(tried.title, 0, "title")]
    if tried.taken:
        lines.append(Line("✓ " + _("All of it is taken in."), 0, "good"))
    elif not tried.possible:
        said = _("Rows are refused: nothing can be taken in until they are corrected.")
        lines.append(Line("✗ " + said, 0, "bad"))
        said = _("{save} saves their numbers and reasons to a file.").format(save=save)
        lines.append(Line(said))
    elif not tried.changes:
        lines.append(Line("✓ " + _("All of it is there already: nothing to take in."), 0, "good"))
    else:
        said = _("Nothing is changed yet. {take} takes all of it in.").format(take=take)
        lines.append(Line("▶ " + said, 0, "strong"))
    if not tried.sure:
        said = _("Recognised by its headings alone: check that it is right.")
        lines.append(Line("▲ " + said, 0, "warn"))
    # A name and its count are not broken in two.
    counts = [f"{name} {count:,}".replace(" ", "\u00a0") for name, count in tried.counts]
    lines.append(Line("  ·  ".join(counts)))
    lines += [Line("▲ " + note, 0, "warn") for note in tried.notes]
    if tried.recognised:
        lines += [Line(""), Line(_("How it is read"), 0, "strong")]
        lines += [Line(line) for line in tried.recognised]
    return lines


class ImportPage(Page):
    """The import's screen. What is asked for lives in `sheet`, the trial in `tried`."""

    page = "import"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]
    DEFAULT_CSS = """
    ImportPage #file { height: 1; padding: 0 1; background: $surface; text-style: bold; }
    ImportPage #top { height: 1fr; layout: vertical; }
    ImportPage #asked { height: 9; }
    ImportPage.-wide #top { layout: horizontal; }
    ImportPage.-wide #asked { height: 1fr; width: 64; }
    ImportPage.-listed #top { height: 50%; min-height: 8; }
    ImportPage.-listed.-narrow #asked { height: 4; }
    /* The rows are walked through: room for them and for their reasons. */
    ImportPage.-narrow.-walked #top { height: 6; min-height: 6; }
    ImportPage.-narrow.-walked #asked { display: none; }
    ImportPage #tried { height: 1fr; width: 1fr; padding: 0 1; }
    ImportPage #progress { height: auto; max-height: 4; padding: 0 1; background: $surface; }
    ImportPage Rows { display: none; height: 1fr; border-top: tall $panel; }
    ImportPage Rows:focus { border-top: tall $primary; }
    ImportPage.-listed Rows { display: block; }
    ImportPage #reason {
        display: none; height: auto; max-height: 6; padding: 0 1; background: $surface;
    }
    ImportPage.-listed #reason { display: block; }
    ImportPage #hint { height: 1; padding: 0 1; background: $panel; }
    """

    def __init__(self, sheet: ImportSheet) -> None:
        super().__init__()
        self.sheet = sheet
        self.tried: Tried | None = None
        self._tried_job: Job | None = None
        self._worker: Worker[None] | None = None

    def parts(self) -> ComposeResult:
        """Place the sheet, what came of it, and the rows that are not taken in."""
        yield Said(id="file")
        with Container(id="top"):
            with Container(id="asked"):
                yield Sheet(self._take, self._tidy, numbers=lambda at: at == "since")
            yield Pane(id="tried")
        yield Said(id="progress", grows=True)
        yield Rows(
            [
                Column(_("row"), 9, right=True),
                Column(_("what"), 10),
                Column(_("why"), 1, most=ALL),
            ]
        )
        yield Said(id="reason", grows=True)
        yield Said(id="hint")

    def on_mount(self) -> None:
        said = _("Choose a file ({open}), then {run} tries it: nothing is changed by that.")
        self._say(said.format(open=self.key("import_open"), run=self.key("import_try")))
        self.query_one(Sheet).field.focus()
        self.draw()

    # --- the sheet -------------------------------------------------------------------------------

    def _take(self, at: Hashable, text: str) -> None:
        if self.sheet.texts.get(str(at), "") != text:
            self.sheet.texts[str(at)] = text
            self._forget()
            self.draw()

    def _tidy(self, at: Hashable) -> str:
        return self.sheet.texts.get(str(at), "")

    def _forget(self) -> None:
        """What was tried is no longer what is asked for."""
        self.tried = self._tried_job = None

    @on(Sheet.Moved)
    def _moved(self, event: Sheet.Moved) -> None:
        event.stop()
        self._hint(event.at)

    def _hint(self, at: Hashable) -> None:
        said = next((its.said for its in self.sheet.fields if its.name == at), "")
        self.query_one("#hint", Said).say(harmless(said))

    @on(Sheet.Paged)
    def _paged(self, event: Sheet.Paged) -> None:
        event.stop()
        self.query_one(Rows).action_page(event.pages)

    def draw(self) -> None:
        """Show everything as it stands."""
        _job, problems = self.sheet.job()
        width = _WIDTH if self.has_class("-wide") else max(self.size.width - _LABEL - 2, _WIDTH)
        rows = []
        for asked in self.sheet.fields:
            text = self.sheet.texts.get(asked.name, "")
            wrong = problems.get(asked.name, "") if text.strip() else ""
            rows.append(SheetRow(asked.label, (Cell(asked.name, text, width),), wrong, room=_LABEL))
        self.query_one(Sheet).show(rows)
        path = self.sheet.file
        # The name first: the line is cut where the screen ends.
        file = (
            f"{path.name}  {path.parent}"
            if path
            else _("none chosen yet ({open})").format(open=self.key("import_open"))
        )
        self.query_one("#file", Said).say(_("File: {file}").format(file=harmless(file)))
        pane = self.query_one("#tried", Pane)
        listed = len(self.tried.listed) if self.tried else 0
        if not listed and self.query_one(Rows).has_focus:
            self.do_import_rows()
        self.set_class(bool(listed), "-listed")
        take, save = self.key("import_take"), self.key("import_save")
        pane.show(tried_lines(self.tried, take, save) if self.tried else self._guide())
        self.query_one(Rows).show(listed, self._row, 0)
        self._show_reason(0)

    def _guide(self) -> list[Line]:
        """Say what is done here, in its order."""
        steps = (
            _("1. {open}: choose a file of people or of bills").format(
                open=self.key("import_open")
            ),
            _("2. {run}: try it; nothing is changed").format(run=self.key("import_try")),
            _("3. {rows}: look at the rows that are refused; {save} saves them").format(
                rows=self.key("import_rows"), save=self.key("import_save")
            ),
            _("4. {take}: take all of it in").format(take=self.key("import_take")),
        )
        title = Line(_("From a file into the register"), 0, "title")
        return [title, *(Line(step, 1, "faint", 3) for step in steps)]

    def _row(self, row: int) -> tuple[str, ...]:
        assert self.tried is not None
        its = self.tried.listed[row]
        what = "✗ " + _("refused") if its.refused else "– " + _("left out")
        return f"{its.row:,}", what, its.reason

    @on(Rows.Moved)
    def _row_moved(self, event: Rows.Moved) -> None:
        event.stop()
        self._show_reason(event.at)

    def _show_reason(self, row: int) -> None:
        said = ""
        if self.tried and row < len(self.tried.listed):
            its = self.tried.listed[row]
            said = _("row {row}: {reason}").format(row=its.row, reason=its.reason)
        self.query_one("#reason", Said).say(harmless(said))

    def on_resize(self) -> None:
        self.call_after_refresh(self.draw)

    def on_descendant_focus(self) -> None:
        walked = self.query_one(Rows).has_focus
        self.set_class(walked, "-walked")
        if walked:
            said = _("{rows}: back to the fields; {save}: save these rows with their reasons")
            keys = {"rows": self.key("import_rows"), "save": self.key("import_save")}
            self.query_one("#hint", Said).say(said.format(**keys))
        else:
            self._hint(self.query_one(Sheet).at)

    # --- the work --------------------------------------------------------------------------------

    @property
    def working(self) -> bool:
        """Whether a file is being tried or taken in."""
        return self._worker is not None and not self._worker.is_finished

    def _say(self, text: str) -> None:
        self.query_one("#progress", Said).say(harmless(text))

    def _progress(self, doing: str, done: float) -> None:
        self._say(progress_line(doing, done, self.key("import_try")))

    def stop(self) -> None:
        """End what is being done, if anything; of a file that is being taken in nothing is kept."""
        if self._worker is not None:
            self._worker.cancel()
            self._worker = None

    def on_unmount(self) -> None:
        self.stop()

    def do_import_try(self) -> None:
        """Try the file, or stop what is being done."""
        if self.working:
            self.stop()
            self._say("■ " + _("Stopped. Nothing of it is kept."))
            return
        job, problems = self.sheet.job()
        if job is None:
            names = {its.name: its.label for its in self.sheet.fields}
            other = _("file")
            said = [
                _("{name}: {value}").format(name=names.get(at, other), value=why)
                for at, why in problems.items()
            ]
            self._say("✗ " + _("; ").join(said))
            return
        self._forget()
        self.draw()
        self._worker = self._work(TRY, job)

    @work
    async def do_import_take(self) -> None:
        """Take in what was tried, after asking."""
        tried, job = self.tried, self._tried_job
        if self.working or tried is None or job is None or tried.taken:
            self._say("▲ " + _("Try the file first ({run}).").format(run=self.key("import_try")))
            return
        if not tried.possible or not tried.changes:
            self._say("▲ " + _("There is nothing that could be taken in."))
            return
        counts = ", ".join(f"{name} {count:,}" for name, count in tried.counts if count)
        question = _("Take all of it into the register? {title}: {counts}")
        asked = Confirm(question.format(title=tried.title, counts=counts))
        if await self.app.push_screen_wait(asked) and self._tried_job is job:
            self._worker = self._work(TAKE, replace(job, seal=tried.seal))

    @work(exclusive=True, group="import", exit_on_error=False)
    async def _work(self, name: str, job: Job) -> None:
        self._progress(_("starting"), 0)
        try:
            self.tried = await in_process(name, job, self._progress)
        except Exception as error:
            said = _("Nothing is taken in: see the message.")
            self._say("✗ " + said)
            raise error
        self._tried_job = job
        self._say("✓ " + (_("Taken in.") if self.tried.taken else _("Tried: nothing is changed.")))
        self.draw()

    # --- actions ---------------------------------------------------------------------------------

    @work
    async def do_import_open(self) -> None:
        """Choose the file."""
        folder = self.sheet.file.parent if self.sheet.file else Path.cwd()
        dialog = FileChooser(_("A file of people or bills"), SUFFIXES, folder)
        path = await self.app.push_screen_wait(dialog)
        if path is not None:
            self.stop()
            self.sheet.file = path
            self._forget()
            said = _("{run} tries it: nothing is changed by that.")
            self._say(said.format(run=self.key("import_try")))
            self.draw()

    @work
    async def do_import_save(self) -> None:
        """Save the rows that are not taken in, with their reasons."""
        tried, job = self.tried, self._tried_job
        if self.working or tried is None or job is None or not tried.listed:
            self._say("▲ " + _("There are no rows to be saved: try a file first."))
            return
        name = _("{file}-refused.csv").format(file=job.file.stem)
        asked = _("Save {count} rows with their reasons to a file (.csv or .xlsx):")
        answer = await self.app.push_screen_wait(
            Ask(
                asked.format(count=f"{len(tried.listed):,}"),
                _("a file's name or path"),
                value=str(job.file.with_name(name)),
                empty=_("▲ write a file's name, or leave with Esc"),
            )
        )
        if answer:
            self._save(replace(tried), job, typed_path(answer, job.file.parent))

    @work(exclusive=True, group="save", exit_on_error=False)
    async def _save(self, tried: Tried, job: Job, path: Path) -> None:
        if path.exists():
            asked = _("{file} exists: replace it?").format(file=harmless(str(path)))
            if not await self.app.push_screen_wait(Confirm(asked)):
                return
        await in_process(SAVE, (path, tried.listed, job.file), lambda _doing, _done: None)
        self._say("✓ " + _("Saved: {file}").format(file=harmless(str(path))))

    def do_import_rows(self) -> None:
        """Go to the rows that are not taken in, or back to the fields."""
        rows = self.query_one(Rows)
        if rows.has_focus:
            self.remove_class("-walked")
            self.query_one(Sheet).field.focus()
        elif self.tried is None or not self.tried.listed:
            self._say("▲ " + _("There are no rows to look at: try a file first."))
        else:
            rows.focus()
