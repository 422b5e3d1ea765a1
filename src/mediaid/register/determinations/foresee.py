"""What a case would be given: while its bills are still being typed, or of bills without a case.

The same function settles as decides (`recompute.settle_decided`), on what the register held when
it was read; nothing is written.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from mediaid.register.cases.find import get_case
from mediaid.register.determinations.facts import BillFacts, bills_of, group_of
from mediaid.register.determinations.packs import current_pack, pack_by_hash
from mediaid.register.determinations.recompute import same_outcomes, settle_decided
from mediaid.register.determinations.store import outcomes_of, stands_of
from mediaid.register.schema import aid_case, bill, person_period

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from sqlalchemy import Connection, Row

    from mediaid.packs.model import Pack
    from mediaid.register.determinations.outcome import Outcome


@dataclass(frozen=True)
class Typed:
    """A bill of the case being entered. `self_paid` in 分."""

    dated_on: dt.date
    setting: str
    self_paid: int
    fields: Mapping[str, str]


@dataclass(frozen=True)
class Foreseen:
    """What a case would be given: an outcome a bill, in the order in which they were typed, and
    the numbers of other cases that would be corrected."""

    outcomes: tuple[Outcome, ...]
    corrected: tuple[str, ...]


@dataclass(frozen=True)
class Standing:
    """All that what a person is given depends on, as the register held it."""

    person_id: int
    pack: Pack
    periods: tuple[Row[Any], ...]
    _bills: tuple[BillFacts, ...]
    _kept: Mapping[int, list[Outcome]]
    _packs: Mapping[int, Pack]
    _numbers: Mapping[int, str]
    _case_id: int
    _next_id: int

    @property
    def size(self) -> int:
        """How many bills the register has that count for the person's."""
        return len(self._bills)

    def on(self, kind: str, day: dt.date) -> Row[Any] | None:
        """Return the period of a kind (category, insurance, household) that holds on a day."""
        for row in self.periods:
            if row.kind == kind and row.from_on <= day and (row.to_on is None or day <= row.to_on):
                return row
        return None

    def facts(self, typed: Sequence[Typed]) -> list[BillFacts]:
        """Return typed bills as if they had just been recorded for the case."""
        return [
            BillFacts(
                self._next_id + place,
                self._case_id,
                self.person_id,
                its.dated_on,
                its.setting,
                its.self_paid,
                its.fields,
                self.periods,
            )
            for place, its in enumerate(typed)
        ]

    def settle(self, typed: Sequence[Typed]) -> Foreseen:
        """Settle a case with these bills. Raises ClaimError and RegisterError as review does."""
        new = self.facts(typed)
        packs = {**self._packs, self._case_id: self.pack}
        settled = _settled((*self._bills, *new), new, self.pack, self._kept, packs)
        ours = {its.bill_id: its for its in settled.get(self._case_id, ())}
        corrected = [
            self._numbers[case_id]
            for case_id, old in self._kept.items()
            if not same_outcomes(old, settled.get(case_id, []))
        ]
        return Foreseen(tuple(ours[its.id] for its in new), tuple(corrected))


def foresee_taken_up(
    connection: Connection, groups: Sequence[Sequence[int]], wanted: Container[int]
) -> dict[int, Outcome]:
    """Return what each `wanted` bill of some groups, none of which has a case, would get if its
    person had a case for all of theirs. Raises ClaimError and RegisterError as review does."""
    pack = current_pack(connection)
    everyone = list(chain(*groups))
    group_of_person = {its: at for at, group in enumerate(groups) for its in group}
    bills: list[list[BillFacts]] = [[] for _group in groups]
    for its in bills_of(connection, everyone):
        # A case that there is not yet, of each person.
        taken = replace(its, case_id=-its.person_id) if its.id in wanted else its
        bills[group_of_person[its.person_id]].append(taken)
    kept, packs = _stand(connection, everyone)
    found = {}
    for some in bills:
        new = [its for its in some if its.id in wanted]
        cases = {-its.person_id for its in new}
        settled = _settled(some, new, pack, kept, packs | dict.fromkeys(cases, pack))
        found.update({its.bill_id: its for case_id in cases for its in settled[case_id]})
    return found


def _settled(
    bills: Sequence[BillFacts],
    new: Sequence[BillFacts],
    pack: Pack,
    kept: Mapping[int, list[Outcome]],
    packs: Mapping[int, Pack],
) -> dict[int, list[Outcome]]:
    """Settle a group's bills from the first new one on; what stands before it stays."""
    since = min((its.day(pack) for its in new), default=dt.date.max)

    def stays(bill: BillFacts) -> Outcome | None:
        if bill.day(pack) >= since:
            return None
        outcomes = kept.get(bill.case_id or 0, ())
        return next((its for its in outcomes if its.bill_id == bill.id), None)

    ordered = sorted(bills, key=lambda its: its.key(pack))
    return settle_decided(ordered, packs, stays, packs.__getitem__)


def _stand(
    connection: Connection, persons: Sequence[int]
) -> tuple[dict[int, list[Outcome]], dict[int, Pack]]:
    """Return what stands for the persons' cases, and the rules it was decided by."""
    latest = {its: stand.latest for its, stand in stands_of(connection, persons).items()}
    outcomes = outcomes_of(connection, sorted(row.id for row in latest.values()))
    packs = {
        its: pack_by_hash(connection, its) for its in {row.pack_hash for row in latest.values()}
    }
    return (
        {its: outcomes[row.id] for its, row in latest.items()},
        {its: packs[row.pack_hash] for its, row in latest.items()},
    )


def standing_of(connection: Connection, person_id: int, number: str = "") -> Standing:
    """Read what counts for a person's next case, or for the case with a number entered anew."""
    pack = current_pack(connection)
    group = group_of(connection, person_id)
    case_id = int(get_case(connection, number).id) if number else -1
    kept, packs = _stand(connection, group)
    kept.pop(case_id, None)
    packs.pop(case_id, None)
    numbers = connection.execute(
        select(aid_case.c.id, aid_case.c.number).where(aid_case.c.person_id.in_(group))
    )
    periods = connection.execute(
        select(person_period)
        .where(person_period.c.person_id == person_id)
        .order_by(person_period.c.from_on)
    )
    return Standing(
        person_id,
        pack,
        tuple(periods),
        tuple(its for its in bills_of(connection, group) if its.case_id != case_id),
        kept,
        packs,
        {row.id: row.number for row in numbers},
        case_id,
        int(connection.scalar(select(func.max(bill.c.id))) or 0) + 1,
    )
