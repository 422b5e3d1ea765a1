"""Settle a group's bills again from a day on, and keep what comes out otherwise than it stands.

This is the only way determinations come about. A case is determined by settling its group's
decided bills, its own among them, in the order of the rules; what earlier bills got stays, what
later ones get may change. Where a determination changes that was approved, a new one that
supersedes it waits for approval; where it was not yet approved, a new one takes its place.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

from sqlalchemy import select

from mediaid.register.database.locks import lock_persons
from mediaid.register.determinations.facts import bills_of, group_of, groups_of
from mediaid.register.determinations.outcome import EventPools, Outcome, PoolKey, settle_bill
from mediaid.register.determinations.packs import CURRENT, current_pack, pack_by_hash
from mediaid.register.determinations.store import Stand, keep, outcomes_of, stands_of
from mediaid.register.schema import (
    aid_case,
    decision,
    determination,
    standing,
)
from mediaid.register.session import read_setting

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Sequence

    from sqlalchemy import Connection

    from mediaid.packs.model import Pack
    from mediaid.register.determinations.facts import BillFacts
    from mediaid.register.session import Work


def lock_group(connection: Connection, person_id: int) -> list[int]:
    """Lock all persons whose bills can count for one another, and return them.

    Who belongs together is looked up again under the lock, since it may have changed meanwhile.
    """
    locked: list[int] = []
    while (group := group_of(connection, person_id)) != locked:
        lock_persons(connection, group)
        locked = group
    return group


def lock_groups(connection: Connection, persons: Iterable[int]) -> None:
    """Lock the groups of several persons at once."""
    wanted, locked = sorted(set(persons)), list[int]()
    while (everyone := sorted(chain(*groups_of(connection, wanted)))) != locked:
        lock_persons(connection, everyone)
        locked = everyone


def determine(work: Work, case_id: int, person_id: int) -> None:
    """Determine a case under the rules adopted last; its determination waits for approval."""
    group = lock_group(work.connection, person_id)
    _Recomputation(work, group, "review", case_id).run(None)


def recompute_person(work: Work, person_id: int, since: dt.date, cause: str) -> None:
    """Settle again what the person's group was given for bills from a day on."""
    if read_setting(work.connection, CURRENT):
        group = lock_group(work.connection, person_id)
        _Recomputation(work, group, cause).run(since)


def rerun_group(
    work: Work, person_id: int, pack: Pack, since: dt.date
) -> tuple[dict[int, Stand], list[int]]:
    """Settle again by another state of their pack what the person's group was given for bills
    from a day on. Return what stood for its cases before, and the persons of the group."""
    group = lock_group(work.connection, person_id)
    recomputation = _Recomputation(work, group, "rerun", rules=pack)
    before = dict(recomputation.stands)
    recomputation.run(since)
    return before, group


def settle_decided(
    bills: Sequence[BillFacts],
    decided: Container[int],
    kept: Callable[[BillFacts], Outcome | None],
    pack_of: Callable[[int], Pack],
) -> dict[int, list[Outcome]]:
    """Return the outcomes of a group's bills of the decided cases, by case.

    `bills` are all that count, in settle order. What was `kept` of a bill stays; the others are
    settled by the rules of their case.
    """
    used: Counter[PoolKey] = Counter()
    events: dict[str, EventPools] = {}
    new: dict[int, list[Outcome]] = {}
    wanted = [
        (place, bill, bill.case_id)
        for place, bill in enumerate(bills)
        if bill.case_id is not None and bill.case_id in decided
    ]
    last = max((place for place, _bill, _case in wanted), default=-1)
    for _place, bill, case_id in wanted:
        outcome = kept(bill)
        if outcome is None:
            pack = pack_of(case_id)
            if pack.hash not in events:
                events[pack.hash] = EventPools(bills[: last + 1], pack)
            outcome = settle_bill(bill, events[pack.hash], used, pack)
        used.update(outcome.uses)
        new.setdefault(case_id, []).append(outcome)
    return new


