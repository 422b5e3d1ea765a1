"""A file's rows understood: their values, what is wrong with them, and the good claims."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from mediaid.batch.cells import MISSING, TYPES, Column, as_text, read_column
from mediaid.batch.checks import check_dates, check_repeated, check_reversals, check_rounded
from mediaid.batch.headings import match
from mediaid.batch.ids import PolarsText, numbered, repeated
from mediaid.batch.problems import WHOLE_ROW, Problem, Problems
from mediaid.claims.fields import pack_fields
from mediaid.claims.table import Claims
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from numpy.typing import NDArray

    from mediaid.batch.headings import Columns
    from mediaid.batch.source import Source
    from mediaid.claims.fields import Field
    from mediaid.packs.model import Pack

    Rows = NDArray[np.int64]
    Mask = NDArray[np.bool_]

WORKERS = 2
"""Threads for whole columns: more than two would wait for memory, not for processors."""


@dataclass
class Table:
    """The rows of a file. `empty` rows hold nothing at all: they are no claims."""

    source: Source
    pack: Pack
    columns: Columns
    size: int
    values: dict[str, Any]
    persons: Rows
    """Each row's person, numbered from 0."""
    problems: Problems
    empty: Mask
    void: Rows | None = None
    blank: dict[str, Rows] = field(default_factory=dict)
    left_out: tuple[tuple[Rows, str], ...] = ()
    """Rows that are no claims although they hold something, with the reason; they are `empty`."""
    notes: tuple[str, ...] = ()
    """What the reader of the file should know of it."""

    @property
    def count(self) -> int:
        """How many claims the file holds, good or bad."""
        return self.size - int(self.empty.sum())

    def good(self) -> Mask:
        """Which rows are claims without any fault."""
        return ~(self.problems.bad | self.empty)

    def claims(self) -> Claims:
        """The good rows as a claims table, in the order of the file."""
        good = self.good()
        rows = None if good.all() else np.flatnonzero(good)
        return _claims(self, rows)


def read_table(
    source: Source,
    pack: Pack,
    ignore: Collection[str] = (),
    *,
    whole: bool = True,
    any_day: bool = False,
) -> Table:
    """Read a file and find everything that is wrong with its rows.

    Of a part of a file (not `whole`) what takes all of it to know is left to the caller: holders'
    numbers, repeated ids, reversals. `any_day`: claims may lie on days for which the pack has no
    values, as those of past years that a forecast settles under a later policy.

    Raises ClaimError where the file as a whole cannot be read, for its headings say.
    """
    columns = match(source.headings, pack, source.name, ignore)
    frame = source.load(list(columns.positions.values()))

    def read(name: str) -> Column:
        return read_column(frame[str(columns.positions[name])], columns.fields[name], pack)

    def numbered_persons() -> tuple[Column, Rows]:
        column = read("person_id")
        none = np.empty(0, dtype=np.int64)
        return column, numbered(column.values) if whole else none

    def repeated_claims() -> tuple[Column, dict[str, list[int]]]:
        column = read("claim_id")
        return column, repeated(column.values) if whole else {}

    others = [name for name in columns.fields if name not in ("person_id", "claim_id")]
    with ThreadPoolExecutor(WORKERS) as pool:
        # The longest work first, so that no thread is left alone with it.
        persons, claims = pool.submit(numbered_persons), pool.submit(repeated_claims)
        found = dict(zip(others, pool.map(read, others), strict=True))
        found["person_id"], person = persons.result()
        found["claim_id"], repeats = claims.result()
    found = {name: found[name] for name in columns.fields}
    table = Table(
        source=source,
        pack=pack,
        columns=columns,
        size=frame.height,
        values={name: column.values for name, column in found.items()},
        persons=person,
        problems=Problems(source.name, source.headings, frame.height, source.first_row),
        empty=np.zeros(frame.height, dtype=np.bool_),
        blank={name: column.blank for name, column in found.items()},
    )
    table.empty[_empty_rows(table)] = True
    find_problems(table, found, repeats, whole=whole, any_day=any_day)
    return table


