"""Claims files for forecasts: claims, when each became known, and its town."""

# ruff: noqa: PLC0415 - a command imports what it needs when it runs: start-up stays fast
from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from mediaid.batch.source import Source
    from mediaid.batch.table import Table
    from mediaid.budget.forecast.book import Book, Read
    from mediaid.packs.model import Pack

KNOWN, TOWN = "settled_on", "area"
SHOWN = 20


def book_of(
    paths: Sequence[Path] | None, register: str, pack: Pack, ignore: Collection[str] = ()
) -> Book:
    """Read claims files, or else the claims of a register, into one book.

    Raises MediaidError unless exactly one of the two is given.
    """
    from mediaid.faults import MediaidError

    if bool(paths) == bool(register):
        raise MediaidError(_("give claims files, or --register for those of a register"))
    return register_book(register, pack) if register else read_book(paths or [], pack, ignore)


def register_book(where: str, pack: Pack) -> Book:
    """Read the claims of a register into a book, each known from the day its bill was recorded.

    Raises RegisterError where there is no such register, MediaidError where it has no claims.
    """
    from dataclasses import replace

    import numpy as np

    from mediaid.budget.forecast.book import Read, make_book, number_of
    from mediaid.claims.records import from_records
    from mediaid.cli.register.common import open_it
    from mediaid.faults import Fault, MediaidError, visible
    from mediaid.register.views.budget import claims_data

    with open_it(where) as opened, opened.read() as connection:
        found = claims_data(connection, pack)
    if not found.claims:
        raise MediaidError(Fault(visible(where), _("the register holds no bills of cases")))
    read = Read(
        visible(where),
        from_records(found.claims, pack),
        np.array([number_of(day) for day in found.known], dtype=np.int32),
        found.towns,
    )
    book = make_book([read], pack)
    if not found.without_case:
        return book
    left = _("{count} bills of the register belong to no case and are left out")
    return replace(book, warnings=(left.format(count=f"{found.without_case:,}"),))


def book_digest(book: Book) -> str:
    """Return the SHA-256 of a book's content, by which the data of a figure are named."""
    import hashlib

    import numpy as np

    content = hashlib.sha256()
    claims = book.claims
    for ids in (claims.claim_id, claims.person_id):
        for text in ids.take(np.arange(claims.n)):
            content.update(text.encode() + b"\0")
    columns = {**claims.codes, **claims.amounts, **claims.counts, **claims.dates}
    arrays = [("date", claims.date), ("known", book.known), ("town", book.town)]
    for name, column in [*arrays, *sorted(columns.items())]:
        content.update(name.encode() + b"\0" + np.asarray(column, dtype="<i8").tobytes())
    content.update("\0".join(book.towns).encode())
    return content.hexdigest()


def read_book(paths: Sequence[Path], pack: Pack, ignore: Collection[str] = ()) -> Book:
    """Read claims files into one book, without the columns to `ignore`.

    Raises ClaimError at the first bad file.
    """
    from mediaid.batch.formats import need_libraries
    from mediaid.budget.forecast.book import make_book

    need_libraries()
    return make_book([_read(path, pack, ignore) for path in paths], pack)


def _read(path: Path, pack: Pack, ignore: Collection[str]) -> Read:
    from mediaid.batch.run import refuse_no_claims
    from mediaid.batch.source import open_source
    from mediaid.batch.table import read_table
    from mediaid.budget.forecast.book import Read
    from mediaid.claims.fields import pack_fields
    from mediaid.faults import ClaimError

    source = open_source(path)
    found = _columns(source)
    own = pack_fields(pack)
    extra = [source.headings[at] for name, at in found.items() if name not in own]
    table = read_table(source, pack, [*extra, *ignore], any_day=True)
    refuse_no_claims(table)
    if table.problems.count:
        raise ClaimError(table.problems.faults(SHOWN))
    known, towns = _known(table, found, pack), _towns(table, found)
    return Read(source.name, table.claims(), known, towns)


def _columns(source: Source) -> dict[str, int]:
    """Where the two columns stand, by name or heading, whether the pack reads them or not."""
    from mediaid.claims.headings import key
    from mediaid.packs.fields import FIELDS

    found: dict[str, int] = {}
    for name in (KNOWN, TOWN):
        field = FIELDS[name]
        words = {key(word) for word in (name, field.label.zh, field.label.en, *field.aliases)}
        for at, heading in enumerate(source.headings):
            if key(heading) in words:
                found.setdefault(name, at)
    return found


def _known(table: Table, found: dict[str, int], pack: Pack) -> Any:
    """The days of settlement of the good rows; None if the file has no such column."""
    import numpy as np

    from mediaid.batch.cells import read_column
    from mediaid.batch.problems import Problem
    from mediaid.faults import ClaimError
    from mediaid.packs.fields import FIELDS

    if KNOWN not in found:
        return None
    at = found[KNOWN]
    column = read_column(table.source.load([at])[str(at)], FIELDS[KNOWN], pack)
    for rows, reason in column.refused:
        table.problems.add(Problem(rows, at, reason))
    missing = np.setdiff1d(column.blank, np.flatnonzero(table.empty))
    if len(missing):
        table.problems.add(Problem(missing, at, _("is missing: fill it in")))
    if table.problems.count:
        raise ClaimError(table.problems.faults(SHOWN))
    return column.values[table.good()]


def _towns(table: Table, found: dict[str, int]) -> list[str] | None:
    """The town of each good row as text; None if the file has no such column."""
    from mediaid.batch.cells import as_text

    if TOWN not in found:
        return None
    at = found[TOWN]
    cells = as_text(table.source.load([at])[str(at)]).fill_null("").to_list()
    return [cell.strip() for cell, good in zip(cells, table.good().tolist(), strict=True) if good]
