"""预拨 and 按实结算: what towns were advanced, what they paid, and what is due, to the 分."""

from __future__ import annotations

import csv
import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from command import mediaid
from mediaid import load_pack
from mediaid.faults import RegisterError
from mediaid.money import parse_yuan
from mediaid.register.audit.check import check_audit
from mediaid.register.cases.bills import reverse_bill
from mediaid.register.database.open import open_register
from mediaid.register.database.roles import make_roles
from mediaid.register.determinations.packs import adopt_pack, current_pack
from mediaid.register.payments.pay import bank_returned, paid_back, pay_case
from mediaid.register.payments.shares import up_to
from mediaid.register.schema import payment, person
from mediaid.register.settlement.balance import Settlement, settle_year
from mediaid.register.settlement.transfers import Transfer, cancel_transfer, enter_transfer
from mediaid.register.workflow.actions import review, submit

if TYPE_CHECKING:
    from postgresql import Server
    from register_support import Office

QINGHE = Path(__file__).parent / "packs" / "qinghe"
TOWN = "某镇"


def settlement(office: Office, year: int = 2023) -> Settlement:
    with office.register.read() as connection:
        assert list(check_audit(connection)) == []
        return settle_year(connection, year, current_pack(connection), office.now)


def on(office: Office, day: str) -> None:
    office.now = dt.datetime.fromisoformat(f"{day}T02:00:00+00:00")


def pay(office: Office, number: str) -> int:
    with office.write("payment.send") as work:
        return pay_case(work, number)


def transfer(office: Office, kind: Any, yuan: int, day: str, **more: Any) -> int:
    when = dt.date.fromisoformat(day)
    with office.write("settlement") as work:
        year = when.year - (kind != "advance")
        return enter_transfer(work, Transfer(kind, year, TOWN, yuan * 100, when, **more))


def test_what_a_town_paid_is_told_by_quarter_and_settled_with_its_advances(office: Office) -> None:
    on(office, "2023-02-01")
    mover = office.person()
    transfer(office, "advance", 1000, "2023-01-10")
    first = office.approved(mover, ("2023-01-20", 1000))
    second = office.approved(mover, ("2023-01-21", 2000))
    assert (pay(office, first), pay(office, second)) == (900_00, 1800_00)
    on(office, "2023-05-01")
    transfer(office, "advance", 500, "2023-04-10", reference="second")
    on(office, "2023-06-30")  # the last day of a quarter
    with office.write() as work:
        bank_returned(work, 1, "no such account")
        work.update(person, {"id": mover}, town="别镇")
    office.now = dt.datetime(2023, 6, 30, 16, tzinfo=dt.UTC)  # the first of July in China
    pay(office, first)
    with office.write() as work:
        reverse_bill(work, 2, "refunded")
    office.approve(second)
    on(office, "2023-12-31")
    with office.write() as work:
        paid_back(work, 3, 600_00)
    on(office, "2024-01-02")
    with office.write() as work:
        paid_back(work, 3, 200_00)
    late = office.approved(mover, ("2023-12-01", 100))
    assert pay(office, late) == 90_00

    found = settlement(office)
    [town, *others] = found.towns
    assert (town.town, others) == (TOWN, [])
    cash = [(q.sent, q.returned, q.paid_back) for q in town.actual.quarters]
    assert cash == [(2700_00, 0, 0), (0, 900_00, 0), (900_00, 0, 0), (0, 0, 600_00)]
    assert town.advances == (1000_00, 500_00, 0, 0)
    assert (town.side.advanced, town.side.actual) == (1500_00, 2100_00)
    assert (town.side.balance, town.side.due) == (-600_00, -600_00)
    assert (town.unsettled.to_send, town.unsettled.to_reclaim) == (0, 1000_00)
    assert (found.over, found.due_on) == (True, "2024-03-31")

    transfer(office, "topped_up", 250, "2024-01-02")
    assert settlement(office).towns[0].side.due == -350_00
    # What comes later belongs to its own year; that of the first stays as it was settled. Who moved
    # is paid by the new town from then on, and goes on paying back to the old one.
    by_town = {its.town: its.side.actual for its in settlement(office, 2024).towns}
    assert by_town == {TOWN: -200_00, "别镇": 90_00}


def test_payers_bear_their_shares_of_what_moved(office: Office) -> None:
    with office.write() as work:
        adopt_pack(work, load_pack(str(QINGHE)))
    on(office, "2024-02-01")
    person_id = office.person()
    numbers = [office.case(person_id) for _i in range(2)]
    place = {"area": "urban", "hospital_level": "primary"}
    office.bill(numbers[0], "2024-01-10", 10_001, **place)
    office.bill(numbers[1], "2024-01-11", 4_001, **place)
    for number in numbers:
        with office.write() as work:
            submit(work, number)
        with office.write(name="reviewer") as work:
            review(work, number)
        office.approve(number)
    on(office, "2024-04-01")
    with office.write() as work:
        reverse_bill(work, 2, "refunded")  # nothing of the second case was sent: it is set off
    office.approve(numbers[1])
    on(office, "2024-07-01")
    pay(office, numbers[0])
    with office.write() as work:
        reverse_bill(work, 1, "refunded")
    office.approve(numbers[0])
    transfer(office, "advance", 3000, "2024-03-01", payer="province")
    paid = payments(office)[0]
    assert set(paid.payers) == {"province", "city", "county"}
    for instalment in (1, 33, 100_00):
        with office.write() as work:
            paid_back(work, 4, instalment)
        found = settlement(office, 2024).towns[0]
        assert sum(found.actual.payers.values()) == found.actual.total
        left = found.actual.total
        assert found.actual.payers == {
            payer: paid.payers[payer] - its
            for payer, its in up_to(paid.payers, paid.amount - left).items()
        }
    assert found.payers["province"].advanced == 3000_00
    with pytest.raises(RegisterError, match="is no payer of these rules"):
        transfer(office, "advance", 1, "2024-03-01", payer="moon")


