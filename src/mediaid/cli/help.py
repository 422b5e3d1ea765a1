"""Help pages in the user's language, whole also where a text has no spaces to break at.

Typer lays its pages out by rich, in English, and cuts a Chinese text off with `…` where it should
go on in the next line. There is no setting for either, so what makes a page is prepared right
before it is drawn: rich is not loaded until somebody asks for help.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typer.core import TyperCommand, TyperGroup

from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable

_MAKES_TEXT = "_make_rich_text"


def install() -> None:
    """Have every page of help come out this way; calling it again changes nothing."""
    for kind in (TyperCommand, TyperGroup):
        drawn = kind.format_help
        if drawn.__module__ != __name__:
            setattr(kind, "format_help", _prepared(drawn))  # noqa: B010 - mypy: it is a method


def _prepared(drawn: Callable[..., None]) -> Callable[..., None]:
    def format_help(command: Any, context: Any, formatter: Any) -> None:
        _translate(command, context)
        drawn(command, context, formatter)

    return format_help


def _translate(command: Any, context: Any) -> None:
    from typer import rich_utils  # noqa: PLC0415 - only for help

    words = {
        "ARGUMENTS_PANEL_TITLE": _("Arguments"),
        "OPTIONS_PANEL_TITLE": _("Options"),
        "COMMANDS_PANEL_TITLE": _("Commands"),
        "DEFAULT_STRING": _("[default: {}]"),
        "ENVVAR_STRING": _("[environment: {}]"),
        "REQUIRED_LONG_STRING": _("[required]"),
    }
    for name, text in words.items():
        setattr(rich_utils, name, text)
    options = {
        "--help": _("Show this page."),
        "--install-completion": _("Have this shell complete commands."),
        "--show-completion": _("Print what would have this shell complete commands."),
    }
    for option in command.get_params(context):
        for name in options.keys() & set(option.opts):
            option.help = options[name]
    makes = getattr(rich_utils, _MAKES_TEXT)
    if makes.__module__ != __name__:
        setattr(rich_utils, _MAKES_TEXT, _folding(makes))


def _folding(makes: Callable[..., Any]) -> Callable[..., Any]:
    def folded(**how: Any) -> Any:
        text = makes(**how)
        text.overflow = "fold"
        return text

    return folded
