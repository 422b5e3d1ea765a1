"""The command line: `mediaid COMMAND …`. Commands import what they need when they run."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from mediaid import __version__
from mediaid.faults import Fault, MediaidError
from mediaid.i18n import LANGS, choose
from mediaid.i18n import gettext as _

REFUSED = 2
INTERRUPTED = 130


def run() -> None:
    """Run the command line; bad input ends with exit code 2 and a message, never a traceback."""
    sys.exit(main(sys.argv[1:]))


def main(arguments: list[str]) -> int:
    """Run one command and return its exit code."""
    _speak_utf8()
    try:
        rest = _take_language(arguments)
        return _invoke(rest)
    except MediaidError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return REFUSED
    except KeyboardInterrupt:
        print(_("interrupted"), file=sys.stderr)  # noqa: T201
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        return 0


def _speak_utf8() -> None:
    """Chinese output must not fail where the terminal's locale is C."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


def _take_language(arguments: list[str]) -> list[str]:
    """Choose the language from --lang, wherever it stands, and return the other arguments.

    Help texts are put into words while the commands are defined, so the language comes first.
    """
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        if word == "--":
            return [*rest, word, *words]
        name, equals, value = word.partition("=")
        if name != "--lang":
            rest.append(word)
            continue
        value = value if equals else next(words, "")
        if value not in LANGS:
            raise MediaidError(Fault("--lang", _("choose zh or en")))
        choose("zh" if value == "zh" else "en")
    return rest


def _invoke(arguments: list[str]) -> int:
    result = build()(args=arguments, prog_name="mediaid", standalone_mode=True)
    return int(result or 0)


def build() -> typer.Typer:
    """Return the application with all its commands, in the chosen language."""
    from mediaid.cli import batch, calc, rules, scenarios  # noqa: PLC0415

    app = typer.Typer(
        help=_("Medical assistance: who gets how much, and why."),
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    @app.callback()
    def options(
        version: Annotated[
            bool,
            typer.Option(
                "--version", callback=_show_version, is_eager=True, help=_("Show the version.")
            ),
        ] = False,
        lang: Annotated[
            str,
            typer.Option(
                "--lang", metavar="zh|en", help=_("Language of messages; may stand anywhere.")
            ),
        ] = "zh",
    ) -> None:
        pass

    app.command("calc", help=_("Settle one claim and explain it."))(calc.calc)
    app.command("batch", help=_("Settle a file of claims."))(batch.batch)
    app.add_typer(rules.app, name="rules", help=_("Look at rule packs and check them."))
    app.add_typer(scenarios.app, name="scenarios", help=_("Run worked examples of a policy."))
    return app


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"mediaid {__version__}")
        raise typer.Exit
