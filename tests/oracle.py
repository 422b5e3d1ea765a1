"""What the engine must agree with: a rule pack read one claim at a time.

An independent reading of the rules of a pack: plain loops over dicts, whole 分 and Fractions,
written for reading and not for speed. It takes a checked pack and rows as `from_records` takes
them (field → text, codes not labels) and returns a line for each claim and benefit.

A line holds the columns of a result: amounts as 分, `provisional` as a set of names, `reason` as a
tuple that says which kind of reason it is (`reason_text` puts it into the engine's words).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any

from mediaid.claims.fields import pack_fields
from mediaid.i18n import gettext as _
from mediaid.packs.model import Pack
from mediaid.packs.schema.rules import (
    Amounts,
    Benefit,
    Dated,
    Into,
    Parameter,
    Step,
    Test,
    When,
    step_name,
)

UNLIMITED = 10**30
"""More than any amount."""

Line = dict[str, Any]
Reason = tuple[str, ...]


def fen(text: str) -> int:
    """元 as text → 分."""
    return int(Decimal(text) * 100)


def half_up(exact: Fraction) -> int:
    """The nearest whole 分, half a 分 upwards."""
    return floor(exact + Fraction(1, 2))


def percent(text: str) -> Fraction:
    """66.6667% or 2/3 → an exact ratio."""
    return Fraction(text[:-1]) / 100 if text.endswith("%") else Fraction(text)


def percent_text(rate: Fraction) -> str:
    """A rate with as many decimals of a percent as it needs, at most four."""
    hundredths = Decimal((rate * 1_000_000).numerator) / Decimal(10_000)
    return f"{hundredths.normalize():f}%"


@dataclass(frozen=True)
class Bill:
    """One claim as it was handed in; fields that are not given are not there."""

    fields: Mapping[str, str]
    day: dt.date

    def __getitem__(self, name: str) -> str:
        return self.fields[name]

    @property
    def place_in_order(self) -> tuple[dt.date, bytes]:
        return self.day, self["claim_id"].encode()

    def amount(self, names: Iterable[str]) -> int:
        """Amount fields added up, in 分."""
        return sum(fen(self.fields.get(name, "0")) for name in names)

    def date(self, name: str) -> dt.date | None:
        text = self.fields.get(name)
        return dt.date.fromisoformat(text) if text else None


def apportion(total: int, shares: Mapping[str, str]) -> dict[str, int]:
    """Split by shares: largest remainder, ties in the pack's order, or a payer for the rest."""
    exact = {
        payer: total * percent(share) for payer, share in shares.items() if share != "residual"
    }
    parts = {payer: floor(amount) for payer, amount in exact.items()}
    left = total - sum(parts.values())
    residual = [payer for payer, share in shares.items() if share == "residual"]
    if residual:
        return {**parts, residual[0]: left}
    for payer in sorted(exact, key=lambda p: parts[p] - exact[p])[:left]:
        parts[payer] += 1
    return parts


