"""Settle every determination again from what it was decided on, under the rules kept with it."""

from __future__ import annotations

from collections import Counter, defaultdict
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from mediaid.faults import MediaidError
from mediaid.i18n import gettext as _
from mediaid.register.audit.damaged import DAMAGED
from mediaid.register.determinations.outcome import Outcome, settle_apart
from mediaid.register.determinations.packs import read_kept
from mediaid.register.determinations.store import content_hash, outcomes_of
from mediaid.register.schema import aid_case, determination

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping

    from sqlalchemy import Connection, Row

    from mediaid.packs.model import Pack

PAGE = 200

Bill = tuple[int, int]
"""A determination, and a bill of it."""


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
    rows = connection.execute(found.order_by(determination.c.id)).all()
    agreeing = _agreeing(connection, rows, outcomes, packs)
    for row in rows:
        for said in _check(connection, row, outcomes[row.id], agreeing, packs):
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


def _agreeing(
    connection: Connection,
    rows: Iterable[Row[Any]],
    outcomes: Mapping[int, list[Outcome]],
    packs: dict[str, Pack],
) -> set[Bill]:
    """Settle bills that share no pool at once, which is much faster; return those that agree."""
    by_rules: dict[str, list[tuple[int, Outcome]]] = defaultdict(list)
    for row in rows:
        by_rules[row.pack_hash] += [(row.id, its) for its in outcomes[row.id]]
    found: set[Bill] = set()
    for pack_hash, bills in by_rules.items():
        for some in _apart(bills):
            # Whatever is wrong with one of them is told when each is settled alone.
            with suppress(*DAMAGED):
                pack = _pack(connection, pack_hash, packs)
                again = settle_apart([(its.claim, its.opening) for _number, its in some], pack)
                found.update(
                    (number, its.bill_id)
                    for (number, its), figures in zip(some, again, strict=True)
                    if its.gives(figures)
                )
    return found


def _apart(bills: Iterable[tuple[int, Outcome]]) -> list[list[tuple[int, Outcome]]]:
    """Part bills into lots in which no two have a holder of pools in common."""
    lots: list[list[tuple[int, Outcome]]] = []
    had: Counter[str] = Counter()
    for number, its in bills:
        holders = {str(its.claim.get("person_id")), *(str(row[1]) for row in its.opening)}
        if its.claim.get("household_id"):
            holders.add(f"household:{its.claim['household_id']}")
        lot = max(had[holder] for holder in holders)
        for holder in holders:
            had[holder] = lot + 1
        if lot == len(lots):
            lots.append([])
        lots[lot].append((number, its))
    return lots


def _check(
    connection: Connection,
    row: Row[Any],
    kept: list[Outcome],
    agreeing: Container[Bill],
    packs: dict[str, Pack],
) -> Iterator[str]:
    if content_hash(kept) != row.content_hash:
        yield _("what is kept of it was altered")
    for name in ("aid", "payable", "overpaid"):
        if sum(getattr(its, name) for its in kept) != getattr(row, name):
            yield _("its total does not match its bills")
            break
    try:
        for its in kept:
            if (row.id, its.bill_id) in agreeing:
                continue
            pack = _pack(connection, row.pack_hash, packs)
            [again] = settle_apart([(its.claim, its.opening)], pack)
            if not its.gives(again):
                yield _(
                    "bill {bill} gives other figures under its own rules (decided with engine "
                    "{version})"
                ).format(bill=its.bill_id, version=row.engine_version)
    except MediaidError as error:
        yield _("cannot be settled again: {said}").format(said=error)


def _pack(connection: Connection, pack_hash: str, packs: dict[str, Pack]) -> Pack:
    """Return the rules as they are kept now. Raises PackError where they were altered."""
    if pack_hash not in packs:
        packs[pack_hash] = read_kept(connection, pack_hash)
    return packs[pack_hash]
