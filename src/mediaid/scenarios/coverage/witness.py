"""A scenario that would notice a change, ready to be checked against the document and kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mediaid.engine.coverage import uncovered
from mediaid.engine.explain import explain
from mediaid.engine.settle import settle
from mediaid.faults import PackError
from mediaid.i18n import gettext as _
from mediaid.money import format_yuan
from mediaid.scenarios.compare import NONE
from mediaid.scenarios.coverage.mutants import Choice, Mutant
from mediaid.scenarios.coverage.probes import Probes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from mediaid.engine.explain import BenefitResult
    from mediaid.engine.settle import Settlement
    from mediaid.packs.model import Pack
    from mediaid.scenarios.coverage.kinds import Row
    from mediaid.scenarios.coverage.sites import Change, Plain

    Ints = NDArray[np.int64]


def witness(pack: Pack, plain: Plain, change: Change, changed: Mutant) -> str | None:
    """Return a scenario (YAML) that tells a changed pack from the pack; None if none is found.

    It holds what the pack as it stands gives. Scenarios of funding and work funds are not made
    up: their figures are the office's.
    """
    choice = _choice(change)
    if choice is None:
        return None
    try:
        now = Mutant(pack.whole, pack.base_hash).under(choice)
        then = changed.under(choice)
    except PackError:
        return None  # an alternative that asks for the office's own values
    probes = Probes(now, plain, change)
    number = _first_that_differs(probes, now, then)
    return None if number is None else _written(now, probes.of_group(number), choice)


def _first_that_differs(probes: Probes, pack: Pack, other: Pack) -> int | None:
    """Return the first claim that two packs treat differently."""
    claims = probes.claims
    refused = np.flatnonzero(uncovered(other, claims.date))
    if len(refused):
        return int(refused[0])
    texts: dict[str, int] = {}
    now, then = (_figures(settle(claims, its), texts) for its in (pack, other))
    differ = (now != then).any(axis=1) if now.shape == then.shape else np.ones(1, dtype=np.bool_)
    return int(differ.argmax()) // len(pack.benefits) if differ.any() else None


def _figures(settlement: Settlement, texts: dict[str, int]) -> Ints:
    """Return what a result shows, a row for each claim and benefit; `texts` numbers its words."""
    lines, benefits = settlement.lines, settlement.lines.benefit_ids

    def numbered(words: Sequence[str], which: NDArray[np.int32]) -> Ints:
        return np.array([texts.setdefault(word, len(texts)) for word in words])[which]

    columns = [
        lines.aid,
        lines.payable,
        lines.cap_left,
        numbered(lines.reason_keys, lines.reason),
        numbered(lines.bound_by_texts, lines.bound_by),
        numbered(lines.provisional_texts, lines.provisional),
        *(lines.payers[payer] for payer in sorted(lines.payers)),
    ]
    shown = np.zeros((settlement.claims.n * len(benefits), len(columns)), dtype=np.int64)
    shown[lines.claim * len(benefits) + np.maximum(lines.benefit, 0)] = np.column_stack(columns)
    return shown


def _choice(change: Change) -> Choice | None:
    """The readings under which a change can matter; None where it is not about claims."""
    if change.at[0] in ("pack", "benefits"):
        return Choice()
    if change.at[0] == "readings":
        return Choice(((str(change.at[1]), str(change.at[3])),))
    return None


def _written(pack: Pack, rows: Sequence[Row], choice: Choice) -> str:
    settlement = settle(rows, pack, traced=True)
    expected = explain(settlement, len(rows) - 1)
    shown = [_flow(_claim(row, rows)) for row in rows]
    note = _("figures of the pack as it stands; check them against the document")
    lines = [f"    note: {note}"]
    if choice.readings:
        lines.append(f"    readings: {_flow(dict(choice.readings))}")
    if len(rows) > 1:
        lines += ["    history:", *(f"      - {claim}" for claim in shown[:-1])]
    lines += [f"    claim: {shown[-1]}", "    expect:"]
    lines += [f"      {its.benefit}: {_flow(dict(_expected(its)))}" for its in expected.benefits]
    return "\n".join(lines)


def _claim(row: Row, rows: Sequence[Row]) -> Row:
    """A claim without the ids that the scenario's form fills in."""
    several = len({its["person_id"] for its in rows}) > 1
    kept = ("person_id", "household_id") if several else ()
    ids = ("claim_id", "person_id", "household_id")
    return {name: text for name, text in row.items() if name not in ids or name in kept}


def _expected(its: BenefitResult) -> Iterator[tuple[str, str]]:
    if not its.applies:
        yield "why_not", its.why_not[0].key
        return
    yield "aid", format_yuan(its.aid)
    yield "deducted", format_yuan(its.deducted)
    yield "cap_left", NONE if its.cap_left is None else format_yuan(its.cap_left)
    yield "bound_by", its.bound_by or NONE
    yield "provisional", f"[{', '.join(its.provisional)}]"
    if its.payers:
        shares = {payer: format_yuan(fen) for payer, fen in its.payers.items()}
        yield "payers", _flow(shares)


def _flow(mapping: Row) -> str:
    return "{" + ", ".join(f"{name}: {text}" for name, text in mapping.items()) + "}"
