"""Time one case in mediaid, settled and explained, everything loaded and warm.

Prints as JSON the microseconds of each repetition: ``one`` is a person-year of one bill, ``four``
of the same amount in four bills, the last of which is asked for. Both end with the explanation.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping, Sequence

import mediaid

BILL = {
    "claim_id": "4",
    "person_id": "001234196001010011",
    "date": "2023-05-01",
    "setting": "inpatient",
    "category": "dibao",
    "insurance": "resident",
    "self_paid": "8000.00",
}
QUARTER = BILL | {"self_paid": "2000.00"}
EARLIER = [QUARTER | {"claim_id": str(month), "date": f"2023-0{month}-01"} for month in (1, 2, 3)]
EXPECTED = {"one": 720000, "four": 180000}


def main() -> None:
    repetitions = int(sys.argv[1])
    pack = mediaid.load_pack("shanghai-minhang")
    cases: dict[str, tuple[Mapping[str, str], Sequence[Mapping[str, str]]]] = {
        "one": (BILL, ()),
        "four": (QUARTER, EARLIER),
    }
    times: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(repetitions):
        for name, (claim, history) in cases.items():
            began = time.perf_counter()
            result = mediaid.settle_claim(claim, pack, history=history)
            explanation = [step for benefit in result.benefits for step in benefit.steps]
            times[name].append((time.perf_counter() - began) * 1e6)
            if result.aid != EXPECTED[name] or not explanation:
                sys.exit(f"mediaid gives {result.aid} 分 instead of {EXPECTED[name]}, or no steps")
    print(json.dumps(times))


if __name__ == "__main__":
    main()
