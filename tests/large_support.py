"""Batches that are cut into pieces however small they are, and the claims to cut."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random

import polars as pl
import pytest
from hypothesis import strategies as st

from batch_support import claim
from engine_packs import INVENTED
from engine_random import random_pack
from engine_support import SEEDS, Row
from mediaid import load_pack
from mediaid.batch.job import Job
from mediaid.batch.large import run as large
from mediaid.batch.large.limits import Sizes
from mediaid.batch.summary import show
from mediaid.faults import ClaimError

PACKS = st.one_of(
    st.sampled_from(
        [
            load_pack("shanghai-minhang"),
            load_pack("shanghai-minhang", readings=("cap-holder=household",)),
            *(invented() for invented in INVENTED),
        ]
    ),
    SEEDS.map(random_pack),
)
MUCH = 1 << 40


@contextmanager
def cut(part: int, pieces: int, buckets: int = 2) -> Iterator[None]:
    """Have every large run cut its input so, however small it is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(large, "sizes", lambda *_its: Sizes(part, pieces, buckets))
        yield


def in_pieces(job: Job) -> str:
    return show(large.run_in_pieces(job, lambda _doing, _done: None))


def outcome(do: Callable[[], str], *files: Path) -> tuple[str, list[bytes]]:
    """The summary or the refusal, and the files."""
    for file in files:
        file.unlink(missing_ok=True)
    try:
        said = do()
    except ClaimError as error:
        said = str(error)
    return said, [file.read_bytes() for file in files if file.exists()]


def write(path: Path, rows: Sequence[Row]) -> Path:
    names = list(dict.fromkeys(name for row in rows for name in row))
    if path.suffix == ".parquet":
        columns = {name: [row.get(name) or None for row in rows] for name in names}
        pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String)).write_parquet(path)
    else:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, names, restval="")
            writer.writeheader()
            writer.writerows(rows)
    return path


def year(count: int = 60) -> list[dict[str, object]]:
    draw = Random(5)
    return [
        claim(
            at,
            person_id=f"P{draw.randrange(9)}",
            household_id=draw.choice(("", "H1", "H2")),
            date=f"2023-{at * 12 // count + 1:02}-{draw.randrange(1, 28):02}",
            category=draw.choice(("poor", "needy", "none")),
            self_paid=f"{draw.randrange(90000) / 100:.2f}",
        )
        for at in range(count)
    ]
