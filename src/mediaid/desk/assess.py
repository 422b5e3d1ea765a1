"""What a case comes to as it stands: the aid, the caps, the explanation, and what is wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from mediaid.claims.fields import pack_fields
from mediaid.claims.records import from_records
from mediaid.claims.selfpaid import PARTS, derive_one
from mediaid.desk.cells import read
from mediaid.desk.form import BILL_NAMES
from mediaid.engine.explain import explain
from mediaid.engine.lines import NO_BENEFIT
from mediaid.engine.present import as_text
from mediaid.engine.settle import settle
from mediaid.engine.verbs.cap import CapRun
from mediaid.faults import ClaimError
from mediaid.i18n import gettext as _
from mediaid.i18n import language
from mediaid.money import format_yuan, parse_yuan, show_yuan
from mediaid.packs.schema.values import NO_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mediaid.desk.case import Bill, Case
    from mediaid.desk.form import Form, FormField
    from mediaid.engine.settle import Settlement
    from mediaid.packs.model import Pack

Place = tuple[int | None, str]
"""A field: the bill's position (None: of the person) and the field's name."""


@dataclass(frozen=True)
class CapUse:
    """An annual cap as a bill finds and leaves it. Amounts in 分."""

    benefit: str
    cap: str
    limit: int
    used: int
    this: int

    @property
    def left(self) -> int:
        """What is left after the bill."""
        return max(self.limit - self.used - self.this, 0)


@dataclass(frozen=True)
class Aid:
    """What a benefit gives. Amounts in 分: `bill` for the bill shown, `case` for all but earlier
    ones. `provisional`: it rests on values carried beyond their confirmed period, or on drafts."""

    benefit: str
    bill: int
    case: int
    provisional: bool


@dataclass(frozen=True)
class Assessment:
    """What came of a case. `shown` is the bill that `caps` and `explanation` are about."""

    problems: dict[Place, str] = field(default_factory=dict)
    missing: tuple[Place, ...] = ()
    general: tuple[str, ...] = ()
    shown: int | None = None
    settled: int = 0
    aids: tuple[Aid, ...] = ()
    caps: tuple[CapUse, ...] = ()
    explanation: tuple[str, ...] = ()
    total: int = 0
    payable: int = 0
    derived: dict[int, str] = field(default_factory=dict)
    """How self-paid was derived, by the bill's position."""
    corrected: tuple[str, ...] = ()
    """Other cases of the register that this one would have corrected."""
    notes: dict[int, str] = field(default_factory=dict)
    """What to look at though it is not wrong, by the bill's position."""

    @property
    def complete(self) -> bool:
        """Whether every bill counts: nothing is wrong, and nothing is missing."""
        return bool(self.settled) and not (self.problems or self.missing or self.general)


def assess(case: Case, form: Form, pack: Pack, shown: int = 0) -> Assessment:
    """Settle a case's sound bills in the order of their days, and explain one of them.

    `shown` is the position of the bill to explain; the nearest sound one stands in for one that
    is not. Bills of a day keep the order of the form.
    """
    reading, rows = read_case(case, form, pack)
    if reading.blocked or not rows:
        return reading.without_result()
    claims = {
        position: {"claim_id": f"{position + 1:04d}", "person_id": "P", **row}
        for position, row in rows.items()
    }
    try:
        settlement = settle(from_records(claims.values(), pack), pack, traced=True)
    except ClaimError as error:
        return _refused(error, claims, pack, reading)
    return _settled(settlement, case, list(rows), nearest(rows, shown), reading)


def read_case(case: Case, form: Form, pack: Pack) -> tuple[Reading, dict[int, dict[str, str]]]:
    """Read a case that no register decides, and return what a claim would carry of each sound
    bill, by position."""
    reading = Reading(form, pack)
    rows = reading.rows(case)
    _refuse_later(case, rows, pack, reading.problems)
    return reading, rows


def nearest(rows: Iterable[int], shown: int) -> int:
    """Return the position nearest to the one to be shown."""
    return min(rows, key=lambda position: (abs(position - shown), position))


