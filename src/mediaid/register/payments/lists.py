"""Lists for the bank: what is approved is written to a file and noted as sent, both or neither.

The file is on the disk under a passing name before the transaction ends, and gets its own name
after that: what bears a list's name was noted as sent. Where it was not seen how the transaction
ended (a connection lost at that moment), the register is asked.
"""

from __future__ import annotations

import errno
import os
import shlex
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, or_, select, text

from mediaid.faults import Fault, RegisterError, visible, why_not
from mediaid.i18n import gettext as _
from mediaid.money import format_yuan
from mediaid.register.calendar import CHINA
from mediaid.register.database.locks import lock_lists, lock_persons
from mediaid.register.payments.bank_file import write_bank_file
from mediaid.register.payments.entries import enter_all, outstanding_of
from mediaid.register.payments.pay import refuse_unpayable, unsent_lines
from mediaid.register.people.persons import clean, required
from mediaid.register.schema import aid_case, audit_event, payment, payment_entry, person
from mediaid.register.workflow.states import step_all

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from sqlalchemy import Connection, Row

    from mediaid.register.session import Changed, Register, Work

ACTION = "payment.list"
UNCONFIRMED = ".unconfirmed"
"""What the name of a list's file ends in until the register is known to have noted it as sent."""

_NEWEST = 5
"""So many lists are named where one is asked for that there is not."""


@dataclass
class Sent:
    """What a list holds: its lines, their sum in 分, and cases that could not be paid.

    `answered`: cases that a list written again leaves out, since the bank answered.
    """

    lines: int = 0
    amount: int = 0
    left: list[Fault] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)


def send_list(register: Register, path: Path, office: str = "") -> Sent:
    """Write what is approved and not yet sent to a new file, and note it as sent.

    Names and accounts stand there in clear. Where the file cannot be written nothing is noted.
    A list goes by its file's name, which no other list of the register has. Where there is nothing
    to send there is no list, and no file.
    Raises RegisterError; its words say where the file is, if it is not known what was noted.
    """
    name = _name_of(path)
    passing = path.with_name(path.name + UNCONFIRMED)
    _refuse_file(path, passing, name)
    written = False
    try:
        with register.write(ACTION) as work:
            lock_lists(work.connection)
            _refuse_known(work.connection, name)
            rows, sent = _send(work, office, name)
            work.details = {"lines": sent.lines, "amount": format_yuan(sent.amount)}
            if rows:
                work.details["list"] = name
                write_bank_file(passing, rows)
                written = True
    except BaseException as error:
        if not written:
            raise
        noted = _is_noted(register, name)
        if noted is None:
            raise RegisterError(Fault(str(passing), _unknown(name))) from error
        if not noted:
            passing.unlink(missing_ok=True)
            raise
        _place(passing, path)
        if not isinstance(error, RegisterError):
            raise
        return sent
    if written:
        _place(passing, path)
    return sent


def list_again(register: Register, name: str, path: Path) -> Sent:
    """Write the file of an earlier list anew, from what the register noted; that is an event.

    Payments that the bank answered are left out: those it returned may be in a later list. So are
    those of somebody whose death was noted since. Raises RegisterError where nothing is left, or
    there is no such list.
    """
    name = clean(name)
    made = False
    try:
        with register.write("payment.list_again") as work:
            at = _find_list(work.connection, name)
            if at is None:
                raise RegisterError(_no_list(work.connection, name))
            rows, sent = _listed(work.connection, name, at)
            if not rows:
                raise RegisterError(
                    sent.left
                    or _("list {list}: the bank answered to all of its payments").format(
                        list=visible(name)
                    )
                )
            work.details = {
                "list": name,
                "file": clean(path.name),
                "lines": sent.lines,
                "amount": format_yuan(sent.amount),
                "answered": len(sent.answered),
            }
            write_bank_file(path, rows)
            made = True
    except BaseException:
        if made:
            path.unlink(missing_ok=True)
        raise
    return sent


