"""Earlier claims of a person, from a file of any kind that batch reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mediaid.batch.formats import need_libraries
from mediaid.claims.table import COUNTS
from mediaid.faults import ClaimError, Fault, visible
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from pathlib import Path

    from mediaid.claims.table import Claims
    from mediaid.mappings.files import Loaded
    from mediaid.packs.model import Pack

SHOWN = 20


def read_history(
    path: Path, pack: Pack, mapping: Loaded | None = None, roster: Path | None = None
) -> Claims:
    """Read a whole file of claims, through a mapping if one is given, which may need a roster.

    A file with headings alone is a history without claims. Raises ClaimError with the first
    faults if any row is bad.
    """
    need_libraries()
    from mediaid.batch.job import Job  # noqa: PLC0415 - Polars, once it is there
    from mediaid.batch.run import read_claims  # noqa: PLC0415

    job = Job(path, path, pack, mapping=mapping, roster=roster)
    table = read_claims(job)
    faults = table.problems.faults(SHOWN)
    if faults:
        raise ClaimError(faults)
    return table.claims()


def household_of(person: str, past: Claims, pack: Pack, name: str) -> str:
    """Return the household that a history gives a person, "" if it gives none.

    Claims that are cancelled give none. Raises ClaimError, at the file `name`, for several
    households where the pack counts by household: which of them counts would be a guess.
    """
    if past.household_id is None:
        return ""
    rows = np.arange(past.n) if past.void is None else np.flatnonzero(past.void == COUNTS)
    days = past.date[rows].tolist()
    latest: dict[str, int] = {}
    for its, household, day in zip(
        past.person_id.take(rows), past.household_id.take(rows), days, strict=True
    ):
        if its == person and household:
            latest[household] = max(day, latest.get(household, day))
    if len(latest) > 1 and pack.by_household:
        raise ClaimError(
            Fault(
                name,
                _(
                    "gives person {person} several households ({households}): name the one of "
                    "this claim with --field household_id=…"
                ).format(
                    person=visible(person),
                    households=", ".join(visible(household) for household in latest),
                ),
            )
        )
    return max(latest, key=lambda household: latest[household], default="")
