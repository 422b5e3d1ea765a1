"""The claims that a forecast learns from: what happened, when it became known, and where."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from mediaid.claims.cells import EPOCH
from mediaid.claims.table import COUNTS, UNASKED, Claims, TextList
from mediaid.engine.checks import months_before
from mediaid.engine.order import groups
from mediaid.engine.pools import years
from mediaid.faults import ClaimError, Fault, visible
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mediaid.packs.model import Pack

    Ints = NDArray[np.int64]
    Days = NDArray[np.int32]
    Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Book:
    """Claims that count (reversed ones left out), each with the day on which it became known.

    `known` is days since 1970-01-01; where a file does not say it, the claim's own day. `town`
    numbers the entries of `towns`. `holder` numbers those whom caps and deductibles tie together:
    persons, or households where the pack counts by household. `rank` orders claim ids. Bills for
    which nobody asks aid stand among the claims, as `Claims.void` says: they use up deductibles.
    """

    claims: Claims
    known: Days
    town: Ints
    towns: tuple[str, ...]
    holder: Ints
    rank: Ints
    warnings: tuple[str, ...] = ()
    """What whoever reads a figure made from the book should know."""

    @property
    def n(self) -> int:
        return self.claims.n

    @property
    def year(self) -> Ints:
        """Each claim's calendar year."""
        return years(self.claims.date)

    @property
    def asked(self) -> Mask:
        """The claims for which aid is asked: those that are counted and learnt from."""
        void = self.claims.void
        return np.ones(self.n, dtype=np.bool_) if void is None else void == COUNTS

    @property
    def years(self) -> list[int]:
        """The calendar years in which aid is asked for, ascending."""
        return [int(its) for its in np.unique(self.year[self.asked])]

    def only_asked(self) -> Book:
        """Return the book without bills for which nobody asks aid."""
        return self if self.claims.void is None else self.take(np.flatnonzero(self.asked))

    def take(self, rows: Ints) -> Book:
        """Return some of the claims; holders keep their numbers."""
        return Book(
            self.claims.take(rows),
            self.known[rows],
            self.town[rows],
            self.towns,
            self.holder[rows],
            self.rank[rows],
        )

    def by(self, day: dt.date) -> Book:
        """Return the claims that had happened and were known on a day."""
        last = number_of(day)
        return self.take(np.flatnonzero((self.claims.date <= last) & (self.known <= last)))


class Ranked:
    """Ids that are numbers and ordered as such: of copies whose order is worked out once."""

    def __init__(self, rank: Ints) -> None:
        self._rank = rank

    def __len__(self) -> int:
        return len(self._rank)

    def __getitem__(self, row: int, /) -> str:
        return f"{int(self._rank[row]):012d}"

    def take(self, rows: Ints) -> list[str]:
        return [self[row] for row in rows.tolist()]

    def rank(self, rows: Ints) -> Ints:
        return self._rank[rows]


@dataclass(frozen=True, eq=False)
class Read:
    """One file's claims; `known` and `towns` (a name each claim) where the file has them."""

    name: str
    claims: Claims
    known: Days | None
    towns: Sequence[str] | None


def number_of(day: dt.date) -> int:
    """Return a day as days since 1970-01-01."""
    return (day - EPOCH).days


def months_of(days: Days) -> Ints:
    """Return the month of days since 1970-01-01, numbered from January 1970."""
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def shifted(days: Days, by: Ints | int) -> Days:
    """Move days by whole years; 29 February becomes the 28th where there is none."""
    return months_before(days, -12 * np.asarray(by, dtype=np.int64)).astype(np.int32)


