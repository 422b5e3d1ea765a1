"""What holds for every result: bounds, sums, and what is refused."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine_packs import INVENTED, deductibles
from engine_random import random_pack
from engine_support import (
    SEEDS,
    Row,
    assert_as_the_oracle,
    benefit,
    lines,
    pack_of,
    parameter,
    rows_of,
    seeds,
)
from mediaid import load_pack, settle
from mediaid.engine.pools import PoolRow, Pools
from mediaid.faults import ClaimError
from mediaid.money import format_yuan
from mediaid.packs.model import Pack
from oracle import Line, fen, outside_what_was_borne


@cache
def minhang() -> Pack:
    return load_pack("shanghai-minhang")


PACKS = st.one_of(st.just(None), st.sampled_from(INVENTED), SEEDS).map(
    lambda drawn: (
        minhang() if drawn is None else (random_pack(drawn) if isinstance(drawn, int) else drawn())
    )
)

INPATIENT = {
    "claim_id": "1",
    "person_id": "P",
    "date": "2023-05-01",
    "setting": "inpatient",
    "category": "dibao",
    "insurance": "resident",
    "self_paid": "8000",
}


def by_claim(found: list[Line]) -> dict[str, list[Line]]:
    claims: dict[str, list[Line]] = defaultdict(list)
    for line in found:
        claims[line["claim_id"]].append(line)
    return claims


@settings(max_examples=150)
@given(PACKS, seeds())
def test_bounds_of_every_line_and_claim(pack: Pack, drawn: list[int]) -> None:
    rows = rows_of(pack, drawn)
    for claim, row in zip(by_claim_in_order(pack, rows), rows, strict=True):
        for line in claim:
            assert 0 <= line["aid"] <= line["uncapped"]
            assert line["aid"] <= line["base"]
            assert 0 <= line["payable"] <= line["aid"]
            assert line["deducted"] >= 0
            assert line["cap_left"] is None or line["cap_left"] >= 0
            assert not line["payers"] or sum(line["payers"].values()) == line["aid"]
            assert bool(line["reason"]) == (line["aid"] == 0)
        held = [
            line
            for line in claim
            if line["benefit"] and not outside_what_was_borne(pack.model.benefits[line["benefit"]])
        ]
        assert sum(line["aid"] for line in held) <= sum(
            fen(row.get(name) or "0") for name in pack.model.pack.bore
        )


def by_claim_in_order(pack: Pack, rows: list[Row]) -> list[list[Line]]:
    claims = by_claim(lines(settle(rows, pack)))
    return [claims[row["claim_id"]] for row in rows]


@settings(max_examples=80)
@given(PACKS, seeds())
def test_assistance_already_paid_is_taken_off_once(pack: Pack, drawn: list[int]) -> None:
    """payable + what was taken off = aid, and what could not be taken off is overpaid."""
    rows = rows_of(pack, drawn)
    void = {
        name for row in rows if "reverses" in row for name in (row["claim_id"], row["reverses"])
    }
    for claim, row in zip(by_claim_in_order(pack, rows), rows, strict=True):
        paid = 0 if row["claim_id"] in void else fen(row["already_aided"] or "0")
        aid = sum(line["aid"] for line in claim)
        assert sum(line["payable"] for line in claim) == max(0, aid - paid)
        assert sum(line["overpaid"] for line in claim) == max(0, paid - aid)


@settings(max_examples=80)
@given(seeds(20))
def test_a_pool_counts_the_larger_of_aid_and_assistance_already_paid(drawn: list[int]) -> None:
    """Medical aid alone applies to these claims, so its pool shows it claim by claim."""
    pack = minhang()
    rows = [
        row | {"setting": "inpatient", "premium": ""}
        for row in rows_of(pack, drawn)
        if "reverses" not in row
    ]
    settlement = settle(rows, pack)
    used: dict[tuple[str, str], int] = defaultdict(int)
    for line, row in zip(lines(settlement), rows, strict=True):
        if row["category"] not in ("special_relief", "none") and line["benefit"]:
            used[row["person_id"], row["date"][:4]] += max(
                line["aid"], fen(row["already_aided"] or "0")
            )
    held = {
        (row.holder, row.period): row.amount
        for row in settlement.closing().rows
        if row.pool == "medical-aid-used"
    }
    assert held == {key: amount for key, amount in used.items() if amount}


@settings(max_examples=150)
@given(seeds(20))
def test_the_aid_of_a_year_stays_within_its_caps(drawn: list[int]) -> None:
    """Also where caps change within the year: it is at most the largest that applied."""
    pack = minhang()
    caps: dict[str, dict[str | None, int]] = {
        "medical-aid": {None: 130_000_00},
        "deductible-subsidy": {None: 300_00},
        "outpatient-aid": {"dibao": 2_800_00, "low_income": 2_500_00},
    }
    total: dict[tuple[str, str, str], int] = defaultdict(int)
    allowed: dict[tuple[str, str, str], int] = defaultdict(int)
    rows = {row["claim_id"]: row for row in rows_of(pack, drawn)}
    for line in lines(settle(rows.values(), pack)):
        category = rows[line["claim_id"]]["category"]
        if line["benefit"] not in caps or category == "special_relief":
            continue
        key = line["person_id"], line["benefit"], str(line["date"].year)
        its = caps[line["benefit"]]
        total[key] += line["aid"]
        allowed[key] = max(allowed[key], its.get(category, its.get(None, 0)))
    for key, aid in total.items():
        assert aid <= allowed[key]


@pytest.mark.parametrize(
    ("amounts", "aids", "bound"),
    [
        (("144444.44", "100"), ("130000.00", "0.00"), ("", "cap")),
        (("144444.45", "100"), ("130000.00", "0.00"), ("cap", "cap")),
        (("144444.43", "0.02"), ("129999.99", "0.01"), ("", "cap")),
        (("0.05", "0.06"), ("0.05", "0.05"), ("", "")),
    ],
)
def test_the_cap_to_the_fen(
    amounts: tuple[str, ...], aids: tuple[str, ...], bound: tuple[str, ...]
) -> None:
    """90% of 144,444.44 is 129,999.996, which rounds to the cap itself; 0.045 rounds up."""
    rows = [
        INPATIENT | {"claim_id": str(i), "self_paid": amount} for i, amount in enumerate(amounts)
    ]
    found = lines(settle(rows, minhang()))
    assert tuple(format_yuan(line["aid"]) for line in found) == aids
    assert tuple(line["bound_by"] for line in found) == bound


def refusal(rows: list[Row], pack: Pack, opening: Pools | None = None) -> str:
    with pytest.raises(ClaimError) as caught:
        settle(rows, pack, opening)
    return str(caught.value)


@given(st.dates(max_value=dt.date(2022, 12, 31)))
def test_days_before_the_first_value_are_refused(day: dt.date) -> None:
    text = refusal([INPATIENT | {"date": day.isoformat()}], minhang())
    assert day.isoformat() in text
    assert "claim 1" in text


@pytest.mark.parametrize(
    ("reverses", "because"),
    [
        ("9", "not in this input"),
        ("2", "itself"),
        ("3", "a reversal itself"),
        ("4", "another person"),
        ("5", "another row reverses already"),
    ],
)
def test_reversals_that_are_refused(reverses: str, because: str) -> None:
    rows = [
        INPATIENT,
        INPATIENT | {"claim_id": "2", "reverses": reverses},
        INPATIENT | {"claim_id": "3", "reverses": "1"},
        INPATIENT | {"claim_id": "4", "person_id": "Q"},
        INPATIENT | {"claim_id": "5"},
    ]
    rows += [INPATIENT | {"claim_id": "0", "reverses": "5"}]
    rows.sort(key=lambda row: row["claim_id"])
    text = refusal(rows, minhang())
    assert because in text
    assert "row 3" in text


def opened(**change: str | int) -> Pools:
    row = PoolRow("medical-aid-used", "P", "2023", 100, "2023-05-01")
    return Pools(minhang().hash, (replace(row, **change),))  # type: ignore[arg-type]


def test_opening_pools_go_on_from_their_last_day() -> None:
    settlement = settle([INPATIENT], minhang(), opened(amount=129_999_99))
    assert [line["aid"] for line in lines(settlement)] == [1]


@pytest.mark.parametrize(
    ("opening", "because"),
    [
        (replace(opened(), pack_hash="sha256:0"), "other rules|under rules"),
        (opened(through="2023-05-02"), "already count until 2023-05-02"),
        (opened(through="2023-5-2"), "is not a date"),
        (opened(pool="medical-aid"), "no pool medical-aid"),
        (opened(amount=-1), "no amount"),
        (opened(amount=2**62), "no amount"),
        (Pools(minhang().hash, opened().rows * 2), "stands twice"),
    ],
)
def test_opening_pools_that_are_refused(opening: Pools, because: str) -> None:
    text = refusal([INPATIENT], minhang(), opening)
    assert any(word in text for word in because.split("|")), text


def test_a_later_day_of_another_holder_is_no_obstacle() -> None:
    """Each holder's claims have an order of their own."""
    later = opened(holder="Q", through="2023-12-31")
    assert lines(settle([INPATIENT], minhang(), later))[0]["aid"] == 7_200_00


