"""What a reconciliation finds: every difference with its size, its kind, and who explains it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd
from typing import TYPE_CHECKING, Literal

from mediaid.budget.reconcile.compare import Compared, compare
from mediaid.packs.budget.figures import BASE
from mediaid.packs.budget.funding import scheme_on
from mediaid.packs.budget.published import Figure, Need

if TYPE_CHECKING:
    from mediaid.packs.budget.facts import Fact
    from mediaid.packs.budget.funding import Scheme
    from mediaid.packs.model import Pack

Kind = Literal["new", "gone", "unexplained", "contradiction", "rounding"]
KINDS: tuple[Kind, ...] = ("new", "gone", "unexplained", "contradiction", "rounding")
"""`new`: arithmetic finds what the pack does not know of. `gone`: the pack knows a difference that
arithmetic does not find, or finds of another size. The others are as the pack explains them."""


@dataclass(frozen=True)
class Finding:
    """One difference. `size`: stated less computed in 分, for amounts; None for other units.

    `step`: for a need by headcount, the 分 of which every amount of it is a multiple; where the
    stated figure is none, no whole headcount gives it.
    """

    kind: Kind
    compared: Compared
    stated: Figure
    inputs: tuple[Figure, ...]
    size: Fraction | None
    step: int | None = None

    @property
    def no_headcount(self) -> bool:
        """Whether the stated figure is out of reach of every whole headcount."""
        return self.step is not None and self.stated.exact % self.step != 0


@dataclass(frozen=True)
class Reconciliation:
    """Everything that was compared, what differs, and contradictions in words."""

    compared: tuple[Compared, ...]
    findings: tuple[Finding, ...]
    in_words: tuple[tuple[str, Fact], ...]

    @property
    def agree(self) -> int:
        """How many comparisons agree."""
        return sum(c.verdict == "agrees" for c in self.compared)

    @property
    def surprises(self) -> tuple[Finding, ...]:
        """Differences that the pack does not explain, or explains otherwise than they are."""
        return tuple(f for f in self.findings if f.kind in ("new", "gone"))


def reconcile(pack: Pack) -> Reconciliation:
    """Re-add every total, recompute every derived figure, and list what differs.

    Raises MediaidError if the pack has no published figures.
    """
    compared = compare(pack)
    found = [_finding(pack, its) for its in compared if its.verdict != "agrees" or its.known]
    found.sort(key=lambda f: KINDS.index(f.kind))  # stable: within a kind as in the file
    facts = pack.facts.facts if pack.facts else {}
    words = tuple((name, fact) for name, fact in facts.items() if fact.says == "two_things")
    return Reconciliation(tuple(compared), tuple(found), words)


def _finding(pack: Pack, compared: Compared) -> Finding:
    assert pack.published is not None
    figures = pack.published.all_figures
    comparison = compared.comparison
    stated = figures[comparison.stated]
    base, factor = BASE[stated.unit]
    relation = comparison.relation
    return Finding(
        kind=_kind(compared),
        compared=compared,
        stated=stated,
        inputs=tuple(figures[ref] for ref in comparison.inputs),
        size=compared.difference * factor if base == "分" else None,
        step=_step(pack, relation) if isinstance(relation, Need) else None,
    )


def _kind(compared: Compared) -> Kind:
    if compared.as_known and compared.known:
        return compared.known.kind
    return "gone" if compared.known else "new"


def _step(pack: Pack, need: Need) -> int | None:
    """分 that divides what any one person adds to a need; None where that is no whole 分."""
    funding = pack.funding[need.funding]
    scheme = scheme_on(funding, need.on)
    amounts = [_per_head(scheme, area, tuple(funding.components), need) for area in funding.areas]
    if any(amount.denominator != 1 for amount in amounts):
        return None
    return gcd(*(int(amount) for amount in amounts)) or None


def _per_head(scheme: Scheme, area: str, components: Sequence[str], need: Need) -> Fraction:
    whole = Fraction(0)
    for part in components:
        fiscal = scheme.standard[part] - scheme.contribution[part]
        if need.part == "gross":
            whole += scheme.standard[part]
        elif need.part == "fiscal":
            whole += fiscal
        else:
            whole += sum(fiscal * scheme.share(area, part, payer) for payer in need.payers)
    return whole