class Reading:
    """Reads what was typed, and keeps what is wrong or missing by its place."""

    def __init__(self, form: Form, pack: Pack) -> None:
        self.form, self.pack = form, pack
        self.problems: dict[Place, str] = {}
        self.missing: list[Place] = []
        self.derived: dict[int, str] = {}
        self.notes: dict[int, str] = {}
        self.parts: dict[int, dict[str, int]] = {}
        """The amounts a bill states, 分, by position: those that self-paid follows from."""
        self.blocked = False
        """Something of the person is wrong: no bill can be settled."""

    def rows(self, case: Case) -> dict[int, dict[str, str]]:
        """Return what a claim would carry of each sound bill, by position."""
        head = self.fields(self.form.head, case.head, None)
        rows: dict[int, dict[str, str]] = {}
        for position, bill in enumerate(case.bills):
            if not bill.blank:
                row = self.bill(bill, head, position)
                if row is not None:
                    rows[position] = row
        return rows

    def without_result(self, general: tuple[str, ...] = ()) -> Assessment:
        """Return what is wrong and missing, where nothing could be settled."""
        return Assessment(
            self.problems, tuple(self.missing), general, derived=self.derived, notes=self.notes
        )

    def fields(
        self, fields: tuple[FormField, ...], texts: dict[str, str], position: int | None
    ) -> dict[str, str]:
        """Return what can be read; note what cannot."""
        found: dict[str, str] = {}
        for its in fields:
            text = texts.get(its.name, "")
            if text.strip():
                try:
                    found[its.name] = read(its, text, self.pack)
                except ValueError as error:
                    self.problems[position, its.name] = str(error)
                    self.blocked |= position is None
        return found

    def bill(self, bill: Bill, head: dict[str, str], position: int) -> dict[str, str] | None:
        """Return a bill's row, or None when something of it is wrong or missing."""
        own = self._derive(self.fields(self.form.bill, bill.values, position), position)
        sound = not any(place[0] == position for place in self.problems)
        row = head | own
        for its in (*self.form.head, *self.form.bill):
            if not its.needed or its.name in row:
                continue
            of_head = its in self.form.head
            place: Place = (None if of_head else position, its.name)
            if place not in self.problems and place not in self.missing:
                self.missing.append(place)
            if its not in BILL_NAMES:  # a register wants to know them, no rule does
                sound = False
        return row if sound else None

    def _derive(self, own: dict[str, str], position: int) -> dict[str, str]:
        """Put self-paid in the place of the amounts it follows from."""
        stated = {name: parse_yuan(own[name]) for name in PARTS if name in own}
        kept = {
            name: text
            for name, text in own.items()
            if name not in PARTS or name == "self_paid" or name in pack_fields(self.pack)
        }
        self.parts[position] = stated
        amounts = [self.problems[place] for place in self.problems if place[0] == position
                   and place[1] in PARTS]  # fmt: skip
        if not stated or amounts or stated.keys() <= {"self_paid"}:
            return kept
        try:
            *before, result = derive_one(stated, self.pack.preselfpay)
        except ValueError as error:
            self.problems[position, "self_paid"] = str(error)
            return kept
        if before:
            terms = " ".join(f"{its.sign} {PARTS[its.part]} {show_yuan(its.fen)}" for its in before)
            said = f"{terms.strip()} = {show_yuan(result.fen)}".replace("- ", "− ")
            self.derived[position] = said
        return kept | {"self_paid": format_yuan(result.fen)}


def _refuse_later(
    case: Case, rows: dict[int, dict[str, str]], pack: Pack, problems: dict[Place, str]
) -> None:
    """An earlier bill must not come after one of this case: it was decided without it."""
    days = {position: row[pack.dating] for position, row in rows.items()}
    these = [day for position, day in days.items() if not case.bills[position].earlier]
    lifelong = any(pool.period == "lifetime" for pool in pack.pools.values())
    for position, day in days.items():
        if case.bills[position].earlier and any(
            day > this and (lifelong or day[:4] == this[:4]) for this in these
        ):
            problems[position, pack.dating] = _(
                "this earlier bill is later than a bill of this case, which would change it: "
                "correct the date, or count the bill into this case"
            )
            del rows[position]


def _refused(
    error: ClaimError, claims: dict[int, dict[str, str]], pack: Pack, reading: Reading
) -> Assessment:
    """Put each fault beside its bill, as far as it names one."""
    general = []
    for fault in error.faults:
        for position, row in claims.items():
            if fault.where.startswith(_("claim {claim}").format(claim=row["claim_id"])):
                reading.problems[position, pack.dating] = fault.message
                break
        else:
            general.append(str(fault))
    return reading.without_result(tuple(general))


def _settled(
    settlement: Settlement, case: Case, positions: list[int], shown: int, reading: Reading
) -> Assessment:
    lines, pack = settlement.lines, settlement.pack
    row = positions.index(shown)
    result = explain(settlement, row)
    counts = np.array([not case.bills[position].earlier for position in positions])
    ours = counts[lines.claim] & (lines.benefit != NO_BENEFIT)
    aids = []
    for position, benefit in enumerate(pack.benefits):
        its = ours & (lines.benefit == position)
        aids.append(
            Aid(
                benefit.label.in_(language()),
                result.benefits[position].aid,
                int(lines.aid[its].sum()),
                bool(lines.provisional[its].any()) or bool(result.benefits[position].provisional),
            )
        )
    return Assessment(
        reading.problems,
        tuple(reading.missing),
        (),
        shown,
        len(positions),
        tuple(aids),
        tuple(caps_of(settlement, row)),
        tuple(as_text(result).splitlines()),
        int(lines.aid[ours].sum()),
        int(lines.payable[ours].sum()),
        reading.derived,
    )


def caps_of(settlement: Settlement, row: int) -> list[CapUse]:
    """Return the annual caps that a bill met, from the figures its explanation is made of."""
    found = []
    for run in settlement.runs.values():
        at = np.flatnonzero(run.work.rows == row).tolist()
        if not at:
            continue
        for step in run.steps:
            if not isinstance(step, CapRun) or step.pool is None:
                continue
            if step.applies is not None and not step.applies[at[0]]:
                continue
            limit = int(step.seen["limit"][at[0]])
            if limit < NO_LIMIT:
                table = run.work.table(step.step.at)
                found.append(
                    CapUse(
                        str(run.work.benefit.label),
                        str(table.parameter.label),
                        limit,
                        int(step.seen["before"][at[0]]),
                        int(run.work.aid[at[0]]),
                    )
                )
    return found
