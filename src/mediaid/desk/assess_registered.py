"""What a case comes to with what the register knows of the person: pools, periods, other cases."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mediaid.desk.assess import Aid, Assessment, Reading, caps_of, nearest
from mediaid.desk.form import BILL_NAMES
from mediaid.engine.explain import explain
from mediaid.engine.present import as_text
from mediaid.faults import MediaidError
from mediaid.i18n import gettext as _
from mediaid.i18n import language
from mediaid.money import parse_yuan
from mediaid.register.determinations.foresee import Typed
from mediaid.register.determinations.outcome import settled_from

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mediaid.desk.assess import Place
    from mediaid.desk.case import Case
    from mediaid.desk.form import Form
    from mediaid.packs.model import Pack
    from mediaid.register.determinations.foresee import Foreseen, Standing
    from mediaid.register.determinations.outcome import Outcome

_OF_THE_BILL = {"date", "setting", "self_paid", "person_id", *(its.name for its in BILL_NAMES)}


def typed_bill(row: dict[str, str]) -> Typed:
    """Return a row of claim fields as a bill that the register settles."""
    rest = {name: text for name, text in row.items() if name not in _OF_THE_BILL}
    day = dt.date.fromisoformat(row["date"])
    return Typed(day, row["setting"], parse_yuan(row["self_paid"]), rest)


@dataclass(frozen=True)
class Registered:
    """A case that goes to a register, and what the register says of it: of the person (None while
    that is not known), and of fields when it was asked last."""

    case: Case
    form: Form
    pack: Pack
    standing: Standing | None
    refused: Mapping[Place, str]

    def read(self) -> tuple[Reading, dict[int, dict[str, str]]]:
        """Read the case, and return what a claim would carry of each sound bill, by position."""
        reading = Reading(self.form, self.pack)
        rows = reading.rows(self.case)
        reading.problems |= {
            place: said for place, said in self.refused.items() if place not in reading.problems
        }
        person: tuple[None, str] = (None, "person_id")
        if self.case.person is None and person not in reading.missing:
            reading.missing.insert(0, person)
        if not reading.blocked and self.standing is not None:
            _note_periods(self.standing, rows, reading)
        return reading, rows

    def assess(self, shown: int) -> Assessment:
        """Settle the typed bills as the register would decide them, and explain one of them."""
        reading, rows = self.read()
        if reading.blocked or not rows or self.standing is None:
            return reading.without_result()
        try:
            foreseen = self.standing.settle([typed_bill(row) for row in rows.values()])
        except MediaidError as error:
            return reading.without_result(tuple(str(fault) for fault in error.faults))
        return _assessment(foreseen, list(rows), shown, reading, self.standing.pack)


def _note_periods(standing: Standing, rows: dict[int, dict[str, str]], reading: Reading) -> None:
    """A bill of a day on which the person is in no category is said to be one: it gives nothing."""
    for position, row in rows.items():
        day = dt.date.fromisoformat(row[reading.pack.dating])
        if standing.on("category", day) is None:
            reading.notes[position] = _("on this day the person is in no category of assistance")


def _assessment(
    foreseen: Foreseen, positions: Sequence[int], shown: int, reading: Reading, pack: Pack
) -> Assessment:
    at = nearest(positions, shown)
    outcome = foreseen.outcomes[list(positions).index(at)]
    settlement = settled_from(outcome.claim, outcome.opening, pack)
    result = explain(settlement, 0)
    return Assessment(
        reading.problems,
        tuple(reading.missing),
        (),
        at,
        len(positions),
        tuple(_aids(foreseen.outcomes, outcome, pack)),
        tuple(caps_of(settlement, 0)),
        tuple(as_text(result).splitlines()),
        sum(its.aid for its in foreseen.outcomes),
        sum(its.payable for its in foreseen.outcomes),
        reading.derived,
        foreseen.corrected,
        reading.notes,
    )


def _aids(outcomes: Sequence[Outcome], shown: Outcome, pack: Pack) -> list[Aid]:
    def of(its: Outcome, benefit: str) -> int:
        return sum(int(line["aid"]) for line in its.lines if line["benefit"] == benefit)

    def provisional(benefit: str) -> bool:
        lines = [line for its in outcomes for line in its.lines if line["benefit"] == benefit]
        return any(line["provisional"] for line in lines)

    return [
        Aid(
            pack.model.benefits[name].label.in_(language()),
            of(shown, name),
            sum(of(its, name) for its in outcomes),
            provisional(name),
        )
        for name in pack.model.pack.benefits
    ]
