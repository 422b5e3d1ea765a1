"""Who is in which category from when to when: the roster of civil affairs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from mediaid.batch.cells import Column
from mediaid.batch.mapped.cells import read_days, read_each, read_numbers, rows_where, texts
from mediaid.batch.mapped.head import fit_of, open_found, place
from mediaid.batch.problems import Problem, Problems
from mediaid.claims.cells import parse_code
from mediaid.claims.table import NO_DATE
from mediaid.faults import ClaimError, Fault, visible_path
from mediaid.i18n import gettext as _
from mediaid.people.documents import KINDS, RESIDENT
from mediaid.people.identity import MARKS

if TYPE_CHECKING:
    from collections.abc import Mapping as Map
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from mediaid.packs.model import Pack

    Rows = NDArray[np.int64]
    Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class _Wanted:
    """The columns of a roster and their headings; whatever else stands in it is not read."""

    columns: Map[str, Sequence[str]]
    optional: tuple[str, ...] = ("from", "to")
    ignore: tuple[str, ...] = ()


COLUMNS = {
    "person_id": ["人员编号", "证件号码", "身份证号", "身份证号码", "公民身份号码"],
    "category": ["救助类别", "救助身份", "救助对象类别", "身份类别"],
    "from": ["开始日期", "起始日期", "认定日期"],
    "to": ["结束日期", "截止日期", "终止日期", "退出日期"],
}
"""Without `from` a period has always been, without `to` it goes on."""

_SHOWN = 20
_FIRST, _LAST = int(NO_DATE) + 1, 2**31 - 1


@dataclass(frozen=True, eq=False)
class Roster:
    """Periods by person, sorted by their first day; no two of a person overlap."""

    periods: pl.DataFrame
    name: str

    def look_up(
        self,
        persons: pl.Series,
        days: NDArray[np.int32],
        wanted: Mask,
        otherwise: int | None,
    ) -> tuple[Column, int]:
        """The category (as position) of each person on each day, and how many wanted rows have
        none: those get `otherwise`, or are refused where it is None.

        Other rows (refunds, which are paid nothing) get the last category the person had.
        """
        rows = pl.DataFrame(
            {"row": np.arange(len(days)), "person": persons, "day": days.astype(np.int64)}
        ).sort("day")
        joined = rows.join_asof(
            self.periods,
            left_on="day",
            right_on="from",
            by="person",
            strategy="backward",
            check_sortedness=False,
        ).sort("row")
        within = (joined["day"] <= joined["to"]).fill_null(False)
        values = joined["category"].fill_null(0).to_numpy().astype(np.int16)
        absent = wanted & ~within.to_numpy() & (days != NO_DATE) & (persons != "").to_numpy()
        column = Column(values, np.empty(0, dtype=np.int64))
        if otherwise is not None:
            values[~within.to_numpy()] = otherwise
        else:
            message = _("is not on the roster {roster} on the day of the claim: add the person")
            rows_absent = np.flatnonzero(absent)
            if len(rows_absent):
                column.refused = [(rows_absent, message.format(roster=self.name))]
        return column, int(absent.sum())


def read_roster(path: Path, pack: Pack, words: Map[str, str] | None = None) -> Roster:
    """Read a roster; `words` says what the mapping's words for categories mean.

    Raises ClaimError with the first faults.
    """
    fit, _above = fit_of(path, _Wanted(COLUMNS))
    if fit.missing:
        wanted = "; ".join("、".join([name, *COLUMNS[name]]) for name in fit.missing)
        message = _("a roster needs these columns, under one of their headings: {columns}")
        raise ClaimError(Fault(place(path, fit), message.format(columns=wanted)))
    source = open_found(path, fit)
    frame = source.load(sorted(fit.positions.values()))
    cells = {name: texts(frame[str(at)]) for name, at in fit.positions.items()}
    problems = Problems(source.name, source.headings, frame.height, source.first_row)
    empty = np.ones(frame.height, dtype=np.bool_)
    for column in cells.values():
        empty &= (column == "").to_numpy()
    problems.skipped = empty
    codes = pack.codes["category"]
    meanings = dict(words or {})
    category = read_each(
        cells["category"], lambda text: parse_code(meanings.get(text, text), codes), -1
    )
    person = read_numbers(cells["person_id"], _kinds(cells["person_id"]), list(KINDS))
    for name, its in (("category", category.refused), ("person_id", person.refused)):
        for rows, reason in its:
            problems.add(Problem(rows, fit.positions[name], reason))
        blank = rows_where(cells[name] == "")
        problems.add(Problem(blank, fit.positions[name], _("is missing: fill it in")))
    dates = {
        name: _dates(cells, fit.positions, name, default, frame.height, problems)
        for name, default in (("from", _FIRST), ("to", _LAST))
    }
    periods = pl.DataFrame(
        {
            "row": np.arange(frame.height),
            "person": person.values,
            "category": category.array(np.int64),
            **dates,
        }
    ).filter(pl.Series(~problems.bad & ~empty))
    periods = periods.sort("person", "from")
    _overlaps(periods, fit.positions["person_id"], problems)
    faults = problems.faults(_SHOWN)
    if faults:
        raise ClaimError(faults)
    if periods.is_empty():
        raise ClaimError(
            Fault(visible_path(path), _("names nobody: below the headings all is empty"))
        )
    return Roster(periods.sort("from").drop("row"), source.name)


def _kinds(persons: pl.Series) -> Rows:
    """A roster says no kinds: what has not the 18 characters of a resident number is another."""
    looks = persons.str.replace_all(MARKS, "").str.contains("^[0-9]{15,17}[0-9Xx]?$|[Ee][+]")
    kinds = np.full(len(persons), list(KINDS).index(RESIDENT), dtype=np.int64)
    kinds[~looks.to_numpy()] = list(KINDS).index("other")
    return kinds


def _dates(
    cells: Map[str, pl.Series],
    at: Map[str, int],
    name: str,
    default: int,
    size: int,
    problems: Problems,
) -> Rows:
    if name not in cells:
        return np.full(size, default, dtype=np.int64)
    column = read_days(cells[name])
    for rows, reason in column.refused:
        problems.add(Problem(rows, at[name], reason))
    days: Rows = column.values.astype(np.int64)
    days[column.blank] = default
    return days


def _overlaps(periods: pl.DataFrame, at: int, problems: Problems) -> None:
    """Refuse periods that end before they begin, and two of one person that overlap."""
    begin, end = periods["from"].to_numpy(), periods["to"].to_numpy()
    rows = periods["row"].to_numpy()
    for backwards in np.flatnonzero(end < begin).tolist():
        problems.add_row(int(rows[backwards]), at, _("the period ends before it begins"))
    same = (periods["person"] == periods["person"].shift(1)).fill_null(False).to_numpy()
    for at_place in np.flatnonzero(same & (begin <= np.roll(end, 1))).tolist():
        before = int(rows[at_place - 1]) + problems.first_row
        message = _(
            "overlaps the period of the same person in row {row}: end that one before this begins"
        )
        problems.add_row(int(rows[at_place]), at, message.format(row=before))
