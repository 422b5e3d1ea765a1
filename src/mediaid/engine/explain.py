"""One claim, settled and explained: every step with formula, figures and citation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from mediaid import __version__
from mediaid.claims.cells import show_day
from mediaid.claims.records import from_records
from mediaid.claims.table import COUNTS, Claims
from mediaid.engine.eligible import Condition, all_missed
from mediaid.engine.pools import years
from mediaid.engine.reasons import provisional_names
from mediaid.engine.settle import Settlement, settle
from mediaid.engine.view import View
from mediaid.engine.why_not import describe, field_text
from mediaid.engine.work import NO_CAP
from mediaid.faults import ClaimError, Fault, visible
from mediaid.i18n import gettext as _
from mediaid.packs.schema.types import Label
from mediaid.packs.show.names import figure_words

if TYPE_CHECKING:
    from mediaid.engine.benefit import BenefitRun
    from mediaid.engine.plan import Plan, Table
    from mediaid.engine.pools import Pools
    from mediaid.packs.model import Pack
    from mediaid.packs.schema.rules import Benefit


_THIS = "claim"
"""The id of a claim that is given none."""

_SHOWN = 5
"""Later claims that a refusal names."""


@dataclass(frozen=True)
class Citation:
    """Where a value comes from: document number, clause and note; `provisional` marks a value
    carried beyond its confirmed period, or a draft."""

    parameter: str
    label: Label
    number: str
    at: str
    note: Label | None
    provisional: bool


@dataclass(frozen=True)
class Step:
    """One numbered step of a benefit."""

    number: int
    name: str
    words: str
    formula: str
    citations: tuple[Citation, ...]
    binds: bool = False


@dataclass(frozen=True)
class WhyNot:
    """Why a benefit pays nothing: the field or step that decides (`key`), in words."""

    key: str
    words: str
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True)
class BenefitResult:
    """What one benefit gives. Amounts in 分; `cap_left` is None where no annual cap applies."""

    benefit: str
    label: Label
    applies: bool
    base: int = 0
    deducted: int = 0
    rate: str = ""
    uncapped: int = 0
    aid: int = 0
    payable: int = 0
    cap_left: int | None = None
    bound_by: str = ""
    provisional: tuple[str, ...] = ()
    payers: Mapping[str, int] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    why_not: tuple[WhyNot, ...] = ()


@dataclass(frozen=True)
class ClaimResult:
    """A claim's result, bound to what produced it: pack, rules' hash, readings, engine version."""

    claim_id: str
    pack: str
    pack_label: Label
    pack_hash: str
    readings: Mapping[str, str]
    overlay: str | None
    version: str
    facts: tuple[tuple[str, str], ...]
    benefits: tuple[BenefitResult, ...]
    overpaid: int
    provisional: tuple[str, ...]
    provisional_words: str

    @property
    def aid(self) -> int:
        """The aid of all benefits together, in 分."""
        return sum(benefit.aid for benefit in self.benefits)

    @property
    def payable(self) -> int:
        """The aid still to be paid, in 分."""
        return sum(benefit.payable for benefit in self.benefits)


def settle_claim(
    claim: Mapping[str, object],
    pack: Pack,
    history: Claims | Iterable[Mapping[str, object]] = (),
    opening: Pools | None = None,
) -> ClaimResult:
    """Settle one claim after its history (or opening pools), and explain it.

    Claims are rows of field → text; a missing claim_id or person_id is filled in. The claim comes
    after history of the same day. Raises ClaimError for input that is refused, history dated
    after the claim included.
    """
    row = {**claim}
    row["person_id"] = row.get("person_id") or "P"
    named = bool(row.get("claim_id"))
    row["claim_id"] = row.get("claim_id") or _THIS
    past: Claims | None
    if isinstance(history, Claims):
        past = history
    else:
        rows = [{"person_id": row["person_id"], **earlier} for earlier in history]
        past = from_records(rows, pack) if rows else None
    this = from_records([row], pack, first_row=0)
    if past is not None and past.n:
        if str(row["claim_id"]) in past.claim_id.take(np.arange(past.n)):
            raise ClaimError(
                Fault(
                    _("claim {claim}").format(claim=visible(str(row["claim_id"]))),
                    _("is in the history already: give it an id of its own"),
                )
            )
        _refuse_later(past, this, pack)
        opening = settle(past, pack, opening).closing()
    try:
        settlement = settle(this, pack, opening, traced=True)
    except ClaimError as error:
        if named:
            raise
        raise ClaimError([_without_id(fault) for fault in error.faults]) from None
    return explain(settlement, 0)


def _refuse_later(past: Claims, this: Claims, pack: Pack) -> None:
    """Raise ClaimError if history that may count for the claim is dated after it."""
    every = np.arange(past.n)
    person = this.person_id[0]
    same = np.array([its == person for its in past.person_id.take(every)])
    household = this.household_id[0] if this.household_id is not None else ""
    if pack.by_household and household and past.household_id is not None:
        same |= np.array([its == household for its in past.household_id.take(every)])
    later = same & (past.date > this.date[0])
    if all(pool.period != "lifetime" for pool in pack.pools.values()):
        later &= years(past.date) == years(this.date)
    if past.void is not None:
        later &= past.void == COUNTS
    rows = np.flatnonzero(later)
    if not len(rows):
        return
    shown = [
        _("{claim} of {day}").format(claim=visible(claim), day=show_day(int(past.date[row])))
        for claim, row in zip(past.claim_id.take(rows[:_SHOWN]), rows.tolist(), strict=False)
    ]
    raise ClaimError(
        Fault(
            _("history"),
            _(
                "holds claims later than this one of {day}: {claims}. Leave them out of the "
                "history, or settle all of the year's claims together with mediaid batch"
            ).format(
                day=show_day(int(this.date[0])),
                claims=_(", ").join([*shown, *(["…"] if len(rows) > _SHOWN else [])]),
            ),
        )
    )


def _without_id(fault: Fault) -> Fault:
    """Leave out of a fault's place the id that the user never gave."""
    made_up = _("claim {claim}").format(claim=_THIS)
    if not fault.where.startswith(made_up):
        return fault
    rest = fault.where.removeprefix(made_up).lstrip(",， ")
    return Fault(rest or _("this claim"), fault.message)


