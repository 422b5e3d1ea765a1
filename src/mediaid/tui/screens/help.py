"""帮助: what can be done on the screen it was called from, made from the registry of actions."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from mediaid.i18n import gettext as _
from mediaid.tui.actions import ANYWHERE, key_name, on
from mediaid.tui.lines import Line, pad
from mediaid.tui.screens.page import Page
from mediaid.tui.widgets.pane import Pane

if TYPE_CHECKING:
    from textual.app import ComposeResult

_PAGES = ("entry", "policy")


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
    }
    here = [action for action in on(page) if action.screen != ANYWHERE]
    lines = []
    if here:
        lines = [Line(titles[page], 0, "title")]
        lines += [_line(action.id, action.name, action.does, keys) for action in here]
        if page == "register":
            how = _(
                "Type to find a case by name, document or number; the arrows move, "
                "Enter opens it, space selects it, Esc takes back."
            )
            lines.append(Line(how, 1))
        lines.append(Line(""))
    lines.append(Line(_("On every screen"), 0, "title"))
    everywhere = [action for action in on(ANYWHERE) if action.screen == ANYWHERE]
    shown = dict.fromkeys(everywhere)
    lines += [_line(action.id, action.name, action.does, keys) for action in shown]
    lines += [
        Line(""),
        Line(_("In the fields"), 0, "title"),
        Line(_("Enter goes to the next field that is always asked for, Tab to every next one, "
               "Shift+Tab back; the arrows go up and down."), 1),
        Line(_("Codes: type a code, a name or pinyin initials, then Enter; space shows all."), 1),
        Line(_("Amounts: full-width digits and 。 as the point will do; separators too."), 1),
        Line(_("Dates: 2023-05-01, 20230501, 2023.5.1 and 2023年5月1日 will all do."), 1),
        Line(_("A new row appears below the last bill as soon as it is begun."), 1),
        Line(
            _("Earlier bills of the year stand in the grid too, marked as past: they count for "
              "deductibles and caps, and not into the total."),
            1,
        ),
        Line(_("The explanation is about the bill at the cursor, which is marked ▸."), 1),
    ]  # fmt: skip
    return lines


def _line(name: str, label: str, does: str, keys: dict[str, str]) -> Line:
    return Line(f"{pad(key_name(keys[name]), 6)}{pad(label, 14)}{does}", 1)


class HelpPage(Page):
    """The help. Esc goes back."""

    page = "help"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "back", show=False)]
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
        self.say(_("Esc: back"))

    def action_back(self) -> None:
        """Go back to where help was called."""
        self.app.pop_screen()