def make_book(files: Sequence[Read], pack: Pack) -> Book:
    """Put files together, in an order of its own: that of files and rows makes no difference.

    Raises ClaimError for a claim id that stands in two of them.
    """
    joined = _joined(files)
    ranks = joined.claim_id.rank(np.arange(joined.n))
    order = np.argsort(ranks, kind="stable")
    claims = joined.take(order)
    claims = replace(
        claims, person=_by_appearance(claims.person), household=_by_appearance(claims.household)
    )
    texts = [
        town
        for file in files
        for town in (file.towns if file.towns is not None else [""] * file.claims.n)
    ]
    names = tuple(sorted(set(texts))) or ("",)
    at = {name: i for i, name in enumerate(names)}
    known = np.concatenate(
        [
            file.claims.date if file.known is None else np.maximum(file.known, file.claims.date)
            for file in files
        ]
    ).astype(np.int32)
    book = Book(
        claims,
        known[order],
        np.array([at[town] for town in texts], dtype=np.int64)[order],
        names,
        groups(claims, pack.by_household).astype(np.int64),
        np.arange(claims.n, dtype=np.int64),
    )
    if claims.void is None:
        return book
    kept = book.take(np.flatnonzero((claims.void == COUNTS) | (claims.void == UNASKED)))
    return kept if not kept.asked.all() else replace(kept, claims=replace(kept.claims, void=None))


def _by_appearance(numbers: Ints) -> Ints:
    """Number anew, from 0, in the order of first appearance."""
    _values, first, place = np.unique(numbers, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[place]


def _joined(files: Sequence[Read]) -> Claims:
    """One table of all files' claims, persons and households numbered anew by their ids."""
    if len(files) == 1:
        return files[0].claims
    tables = [file.claims for file in files]

    def texts(name: str) -> list[str]:
        found: list[str] = []
        for table in tables:
            column = getattr(table, name)
            found += [""] * table.n if column is None else column.take(np.arange(table.n))
        return found

    ids, persons = texts("claim_id"), texts("person_id")
    _refuse_repeated(files, ids)
    households, visits = texts("household_id"), texts("visit_id")
    void = None
    if any(table.void is not None for table in tables):
        void = np.concatenate(
            [np.full(t.n, COUNTS, dtype=np.int64) if t.void is None else t.void for t in tables]
        )
    own = [(None, person) for person in persons]
    return Claims(
        claim_id=TextList(ids),
        person_id=TextList(persons),
        date=np.concatenate([table.date for table in tables]),
        person=_numbered(persons),
        household=_numbered([(h,) if h else p for h, p in zip(households, own, strict=True)]),
        visit=_numbered(
            [(p, v) if v else i for i, (p, v) in enumerate(zip(persons, visits, strict=True))]
        ),
        codes={k: np.concatenate([t.codes[k] for t in tables]) for k in tables[0].codes},
        amounts={k: np.concatenate([t.amounts[k] for t in tables]) for k in tables[0].amounts},
        counts={k: np.concatenate([t.counts[k] for t in tables]) for k in tables[0].counts},
        dates={k: np.concatenate([t.dates[k] for t in tables]) for k in tables[0].dates},
        void=void,
        household_id=TextList(households),
        visit_id=TextList(visits),
    )


def _numbered(keys: Sequence[object]) -> Ints:
    numbers: dict[object, int] = {}
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.int64)


def _refuse_repeated(files: Sequence[Read], ids: Sequence[str]) -> None:
    owner: dict[str, int] = {}
    faults = []
    ends = np.cumsum([file.claims.n for file in files])
    for row, claim in enumerate(ids):
        file = int(np.searchsorted(ends, row, side="right"))
        first = owner.setdefault(claim, file)
        if first != file:
            faults.append(
                Fault(
                    files[file].name,
                    _("claim {claim} stands in {other} as well").format(
                        claim=visible(claim), other=files[first].name
                    ),
                )
            )
    if faults:
        raise ClaimError(faults[:20])


def book_digest(book: Book) -> str:
    """Return the SHA-256 of a book's content, by which the data of a figure are named."""
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
    if claims.void is not None:
        content.update(b"\0unasked\0" + np.flatnonzero(~book.asked).astype("<i8").tobytes())
    return content.hexdigest()
