"""A pack compiled for the kernel: tables of int64 by period and code, conditions, steps.

Periods: all days on which any value of the pack changes cut the calendar into epochs; within one
epoch every parameter has one value per code.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import product
from math import lcm
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from mediaid.claims.cells import EPOCH
from mediaid.money import format_percent
from mediaid.packs.checks.uses import Use, allowed, uses
from mediaid.packs.schema.rules import Benefit, Dated, Parameter, Step
from mediaid.packs.schema.values import (
    ShareOf,
    Values,
    in_force,
    known_codes,
    parse_value,
    share_amount,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mediaid.faults import Location
    from mediaid.packs.model import Pack


T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Table:
    """One parameter: `cells` hold its values by epoch and by the codes of `fields`, flat.

    yuan: 分; percent: numerators over `denominator`; count: numbers. For codes, bands and shares
    the cells number the entries of `entries`. A cell without a value holds 0 and is never read; of
    codes it names none, since pools look at claims from before their benefit began.
    """

    name: str
    parameter: Parameter
    fields: tuple[str, ...]
    sizes: tuple[int, ...]
    cells: NDArray[np.int64]
    denominator: int
    entries: tuple[Any, ...]
    values: tuple[Values | None, ...]
    dated: tuple[Dated | None, ...]
    provisional: tuple[bool, ...]
    """By epoch: carried beyond its confirmed period, or a draft."""
    shares_of: tuple[str, ...]
    """The tables that its values are shares of."""

    @cached_property
    def rate_texts(self) -> list[str]:
        """The rates of the cells as text."""
        return [format_percent(self.exact(cell)) for cell in range(len(self.cells))]

    def exact(self, cell: int) -> Fraction:
        """Return a rate as the exact ratio of a cell."""
        return Fraction(int(self.cells[cell]), self.denominator)


@dataclass(frozen=True, eq=False)
class Plan:
    """A compiled pack. `starts` are the first days (since 1970-01-01) of the epochs."""

    pack: Pack
    starts: NDArray[np.int32]
    tables: Mapping[str, Table]
    missing: tuple[tuple[str, ...], ...]
    """By epoch: parameters without a value that a benefit in force then would need."""
    begins: Mapping[str, int]
    """The first epoch in which each benefit has any value of its own."""
    order: Mapping[str, int]
    memo: dict[Any, Any] = field(default_factory=dict)

    def once(self, key: Any, work_out: Callable[[], T]) -> T:
        """Return what `work_out` gives, worked out once for this plan."""
        try:
            found: T = self.memo[key]
        except KeyError:
            found = self.memo[key] = work_out()
        return found

    def table(self, benefit: Benefit, name: str) -> Table:
        """Return the table of a parameter as a benefit names it."""
        return self.tables[self.pack.parameter(benefit, name)[0]]

    def epochs(self, days: NDArray[np.int32]) -> NDArray[np.intp]:
        """Return each day's epoch; −1 before the first."""
        return self.starts.searchsorted(days, side="right") - 1

    @cached_property
    def lacking(self) -> NDArray[np.bool_]:
        """By epoch: whether a value is missing; the last entry, −1, is before the first epoch."""
        return np.array([*(bool(names) for names in self.missing), bool(self.tables)])

    @cached_property
    def any_provisional(self) -> NDArray[np.bool_]:
        """By epoch: whether any value is provisional."""
        flags = np.zeros(len(self.starts), dtype=np.bool_)
        for table in self.tables.values():
            flags |= np.array(table.provisional, dtype=np.bool_)
        return flags


_plans: dict[tuple[str, tuple[tuple[str, str], ...]], Plan] = {}
_MOST_PLANS = 64


def plan_of(pack: Pack) -> Plan:
    """Return the compiled form of a pack, kept by its hash and the readings it names."""
    key = (pack.hash, tuple(pack.readings.items()))
    plan = _plans.get(key)
    if plan is None:
        if len(_plans) >= _MOST_PLANS:
            _plans.clear()
        plan = _plans[key] = _compile(pack)
    return plan


def _day(day: dt.date) -> int:
    return (day - EPOCH).days


def _compile(pack: Pack) -> Plan:
    used = uses(pack.model)
    named: dict[str, tuple[Parameter, list[Use]]] = {}
    for location, its_uses in used.items():
        name, parameter = _named(pack, location)
        named[name] = (parameter, its_uses)
    starts = _starts([parameter for parameter, _u in named.values()])
    tables: dict[str, Table] = {}
    # Shares of other parameters need those first; they have single values, so two rounds do.
    for name in sorted(named, key=lambda n: _is_share(named[n][0])):
        parameter, its_uses = named[name]
        tables[name] = _table(pack, name, parameter, its_uses, starts, tables)
    begins = {benefit.benefit: _begin(benefit, tables) for benefit in pack.benefits}
    needed_by = {name: {use.benefit.benefit for use in its} for name, (_p, its) in named.items()}
    missing = tuple(_missing(epoch, tables, begins, needed_by) for epoch in range(len(starts)))
    return Plan(
        pack,
        np.array([_day(s) for s in starts], dtype=np.int32),
        tables,
        missing,
        begins,
        {b.benefit: i for i, b in enumerate(pack.benefits)},
    )


def _begin(benefit: Benefit, tables: Mapping[str, Table]) -> int:
    """Return the first epoch in which any of a benefit's own parameters has a value."""
    own = [tables[f"{benefit.benefit}/{name}"] for name in benefit.parameters]
    return min(
        (epoch for table in own for epoch, its in enumerate(table.values) if its is not None),
        default=0,
    )


