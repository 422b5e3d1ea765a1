"""What the engine's tests share: claims that hit a pack's thresholds, and lines to compare."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from hypothesis import strategies as st

from mediaid.claims.cells import EPOCH
from mediaid.claims.fields import pack_fields
from mediaid.engine.settle import Settlement, settle
from mediaid.engine.work import NO_CAP
from mediaid.money import MAX_FEN, format_yuan
from mediaid.packs.checks.check import problems
from mediaid.packs.hashing import rules_hash
from mediaid.packs.model import Pack
from mediaid.packs.schema.pack import PackFile
from mediaid.packs.schema.rules import Benefit
from mediaid.packs.whole import PackModel
from oracle import UNLIMITED, Line, Oracle, fen, percent, reason_text

Row = dict[str, str]

PERSONS = ("P1", "P2", "P3", "P4")
HOUSEHOLDS = ("", "", "H1", "H2")
VISITS = ("", "V1", "V2")
PREFIXES = ("", "0", "Z", "a", "é", "中", "｡", "𝔸")
"""Begins of claim ids whose order by UTF-8 differs from that of UTF-16 and of collations."""

FIRST_DAY = dt.date(2023, 1, 1)
CROWDED = tuple(
    map(
        dt.date.fromisoformat,
        ("2023-01-01", "2023-05-05", "2023-12-31", "2024-01-01", "2024-02-29", "2024-12-31"),
    )
)


def thresholds(pack: Pack) -> list[int]:
    """Amounts in 分 at which something changes under the pack, and what a rate makes of them."""
    edges: set[int] = {0}
    rates: set[Any] = set()

    def gather(unit: str, raw: Any) -> None:
        if isinstance(raw, dict):
            for below in raw.values():
                gather(unit, below)
        elif isinstance(raw, list):
            for band in raw:
                if isinstance(band, dict):
                    edges.add(fen(band["above"]))
                    rates.add(percent(band["rate"]))
        elif unit == "yuan" and raw != "unlimited" and not raw.endswith("%") and raw[0].isdigit():
            edges.add(fen(raw))
        elif unit == "percent":
            rates.add(percent(raw))

    figures = [*pack.model.pack.shared.parameters.values()]
    for its in pack.benefits:
        figures += its.parameters.values()
    for figure in figures:
        for dated in figure.values:
            gather(figure.unit, dated.value)
    edges |= {int(edge / rate) for edge in edges for rate in rates if rate}
    near = {edge + step for edge in edges for step in (-1, 0, 1)}
    return sorted(edge for edge in near if 0 <= edge <= MAX_FEN)


@dataclass(frozen=True)
class Scene:
    """What the claims of one list draw from; a narrow one has them meet in the same pools."""

    persons: Sequence[str]
    categories: Sequence[str]
    settings: Sequence[str]
    extremes: float

    @staticmethod
    def of(pack: Pack, seed: int) -> Scene:
        draw = Random(seed)
        categories, settings = list(pack.codes["category"]), list(pack.codes["setting"])
        if draw.random() < 0.4:
            return Scene(PERSONS, categories, settings, 0.08)
        return Scene(
            draw.sample(PERSONS, draw.randint(1, 2)),
            draw.sample(categories, draw.randint(2, 3)),
            draw.choices(settings, k=2),
            0.01,
        )


def row(pack: Pack, edges: Sequence[int], scene: Scene, number: int, seed: int) -> Row:
    """One claim, drawn afresh in every field."""
    draw = Random(seed)
    day = (
        draw.choice(CROWDED)
        if draw.random() < 0.6
        else (FIRST_DAY + dt.timedelta(days=draw.randrange(731)))
    )
    found = {
        "claim_id": f"{draw.choice(PREFIXES)}{number}",
        "person_id": draw.choice(scene.persons),
    }
    for name, field in pack_fields(pack).items():
        if name == "household_id":
            found[name] = draw.choice(HOUSEHOLDS)
        elif name == "visit_id":
            found[name] = draw.choice(VISITS)
        elif field.kind == "date":
            near = (
                day
                if name in ("date", pack.dating)
                else day + dt.timedelta(days=draw.choice((0, 1, 30, 31, 365, 366, 180)))
            )
            given = field.required or name == pack.dating or draw.random() < 0.8
            found[name] = near.isoformat() if given else ""
        elif name == "category":
            found[name] = draw.choice(scene.categories)
        elif name == "setting":
            found[name] = draw.choice(scene.settings)
        elif field.kind == "code":
            given = field.required or draw.random() < 0.9
            found[name] = draw.choice(list(pack.codes[name])) if given else ""
        elif field.kind == "count":
            found[name] = str(draw.choice((0, 1, 2, 30, 1_000_000))) if draw.random() < 0.9 else ""
        elif name == "already_aided":
            found[name] = format_yuan(amount(draw, edges, scene)) if draw.random() < 0.2 else ""
        elif field.kind == "money":
            found[name] = format_yuan(amount(draw, edges, scene))
    return found


def amount(draw: Random, edges: Sequence[int], scene: Scene) -> int:
    """An amount in 分: mostly at a threshold, else small (for rounding), usual or extreme."""
    kind = draw.random()
    if kind < 0.55:
        return draw.choice(edges)
    if kind < 0.75:
        return draw.randrange(200)
    if kind < 1 - scene.extremes:
        return draw.randrange(draw.choice((50_000, 2_000_000)))
    return MAX_FEN - draw.randrange(3)


SEEDS = st.integers(0, 2**30)


def rows_of(pack: Pack, seeds: Sequence[int]) -> list[Row]:
    """A claim a seed; now and then one that reverses an earlier claim of the same person."""
    edges, scene = thresholds(pack), Scene.of(pack, seeds[-1])
    rows = [row(pack, edges, scene, number, seed) for number, seed in enumerate(seeds)]
    for number, seed in enumerate(seeds):
        target = rows[seed % len(rows)]
        free = seed % 7 == 0 and target is not rows[number]
        used = {r.get("reverses", "") for r in rows}
        if (
            free
            and not target.get("reverses")
            and target["claim_id"] not in used
            and (rows[number]["claim_id"] not in used)
        ):
            rows[number] |= {"reverses": target["claim_id"], "person_id": target["person_id"]}
    return rows


def seeds(most: int = 14) -> st.SearchStrategy[list[int]]:
    """Seeds of a list of claims, so that a failing list shrinks by leaving claims out."""
    return st.lists(SEEDS, min_size=1, max_size=most)


def lines(settlement: Settlement) -> list[Line]:
    """The lines of a settlement in the oracle's form, reasons as text."""
    its, claims = settlement.lines, settlement.claims
    found = []
    for i in range(its.n):
        claim = int(its.claim[i])
        left = int(its.cap_left[i])
        names = its.provisional_texts[its.provisional[i]].split(";")
        assert len(names) == len(set(names)), "a provisional value is named once"
        found.append(
            {
                "claim_id": claims.claim_id[claim],
                "person_id": claims.person_id[claim],
                "date": EPOCH + dt.timedelta(days=int(claims.date[claim])),
                "benefit": its.benefit_ids[its.benefit[i]] if its.benefit[i] >= 0 else "",
                "rate": its.rate_texts[its.rate[i]],
                **{
                    name: int(getattr(its, name)[i])
                    for name in ("base", "deducted", "uncapped", "aid", "payable")
                },
                "cap_left": None if left == NO_CAP else left,
                "bound_by": its.bound_by_texts[its.bound_by[i]],
                "provisional": set(names) - {""},
                "reason": its.reason_texts[its.reason[i]],
                "overpaid": 0 if its.overpaid is None else int(its.overpaid[i]),
                "payers": {payer: int(parts[i]) for payer, parts in its.payers.items() if parts[i]},
            }
        )
    return found