def test_reasons_of_very_many_benefits() -> None:
    """The combinations of what 60 benefits miss do not fit into one integer."""
    pack = pack_of(
        *(
            benefit(
                f"b{i:02}",
                {"insurance": "employee", "setting": "inpatient", "category": "a"},
                [{"fixed": {"of": "amount"}}],
                parameters={"amount": parameter("yuan", "1")},
            )
            for i in range(60)
        )
    )
    row = INPATIENT | {"claim_id": "1", "insurance": "employee", "category": "b"}
    rows = [row, row | {"claim_id": "2", "setting": "outpatient"}, row | {"claim_id": "3"}]
    rows.append(row | {"claim_id": "4", "reverses": "3"})
    assert_as_the_oracle(pack, rows)


def test_the_shares_of_a_split_are_there_even_where_nobody_is_paid() -> None:
    row = {
        "claim_id": "1",
        "person_id": "P",
        "date": "2023-01-01",
        "setting": "inpatient",
        "category": "a",
        "insurance": "resident",
        "self_paid": "5",
        "hospital_level": "three",
        "area": "town",
    }
    for category in ("a", "none"):
        settlement = settle([row | {"category": category}], deductibles())
        assert [line["aid"] for line in lines(settlement)] == [0]
        assert settlement.lines.columns()[-3:] == ("payer_city", "payer_district", "payer_town")
