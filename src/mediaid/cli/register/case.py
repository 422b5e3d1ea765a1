"""`mediaid register case`: cases from acceptance to filing."""

# ruff: noqa: PLC0415 - a command imports what it needs when it runs: start-up stays fast
from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from mediaid.cli.register.common import (
    After,
    AsJson,
    Clear,
    Limit,
    Reason,
    Where,
    amount,
    change,
    day,
    look,
    noted,
    show,
)
from mediaid.cli.register.many import (
    AllOfThem,
    Cases,
    FromList,
    Office,
    do_each,
    stand,
    stand_lines,
)
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mediaid.register.session import Work


app = typer.Typer(no_args_is_help=True)

Case = Annotated[str, typer.Argument(metavar="CASE", help=_("The case's number."))]
Yuan = Annotated[str, typer.Option(metavar="YUAN", show_default=False)]


@app.command("new", help=_("Accept an application: open a case of a person."))
def new(
    person: Annotated[int, typer.Argument(metavar="PERSON", help=_("The person's number."))],
    office: Annotated[
        str, typer.Option("--office", help=_("The office, if there are several."))
    ] = "",
    register: Where = "",
    as_json: AsJson = False,
) -> None:
    with change(register, "case.accept") as work:
        from mediaid.register.cases.accept import only_office, open_case

        number = open_case(work, office or only_office(work.connection), person)
    show({"case": number}, [_("case {case}").format(case=number)], as_json)


@app.command("bill", help=_("Enter a bill: self-paid as given, or the amounts it derives from."))
def bill(  # noqa: PLR0913, PLR0917 - one parameter an option
    case: Case,
    institution: Annotated[
        str, typer.Option("--institution", help=_("Institution."), show_default=False)
    ],
    invoice: Annotated[
        str, typer.Option("--invoice", help=_("Invoice number."), show_default=False)
    ],
    date: Annotated[
        str,
        typer.Option("--date", metavar="YYYY-MM-DD", help=_("Date."), show_default=False),
    ],
    setting: Annotated[
        str, typer.Option("--setting", help=_("Inpatient or outpatient."), show_default=False)
    ],
    self_paid: Annotated[
        str, typer.Option("--self-paid", metavar="YUAN", help=_("Self-paid, as given."))
    ] = "",
    total: Annotated[str, typer.Option("--total", metavar="YUAN", help=_("Total."))] = "",
    in_scope: Annotated[str, typer.Option("--in-scope", metavar="YUAN", help=_("In scope."))] = "",
    paid_first: Annotated[
        str, typer.Option("--paid-first", metavar="YUAN", help=_("Paid first by the person."))
    ] = "",
    pooled_fund: Annotated[
        str, typer.Option("--pooled-fund", metavar="YUAN", help=_("Paid by the pooled fund."))
    ] = "",
    critical_illness: Annotated[
        str,
        typer.Option(
            "--critical-illness", metavar="YUAN", help=_("Paid by critical-illness insurance.")
        ),
    ] = "",
    out_of_scope: Annotated[
        str, typer.Option("--out-of-scope", metavar="YUAN", help=_("Out of scope."))
    ] = "",
    other_insurance: Annotated[
        str, typer.Option("--other-insurance", metavar="YUAN", help=_("Paid by other insurance."))
    ] = "",
    other_relief: Annotated[
        str, typer.Option("--other-relief", metavar="YUAN", help=_("Other relief."))
    ] = "",
    field: Annotated[
        list[str] | None,
        typer.Option(
            "--field",
            metavar="NAME=VALUE",
            help=_("Another field, such as already_aided=100; repeatable."),
            show_default=False,
        ),
    ] = None,
    similar: Annotated[
        str,
        typer.Option(
            "--similar",
            metavar="TEXT",
            help=_("Why it is another bill than the one of the same day and amount."),
        ),
    ] = "",
    register: Where = "",
    as_json: AsJson = False,
) -> None:
    parts = {
        "total": total,
        "out_of_scope": out_of_scope,
        "paid_first": paid_first,
        "in_scope": in_scope,
        "pooled_fund": pooled_fund,
        "critical_illness": critical_illness,
        "other_insurance": other_insurance,
        "other_relief": other_relief,
        "self_paid": self_paid,
    }
    stated = {
        name: amount(text, "--" + name.replace("_", "-")) for name, text in parts.items() if text
    }
    when = day(date, "--date")
    fields = _fields(field or [])
    with change(register, "bill.add") as work:
        from mediaid.register.cases.bills import NewBill, SelfPaid, add_bill
        from mediaid.register.determinations.packs import current_pack

        bore = SelfPaid.derived(stated, current_pack(work.connection).preselfpay)
        entered = NewBill(
            institution, invoice, when, setting, bore, fields,
            similar,
        )  # fmt: skip
        number = add_bill(work, case, entered)
    from mediaid.money import format_yuan, show_yuan

    show(
        {"bill": number, "self_paid": format_yuan(bore.amount)},
        [_("bill {bill}: self-paid {paid} yuan").format(bill=number, paid=show_yuan(bore.amount))],
        as_json,
    )


