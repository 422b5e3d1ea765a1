"""A comparison of two policies as text for a terminal and as plain data; amounts as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from mediaid.aligned import aligned
from mediaid.budget import provenance
from mediaid.budget.compare.reform import BANDS, Changed, Comparison, Pair
from mediaid.budget.forecast.present import beware
from mediaid.faults import visible_line
from mediaid.i18n import gettext as _
from mediaid.money import format_yuan, show_yuan
from mediaid.packs.show.names import figure_words

if TYPE_CHECKING:
    from mediaid.packs.model import Pack


def as_data(packs: tuple[Pack, Pack], its: Comparison) -> dict[str, Any]:
    """Return a comparison as plain data. Amounts are 元 as text; differences are after − before."""
    return {
        "before": {**provenance.as_data(packs[0]), "overlay": packs[0].overlay},
        "after": {**provenance.as_data(packs[1]), "overlay": packs[1].overlay},
        "year": its.year,
        "policy_year": its.settled_in,
        "claims": its.claims,
        "persons": its.persons,
        "provisional": list(its.provisional),
        "warnings": list(its.warnings),
        "total": _pair(its.total),
        "benefits": _pairs(its.benefits),
        "categories": _pairs(its.categories),
        "towns": _pairs(its.towns),
        "payers": _pairs(its.payers) or None,
        "gain": _changed_data(its.gain),
        "lose": _changed_data(its.lose),
        "capped": {
            "before": its.capped[0],
            "after": its.capped[1],
            "newly": its.newly_capped,
            "no_longer": its.no_longer_capped,
        },
        "ahead": None
        if its.ahead is None
        else {
            **_pair((its.ahead.before, its.ahead.after)),
            "quantiles": {f"P{q}": format_yuan(fen) for q, fen in its.ahead.difference.items()},
        },
    }


def _pair(pair: Pair) -> dict[str, str]:
    before, after = pair
    return {
        "before": format_yuan(before),
        "after": format_yuan(after),
        "difference": format_yuan(after - before),
    }


def _pairs(pairs: Mapping[str, Pair]) -> dict[str, dict[str, str]]:
    return {name: _pair(pair) for name, pair in pairs.items()}


def _changed_data(its: Changed) -> dict[str, Any]:
    return {
        "persons": its.persons,
        "amount": format_yuan(its.fen),
        "most": format_yuan(its.most),
        "bands": [
            {"from": format_yuan(low), "persons": count}
            for low, count in zip(BANDS, its.bands, strict=True)
        ],
    }


def as_text(packs: tuple[Pack, Pack], its: Comparison) -> str:
    """Return a comparison as text."""
    return "\n".join(_lines(packs, its))


def _lines(packs: tuple[Pack, Pack], its: Comparison) -> Iterator[str]:
    for word, pack in zip((_("before"), _("after")), packs, strict=True):
        line = provenance.as_line(pack)
        if pack.overlay:
            line = _("{line}; overlay {name}").format(line=line, name=visible_line(pack.overlay))
        yield _("{word}: {line}").format(word=word, line=line)
    yield _("{claims} claims of {persons} persons in {year}, under the policy of {policy}").format(
        claims=f"{its.claims:,}",
        persons=f"{its.persons:,}",
        year=its.year,
        policy=its.settled_in,
    )
    yield from beware(its.warnings, figure_words(packs[1], its.provisional))
    yield ""
    yield from aligned(list(_rows(packs, its)), left=2)
    yield ""
    yield from _change_lines(its)
    yield _(
        "a cap cuts: {before} persons before, {after} after; {newly} newly, {no} no longer"
    ).format(
        before=f"{its.capped[0]:,}",
        after=f"{its.capped[1]:,}",
        newly=f"{its.newly_capped:,}",
        no=f"{its.no_longer_capped:,}",
    )
    if its.ahead is not None:
        yield ""
        yield _("forecast, the same simulated years under both:")
        rows = [
            [_("before"), show_yuan(its.ahead.before)],
            [_("after"), show_yuan(its.ahead.after)],
            [_("difference"), show_yuan(its.ahead.after - its.ahead.before)],
        ]
        rows += [
            [_("difference, P{q}").format(q=q), show_yuan(fen)]
            for q, fen in its.ahead.difference.items()
        ]
        yield from (f"  {line}" for line in aligned(rows, left=1))


def _rows(packs: tuple[Pack, Pack], its: Comparison) -> Iterator[list[str]]:
    labels = {b.benefit: str(b.label) for pack in reversed(packs) for b in pack.benefits}
    categories = {code: str(label) for code, label in packs[0].codes["category"].items()}
    yield ["", "", _("before"), _("after"), _("difference")]
    yield [_("total"), "", *_amounts(its.total)]
    for head, pairs, names in (
        (_("benefit"), its.benefits, labels),
        (_("category"), its.categories, categories),
        (_("town"), its.towns, {}),
        (_("payer"), its.payers, {}),
    ):
        for name, pair in pairs.items():
            shown = names.get(name) or visible_line(name) or _("(not stated)")
            yield [head, shown, *_amounts(pair)]


def _amounts(pair: Pair) -> list[str]:
    before, after = pair
    return [show_yuan(before), show_yuan(after), show_yuan(after - before)]


def _change_lines(its: Comparison) -> list[str]:
    bands = [_("from {low}").format(low=show_yuan(low)) for low in BANDS]
    rows = [["", _("persons"), _("yuan"), _("most"), *bands]]
    for name, changed in ((_("gain"), its.gain), (_("lose"), its.lose)):
        rows.append(
            [
                name,
                f"{changed.persons:,}",
                show_yuan(changed.fen),
                show_yuan(changed.most),
                *(f"{count:,}" for count in changed.bands),
            ]
        )
    return aligned(rows, left=1)
