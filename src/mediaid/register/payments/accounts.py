"""Where a person's aid is paid to: said once, and taken over by each payment line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from mediaid.faults import Fault, RegisterError, visible
from mediaid.i18n import gettext as _
from mediaid.people.masking import mask_id
from mediaid.register.database.locks import lock_persons
from mediaid.register.payments.entries import enter
from mediaid.register.people.persons import clean, get_person
from mediaid.register.schema import aid_case, payment, person

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from mediaid.register.session import Work

_ACCOUNT = re.compile(r"[0-9A-Z]{4,40}", re.ASCII)


def clean_account(text: str) -> str:
    """Return an account's number without spaces and hyphens, "" for none. Raises RegisterError."""
    number = re.sub(r"[\s'`-]", "", clean(text)).upper()
    if number and not _ACCOUNT.fullmatch(number):
        raise RegisterError(
            Fault(
                _("account"),
                _(
                    "{value} is no account: 4 to 40 digits and letters. A spreadsheet cuts off "
                    "long numbers: keep them as text"
                ).format(value=mask_id(visible(number))),
            )
        )
    return number


def set_account(work: Work, person_id: int, account: str, payee: str = "") -> int:
    """Have what a person is given from now on, and what waits, paid to an account.

    `payee`: whose account it is, if not the person's. Lines for which somebody else was named stay
    as they are. Returns how many waiting lines changed.
    """
    lock_persons(work.connection, [person_id])
    before = get_person(work.connection, person_id)
    now = work.update(person, {"id": person_id}, account=clean_account(account), payee=clean(payee))
    work.subject = f"person:{person_id}"
    lines = _waiting(work.connection, before)
    for line in lines:
        changed = work.update(
            payment, {"id": line.id}, payee=now.payee or now.name, account=now.account
        )
        enter(work, changed, "payee", 0)
    return len(lines)


def _waiting(connection: Connection, before: Row[Any]) -> list[Row[Any]]:
    """Return a person's lines not yet sent that went where the person's aid goes."""
    found = (
        select(payment)
        .join(aid_case, aid_case.c.id == payment.c.case_id)
        .where(
            aid_case.c.person_id == before.id,
            payment.c.state == "open",
            payment.c.kind != "reclaim",
            payment.c.payee == (before.payee or before.name),
            payment.c.account.in_(("", before.account)),
        )
    )
    return list(connection.execute(found.order_by(payment.c.id)))