def closing(settlement: Settlement) -> dict[tuple[str, str, str], int]:
    """What the pools hold after a settlement, where they hold anything."""
    rows = settlement.closing().rows
    held = {(row.pool, row.holder, row.period): row.amount for row in rows}
    assert len(held) == len(rows), "one row for each pool, holder and period"
    return {key: amount for key, amount in held.items() if amount}


def expected(pack: Pack, rows: Iterable[Row]) -> tuple[list[Line], dict[tuple[str, str, str], int]]:
    """What the oracle says of claims: their lines, and what the pools hold afterwards."""
    oracle = Oracle(pack)
    found = oracle.settle(rows)
    for line in found:
        line["reason"] = reason_text(pack, line["reason"])
        line["payers"] = {payer: part for payer, part in line["payers"].items() if part}
    assert all(held < UNLIMITED for held in oracle.held.values())
    return found, oracle.closing()


def assert_as_the_oracle(pack: Pack, rows: Sequence[Row]) -> Settlement:
    """Settle claims, and fail unless every line and every pool is what the oracle says."""
    settlement = settle(rows, pack)
    wanted, held = expected(pack, rows)
    assert_same_lines(lines(settlement), wanted, rows)
    assert closing(settlement) == held, f"pools {closing(settlement)}, expected {held}"
    return settlement