def explain(settlement: Settlement, row: int) -> ClaimResult:
    """Explain one claim of a traced settlement."""
    pack, claims = settlement.pack, settlement.claims
    view = settlement.view if claims.n == 1 else settlement.view.of(np.array([row]))
    benefits: list[BenefitResult] = []
    for position, benefit in enumerate(pack.benefits):
        run = settlement.runs.get(position)
        at = (run.work.rows == row).nonzero()[0].tolist() if run else []
        if run and at:
            first = sum(len(b.steps) for b in benefits) + 1
            benefits.append(_applying(settlement, run, at[0], row, first))
        else:
            benefits.append(
                _missing(settlement, benefit, view, settlement.conditions[position], row)
            )
    names = dict.fromkeys(name for result in benefits for name in result.provisional)
    overpaid = 0
    if settlement.lines.overpaid is not None:
        overpaid = int(settlement.lines.overpaid[settlement.lines.claim == row].sum())
    return ClaimResult(
        claims.claim_id[row],
        pack.id,
        pack.label,
        pack.hash,
        pack.readings,
        pack.overlay,
        __version__,
        _facts(view),
        tuple(benefits),
        overpaid,
        tuple(names),
        figure_words(pack, names),
    )


def _facts(view: View) -> tuple[tuple[str, str], ...]:
    """What the result rests on: the fields given, with their labels."""
    from mediaid.claims.fields import pack_fields  # noqa: PLC0415

    facts = []
    for name, its in pack_fields(view.plan.pack).items():
        if its.kind in ("id", "text") or (
            its.kind == "date" and name not in view.claims.dates and name != view.plan.pack.dating
        ):
            continue
        text = field_text(view, name)
        if its.required or text not in ("0.00", _("not given")):
            facts.append((str(its.label), text))
    return tuple(facts)


def _applying(
    settlement: Settlement, run: BenefitRun, at: int, row: int, first: int
) -> BenefitResult:
    """Put together the figures and steps of a benefit that applies."""
    work, lines, plan = run.work, settlement.lines, settlement.plan
    benefit, epoch = work.benefit, int(work.view.epoch[at])
    its_line = (lines.claim == row) & (lines.benefit == plan.order[benefit.benefit])
    line = int(its_line.argmax())
    taken = [
        i for i, step in enumerate(run.steps) if step.applies is None or bool(step.applies[at])
    ]
    steps: list[Step] = []
    for number, i in enumerate(taken, first):
        step = run.steps[i]
        said = step.explain({name: int(values[at]) for name, values in step.seen.items()})
        cited = tuple([cite(plan, table, epoch) for table in step.tables()])
        steps.append(Step(number, step.name, said.words, said.formula, cited, said.binds))
    key, text = lines.reason_keys[lines.reason[line]], lines.reason_texts[lines.reason[line]]
    left = int(work.cap_left[at])
    return BenefitResult(
        benefit.benefit,
        benefit.label,
        True,
        int(work.base[at]),
        int(work.deducted[at]),
        lines.rate_texts[lines.rate[line]],
        int(work.uncapped[at]),
        int(work.aid[at]),
        int(work.payable[at]),
        None if left == NO_CAP else left,
        lines.bound_by_texts[lines.bound_by[line]],
        tuple(provisional_names(plan, run, epoch, taken)),
        {payer: int(shares[line]) for payer, shares in lines.payers.items()},
        tuple(steps),
        (WhyNot(key, text),) if key else (),
    )


def _missing(
    settlement: Settlement,
    benefit: Benefit,
    view: View,
    conditions: tuple[Condition, ...],
    row: int,
) -> BenefitResult:
    """Say of a benefit that does not apply every condition the claim misses."""
    plan = settlement.plan
    epoch = int(view.epoch[0])
    void = settlement.claims.void
    if void is not None and void[row]:
        line = int(np.flatnonzero(settlement.lines.claim == row)[0])
        number = settlement.lines.reason[line]
        why = [WhyNot(settlement.lines.reason_keys[number], settlement.lines.reason_texts[number])]
        return BenefitResult(benefit.benefit, benefit.label, False, why_not=tuple(why))
    why = []
    names: list[str] = []
    for condition in all_missed(view, conditions):
        names += [table.name for table in condition.tables if table.provisional[epoch]]
        why.append(
            WhyNot(
                condition.field,
                describe(view, benefit, condition),
                tuple(cite(plan, table, epoch) for table in condition.tables),
            )
        )
    return BenefitResult(
        benefit.benefit,
        benefit.label,
        False,
        provisional=tuple(dict.fromkeys(names)),
        why_not=tuple(why),
    )


def cite(plan: Plan, table: Table, epoch: int) -> Citation:
    """Return the citation of a parameter's value in an epoch."""
    return plan.once(("cite", table.name, epoch), lambda: _cite(plan, table, epoch))


def _cite(plan: Plan, table: Table, epoch: int) -> Citation:
    dated = table.dated[epoch]
    assert dated is not None, "days without a value are refused before anything is settled"
    source = plan.pack.sources[dated.cite.source]
    return Citation(
        table.name,
        table.parameter.label,
        source.number,
        dated.cite.at,
        dated.cite.note,
        table.provisional[epoch],
    )
