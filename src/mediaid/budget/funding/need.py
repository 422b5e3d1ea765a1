"""What a headcount costs, and who pays it: the funding rules of a pack, exact to the 分."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Protocol

from mediaid.faults import Fault, MediaidError, nearest, visible
from mediaid.i18n import gettext as _
from mediaid.money import apportion
from mediaid.packs.budget.funding import Funding, NoValueError, Scheme, scheme_on
from mediaid.packs.schema.types import Cite


class FundingPack(Protocol):
    """What this module reads of a pack."""

    @property
    def funding(self) -> Mapping[str, Funding]: ...


@dataclass(frozen=True)
class PayerShare:
    """What one payer gives for one component in one area, in 分."""

    area: str
    component: str
    payer: str
    fen: int


@dataclass(frozen=True)
class Contribution:
    """What the participants of one area give towards one component, in 分."""

    area: str
    component: str
    fen: int


@dataclass(frozen=True)
class FundingNeed:
    """A year's need in 分. `fiscal` is what the payers give; with the participants', `gross`."""

    funding: str
    on: dt.date
    headcounts: Mapping[str, int]
    shares: tuple[PayerShare, ...]
    contributions: tuple[Contribution, ...]
    provisional: tuple[str, ...]
    citations: tuple[Cite, ...]

    def paid_by(self, payer: str, *, component: str | None = None, area: str | None = None) -> int:
        """分 of one payer, of all or of one component, in all or in one area."""
        return sum(
            s.fen
            for s in self.shares
            if s.payer == payer and component in (None, s.component) and area in (None, s.area)
        )

    @property
    def by_payer(self) -> dict[str, int]:
        """Payer → 分, in the pack's order."""
        return {payer: self.paid_by(payer) for payer in dict.fromkeys(s.payer for s in self.shares)}

    @property
    def by_component(self) -> dict[str, int]:
        """Component → 分 of all payers together, the participants' part apart."""
        totals: dict[str, int] = {}
        for share in self.shares:
            totals[share.component] = totals.get(share.component, 0) + share.fen
        return totals

    @property
    def participants(self) -> int:
        """分 the participants bear themselves."""
        return sum(c.fen for c in self.contributions)

    @property
    def fiscal(self) -> int:
        """分 of all payers together."""
        return sum(s.fen for s in self.shares)

    @property
    def gross(self) -> int:
        """分 of payers and participants: headcount × standard."""
        return self.fiscal + self.participants


def funding_need(
    pack: FundingPack, funding_id: str, headcounts: Mapping[str, int], on: dt.date
) -> FundingNeed:
    """Return the year's need of `headcounts` (area → persons) by the values in force `on` a day.

    Every area of the funding needs its headcount, be it 0. Raises MediaidError with every fault:
    unknown funding or areas, missing or negative counts, a day without a value.
    """
    funding = funding_of(pack, funding_id)
    try:
        scheme = scheme_on(funding, on)
    except NoValueError as error:
        raise MediaidError(
            [*_headcount_faults(funding, headcounts), Fault("", str(error))]
        ) from error
    return need_under(funding, scheme, headcounts, on)


def funding_of(pack: FundingPack, funding_id: str) -> Funding:
    """Return a funding of the pack by its id. Raises MediaidError if there is none."""
    funding = pack.funding.get(funding_id)
    if funding is None:
        raise MediaidError(
            _("the pack has no funding {name}.{nearest}").format(
                name=visible(funding_id), nearest=nearest(funding_id, pack.funding)
            )
        )
    return funding


def need_under(
    funding: Funding, scheme: Scheme, headcounts: Mapping[str, int], on: dt.date
) -> FundingNeed:
    """Return the need of headcounts (area → persons) under a scheme, be it assumed.

    Raises MediaidError with every fault of the headcounts.
    """
    faults = _headcount_faults(funding, headcounts)
    if faults:
        raise MediaidError(faults)
    shares, contributions = [], []
    for area in funding.areas:
        for component in funding.components:
            shares += _shares(funding, scheme, area, component, headcounts[area])
            fen = headcounts[area] * scheme.contribution[component]
            contributions.append(Contribution(area, component, fen))
    return FundingNeed(
        funding=funding.funding,
        on=on,
        headcounts=dict(headcounts),
        shares=tuple(shares),
        contributions=tuple(contributions),
        provisional=scheme.provisional,
        citations=scheme.citations,
    )


def _headcount_faults(funding: Funding, headcounts: Mapping[str, int]) -> list[Fault]:
    faults = []
    for area, count in headcounts.items():
        if area not in funding.areas:
            message = _("{area} is not an area of {funding}.{nearest}").format(
                area=visible(area),
                funding=funding.funding,
                nearest=nearest(area, funding.areas),
            )
        elif type(count) is not int:
            message = _("the headcount {count} is not a whole number").format(count=count)
        elif count < 0:
            message = _("the headcount {count} is negative").format(count=count)
        else:
            continue
        faults.append(Fault(visible(area), message))
    faults += [
        Fault(area, _("the headcount is missing: give 0 if nobody is registered there"))
        for area in funding.areas
        if area not in headcounts
    ]
    return faults


def _shares(
    funding: Funding, scheme: Scheme, area: str, component: str, headcount: int
) -> list[PayerShare]:
    need = headcount * (scheme.standard[component] - scheme.contribution[component])
    paid = split(need, scheme.shares[area, component])
    return [PayerShare(area, component, payer, paid.get(payer, 0)) for payer in funding.payers]


def split(total: int, shares: Sequence[tuple[str, Fraction | None]]) -> dict[str, int]:
    """Split `total` 分 by exact shares so that the parts add up to it.

    By largest remainder, ties in the given order. Where one share is None, that payer bears the
    rest: the others' parts are cut to whole 分.
    """
    named = [(payer, share) for payer, share in shares if share is not None]
    if len(named) < len(shares):
        parts = {payer: int(total * share // 1) for payer, share in named}
        rest = total - sum(parts.values())
        return {payer: parts.get(payer, rest) for payer, _share in shares}
    whole = lcm(*(share.denominator for _payer, share in named))
    amounts = apportion(total, [int(share * whole) for _payer, share in named])
    return dict(zip((payer for payer, _share in named), amounts, strict=True))
