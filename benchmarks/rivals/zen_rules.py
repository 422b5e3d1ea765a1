"""The benefits in a general rules engine (zen-engine), one evaluation per claim.

The rules are a decision graph: a table finds the rates and caps, expressions calculate. The engine
knows no pools, so the caller keeps each person's year and passes it in. Reads a sample of the
claims, all claims of the persons in it, and prints seconds per evaluated claim (evaluation alone:
no start-up, no reading, no sorting); with a target, writes the amounts for the comparison.
"""

from __future__ import annotations

import json
import sys
import time
from collections import defaultdict
from itertools import pairwise
from typing import Any

import polars as pl
import zen
from policy import (
    DEDUCTIBLE,
    FREE,
    MEDICAL,
    MEDICAL_CAP,
    MEDICAL_RATE,
    OUTPATIENT,
    OUTPATIENT_CAP,
    OUTPATIENT_RATE,
    UNLIMITED,
)

Year = dict[str, int]
POOLS = ("medical_used", "outpatient_used", "free_used", "subsidy_used")
INPUTS = ("category", "setting")
OUTPUTS = ("benefit", "rate", "cap")
NO_CAP = 10**18  # far above any amount

EXPRESSIONS = {
    "counts": "setting == 'outpatient' and insurance == 'resident'",
    "inside": f"$.counts ? min([paid, {FREE} - free_used]) : 0",
    "deducted": f"benefit == '{OUTPATIENT}' ? $.inside : 0",
    "uncapped": "floor(((paid - $.deducted) * rate + 5000) / 10000)",
    "used": f"benefit == '{OUTPATIENT}' ? outpatient_used : (cap == {NO_CAP} ? 0 : medical_used)",
    "aid": "max([0, min([$.uncapped, cap - $.used])])",
    "subsidy": f"benefit == '{OUTPATIENT}' and category == 'dibao' and $.counts ? "
    f"min([$.inside, {FREE} - subsidy_used]) : 0",
    "benefit": "benefit",
    "rate": "rate",
}


def rules() -> dict[str, Any]:
    """The decision table's rows: which benefit, rate and cap a category has in a setting."""
    rows = [
        ("inpatient", category, MEDICAL, rate, NO_CAP if category == UNLIMITED else MEDICAL_CAP)
        for category, rate in MEDICAL_RATE.items()
    ]
    rows.append(("outpatient", UNLIMITED, MEDICAL, MEDICAL_RATE[UNLIMITED], NO_CAP))
    rows += [
        ("outpatient", category, OUTPATIENT, rate, OUTPATIENT_CAP[category])
        for category, rate in OUTPATIENT_RATE.items()
    ]
    table = [
        {
            "_id": f"r{number}",
            "category": f"'{category}'",
            "setting": f"'{setting}'",
            "benefit": f"'{benefit}'",
            "rate": str(rate),
            "cap": str(cap),
        }
        for number, (setting, category, benefit, rate, cap) in enumerate(rows)
    ]
    table.append(
        {"_id": "else", "category": "", "setting": "", "benefit": "''", "rate": "0", "cap": "0"}
    )
    return {
        "hitPolicy": "first",
        "passThrough": True,
        "inputs": [{"id": name, "name": name, "field": name} for name in INPUTS],
        "outputs": [{"id": name, "name": name, "field": name} for name in OUTPUTS],
        "rules": table,
    }


def graph() -> str:
    """The decision graph as JSON: input, table, expressions, output."""
    expressions = [{"id": key, "key": key, "value": value} for key, value in EXPRESSIONS.items()]
    nodes = [
        {"id": "in", "type": "inputNode", "name": "claim"},
        {"id": "table", "type": "decisionTableNode", "name": "rates", "content": rules()},
        {
            "id": "sums",
            "type": "expressionNode",
            "name": "sums",
            "content": {"expressions": expressions},
        },
        {"id": "out", "type": "outputNode", "name": "aid"},
    ]
    chain = ["in", "table", "sums", "out"]
    edges = [
        {"id": f"{a}-{b}", "type": "edge", "sourceId": a, "targetId": b} for a, b in pairwise(chain)
    ]
    return json.dumps({"nodes": nodes, "edges": edges})


def sample(path: str, size: int) -> pl.DataFrame:
    """All claims of enough persons for about ``size`` claims, in turn; ``paid`` in 分."""
    claims = pl.read_parquet(path)
    persons = claims["person_id"].unique().sort()
    wanted = persons.head(max(1, size * len(persons) // claims.height))
    return (
        claims.filter(pl.col("person_id").is_in(wanted.implode()))
        .sort("person_id", "date", "claim_id")
        .with_columns(pl.col("self_paid").to_physical().cast(pl.Int64).alias("paid"))
    )


def turn(decision: Any, claim: dict[str, Any], year: Year) -> dict[str, Any]:
    """Evaluate one claim and move the year's pools."""
    result: dict[str, Any] = decision.evaluate(claim | year)["result"]
    year["free_used"] += int(result["inside"])
    year["subsidy_used"] += int(result["subsidy"])
    if result["benefit"] == OUTPATIENT:
        year["outpatient_used"] += int(result["aid"])
    elif claim["category"] != UNLIMITED:
        year["medical_used"] += int(result["aid"])
    return result


def main() -> None:
    source, size = sys.argv[1], int(sys.argv[2])
    frame = sample(source, size)
    decision = zen.ZenEngine().create_decision(graph())
    claims = frame.select("category", "setting", "insurance", "paid").to_dicts()
    keys = list(zip(frame["person_id"], frame["date"].dt.year(), strict=True))
    years: defaultdict[Any, Year] = defaultdict(lambda: dict.fromkeys(POOLS, 0))
    turn(decision, claims[0], dict.fromkeys(POOLS, 0))  # compiles the graph
    began = time.perf_counter()
    results = [turn(decision, claim, years[key]) for claim, key in zip(claims, keys, strict=True)]
    print(f"{(time.perf_counter() - began) / len(claims):.9f}")
    if len(sys.argv) > 3:
        write(frame, results, sys.argv[3])


def write(frame: pl.DataFrame, results: list[dict[str, Any]], target: str) -> None:
    """claim_id, benefit and aid in 分, a row per benefit that applies."""
    rows = [
        (claim_id, benefit, int(aid))
        for claim_id, insurance, result in zip(
            frame["claim_id"], frame["insurance"], results, strict=True
        )
        for benefit, aid, applies in (
            (result["benefit"], result["aid"], result["benefit"] != ""),
            (DEDUCTIBLE, result["subsidy"], subsidised(result, insurance)),
        )
        if applies
    ]
    schema = {"claim_id": pl.String, "benefit": pl.String, "aid": pl.Int64}
    pl.DataFrame(rows, schema=schema, orient="row").write_parquet(target)


def subsidised(result: dict[str, Any], insurance: str) -> bool:
    """Whether the claim has a line for the subsidy; only dibao has 60% for outpatient spending."""
    dibao = result["benefit"] == OUTPATIENT and result["rate"] == OUTPATIENT_RATE["dibao"]
    return dibao and insurance == "resident"


if __name__ == "__main__":
    main()