def _fields(pairs: list[str]) -> dict[str, str]:
    from mediaid.faults import Fault, RegisterError, visible

    fields: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or name in fields:
            raise RegisterError(
                Fault(f"--field {visible(pair)}", _("write NAME=VALUE, each name once"))
            )
        fields[name] = value
    return fields


@app.command("withdraw", help=_("Take out a bill that was entered by mistake."))
def withdraw(
    case: Case,
    number: Annotated[int, typer.Argument(metavar="BILL", help=_("The bill's number."))],
    register: Where = "",
    as_json: AsJson = False,
) -> None:
    with change(register, "bill.withdraw") as work:
        from mediaid.register.cases.bills import withdraw_bill

        withdraw_bill(work, case, number)
    noted({"case": case, "bill": number}, as_json)


@app.command("reverse", help=_("A bill was refunded: what rested on it is settled again."))
def reverse(
    number: Annotated[int, typer.Argument(metavar="BILL", help=_("The bill's number."))],
    reason: Reason = "",
    register: Where = "",
    as_json: AsJson = False,
) -> None:
    with change(register, "bill.reverse") as work:
        from mediaid.register.cases.bills import reverse_bill

        reverse_bill(work, number, reason)
    noted({"bill": number}, as_json)


@app.command("paper", help=_("Note a paper: discharge_summary, invoice or itemised_bill."))
def paper(
    case: Case,
    kind: Annotated[str, typer.Argument(metavar="PAPER", help=_("The paper."))],
    waived: Annotated[
        str, typer.Option("--waived", metavar="TEXT", help=_("Why the case goes on without it."))
    ] = "",
    register: Where = "",
    as_json: AsJson = False,
) -> None:
    with change(register, "case.paper") as work:
        from mediaid.register.cases.papers import receive_paper

        receive_paper(work, case, kind, waived)
    noted({"case": case, "paper": kind}, as_json)


@app.command("submit", help=_("Hand cases to the reviewer."))
def submit(
    cases: Cases = None,
    from_list: FromList = None,
    all_of_them: AllOfThem = False,
    office: Office = "",
    waived: Annotated[
        str,
        typer.Option(
            "--waived", metavar="TEXT", help=_("Why they go on without the papers they lack.")
        ),
    ] = "",
    register: Where = "",
    as_json: AsJson = False,
) -> None:
    def change(work: Work, number: str) -> None:
        from mediaid.register.cases.papers import waive_missing_papers
        from mediaid.register.workflow.actions import submit as its

        if waived.strip():
            waive_missing_papers(work, number, waived)
        its(work, number)

    named = (cases, from_list, all_of_them, office)
    do_each(register, "submit", "case.submit", named, change, as_json)


@app.command("review", help=_("Determine cases; they then wait for approval."))
def review(
    cases: Cases = None,
    from_list: FromList = None,
    all_of_them: AllOfThem = False,
    office: Office = "",
    register: Where = "",
    as_json: AsJson = False,
) -> None:
    def change(work: Work, number: str) -> None:
        from mediaid.register.workflow.actions import review as its

        its(work, number)

    named = (cases, from_list, all_of_them, office)
    do_each(register, "review", "case.review", named, change, as_json)


@app.command("approve", help=_("Approve cases with the corrections that come with them."))
def approve(
    cases: Cases = None,
    from_list: FromList = None,
    all_of_them: AllOfThem = False,
    office: Office = "",
    register: Where = "",
    as_json: AsJson = False,
) -> None:
    def change(work: Work, number: str) -> list[str]:
        from mediaid.register.workflow.approve import approve as its

        return its(work, number)

    named = (cases, from_list, all_of_them, office)

    def say(_case: str, approved: list[str]) -> tuple[Any, list[str]]:
        words = _("approved: {cases}").format(cases=", ".join(approved))
        return {"approved": approved}, [words]

    do_each(register, "approve", "case.approve", named, change, as_json, say)


@app.command("return", help=_("Send a case back for completion."))
def send_back(
    case: Case, reason: Reason = "", register: Where = "", as_json: AsJson = False
) -> None:
    with change(register, "case.return") as work:
        from mediaid.register.workflow.actions import send_back as its

        its(work, case, reason)
    _say_state(register, case, as_json)


