"""What can be wrong with a claim beside its cells: its id, its date, what it reverses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mediaid.batch.ids import rounded_numbers
from mediaid.batch.problems import Problem, rows_by
from mediaid.claims.reversals import cancel
from mediaid.claims.table import NO_DATE
from mediaid.engine.coverage import uncovered, why_uncovered
from mediaid.faults import visible
from mediaid.i18n import gettext as _
from mediaid.people.masking import mask_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl
    from numpy.typing import NDArray

    from mediaid.batch.problems import Problems
    from mediaid.packs.model import Pack

    Rows = NDArray[np.int64]

_NAMED = 5


def check_repeated(repeats: Mapping[str, list[int]], column: int, problems: Problems) -> None:
    """Refuse every row of the claim ids that stand more than once."""
    for text, rows in repeats.items():
        shown = ", ".join(map(problems.number, rows[:_NAMED]))
        message = _(
            "{claim} stands in {count} rows ({rows}): every claim has an id of its own; remove "
            "the copies or correct the id"
        ).format(
            claim=visible(text),
            count=len(rows),
            rows=shown + (", …" if len(rows) > _NAMED else ""),
        )
        problems.add(Problem(np.array(rows, dtype=np.int64), column, message))


def check_rounded(person_ids: pl.Series, column: int, problems: Problems) -> None:
    """Refuse ID numbers whose last digits a spreadsheet has turned to 000."""
    for row in rounded_numbers(person_ids).tolist():
        message = _(
            "{value} has lost its last digits in a spreadsheet (it ends in 000, and its check "
            "digit is wrong): format the column as text and fill it in again"
        ).format(value=mask_id(visible(person_ids[row])))
        problems.add_row(row, column, message)


def check_dates(days: NDArray[np.int32], pack: Pack, column: int, problems: Problems) -> None:
    """Refuse dates for which the pack has no values."""
    bad = np.flatnonzero((days != NO_DATE) & uncovered(pack, days))
    distinct, which = np.unique(days[bad], return_inverse=True)
    for day, rows in zip(distinct.tolist(), rows_by(which, len(distinct)), strict=False):
        problems.add(Problem(bad[rows], column, why_uncovered(pack, day)))


def check_reversals(
    claim_ids: pl.Series,
    person_ids: pl.Series,
    reverses: pl.Series,
    column: int,
    problems: Problems,
) -> Rows | None:
    """Work out what reversals cancel; None if there are none.

    A reversal and its original are settled together or not at all: a row is refused also because
    its counterpart is. To be called last, when every other bad row is known.
    """
    rows = (reverses != "").arg_true().to_numpy().astype(np.int64)
    if not len(rows):
        return None
    originals = reverses.gather(rows)
    pairs = list(zip(rows.tolist(), originals.to_list(), strict=True))
    named = claim_ids.is_in(originals.unique().implode()).arg_true()
    ids: dict[str, int] = {}
    for row, text in zip(named.to_list(), claim_ids.gather(named).to_list(), strict=True):
        ids.setdefault(text, row)
    void, refused = cancel(ids, pairs, person_ids.__getitem__)
    reasons = dict(refused)
    for row, original in pairs:
        if row in reasons:
            problems.add_row(row, column, reasons[row])
        else:
            _together(row, ids[original], original, column, problems)
    state = np.zeros(len(claim_ids), dtype=np.int64)
    for row, value in void.items():
        state[row] = value
    return state


def _together(row: int, original: int, claim: str, column: int, problems: Problems) -> None:
    """Refuse a reversal whose original is refused, and an original whose reversal is."""
    if problems.bad[original] and not problems.bad[row]:
        message = _("reverses {claim} in row {row}, which is refused").format(
            claim=visible(claim), row=problems.number(original)
        )
        problems.add_row(row, column, message)
    elif problems.bad[row] and not problems.bad[original]:
        message = _(
            "is reversed by row {row}, which is refused: settled alone it would be paid although "
            "it is cancelled"
        ).format(row=problems.number(row))
        problems.add_row(original, column, message)
