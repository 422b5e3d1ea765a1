"""Reversals: a row that names another claim cancels it before anything is settled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediaid.claims.table import CANCELLED, COUNTS, REVERSAL
from mediaid.faults import visible
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


def cancel(
    ids: Mapping[str, int],
    reverses: Sequence[tuple[int, str]],
    person: Callable[[int], object],
) -> tuple[dict[int, int], list[tuple[int, str]]]:
    """Work out what reversals cancel.

    `ids` gives each claim's row, `reverses` the (row, id of the original) of every reversal,
    `person` the person of a row: nobody's reversal cancels a claim of somebody else.
    Returns row → CANCELLED or REVERSAL, and (row, reason) of each reversal that is refused.
    """
    state: dict[int, int] = {}
    refused: list[tuple[int, str]] = []
    reversals = {row for row, _original in reverses}
    for row, original in reverses:
        target = ids.get(original)
        if target is None:
            reason = _(
                "reverses {claim}, which is not in this input: a reversal and its original "
                "are settled together"
            ).format(claim=visible(original))
        elif target == row:
            reason = _("reverses itself")
        elif target in reversals:
            reason = _("reverses {claim}, which is a reversal itself").format(
                claim=visible(original)
            )
        elif person(target) != person(row):
            reason = _("reverses {claim}, which is a claim of another person").format(
                claim=visible(original)
            )
        elif state.get(target, COUNTS) == CANCELLED:
            reason = _("reverses {claim}, which another row reverses already").format(
                claim=visible(original)
            )
        else:
            state[target], state[row] = CANCELLED, REVERSAL
            continue
        refused.append((row, reason))
    return state, refused
