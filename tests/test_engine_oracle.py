"""The engine agrees with a plain reading of the rules, line by line and pool by pool."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine_packs import INVENTED
from engine_random import random_pack
from engine_support import SEEDS, assert_as_the_oracle, rows_of, seeds
from mediaid import load_pack
from mediaid.packs.model import Pack

READINGS = (
    "orphan-settings=both",
    "medical-poverty-settings=both",
    "cap-holder=household-poverty",
    "cap-holder=household",
    "deductible-who=dibao",
    "outpatient-cap=input:dibao=3000.01,low_income=1999.99",
    "cap-scope=with",
    "premium=input:rate=33.3333%",
    "premium=difficult-groups",
)


@cache
def minhang(*readings: str) -> Pack:
    return load_pack("shanghai-minhang", readings=readings)


@settings(max_examples=150)
@given(seeds(20))
def test_minhang(drawn: list[int]) -> None:
    pack = minhang()
    assert_as_the_oracle(pack, rows_of(pack, drawn))


TOGETHER = (
    ("cap-holder=household", "cap-scope=with", "deductible-who=dibao", "orphan-settings=both"),
    ("cap-holder=household-poverty", "medical-poverty-settings=both", "premium=difficult-groups"),
)
"""Readings that change the same claims."""


@settings(max_examples=200)
@given(st.sampled_from([*((reading,) for reading in READINGS), *TOGETHER]), seeds())
def test_minhang_under_its_other_readings(chosen: tuple[str, ...], drawn: list[int]) -> None:
    pack = minhang(*chosen)
    assert_as_the_oracle(pack, rows_of(pack, drawn))


@pytest.mark.parametrize("reading", READINGS)
def test_each_reading_changes_something(reading: str) -> None:
    assert minhang(reading).hash != minhang().hash


@pytest.mark.parametrize("invented", INVENTED, ids=lambda made: made.__name__)
@settings(max_examples=60)
@given(drawn=seeds())
def test_invented(invented: Callable[[], Pack], drawn: list[int]) -> None:
    pack = invented()
    assert_as_the_oracle(pack, rows_of(pack, drawn))


@settings(max_examples=150)
@given(SEEDS, seeds(10))
def test_packs_put_together_at_random(seed: int, drawn: list[int]) -> None:
    pack = random_pack(seed)
    assert_as_the_oracle(pack, rows_of(pack, drawn))
