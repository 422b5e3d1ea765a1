"""What stops a whole batch: no claims, or bad rows that nobody asked to have set apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediaid.faults import ClaimError, Fault
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from mediaid.batch.table import Table

SHOWN = 20
"""How many faults of rows are shown."""


def refuse_no_claims(table: Table) -> None:
    """ClaimError if there is nothing to settle, which is more likely a mistake than a wish."""
    if table.count == 0:
        raise ClaimError(
            Fault(table.source.name, _("holds no claims: below the headings all is empty"))
        )


def refuse_bad_rows(table: Table) -> None:
    """ClaimError with the first faults if any row is bad."""
    bad = table.problems.count
    if bad:
        raise ClaimError(
            [
                *table.problems.faults(SHOWN),
                bad_rows(table.source.name, bad, table.count),
            ]
        )


def bad_rows(name: str, bad: int, claims: int) -> Fault:
    """How many rows of the file `name` are bad, and what to do."""
    return Fault(
        name,
        _(
            "{bad} of {claims} claims are bad, so nothing was written. Correct them, or settle "
            "the others with --rejects FILE"
        ).format(bad=f"{bad:,}", claims=f"{claims:,}"),
    )
