"""However claims are cut into pieces, the lines and the pools come out the same."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine_packs import INVENTED
from engine_random import random_pack
from engine_support import SEEDS, Row, assert_same_lines, lines, rows_of, seeds
from mediaid import load_pack, settle
from mediaid.claims.records import from_records
from mediaid.engine.order import groups, settle_order, wave_numbers
from mediaid.engine.pieces import settle_in_pieces
from mediaid.engine.pools import PoolRow, Pools
from mediaid.packs.model import Pack
from oracle import Line

Held = set[PoolRow]


@cache
def packs() -> tuple[Pack, ...]:
    """The documented pack, two of its readings with households, and the invented ones."""
    minhang = "shanghai-minhang"
    return (
        load_pack(minhang),
        load_pack(minhang, readings=("cap-holder=household", "cap-scope=with")),
        load_pack(minhang, readings=("cap-holder=household-poverty",)),
        *(invented() for invented in INVENTED),
    )


PACKS = st.one_of(st.integers(0, 8).map(lambda i: packs()[i]), SEEDS.map(random_pack))


def in_order(pack: Pack, rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (row[pack.dating], row["claim_id"].encode()))


def without_reversals(rows: Sequence[Row]) -> list[Row]:
    void = {
        name for row in rows if "reverses" in row for name in (row["claim_id"], row["reverses"])
    }
    return [row for row in rows if row["claim_id"] not in void]


def in_turn(
    pack: Pack, pieces: Iterable[Sequence[Row]], opening: Pools | None = None
) -> tuple[list[Line], Held]:
    """Settle pieces one after the other, each going on from the pools of the one before."""
    found: list[Line] = []
    for piece in pieces:
        settlement = settle(piece, pack, opening)
        found += lines(settlement)
        opening = settlement.closing()
    return found, set(opening.rows if opening else ())


def groups_of(rows: Sequence[Row]) -> list[list[Row]]:
    """Rows that belong together: persons, and everybody who ever shares a household with them."""
    members: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        members[row["household_id"] or f"/{row['person_id']}"].add(row["person_id"])
    found: list[set[str]] = []
    for persons in members.values():
        joined = [group for group in found if group & persons]
        found = [group for group in found if not group & persons]
        found.append(persons.union(*joined))
    return [[row for row in rows if row["person_id"] in group] for group in found]


@settings(max_examples=80)
@given(PACKS, seeds(10))
def test_one_by_one_with_pools_handed_on(pack: Pack, drawn: list[int]) -> None:
    rows = in_order(pack, without_reversals(rows_of(pack, drawn)))
    whole, held = in_turn(pack, [rows])
    found, kept = in_turn(pack, [[row] for row in rows])
    assert_same_lines(found, whole, rows)
    assert kept == held


@settings(max_examples=80)
@given(PACKS, seeds(14), st.sets(st.dates(dt.date(2022, 12, 31), dt.date(2025, 1, 2)), max_size=4))
def test_cut_by_date(pack: Pack, drawn: list[int], cuts: set[dt.date]) -> None:
    """Pieces between any dates, as long as no reversal crosses a cut; some pieces are empty."""
    rows = in_order(pack, rows_of(pack, drawn))
    edges = ["", *(cut.isoformat() for cut in sorted(cuts)), "9999"]
    pieces = [
        [row for row in rows if low <= row[pack.dating] < high] for low, high in pairwise(edges)
    ]
    crossing = {
        name
        for row in rows
        if "reverses" in row
        for name in (row["claim_id"], row["reverses"])
        if not any(
            {row["claim_id"], row["reverses"]} <= {r["claim_id"] for r in piece} for piece in pieces
        )
    }
    pieces = [[row for row in piece if row["claim_id"] not in crossing] for piece in pieces]
    whole, held = in_turn(pack, [[row for piece in pieces for row in piece]])
    found, kept = in_turn(pack, pieces)
    assert_same_lines(found, whole, rows)
    assert kept == held


@settings(max_examples=80)
@given(PACKS, seeds(14), SEEDS)
def test_split_by_group_in_any_way(pack: Pack, drawn: list[int], seed: int) -> None:
    rows = rows_of(pack, drawn)
    draw = Random(seed)
    parts: dict[int, list[Row]] = defaultdict(list)
    for group in groups_of(rows):
        parts[draw.randrange(3)] += group
    settled = [settle(part, pack) for part in parts.values()]
    found: dict[str, list[Line]] = defaultdict(list)
    for settlement in settled:
        for line in lines(settlement):
            found[line["claim_id"]].append(line)
    whole = settle(rows, pack)
    assert_same_lines([line for row in rows for line in found[row["claim_id"]]], lines(whole), rows)
    held = [row for settlement in settled for row in settlement.closing().rows]
    assert sorted(held, key=str) == sorted(whole.closing().rows, key=str)


@settings(max_examples=50)
@given(PACKS, seeds(14), SEEDS)
def test_other_groups_change_nothing(pack: Pack, drawn: list[int], seed: int) -> None:
    rows = rows_of(pack, drawn)
    mine = Random(seed).choice(groups_of(rows))
    names = {row["claim_id"] for row in mine}
    among_others = [line for line in lines(settle(rows, pack)) if line["claim_id"] in names]
    assert_same_lines(among_others, lines(settle(mine, pack)), rows)


@settings(max_examples=50)
@given(PACKS, seeds(14), SEEDS)
def test_the_order_of_the_rows_is_only_the_order_of_the_lines(
    pack: Pack, drawn: list[int], seed: int
) -> None:
    rows = rows_of(pack, drawn)
    shuffled = Random(seed).sample(rows, len(rows))
    settlement = settle(shuffled, pack)
    found = defaultdict(list)
    for line in lines(settlement):
        found[line["claim_id"]].append(line)
    whole = settle(rows, pack)
    assert [line["claim_id"] for line in lines(settlement)] == [
        row["claim_id"] for row in shuffled for _line in found[row["claim_id"]]
    ]
    assert_same_lines([line for row in rows for line in found[row["claim_id"]]], lines(whole), rows)
    assert set(settlement.closing().rows) == set(whole.closing().rows)


@settings(max_examples=50)
@given(PACKS, seeds(10))
def test_cancelled_claims_leave_no_trace(pack: Pack, drawn: list[int]) -> None:
    rows = rows_of(pack, drawn)
    kept = without_reversals(rows)
    names = {row["claim_id"] for row in kept}
    settlement = settle(rows, pack)
    assert_same_lines(
        [line for line in lines(settlement) if line["claim_id"] in names],
        lines(settle(kept, pack)),
        rows,
    )
    for line in lines(settlement):
        if line["claim_id"] not in names:
            assert (line["benefit"], line["aid"], line["overpaid"]) == ("", 0, 0)
    amounts = [
        {(row.pool, row.holder, row.period): row.amount for row in s.closing().rows}
        for s in (settlement, settle(kept, pack))
    ]
    assert amounts[0] == amounts[1]


def test_pools_that_no_claim_touches_are_kept() -> None:
    pack = packs()[0]
    kept = PoolRow("medical-aid-used", "somebody", "2023", 100, "2023-03-01")
    row = {
        "claim_id": "1",
        "person_id": "P",
        "date": "2023-02-01",
        "setting": "inpatient",
        "category": "dibao",
        "insurance": "resident",
        "self_paid": "100",
    }
    closing = settle([row], pack, Pools(pack.hash, (kept,))).closing()
    assert kept in closing.rows
    assert settle([], pack, closing).closing() == closing


PEOPLE = st.lists(
    st.tuples(st.sampled_from("ABCDE"), st.sampled_from(("", "1", "2", "3", "4"))),
    min_size=1,
    max_size=15,
)


@given(PEOPLE)
def test_groups_are_the_connected_components_of_persons_and_households(
    people: list[tuple[str, str]],
) -> None:
    pack = packs()[0]
    rows = [
        {
            "claim_id": str(i),
            "person_id": person,
            "household_id": house,
            "date": "2023-01-01",
            "setting": "inpatient",
            "category": "dibao",
            "insurance": "none",
            "self_paid": "1",
        }
        for i, (person, house) in enumerate(people)
    ]
    numbers = groups(from_records(rows, pack), by_household=True)
    wanted = [{int(row["claim_id"]) for row in group} for group in groups_of(rows)]
    found = [{i for i, number in enumerate(numbers) if number == one} for one in set(numbers)]
    assert sorted(map(sorted, found)) == sorted(map(sorted, wanted))


@given(seeds(20), st.booleans())
def test_settle_order_is_by_group_date_and_the_bytes_of_the_id(
    drawn: list[int], far_apart: bool
) -> None:
    """Also where person numbers are too large to be packed into one integer with the rest."""
    pack = packs()[0]
    rows = rows_of(pack, drawn)
    claims = from_records(rows, pack)
    if far_apart:
        claims = replace(claims, person=(claims.person + 1) << 48)
    order = settle_order(claims, claims.person, np.arange(claims.n)).tolist()
    assert order == sorted(
        range(claims.n),
        key=lambda i: (claims.person[i], rows[i]["date"], rows[i]["claim_id"].encode()),
    )
    numbers = wave_numbers(claims.person[order]).tolist()
    for place, row in enumerate(order):
        before = [other for other in order[:place] if claims.person[other] == claims.person[row]]
        assert numbers[place] == len(before)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"household_id": "person:B"}, {"person_id": "B"}),
        ({"household_id": "household:person:B"}, {"household_id": "person:B"}),
    ],
)
def test_no_two_households_share_a_name(one: Row, other: Row) -> None:
    pack = packs()[1]
    shared = {
        "date": "2023-01-01",
        "setting": "inpatient",
        "category": "dibao",
        "insurance": "none",
        "self_paid": "100000",
    }
    rows = [
        {"claim_id": "1", "person_id": "A", **shared, **one},
        {"claim_id": "2", "person_id": "C", **shared, **other},
    ]
    whole, held = in_turn(pack, [rows])
    found, kept = in_turn(pack, [[row] for row in rows])
    assert_same_lines(found, whole, rows)
    assert kept == held
    assert len({row.holder for row in held if row.pool == "medical-aid-used"}) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"person_id": "a/b", "visit_id": "c"}, {"person_id": "a", "visit_id": "b/c"}),
        ({"person_id": "a%2Fb", "visit_id": "c"}, {"person_id": "a/b", "visit_id": "c"}),
        ({"person_id": "a", "visit_id": "claim:2"}, {"person_id": "a"}),
    ],
)
def test_no_two_visits_share_a_name(one: Row, other: Row) -> None:
    pack = INVENTED[0]()
    shared = {
        "date": "2023-01-01",
        "setting": "inpatient",
        "category": "a",
        "area": "town",
        "insurance": "resident",
        "self_paid": "250",
        "hospital_level": "two",
    }
    rows = [{"claim_id": "1", **shared, **one}, {"claim_id": "2", **shared, **other}]
    whole, held = in_turn(pack, [rows])
    found, kept = in_turn(pack, [[row] for row in rows])
    assert_same_lines(found, whole, rows)
    assert kept == held
    assert len({row.holder for row in held if row.pool == "visit-bills"}) == 2


@given(pack=PACKS, seeds=seeds(24), piece=st.integers(1, 9))
def test_pieces_side_by_side_give_the_lines_of_the_whole(
    pack: Pack, seeds: list[int], piece: int
) -> None:
    claims = from_records(rows_of(pack, seeds), pack)
    whole = settle(claims, pack).lines
    assert settle_in_pieces(claims, pack, piece).records(claims) == whole.records(claims)
