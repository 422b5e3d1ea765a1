"""The rows that were not settled, in full, each with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from mediaid.batch.cells import as_text
from mediaid.i18n import gettext as _
from mediaid.packs.schema.types import Label

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mediaid.batch.table import Table
    from mediaid.i18n import Lang

ROW = Label.model_construct(zh="拒收行号", en="reject_row")
REASON = Label.model_construct(zh="拒收原因", en="reject_reason")


def rejects_frame(table: Table, chinese: bool) -> pl.DataFrame:
    """The bad rows, and those left out, as text as they stand in the file, after their row number
    and reason."""
    reasons = dict(zip(np.flatnonzero(table.problems.bad), table.problems.reasons(), strict=True))
    for rows, reason in table.left_out:
        for row in rows.tolist():
            reasons.setdefault(row, _("left out: {reason}").format(reason=reason))
    bad = np.array(sorted(reasons), dtype=np.int64)
    lang: Lang = "zh" if chinese else "en"
    names = unlike([ROW.in_(lang), REASON.in_(lang), *table.source.headings])
    columns = [
        pl.Series((bad + table.source.first_row).astype(np.int64)),
        pl.Series([reasons[row] for row in bad], dtype=pl.String),
    ]
    if len(bad):
        cells = table.source.load(range(len(table.source.headings)))
        columns += [as_text(column.gather(bad)) for column in cells.iter_columns()]
    else:
        columns += [pl.Series(dtype=pl.String)] * len(table.source.headings)
    return pl.DataFrame([c.alias(name) for c, name in zip(columns, names, strict=True)])


def unlike(headings: Iterable[str]) -> list[str]:
    """The headings, a number behind those that stand before already."""
    found: dict[str, None] = {}
    for heading in headings:
        name, number = heading, 1
        while name in found:
            number += 1
            name = f"{heading} ({number})"
        found[name] = None
    return list(found)


def rejects_of_settled_holders(table: Table) -> int:
    """How many rejected claims belong to a person or household that has settled claims."""
    bad, good = table.problems.bad, table.good()
    related = np.zeros(table.problems.count, dtype=np.bool_)
    for name in ("person_id", "household_id"):
        holders = table.values.get(name)
        if holders is not None and len(related):
            settled = holders.filter(pl.Series(good)).unique()
            rejected = holders.filter(pl.Series(bad))
            related |= (rejected.is_in(settled.implode()) & (rejected != "")).to_numpy()
    return int(related.sum())
