"""The persons of the forecast year, as they may turn out: claims in hand and claims to come.

What is yet to come is added to what is in hand, as Bornhuetter and Ferguson do, not scaled from it:
each person seen so far is laid out with several continuations, the rest of the year of persons who
had come as far in earlier years; persons not yet seen are those whom earlier years had yet to see.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from mediaid.budget.forecast.book import months_of, number_of, shifted
from mediaid.budget.forecast.development import gross, pattern_of, share_known
from mediaid.claims.cells import show_day
from mediaid.faults import MediaidError
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mediaid.budget.forecast.book import Book
    from mediaid.budget.forecast.terms import Terms

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

ENOUGH_DONORS = 20
"""Fewer persons alike than these are no measure: then all of the category, or all, serve."""
MANY = 3
"""Claims so far from which on persons count as alike."""


ROOM, FEWEST = 8_000_000, 2
"""Claims that may be laid out before persons have fewer courses, and how few that can be."""


@dataclass(frozen=True)
class Pool:
    """Rows `first` … `first + size` of which `rate` persons (expected) come in a year.

    `counted` is how many persons the rate was counted from.
    """

    first: int
    size: int
    rate: Fraction
    counted: int


@dataclass(frozen=True, eq=False)
class People:
    """Persons as they may turn out, one `row` each: claims `source` of the book in `start` order.

    Row i has the claims source[start[i]:start[i + 1]], each with `growth` on its amounts (1 for
    claims in hand) and `open` where prices may still move. The first `seen` × `ways` rows are the
    persons in hand, `ways` rows each; `pools` hold the others.
    """

    source: Ints
    start: Ints
    growth: Sequence[Fraction]
    """The growths that occur; `grown` numbers them, claim by claim."""
    grown: Ints
    seen: int
    ways: int
    donor: Ints
    """seen × ways: the person of an earlier year whose rest of the year it is; −1: nobody's."""
    donors: int
    pools: tuple[Pool, ...]
    past: int
    """Earlier years that were learnt from."""
    pattern: Floats
    warnings: tuple[str, ...]

    @property
    def rows(self) -> int:
        return len(self.start) - 1


@dataclass(frozen=True, eq=False)
class _Year:
    """One year's claims: which were seen by its cut-off, and how much of the rest is known."""

    year: int
    rows: Ints
    seen: NDArray[np.bool_]
    unknown: Fraction
    """What the unseen part is multiplied by for claims that are not known to this day."""


class _Rows:
    """Collects rows of claims with their growth."""

    def __init__(self) -> None:
        self.sources: list[Ints] = []
        self.grown: list[Ints] = []
        self.sizes: list[Ints] = []
        self.growth: dict[Fraction, int] = {Fraction(1): 0}

    @property
    def count(self) -> int:
        return sum(len(sizes) for sizes in self.sizes)

    def number(self, growth: Fraction) -> int:
        return self.growth.setdefault(growth, len(self.growth))

    def add(self, source: Ints, grown: Ints, sizes: Ints) -> None:
        self.sources.append(source)
        self.grown.append(grown)
        self.sizes.append(sizes)


@dataclass(frozen=True, eq=False)
class _ByHolder:
    """Claims of some rows gathered by holder: holder h has source[start[h]:start[h + 1]].

    `asked`: for how many of them aid is asked. Who has none is nobody's example and not laid out.
    """

    source: Ints
    start: Ints
    asked: Ints

    @staticmethod
    def of(book: Book, rows: Ints, holders: int) -> _ByHolder:
        holder = book.holder[rows]
        order = np.argsort(holder, kind="stable")
        sizes = np.bincount(holder, minlength=holders)
        asked = np.bincount(holder[book.asked[rows]], minlength=holders)
        return _ByHolder(rows[order], np.concatenate([[0], np.cumsum(sizes)]), asked)

    @property
    def sizes(self) -> Ints:
        return np.diff(self.start)

    def pick(self, holders: Ints) -> tuple[Ints, Ints]:
        """Return the claims of these holders, one after the other, and how many each has."""
        sizes = self.sizes[holders]
        at = np.repeat(self.start[holders] - (np.cumsum(sizes) - sizes), sizes)
        return self.source[at + np.arange(int(sizes.sum()))], sizes


