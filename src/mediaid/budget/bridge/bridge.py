"""The bridge of each line of a budget: last year's budget, execution, need, this year's budget."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from mediaid.budget.bridge.steps import Change, Level, Step, steps_of
from mediaid.budget.funding.headcounts import published_headcounts
from mediaid.budget.funding.need import need_under
from mediaid.faults import MediaidError
from mediaid.i18n import gettext as _
from mediaid.packs.budget.funding import NoValueError, scheme_on
from mediaid.packs.show.names import figure_words

if TYPE_CHECKING:
    from mediaid.budget.bridge.given import LastLine, LastYear
    from mediaid.budget.forecast.forecast import Path
    from mediaid.budget.funding.headcounts import Place
    from mediaid.budget.funding.years import BudgetYear, FundingTable
    from mediaid.packs.budget.funding import Funding
    from mediaid.packs.budget.published import Line, Published
    from mediaid.packs.model import Pack


@dataclass(frozen=True)
class LineBridge:
    """One line's bridge; `code` is its function code, "" where it has none."""

    line: str
    code: str
    label: str
    note: str
    steps: tuple[Step, ...]

    @property
    def unexplained(self) -> int:
        """分 of all unexplained rests together, by size."""
        return sum(abs(step.fen or 0) for step in self.steps if step.kind == "unexplained")


def bridges(
    pack: Pack,
    need: BudgetYear,
    published_year: int,
    last: LastYear | None = None,
    path: Path | None = None,
) -> tuple[LineBridge, ...]:
    """Return the bridge of every line that the pack names, to the need of a year.

    `last`: the accounts of the year before; `path`: how the forecast of assistance comes about.
    The document's figures are those of `published_year`: this year's budget, or last year's. Raises
    MediaidError if the pack names no lines, or the accounts are not of the year before.
    """
    published = pack.published
    if published is None or not published.lines:
        raise MediaidError(_("pack {pack} names no lines of a budget").format(pack=pack.id))
    if last is not None and last.last_year != need.year - 1:
        raise MediaidError(
            _("the accounts are of {given}: those of {needed} are needed").format(
                given=last.last_year, needed=need.year - 1
            )
        )
    return tuple(
        LineBridge(
            name,
            line.code or "",
            str(line.label),
            "" if line.note is None else str(line.note),
            steps_of(list(_levels(pack, need, published_year, name, line, last, path))),
        )
        for name, line in published.lines.items()
    )


def _levels(
    pack: Pack,
    need: BudgetYear,
    published_year: int,
    name: str,
    line: Line,
    last: LastYear | None,
    path: Path | None,
) -> Iterator[Level]:
    assert pack.published is not None
    given = last.lines.get(name) if last else None
    source = (given.source or last.source) if last and given else ""
    yield _last_budget(pack.published, line, given, source, need.year - published_year)
    spent = given.fen("spent") if given else None
    yield Level("spent", spent, source if spent is not None else "", rest="spent-less-budget")
    tables = {table.funding.funding: table for table in need.fundings}
    if line.pays in tables:
        counts, whence = _last_headcounts(pack, tables[line.pays].funding, need.year, given, source)
        yield from _funding(pack, tables[line.pays], need.year, counts, whence)
    elif line.pays == "work-funds":
        total = sum(its.amount for its in need.work_funds)
        yield Level("work-funds", total, _("headcount × unit and lump sums, by the pack"))
    elif line.pays == "aid":
        yield from _aid(path)
    if need.year == published_year:
        figure = pack.published.all_figures[line.stated]
        yield Level("budget", _fen(figure.exact), figure.at)
        return
    yield Level("budget", None, "")


def _fen(exact: Fraction) -> int:
    return int(exact)


def _last_budget(
    published: Published, line: Line, given: LastLine | None, source: str, ahead: int
) -> Level:
    """`ahead`: by how many years the bridge's year is later than the document's."""
    stated = given.fen("budget") if given else None
    if stated is not None:
        return Level("last-budget", stated, source)
    figures = published.all_figures
    if ahead == 1:
        figure = figures[line.stated]
        return Level("last-budget", _fen(figure.exact), figure.at)
    if line.change is not None and ahead == 0:
        now, change = figures[line.stated], figures[line.change]
        return Level(
            "last-budget",
            _fen(now.exact - change.exact),
            _("{now} ({now_at}) less {change} {unit} ({change_at})").format(
                now=f"{now.value} {now.unit}",
                now_at=now.at,
                change=change.value,
                unit=change.unit,
                change_at=change.at,
            ),
        )
    return Level("last-budget", None, "")


