"""Whether a document's published figures agree: found by arithmetic, never smoothed.

Every comparison of a `published:` file is computed from the other published figures (and from the
pack's funding rules) and set against the figure as stated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Literal, Protocol

from mediaid.budget.funding.need import FundingPack, funding_need
from mediaid.faults import MediaidError
from mediaid.i18n import gettext as _
from mediaid.packs.budget.figures import BASE, Unit, decimals, round_down, round_half_up
from mediaid.packs.budget.published import (
    AtLeast,
    Comparison,
    Figure,
    Growth,
    Known,
    Need,
    Product,
    Published,
    Rule,
    Share,
    Sum,
)
from mediaid.packs.budget.rulefigures import RuleParts, rule_figures

Verdict = Literal["agrees", "rounding", "differs"]
Figures = Mapping[str, Figure]


class PublishedPack(FundingPack, RuleParts, Protocol):
    """What this module reads of a pack."""

    @property
    def published(self) -> Published | None: ...


@dataclass(frozen=True)
class Compared:
    """One comparison. `computed` and `difference` (stated less computed) are in `unit`; exact, but
    for a percentage the difference is that to the decimals printed.

    `verdict`: agrees (to the decimals printed, where units were converted or a percentage
    computed); or is off by no more than the rounding of the figures that enter a sum can explain;
    or differs. `known` is the file's explanation, if it has
    one; `as_known` is false where arithmetic finds something that the file does not explain.
    """

    comparison: Comparison
    stated: Fraction
    computed: Fraction
    unit: Unit
    places: int
    verdict: Verdict
    known: Known | None

    @property
    def difference(self) -> Fraction:
        relation = self.comparison.relation
        if isinstance(relation, Share | Growth):
            return self.stated - round_half_up(self.computed, self.places)
        return self.stated - self.computed

    @property
    def as_known(self) -> bool:
        if self.known is None:
            return self.verdict == "agrees"
        return self.verdict != "agrees" and self.difference == Fraction(self.known.difference)


def compare(pack: PublishedPack, of: str | None = None) -> list[Compared]:
    """Compute every comparison of the pack's published figures, in the file's order.

    `of`: only those in which this figure takes part. Raises MediaidError if the pack has no
    published figures.
    """
    published = pack.published
    if published is None:
        raise MediaidError(_("the pack has no published figures"))
    return [
        _compare(pack, published, comparison)
        for comparison in published.plan()
        if of is None or of in (comparison.stated, *comparison.inputs)
    ]


def _compare(pack: PublishedPack, published: Published, comparison: Comparison) -> Compared:
    figures = published.all_figures
    figure = figures[comparison.stated]
    relation = comparison.relation
    computed = _computed(pack, figures, comparison) / BASE[figure.unit][1]
    stated, places = Fraction(figure.value), decimals(figure.value)
    cut = isinstance(relation, Product) and relation.rounded == "down"
    rounded = round_down(computed, places) if cut else round_half_up(computed, places)
    if isinstance(relation, Rule) or (isinstance(relation, Sum) and _one_unit(figures, comparison)):
        rounded = computed  # nothing was converted by the document, so nothing was rounded
    if rounded == stated or (isinstance(relation, AtLeast) and stated >= computed):
        verdict: Verdict = "agrees"
    elif isinstance(relation, Sum) and _within_rounding(figures, comparison):
        verdict = "rounding"
    else:
        verdict = "differs"
    known = published.known.get(comparison.id)
    return Compared(comparison, stated, computed, figure.unit, places, verdict, known)


def _one_unit(figures: Figures, comparison: Comparison) -> bool:
    return len({figures[ref].unit for ref in (comparison.stated, *comparison.inputs)}) == 1


def _within_rounding(figures: Figures, comparison: Comparison) -> bool:
    relation = comparison.relation
    if not isinstance(relation, Sum):
        return False
    slack = sum(figures[ref].slack for ref in (comparison.stated, *comparison.inputs))
    return abs(figures[comparison.stated].exact - _sum(figures, relation)) <= slack


def _sum(figures: Figures, relation: Sum) -> Fraction:
    added = sum((figures[ref].exact for ref in relation.parts), Fraction(0))
    return added - sum((figures[ref].exact for ref in relation.less), Fraction(0))


def _computed(pack: PublishedPack, figures: Figures, comparison: Comparison) -> Fraction:
    """Return what the stated figure ought to be, in its base unit."""
    match comparison.relation:
        case Sum() as relation:
            return _sum(figures, relation)
        case Product(factors=factors):
            return prod(
                (
                    sum((figures[ref].exact for ref in refs), Fraction(0))
                    for refs in ([f] if isinstance(f, str) else f for f in factors)
                ),
                start=Fraction(1),
            )
        case Share(part=part, of=of):
            return _ratio(figures[part].exact, figures[of].exact)
        case Growth(now=now, increase=increase):
            more = figures[increase].exact
            return _ratio(more, figures[now].exact - more)
        case AtLeast(floor=floor):
            return figures[floor].exact
        case Need() as need:
            return Fraction(_need(pack, figures, need))
        case Rule() as rule:
            return rule_figures(pack, rule.on)[rule.path][0]


def _ratio(part: Fraction, of: Fraction) -> Fraction:
    """Return part ÷ of in percent; 0 where there is nothing to divide by."""
    return part / of * 100 if of else Fraction(0)


def _need(pack: FundingPack, figures: Figures, need: Need) -> int:
    counts = {area: int(figures[ref].exact) for area, ref in need.headcounts.items()}
    found = funding_need(pack, need.funding, counts, need.on)
    if need.part == "payers":
        return sum(found.paid_by(payer) for payer in need.payers)
    return found.gross if need.part == "gross" else found.fiscal
