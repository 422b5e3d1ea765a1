"""The line at the top with the screens, and the line at the bottom with the keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content
from textual.style import Style
from textual.widget import Widget

from mediaid.tui.actions import ANYWHERE, BY_ID, footer_of, key_name
from mediaid.tui.text import harmless
from mediaid.tui.widgets.kept import Kept

if TYPE_CHECKING:
    from textual.app import RenderResult

    from mediaid.tui.actions import Action

SCREENS = ("show_entry", "show_register", "show_import", "show_budget", "show_policy", "help")

LEAST_ABOUT = 12
"""Cells in which a part of what is being worked on still says something."""


def fitting(actions: list[Action], keys: dict[str, str], width: int) -> list[Action]:
    """Return the actions whose keys and names fit a line; those of every screen come last, and
    give way last."""
    needed = [a for a in actions if a.screen == ANYWHERE]
    room = width - sum(_width(a, keys) for a in needed)
    own = []
    for action in actions:
        if action.screen != ANYWHERE and (room := room - _width(action, keys)) >= 0:
            own.append(action)
    return own + needed


def _width(action: Action, keys: dict[str, str]) -> int:
    return cell_len(key_name(keys[action.id])) + cell_len(action.name) + 2


def _click(action: Action) -> Style:
    return Style.from_meta({"@click": f"app.do('{action.id}')"})


class KeyBar(Kept, Widget):
    """The footer: what can be done here, by key or by a click."""

    DEFAULT_CSS = """
    KeyBar {
        dock: bottom; height: 1; background: $footer-background; color: $footer-foreground;
        link-style: none; link-color: $footer-foreground; link-background: $footer-background;
    }
    """

    def __init__(self, page: str, keys: dict[str, str]) -> None:
        super().__init__()
        self.page = page
        self.keys = keys

    def render(self) -> RenderResult:
        """Draw the keys and names that fit."""
        shown = fitting(list(footer_of(self.page)), self.keys, self.size.width)
        parts = []
        for action in shown:
            parts.append(
                Content.assemble(
                    (key_name(self.keys[action.id]), "bold $footer-key-foreground"),
                    f" {action.name} ",
                ).stylize(_click(action))
            )
        return Content("").join(parts)


class TopBar(Kept, Widget):
    """The header: the program, its screens, and what is being worked on."""

    DEFAULT_CSS = """
    TopBar { dock: top; height: 1; background: $panel; color: $foreground; link-style: none; }
    """

    def __init__(self, page: str, keys: dict[str, str]) -> None:
        super().__init__()
        self.page = page
        self.keys = keys
        self._about = ""

    def say(self, about: str) -> None:
        """Show what is being worked on, at the right."""
        about = harmless(about, 200)
        if about != self._about:
            self._about = about
            self.refresh()

    def render(self) -> RenderResult:
        """Draw the screens, the one that is open in brackets, and the subject at the right."""
        parts = [Content.styled(" mediaid ", "bold")]
        banner = getattr(self.app, "banner", "")
        if banner:
            parts.append(Content.styled(f" {banner} ", "reverse bold"))
        parts += [self._screen(name) for name in SCREENS]
        # What does not fit gives way: first the program's name, then help, which is below as well.
        for least in (0, -1):
            if sum(part.cell_length for part in parts) > self.size.width:
                del parts[least]
        left = Content("").join(parts)
        room = self.size.width - left.cell_length - 1
        if cell_len(self._about) > room < LEAST_ABOUT:
            return left
        about = Content(self._about).truncate(room, ellipsis=True)
        gap = " " * (self.size.width - left.cell_length - about.cell_length - 1)
        return Content.assemble(left, gap, about.stylize("dim"))

    def _screen(self, name: str) -> Content:
        action = BY_ID[name]
        label = f"{key_name(self.keys[name])} {action.name}"
        here = name.removeprefix("show_") == self.page
        text = Content.styled(f"[{label}]", "reverse bold") if here else Content(f" {label} ")
        return text.stylize(_click(action))
