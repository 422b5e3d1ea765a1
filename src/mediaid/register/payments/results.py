"""What the bank says of a list: read back, and noted of each payment."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from mediaid.faults import Fault, RegisterError, visible
from mediaid.i18n import gettext as _
from mediaid.money import format_yuan, parse_yuan
from mediaid.register.database.locks import lock_persons
from mediaid.register.database.many import rows_with
from mediaid.register.payments.bank_file import read_bank_file
from mediaid.register.payments.entries import enter_all
from mediaid.register.payments.pay import bank_returned
from mediaid.register.people.persons import clean_sentence
from mediaid.register.schema import aid_case, payment, payment_entry
from mediaid.register.workflow.words import payment_words

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection, Row

    from mediaid.register.session import Work

OK, FAILED = "ok", "failed"
_SAID = {OK: OK, FAILED: FAILED, "成功": OK, "失败": FAILED}


def read_results(work: Work, path: Path) -> tuple[int, int]:
    """Note what the bank says of a list's lines; return how many it paid and how many not.

    A line said already stays as it is, so that a file can be read again, also after what was
    returned has gone out by another list. Raises RegisterError with every faulty row.
    """
    refused: list[tuple[int, str]] = []
    answers: list[tuple[int, _Answer]] = []
    for number, row in enumerate(read_bank_file(path), 2):
        try:
            answer = _read(row)
        except (RegisterError, ValueError) as error:
            refused.append((number, str(error)))
        else:
            if answer is not None:
                answers.append((number, answer))
    known = _known(work.connection, [its.payment for _number, its in answers])
    new: dict[int, _Answer] = {}
    for number, its in answers:
        try:
            if _is_new(its, known.get(its.payment), new.get(its.payment)):
                new[its.payment] = its
        except ValueError as error:
            refused.append((number, str(error)))
    if refused:
        raise RegisterError(
            Fault(_("{file}, row {row}").format(file=path, row=number), said)
            for number, said in sorted(refused)
        )
    file = visible(path.name)
    _note_paid(work, file, [known[key] for key, its in new.items() if its.result == OK])
    failed = [its for its in new.values() if its.result == FAILED]
    for its in failed:
        bank_returned(work, its.payment, its.reason or _("no reason given"))
        work.details = _details(file, known[its.payment], FAILED)
        work.next_event()
    paid, returned = len(new) - len(failed), len(failed)
    work.details = {"file": file, OK: paid, FAILED: returned}
    return paid, returned


@dataclass(frozen=True)
class _Answer:
    """A row that the bank filled in; `of_list` is "" where it does not say of which list it is."""

    payment: int
    typed: str
    amount: int
    result: str
    reason: str
    of_list: str


@dataclass(frozen=True)
class _Known:
    """A line, its case's number, and how often it was sent: list or reference, and 分."""

    line: Row[Any]
    case: str
    sent: list[tuple[str, int]] = field(default_factory=list)


def _read(row: dict[str, str]) -> _Answer | None:
    """Return what a row says, None where the bank has not filled it in.

    Raises ValueError, or RegisterError of a reason that cannot be kept.
    """
    said, typed = row["result"].lower(), row["payment"]
    if not said:
        return None
    if said not in _SAID:
        raise ValueError(
            _("result {result} is neither ok (成功) nor failed (失败)").format(result=visible(said))
        )
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else 0
    amount = parse_yuan(row["amount"])
    reason = clean_sentence(row.get("reason", ""))
    return _Answer(number, typed, amount, _SAID[said], reason, row.get("list", ""))


def _known(connection: Connection, numbers: list[int]) -> dict[int, _Known]:
    """Return what there is of lines, by their numbers; their persons are locked."""
    its_case = aid_case.c.id == payment.c.case_id
    persons = select(aid_case.c.person_id).join(payment, its_case)
    lock_persons(
        connection, (row[0] for row in rows_with(connection, persons, payment.c.id, numbers))
    )
    cases = select(payment.c.id, aid_case.c.number).join(aid_case, its_case)
    of_case = {row.id: row.number for row in rows_with(connection, cases, payment.c.id, numbers)}
    found = {
        line.id: _Known(line, of_case[line.id])
        for line in rows_with(connection, select(payment), payment.c.id, numbers)
    }
    sent = select(payment_entry).where(payment_entry.c.kind == "sent").order_by(payment_entry.c.id)
    for entry in rows_with(connection, sent, payment_entry.c.payment_id, numbers):
        found[entry.payment_id].sent.append((entry.reference, entry.amount))
    return found


def _is_new(its: _Answer, known: _Known | None, other: _Answer | None) -> bool:
    """Whether an answer says what is not noted yet. Raises ValueError where it cannot be right.

    It answers one sending of the line; what it says of one before the last is no news. `other` is
    what a row above says of the last one.
    """
    if known is None:
        raise ValueError(_("there is no payment {payment}").format(payment=visible(its.typed)))
    if not known.sent:
        raise ValueError(
            _("payment {payment} is {state}, not sent").format(
                payment=its.payment, state=payment_words(known.line.state)
            )
        )
    sent = [(name, amount) for name, amount in known.sent if its.of_list in ("", name)]
    if not sent:
        raise ValueError(
            _("payment {payment} was not in list {list}").format(
                payment=its.payment, list=visible(its.of_list)
            )
        )
    if len(sent) > 1:
        raise ValueError(
            _(
                "payment {payment} was sent {times} times: say in column list which list this "
                "answers, or leave out the row"
            ).format(payment=its.payment, times=len(sent))
        )
    [(name, amount)] = sent
    if its.amount != amount:
        raise ValueError(
            _("payment {payment} is of {amount} yuan").format(
                payment=its.payment, amount=format_yuan(amount)
            )
        )
    if name != known.sent[-1][0] or known.line.state != "sent":
        return False
    if other is not None and other.result != its.result:
        raise ValueError(
            _("payment {payment} stands here twice, with different results").format(
                payment=its.payment
            )
        )
    return other is None


def _note_paid(work: Work, file: str, paid: list[_Known]) -> None:
    """Note that the bank confirmed lines, each in an event of its case."""
    changed = enter_all(work, "confirmed", [(its.line, 0) for its in paid])
    for its, rows in zip(paid, changed, strict=True):
        work.tell(f"case:{its.case}", _details(file, its, OK), rows)


def _details(file: str, of: _Known, result: str) -> dict[str, str]:
    """Return what an event says of a line's answer: the file it stood in, and the list it is to."""
    return {"file": file, "list": of.sent[-1][0], "result": result}
