"""Whose bills belong together, and what a bill says as a claim."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, select

from mediaid.claims.cells import parse_day
from mediaid.claims.fields import pack_fields
from mediaid.faults import RegisterError
from mediaid.i18n import gettext as _
from mediaid.money import format_yuan
from mediaid.register.schema import bill, person_period, rule_pack

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection, Row

    from mediaid.packs.model import Pack

NONE = "none"
"""The code of somebody without category or insurance, in packs that have it."""

SettleKey = tuple[dt.date, str]
"""Day and claim id: the order in which a group's bills are settled."""


@dataclass(frozen=True)
class BillFacts:
    """A bill that counts, and the person's periods. `self_paid` in 分."""

    id: int
    case_id: int | None
    person_id: int
    dated_on: dt.date
    setting: str
    self_paid: int
    fields: Mapping[str, str]
    periods: tuple[Row[Any], ...]

    @property
    def claim_id(self) -> str:
        """The bill's number, padded so that it sorts as recorded."""
        return f"B{self.id:012d}"

    def day(self, pack: Pack) -> dt.date:
        """Return the day to which the bill belongs under a pack."""
        if pack.dating == "date":
            return self.dated_on
        try:
            return dt.date(1970, 1, 1) + dt.timedelta(parse_day(self.fields[pack.dating]))
        except KeyError:
            raise RegisterError(
                _("bill {bill} has no {field}, by which the rules date it: fill it in").format(
                    bill=self.id, field=pack.dating
                )
            ) from None

    def key(self, pack: Pack) -> SettleKey:
        """Return the bill's place in the settle order."""
        return self.day(pack), self.claim_id

    def claim(self, pack: Pack) -> dict[str, str]:
        """Return the bill as a claim: field → text, with what the person was on its day."""
        day = self.day(pack)
        claim = {
            "claim_id": self.claim_id,
            "person_id": person_name(self.person_id),
            "date": self.dated_on.isoformat(),
            "setting": self.setting,
            "self_paid": format_yuan(self.self_paid),
        }
        for kind in ("category", "insurance"):
            claim[kind] = self._code(kind, day) or NONE
            if claim[kind] not in pack.codes[kind]:
                raise RegisterError(
                    _(
                        "person {person} has on {day} the {kind} {code}, which the rules do not "
                        "know: correct the period"
                    ).format(
                        person=self.person_id, day=day.isoformat(), kind=kind, code=claim[kind]
                    )
                )
        household = self._code("household", day)
        if household:
            claim["household_id"] = household
        known = pack_fields(pack)
        return claim | {name: text for name, text in self.fields.items() if name in known}

    def _code(self, kind: str, day: dt.date) -> str:
        for row in self.periods:
            if row.kind == kind and row.from_on <= day and (row.to_on is None or day <= row.to_on):
                return str(row.code)
        return ""


def person_name(person_id: int) -> str:
    """Return the person's number as the holder of pools."""
    return f"P{person_id:09d}"


def counts_by_household(connection: Connection) -> bool:
    """Whether any rules of the register count by household."""
    return bool(connection.scalar(select(exists().where(rule_pack.c.by_household))))


def group_of(connection: Connection, person_id: int) -> list[int]:
    """Return the persons whose bills can count for one another: the person alone, or all who ever
    shared a household, one with another, where any rules of the register count by household."""
    if not counts_by_household(connection):
        return [person_id]
    mine = person_period.alias("mine")
    persons, new = {person_id}, {person_id}
    while new:
        sharing = (
            select(person_period.c.person_id)
            .join(mine, (mine.c.code == person_period.c.code))
            .where(
                person_period.c.kind == "household",
                mine.c.kind == "household",
                mine.c.person_id.in_(new),
            )
        )
        new = set(connection.scalars(sharing.distinct())) - persons
        persons |= new
    return sorted(persons)


def groups_of(connection: Connection, persons: Iterable[int]) -> list[list[int]]:
    """Return the groups of some persons, each once."""
    found: dict[int, list[int]] = {}
    by_household = counts_by_household(connection)
    for person_id in sorted(set(persons)):
        if person_id not in found:
            group = group_of(connection, person_id) if by_household else [person_id]
            found.update(dict.fromkeys(group, group))
    return list({group[0]: group for group in found.values()}.values())


def bills_of(connection: Connection, persons: Sequence[int]) -> list[BillFacts]:
    """Return the bills of some persons that count."""
    periods: dict[int, list[Row[Any]]] = {}
    for row in connection.execute(
        select(person_period).where(person_period.c.person_id.in_(persons))
    ):
        periods.setdefault(row.person_id, []).append(row)
    found = select(bill).where(bill.c.person_id.in_(persons), bill.c.counts)
    return [
        BillFacts(
            row.id,
            row.case_id,
            row.person_id,
            row.dated_on,
            row.setting,
            row.self_paid,
            row.fields,
            tuple(periods.get(row.person_id, ())),
        )
        for row in connection.execute(found)
    ]


def first_day(
    connection: Connection, person_id: int, bill_ids: Sequence[int], pack: Pack
) -> dt.date:
    """Return the day from which bills of a person matter: the earliest by either date."""
    days = [
        min(its.day(pack), its.dated_on)
        for its in bills_of(connection, [person_id])
        if its.id in bill_ids
    ]
    return min(days, default=dt.date.max)
