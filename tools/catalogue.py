"""The Chinese message catalogue: `python tools/catalogue.py extract|update|compile|check …`.

extract  collect the messages of the code into build/mediaid.pot, to begin another language from
update   take new messages of the code into the .po and drop those that are gone
compile  write the .mo that the program reads
check    list whatever would reach a Chinese user untranslated or wrong; exit code 1 if anything

The files hold nothing that differs between two machines or two days: no dates, no line numbers.
"""

from __future__ import annotations

import argparse
import ast
import io
import string
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po, write_po

DOMAIN = "mediaid"
LOCALE = "zh_CN"
PACKAGE = Path("src", "mediaid")
PO = PACKAGE / "locale" / LOCALE / "LC_MESSAGES" / f"{DOMAIN}.po"
MO = PO.with_suffix(".mo")
POT = Path("build", f"{DOMAIN}.pot")

KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2)}
NOTE = "Translators:"
REMEDY = "run `make messages`"


class StableCatalog(Catalog):
    """A catalogue whose header names no date and no version of the tool that wrote it."""

    def __init__(self, locale: str | None = None) -> None:
        super().__init__(locale=locale, header_comment=f"# Messages of {DOMAIN}.", fuzzy=False)

    def __iter__(self) -> Iterator[Message]:
        """Yield the header, then the messages."""
        messages = super().__iter__()
        next(messages)
        lines = ["MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8"]
        lines.append("Content-Transfer-Encoding: 8bit")
        if self.locale is not None:
            lines += [f"Language: {self.locale}", f"Plural-Forms: {self.plural_forms}"]
        yield Message("", "\n".join(lines) + "\n")
        yield from messages


# --- the three forms of the messages --------------------------------------------------------------


def from_code(root: Path) -> StableCatalog:
    """Collect the messages of the package's modules, in the order of files and lines."""
    found = StableCatalog()
    for path in sorted((root / PACKAGE).rglob("*.py")):
        name = path.relative_to(root).as_posix()
        with path.open("rb") as file:
            for line, message, comments, _context in extract(
                "python", file, keywords=KEYWORDS, comment_tags=(NOTE,)
            ):
                found.add(message, locations=[(name, line)], auto_comments=comments)
    return found


def from_po(root: Path) -> StableCatalog:
    """Read the .po; a missing one is empty. PoFileError for what is no .po."""
    found = StableCatalog(LOCALE)
    if (root / PO).exists():
        with (root / PO).open("rb") as file:
            read = read_po(file, locale=LOCALE, abort_invalid=True)
        for message in read:
            if message.id:
                found[message.id] = message
        found.obsolete = read.obsolete
    return found


def po_text(catalogue: Catalog) -> bytes:
    """The .po of a catalogue, without those messages that the code has no more."""
    buffer = io.BytesIO()
    write_po(
        buffer,
        catalogue,
        width=100,
        sort_by_file=True,
        include_lineno=False,
        ignore_obsolete=True,
        include_previous=True,
    )
    return buffer.getvalue()


def mo_bytes(catalogue: Catalog) -> bytes:
    """The .mo of a catalogue; it leaves out what is untranslated or fuzzy."""
    buffer = io.BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


# --- check ----------------------------------------------------------------------------------------


def problems(root: Path) -> list[str]:
    """Everything wrong with the catalogue or the calls of gettext, as `file:line: what`."""
    code, po = from_code(root), from_po(root)
    found = [*_untranslatable(root), *_missing(code, po), *_bad_translations(code, po)]
    if not (root / MO).exists() or (root / MO).read_bytes() != mo_bytes(po):
        found.append((MO.as_posix(), 1, f"is not what {PO.name} compiles to: {REMEDY}"))
    return [f"{file}:{line}: {what}" for file, line, what in sorted(found)]


Problem = tuple[str, int, str]


def _missing(code: Catalog, po: Catalog) -> Iterator[Problem]:
    for message in _messages(code):
        there = po.get(message.id)
        if there is None or there.id != message.id:
            for file, line in message.locations:
                yield file, line, f"{_quoted(message)} is not in {PO.name}: {REMEDY}"


def _bad_translations(code: Catalog, po: Catalog) -> Iterator[Problem]:
    for message in [*_messages(po), *po.obsolete.values()]:
        what = ""
        if message.id not in code:
            what = f"is obsolete, no code has it: {REMEDY}"
        elif message.fuzzy:
            what = "is fuzzy: mend the translation and remove the mark"
        elif not all(_forms(message.string)):
            what = "is not translated"
        else:
            what = _other_placeholders(message)
        if what:
            yield PO.as_posix(), message.lineno or 1, f"{_quoted(message)} {what}"


