"""A command line that cannot be read, put into the user's language, with what to do.

Typer's own sentences are English. What it refuses is told apart by the kind of its error, and only
where one kind stands for several things by its sentence; a sentence that is not known stays.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mediaid.cli.placeholders import placeholder
from mediaid.faults import visible
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable


def usage_words(error: Any) -> str:
    """Say what is wrong with a command line, and which page of help tells more."""
    said = _said(type(error).__name__, error)
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "mediaid"
    return _("{problem}. See {command} --help").format(problem=said, command=path)


def _said(kind: str, error: Any) -> str:
    message = str(getattr(error, "message", "") or "")
    if kind == "MissingParameter":
        return _("{option} is missing: give it").format(option=placeholder(error.param))
    if kind == "NoSuchOption":
        said = _("there is no option {name}").format(name=visible(error.option_name))
        return said + _did_you_mean(error.possibilities or ())
    if kind == "BadOptionUsage" and "does not take" in message:
        return _("{option} takes no value: leave it out").format(option=visible(error.option_name))
    if kind == "BadOptionUsage":
        return _("{option} needs a value: write it behind").format(
            option=visible(error.option_name)
        )
    if kind == "BadParameter" and error.param is not None:
        return _wrong_value(error.param, message)
    if found := re.match(r"No such command '(.*?)'\.?(?: Did you mean (.*)\?)?$", message, re.S):
        said = _("there is no such command: {words}").format(words=visible(found[1]))
        return said + _did_you_mean(re.findall(r"'([^']*)'", found[2] or ""))
    if found := re.match(r"Got unexpected extra argument.*? \((.*)\)$", message, re.S):
        return _("too much is given: {words}").format(words=visible(found[1]))
    return visible(error.format_message()).rstrip(".")


def _did_you_mean(known: Iterable[str]) -> str:
    first = next(iter(known), None)
    if first is None:
        return ""
    return _(" ({note})").format(note=_("Did you mean {known}?").format(known=first))


def _wrong_value(param: Any, message: str) -> str:
    name = placeholder(param)
    if found := re.search(r"is not one of (.+)$", message, re.S):
        choices = ", ".join(re.findall(r"'([^']*)'", found[1]))
        return _("{option}: choose one of {choices}").format(option=name, choices=choices)
    if re.search("integer|greater than|less than", message):
        least, most = getattr(param, "min", None), getattr(param, "max", None)
        if least is None:
            return _("{option}: write a whole number").format(option=name)
        if most is None:
            return _("{option}: write a whole number, {least} or more").format(
                option=name, least=least
            )
        return _("{option}: write a whole number from {least} to {most}").format(
            option=name, least=least, most=most
        )
    return _("{option}: {reason}").format(option=name, reason=visible(message).rstrip("."))