def payments(office: Office) -> list[Any]:
    with office.register.read() as connection:
        return list(connection.execute(select(payment).order_by(payment.c.id)))


def test_every_settlement_adds_up_to_the_lines(office: Office) -> None:
    """Over all towns and years: what of each line was sent, less what was paid back."""
    for year in (2023, 2024):
        on(office, f"{year}-05-01")
        for i in range(4):
            numbers = [office.approved(office.person(), (f"{year}-04-0{1 + i}", 333 + i))]
            for number in numbers:
                pay(office, number)
    with office.write() as work:
        bank_returned(work, 3, "why")
        reverse_bill(work, 5, "refunded")
    office.approve("MH-2024-000001")
    with office.write() as work:
        paid_back(work, 9, 1_01)
    whole = sum(its.amount for its in payments(office)[:8]) - payments(office)[2].amount - 1_01
    assert sum(t.actual.total for y in (2023, 2024) for t in settlement(office, y).towns) == whole


def test_a_transfer_is_refused_where_it_is_wrong_or_there_already(office: Office) -> None:
    office.person()
    number = transfer(office, "advance", 100, "2023-01-02")
    for said, yuan, day in (
        (f"transfer {number} already", 100, "2023-01-02"),
        ("still to come", 100, "2023-01-03"),
        ("above 0", 0, "2023-01-02"),
    ):
        with pytest.raises(RegisterError, match=said):
            transfer(office, "advance", yuan, day)
    with pytest.raises(RegisterError, match="Did you mean 莘庄镇"), office.write() as work:
        enter_transfer(work, Transfer("advance", 2023, "辛庄镇", 1, dt.date(2023, 1, 2)))
    with office.write() as work:
        enter_transfer(
            work, Transfer("advance", 2023, "新镇", 1, dt.date(2023, 1, 2)), new_town=True
        )
        cancel_transfer(work, number, "typed twice")
    transfer(office, "advance", 100, "2023-01-02")
    with pytest.raises(RegisterError, match="cancelled already"), office.write() as work:
        cancel_transfer(work, number, "again")
    with pytest.raises(RegisterError, match="no transfer 99"), office.write() as work:
        cancel_transfer(work, 99, "again")
    assert [(its.town, its.side.advanced) for its in settlement(office).towns] == [
        ("新镇", 1), (TOWN, 100_00)
    ]  # fmt: skip


def test_the_settlement_by_commands(
    sqlite_office: Office, sqlite_place: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    office = sqlite_office
    pay(office, office.approved(office.person(), ("2023-05-01", 1000)))

    def run(*words: str) -> Any:
        ran = mediaid(
            capsys, "--lang", "en", "register", "settlement", *words, "--register", sqlite_place
        )
        assert ran.code == 0, ran.err
        return ran.out

    run("advance", TOWN, "1000", "--date", "2023-01-01")
    assert "transfer 2 for 2023" in run("advance", TOWN, "5", "--date", "2023-01-02")
    run("cancel", "2", "--reason", "a mistake")
    run("handed-back", TOWN, "40.50", "--date", "2024-02-01")
    text = run("show", "2023")
    assert "due: the town hands back 59.50 yuan" in text
    assert "quarter 1: paid 900.00 (sent 900.00, returned 0.00, paid back 0.00)" in text
    assert "to be settled by 2024-03-31, between district bureau and streets and towns" in text
    assert "handed back  40.50" in run("transfers", "2023")
    data = json.loads(run("show", "2023", "--town", TOWN, "--json"))
    assert data["total"] == data["towns"][0] | {"town": "total"}
    for name in ("table.xlsx", "table.csv"):
        run("show", "2023", "-o", str(tmp_path / name))
    with (tmp_path / "table.csv").open(encoding="utf-8") as file:
        [town, total] = csv.DictReader(file)
    assert (town["town"], total["town"]) == (TOWN, "total")
    assert parse_yuan(total["advances"]) - parse_yuan(total["actual"]) == 100_00
    sheet = CalamineWorkbook.from_path(tmp_path / "table.xlsx").get_sheet_by_index(0)
    header, first, _last = sheet.to_python()
    assert dict(zip(header, first, strict=True))["due_from_town"] == 59.5


def test_who_pays_enters_transfers_and_nobody_changes_them(
    postgresql: Server, postgresql_template: str
) -> None:
    database = postgresql.database(postgresql_template)
    owner = open_register(postgresql.url_of(database))
    make_roles(owner)
    owner.close()
    new = Transfer("advance", 2023, "t", 100, dt.date(2023, 1, 1))
    for role, may in (("clerk", True), ("approver", True), ("reviewer", False), ("auditor", False)):
        name = f"t_{role}_settles"
        postgresql.run(f"CREATE ROLE {name} LOGIN IN ROLE mediaid_{role}")
        register = open_register(postgresql.url_of(database, name))
        try:
            if may:
                with register.write("settlement.advance") as work:
                    enter_transfer(work, new, new_town=True)
                    cancel_transfer(work, 1 if role == "clerk" else 3, "again")
            else:
                with (
                    pytest.raises(RegisterError, match="may not do this"),
                    register.write("settlement.advance") as work,
                ):
                    enter_transfer(work, new, new_town=True)
        finally:
            register.close()
            postgresql.run(f"DROP ROLE {name}")