def _missing(
    epoch: int,
    tables: Mapping[str, Table],
    begins: Mapping[str, int],
    needed_by: Mapping[str, set[str]],
) -> tuple[str, ...]:
    """Return the parameters without a value that are needed in an epoch.

    A benefit that begins later needs none yet; before any has begun, all are missing.
    """
    in_force = {name for name, begin in begins.items() if begin <= epoch} or set(begins)
    return tuple(
        name
        for name, table in tables.items()
        if table.values[epoch] is None and needed_by[name] & in_force
    )


def _named(pack: Pack, location: Location) -> tuple[str, Parameter]:
    name = str(location[-1])
    if location[0] == "pack":
        return f"shared/{name}", pack.model.pack.shared.parameters[name]
    benefit = pack.model.benefits[str(location[1])]
    return f"{benefit.benefit}/{name}", benefit.parameters[name]


def _starts(parameters: Sequence[Parameter]) -> list[dt.date]:
    cuts = set()
    for parameter in parameters:
        for dated in parameter.values:
            cuts.add(dated.from_)
            if dated.to is not None and dated.to < dt.date.max:
                cuts.add(dated.to + dt.timedelta(days=1))
    return sorted(cuts)


def _is_share(parameter: Parameter) -> bool:
    return any("share" in str(dated.value) for dated in parameter.values)


def _table(
    pack: Pack,
    name: str,
    parameter: Parameter,
    its_uses: Sequence[Use],
    starts: Sequence[dt.date],
    done: Mapping[str, Table],
) -> Table:
    known = known_codes(parameter, pack.codes)
    needed = [allowed(pack.model, its_uses, by) for by in parameter.by]
    dated: list[Dated | None] = []
    provisional: list[bool] = []
    values: list[Values | None] = []
    shares_of: dict[str, None] = {}
    for epoch, start in enumerate(starts):
        found = in_force(parameter.values, start)
        dated.append(found[0] if found else None)
        provisional.append(found is not None and found[1])
        if found is None:
            values.append(None)
            continue
        parsed, _problems = parse_value(parameter, found[0].value, known, needed)
        leaves = {codes: _whole(leaf, name, done) for codes, leaf in parsed.items()}
        shares_of.update({whole.name: None for _leaf, whole in leaves.values() if whole})
        values.append({codes: _resolved(*pair, epoch) for codes, pair in leaves.items()})
    sizes = tuple(len(codes) for codes in known)
    cells, denominator, entries = _cells(parameter, values, known, sizes)
    return Table(
        name,
        parameter,
        tuple(parameter.by),
        sizes,
        cells,
        denominator,
        entries,
        tuple(values),
        tuple(dated),
        tuple(provisional),
        tuple(shares_of),
    )


def _whole(leaf: Any, name: str, done: Mapping[str, Table]) -> tuple[Any, Table | None]:
    """Return a value and the table it is a share of, if it is one."""
    if not isinstance(leaf, ShareOf):
        return leaf, None
    scope = name.split("/", 1)[0]
    return leaf, done.get(f"{scope}/{leaf.of}") or done[f"shared/{leaf.of}"]


def _resolved(leaf: Any, whole: Table | None, epoch: int) -> Any:
    if whole is None:
        return leaf
    return share_amount(leaf, (whole.values[epoch] or {}).get((), 0))


def _cells(
    parameter: Parameter,
    values: Sequence[Values | None],
    known: Sequence[Sequence[str]],
    sizes: tuple[int, ...],
) -> tuple[NDArray[np.int64], int, tuple[Any, ...]]:
    leaves = [leaf for epoch in values for leaf in (epoch or {}).values()]
    denominator = 1
    if parameter.unit == "percent":
        denominator = lcm(1, *(leaf.denominator for leaf in leaves))
    entries: list[Any] = []
    cells = np.zeros((len(values), *sizes), dtype=np.int64)
    for epoch, its in enumerate(values):
        for at in product(*(range(size) for size in sizes)):
            leaf = (its or {}).get(tuple(known[d][i] for d, i in enumerate(at)))
            if leaf is None and parameter.unit == "codes":
                leaf = ()
            if leaf is None:
                continue
            if parameter.unit == "percent":
                cells[(epoch, *at)] = leaf.numerator * (denominator // leaf.denominator)
            elif parameter.unit in ("yuan", "count"):
                cells[(epoch, *at)] = leaf
            else:
                if leaf not in entries:
                    entries.append(leaf)
                cells[(epoch, *at)] = entries.index(leaf)
    return cells.reshape(-1), denominator, tuple(entries)


def step_tables(plan: Plan, benefit: Benefit, step: Step) -> list[Table]:
    """Return the tables a step looks up, those of its own conditions included."""
    return plan.once(
        ("tables", benefit.benefit, id(step)), lambda: _step_tables(plan, benefit, step)
    )


def _step_tables(plan: Plan, benefit: Benefit, step: Step) -> list[Table]:
    names = [
        getattr(step, argument)
        for argument in ("at", "of", "above")
        if isinstance(getattr(step, argument, None), str)
    ]
    names += [test.in_ for test in step.when.values() if test.in_ is not None]
    tables = [plan.table(benefit, name) for name in names]
    tables += [plan.tables[whole] for table in tables for whole in table.shares_of]
    return list(dict.fromkeys(tables))


def payers_of(plan: Plan) -> list[str]:
    """Return the payers that the pack names: their columns are there whoever is aided."""
    entries = [
        entry
        for benefit in plan.pack.benefits
        for step in benefit.steps
        if step.verb == "split"
        for entry in plan.table(benefit, step.of).entries
    ]
    return list(dict.fromkeys(payer for entry in entries for payer, _share in entry))
