"""Choosing a file: a list of the folder, a field that narrows it, completes names, takes paths."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input

from mediaid.desk.listing import Listing, completed, list_folder, matching, typed_path
from mediaid.i18n import gettext as _
from mediaid.tui.guard import Guarded
from mediaid.tui.text import harmless
from mediaid.tui.widgets.line import LineInput
from mediaid.tui.widgets.rows import ALL, Column, Rows
from mediaid.tui.widgets.said import Said

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.app import ComposeResult

    from mediaid.desk.listing import Entry


class PathInput(LineInput):
    """The field of a file dialog: Tab completes, Backspace in an empty field goes to the folder
    above."""

    def __init__(self, chooser: FileChooser) -> None:
        super().__init__(compact=True, placeholder=_("type a name or a path"), id="path")
        self._chooser = chooser

    async def on_key(self, event: events.Key) -> None:
        """Move by the keys that move; all others go to the field itself."""
        chooser = self._chooser
        rows = chooser.query_one(Rows)
        if event.key in ("up", "down"):
            rows.action_move(-1 if event.key == "up" else 1)
        elif event.key in ("pageup", "pagedown"):
            rows.action_page(-1 if event.key == "pageup" else 1)
        elif event.key == "tab":
            chooser.complete()
        elif event.key == "backspace" and not self.value:
            chooser.open_folder(chooser.folder.parent)
        else:
            return
        event.stop()
        event.prevent_default()


class FileChooser(Guarded, ModalScreen[Path | None]):
    """Asks for a file of the given kinds, or with `folders` a whole folder (F8); gives its path, or
    None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("f8", "whole", show=False, priority=True),
    ]
    DEFAULT_CSS = """
    FileChooser { align: center middle; background: $background 60%; }
    FileChooser > Vertical {
        width: 100; max-width: 96%; height: 80%; max-height: 36;
        background: $surface; border: round $primary; padding: 0 1;
    }
    FileChooser Said { height: auto; max-height: 3; }
    FileChooser #folder { color: $text-primary; text-style: bold; }
    FileChooser #trouble { color: $text-error; }
    FileChooser Rows { height: 1fr; }
    """

    def __init__(
        self, title: str, suffixes: Sequence[str], folder: Path, *, folders: bool = False
    ) -> None:
        super().__init__()
        self._title = title
        self._suffixes = tuple(suffixes)
        self._folders = folders
        self.folder = folder
        self.listing = Listing(folder, ())
        self._shown: list[Entry] = []

    def compose(self) -> ComposeResult:
        """Place folder, field and list."""
        with Vertical() as box:
            box.border_title = Content(harmless(self._title, 60))
            keys = _("Enter: open  Tab: complete  Backspace: up  Esc: leave")
            if self._folders:
                keys = _("F8: the whole folder  {keys}").format(keys=keys)
            box.border_subtitle = Content(keys)
            yield Said(id="folder", grows=True)
            yield PathInput(self)
            yield Rows(
                [Column(_("file or folder"), 1, most=ALL), Column(_("bytes"), 15, right=True)],
                own_focus=False,
            )
            yield Said(id="trouble", grows=True)

    def on_mount(self) -> None:
        self.query_one(PathInput).focus()
        self.open_folder(self.folder)

    @work(thread=True, exclusive=True, exit_on_error=False)
    def open_folder(self, folder: Path) -> None:
        """List another folder; a slow disk holds nothing up."""
        listing = list_folder(folder, self._suffixes)
        self.app.call_from_thread(self._list, listing)

    def _list(self, listing: Listing) -> None:
        self.listing, self.folder = listing, listing.folder
        self.query_one("#folder", Said).say(harmless(str(listing.folder)))
        self._trouble(listing.problem)
        self.query_one(PathInput).value = ""
        self._narrow("")

    def _trouble(self, text: str) -> None:
        self.query_one("#trouble", Said).say(harmless(text))

    def _narrow(self, text: str) -> None:
        self._shown = matching(self.listing, text)
        self.query_one(Rows).show(len(self._shown), self._texts, 0)

    def _texts(self, row: int) -> Sequence[str]:
        entry = self._shown[row]
        return entry.name, "" if entry.size is None else f"{entry.size:,}"

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._trouble(self.listing.problem)
        self._narrow(event.value)

    def complete(self) -> None:
        """Complete what is typed; a name that is whole opens its folder."""
        field = self.query_one(PathInput)
        path = typed_path(field.value, self.folder)
        if field.value.strip().endswith(("/", "\\")) and path.is_dir():
            self.open_folder(path.resolve())
            return
        field.value = completed(self.listing, field.value)
        field.cursor_position = len(field.value)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        text = event.value.strip()
        path = typed_path(text, self.folder) if text else None
        try:
            if path is not None and path.is_dir():
                self.open_folder(path.resolve())
                return
            if path is not None and path.is_file():
                self.dismiss(path)
                return
        except OSError:
            pass  # a name that no file can have
        self._open(self.query_one(Rows).at)

    @on(Rows.Chosen)
    def _clicked(self, event: Rows.Chosen) -> None:
        event.stop()
        self._open(event.at)

    def _open(self, row: int) -> None:
        if not row < len(self._shown):
            self._trouble(_("there is no such file here"))
        elif self._shown[row].size is None:
            self.open_folder(self._shown[row].path)
        else:
            self.dismiss(self._shown[row].path)

    def action_whole(self) -> None:
        """Choose the folder itself."""
        if self._folders:
            self.dismiss(self.folder)

    def action_leave(self) -> None:
        """Close without a choice."""
        self.dismiss(None)