def lay_out(book: Book, terms: Terms) -> People:
    """Lay out the persons of the forecast year from what was known at the cut-off.

    `book` holds that and nothing later. Raises MediaidError where there is nothing to learn from.
    """
    now = terms.cut_off.year
    holders = int(book.holder.max(initial=-1)) + 1
    last = number_of(terms.cut_off)
    month = _month(last)
    learnt = book.only_asked()
    pattern = pattern_of(learnt, month)
    year, asked = book.year, book.asked
    in_hand = np.flatnonzero(year == now)
    past = [
        _past(book, np.flatnonzero(year == its), its, terms, pattern)
        for its in book.years
        if its < now
    ]
    warnings = _warnings(learnt, past, terms)
    _refuse_nothing(learnt, past, terms)
    rng = np.random.default_rng(np.random.SeedSequence([terms.seed, 0]))
    rows = _Rows()
    mine = _ByHolder.of(book, in_hand, holders)
    persons = np.flatnonzero(mine.asked)
    donors = _donors(book, past, holders)
    room = max(FEWEST, ROOM // max(len(in_hand), 1))
    chosen = _choose(book, mine, persons, donors, min(terms.continuations, room), rng)
    ways = chosen.shape[1]
    current = terms.year == now
    ahead = terms.year - now
    own = rows.number(Fraction(1) if current else _compound(terms.price_growth, ahead))
    _add_seen(rows, mine, persons, donors, chosen, own, terms)
    pools = []
    weight = Fraction(1) if current else Fraction(1, len(past) + 1)
    if not current and len(persons):
        rate = len(persons) * _compound(terms.headcount_growth, ahead) * weight
        pools.append(Pool(0, len(persons) * ways, rate, len(persons)))
    for its in past:
        # Whom nobody had asked aid for by then is new, with all bills that use up the deductible.
        unseen = _ByHolder.of(book, its.rows[~its.seen | ~asked[its.rows]], holders)
        touched = np.zeros(holders, dtype=np.bool_)
        touched[book.holder[its.rows[its.seen & asked[its.rows]]]] = True
        new = np.flatnonzero((unseen.asked > 0) & ~touched)
        pools += _add_pool(rows, unseen, new, its, terms, weight / len(past))
        if not current:
            whole = _ByHolder.of(book, its.rows, holders)
            everyone = np.flatnonzero(whole.asked)
            pools += _add_pool(rows, whole, everyone, its, terms, weight)
    sizes = np.concatenate(rows.sizes)
    return People(
        np.concatenate(rows.sources),
        np.concatenate([[0], np.cumsum(sizes)]),
        tuple(rows.growth),
        np.concatenate(rows.grown),
        len(persons) if current else 0,
        ways,
        chosen if current else chosen[:0],
        len(donors.year),
        tuple(pool for pool in pools if pool.size),
        len(past),
        pattern,
        warnings,
    )


def _month(day: int) -> int:
    return int(months_of(np.array([day], dtype=np.int32))[0])


def _compound(rate: Fraction, years: int) -> Fraction:
    return (1 + rate) ** years


def _past(book: Book, rows: Ints, year: int, terms: Terms, pattern: Floats) -> _Year:
    """Split a past year at the day that the cut-off is in this one."""
    back = terms.cut_off.year - year
    last = number_of(terms.cut_off)
    cut = int(shifted(np.array([last], dtype=np.int32), -back)[0])
    seen = (book.claims.date[rows] <= cut) & (book.known[rows] <= cut)
    if not terms.late:
        seen |= book.claims.date[rows] <= cut
        return _Year(year, rows, seen, Fraction(1))
    unseen = rows[~seen & book.asked[rows]]
    month = months_of(book.claims.date[unseen])
    to_date = int(months_of(np.array([last], dtype=np.int32))[0]) - month
    by_then = share_known(pattern, to_date - 12 * back)
    now_known = share_known(pattern, to_date)
    amount = gross(book)[unseen].astype(np.float64)
    ratio = np.where(by_then < 1, (now_known - by_then) / np.maximum(1 - by_then, 1e-12), 1.0)
    whole = float((amount / np.clip(ratio, 0.05, 1.0)).sum())
    found = float(amount.sum())
    completed = Fraction(round(whole / found * 10**6), 10**6) if found else Fraction(1)
    return _Year(year, rows, seen, completed)


def _warnings(book: Book, past: Sequence[_Year], terms: Terms) -> tuple[str, ...]:
    found = []
    months = len(np.unique(months_of(book.claims.date)))
    if months < 12:
        found.append(
            _("only {months} months of claims: the pattern of late claims is weak").format(
                months=months
            )
        )
    last = int(book.claims.date.max()) if book.n else number_of(terms.cut_off)
    if _month(number_of(terms.cut_off)) - _month(last) > 1:
        found.append(
            _("the latest claim is of {day}, long before {cut_off}: are claims missing?").format(
                day=show_day(last), cut_off=terms.cut_off
            )
        )
    if bool((book.known == book.claims.date).all()) and terms.late:
        found.append(
            _("no claim became known after its own day (no settled_on?): no late claims expected")
        )
    if len(past) == 1:
        found.append(_("only one earlier year: how years differ cannot be seen"))
    return tuple(found)


def _refuse_nothing(book: Book, past: Sequence[_Year], terms: Terms) -> None:
    now = terms.cut_off.year
    if book.n == 0:
        raise MediaidError(_("no claim was known by {day}").format(day=terms.cut_off))
    if terms.year not in (now, now + 1):
        raise MediaidError(
            _("with claims until {day} the years {now} and {next} can be forecast").format(
                day=terms.cut_off, now=now, next=now + 1
            )
        )
    ended = (terms.cut_off.month, terms.cut_off.day) == (12, 31)
    if not past and not ended:
        raise MediaidError(
            _(
                "there is no earlier year to learn the rest of {year} from: give the claims of at "
                "least one more year"
            ).format(year=now)
        )


@dataclass(frozen=True, eq=False)
class _Donors:
    """Persons of earlier years who had been seen by the cut-off, and the rest of their year."""

    category: Ints
    claims: Ints
    source: Ints
    start: Ints
    year: Ints
    completed: tuple[tuple[int, Fraction], ...]


def _donors(book: Book, past: Sequence[_Year], holders: int) -> _Donors:
    category, count, sources, sizes, years = [], [], [], [], []
    for its in past:
        seen = _ByHolder.of(book, its.rows[its.seen], holders)
        rest = _ByHolder.of(book, its.rows[~its.seen], holders)
        persons = np.flatnonzero(seen.asked)
        source, size = rest.pick(persons)
        category.append(_category(book, seen, persons))
        count.append(np.minimum(seen.asked[persons], MANY))
        sources.append(source)
        sizes.append(size)
        years.append(np.full(len(persons), its.year, dtype=np.int64))
    empty = [np.zeros(0, dtype=np.int64)]
    return _Donors(
        np.concatenate(category or empty),
        np.concatenate(count or empty),
        np.concatenate(sources or empty),
        np.concatenate([[0], np.cumsum(np.concatenate(sizes or empty))]),
        np.concatenate(years or empty),
        tuple((its.year, its.unknown) for its in past),
    )


def _category(book: Book, its: _ByHolder, persons: Ints) -> Ints:
    """The category of each holder's latest claim."""
    rows = its.source
    holder = book.holder[rows]
    order = np.lexsort((book.rank[rows], book.claims.date[rows], holder))
    ends = its.start[persons + 1] - 1
    latest = rows[order][ends]
    return book.claims.codes["category"][latest].astype(np.int64)


def _choose(
    book: Book, mine: _ByHolder, persons: Ints, donors: _Donors, ways: int, rng: np.random.Generator
) -> Ints:
    """Return for each person the donors of its continuations; −1: nothing is to come.

    Within a kind every donor serves equally often, in random order, so that the average over the
    ways is that of the donors.
    """
    if len(persons) == 0 or len(donors.source) == 0:
        return np.full((len(persons), 1), -1, dtype=np.int64)
    category = _category(book, mine, persons)
    count = np.minimum(mine.asked[persons], MANY)
    chosen = np.empty((len(persons), ways), dtype=np.int64)
    for kind in np.unique(category * (MANY + 1) + count).tolist():
        its, claims = divmod(kind, MANY + 1)
        alike = np.flatnonzero((donors.category == its) & (donors.claims == claims))
        if len(alike) < ENOUGH_DONORS:
            alike = np.flatnonzero(donors.category == its)
        if len(alike) < ENOUGH_DONORS:
            alike = np.arange(len(donors.year))
        them = np.flatnonzero((category == its) & (count == claims))
        needed = len(them) * ways
        turns = [rng.permutation(alike) for _turn in range(-(-needed // len(alike)))]
        chosen[them] = np.concatenate(turns)[:needed].reshape(len(them), ways)
    return chosen


def _add_seen(
    rows: _Rows,
    mine: _ByHolder,
    persons: Ints,
    donors: _Donors,
    chosen: Ints,
    own: int,
    terms: Terms,
) -> None:
    """Lay out each person in hand, with each of its continuations behind its own claims."""
    ways = chosen.shape[1]
    numbers = {
        year: rows.number(_compound(terms.price_growth, terms.year - year) * unknown)
        for year, unknown in donors.completed
    }
    source, sizes = mine.pick(np.repeat(persons, ways))
    flat = chosen.ravel()
    if (flat < 0).all():
        rows.add(source, np.full(len(source), own, dtype=np.int64), sizes)
        return
    rest_sizes = np.diff(donors.start)[flat]
    at = np.repeat(donors.start[flat] - (np.cumsum(rest_sizes) - rest_sizes), rest_sizes)
    rest = donors.source[at + np.arange(int(rest_sizes.sum()))]
    year_number = np.array([numbers[year] for year in donors.year.tolist()], dtype=np.int64)
    rest_grown = np.repeat(year_number[flat], rest_sizes)
    row = np.concatenate(
        [np.repeat(np.arange(len(flat)), sizes), np.repeat(np.arange(len(flat)), rest_sizes)]
    )
    order = np.argsort(row, kind="stable")
    rows.add(
        np.concatenate([source, rest])[order],
        np.concatenate([np.full(len(source), own, dtype=np.int64), rest_grown])[order],
        sizes + rest_sizes,
    )


def _add_pool(
    rows: _Rows, its: _ByHolder, persons: Ints, year: _Year, terms: Terms, weight: Fraction
) -> list[Pool]:
    """Lay out persons of a past year who may come anew, and say how many are expected."""
    source, sizes = its.pick(persons)
    growth = _compound(terms.price_growth, terms.year - year.year) * year.unknown
    first = rows.count
    rows.add(source, np.full(len(source), rows.number(growth), dtype=np.int64), sizes)
    rate = len(persons) * _compound(terms.headcount_growth, terms.year - year.year) * weight
    return [Pool(first, len(persons), rate, len(persons))]
