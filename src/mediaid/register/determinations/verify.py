"""Settle every determination again from what it was decided on, under the rules kept with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from mediaid.faults import MediaidError
from mediaid.i18n import gettext as _
from mediaid.register.audit.damaged import DAMAGED
from mediaid.register.determinations.outcome import Outcome, replay
from mediaid.register.determinations.packs import read_kept
from mediaid.register.determinations.store import content_hash, outcomes_of
from mediaid.register.schema import aid_case, determination

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Row

    from mediaid.packs.model import Pack

PAGE = 200


def verify_determinations(connection: Connection) -> Iterator[str]:
    """Return each determination that does not reproduce, and why."""
    last = 0
    packs: dict[str, Pack] = {}
    while numbers := _page(connection, last):
        last = numbers[-1]
        try:
            yield from list(_check_all(connection, numbers, packs))
        except DAMAGED:
            for number in numbers:
                try:
                    yield from list(_check_all(connection, [number], packs))
                except DAMAGED:
                    yield _words(connection, number, _("what is kept of it cannot be read"))


def _check_all(connection: Connection, numbers: list[int], packs: dict[str, Pack]) -> Iterator[str]:
    outcomes = outcomes_of(connection, numbers)
    found = select(determination).where(determination.c.id.in_(numbers))
    for row in connection.execute(found.order_by(determination.c.id)):
        for said in _check(connection, row, outcomes[row.id], packs):
            yield _words(connection, row.id, said)


def _words(connection: Connection, number: int, said: str) -> str:
    found = (
        select(aid_case.c.number.label("case_number"), determination.c.number)
        .join(aid_case, aid_case.c.id == determination.c.case_id)
        .where(determination.c.id == number)
    )
    row = connection.execute(found).one_or_none()
    return _("case {case}, determination {number}: {said}").format(
        case=row.case_number if row else "?", number=row.number if row else number, said=said
    )


def count_determinations(connection: Connection) -> int:
    """Return how many determinations there are."""
    return int(connection.scalar(select(func.count()).select_from(determination)) or 0)


def _page(connection: Connection, after: int) -> list[int]:
    found = select(determination.c.id).where(determination.c.id > after)
    return list(connection.scalars(found.order_by(determination.c.id).limit(PAGE)))


def _check(
    connection: Connection, row: Row[Any], kept: list[Outcome], packs: dict[str, Pack]
) -> Iterator[str]:
    if content_hash(kept) != row.content_hash:
        yield _("what is kept of it was altered")
    for name in ("aid", "payable", "overpaid"):
        if sum(getattr(its, name) for its in kept) != getattr(row, name):
            yield _("its total does not match its bills")
            break
    try:
        if row.pack_hash not in packs:
            packs[row.pack_hash] = read_kept(connection, row.pack_hash)
        pack = packs[row.pack_hash]
        for its in kept:
            again = replay(its.bill_id, its.claim, its.opening, pack)
            if not again.same_as(its):
                yield _(
                    "bill {bill} gives other figures under its own rules (decided with engine "
                    "{version})"
                ).format(bill=its.bill_id, version=row.engine_version)
    except MediaidError as error:
        yield _("cannot be settled again: {said}").format(said=error)