def _name_of(path: Path) -> str:
    """Return the name of the list that a file holds. Raises RegisterError."""
    if not path.name:
        raise RegisterError(Fault(str(path), _("it is a folder")))
    return required(path.name, _("the list's name"))


def _refuse_file(path: Path, passing: Path, name: str) -> None:
    """Say at once what a list's file stumbles over, before everybody else has to wait for it."""
    try:
        path.parent.stat()
    except OSError as error:
        raise RegisterError(Fault(str(path), why_not(error))) from None
    if os.path.lexists(path):
        raise RegisterError(Fault(str(path), _("exists already: it is left as it is")))
    if os.path.lexists(passing):
        raise RegisterError(Fault(str(passing), _unknown(name)))


def _refuse_known(connection: Connection, name: str) -> None:
    at = _find_list(connection, name)
    if at is not None:
        raise RegisterError(
            Fault(
                visible(name),
                _(
                    "a list of this name was sent on {day}: choose another name, or have that one "
                    "written again with --again"
                ).format(day=at.astimezone(CHINA).date()),
            )
        )


def _unknown(name: str) -> str:
    """Say what to do with a file of which it is not known whether its list was noted."""
    return _(
        "it is not known whether the payments of this list were noted as sent. Give it to nobody. "
        "When the register can be reached, run mediaid register payment list NEW.csv --again "
        "{name}: it writes the list if it was noted, and says so if it was not; then delete this "
        "file"
    ).format(name=shlex.quote(name))


def _no_list(connection: Connection, name: str) -> str:
    newest = ", ".join(visible(its) for its, _at in _lists(connection)[:_NEWEST])
    return _(
        "nothing was noted as sent by a list {list}: write a new one. Lists there are: {lists}"
    ).format(list=visible(name), lists=newest or _("none"))


def _lists(connection: Connection) -> list[tuple[str, dt.datetime]]:
    """Return the lists that were sent, the newest first."""
    found = (
        select(audit_event.c.details, audit_event.c.at)
        .where(audit_event.c.subject == "", audit_event.c.action == ACTION)
        .order_by(audit_event.c.seq.desc())
    )
    events = connection.execute(found)
    # Where nothing was to be sent there was no list.
    return [(row.details["list"], row.at) for row in events if "list" in row.details]


def _find_list(connection: Connection, name: str) -> dt.datetime | None:
    """Return when a list was sent, None where there is none of the name."""
    return next((at for its, at in _lists(connection) if its == name), None)


def _is_noted(register: Register, name: str) -> bool | None:
    """Return whether a list was noted as sent, None where the register cannot say so now.

    The answer waits for the lock of lists: a transaction whose end was not seen holds it until it
    is committed or gone.
    """
    try:
        with register.trial(ACTION) as work:
            if work.connection.dialect.name == "postgresql":
                work.connection.execute(text("SET LOCAL lock_timeout = '30s'"))
            lock_lists(work.connection)
            return _find_list(work.connection, name) is not None
    except RegisterError:
        return None


def _place(passing: Path, path: Path) -> None:
    """Give a list's file its own name."""
    try:
        _rename(passing, path)
    except OSError as error:
        raise RegisterError(
            Fault(
                str(passing),
                _(
                    "this is the list, and its payments are noted as sent; it cannot be named "
                    "{name} ({reason}): rename it yourself"
                ).format(name=visible(path.name), reason=why_not(error)),
            )
        ) from None


def _rename(old: Path, new: Path) -> None:
    """Rename a file, but never over another one. Raises OSError."""
    try:
        os.link(old, new)
    except FileExistsError:
        raise
    except OSError:  # such as of a memory stick, whose files have one name each
        if os.path.lexists(new):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from None
        old.rename(new)
    else:
        with suppress(OSError):  # it has its name, whatever else is left
            old.unlink()


def _approved(connection: Connection, office: str) -> list[Row[Any]]:
    found = select(aid_case).where(aid_case.c.state == "approved")
    if office:
        found = found.where(aid_case.c.office == office)
    return list(connection.execute(found.order_by(aid_case.c.person_id, aid_case.c.id)))


