"""One claim of every kind: each combination of the pack's codes, whenever its values change."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from mediaid.claims.cells import show_day
from mediaid.claims.fields import pack_fields
from mediaid.engine.coverage import uncovered
from mediaid.engine.plan import plan_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from mediaid.packs.model import Pack

Row = dict[str, str]


def kinds(
    pack: Pack, amount: str, count: str = "1", only: Mapping[str, Collection[str]] | None = None
) -> Iterator[Row]:
    """Yield rows of claims without ids or holders; `amount` (元) stands in every money field.

    `only`: the codes to take of some fields.
    """
    fields = pack_fields(pack).values()
    names = [field.name for field in fields if field.kind == "code"]
    given = {field.name: amount for field in fields if field.kind == "money"}
    given |= {field.name: count for field in fields if field.kind == "count"}
    given.pop("already_aided", None)
    for day in days(pack):
        dates = {field.name: day for field in fields if field.kind == "date"}
        for codes in product(*((only or {}).get(name, pack.codes[name]) for name in names)):
            yield {**dates, **dict(zip(names, codes, strict=True)), **given}


def days(pack: Pack) -> list[str]:
    """Return the first day of each stretch in which no value changes, where values are there."""
    starts = plan_of(pack).starts
    return [show_day(int(start)) for start in starts[~uncovered(pack, starts)]]
