"""What stands for a value in usage and help, such as FILE, in the user's language."""

from __future__ import annotations

import re
from typing import Any

from mediaid.i18n import gettext as _

_WORD = re.compile(r"YYYY-MM-DD|[A-Z]+")


def placeholder(param: Any) -> str:
    """Return what stands for an argument's value, or what an option is called."""
    options = [name for name in param.opts if name.startswith("-")]
    if options:
        return "/".join(options)
    return in_words(param.metavar or str(param.name).upper())


def in_words(metavar: str) -> str:
    """Translate every word of a placeholder, such as NAME|FILE; a word that is no such stays."""
    known = _words()
    return _WORD.sub(lambda found: known.get(found[0], found[0]), metavar)


def _words() -> dict[str, str]:
    return {
        "ALTERNATIVE": _("ALTERNATIVE"),
        "BILL": _("BILL"),
        "CASE": _("CASE"),
        "CATEGORY": _("CATEGORY"),
        "CLAIMS": _("CLAIMS"),
        "CODE": _("CODE"),
        "COUNT": _("COUNT"),
        "DAYS": _("DAYS"),
        "DIR": _("DIR"),
        "FILE": _("FILE"),
        "FOLDER": _("FOLDER"),
        "ID": _("ID"),
        "INSURANCE": _("INSURANCE"),
        "INTEGER": _("INTEGER"),
        "KIND": _("KIND"),
        "LIST": _("LIST"),
        "NAME": _("NAME"),
        "NUMBER": _("NUMBER"),
        "OUT": _("OUT"),
        "PAPER": _("PAPER"),
        "PATH": _("PATH"),
        "PAYMENT": _("PAYMENT"),
        "PERCENT": _("PERCENT"),
        "PERSON": _("PERSON"),
        "PERSONS": _("PERSONS"),
        "SIZE": _("SIZE"),
        "TEXT": _("TEXT"),
        "TOWN": _("TOWN"),
        "TRANSFER": _("TRANSFER"),
        "URL": _("URL"),
        "VALUE": _("VALUE"),
        "YEAR": _("YEAR"),
        "YUAN": _("YUAN"),
        "YYYY-MM-DD": _("YYYY-MM-DD"),
    }


_OF_TYPES = {
    "str": "TEXT",
    "int": "INTEGER",
    "int range": "INTEGER",
    "list[int]": "INTEGER",
    "path": "FILE",
    "file": "FILE",
    "directory": "FOLDER",
    "bool": "",
}
"""What typer calls the types that commands have, and our word; no word for what is on or off."""


def type_words(param: Any, drawn: str | None) -> str:
    """Return what help says of a value's type, where typer would say `drawn`, such as <int>."""
    name = (drawn or "").strip("<>")
    if name in _OF_TYPES:
        # An argument is called by its placeholder: its type would be said twice.
        return "" if param.param_type_name == "argument" else in_words(_OF_TYPES[name])
    return name.removeprefix("list[").removesuffix("]")
