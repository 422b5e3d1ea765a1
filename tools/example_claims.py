"""Write examples/claims-2020-2023.csv: four years of invented claims to try forecasts on.

Run as `python tools/example_claims.py`. How the claims are invented:
mediaid/budget/forecast/synthetic.py.
"""

from __future__ import annotations

import csv
from pathlib import Path

from mediaid import load_pack
from mediaid.budget.forecast.synthetic import World, make
from mediaid.claims.cells import show_day
from mediaid.claims.fields import FIELDS
from mediaid.money import format_yuan

OUTPUT = Path(__file__).parents[1] / "examples" / "claims-2020-2023.csv"
SEED = 2023
COLUMNS = ("claim_id", "person_id", "date", "setting", "category", "insurance", "self_paid")
KNOWN = ("settled_on", "area")


def main() -> None:
    """Draw the claims and write them with Chinese headings and values, as an office has them."""
    pack = load_pack("shanghai-minhang")
    book = make(World(persons=80, towns=4), pack, SEED)
    with OUTPUT.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([FIELDS[name].label.zh for name in (*COLUMNS, *KNOWN)])
        claims = book.claims
        for row in sorted(range(len(claims.date)), key=lambda at: (claims.date[at], at)):
            codes = (
                list(pack.codes[name].values())[int(claims.codes[name][row])].zh
                for name in ("setting", "category", "insurance")
            )
            writer.writerow(
                [
                    f"S{row + 1:05d}",
                    f"P{int(claims.person[row]) + 1:04d}",
                    show_day(claims.date[row]),
                    *codes,
                    format_yuan(int(claims.amounts["self_paid"][row])),
                    show_day(book.known[row]),
                    f"示范{book.town[row] + 1}镇",
                ]
            )


if __name__ == "__main__":
    main()
