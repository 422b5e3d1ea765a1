"""A forecast and a backtest as text for a terminal and as plain data; amounts as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from mediaid.aligned import aligned
from mediaid.budget import provenance
from mediaid.budget.forecast.backtest import METHODS, Score, Trial, score
from mediaid.budget.forecast.central import allocate, rounded
from mediaid.faults import visible_line
from mediaid.i18n import gettext as _
from mediaid.money import format_percent, format_yuan, show_yuan
from mediaid.packs.show.names import figure_words

if TYPE_CHECKING:
    from mediaid.budget.forecast.forecast import Forecast
    from mediaid.budget.forecast.terms import Terms
    from mediaid.packs.model import Pack

Checked = Sequence[tuple[int, int, int]]
COLUMNS = (50, 80, 95)
"""The quantiles that are allocated to towns."""


# ── data ──────────────────────────────────────────────────────────────────────────────────────


def as_data(pack: Pack, its: Forecast, checked: Checked = ()) -> dict[str, Any]:
    """Return a forecast as plain data. Amounts are 元 as text."""
    central = its.central
    amounts = {"central": central.total, **{f"P{q}": fen for q, fen in its.quantiles.items()}}
    return {
        **provenance.as_data(pack),
        "terms": _terms_data(its.terms),
        "claims": its.claims,
        "left_out": its.left_out,
        "warnings": list(its.warnings),
        "provisional": list(its.provisional),
        "known": format_yuan(its.known),
        "central": format_yuan(central.total),
        "quantiles": {f"P{q}": format_yuan(fen) for q, fen in its.quantiles.items()},
        "mean": format_yuan(its.mean),
        "towns": {name: _amounts(allocate(fen, central.towns)) for name, fen in amounts.items()},
        "benefits": _amounts(allocate(central.total, central.benefits)),
        "categories": _amounts(allocate(central.total, central.categories)),
        "payers": _amounts(_payers(its)) or None,
        "steps": {name: format_yuan(fen) for name, fen in steps(its).items()},
        "drivers": {driver.name: format_yuan(driver.total) for driver in its.drivers} or None,
        "beside": {
            "visible_by_months": _or_none(its.plain.by_months),
            "chain_ladder": _or_none(its.plain.chain_ladder),
            "chain_ladder_error": _or_none(its.plain.error),
        },
        "known_by_months_since": [f"{float(share):.4f}" for share in its.people.pattern],
        "settled_again": {
            "years": len(checked),
            "equal": sum(one == two for _year, one, two in checked),
        },
    }


def _terms_data(terms: Terms) -> dict[str, Any]:
    return {
        "year": terms.year,
        "cut_off": terms.cut_off.isoformat(),
        "policy_year": terms.settled_in,
        "price_growth": format_percent_signed(terms.price_growth),
        "headcount_growth": format_percent_signed(terms.headcount_growth),
        "price_sd": f"{terms.price_sd:.4f}",
        "headcount_sd": f"{terms.headcount_sd:.4f}",
        "simulated": terms.simulated,
        "seed": terms.seed,
        "continuations": terms.continuations,
    }


def format_percent_signed(rate: Fraction) -> str:
    """Return a growth as text, such as 4% or -1.5%."""
    return ("-" if rate < 0 else "") + format_percent(abs(rate))


def _payers(its: Forecast) -> dict[str, int]:
    """What the payers that the pack names bear; benefits without payers are not in it."""
    payers = its.central.payers
    return allocate(rounded(sum(payers.values(), Fraction(0))), payers)


def _amounts(split: Mapping[str, int]) -> dict[str, str]:
    return {name: format_yuan(fen) for name, fen in split.items()}


def _or_none(fen: int | None) -> str | None:
    return None if fen is None else format_yuan(fen)


def steps(its: Forecast) -> dict[str, int]:
    """How the central forecast comes about: parts that add up to it, in 分."""
    central = its.central
    if its.terms.year > its.terms.cut_off.year:
        return {"persons-to-come": central.total}
    in_hand = min(int(central.in_hand + Fraction(1, 2)), central.total)
    return {
        "known": its.known,
        "rest-of-year": in_hand - its.known,
        "persons-to-come": central.total - in_hand,
    }


# ── text ──────────────────────────────────────────────────────────────────────────────────────


def as_text(pack: Pack, its: Forecast, checked: Checked = ()) -> str:
    """Return a forecast as a budget officer would read it."""
    return "\n".join(_lines(pack, its, checked))


def _lines(pack: Pack, its: Forecast, checked: Checked) -> Iterator[str]:
    terms = its.terms
    yield provenance.as_line(pack)
    yield _("Aid of {year}, forecast from {claims} claims known by {day}").format(
        year=terms.year, claims=f"{its.claims:,}", day=terms.cut_off
    )
    yield _("settled under the policy of {year}").format(year=terms.settled_in)
    yield from beware(its.warnings, figure_words(pack, its.provisional))
    yield ""
    yield from _figures(its)
    yield ""
    yield from _steps_lines(its)
    if its.drivers:
        yield ""
        yield from _driver_lines(its)
    yield ""
    yield from _town_lines(its)
    yield ""
    yield from _split_lines(pack, its)
    yield ""
    yield from _beside_lines(its)
    yield ""
    yield from assumed_lines(terms)
    if checked:
        yield _("{count} of them settled again by the engine: {equal} equal to the 分").format(
            count=len(checked), equal=sum(one == two for _year, one, two in checked)
        )


def beware(warnings: Sequence[str], provisional: str = "") -> Iterator[str]:
    """Say what is provisional (its words), and what whoever reads the figures should know."""
    if provisional:
        yield _("provisional: {names}").format(names=provisional)
    for warning in warnings:
        yield _("Beware: {warning}").format(warning=warning)


def assumed_lines(terms: Terms) -> Iterator[str]:
    """Say what is assumed, and by which seed years are simulated."""
    yield _("assumed: prices {growth} a year (± {sd})").format(
        growth=format_percent_signed(terms.price_growth), sd=_percent(terms.price_sd)
    )
    yield _("assumed: persons {growth} a year (± {sd})").format(
        growth=format_percent_signed(terms.headcount_growth), sd=_percent(terms.headcount_sd)
    )
    yield _("{count} simulated years, seed {seed}").format(
        count=f"{terms.simulated:,}", seed=terms.seed
    )


def _figures(its: Forecast) -> list[str]:
    rows = [[_("central"), show_yuan(its.central.total)]]
    rows += [[f"P{q}", show_yuan(fen)] for q, fen in its.quantiles.items()]
    return aligned(rows, left=1)


def step_names(its: Forecast) -> dict[str, str]:
    """Return each of `steps` in words."""
    return {
        "known": _("claims in hand, as the engine settles them"),
        "rest-of-year": _("late claims and the rest of the year of persons seen"),
        "persons-to-come": _("persons still to come")
        if its.terms.year == its.terms.cut_off.year
        else _("persons of the year"),
    }


def _steps_lines(its: Forecast) -> list[str]:
    names = step_names(its)
    rows = [[names[name], show_yuan(fen)] for name, fen in steps(its).items()]
    return aligned([*rows, [_("central"), show_yuan(its.central.total)]], left=1)


def driver_names() -> dict[str, str]:
    """Return each driver in words."""
    return {
        "as-assumed": _("as assumed"),
        "no-growth": _("without growth of prices and persons"),
        "price-plus-point": _("prices one point more a year"),
        "headcount-plus-point": _("persons one point more a year"),
        "no-late-claims": _("without late claims"),
    }


def _driver_lines(its: Forecast) -> list[str]:
    names = driver_names()
    base = its.drivers[0].total
    rows = [[_("if"), _("central"), _("difference")]]
    rows += [
        [names[driver.name], show_yuan(driver.total), show_yuan(driver.total - base)]
        for driver in its.drivers
    ]
    return aligned(rows, left=1)


def _town_lines(its: Forecast) -> list[str]:
    columns = [its.towns(its.central.total)]
    columns += [its.towns(its.quantiles[q]) for q in COLUMNS if q in its.quantiles]
    heads = [_("central"), *(f"P{q}" for q in COLUMNS if q in its.quantiles)]
    rows = [[_("town"), *heads]]
    for town in columns[0]:
        name = visible_line(town) or _("(not stated)")
        rows.append([name, *(show_yuan(column[town]) for column in columns)])
    rows.append([_("total"), *(show_yuan(sum(column.values())) for column in columns)])
    return aligned(rows, left=1)


def _split_lines(pack: Pack, its: Forecast) -> list[str]:
    central = its.central
    labels = {benefit.benefit: str(benefit.label) for benefit in pack.benefits}
    categories = pack.codes["category"]
    groups = [
        (_("benefit"), {labels[name]: fen for name, fen in central.benefits.items()}),
        (_("category"), {str(categories[name]): fen for name, fen in central.categories.items()}),
        (_("payer"), central.payers),
    ]
    rows = [
        [head, name, show_yuan(fen)]
        for head, split in groups
        for name, fen in allocate(rounded(sum(split.values(), Fraction(0))), split).items()
    ]
    lines = aligned(rows, left=2) if rows else []
    if not central.payers:
        lines.append(
            _("The pack's documents do not say who pays the benefits: no payers are shown.")
        )
    return lines


def _beside_lines(its: Forecast) -> Iterator[str]:
    plain = its.plain
    if plain.by_months is None:
        return
    yield _("Plain methods, for {year}:").format(year=its.terms.cut_off.year)
    rows = [
        [
            _("visible × 12/{month}").format(month=its.terms.cut_off.month),
            show_yuan(plain.by_months),
            "",
        ]
    ]
    if plain.chain_ladder is not None and plain.error is not None:
        error = _("± {error} (Mack)").format(error=show_yuan(plain.error))
        rows.append([_("chain ladder on aid"), show_yuan(plain.chain_ladder), error])
    yield from (f"  {line}" for line in aligned(rows, left=1))


# ── backtest ──────────────────────────────────────────────────────────────────────────────────

Group = tuple[str, Sequence[Trial]]
"""A name (a cut-off month, a world) and its trials."""


def backtest_data(
    pack: Pack, groups: Sequence[Group], terms: Terms, single: bool, warnings: Sequence[str] = ()
) -> dict[str, Any]:
    """Return a backtest as plain data; `single`: every trial as well."""
    data: dict[str, Any] = {
        **provenance.as_data(pack),
        "simulated": terms.simulated,
        "seed": terms.seed,
        "warnings": list(warnings),
        "groups": [{"group": name, **_score_data(score(trials))} for name, trials in groups],
    }
    if single:
        data["trials"] = [
            {
                "group": name,
                "year": trial.year,
                "month": trial.month,
                "truth": format_yuan(trial.truth),
                "forecast": format_yuan(trial.forecast),
                "by-months": _or_none(trial.by_months),
                "chain-ladder": _or_none(trial.chain_ladder),
                "P5": format_yuan(trial.low),
                "P95": format_yuan(trial.high),
                "held": trial.held,
            }
            for name, trials in groups
            for trial in trials
        ]
    return data


def _score_data(its: Score) -> dict[str, Any]:
    return {
        "trials": its.trials,
        "rmse": {method: _share(its.rmse[method]) for method in METHODS},
        "bias": {method: _share(its.bias[method]) for method in METHODS},
        "held": its.held,
        "coverage": f"{its.coverage:.4f}",
        "coverage_error": f"{its.coverage_error:.4f}",
    }


def _share(value: float | None) -> str | None:
    return None if value is None else f"{value:.4f}"


def backtest_text(
    pack: Pack,
    groups: Sequence[Group],
    terms: Terms,
    first: str,
    warnings: Sequence[str] = (),
) -> str:
    """Return a backtest as a table; `first` heads the groups' names."""
    names = {
        "forecast": _("forecast"),
        "by-months": _("visible × 12/m"),
        "chain-ladder": _("chain ladder"),
    }
    heads = [_("RMSE, {method}").format(method=names[method]) for method in METHODS]
    biases = [_("bias, {method}").format(method=names[method]) for method in METHODS]
    rows = [[first, _("trials"), *heads, *biases, _("held by P5–P95")]]
    for name, trials in groups:
        its = score(trials)
        shares = [its.rmse[method] for method in METHODS] + [its.bias[method] for method in METHODS]
        held = f"{its.coverage:.1%} ± {its.coverage_error:.1%}"
        rows.append([name, f"{its.trials:,}", *map(_percent, shares), held])
    return "\n".join(
        [
            provenance.as_line(pack),
            *beware(warnings),
            "",
            *aligned(rows, left=1),
            "",
            _("{count} simulated years a trial, seed {seed}").format(
                count=f"{terms.simulated:,}", seed=terms.seed
            ),
        ]
    )


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"
