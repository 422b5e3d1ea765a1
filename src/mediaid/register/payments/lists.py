"""Pay and file approved cases by list: a list for the bank, and the bank's results read back."""

from __future__ import annotations

import csv
import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from mediaid.faults import Fault, MediaidError, RegisterError, visible, why_not
from mediaid.i18n import gettext as _
from mediaid.money import format_yuan, parse_yuan
from mediaid.register.database.private import create_private
from mediaid.register.payments.entries import enter, outstanding
from mediaid.register.payments.pay import bank_returned, send_lines
from mediaid.register.schema import aid_case, payment

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mediaid.register.session import Register, Work

CASE = "case"
COLUMNS = ("payment", CASE, "payee", "account", "amount", "result", "reason")
"""The bank fills in the last two: ok or failed, and why."""

OK, FAILED = "ok", "failed"
_SAID = {OK: OK, FAILED: FAILED, "成功": OK, "失败": FAILED}


@dataclass
class Sent:
    """What a list holds: its lines, their sum in 分, and cases that could not be paid."""

    lines: int = 0
    amount: int = 0
    left: list[Fault] = field(default_factory=list)


def send_list(register: Register, path: Path, office: str = "") -> Sent:
    """Write what is approved and not yet sent to a new file, and note it as sent.

    Names and accounts stand there in clear. Where the file cannot be written nothing is noted.
    Raises RegisterError.
    """
    made = False
    try:
        with register.write("payment.list") as work:
            rows, sent = _send(work, office, path.name)
            made = _write(path, rows)
            work.details = {"list": path.name, "lines": sent.lines}
    except BaseException:
        if made:
            path.unlink(missing_ok=True)
        raise
    return sent


def read_results(work: Work, path: Path) -> tuple[int, int]:
    """Note what the bank says of a list's lines; return how many it paid and how many not.

    A line said already stays as it is, so that a file can be read again. Raises RegisterError
    with every faulty row.
    """
    faults: list[Fault] = []
    counts = {OK: 0, FAILED: 0}
    for number, row in enumerate(_rows(path), 2):
        try:
            result = _note(work, row)
        except (MediaidError, ValueError) as error:
            faults.append(Fault(_("{file}, row {row}").format(file=path, row=number), str(error)))
        else:
            if result:
                counts[result] += 1
                work.details = {"list": path.name, "result": result}
                work.next_event()
    if faults:
        raise RegisterError(faults)
    work.subject = ""
    work.details = {"list": path.name, **counts}
    return counts[OK], counts[FAILED]


def read_case_numbers(path: Path) -> list[str]:
    """Return the cases of a file: its column `case`, such as a bank's list has, or its lines.

    Raises RegisterError where the file cannot be read or names none.
    """
    lines = [line for line in csv.reader(_text(path).splitlines()) if any(map(str.strip, line))]
    column = 0
    if lines and CASE in lines[0]:
        column = lines.pop(0).index(CASE)
    numbers = [line[column].strip() if column < len(line) else "" for line in lines]
    if not numbers or not all(numbers):
        raise RegisterError(
            Fault(str(path), _("names no case in row {row}: give a column case, or one number a "
                               "line").format(row=numbers.index("") + 2 if numbers else 1))
        )  # fmt: skip
    return numbers


def _approved(connection: Connection, office: str) -> list[str]:
    found = select(aid_case.c.number).where(aid_case.c.state == "approved")
    if office:
        found = found.where(aid_case.c.office == office)
    return list(connection.scalars(found.order_by(aid_case.c.person_id, aid_case.c.id)))


def _send(work: Work, office: str, name: str) -> tuple[list[dict[str, str]], Sent]:
    sent = Sent()
    rows: list[dict[str, str]] = []
    for number in _approved(work.connection, office):
        try:
            lines = send_lines(work, number, name, by_bank=True)
        except RegisterError as error:
            sent.left.append(Fault(number, str(error)))
            continue
        work.details = {"list": name}
        work.next_event()
        rows += [
            {
                "payment": str(line.id),
                "case": number,
                "payee": line.payee,
                "account": line.account,
                "amount": format_yuan(amount),
                "result": "",
                "reason": "",
            }
            for line, amount in lines
        ]
        sent.amount += sum(amount for _line, amount in lines)
    sent.lines = len(rows)
    work.subject = ""
    return rows, sent


def _write(path: Path, rows: list[dict[str, str]]) -> bool:
    """Write a new file that nobody else may read; spreadsheets see text, never a formula."""
    handle = create_private(path)
    try:
        with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            for row in rows:
                writer.writerow(
                    {n: f"'{its}" if its[:1] in tuple("=+-@") else its for n, its in row.items()}
                )
    except OSError as error:
        path.unlink(missing_ok=True)
        raise RegisterError(Fault(str(path), why_not(error))) from None
    return True


def _rows(path: Path) -> list[dict[str, str]]:
    """Read a list back. Raises RegisterError where it has not its columns."""
    rows = list(csv.DictReader(_text(path).splitlines()))
    if rows and not {"payment", "amount", "result"} <= set(rows[0]):
        raise RegisterError(
            Fault(str(path), _("has not the columns {columns}").format(columns=", ".join(COLUMNS)))
        )
    return [{name: its or "" for name, its in row.items() if name} for row in rows]


def _text(path: Path) -> str:
    """Read a file as UTF-8 or, as spreadsheets here save it, GB18030."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise RegisterError(Fault(str(path), why_not(error))) from None
    for encoding in ("utf-8-sig", "gb18030"):
        with suppress(UnicodeDecodeError):
            return content.decode(encoding)
    raise RegisterError(Fault(str(path), _("is no text in UTF-8 or GB18030: save it as CSV")))


def _note(work: Work, row: dict[str, str]) -> str:
    """Note one line's result; return it, or nothing where it was noted before or is not there."""
    said = row["result"].strip().lower()
    if not said:
        return ""
    if said not in _SAID:
        raise ValueError(
            _("result {result} is neither ok (成功) nor failed (失败)").format(result=visible(said))
        )
    result = _SAID[said]
    text = row["payment"].strip()
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
    line = work.connection.execute(select(payment).where(payment.c.id == number)).one_or_none()
    if line is None:
        raise ValueError(_("there is no payment {payment}").format(payment=visible(text)))
    if outstanding(work.connection, line) != parse_yuan(row["amount"]):
        raise ValueError(
            _("payment {payment} is of {amount} yuan").format(
                payment=number, amount=format_yuan(outstanding(work.connection, line))
            )
        )
    if line.state != "sent":
        return ""
    if result == OK:
        enter(work, line, "confirmed", 0)
        case = select(aid_case.c.number).where(aid_case.c.id == line.case_id)
        work.subject = f"case:{work.connection.scalar(case)}"
    else:
        bank_returned(work, number, row.get("reason", "").strip() or _("no reason given"))
    return result
