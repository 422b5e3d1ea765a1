"""帮助: what can be done on the screen it was called from, made from the registry of actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediaid.i18n import gettext as _
from mediaid.tui.actions import ANYWHERE, key_name, on
from mediaid.tui.lines import Line, pad
from mediaid.tui.screens.page import Page
from mediaid.tui.widgets.pane import Pane

if TYPE_CHECKING:
    from textual.app import ComposeResult


def help_lines(page: str, keys: dict[str, str]) -> list[Line]:
    """Return the help for a screen: its own actions, those of each screen, how fields work."""
    titles = {
        "entry": _("Case entry"),
        "policy": _("Policy"),
        "budget": _("Budget"),
        "import": _("Import"),
        "register": _("Register"),
        "case": _("Case"),
        "person": _("Person"),
        "help": _("Help"),
    }
    here = [action for action in on(page) if action.screen != ANYWHERE]
    lines = []
    if here:
        lines = [Line(titles[page], 0, "title")]
        lines += [_line(action.id, action.name, action.does, keys) for action in here]
        lines.append(Line(""))
    how = _HOW.get(page, _nothing)()
    if how:
        lines += [Line(_("How it works"), 0, "title"), *(Line(text, 1) for text in how), Line("")]
    lines.append(Line(_("On every screen"), 0, "title"))
    everywhere = [action for action in on(ANYWHERE) if action.screen == ANYWHERE]
    lines += [_line(action.id, action.name, action.does, keys) for action in everywhere]
    return lines


def _nothing() -> list[str]:
    return []


def _of_entry() -> list[str]:
    return [
        _("Enter goes to the next field that is always asked for, Tab to every next one, "
          "Shift+Tab back; the arrows go up and down."),
        _("Codes: type a code, a name or pinyin initials, then Enter; space shows all."),
        _("Amounts: full-width digits and 。 as the point will do; separators too."),
        _("Dates: 2023-05-01, 20230501, 2023.5.1 and 2023年5月1日 will all do."),
        _("A new row appears below the last bill as soon as it is begun."),
        _("Earlier bills of the year stand in the grid too, marked as past: they count for "
          "deductibles and caps, and not into the total."),
        _("The explanation is about the bill at the cursor, which is marked ▸."),
    ]  # fmt: skip


def _of_register() -> list[str]:
    return [
        _("Type how a name or a document's number begins, or a case's number or its last figures."),
        _("The arrows, Page Up and Page Down move in the list; Ctrl+Home and Ctrl+End go to its "
          "ends."),
        _("What is done with selected cases is done with each by itself; what is refused is "
          "listed with its reason."),
    ]  # fmt: skip


def _of_text() -> list[str]:
    return [_("The arrows, Page Up, Page Down, Home and End scroll the text.")]


def _of_policy() -> list[str]:
    return [
        _("Tab goes from field to field, Enter to the text; the arrows scroll it."),
        _("A bill in a line: codes, names or pinyin initials, an amount for what was self-paid, "
          "other fields as NAME=VALUE."),
    ]  # fmt: skip


def _of_budget() -> list[str]:
    return [
        _("As in a spreadsheet: what is typed takes the place of what stood there; Enter and Tab "
          "go on, the arrows go up and down, Page Up and Page Down scroll the results."),
        _("The bridge from last year's budget to this year's stands with the forecast, which it "
          "ends at."),
    ]  # fmt: skip


def _of_import() -> list[str]:
    return [
        _("Choose a file, try it, look at the rows that are refused, then take all of it in."),
        _("Fields left empty are decided by the file's headings."),
    ]  # fmt: skip


_HOW = {
    "entry": _of_entry,
    "register": _of_register,
    "case": _of_text,
    "person": _of_text,
    "policy": _of_policy,
    "budget": _of_budget,
    "import": _of_import,
}


def _line(name: str, label: str, does: str, keys: dict[str, str]) -> Line:
    return Line(f"{pad(key_name(keys[name]), 7)}{pad(label, 13)}{does}", 1, hang=20)


class HelpPage(Page):
    """The help."""

    page = "help"
    DEFAULT_CSS = "HelpPage Pane { height: 1fr; padding: 0 1; }"

    def __init__(self, about: str) -> None:
        super().__init__()
        self.about = about

    def parts(self) -> ComposeResult:
        """Place the text."""
        yield Pane(id="help")

    def on_mount(self) -> None:
        pane = self.query_one(Pane)
        pane.show(help_lines(self.about, self.desk_app.keys_by_action))
        pane.focus()

    def do_back(self) -> None:
        """Go back to where help was called."""
        self.app.pop_screen()
