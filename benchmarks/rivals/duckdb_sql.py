"""The benefits as one DuckDB query: running sums and a running maximum over each person's year.

A pool with one cap C is used up to min(C, running sum). The outpatient pool has two caps, L < H,
chosen by the category of each claim. With ``high`` and ``low`` the running sums of the amounts
under H and under L, its use after a claim is exactly

    min(H, high + max over the claims so far of min(low, L - high))

since what the claims under L were paid grows with their sum until the pool reaches L, and stays.
A claim's aid is the use after it less the use before it; so is its part of the deductible.
"""

from __future__ import annotations

import sys

import duckdb
from policy import (
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


def rates(table: dict[str, int]) -> str:
    """A CASE over the category; null for a category that the benefit does not know."""
    return (
        "CASE category "
        + " ".join(f"WHEN '{code}' THEN {rate}" for code, rate in table.items())
        + " END"
    )


QUERY = f"""
WITH claims AS (
    SELECT file_row_number AS row, claim_id, person_id, date, year(date) AS year,
           setting = 'inpatient' AS inpatient, category, insurance = 'resident' AS resident,
           CAST(self_paid * 100 AS BIGINT) AS paid,
           CAST({rates(MEDICAL_RATE)} AS BIGINT) AS medical_rate,
           CAST({rates(OUTPATIENT_RATE)} AS BIGINT) AS outpatient_rate
    FROM read_parquet(?, file_row_number = true)
),
inpatient AS (
    SELECT *, sum(uncapped) OVER turn AS run FROM (
        SELECT *, (paid * medical_rate + 5000) // 10000 AS uncapped FROM claims
        WHERE inpatient AND medical_rate IS NOT NULL AND category <> '{UNLIMITED}' AND paid > 0
    )
    WINDOW turn AS (PARTITION BY person_id, year ORDER BY date, claim_id
                    ROWS UNBOUNDED PRECEDING)
),
outpatient AS (
    SELECT *, sum(CASE WHEN resident THEN paid ELSE 0 END) OVER turn AS resident_run FROM claims
    WHERE NOT inpatient AND (resident OR outpatient_rate IS NOT NULL) AND paid > 0
    WINDOW turn AS (PARTITION BY person_id, year ORDER BY date, claim_id
                    ROWS UNBOUNDED PRECEDING)
),
free AS (
    SELECT *, CASE WHEN resident
                   THEN least({FREE}, resident_run) - least({FREE}, resident_run - paid)
                   ELSE 0 END AS inside
    FROM outpatient
    WHERE outpatient_rate IS NOT NULL
),
sums AS (
    SELECT *,
           sum(CASE WHEN category = 'dibao' THEN uncapped ELSE 0 END) OVER turn AS high,
           sum(CASE WHEN category = 'dibao' THEN 0 ELSE uncapped END) OVER turn AS low,
           sum(CASE WHEN category = 'dibao' AND resident THEN inside ELSE 0 END)
               OVER turn AS subsidy_run
    FROM (SELECT *, ((paid - inside) * outpatient_rate + 5000) // 10000 AS uncapped FROM free)
    WINDOW turn AS (PARTITION BY person_id, year ORDER BY date, claim_id
                    ROWS UNBOUNDED PRECEDING)
),
pool AS (
    SELECT *,
           least({HIGH}, high + greatest(0, max(least(low, {LOW} - high)) OVER turn)) AS used,
           CASE WHEN category = 'dibao' THEN {HIGH} ELSE {LOW} END AS cap
    FROM sums
    WINDOW turn AS (PARTITION BY person_id, year ORDER BY date, claim_id
                    ROWS UNBOUNDED PRECEDING)
),
aided AS (
    SELECT *, used - lag(used, 1, 0) OVER turn AS aid FROM pool
    WINDOW turn AS (PARTITION BY person_id, year ORDER BY date, claim_id)
),
lines AS (
    SELECT row, 1 AS turn, claim_id, person_id, date, '{MEDICAL}' AS benefit, paid AS base,
           0 AS deducted, medical_rate AS rate, uncapped,
           least({MEDICAL_CAP}, run) - least({MEDICAL_CAP}, run - uncapped) AS aid,
           {MEDICAL_CAP} - least({MEDICAL_CAP}, run) AS cap_left, '' AS reason
    FROM inpatient
    UNION ALL
    SELECT row, 1, claim_id, person_id, date, '{MEDICAL}', paid, 0, 10000, paid, paid, NULL, ''
    FROM claims WHERE category = '{UNLIMITED}' AND paid > 0
    UNION ALL
    SELECT row, 2, claim_id, person_id, date, '{OUTPATIENT}', paid, inside, outpatient_rate,
           uncapped, aid, greatest(0, cap - used), ''
    FROM aided
    UNION ALL
    SELECT row, 3, claim_id, person_id, date, '{DEDUCTIBLE}', paid, paid - inside, 10000, inside,
           inside, {FREE} - subsidy_run, ''
    FROM aided WHERE category = 'dibao' AND resident
    UNION ALL
    SELECT row, 0, claim_id, person_id, date, '', 0, 0, NULL, 0, 0, NULL, '{NOT_ENTITLED}'
    FROM claims
    WHERE paid = 0 OR (category IS DISTINCT FROM '{UNLIMITED}' AND
          CASE WHEN inpatient THEN medical_rate ELSE outpatient_rate END IS NULL)
),
texts AS (
    SELECT row, turn, claim_id, person_id, date, benefit,
           {
    ", ".join(
        f"CAST({name} AS DECIMAL(16, 0)) * 0.01 AS {name}"
        for name in ("base", "deducted", "uncapped", "aid", "cap_left")
    )
},
           CAST(lines.aid AS DECIMAL(16, 0)) * 0.01 AS payable,
           coalesce((rate // 100) || '%', '') AS rate,
           CASE WHEN lines.aid < lines.uncapped THEN 'cap' ELSE '' END AS bound_by,
           '{CONFIRMED}' AS provisional, reason
    FROM lines
)
SELECT {", ".join(COLUMNS)} FROM texts ORDER BY row, turn
"""


def main() -> None:
    source, target = sys.argv[1:]
    result = duckdb.connect()
    result.execute(f"COPY ({QUERY}) TO '{target}' (FORMAT parquet, COMPRESSION zstd)", [source])


if __name__ == "__main__":
    main()