@dataclass(eq=False)
class _Recomputation:
    work: Work
    group: list[int]
    cause: str
    case_id: int | None = None
    """The case to be determined, where one is."""
    rules: Pack | None = None
    """What cases decided by an earlier state of the same pack are settled by now."""
    pack: Pack = field(init=False)
    stands: dict[int, Stand] = field(init=False)
    kept: dict[int, list[Outcome]] = field(init=False)
    _decision_id: int | None = None

    def __post_init__(self) -> None:
        connection = self.work.connection
        self.pack = current_pack(connection)
        self.stands = stands_of(connection, self.group)
        ids = {
            row.id
            for stand in self.stands.values()
            for row in (stand.in_force, stand.pending)
            if row is not None
        }
        self.kept = outcomes_of(connection, sorted(ids))

    def run(self, since: dt.date | None) -> None:
        """Settle again from `since`, or from the first bill of the case to be determined."""
        bills = sorted(
            bills_of(self.work.connection, self.group), key=lambda its: its.key(self.pack)
        )
        if since is None:
            since = min(
                (its.day(self.pack) for its in bills if its.case_id == self.case_id),
                default=dt.date.max,
            )
        decided = {*self.stands} if self.case_id is None else {*self.stands, self.case_id}
        new = settle_decided(bills, decided, lambda its: self._kept(its, since), self._pack_of)
        if self.case_id is not None:
            self._put(self.case_id, new.pop(self.case_id, []), self.pack)
        for case_id, stand in self.stands.items():
            if case_id != self.case_id:
                self._correct(stand, new.get(case_id, []))

    def _kept(self, bill: BillFacts, since: dt.date) -> Outcome | None:
        """Return what stands for a bill before `since`."""
        if bill.case_id == self.case_id or bill.case_id is None or bill.day(self.pack) >= since:
            return None
        kept = self.kept[self.stands[bill.case_id].latest.id]
        return next((its for its in kept if its.bill_id == bill.id), None)

    def _pack_of(self, case_id: int) -> Pack:
        if case_id == self.case_id:
            return self.pack
        kept = pack_by_hash(self.work.connection, self.stands[case_id].latest.pack_hash)
        return self.rules if self.rules is not None and self.rules.id == kept.id else kept

    def _correct(self, stand: Stand, new: list[Outcome]) -> None:
        """Have a case stand as it came out now."""
        if same_outcomes(self.kept[stand.latest.id], new):
            return
        if stand.in_force is not None and same_outcomes(self.kept[stand.in_force.id], new):
            self.work.update(standing, {"case_id": stand.case_id}, pending_id=None)
            return
        self._put(stand.case_id, new, self._pack_of(stand.case_id))

    def _put(self, case_id: int, outcomes: list[Outcome], pack: Pack) -> None:
        stand = self.stands.get(case_id)
        if stand is not None and stand.pending is not None:
            decision_id = stand.pending.decision_id
        elif case_id != self.case_id and (open_one := self._open_correction()) is not None:
            decision_id = open_one
        else:
            decision_id = self._own_decision()
        keep(self.work, case_id, decision_id, outcomes, pack)

    def _open_correction(self) -> int | None:
        """Return the group's decision that holds corrections already.

        There is at most one: corrections of one group are approved together, since one may take
        what another gives back.
        """
        found = (
            select(determination.c.decision_id)
            .join(standing, standing.c.pending_id == determination.c.id)
            .join(aid_case, aid_case.c.id == standing.c.case_id)
            .where(aid_case.c.person_id.in_(self.group), standing.c.in_force_id.is_not(None))
            .order_by(determination.c.decision_id)
            .limit(1)
        )
        number = self.work.connection.scalar(found)
        return None if number is None else int(number)

    def _own_decision(self) -> int:
        if self._decision_id is None:
            row = self.work.insert(
                decision,
                case_id=self.case_id,
                cause=self.cause,
                made_by=self.work.actor.name,
                made_at=self.work.now,
            )
            self._decision_id = int(row.id)
        return self._decision_id


def same_outcomes(old: Sequence[Outcome], new: Sequence[Outcome]) -> bool:
    """Whether two determinations of a case give the same figures for the same bills."""
    by_bill = {its.bill_id: its for its in old}
    return len(old) == len(new) and all(
        its.bill_id in by_bill and its.same_as(by_bill[its.bill_id]) for its in new
    )
