"""A case from acceptance to filing, as an office works."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediaid.register.cases.find import get_case
from mediaid.register.determinations.store import stand_of
from mediaid.register.payments.pay import file_case, pay_case

if TYPE_CHECKING:
    from register_support import Office


def test_a_case_is_accepted_decided_paid_and_filed(office: Office) -> None:
    person = office.person()
    number = office.approved(person, ("2023-05-01", 8000))
    assert number == "MH-2023-000001"
    with office.write() as work:
        assert pay_case(work, number) == 720_000
    with office.write() as work:
        file_case(work, number)
    with office.register.read() as connection:
        case = get_case(connection, number)
        assert case.state == "filed"
        stand = stand_of(connection, case.id)
    assert stand.in_force is not None
    assert (stand.in_force.aid, stand.in_force.payable) == (720_000, 720_000)
    assert stand.pending is None