def _send(work: Work, office: str, name: str) -> tuple[list[dict[str, str]], Sent]:
    """Note all that is approved as sent, each case with an event of its own; return the rows."""
    locked = {case.person_id for case in _approved(work.connection, office)}
    lock_persons(work.connection, locked)
    cases = [its for its in _approved(work.connection, office) if its.person_id in locked]
    lines = unsent_lines(work.connection, [case.id for case in cases])
    sent = Sent()
    payable = []
    for case in cases:
        try:
            refuse_unpayable(case, lines[case.id], by_bank=True)
        except RegisterError as error:
            sent.left.append(Fault(case.number, str(error)))
        else:
            payable.append(case)
    listed = [(case, line) for case in payable for line in lines[case.id]]
    left = outstanding_of(work.connection, [line for _case, line in listed])
    steps = step_all(work, payable, "pay")
    changed: dict[int, list[Changed]] = {
        case.id: rows for case, rows in zip(payable, steps, strict=True)
    }
    entries = enter_all(work, "sent", [(line, left[line.id]) for _case, line in listed], name)
    for (case, _line), rows in zip(listed, entries, strict=True):
        changed[case.id] += rows
    for case in payable:
        listed_by = {"list": name} if lines[case.id] else {}
        work.tell(f"case:{case.number}", listed_by, changed[case.id])
    sent.lines, sent.amount = len(listed), sum(left.values())
    return [_row(name, case.number, line, left[line.id]) for case, line in listed], sent


def _listed(
    connection: Connection, name: str, at: dt.datetime
) -> tuple[list[dict[str, str]], Sent]:
    """Return the lines of an earlier list that the bank has not answered to."""
    later = payment_entry.alias("later")
    sent_again = select(later.c.id).where(
        later.c.payment_id == payment.c.id,
        later.c.kind == "sent",
        later.c.id > payment_entry.c.id,
    )
    # A death that was noted before the payment was sent stopped it, until the heirs were named.
    before = payment_entry.alias("before")
    last_halt = (
        select(before.c.kind)
        .where(before.c.payment_id == payment.c.id, before.c.kind.in_(("stopped", "resumed")))
        .order_by(before.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    found = connection.execute(
        select(
            payment,
            aid_case.c.number,
            payment_entry.c.amount.label("sent"),
            sent_again.exists().label("sent_again"),
            and_(
                person.c.died_on.is_not(None),
                or_(
                    func.coalesce(last_halt, "") != "stopped",
                    payment.c.payee == person.c.name,
                ),
            ).label("to_the_dead"),
        )
        .join(payment_entry, payment_entry.c.payment_id == payment.c.id)
        .join(aid_case, aid_case.c.id == payment.c.case_id)
        .join(person, person.c.id == aid_case.c.person_id)
        .where(
            payment_entry.c.kind == "sent",
            payment_entry.c.reference == name,
            payment_entry.c.done_at == at,
        )
        .order_by(payment_entry.c.id)
    ).all()
    rows, sent = [], Sent()
    for line in found:
        if line.state != "sent" or line.sent_again:
            sent.answered.append(line.number)
            continue
        if line.to_the_dead:
            sent.left.append(Fault(line.number, _to_the_dead(line.id)))
            continue
        rows.append(_row(name, line.number, line, line.sent))
        sent.amount += line.sent
    sent.lines = len(rows)
    return rows, sent


def _to_the_dead(number: int) -> str:
    return _(
        "the person died: if the bank did not pay it, note payment {payment} as returned, and name "
        "who is paid instead with payment payee"
    ).format(payment=number)


def _row(name: str, case: str, line: Row[Any], amount: int) -> dict[str, str]:
    return {
        "payment": str(line.id),
        "case": case,
        "payee": line.payee,
        "account": line.account,
        "amount": format_yuan(amount),
        "result": "",
        "reason": "",
        "list": name,
    }
