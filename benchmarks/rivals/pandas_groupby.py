"""The benefits with pandas: one sort, then ``groupby`` with running sums and running maxima.

Pools with two caps follow the formula that duckdb_sql.py explains. The amounts are int64 分 from
reading to writing; pyarrow turns them into decimals without going through floats.
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from policy import (
    AMOUNTS,
    COLUMNS,
    CONFIRMED,
    DEDUCTIBLE,
    FREE,
    HIGH,
    LOW,
    MEDICAL,
    MEDICAL_CAP,
    MEDICAL_RATE,
    NOT_ENTITLED,
    OUTPATIENT,
    OUTPATIENT_RATE,
    UNLIMITED,
)

NO_CAP = -1


def read(path: str) -> pd.DataFrame:
    """The claims in the order of the file; ``paid`` in 分, rates 0 where a benefit has none."""
    table = pq.read_table(path, read_dictionary=["setting", "category", "insurance"])
    fen = pa.compute.cast(table["self_paid"], pa.decimal128(18, 2)).combine_chunks()
    low_words = np.frombuffer(fen.buffers()[1], dtype=np.int64)[::2]
    claims = table.drop_columns(["self_paid"]).to_pandas()
    claims["paid"] = low_words[fen.offset : fen.offset + len(fen)]
    outpatient = claims["setting"] == "outpatient"
    category = claims["category"]
    unlimited = category == UNLIMITED
    rates = np.where(
        outpatient & ~unlimited,
        category.map(OUTPATIENT_RATE).astype("Int64").fillna(0),
        category.map(MEDICAL_RATE).astype("Int64").fillna(0),
    ).astype(np.int64)
    claims["rate"] = np.where(claims["paid"] > 0, rates, 0)
    claims["unlimited"] = unlimited
    claims["dibao"] = category == "dibao"
    claims["counts"] = outpatient & (claims["insurance"] == "resident")
    claims["outpatient"] = outpatient & ~unlimited
    claims["row"] = np.arange(len(claims))
    return claims.drop(columns=["setting", "category", "insurance"])


def ordered(claims: pd.DataFrame) -> pd.DataFrame:
    """By person, date and claim id, with a number for each person's year."""
    claims = claims.assign(person=pd.factorize(claims["person_id"])[0])
    claims["year"] = pd.to_datetime(claims["date"]).dt.year
    claims = claims.drop(columns="person_id").sort_values(["person", "date", "claim_id"])
    return claims.drop(columns=["claim_id", "date"])


def running(claims: pd.DataFrame, amount: pd.Series) -> pd.Series:
    """The running sum of an amount within the person's year, the claim itself included."""
    return amount.groupby([claims["person"], claims["year"]], sort=False).cumsum()


def calculated(claims: pd.DataFrame) -> pd.DataFrame:
    """The calculated columns for claims in turn, all amounts in 分."""
    counted = claims["paid"].where(claims["counts"], 0)
    after = running(claims, counted)
    inside = after.clip(upper=FREE) - (after - counted).clip(upper=FREE)
    base = claims["paid"] - inside.where(claims["outpatient"], 0)
    uncapped = (base * claims["rate"] + 5_000) // 10_000

    eligible = claims["rate"] > 0
    pooled = eligible & ~claims["unlimited"]
    inpatient_product = uncapped.where(pooled & ~claims["outpatient"], 0)
    used = running(claims, inpatient_product)
    medical = used.clip(upper=MEDICAL_CAP)
    medical_aid = medical - (used - inpatient_product).clip(upper=MEDICAL_CAP)

    product = uncapped.where(eligible & claims["outpatient"], 0)
    high = running(claims, product.where(claims["dibao"], 0))
    low = running(claims, product.where(~claims["dibao"], 0))
    reached = np.minimum(low, LOW - high).clip(lower=0)
    years = [claims["person"], claims["year"]]
    spent = (high + reached.groupby(years, sort=False).cummax()).clip(upper=HIGH)
    outpatient_aid = spent - spent.groupby(years, sort=False).shift(fill_value=0)
    cap = np.where(claims["dibao"], HIGH, LOW)

    subsidised = eligible & claims["outpatient"] & claims["dibao"] & claims["counts"]
    subsidy = running(claims, inside.where(subsidised, 0))
    uses_pool = [pooled & claims["outpatient"], pooled]
    return pd.DataFrame(
        {
            "row": claims["row"],
            "subsidised": subsidised,
            "inside": inside,
            "uncapped": uncapped,
            "aid": np.select(uses_pool, [outpatient_aid, medical_aid], uncapped),
            "cap_left": np.select(
                uses_pool, [(cap - spent).clip(lower=0), MEDICAL_CAP - medical], NO_CAP
            ),
            "subsidy_left": FREE - subsidy,
        }
    )


def lines(claims: pd.DataFrame) -> pd.DataFrame:
    """All lines in the order of the file."""
    eligible = claims["rate"] > 0
    kind = np.where(eligible, np.where(claims["outpatient"], 2, 1), 0)
    first = claims.assign(
        turn=0,
        kind=kind,
        base=claims["paid"].where(eligible, 0),
        deducted=claims["inside"].where(kind == 2, 0),
    )
    second = claims[claims["subsidised"]]
    second = second.assign(
        turn=1,
        kind=3,
        base=second["paid"],
        deducted=second["paid"] - second["inside"],
        rate=10_000,
        uncapped=second["inside"],
        aid=second["inside"],
        cap_left=second["subsidy_left"],
    )
    return pd.concat([first, second]).sort_values(["row", "turn"])


def decimals(fen: pd.Series, null: bool) -> pa.Array:
    """分 as 元 with two decimals, exactly; NO_CAP becomes null where ``null``."""
    words = np.zeros((len(fen), 2), dtype=np.int64)
    words[:, 0] = fen
    array = pa.Array.from_buffers(pa.decimal128(18, 2), len(fen), [None, pa.py_buffer(words)])
    return pa.compute.if_else(pa.array(fen == NO_CAP), None, array) if null else array


def choose(index: pd.Series, texts: list[str]) -> pa.Array:
    """Texts by their index, as a dictionary."""
    return pa.DictionaryArray.from_arrays(pa.array(index, pa.int8()), texts).cast(pa.string())


def write(result: pd.DataFrame, path: str) -> None:
    """Amounts as decimals, texts as text."""
    columns: dict[str, pa.Array] = {
        name: decimals(result["aid" if name == "payable" else name], null=name == "cap_left")
        for name in AMOUNTS
    }
    for name in ("claim_id", "person_id"):
        columns[name] = pa.array(result[name], pa.string())
    columns["date"] = pa.array(result["date"], pa.date32())
    columns["benefit"] = choose(result["kind"], ["", MEDICAL, OUTPATIENT, DEDUCTIBLE])
    percents = ["", *(f"{percent}%" for percent in range(1, 101))]
    columns["rate"] = choose(result["rate"] // 100, percents)
    columns["bound_by"] = choose(result["aid"] < result["uncapped"], ["", "cap"])
    columns["provisional"] = choose(result["kind"] * 0, [CONFIRMED])
    columns["reason"] = choose(result["kind"] == 0, ["", NOT_ENTITLED])
    table = pa.table({name: columns[name] for name in COLUMNS})
    pq.write_table(table, path, compression="zstd")


def main() -> None:
    source, target = sys.argv[1:]
    claims = read(source)
    results = calculated(ordered(claims)).sort_values("row", ignore_index=True)
    write(lines(pd.concat([claims, results.drop(columns="row")], axis=1)), target)


if __name__ == "__main__":
    main()
