"""Two versions of a policy on the same claims, and on the same simulated years.

Both are settled by the engine. The simulated years of both are the same draws, so that their
difference carries no noise of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from mediaid.budget.forecast.book import shifted
from mediaid.budget.forecast.central import central
from mediaid.budget.forecast.forecast import (
    Report,
    provisional_of,
    quiet,
    refuse_no_benefits,
    refuse_policy,
    warnings_of,
)
from mediaid.budget.forecast.people import lay_out
from mediaid.budget.forecast.simulate import quantile, totals, widened
from mediaid.budget.forecast.tabulate import bench_of, levels_of, tabulate
from mediaid.engine.pieces import settle_in_pieces
from mediaid.engine.pools import sum_by
from mediaid.faults import MediaidError
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mediaid.budget.forecast.book import Book
    from mediaid.budget.forecast.terms import Terms
    from mediaid.claims.table import Claims
    from mediaid.engine.lines import Lines
    from mediaid.packs.model import Pack

    Ints = NDArray[np.int64]
    Mask = NDArray[np.bool_]

QUANTILES = (5, 50, 80, 95)
BANDS = (1, 100_00, 1_000_00, 10_000_00)
"""分 from which on a person's change counts into each band."""

Pair = tuple[int, int]
"""分, persons or years: before and after."""


@dataclass(frozen=True)
class Changed:
    """Persons whose aid goes one way, and by how much: `bands` counts them by size of change."""

    persons: int
    fen: int
    most: int
    bands: tuple[int, ...]


@dataclass(frozen=True)
class Ahead:
    """The year forecast under both versions: central 分, and quantiles of what the change costs."""

    before: int
    after: int
    difference: Mapping[int, int]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Comparison:
    """One year's claims under two versions of the policy. Amounts are 分."""

    year: int
    settled_in: int
    claims: int
    persons: int
    total: Pair
    benefits: Mapping[str, Pair]
    categories: Mapping[str, Pair]
    towns: Mapping[str, Pair]
    payers: Mapping[str, Pair]
    gain: Changed
    lose: Changed
    capped: Pair
    """Persons whose aid a cap cut, before and after."""
    newly_capped: int
    no_longer_capped: int
    ahead: Ahead | None
    provisional: tuple[str, ...]
    """Values beyond their confirmed period, or drafts, that either side rests on."""
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Both:
    """One year's claims, settled under two packs."""

    book: Book
    claims: Claims
    before: Lines
    after: Lines


def settle_both(book: Book, packs: tuple[Pack, Pack], year: int, policy_years: Pair) -> Both:
    """Settle one year's claims under two packs, as claims of each policy's year.

    Raises MediaidError where the year has no claims, ClaimError where a pack does not cover it.
    """
    for pack in packs:
        refuse_no_benefits(pack)
    its = book.take(np.flatnonzero(book.year == year))
    if not its.asked.any():
        raise MediaidError(_("the files hold no claims of {year}").format(year=year))
    for policy_year, pack in zip(policy_years, packs, strict=True):
        refuse_policy(its, policy_year, pack)
    claims = [
        replace(its.claims, date=shifted(its.claims.date, policy_year - year))
        for policy_year in policy_years
    ]
    before, after = (settle_in_pieces(*pair) for pair in zip(claims, packs, strict=True))
    return Both(its, claims[1], before, after)


def compare(
    book: Book,
    packs: tuple[Pack, Pack],
    year: int,
    policy_year: int,
    terms: Terms | None = None,
    report: Report = quiet,
) -> Comparison:
    """Settle one year's claims under two packs; with `terms`, forecast under both as well."""
    report(_("settling"), 0)
    both = settle_both(book, packs, year, (policy_year, policy_year))
    ahead = None if terms is None else _ahead(book, packs, terms, report)
    warnings = book.warnings if ahead is None else ahead.warnings
    return comparison(both, packs, year, policy_year, ahead, warnings)


