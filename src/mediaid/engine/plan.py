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
from mediaid.packs.rules import Benefit, Dated, Parameter, Step
from mediaid.packs.uses import Use, allowed, uses
from mediaid.packs.values import ShareOf, Values, in_force, known_codes, parse_value, share_amount

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mediaid.packs.model import Pack
    from mediaid.yamlsource import Location


T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Table:
    """One parameter: `cells` hold its values by epoch and by the codes of `fields`, flat.

    yuan: 分; percent: numerators over `denominator`; count: numbers. For codes, bands and shares
    the cells number the entries of `entries`. A cell without a value holds 0 and is never read.
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
    order: Mapping[str, int]
    memo: dict[Any, Any] = field(default_factory=dict)

    def once(self, key: Any, work_out: Callable[[], T]) -> T:
        """Return what `work_out` gives, worked out once for this plan."""
        if key not in self.memo:
            self.memo[key] = work_out()
        found: T = self.memo[key]
        return found

    def table(self, benefit: Benefit, name: str) -> Table:
        """Return the table of a parameter as a benefit names it."""
        return self.tables[self.pack.parameter(benefit, name)[0]]

    def epochs(self, days: NDArray[np.int32]) -> NDArray[np.intp]:
        """Return each day's epoch; −1 before the first."""
        return np.searchsorted(self.starts, days, side="right") - 1

    @cached_property
    def any_provisional(self) -> NDArray[np.bool_]:
        """By epoch: whether any value is provisional."""
        flags = [table.provisional for table in self.tables.values()]
        return np.array(flags).any(axis=0) if flags else np.zeros(1, dtype=np.bool_)


_plans: dict[str, Plan] = {}
_MOST_PLANS = 64


def plan_of(pack: Pack) -> Plan:
    """Return the compiled form of a pack, kept by its hash."""
    plan = _plans.get(pack.hash)
    if plan is None:
        if len(_plans) >= _MOST_PLANS:
            _plans.clear()
        plan = _plans[pack.hash] = _compile(pack)
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
    missing = tuple(
        tuple(name for name, table in tables.items() if table.values[epoch] is None)
        for epoch in range(len(starts))
    )
    return Plan(
        pack,
        np.array([_day(s) for s in starts], dtype=np.int32),
        tables,
        missing,
        {b.benefit: i for i, b in enumerate(pack.benefits)},
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
    for epoch, start in enumerate(starts):
        found = in_force(parameter.values, start)
        dated.append(found[0] if found else None)
        provisional.append(bool(found and (found[1] or found[0].status != "confirmed")))
        if found is None:
            values.append(None)
            continue
        parsed, _problems = parse_value(parameter, found[0].value, known, needed)
        values.append({codes: _resolved(leaf, name, epoch, done) for codes, leaf in parsed.items()})
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
    )


def _resolved(leaf: Any, name: str, epoch: int, done: Mapping[str, Table]) -> Any:
    if not isinstance(leaf, ShareOf):
        return leaf
    scope = name.split("/")[0]
    other = done.get(f"{scope}/{leaf.of}") or done[f"shared/{leaf.of}"]
    whole = (other.values[epoch] or {}).get((), 0)
    return share_amount(leaf, whole)


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
    return [plan.table(benefit, name) for name in names]
