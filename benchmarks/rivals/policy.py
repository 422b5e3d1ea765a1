"""Minhang's benefits as the figures that all hand-written rivals share; amounts in 分.

The clauses in their default readings: medical aid for inpatient spending (special relief: both
settings, no cap, outside the pool), outpatient aid for dibao and low income above the deductible
of residents' insurance, the deductible itself for dibao with residents' insurance. The premium
subsidy pays nothing without a premium column and has no line here.
"""

from __future__ import annotations

MEDICAL = "medical-aid"
OUTPATIENT = "outpatient-aid"
DEDUCTIBLE = "deductible-subsidy"

# Rates in ten-thousandths: (x * rate + 5000) // 10000 rounds half up on non-negative integers.
MEDICAL_RATE = {
    "special_relief": 10_000,
    "dibao": 9_000,
    "orphan": 9_000,
    "low_income": 8_000,
    "medical_poverty_1": 7_000,
    "medical_poverty_2": 5_000,
}
UNLIMITED = "special_relief"
MEDICAL_CAP = 130_000_00

OUTPATIENT_RATE = {"dibao": 6_000, "low_income": 5_000}
OUTPATIENT_CAP = {"dibao": 2_800_00, "low_income": 2_500_00}
HIGH, LOW = OUTPATIENT_CAP["dibao"], OUTPATIENT_CAP["low_income"]

FREE = 300_00  # the part of a year's outpatient spending that residents' insurance leaves out

# Texts of the result. The benchmark compares amounts, caps and what bound; not these two.
CONFIRMED = ""
NOT_ENTITLED = "no benefit applies"

AMOUNTS = ("base", "deducted", "uncapped", "aid", "payable", "cap_left")
COLUMNS = (
    "claim_id",
    "person_id",
    "date",
    "benefit",
    "base",
    "deducted",
    "rate",
    "uncapped",
    "aid",
    "payable",
    "cap_left",
    "bound_by",
    "provisional",
    "reason",
)