def _last_headcounts(
    pack: Pack, funding: Funding, year: int, given: LastLine | None, source: str
) -> tuple[dict[str, int], str]:
    """Last year's headcounts by area as given, or else as published for it; and their source."""
    if given and given.headcounts:
        return dict(given.headcounts), source
    published = published_headcounts(pack.published, funding)
    if published is None or published[1] != year - 1:
        return {}, ""
    return _by_area(funding, published[0].counts), published[0].source


def _funding(
    pack: Pack, table: FundingTable, year: int, before: Mapping[str, int], source: str
) -> Iterator[Level]:
    """Last year's need of last year's headcounts; then headcount, then standard."""
    funding = table.funding
    counts = _by_area(funding, {(place, None): n for place, n in table.headcounts.items()})
    changes: tuple[Change, ...] = ()
    if before:
        start = _fiscal(funding, before, year - 1)
        if start is not None:
            more = _fiscal(funding, counts, year - 1)
            assert more is not None
            why = _("the standard of {year}, {cite}").format(
                year=year - 1, cite="; ".join(_cites(funding, year - 1))
            )
            heads = _("{before} → {now} persons, at the standard of {year}").format(
                before=f"{sum(before.values()):,}", now=f"{sum(counts.values()):,}", year=year - 1
            )
            standard = "; ".join(dict.fromkeys(cite.at for cite in table.citations))
            yield Level("last-need", start, f"{source}; {why}")
            changes = (
                Change("headcount", more - start, heads),
                Change("standard", table.fiscal() - more, standard),
            )
        else:
            yield Level(
                "last-need", None, _("the pack has no standard of {year}").format(year=year - 1)
            )
    else:
        yield Level("last-need", None, "")
    provisional = _("; provisional: {names}").format(names=figure_words(pack, table.provisional))
    yield Level(
        "need",
        table.fiscal(),
        _("headcounts: {source}").format(source=table.source)
        + (provisional if table.provisional else ""),
        changes,
    )


def _by_area(funding: Funding, heads: Mapping[tuple[Place, int | None], int]) -> dict[str, int]:
    counts = dict.fromkeys(funding.areas, 0)
    for (place, _year), count in heads.items():
        counts[place.area] += count
    return counts


def _fiscal(funding: Funding, counts: Mapping[str, int], year: int) -> int | None:
    """分 that all payers give for headcounts by a year's standard; None if the year has none."""
    on = dt.date(year, 1, 1)
    try:
        scheme = scheme_on(funding, on)
    except NoValueError:
        return None
    return need_under(funding, scheme, counts, on).fiscal


def _cites(funding: Funding, year: int) -> list[str]:
    found = scheme_on(funding, dt.date(year, 1, 1)).citations
    return list(dict.fromkeys(cite.at for cite in found))


def _aid(path: Path | None) -> Iterator[Level]:
    """From last year's aid to the forecast, by what moves it."""
    if path is None:
        yield Level("forecast", None, "")
        return
    how = (
        _("claims of {year} as known, settled under the policy of {policy}")
        if path.last_known
        else _("{year} as forecast from the same claims, under the policy of {policy}")
    ).format(year=path.last_year, policy=path.policy_before)
    changes = []
    if path.policy_before != path.policy:
        text = _("policy of {before} → {now}, on the same claims").format(
            before=path.policy_before, now=path.policy
        )
        changes.append(Change("policy", path.last_here - path.last, text))
    growth = _("as assumed for the forecast")
    changes += [
        Change("claims", path.flat - path.last_here, _("claims and persons, before any growth")),
        Change("prices", path.priced - path.flat, growth),
        Change("persons", path.central - path.priced, growth),
    ]
    yield Level("last-aid", path.last, how)
    yield Level(
        "forecast", path.central, _("forecast, central figure"), tuple(c for c in changes if c.fen)
    )
