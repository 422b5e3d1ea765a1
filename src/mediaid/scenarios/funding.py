"""Scenarios of what each level of government has to fund."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from mediaid.budget.funding.need import funding_need
from mediaid.budget.funding.workfunds import work_fund_lines
from mediaid.faults import MediaidError
from mediaid.i18n import gettext as _
from mediaid.money import format_yuan
from mediaid.scenarios.checks import FISCAL, GROSS, PARTICIPANTS
from mediaid.scenarios.outcome import Mismatch, Outcome
from mediaid.scenarios.refusals import refusal_mismatch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mediaid.budget.funding.need import FundingNeed
    from mediaid.packs.model import Pack
    from mediaid.scenarios.model import FundingCase, Scenario, WorkFundsCase

TOTAL = "total"
Table = dict[str, dict[str, int]]
"""Payer → total and components → 分."""


def run_funding(scenario: Scenario, case: FundingCase, pack: Pack) -> Outcome:
    """Compare a funding need with what is expected of it."""
    try:
        need = funding_need(pack, case.funding, case.headcount, dt.date(case.year, 1, 1))
    except MediaidError as error:
        return Outcome(
            scenario, tuple(refusal_mismatch(scenario, case.expect_error, error, "expect"))
        )
    if case.expect_error is not None:
        return Outcome(
            scenario,
            tuple(refusal_mismatch(scenario, case.expect_error, None, "expect_error")),
            (funding_text(need, pack),),
        )
    found = tuple(_needs(scenario, case, need_table(need)))
    if case.provisional is not None and set(case.provisional) != set(need.provisional):
        found += (
            Mismatch(
                scenario.source.where((*scenario.at, "provisional")),
                _("provisional"),
                "; ".join(case.provisional) or "–",
                "; ".join(need.provisional) or "–",
            ),
        )
    return Outcome(scenario, found, (funding_text(need, pack),) if found else ())


def need_table(need: FundingNeed) -> Table:
    """Put a funding need into the form of a scenario's `expect`, in 分."""
    table: Table = {}
    for share in need.shares:
        _add(table, share.payer, share.component, share.fen)
        _add(table, FISCAL, share.component, share.fen)
        _add(table, GROSS, share.component, share.fen)
    for part in need.contributions:
        _add(table, PARTICIPANTS, part.component, part.fen)
        _add(table, GROSS, part.component, part.fen)
    return table


def _add(table: Table, payer: str, component: str, fen: int) -> None:
    row = table.setdefault(payer, {TOTAL: 0})
    row[TOTAL] += fen
    row[component] = row.get(component, 0) + fen


def _needs(scenario: Scenario, case: FundingCase, table: Table) -> Iterator[Mismatch]:
    expect = case.expect or {}
    for payer, need in expect.items():
        place = (*scenario.at, "expect", payer)
        wanted = dict(need.components)
        if need.total is not None:
            wanted = {TOTAL: need.total, **wanted}
        for part, fen in wanted.items():
            got = table.get(payer, {}).get(part, 0)
            if got != fen:
                yield Mismatch(
                    scenario.source.where((*place, part)),
                    f"{payer} {part}",
                    format_yuan(fen),
                    format_yuan(got),
                )
    for payer, row in table.items():
        if payer not in expect and payer not in (FISCAL, GROSS) and row[TOTAL]:
            yield Mismatch(
                scenario.source.where((*scenario.at, "expect")),
                f"{payer} {TOTAL}",
                _("not named, so nothing"),
                format_yuan(row[TOTAL]),
            )


def funding_text(need: FundingNeed, pack: Pack) -> str:
    """Show a whole funding need, for a failing scenario: keys as files write them, and labels."""
    funding = pack.funding[need.funding]
    payers = {
        **funding.payers,
        PARTICIPANTS: _("participants"),
        FISCAL: _("all payers"),
        GROSS: _("payers and participants"),
    }
    parts = {TOTAL: _("total"), **funding.components}
    heads = (f"{_named(area, funding.areas)} {count}" for area, count in need.headcounts.items())
    lines = [_("; ").join((f"{funding.label} {need.funding}", str(need.on), *heads))]
    for payer, row in need_table(need).items():
        amounts = (f"{_named(part, parts)} {format_yuan(fen)}" for part, fen in row.items())
        lines.append(f"  {_named(payer, payers)}: " + _("; ").join(amounts))
    return "\n".join(lines)


def _named(key: str, labels: Mapping[str, object]) -> str:
    """Return a key with its label, where that says more than the key."""
    label = str(labels[key])
    return key if label == key else _("{key} ({label})").format(key=key, label=label)


def run_work_funds(scenario: Scenario, case: WorkFundsCase, pack: Pack) -> Outcome:
    """Compare a year's work funds, line by line; a line that is not named must be nothing."""
    where = scenario.source.where
    try:
        lines = work_fund_lines(pack, dt.date(case.work_funds, 1, 1))
    except MediaidError as error:
        return Outcome(scenario, tuple(refusal_mismatch(scenario, None, error, "expect")))
    got = {line.id: line.amount for line in lines}
    found = [
        Mismatch(
            where((*scenario.at, "expect", name)),
            name,
            format_yuan(fen),
            format_yuan(got.get(name, 0)),
        )
        for name, fen in case.expect.items()
        if got.get(name, 0) != fen
    ]
    found += [
        Mismatch(
            where((*scenario.at, "expect")), name, _("not named, so nothing"), format_yuan(fen)
        )
        for name, fen in got.items()
        if name not in case.expect and fen
    ]
    if case.total is not None and case.total != sum(got.values()):
        found.append(
            Mismatch(
                where((*scenario.at, TOTAL)),
                TOTAL,
                format_yuan(case.total),
                format_yuan(sum(got.values())),
            )
        )
    return Outcome(scenario, tuple(found))