def find_problems(
    table: Table,
    found: Mapping[str, Column],
    repeats: Mapping[str, list[int]],
    *,
    whole: bool = True,
    any_day: bool = False,
) -> None:
    """Note everything that is wrong with a table's rows; its empty rows are known.

    Without reversals where it is not the whole of a file.
    """
    problems, at = table.problems, table.columns.positions
    for row, reason in table.source.broken.items():
        problems.add_row(row, WHOLE_ROW, reason)
    empty = np.flatnonzero(table.empty)
    for name, column in found.items():
        for rows, reason in column.refused:
            problems.add(Problem(rows, at[name], reason))
        if len(column.blank) and _required(table.columns.fields[name], table.pack):
            missing = np.setdiff1d(column.blank, empty)
            problems.add(Problem(missing, at[name], _("is missing: fill it in")))
    check_repeated(repeats, at["claim_id"], problems)
    check_rounded(table.values["person_id"], at["person_id"], problems)
    dating = table.pack.dating
    if not any_day:
        check_dates(table.values[dating], table.pack, at[dating], problems)
    if whole and "reverses" in at:
        table.void = check_reversals(
            table.values["claim_id"],
            table.values["person_id"],
            table.values["reverses"],
            at["reverses"],
            problems,
        )


def _required(field: Field, pack: Pack) -> bool:
    return field.required or field.name == pack.dating


def _empty_rows(table: Table) -> Rows:
    """Rows in which every cell is blank, those of ignored columns too."""
    rows = table.blank["claim_id"]
    for blank in table.blank.values():
        rows = np.intersect1d(rows, blank, assume_unique=True)
    rows = rows[[row not in table.source.broken for row in rows.tolist()]]
    if len(rows) and table.columns.ignored:
        for cells in table.source.load(table.columns.ignored).iter_columns():
            texts = as_text(cells.gather(rows)).fill_null("").str.strip_chars()
            rows = rows[(texts == "").to_numpy()]
    return rows


def _claims(table: Table, rows: Rows | None) -> Claims:
    fields = pack_fields(table.pack)
    size = table.size if rows is None else len(rows)

    def column(field: Field) -> Any:
        values = table.values.get(field.name)
        if values is None:
            return np.full(size, MISSING[field.kind], dtype=TYPES[field.kind])
        return values if rows is None else values[rows]

    def of_kind(kind: str) -> dict[str, Any]:
        return {name: column(field) for name, field in fields.items() if field.kind == kind}

    def texts(name: str) -> pl.Series | None:
        cells = table.values.get(name)
        return cells if cells is None or rows is None else cells.gather(rows)

    dates = of_kind("date")
    claim_ids, person_ids = table.values["claim_id"], table.values["person_id"]
    if rows is not None:
        claim_ids, person_ids = claim_ids.gather(rows), person_ids.gather(rows)
    person = table.persons if rows is None else _dense(table.persons[rows])
    household_ids, visit_ids = texts("household_id"), texts("visit_id")
    return Claims(
        claim_id=PolarsText(claim_ids),
        person_id=PolarsText(person_ids),
        date=dates[table.pack.dating],
        person=person,
        household=_households(household_ids, person),
        visit=_visits(visit_ids, person),
        codes=of_kind("code"),
        amounts=of_kind("money"),
        counts=of_kind("count"),
        dates=dates,
        void=_void(table.void, rows),
        household_id=None if household_ids is None else PolarsText(household_ids),
        visit_id=None if visit_ids is None else PolarsText(visit_ids),
    )


def _void(void: Rows | None, rows: Rows | None) -> Rows | None:
    return void if void is None or rows is None else void[rows]


def _households(texts: pl.Series | None, person: Rows) -> Rows:
    """Households numbered; a person's claims without one form a household of their own."""
    if texts is None:
        return person
    return _dense(np.where((texts == "").to_numpy(), person, len(person) + numbered(texts)))


def _visits(texts: pl.Series | None, person: Rows) -> Rows:
    """Visits numbered, each person's apart; a claim without one is a visit of its own."""
    own = np.arange(len(person), dtype=np.int64)
    if texts is None:
        return own
    given = (person + 1) * len(person) + numbered(texts)
    return _dense(np.where((texts == "").to_numpy(), own, given))


def _dense(numbers: Rows) -> Rows:
    """The numbers without the gaps between them."""
    most = int(numbers.max(initial=0))
    if most > 4 * len(numbers):
        _values, places = np.unique(numbers, return_inverse=True)
        return places.astype(np.int64, copy=False)
    taken = np.zeros(most + 1, dtype=np.int64)
    taken[numbers] = 1
    return (np.cumsum(taken) - 1)[numbers]