def months_before(day: dt.date, months: int) -> dt.date:
    """The same day some months earlier, or that month's last day."""
    count = day.year * 12 + day.month - 1 - months
    for number in range(day.day, 0, -1):
        try:
            return dt.date(count // 12, count % 12 + 1, number)
        except ValueError:
            continue
    raise AssertionError("every month has a first day")


class Oracle:
    """Settles claims of a pack; `held` is what every pool has counted for a holder and period."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.held: dict[tuple[str, str, str], int] = defaultdict(int)

    def settle(self, rows: Iterable[Mapping[str, str]]) -> list[Line]:
        """Settle rows, and return their lines in the order of the rows."""
        dating = self.pack.dating
        bills = [
            Bill({k: v for k, v in row.items() if v}, dt.date.fromisoformat(row[dating]))
            for row in rows
        ]
        void: dict[str, Reason] = {}
        for bill in bills:
            if "reverses" in bill.fields:
                void[bill["claim_id"]] = ("reversal",)
                void[bill["reverses"]] = ("cancelled",)
        lines = {}
        for bill in sorted(bills, key=lambda b: b.place_in_order):
            cancelled = void.get(bill["claim_id"])
            lines[bill["claim_id"]] = (
                [self.empty(bill, cancelled, set())] if cancelled else (Case(self, bill).lines())
            )
        return [line for bill in bills for line in lines[bill["claim_id"]]]

    def closing(self) -> dict[tuple[str, str, str], int]:
        """What the pools hold that further claims go on from, where they hold anything."""
        return {
            key: amount
            for key, amount in self.held.items()
            if amount and self.pack.pools[key[0]].period != "claim"
        }

    def empty(self, bill: Bill, reason: Reason, provisional: set[str]) -> Line:
        """The one line of a claim to which no benefit applies."""
        amounts = dict.fromkeys(("base", "deducted", "uncapped", "aid", "payable"), 0)
        return {
            "claim_id": bill["claim_id"],
            "person_id": bill["person_id"],
            "date": bill.day,
            "benefit": "",
            "rate": "",
            **amounts,
            "cap_left": None,
            "bound_by": "",
            "provisional": provisional,
            "reason": reason,
            "overpaid": 0,
            "payers": {},
        }

    def parameter(self, benefit: Benefit, name: str) -> tuple[str, Parameter]:
        if name in benefit.parameters:
            return f"{benefit.benefit}/{name}", benefit.parameters[name]
        return f"shared/{name}", self.pack.model.pack.shared.parameters[name]

    def value(self, benefit: Benefit, name: str, bill: Bill) -> Any:
        """The value as written that holds for a claim; None where it or its day has none."""
        _name, parameter = self.parameter(benefit, name)
        if bill.day < parameter.values[0].from_:
            return None
        raw = dated_value(parameter, bill.day).value
        for field in parameter.by:
            if bill.fields.get(field) not in raw:
                return None
            raw = raw[bill[field]]
        return raw

    def yuan(self, benefit: Benefit, name: str, bill: Bill) -> int:
        """An amount in 分, worked out where it is a share of another."""
        raw = self.value(benefit, name, bill)
        if isinstance(raw, dict):
            whole = self.yuan(benefit, raw["of"], bill)
            return half_up(whole * percent(raw["share"]))
        return UNLIMITED if raw == "unlimited" else fen(raw)

    def provisional(self, benefit: Benefit, name: str, bill: Bill) -> set[str]:
        """The provisional values behind one parameter: its own, and what it is a share of."""
        full, parameter = self.parameter(benefit, name)
        dated = dated_value(parameter, bill.day)
        carried = dated.to is not None and bill.day > dated.to
        names = {full} if carried or dated.status != "confirmed" else set()
        raw = self.value(benefit, name, bill) if parameter.unit == "yuan" else None
        return names | (
            self.provisional(benefit, raw["of"], bill) if isinstance(raw, dict) else set()
        )

    def holds(self, benefit: Benefit, when: When, bill: Bill) -> bool:
        return all(self.passes(benefit, name, test, bill) for name, test in when.items())

    def passes(self, benefit: Benefit, name: str, test: Test, bill: Bill) -> bool:
        """Whether a claim field is what a test asks for."""
        if test.one_of is not None:
            return bill.fields.get(name) in test.one_of
        if test.in_ is not None:
            return bill.fields.get(name) in (self.value(benefit, test.in_, bill) or [])
        if test.within is not None:
            day, end = bill.date(name), bill.date(test.within.before)
            return (
                day is not None
                and end is not None
                and months_before(end, test.within.months) <= day < end
            )
        money = pack_fields(self.pack)[name].kind == "money"
        if not money and name not in bill.fields:
            return False
        value = bill.amount([name]) if money else int(bill[name])
        bound = fen if money else int
        return (
            (test.at_least is None or value >= bound(test.at_least))
            and (test.above is None or value > bound(test.above))
            and (test.at_most is None or value <= bound(test.at_most))
            and (test.below is None or value < bound(test.below))
        )

    def key(self, name: str, bill: Bill) -> tuple[str, str, str]:
        """Which amount of a pool a claim reads and adds to."""
        pool = self.pack.pools[name]
        period = str(bill.day.year) if pool.period == "calendar_year" else "lifetime"
        claim, person = bill["claim_id"], bill["person_id"]
        if pool.period == "claim":
            return name, claim, period
        holder = {
            "person": person,
            "household": bill.fields.get("household_id", f"person:{person}"),
            "visit": f"{person}/{bill.fields.get('visit_id', f'claim:{claim}')}",
        }[pool.holder]
        return name, holder, period


def dated_value(parameter: Parameter, day: dt.date) -> Dated:
    """The last value that has begun; after its end only where it carries on."""
    [*_earlier, last] = [d for d in parameter.values if d.from_ <= day]
    assert last.to is None or day <= last.to or last.after == "carry_forward"
    return last


class Case:
    """One claim under all benefits, in the pack's order."""

    def __init__(self, oracle: Oracle, bill: Bill) -> None:
        self.oracle = oracle
        self.pack = oracle.pack
        self.bill = bill
        self.bore_left = bill.amount(self.pack.model.pack.bore)
        self.paid_left = bill.amount(["already_aided"])
        self.aid_of: dict[str, int] = defaultdict(int)

    def used(self, pool: str) -> int:
        return self.oracle.held[self.oracle.key(pool, self.bill)]

    def count(self, pool: str, amount: int) -> None:
        self.oracle.held[self.oracle.key(pool, self.bill)] += amount

    def lines(self) -> list[Line]:
        """Settle every benefit that applies, then let the pools that count bills go on."""
        done = []
        missed = []
        for benefit in self.pack.benefits:
            condition = self.first_missed(benefit)
            if condition is None:
                done.append((benefit, self.benefit(benefit)))
            else:
                missed.append((benefit, *condition))
        self.take_off_already_aided(done)
        for benefit, line in done:
            line["cap_left"] = self.room(benefit)
        lines = [line for _benefit, line in done] or [self.nothing(missed)]
        lines[0]["overpaid"] = self.paid_left
        self.count_bill()
        return lines

    def first_missed(self, benefit: Benefit) -> tuple[str, Test | str] | None:
        """The first condition a claim misses: a test, a code not given, or nothing to aid."""
        bill = self.bill
        if any(bill.day < day for day in self.begins(benefit)):
            return self.pack.dating, "begins"
        for name, test in benefit.when.items():
            if not self.oracle.passes(benefit, name, test, bill):
                return name, test
        for name in sorted(self.fields_read(benefit)):
            if name not in bill.fields:
                return name, "not given"
        first = benefit.steps[0]
        if first.verb == "base" and bill.amount(first.sum) == 0:
            return first.sum[0], "zero"
        return None

    def begins(self, benefit: Benefit) -> list[dt.date]:
        """The day on which the first of a benefit's own figures begins to hold."""
        days = [dated.from_ for its in benefit.parameters.values() for dated in its.values]
        return [min(days)] if days else []

    def fields_read(self, benefit: Benefit) -> set[str]:
        """Code fields that the figures of the steps depend on, where the steps are taken."""
        return {
            field
            for step in benefit.steps
            if step.verb != "split" and self.oracle.holds(benefit, step.when, self.bill)
            for name in [*figures(step), *conditions(step.when)]
            for field in self.oracle.parameter(benefit, name)[1].by
        }

    def nothing(self, missed: list[tuple[Benefit, str, Test | str]]) -> Line:
        reason: list[str] = ["no-benefit"]
        names: set[str] = set()
        for benefit, field, why in missed:
            reason.append(f"{benefit.benefit}/{field}/{why if isinstance(why, str) else 'not'}")
            if why == "begins":
                reason[-1] += f"/{self.begins(benefit)[0]}"
            if isinstance(why, Test) and why.in_ is not None:
                names |= self.oracle.provisional(benefit, why.in_, self.bill)
        return self.oracle.empty(self.bill, tuple(reason), names)

    def benefit(self, benefit: Benefit) -> Line:
        """Take the steps of one benefit, and count its aid."""
        run = Steps(self, benefit)
        for step in benefit.steps:
            run.take(step)
        aid = run.amount
        if not outside_what_was_borne(benefit):
            if aid > self.bore_left:
                aid, run.bound_by = self.bore_left, "self_paid"
                run.became_zero_by(("self_paid",), aid)
            self.bore_left -= aid
        self.aid_of[benefit.benefit] = aid
        for pool, amount in run.entered:
            self.count(pool, amount)
        for pool in self.pools_of_aid(benefit):
            self.count(pool, aid)
        line = self.oracle.empty(self.bill, run.reason if aid == 0 else (), run.provisional)
        shares = run.shares and apportion(aid, run.shares)
        if run.shares is None:
            shares = {"unassigned": aid}
        return {
            **line,
            "benefit": benefit.benefit,
            "base": run.base,
            "deducted": run.deducted,
            "rate": run.rate,
            "uncapped": run.uncapped_amount(),
            "aid": aid,
            "payable": aid,
            "bound_by": run.bound_by,
            "payers": shares or {},
        }

    def pools_of_aid(self, benefit: Benefit) -> list[str]:
        """Pools of aid that the benefit's aid for this claim uses up.

        Those of the caps that limit it; where there is no limit, only if the pool says so.
        """
        found = []
        for name, pool in self.pack.pools.items():
            caps = [step for step in benefit.steps if step.verb == "cap" and step.pool == name]
            limited = any(self.limit(benefit, cap) < UNLIMITED for cap in caps)
            if pool.counts == "aid" and caps and (limited or pool.counts_unlimited == "yes"):
                found.append(name)
        return found

    def limit(self, benefit: Benefit, cap: Step) -> int:
        assert cap.verb == "cap"
        if not self.oracle.holds(benefit, cap.when, self.bill):
            return UNLIMITED
        return self.oracle.yuan(benefit, cap.at, self.bill)

    def take_off_already_aided(self, done: list[tuple[Benefit, Line]]) -> None:
        """Take what was paid at the counter off the benefits in turn; the excess uses up room."""
        for _benefit, line in done:
            taken = min(line["aid"], self.paid_left)
            line["payable"] -= taken
            self.paid_left -= taken
        for benefit, _line in done:
            if any(
                step.verb == "cap"
                and step.pool is not None
                and self.pack.pools[step.pool].counts == "aid"
                for step in benefit.steps
            ):
                for pool in self.pools_of_aid(benefit):
                    self.count(pool, self.paid_left)
                break

    def room(self, benefit: Benefit) -> int | None:
        """What is left under the tightest cap over aid; None where there is none."""
        rooms = [
            max(0, limit - self.used(step.pool))
            for step in benefit.steps
            if step.verb == "cap"
            and step.pool is not None
            and (limit := self.limit(benefit, step)) < UNLIMITED
            and self.pack.pools[step.pool].counts == "aid"
        ]
        return min(rooms, default=None)

    def count_bill(self) -> None:
        """Advance the pools that count bills, or what benefits left of them."""
        for name, pool in self.pack.pools.items():
            if not self.oracle.holds(self.owner(name), pool.when, self.bill):
                continue
            if pool.counts == "claims":
                self.count(name, 1)
            elif isinstance(pool.counts, Amounts):
                its = pool.counts
                aided = sum(self.aid_of[earlier] for earlier in its.less_aid)
                self.count(
                    name, max(0, self.bill.amount(its.sum) - self.bill.amount(its.less) - aided)
                )

    def owner(self, pool: str) -> Benefit:
        """The benefit whose parameters a pool's conditions name (shared pools: any)."""
        return next((b for b in self.pack.benefits if pool in b.pools), self.pack.benefits[0])


class Steps:
    """The amount of one benefit on its way through the steps."""

    def __init__(self, case: Case, benefit: Benefit) -> None:
        self.case, self.oracle, self.bill = case, case.oracle, case.bill
        self.benefit = benefit
        self.amount = self.base = self.deducted = 0
        self.rate = self.bound_by = ""
        self.reason: Reason = ("amount",)
        self.shares: dict[str, str] | None = {}
        self.entered: list[tuple[str, int]] = []
        self.before_step: list[int] = []
        self.provisional: set[str] = set()
        for name in conditions(benefit.when):
            self.provisional |= self.oracle.provisional(benefit, name, self.bill)

    def take(self, step: Step) -> None:
        """Take one step, where its conditions hold."""
        self.before_step.append(self.amount)
        for name in conditions(step.when):
            self.provisional |= self.oracle.provisional(self.benefit, name, self.bill)
        if not self.oracle.holds(self.benefit, step.when, self.bill):
            return
        for name in figures(step):
            self.provisional |= self.oracle.provisional(self.benefit, name, self.bill)
        for name, pool in self.benefit.pools.items():
            if isinstance(pool.counts, Into) and pool.counts.into == step_name(step):
                self.entered.append((name, self.amount))
        why, amount = getattr(self, f"do_{step.verb}")(step)
        self.became_zero_by((why,), amount)
        if step.verb in ("base", "top_up", "fixed", "per_unit"):
            self.base = amount
        if step.verb == "deductible":
            self.deducted += self.amount - amount
        self.amount = amount

    def became_zero_by(self, why: Reason, amount: int) -> None:
        if self.amount > 0 and amount == 0:
            self.reason = why

    def uncapped_amount(self) -> int:
        """What enters the first cap behind the step that pays; else what came of all steps."""
        verbs = [step.verb for step in self.benefit.steps]
        paid = max(
            (i for i, verb in enumerate(verbs) if verb in ("rate", "bands", "fixed", "per_unit")),
            default=0,
        )
        for i, verb in enumerate(verbs):
            if verb == "cap" and i > paid:
                return self.before_step[i]
        return self.amount

    def yuan(self, name: str) -> int:
        return self.oracle.yuan(self.benefit, name, self.bill)

    def raw(self, name: str) -> Any:
        return self.oracle.value(self.benefit, name, self.bill)

    # The verbs: each returns why it left nothing, should it have done so, and the amount it left.

    def do_base(self, step: Any) -> tuple[str, int]:
        amount = max(0, self.bill.amount(step.sum) - self.bill.amount(step.less))
        return "amount", max(0, amount - sum(self.case.aid_of[name] for name in step.less_aid))

    def do_top_up(self, step: Any) -> tuple[str, int]:
        aided = sum(self.case.aid_of[name] for name in step.after)
        left = max(0, self.bill.amount(step.sum) - aided)
        before, threshold = self.case.used(step.pool), self.yuan(step.above)
        above = max(0, before + left - threshold)
        if step.settle == "close":
            return "amount", max(0, above - self.case.used(step.counted))
        return "amount", above - max(0, before - threshold)

    def do_fixed(self, step: Any) -> tuple[str, int]:
        return "amount", self.yuan(step.of)

    def do_per_unit(self, step: Any) -> tuple[str, int]:
        return "amount", self.yuan(step.of) * int(self.bill.fields.get(step.units, "0"))

    def do_times(self, step: Any) -> tuple[str, int]:
        aided_before = self.case.used(step.pool)
        return "times", self.amount if aided_before < int(self.raw(step.at)) else 0

    def do_deductible(self, step: Any) -> tuple[str, int]:
        before = self.case.used(step.pool) if step.pool else 0
        inside = min(self.amount, max(0, self.yuan(step.at) - before))
        if step.keep == "inside":
            return "deductible used up", inside
        return "within deductible", self.amount - inside

    def do_rate(self, step: Any) -> tuple[str, int]:
        rate = percent(self.raw(step.of))
        self.rate = percent_text(rate)
        return "rounding", half_up(self.amount * rate)

    def do_minimum(self, step: Any) -> tuple[str, int]:
        return "minimum", self.amount if self.amount >= self.yuan(step.at) else 0

    def do_bands(self, step: Any) -> tuple[str, int]:
        low = 0 if step.over == "claim" else self.case.used(step.over)
        high = low + self.amount
        bands = self.raw(step.of)
        ends = [fen(band["above"]) for band in bands[1:]] + [high]
        total = Fraction(0)
        for band, end in zip(bands, ends, strict=True):
            start = max(low, fen(band["above"]))
            total += max(0, min(high, end) - start) * percent(band["rate"])
        return "rounding", half_up(total)

    def do_cap(self, step: Any) -> tuple[str, int]:
        used = self.case.used(step.pool) if step.pool else 0
        room = max(0, self.yuan(step.at) - used)
        if room < self.amount:
            self.bound_by = step_name(step)
        return "cap", min(self.amount, room)

    def do_split(self, step: Any) -> tuple[str, int]:
        self.shares = self.raw(step.of)
        return "", self.amount


def conditions(when: When) -> list[str]:
    """Parameters that conditions name."""
    return [test.in_ for test in when.values() if test.in_ is not None]


def figures(step: Step) -> list[str]:
    """Parameters that a step takes its figures from."""
    return [
        name
        for argument in ("at", "of", "above")
        if isinstance(name := getattr(step, argument, None), str)
    ]


def outside_what_was_borne(benefit: Benefit) -> bool:
    """Premiums, fixed amounts and a close of the year are not held to what this claim left."""
    first = benefit.steps[0]
    return (
        first.verb in ("fixed", "per_unit")
        or (first.verb == "base" and set(first.sum) == {"premium"})
        or (first.verb == "top_up" and first.settle == "close")
    )


def reason_text(pack: Pack, reason: Reason) -> str:
    """A reason in the engine's words."""
    if reason[:1] == ("no-benefit",):
        return _("; ").join(_missed_text(pack, *missed.split("/")) for missed in reason[1:]) or _(
            "the pack has no benefit of one person"
        )
    texts = {
        (): "",
        ("cancelled",): _("cancelled by a reversal"),
        ("reversal",): _("reverses another claim"),
        ("amount",): _("there is no amount to aid"),
        ("times",): _("paid as often as the policy allows"),
        ("deductible used up",): _("the deductible is used up"),
        ("within deductible",): _("all of it lies within the deductible"),
        ("minimum",): _("below the least amount that is paid"),
        ("rounding",): _("it rounds to 0.00"),
        ("cap",): _("the cap is used up"),
        ("self_paid",): _("other benefits cover all the person bore"),
    }
    return texts[reason]


def _missed_text(pack: Pack, name: str, field: str, why: str, day: str = "") -> str:
    benefit, label = pack.model.benefits[name].label, pack_fields(pack)[field].label
    if why == "zero":
        return _("{benefit}: {field} is 0").format(benefit=benefit, field=label)
    if why == "not given":
        return _("{benefit}: {field} is not given").format(benefit=benefit, field=label)
    if why == "begins":
        return _("{benefit}: begins on {day}").format(benefit=benefit, day=day)
    return _("{benefit}: not for this {field}").format(benefit=benefit, field=label)