def _other_placeholders(message: Message) -> str:
    """Say which {placeholders} the translation lacks or adds; empty when it has the same."""
    # Chinese has one form for all numbers: it stands for the plural, which has the number in it.
    wanted = placeholders(_forms(message.id)[-1])
    if wanted is None:
        return ""
    for form in _forms(message.string):
        got = placeholders(form)
        if got is None:
            return "has a translation with an unbalanced brace"
        if got != wanted:
            lacks, adds = sorted(wanted - got), sorted(got - wanted)
            return "has a translation " + " and ".join(
                f"{verb} {{{'}, {'.join(names)}}}"
                for verb, names in (("without", lacks), ("with the unknown", adds))
                if names
            )
    return ""


def placeholders(text: str) -> frozenset[str] | None:
    """The names in braces, `{}` by its position; None for what str.format does not understand."""
    try:
        names = [name for _text, name, _spec, _how in string.Formatter().parse(text)]
    except ValueError:
        return None
    fields = [name for name in names if name is not None]
    return frozenset(name or str(position) for position, name in enumerate(fields))


def _untranslatable(root: Path) -> Iterator[Problem]:
    """Find messages put together before gettext sees them, which no catalogue can hold.

    A plain variable passes: it may hold a message that is written elsewhere within `_()`.
    """
    for path in sorted((root / PACKAGE).rglob("*.py")):
        name = path.relative_to(root).as_posix()
        for node in ast.walk(ast.parse(path.read_bytes(), filename=str(path))):
            if isinstance(node, ast.Call) and (keyword := _keyword(node)):
                made = (ast.JoinedStr, ast.BinOp, ast.Call)
                if any(isinstance(it, made) for it in node.args[: len(KEYWORDS[keyword] or (1,))]):
                    said = f"{keyword}() of a text made at run time: write "
                    yield name, node.lineno, said + '_("… {name} …").format(name=…)'
            if isinstance(node, ast.JoinedStr) and any(map(_keyword, ast.walk(node))):
                yield name, node.lineno, "a message in an f-string is not collected: take it out"


def _keyword(node: ast.AST) -> str | None:
    """Which of the keywords a node calls."""
    called = node.func if isinstance(node, ast.Call) else None
    return called.id if isinstance(called, ast.Name) and called.id in KEYWORDS else None


def _messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def _forms(text: str | list[str] | tuple[str, ...] | None) -> list[str]:
    """The singular and the plural, or whatever there is; an empty text when nothing is."""
    return [text] if isinstance(text, str) else list(text or [""])


def _quoted(message: Message) -> str:
    return f'"{_forms(message.id)[0]}"'.replace("\n", "\\n")


# --- commands -------------------------------------------------------------------------------------


def _extract(root: Path) -> int:
    (root / POT).parent.mkdir(exist_ok=True)
    (root / POT).write_bytes(po_text(from_code(root)))
    return 0


def _update(root: Path) -> int:
    po = from_po(root)
    known = {message.id for message in _messages(po)}
    po.update(from_code(root))
    (root / PO).parent.mkdir(parents=True, exist_ok=True)
    (root / PO).write_bytes(po_text(po))
    new = sum(message.id not in known for message in _messages(po))
    print(f"{PO}: {len(po)} messages, {new} of them new, {len(po.obsolete)} dropped")
    for message in _messages(po):
        if message.fuzzy or not all(_forms(message.string)):
            print(f"to translate: {_quoted(message)}")
    return 0


def _compile(root: Path) -> int:
    (root / MO).write_bytes(mo_bytes(from_po(root)))
    return 0


def _check(root: Path) -> int:
    found = problems(root)
    for problem in found:
        print(problem)
    print(f"{PO}: {f'{len(found)} problems' if found else 'complete'}")
    return 1 if found else 0


COMMANDS = {"extract": _extract, "update": _update, "compile": _compile, "check": _check}


def main(arguments: list[str], root: Path) -> int:
    """Do the commands in the order given; stop at the first that fails."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", nargs="+", choices=list(COMMANDS))
    for command in parser.parse_args(arguments).command:
        try:
            if code := COMMANDS[command](root):
                return code
        except PoFileError as error:
            print(f"{PO}: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Path(__file__).resolve().parent.parent))