@app.command("deny", help=_("Deny assistance."))
def deny(case: Case, reason: Reason = "", register: Where = "", as_json: AsJson = False) -> None:
    with change(register, "case.deny") as work:
        from mediaid.register.workflow.actions import deny as its

        its(work, case, reason)
    _say_state(register, case, as_json)


@app.command("reopen", help=_("Take a denied case up again."))
def reopen(case: Case, reason: Reason = "", register: Where = "", as_json: AsJson = False) -> None:
    with change(register, "case.reopen") as work:
        from mediaid.register.workflow.actions import reopen as its

        its(work, case, reason)
    _say_state(register, case, as_json)


@app.command("void", help=_("Withdraw a case before approval; its bills no longer count."))
def void(case: Case, reason: Reason = "", register: Where = "", as_json: AsJson = False) -> None:
    with change(register, "case.void") as work:
        from mediaid.register.workflow.actions import void as its

        its(work, case, reason)
    _say_state(register, case, as_json)


@app.command("pay", help=_("Note that cases' payments were sent."))
def pay(
    cases: Cases = None,
    from_list: FromList = None,
    all_of_them: AllOfThem = False,
    office: Office = "",
    reference: Annotated[
        str, typer.Option("--reference", metavar="TEXT", help=_("The bank's reference."))
    ] = "",
    register: Where = "",
    as_json: AsJson = False,
) -> None:
    def change(work: Work, number: str) -> int:
        from mediaid.register.payments.pay import pay_case

        return pay_case(work, number, reference)

    def say(case: str, sent: int) -> tuple[Any, list[str]]:
        from mediaid.money import format_yuan, show_yuan

        words = _("sent: {amount} yuan").format(amount=show_yuan(sent))
        return {"case": case, "sent": format_yuan(sent)}, [words]

    named = (cases, from_list, all_of_them, office)
    do_each(register, "pay", "payment.send", named, change, as_json, say)


@app.command("file", help=_("Note that paid cases were filed with the district."))
def file(
    cases: Cases = None,
    from_list: FromList = None,
    all_of_them: AllOfThem = False,
    office: Office = "",
    register: Where = "",
    as_json: AsJson = False,
) -> None:
    def change(work: Work, number: str) -> None:
        from mediaid.register.payments.pay import file_case

        file_case(work, number)

    named = (cases, from_list, all_of_them, office)
    do_each(register, "file", "case.file", named, change, as_json)


@app.command("list", help=_("Cases, page by page."))
def list_cases(  # noqa: PLR0917 - one parameter an option
    state: Annotated[str, typer.Option("--state", help=_("Only those in a state."))] = "",
    office: Annotated[str, typer.Option("--office", help=_("Only those of an office."))] = "",
    person: Annotated[int, typer.Option("--person", help=_("Only those of a person."))] = 0,
    after: After = 0,
    limit: Limit = 50,
    clear: Clear = False,
    register: Where = "",
    as_json: AsJson = False,
) -> None:
    with look(register, clear, "cases") as connection:
        from mediaid.faults import Fault, RegisterError
        from mediaid.register.cases.find import Filter
        from mediaid.register.views.cases import cases_data
        from mediaid.register.workflow.states import STATES

        if state and state not in STATES:
            raise RegisterError(
                Fault("--state", _("use one of {known}").format(known=", ".join(STATES)))
            )
        wanted = Filter(state, office, person or None, after, limit)
        data = cases_data(connection, wanted, clear=clear)
    show(data, _list(data, limit), as_json, clear)


def _list(data: list[dict[str, Any]], limit: int) -> Iterator[str]:
    from mediaid.register.workflow.words import state_words

    for its in data:
        aid = its["pending_aid"] or its["aid"] or "–"
        state = state_words(its["state"])
        yield f"{its['case']}  {its['name']}  {its['town']}  {state}  {aid}"
    if len(data) == limit:
        yield _("more: --after {last}").format(last=data[-1]["id"])


@app.command("show", help=_("Everything about a case."))
def show_case(
    case: Case,
    steps: Annotated[
        bool, typer.Option("--explain", help=_("With every step of the calculation."))
    ] = False,
    clear: Clear = False,
    register: Where = "",
    as_json: AsJson = False,
) -> None:
    with look(register, clear, f"case:{case}") as connection:
        from mediaid.register.views.cases import case_data

        data = case_data(connection, case, clear=clear)
    from mediaid.cli.register.case_text import case_lines

    show(data, case_lines(data, explain=steps), as_json, clear)


def _say_state(register: str, case: str, as_json: bool) -> None:
    """Say where a case stands now."""
    with look(register, False, "") as connection:
        data = stand(connection, case)
    show(data, stand_lines(data), as_json)
