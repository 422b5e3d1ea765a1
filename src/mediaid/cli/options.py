"""Options that several commands share: one name, one help text."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mediaid.i18n import gettext as _

DEFAULT_PACK = "shanghai-minhang"

PackOption = Annotated[
    str, typer.Option("--pack", metavar="ID|DIR", help=_("Id or folder of the rule pack."))
]
Readings = Annotated[
    list[str] | None,
    typer.Option(
        "--reading",
        metavar="ID=ALTERNATIVE",
        help=_("Another reading of an unclear clause; repeatable."),
        show_default=False,
    ),
]
Overlay = Annotated[
    Path | None,
    typer.Option(
        "--overlay", metavar="FILE", help=_("A file of changed values."), show_default=False
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help=_("Print JSON."))]


def print_json(data: object) -> None:
    """Print data as JSON that a person can read too."""
    import json  # noqa: PLC0415 - a command imports what it needs when it runs

    typer.echo(json.dumps(data, ensure_ascii=False, indent=2))
