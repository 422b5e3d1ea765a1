"""Money between the giver and the towns: advances, and what settles a year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import select, union

from mediaid.engine.plan import payers_of, plan_of
from mediaid.faults import Fault, RegisterError, nearest, visible
from mediaid.i18n import gettext as _
from mediaid.register.calendar import CHINA
from mediaid.register.database.locks import lock_transfers
from mediaid.register.determinations.packs import current_pack
from mediaid.register.people.persons import clean, required
from mediaid.register.schema import fund_transfer, office, payment, person

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from sqlalchemy import Connection, Row

    from mediaid.packs.model import Pack
    from mediaid.register.session import Work

Kind = Literal["advance", "topped_up", "handed_back"]
"""预拨 to a town; after the year's settlement: paid to it, or paid back by it."""

YEARS = range(1949, 2201)


@dataclass(frozen=True)
class Transfer:
    """Money that moved for a year's payments; `amount` in 分.

    `payer`: whose money, such as a level of government; empty where nobody is told apart.
    """

    kind: Kind
    year: int
    town: str
    amount: int
    dated_on: dt.date
    payer: str = ""
    reference: str = ""


def enter_transfer(work: Work, new: Transfer, *, new_town: bool = False) -> int:
    """Enter a transfer; return its number.

    Raises RegisterError for a town nobody knows (unless `new_town`), a payer the rules do not name,
    a day to come, or a transfer that is entered already: another one like it has another reference.
    """
    town = required(new.town, _("town or street"))
    if not new_town:
        _refuse_unknown_town(work.connection, town)
    payer = clean(new.payer)
    _refuse_unknown_payer(current_pack(work.connection), payer)
    if new.year not in YEARS:
        raise RegisterError(Fault("--year", _("{year} is no year").format(year=new.year)))
    if new.amount <= 0:
        raise RegisterError(_("the amount has to be above 0"))
    if new.dated_on > work.now.astimezone(CHINA).date():
        raise RegisterError(
            Fault("--date", _("{day} is still to come").format(day=new.dated_on.isoformat()))
        )
    facts = {
        "kind": new.kind,
        "year": new.year,
        "town": town,
        "payer": payer,
        "amount": new.amount,
        "dated_on": new.dated_on,
        "reference": clean(new.reference),
    }
    lock_transfers(work.connection)
    _refuse_twice(work.connection, facts)
    work.subject = f"town:{town}"
    return _enter(work, facts, None)


def cancel_transfer(work: Work, number: int, reason: str) -> None:
    """Cancel a transfer that was entered by mistake. Raises RegisterError."""
    lock_transfers(work.connection)
    row = work.connection.execute(
        select(fund_transfer).where(fund_transfer.c.id == number)
    ).one_or_none()
    if row is None or row.kind == "cancelled":
        raise RegisterError(_("there is no transfer {number}").format(number=number))
    if any(its.id == number for its in _cancelled(work.connection, row.year)):
        raise RegisterError(_("transfer {number} is cancelled already").format(number=number))
    work.subject = f"town:{row.town}"
    facts = {name: row._mapping[name] for name in ("year", "town", "payer", "amount", "dated_on")}
    facts |= {"kind": "cancelled", "reference": required(reason, "--reason")}
    _enter(work, facts, number)


def transfers_of(connection: Connection, year: int) -> list[Row[Any]]:
    """Return a year's transfers that were not cancelled, in the order of their days."""
    gone = [row.id for row in _cancelled(connection, year)]
    found = select(fund_transfer).where(
        fund_transfer.c.year == year,
        fund_transfer.c.kind != "cancelled",
        fund_transfer.c.id.not_in(gone),
    )
    return list(connection.execute(found.order_by(fund_transfer.c.dated_on, fund_transfer.c.id)))


def known_payers(pack: Pack) -> list[str]:
    """Return the payers that the rules name: those of its splits and of its fundings."""
    named = [*payers_of(plan_of(pack))]
    for funding in pack.whole.funding.values():
        named += funding.payers
    return list(dict.fromkeys(named))


def _enter(work: Work, facts: dict[str, Any], cancels_id: int | None) -> int:
    row = work.insert(
        fund_transfer,
        **facts,
        cancels_id=cancels_id,
        entered_by=work.actor.name,
        entered_at=work.now,
    )
    return int(row.id)


def _cancelled(connection: Connection, year: int) -> Sequence[Row[Any]]:
    found = select(fund_transfer.c.cancels_id.label("id")).where(
        fund_transfer.c.year == year, fund_transfer.c.kind == "cancelled"
    )
    return connection.execute(found).all()


def _refuse_unknown_town(connection: Connection, town: str) -> None:
    """Refuse a town that stands nowhere else: it would be settled apart from its payments."""
    known = connection.scalars(
        union(
            select(person.c.town),
            select(payment.c.town),
            select(office.c.name),
            select(fund_transfer.c.town),
        )
    ).all()
    if town not in known:
        raise RegisterError(
            _(
                "nobody in the register lives in {town}, and no office is called so.{nearest} If "
                "it is right all the same, say --new-town"
            ).format(town=visible(town), nearest=nearest(town, known))
        )


def _refuse_unknown_payer(pack: Pack, payer: str) -> None:
    known = known_payers(pack)
    if payer and payer not in known:
        raise RegisterError(
            Fault(
                "--payer",
                _("{payer} is no payer of these rules; they name: {known}").format(
                    payer=visible(payer), known=", ".join(known) or _("none")
                ),
            )
        )


def _refuse_twice(connection: Connection, facts: dict[str, Any]) -> None:
    for row in transfers_of(connection, facts["year"]):
        if all(row._mapping[name] == its for name, its in facts.items()):
            raise RegisterError(
                _(
                    "this is transfer {number} already. If it is another one of the same day and "
                    "amount, give it a --reference of its own"
                ).format(number=row.id)
            )