def assert_same_lines(ours: Sequence[Line], theirs: Sequence[Line], rows: Sequence[Row]) -> None:
    """Fail unless two lists of lines are the same; say of the first difference what it is."""
    for one, two in zip(ours, theirs, strict=True):
        apart = {name: (one[name], two[name]) for name in two if one[name] != two[name]}
        if apart:
            claims = "\n".join(map(str, rows))
            raise AssertionError(f"{one['claim_id']} {two['benefit']}: {apart} among\n{claims}")


CITE = {"source": "doc", "at": "1"}


def parameter(unit: str, value: Any, by: Sequence[str] = (), **more: Any) -> dict[str, Any]:
    """A parameter with one value that holds from 2023 on, or the dated `values` given."""
    values = more.pop("values", [{"value": value}])
    dated = [{"from": "2023-01-01", "cite": CITE, **each} for each in values]
    return {"label": label("p"), "unit": unit, "by": list(by), "values": dated, **more}


def pool(holder: str, period: str, counts: Any, **more: Any) -> dict[str, Any]:
    return {"label": label("pool"), "holder": holder, "period": period, "counts": counts, **more}


def label(text: str) -> dict[str, str]:
    return {"zh": text, "en": text}


def benefit(
    name: str,
    when: Mapping[str, Any],
    steps: Sequence[Any],
    *,
    pools: Mapping[str, Any] | None = None,
    parameters: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    return {
        "benefit": name,
        "label": label(name),
        "when": dict(when),
        "steps": list(steps),
        "pools": dict(pools or {}),
        "parameters": dict(parameters or {}),
    }


CODES = {
    "category": ("a", "b", "c", "none"),
    "setting": ("inpatient", "outpatient"),
    "insurance": ("resident", "employee"),
    "hospital_level": ("one", "two", "three"),
    "area": ("town", "street"),
}


def pack_of(
    *benefits: Mapping[str, Any], shared: Mapping[str, Any] | None = None, dating: str = "date"
) -> Pack:
    """An invented pack, checked as packs are when they are loaded."""
    file = PackFile.model_validate(
        {
            "pack": "invented",
            "schema": "1",
            "label": label("invented"),
            "dating": dating,
            "codes": {
                name: {code: label(f"{name}-{code}") for code in codes}
                for name, codes in CODES.items()
            },
            "fields": [
                "in_scope",
                "premium",
                "recognised_on",
                "settled_on",
                "hospital_level",
                "area",
            ],
            "own_fields": {
                "days": {"kind": "count", "label": label("days")},
                "gift": {"kind": "money", "label": label("gift")},
            },
            "benefits": [b["benefit"] for b in benefits],
            "sources": {"doc": {"number": "1", "topic": label("doc")}},
            "shared": shared or {},
        }
    )
    model = PackModel(
        pack=file, benefits={b["benefit"]: Benefit.model_validate(b) for b in benefits}
    )
    faults = list(problems(model))
    assert not faults, faults
    digest = rules_hash(model)
    return Pack(model, digest, digest)
