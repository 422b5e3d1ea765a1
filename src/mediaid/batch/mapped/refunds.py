"""Refunds: which record cancels which.

A refund shows by a flag, by negative amounts, or both. On the national platform the refunded
record and the one that refunds it both carry the flag; the latter names its original and has
negative amounts. Ledgers often have the negative amounts alone. Where the file leaves open which
record is meant, the row is refused: a guess would pay a bill that was given back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from mediaid.claims.refunds import pair_up, put_together
from mediaid.claims.table import NO_DATE
from mediaid.faults import visible
from mediaid.i18n import gettext as _
from mediaid.money import show_yuan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Rows = NDArray[np.int64]
    Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Records:
    """What refunds go by, of rows that take part; all of the same length.

    `number` is each row's number in the file, `day` the claim's, `until` the last day that the row
    states (days since 1970-01-01, NO_DATE for none), `setting` a position in the pack's codes, −1
    for none. Rows of persons without refunds need not be here.
    """

    number: Sequence[int]
    claim_id: Sequence[str]
    person: Sequence[str]
    visit: Sequence[str] | None
    original: Sequence[str] | None
    fen: Rows
    flagged: Mask
    day: Rows
    until: Rows
    setting: Rows


@dataclass
class Refunds:
    """`reverses`: row → claim id of its original; `by_amount`: those of them that were paired by
    their amount alone; `alone`: refunds that name no original, and no record here has their amount;
    `renamed`: row → an id of its own, where it has its original's; `repeats`: row → an earlier
    refund of its id and person, which names no original either; `elsewhere`: rows refunded by a
    record that is not here; `refused`."""

    reverses: dict[int, str] = field(default_factory=dict)
    by_amount: list[int] = field(default_factory=list)
    alone: list[int] = field(default_factory=list)
    renamed: dict[int, str] = field(default_factory=dict)
    repeats: dict[int, int] = field(default_factory=dict)
    elsewhere: list[int] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)


def find_refunds(records: Records) -> Refunds:
    """Work out what refunds cancel; rows are counted as in `records`."""
    found = Refunds()
    negative = records.fen < 0
    rows = np.flatnonzero(records.flagged | negative).tolist()
    originals = _originals(records)
    reversals = [row for row in rows if negative[row] or _named(records, row)]
    unnamed: dict[tuple[str, str, int], list[int]] = {}
    first: dict[tuple[str, str], int] = {}
    for row in reversals:
        name = _named(records, row)
        if name:
            found.reverses[row] = name
        elif _same_id(records, originals, row):
            found.reverses[row] = records.claim_id[row]
            found.renamed[row] = f"{records.claim_id[row]}/退{records.number[row]}"
        elif (other := _earlier(records, first, row)) is not None:
            # Exported twice it is one refund: the other row must not give back another record.
            found.repeats[row] = other
        else:
            unnamed.setdefault(_key(records, row), []).append(row)
    taken = set(found.reverses.values())
    for key, group in unnamed.items():
        _pair(records, group, originals.get(key, []), taken, found)
    targets = set(found.reverses.values())
    for row in sorted(set(rows) - set(reversals)):
        if records.claim_id[row] not in targets:
            _refunded_alone(records, row, originals, targets, found)
    return found


def _named(records: Records, row: int) -> str:
    return records.original[row] if records.original is not None else ""


def _key(records: Records, row: int) -> tuple[str, str, int]:
    visit = records.visit[row] if records.visit is not None else ""
    return records.person[row], visit, abs(int(records.fen[row]))


def _originals(records: Records) -> dict[tuple[str, str, int], list[int]]:
    """Rows that could be cancelled, by person, visit and amount."""
    found: dict[tuple[str, str, int], list[int]] = {}
    for row in np.flatnonzero(records.fen >= 0).tolist():
        if not _named(records, row):
            found.setdefault(_key(records, row), []).append(row)
    return found


def _same_id(records: Records, originals: dict[tuple[str, str, int], list[int]], row: int) -> bool:
    """Whether a refund carries the very id of what it cancels, as in ledgers."""
    alike = originals.get(_key(records, row), [])
    return sum(records.claim_id[other] == records.claim_id[row] for other in alike) == 1


def _earlier(records: Records, first: dict[tuple[str, str], int], row: int) -> int | None:
    """An earlier refund of the same id and person; rows without an id are each their own."""
    its_id = records.claim_id[row]
    other = first.setdefault((records.person[row], its_id), row) if its_id else row
    return None if other == row else other


def _could_be(records: Records, row: int, original: int) -> bool:
    """Whether a record of the same person, visit and amount could be what a refund gives back: of
    the same kind of care, and not of a later day. What cannot be read speaks against nothing."""
    settings = int(records.setting[row]), int(records.setting[original])
    if min(settings) >= 0 and settings[0] != settings[1]:
        return False
    return bool(records.until[row] == NO_DATE or records.day[original] <= records.until[row])


def _pair(
    records: Records, group: list[int], alike: list[int], taken: set[str], found: Refunds
) -> None:
    """Pair refunds with records of the same person, visit and amount.

    Of more marked records than refunds none counts anyhow, whichever is paired with which.
    """
    free = [row for row in alike if records.claim_id[row] not in taken]
    group.sort(key=records.until.__getitem__)
    could_be = {row: [its for its in free if _could_be(records, row, its)] for row in group}
    for its in put_together(could_be):
        marked = pair_up(
            {row: [o for o in could_be[row] if records.flagged[o]] for row in its.refunds}
        )
        enough = len(marked) == len(its.refunds)
        if not (enough or its.sure):
            for row in its.refunds:
                found.refused.append((row, _several(records, its.records)))
            continue
        pairs = marked if enough else its.pairs
        for row, original in pairs.items():
            found.reverses[row] = records.claim_id[original]
            if not enough:
                found.by_amount.append(row)
        found.alone += [row for row in its.refunds if row not in pairs]


def why_alone(fen: int) -> str:
    """Say that a refund's original is not in the file."""
    return _(
        "gives back {amount}, and no record of this person with that amount and kind of care, of "
        "that day or before, is in the file: export it again with the original"
    ).format(amount=show_yuan(abs(fen)))


def _several(records: Records, choice: list[int]) -> str:
    return _(
        "gives back {amount}, and several records could be meant ({claims}): name the original "
        "in a column for it (original in the mapping)"
    ).format(
        amount=show_yuan(abs(int(records.fen[choice[0]]))),
        claims=", ".join(visible(records.claim_id[row]) for row in choice[:5]),
    )


def _refunded_alone(
    records: Records,
    row: int,
    originals: dict[tuple[str, str, int], list[int]],
    targets: set[str],
    found: Refunds,
) -> None:
    """A record marked as refunded, and nothing in the file that refunds it."""
    twins = [
        other
        for other in originals.get(_key(records, row), [])
        if not records.flagged[other] and records.claim_id[other] not in targets
    ]
    if not twins:
        found.elsewhere.append(row)
        return
    message = _(
        "is marked as refunded. Whether it cancels {claim}, or was given back itself, the file "
        "does not say: name the original in a column for it (original in the mapping)"
    ).format(claim=visible(records.claim_id[twins[0]]))
    found.refused.append((row, message))
