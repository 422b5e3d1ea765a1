"""Help pages in the user's language, whole also where a text has no spaces to break at.

Typer lays its pages out by rich, in English, and cuts a Chinese text off with `…` where it should
go on in the next line. There is no setting for either, so what makes a page is prepared right
before it is drawn: rich is not loaded until somebody asks for help. `install` is the one place
that reaches into typer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from mediaid.cli.placeholders import in_words, type_words
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable

_MAKES_TEXT = "_make_rich_text"


def install() -> None:
    """Have every page of help come out this way; calling it again changes nothing."""
    if TyperCommand.format_help.__module__ == __name__:
        return
    for kind in (TyperCommand, TyperGroup):
        setattr(kind, "format_help", _prepared(kind.format_help))  # noqa: B010 - it is a method
        setattr(kind, "format_usage", _format_usage)  # noqa: B010
    for its in (TyperArgument, TyperOption):
        setattr(its, "display_type", _typed(getattr(its, "display_type", None)))  # noqa: B010


def _format_usage(command: Any, context: Any, formatter: Any) -> None:
    pieces = " ".join(command.collect_usage_pieces(context))
    formatter.write_usage(context.command_path, pieces, prefix=_("Usage: "))


def _typed(drawn: Callable[..., str] | None) -> Callable[..., str]:
    def display_type(param: Any, ctx: Any) -> str:
        return type_words(param, drawn(param, ctx) if drawn else None)

    return display_type


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
    command.options_metavar = _("[OPTIONS]")
    if isinstance(command, TyperGroup):
        command.subcommand_metavar = _("COMMAND [ARGS]...")
    for option in command.get_params(context):
        if option.metavar or option.param_type_name == "argument":
            option.metavar = in_words(option.metavar or str(option.name).upper())
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
