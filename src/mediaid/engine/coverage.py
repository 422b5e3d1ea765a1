"""Days for which a pack gives values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mediaid.claims.cells import show_day
from mediaid.claims.fields import pack_fields
from mediaid.engine.plan import plan_of
from mediaid.faults import ClaimError, Fault
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mediaid.claims.table import Claims
    from mediaid.engine.plan import Plan
    from mediaid.packs.model import Pack

_SHOWN = 20


def uncovered(pack: Pack, days: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Whether the pack lacks a value for each day (days since 1970-01-01)."""
    plan = plan_of(pack)
    return plan.lacking[plan.epochs(days)]


def why_uncovered(pack: Pack, day: int) -> str:
    """Say which values are missing for a day that `uncovered` names, and what to do."""
    plan = plan_of(pack)
    epoch = int(plan.epochs(np.array([day], dtype=np.int32))[0])
    if epoch < 0:
        return _("{day} is before {start}, the first day pack {pack} has values for").format(
            day=show_day(day), start=show_day(int(plan.starts[0])), pack=pack.id
        )
    return _(
        "pack {pack} has no value for {day} of {names}: add one, or let the value before it "
        "carry forward"
    ).format(pack=pack.id, day=show_day(day), names=", ".join(plan.missing[epoch]))


def refuse_uncovered(plan: Plan, claims: Claims, epoch: NDArray[np.intp]) -> None:
    """Raise ClaimError when the pack has no value for the day, in `epoch`, of some claim."""
    lacks = plan.lacking[epoch]
    if lacks.any():
        bad, pack = np.flatnonzero(lacks), plan.pack
        ids = claims.claim_id.take(bad[:_SHOWN])
        column = f"{pack.dating} {pack_fields(pack)[pack.dating].label.zh}"
        raise ClaimError(
            [
                Fault(
                    _("claim {claim}, {column}").format(claim=claim, column=column),
                    why_uncovered(pack, int(claims.date[row])),
                )
                for claim, row in zip(ids, bad.tolist(), strict=False)
            ]
        )
