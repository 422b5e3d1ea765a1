"""发放 and 备案: what was sent, returned by the bank, paid back, and filed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from mediaid.faults import Fault, RegisterError
from mediaid.i18n import gettext as _
from mediaid.money import show_yuan
from mediaid.register.cases.find import get_case
from mediaid.register.database.locks import lock_persons
from mediaid.register.database.many import rows_with
from mediaid.register.payments.accounts import clean_account
from mediaid.register.payments.entries import enter, outstanding, outstanding_of
from mediaid.register.payments.set_off import set_off
from mediaid.register.people.persons import clean, clean_sentence, required
from mediaid.register.schema import aid_case, payment, person
from mediaid.register.workflow.states import refuse_step, step
from mediaid.register.workflow.words import payment_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Row

    from mediaid.register.session import Work


def set_payee(work: Work, payment_id: int, payee: str, account: str) -> None:
    """Have a line that is not yet sent paid to somebody, to an account."""
    line, case = _locked(work, payment_id)
    if line.state not in ("open", "stopped"):
        raise RegisterError(
            _("payment {payment} is {state}: its payee cannot change any more").format(
                payment=payment_id, state=payment_words(line.state)
            )
        )
    changed = work.update(
        payment,
        {"id": line.id},
        payee=required(payee, _("payee")),
        account=clean_account(account),
        state="open",
    )
    enter(work, changed, "payee", 0)
    work.subject = f"case:{case.number}"


def pay_case(work: Work, number: str, reference: str = "") -> int:
    """Note that all open lines of a case were sent by hand, and return what was, in 分."""
    case = get_case(work.connection, number)
    lock_persons(work.connection, [case.person_id])
    case = get_case(work.connection, number)
    lines = unsent_lines(work.connection, [case.id])[case.id]
    refuse_unpayable(case, lines)
    step(work, case, "pay")
    left = outstanding_of(work.connection, lines)
    for line in lines:
        enter(work, line, "sent", left[line.id], clean(reference))
    return sum(left.values())


def refuse_unpayable(case: Row[Any], lines: list[Row[Any]], *, by_bank: bool = False) -> None:
    """Raise RegisterError where a case cannot be paid, whose lines that are not sent are given.

    What a bank is to send needs an account; what is paid by hand does not.
    """
    for line in lines:
        if line.state == "stopped":
            raise RegisterError(
                _(
                    "payment {payment} was stopped: name who is paid instead with payment payee"
                ).format(payment=line.id)
            )
        if by_bank and not line.account:
            raise RegisterError(
                _(
                    "payment {payment} has no account: note it with person account {person} "
                    "--account NUMBER, and list again; or pay it by hand, with case pay"
                ).format(payment=line.id, person=case.person_id)
            )
    refuse_step(case, "pay")


def unsent_lines(connection: Connection, cases: Sequence[int]) -> dict[int, list[Row[Any]]]:
    """Return the lines of each case that wait to be sent, in the order of their numbers."""
    waiting = select(payment).where(
        payment.c.state.in_(("open", "stopped")), payment.c.kind != "reclaim"
    )
    found: dict[int, list[Row[Any]]] = {case: [] for case in cases}
    for line in rows_with(connection, waiting.order_by(payment.c.id), payment.c.case_id, cases):
        found[line.case_id].append(line)
    return found


def bank_returned(work: Work, payment_id: int, reason: str) -> None:
    """Note that the bank sent a payment back: it is open again."""
    line, case = _locked(work, payment_id)
    if line.state != "sent":
        raise RegisterError(
            _("payment {payment} is {state}, not sent").format(
                payment=payment_id, state=payment_words(line.state)
            )
        )
    why = clean_sentence(reason)
    if not why:
        raise RegisterError(Fault("--reason", _("is missing: fill it in")))
    enter(work, line, "returned", outstanding(work.connection, line), why)
    set_off(work, line)
    died_on = select(person.c.died_on).where(person.c.id == case.person_id)
    if outstanding(work.connection, line) and work.connection.scalar(died_on) is not None:
        enter(work, line, "stopped", 0, "the person died")
    # What is set off against a reclaim, all of it, is not to be sent again.
    if case.state != "approved" and unsent_lines(work.connection, [case.id])[case.id]:
        step(work, case, "pay_back", why)
    work.subject = f"case:{case.number}"


def paid_back(work: Work, payment_id: int, amount: int, reference: str = "") -> int:
    """Note an instalment of a reclaim, in 分, and return what is still to come."""
    line, case = _locked(work, payment_id)
    left = outstanding(work.connection, line)
    if line.kind != "reclaim" or line.state != "open":
        raise RegisterError(_("payment {payment} is no open reclaim").format(payment=payment_id))
    if not 0 < amount <= left:
        raise RegisterError(
            _("{amount} is not between 0.01 and the {left} yuan still to come").format(
                amount=show_yuan(amount), left=show_yuan(left)
            )
        )
    enter(work, line, "received", amount, clean(reference))
    work.subject = f"case:{case.number}"
    return left - amount


def file_case(work: Work, number: str) -> None:
    """备案: note that a paid case was filed with the district."""
    case = get_case(work.connection, number)
    lock_persons(work.connection, [case.person_id])
    step(work, get_case(work.connection, number), "file")


def _locked(work: Work, payment_id: int) -> tuple[Row[Any], Row[Any]]:
    """Return a line and its case, the person locked."""
    found = select(payment).where(payment.c.id == payment_id)
    line = work.connection.execute(found).one_or_none()
    if line is None:
        raise RegisterError(_("there is no payment {payment}").format(payment=payment_id))
    its_case = select(aid_case).where(aid_case.c.id == line.case_id)
    lock_persons(work.connection, [work.connection.execute(its_case).one().person_id])
    return work.connection.execute(found).one(), work.connection.execute(its_case).one()
