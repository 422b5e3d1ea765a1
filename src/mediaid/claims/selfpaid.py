"""What a person bore within the policy's scope, derived from the amounts a bill gives.

The one place that knows the formula, for a form with one bill and for a file of millions alike:

    in scope = total − out of scope − paid first
    self-paid = in scope (+ paid first, where the pack says `preselfpay: in`) − what others paid

Amounts are 分 before any medical assistance. Whatever can be derived in two ways must come to the
same: a bill that contradicts itself is refused, never settled by one of its halves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from mediaid.i18n import gettext as _
from mediaid.money import show_yuan
from mediaid.packs.schema.types import Label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Fen = NDArray[np.int64]
    Mask = NDArray[np.bool_]

Preselfpay = Literal["in", "out"]
NOT_GIVEN = -1
"""In an array of a part: the bill does not state it."""


def _label(zh: str, en: str) -> Label:
    return Label.model_construct(zh=zh, en=en)


PARTS: dict[str, Label] = {
    "total": _label("医疗费总额", "total of the bill"),
    "out_of_scope": _label("政策范围外金额", "out of scope"),
    "paid_first": _label("先行自付金额", "paid first by the person"),
    "in_scope": _label("符合政策范围金额", "in scope"),
    "pooled_fund": _label("统筹基金支出", "paid by the pooled fund"),
    "critical_illness": _label("大病保险支出", "paid by critical-illness insurance"),
    "other_insurance": _label("其他保险支出", "paid by other insurance"),
    "other_relief": _label("其他支出", "paid by other relief"),
    "self_paid": _label("政策范围内自负", "self-paid in scope"),
}
"""The amounts of a bill that the formula knows, in the order in which they are shown."""

PAYERS = ("pooled_fund", "critical_illness", "other_insurance", "other_relief")


@dataclass(frozen=True)
class Term:
    """One line of a derivation: a part, what it does to the sum, and its amount in 分."""

    part: str
    sign: Literal["", "+", "-"]
    fen: int


@dataclass(frozen=True, eq=False)
class Derived:
    """Self-paid amounts in 分, 0 where refused, and what is wrong by row.

    `stated` rows gave the amount themselves, with nothing to derive it from.
    """

    self_paid: Fen
    stated: Mask
    missing: Mask
    unknown_first: Mask
    scope_differs: Mask
    overpaid: Mask
    differs: Mask
    _parts: Mapping[str, Fen]
    _by_total: Mask
    _preselfpay: Preselfpay

    @property
    def refused(self) -> Mask:
        """The rows that have no amount."""
        return self.missing | self.unknown_first | self.scope_differs | self.overpaid | self.differs

    def part(self, name: str) -> Fen:
        """What the bills state of a part, NOT_GIVEN where they do not."""
        return self._parts[name]

    def terms(self, row: int) -> list[Term]:
        """The derivation of one row, from the first amount to the result, which comes last."""
        amounts = {name: int(part[row]) for name, part in self._parts.items()}
        result = Term("self_paid", "", int(self.self_paid[row]))
        if self.stated[row]:
            return [result]
        found: list[Term] = []
        if self._by_total[row]:
            found.append(Term("total", "", amounts["total"]))
            found.append(Term("out_of_scope", "-", amounts["out_of_scope"]))
            if self._preselfpay == "out" and amounts["paid_first"] > 0:
                found.append(Term("paid_first", "-", amounts["paid_first"]))
        else:
            found.append(Term("in_scope", "", amounts["in_scope"]))
            if self._preselfpay == "in":
                found.append(Term("paid_first", "+", int(self._first(row, amounts))))
        found += [Term(name, "-", amounts[name]) for name in PAYERS if amounts[name] > 0]
        return [*found, result]

    def why(self, row: int) -> str:
        """What is wrong with a refused row, and what to do."""
        if self.missing[row]:
            return _(
                "the self-paid amount cannot be derived: give it, or the amount in scope, or the "
                "total and what is out of scope"
            )
        if self.unknown_first[row]:
            return _(
                "the pack counts what the person pays first (preselfpay: in), and the bill does "
                "not state it: give it, or choose the reading without it"
            )
        amounts = {name: int(part[row]) for name, part in self._parts.items()}
        if self.scope_differs[row]:
            return _(
                "{scope} in scope, but total {total} less {out} out of scope and {first} paid "
                "first is {rest}: correct the wrong amount"
            ).format(
                scope=show_yuan(amounts["in_scope"]),
                total=show_yuan(amounts["total"]),
                out=show_yuan(amounts["out_of_scope"]),
                first=show_yuan(max(amounts["paid_first"], 0)),
                rest=show_yuan(
                    amounts["total"] - amounts["out_of_scope"] - max(amounts["paid_first"], 0)
                ),
            )
        base, paid = self._base_and_paid(row, amounts)
        if self.overpaid[row]:
            return _(
                "others paid {paid}, more than the {base} in scope: correct the wrong amount"
            ).format(paid=show_yuan(paid), base=show_yuan(base))
        return _(
            "{given} is stated as self-paid, but {base} in scope less {paid} paid by others is "
            "{derived}: correct the wrong amount, or take one of the two out of the mapping"
        ).format(
            given=show_yuan(amounts["self_paid"]),
            base=show_yuan(base),
            paid=show_yuan(paid),
            derived=show_yuan(base - paid),
        )

    def _first(self, row: int, amounts: Mapping[str, int]) -> int:
        if amounts["paid_first"] >= 0:
            return amounts["paid_first"]
        return amounts["total"] - amounts["out_of_scope"] - amounts["in_scope"]

    def _base_and_paid(self, row: int, amounts: Mapping[str, int]) -> tuple[int, int]:
        paid = sum(max(amounts[name], 0) for name in PAYERS)
        if self._by_total[row]:
            first = 0 if self._preselfpay == "in" else max(amounts["paid_first"], 0)
            return amounts["total"] - amounts["out_of_scope"] - first, paid
        first = self._first(row, amounts) if self._preselfpay == "in" else 0
        return amounts["in_scope"] + first, paid


def derive(parts: Mapping[str, Fen], preselfpay: Preselfpay) -> Derived:
    """Derive the self-paid amounts of n bills from whichever PARTS are given.

    Each array has length n and holds 分, NOT_GIVEN where a bill does not state the part; parts
    left out are not stated by any bill. Of what others paid, not stated means nothing. At least
    one part must be given; KeyError for a part that PARTS does not know.
    """
    size = len(next(iter(parts.values())))
    if unknown := set(parts) - set(PARTS):
        raise KeyError(sorted(unknown)[0])
    every = {name: parts.get(name, np.full(size, NOT_GIVEN, dtype=np.int64)) for name in PARTS}
    given = {name: part >= 0 for name, part in every.items()}
    amount = {name: np.maximum(part, 0) for name, part in every.items()}

    outside = given["total"] & given["out_of_scope"]
    rest = amount["total"] - amount["out_of_scope"]
    by_scope = given["in_scope"]
    by_total = outside & ~by_scope
    # Where the bill does not say what was paid first, it is what is neither in nor out of scope.
    first = np.where(given["paid_first"], amount["paid_first"], rest - amount["in_scope"])
    first_known = given["paid_first"] | outside
    two_ways = by_scope & outside
    scope_differs = two_ways & np.where(
        given["paid_first"], rest - first != amount["in_scope"], first < 0
    )
    if preselfpay == "in":
        base = np.where(by_scope, amount["in_scope"] + first, rest)
        unknown_first = by_scope & ~first_known
    else:
        base = np.where(by_scope, amount["in_scope"], rest - amount["paid_first"])
        unknown_first = np.zeros(size, dtype=np.bool_)
    derivable = by_scope | by_total
    derived = base - sum(amount[name] for name in PAYERS)
    sound = derivable & ~unknown_first & ~scope_differs
    overpaid = sound & (derived < 0)
    stated = given["self_paid"] & ~derivable
    differs = sound & ~overpaid & given["self_paid"] & (amount["self_paid"] != derived)
    missing = ~derivable & ~given["self_paid"]
    good = sound & ~overpaid & ~differs
    return Derived(
        self_paid=np.where(stated, amount["self_paid"], np.where(good, derived, 0)),
        stated=stated,
        missing=missing,
        unknown_first=unknown_first,
        scope_differs=scope_differs,
        overpaid=overpaid,
        differs=differs,
        _parts=every,
        _by_total=by_total,
        _preselfpay=preselfpay,
    )


def derive_one(parts: Mapping[str, int], preselfpay: Preselfpay) -> list[Term]:
    """Derive the self-paid amount of one bill from amounts in 分: the last term is the result.

    Raises ValueError, which says what contradicts or is missing.
    """
    arrays = {name: np.array([fen], dtype=np.int64) for name, fen in parts.items()}
    derived = derive(arrays or {"total": np.array([NOT_GIVEN], dtype=np.int64)}, preselfpay)
    if derived.refused[0]:
        raise ValueError(derived.why(0))
    return derived.terms(0)
