"""The command line: `mediaid COMMAND …`. Commands import what they need when they run."""

from __future__ import annotations

import gc
import os
import sys
from typing import Annotated, cast

import typer

from mediaid import __version__
from mediaid.cli.help import install as install_help
from mediaid.faults import Fault, MediaidError, visible_line, visible_path, why_not
from mediaid.i18n import LANGS, choose
from mediaid.i18n import gettext as _

REFUSED = 2
INTERRUPTED = 130


def run() -> None:
    """Run the command line; bad input ends with exit code 2 and a message, never a traceback.

    A command lives for a moment and leaves no cycles behind: looking for them, and taking the
    interpreter and its arrays apart at the end, would only keep the user waiting.
    """
    gc.disable()
    code = main(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:  # whoever read the output has seen enough
            pass
        except OSError:
            code = code or 1
    os._exit(code)


def main(arguments: list[str]) -> int:
    """Run one command and return its exit code."""
    _speak_utf8()
    try:
        rest = _take_language(arguments)
        if rest == ["--version"]:
            typer.echo(f"mediaid {__version__}")
            return 0
        register = _desk_of(rest)
        if register is not None:
            given = len(arguments) > len(rest) or "MEDIAID_LANG" in os.environ
            return _open_desk(language_given=given, register=register)
        return _invoke(rest)
    except MediaidError as error:
        _complain(str(error))
        return REFUSED
    except KeyboardInterrupt:
        print(_("interrupted"), file=sys.stderr)  # noqa: T201
        return INTERRUPTED
    except BrokenPipeError:
        return 0
    except OSError as error:
        # What no command expected: a name too long for the system, a folder that went away.
        name = "" if error.filename is None else visible_path(error.filename)
        _complain(str(Fault(name, why_not(error))))
        return REFUSED


def _complain(said: str) -> None:
    for line in said.split("\n"):
        print(visible_line(line), file=sys.stderr)  # noqa: T201


def _desk_of(arguments: list[str]) -> str | None:
    """Return the register that the interface is to open with, "" for the usual one; None where
    there is a command."""
    if not arguments:
        return ""
    name, equals, value = arguments[0].partition("=")
    if name != "--register" or len(arguments) > (1 if equals else 2):
        return None
    value = value if equals else (arguments[1:] or [""])[0]
    if not value:
        raise MediaidError(Fault("--register", _("name a file or postgresql://…")))
    return value


def _open_desk(*, language_given: bool, register: str) -> int:
    """`mediaid` alone opens the terminal interface, where there is a terminal."""
    from mediaid.tui.launch import can_open, launch  # noqa: PLC0415 - commands do without it

    if not can_open():
        raise MediaidError(
            _("there is no terminal to open the interface on; for commands see mediaid --help")
        )
    gc.enable()
    return launch(language_given=language_given, register=register)


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
    # pydantic would look through all installed packages for plugins: a quarter of the start-up.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    command = arguments[0] if arguments and arguments[0] in COMMANDS else None
    try:
        result = build(command)(args=arguments, prog_name="mediaid", standalone_mode=False)
    except typer.Exit as ended:
        return ended.exit_code
    except typer.Abort:
        raise KeyboardInterrupt from None
    except _USAGE_ERROR as error:
        from mediaid.cli.usage import usage_words  # noqa: PLC0415 - only for a wrong command line

        raise MediaidError(Fault("", usage_words(error))) from None
    return int(result or 0)


_USAGE_ERROR = cast("type[Exception]", typer.BadParameter.__mro__[1])
"""What typer raises for a command line that cannot be read."""


COMMANDS = ("calc", "batch", "budget", "mapping", "register", "rules", "scenarios")


def build(only: str | None = None) -> typer.Typer:
    """Return the application in the chosen language, with all its commands or only one."""
    install_help()
    app = typer.Typer(
        help=_("Medical assistance: who gets how much, and why.")
        + "\n\n"
        + _("Alone, or with --register FILE, mediaid opens the terminal interface."),
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

    for name in COMMANDS if only is None else (only,):
        _add(app, name)
    return app


def _add(app: typer.Typer, name: str) -> None:
    """Add a command; only those that are needed are imported."""
    if name == "calc":
        from mediaid.cli.calc import calc  # noqa: PLC0415

        app.command(name, help=_("Settle one claim and explain it."))(calc)
    elif name == "batch":
        from mediaid.cli.batch import batch  # noqa: PLC0415

        app.command(name, help=_("Settle a file of claims."))(batch)
    elif name == "mapping":
        from mediaid.cli import mapping  # noqa: PLC0415

        app.add_typer(
            mapping.app,
            name=name,
            help=_("Settlement records and ledgers: which column is what."),
        )
    elif name == "budget":
        from mediaid.cli import budget  # noqa: PLC0415

        app.add_typer(
            budget.app, name=name, help=_("What a year needs, and whether its figures hold.")
        )
    elif name == "register":
        from mediaid.cli import register  # noqa: PLC0415

        app.add_typer(register.app, name=name, help=_("The case register."))
    elif name == "rules":
        from mediaid.cli import rules  # noqa: PLC0415

        app.add_typer(rules.app, name=name, help=_("Look at rule packs and check them."))
    else:
        from mediaid.cli import scenarios  # noqa: PLC0415

        app.add_typer(scenarios.app, name=name, help=_("Run worked examples of a policy."))


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"mediaid {__version__}")
        raise typer.Exit
