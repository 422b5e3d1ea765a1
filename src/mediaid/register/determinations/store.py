"""Determinations in the tables: kept as they were decided, read back as they were kept."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from mediaid import __version__
from mediaid.i18n import language
from mediaid.register.audit.chain import digest
from mediaid.register.determinations.outcome import Outcome, PoolKey
from mediaid.register.schema import (
    aid_case,
    determination,
    determination_bill,
    determination_line,
    pool_use,
    standing,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, Row

    from mediaid.packs.model import Pack
    from mediaid.register.session import Work


@dataclass(frozen=True)
class Stand:
    """What stands for a case: the determinations' rows, None where there is none."""

    case_id: int
    in_force: Row[Any] | None
    pending: Row[Any] | None

    @property
    def latest(self) -> Row[Any]:
        """The determination that holds room in the pools: the pending one, if any."""
        row = self.pending or self.in_force
        assert row is not None
        return row


def stands_of(connection: Connection, persons: Sequence[int]) -> dict[int, Stand]:
    """Return what stands for the persons' cases; cases without a determination are left out."""
    rows = connection.execute(
        select(standing)
        .join(aid_case, aid_case.c.id == standing.c.case_id)
        .where(aid_case.c.person_id.in_(persons))
    ).all()
    ids = {row.in_force_id for row in rows} | {row.pending_id for row in rows}
    found = {
        row.id: row
        for row in connection.execute(select(determination).where(determination.c.id.in_(ids)))
    }
    return {
        row.case_id: Stand(row.case_id, found.get(row.in_force_id), found.get(row.pending_id))
        for row in rows
        if row.in_force_id is not None or row.pending_id is not None
    }


def stand_of(connection: Connection, case_id: int) -> Stand:
    """Return what stands for one case, also where nothing does yet."""
    row = connection.execute(select(standing).where(standing.c.case_id == case_id)).one()
    return Stand(
        case_id,
        _determination(connection, row.in_force_id),
        _determination(connection, row.pending_id),
    )


def _determination(connection: Connection, number: int | None) -> Row[Any] | None:
    if number is None:
        return None
    return connection.execute(select(determination).where(determination.c.id == number)).one()


def outcomes_of(connection: Connection, determinations: Sequence[int]) -> dict[int, list[Outcome]]:
    """Return the outcomes of determinations as they were kept, in the order of the bills."""
    lines: dict[tuple[int, int], list[dict[str, Any]]] = defaultdict(list)
    for row in connection.execute(_of(determination_line, determinations)).mappings():
        line = {name: value for name, value in row.items() if name not in _KEYS}
        lines[row["determination_id"], row["bill_id"]].append(line)
    uses: dict[tuple[int, int], dict[PoolKey, int]] = defaultdict(dict)
    for use in connection.execute(_of(pool_use, determinations)):
        uses[use.determination_id, use.bill_id][use.pool, use.holder, use.period] = use.amount
    outcomes: dict[int, list[Outcome]] = {number: [] for number in determinations}
    for its in connection.execute(_of(determination_bill, determinations)):
        key = (its.determination_id, its.bill_id)
        outcomes[its.determination_id].append(
            Outcome(
                _in_order(lines[key], its.explanation),
                uses[key],
                its.overpaid,
                its.bill_id,
                its.claim,
                tuple(tuple(row) for row in its.opening),
                its.explanation,
                tuple(its.explanation["provisional"]),
            )
        )
    return outcomes


_KEYS = ("determination_id", "bill_id")


def _of(table: Any, determinations: Sequence[int]) -> Any:
    found = select(table).where(table.c.determination_id.in_(determinations))
    return found.order_by(table.c.determination_id, table.c.bill_id)


def _in_order(
    lines: list[dict[str, Any]], explanation: Mapping[str, Any]
) -> tuple[dict[str, Any], ...]:
    """Return lines in the order in which the rules settle the benefits."""
    order = {its["benefit"]: place for place, its in enumerate(explanation["benefits"])}
    return tuple(sorted(lines, key=lambda line: order.get(line["benefit"], len(order))))


def keep(
    work: Work, case_id: int, decision_id: int, outcomes: Sequence[Outcome], pack: Pack
) -> int:
    """Keep a determination that waits for approval; return its id."""
    connection = work.connection
    number = connection.scalar(
        select(func.count()).select_from(determination).where(determination.c.case_id == case_id)
    )
    outcomes = sorted(outcomes, key=lambda its: its.bill_id)
    row = work.insert(
        determination,
        case_id=case_id,
        number=(number or 0) + 1,
        decision_id=decision_id,
        supersedes_id=connection.scalar(
            select(standing.c.in_force_id).where(standing.c.case_id == case_id)
        ),
        pack_hash=pack.hash,
        engine_version=__version__,
        lang=language(),
        aid=sum(its.aid for its in outcomes),
        payable=sum(its.payable for its in outcomes),
        overpaid=sum(its.overpaid for its in outcomes),
        provisional=sorted({name for its in outcomes for name in its.provisional}),
        content_hash=content_hash(outcomes),
    )
    _keep_bills(work, row.id, outcomes)
    work.update(standing, {"case_id": case_id}, pending_id=row.id)
    return int(row.id)


def _keep_bills(work: Work, number: int, outcomes: Sequence[Outcome]) -> None:
    keys = [{"determination_id": number, "bill_id": its.bill_id} for its in outcomes]
    work.insert_all(
        determination_bill,
        [
            key
            | {
                "claim": its.claim,
                "opening": its.opening,
                "explanation": its.explanation,
                "aid": its.aid,
                "payable": its.payable,
                "overpaid": its.overpaid,
            }
            for key, its in zip(keys, outcomes, strict=True)
        ],
    )
    work.insert_all(
        determination_line,
        [{**key, **line} for key, its in zip(keys, outcomes, strict=True) for line in its.lines],
    )
    work.insert_all(
        pool_use,
        [
            key | {"pool": pool, "holder": holder, "period": period, "amount": amount}
            for key, its in zip(keys, outcomes, strict=True)
            for (pool, holder, period), amount in its.uses.items()
        ],
    )


def content_hash(outcomes: Sequence[Outcome]) -> str:
    """Return the SHA-256 of all that a determination says of its bills."""
    return digest(
        {
            "bills": [
                [
                    its.bill_id,
                    its.claim,
                    its.opening,
                    its.explanation,
                    its.lines,
                    sorted((*key, amount) for key, amount in its.uses.items()),
                    its.overpaid,
                ]
                for its in outcomes
            ]
        }
    )