def comparison(
    both: Both,
    packs: tuple[Pack, Pack],
    year: int,
    policy_year: int,
    ahead: Ahead | None = None,
    warnings: tuple[str, ...] = (),
) -> Comparison:
    """Return what two packs make of the same claims."""
    its, claims, before, after = both.book, both.claims, both.before, both.after
    _all, person = np.unique(claims.person, return_inverse=True)
    persons = len(_all)
    asked = its.asked
    aid = [sum_by(person[lines.claim], persons, lines.aid) for lines in (before, after)]
    cut = [_capped(lines, pack, person) for lines, pack in zip((before, after), packs, strict=True)]
    change = aid[1] - aid[0]
    category = claims.codes["category"].astype(np.int64)
    return Comparison(
        year=year,
        settled_in=policy_year,
        claims=int(asked.sum()),
        persons=len(np.unique(person[asked])),
        total=(int(aid[0].sum()), int(aid[1].sum())),
        benefits=_benefits(before, after),
        categories=_by(list(packs[0].codes["category"]), category, before, after),
        towns=_by(its.towns, its.town, before, after),
        payers={
            payer: tuple(
                int(lines.payers[payer].sum()) if payer in lines.payers else 0
                for lines in (before, after)
            )  # type: ignore[misc]
            for payer in dict.fromkeys([*before.payers, *after.payers])
        },
        gain=_changed(change[change > 0]),
        lose=_changed(-change[change < 0]),
        capped=(int(cut[0].sum()), int(cut[1].sum())),
        newly_capped=int((cut[1] & ~cut[0]).sum()),
        no_longer_capped=int((cut[0] & ~cut[1]).sum()),
        ahead=ahead,
        provisional=provisional_of(before, after),
        warnings=warnings,
    )


def _benefits(before: Lines, after: Lines) -> dict[str, Pair]:
    names = tuple(dict.fromkeys([*before.benefit_ids, *after.benefit_ids]))
    sums = []
    for lines in (before, after):
        own = np.array([names.index(name) for name in lines.benefit_ids] or [0], dtype=np.int64)
        its = lines.benefit >= 0
        sums.append(sum_by(own[lines.benefit[its]], len(names), lines.aid[its]))
    return {name: (int(sums[0][i]), int(sums[1][i])) for i, name in enumerate(names)}


def _by(names: Sequence[str], key: Ints, before: Lines, after: Lines) -> dict[str, Pair]:
    """Sums by something of the claims; names without any aid are left out."""
    one, two = (sum_by(key[lines.claim], len(names), lines.aid) for lines in (before, after))
    return {name: (int(one[i]), int(two[i])) for i, name in enumerate(names) if one[i] or two[i]}


def _capped(lines: Lines, pack: Pack, person: Ints) -> Mask:
    """Which persons' aid a cap cut."""
    caps = {
        step.name or step.verb
        for benefit in pack.benefits
        for step in benefit.steps
        if step.verb == "cap"
    }
    cuts = np.array([text in caps for text in lines.bound_by_texts])
    found = np.zeros(int(person.max()) + 1, dtype=np.bool_)
    found[person[lines.claim[cuts[lines.bound_by]]]] = True
    return found


def _changed(by: Ints) -> Changed:
    starts = np.searchsorted(np.sort(by), np.array(BANDS))
    bands = tuple(np.diff(np.append(starts, len(by))).tolist())
    return Changed(len(by), int(by.sum()), int(by.max(initial=0)), bands)


def _ahead(book: Book, packs: tuple[Pack, Pack], terms: Terms, report: Report) -> Ahead:
    visible = book.by(terms.cut_off)
    people = lay_out(visible, terms)
    levels = levels_of(widened(terms.price_sd, people.past))
    centre, drawn = [], []
    for at, pack in enumerate(packs):
        report(_("settling"), 0.1 + at * 0.45)
        bench = bench_of(visible, people, np.arange(people.rows), terms, pack)
        table, lines = tabulate(bench, levels)
        report(_("simulating"), 0.4 + at * 0.45)
        centre.append(central(visible, people, bench, lines).total)
        drawn.append(totals(people, levels, terms, table))
    ordered = np.sort(drawn[1] - drawn[0])
    return Ahead(
        centre[0],
        centre[1],
        {q: quantile(ordered, q / 100) for q in QUANTILES},
        warnings_of(book, visible, people, terms),
    )
