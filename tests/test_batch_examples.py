"""The sample claims that are shipped: they show what the README says they show."""

from __future__ import annotations

from pathlib import Path

import pytest

from batch_support import read_csv
from mediaid.batch.job import Job
from mediaid.batch.run import run
from mediaid.packs.load import load_pack

CLAIMS = Path(__file__).parent.parent / "examples" / "claims-2023.csv"


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], dict[str, str]]:
    """The lines of the sample by the end of the claim id and the benefit."""
    output = tmp_path_factory.mktemp("examples") / "out.csv"
    summary = run(Job(CLAIMS, output, load_pack("shanghai-minhang")))
    assert (summary.claims, summary.rejected) == (40, 0)
    return {(line["claim_id"][-2:], line["benefit"]): line for line in read_csv(output)}


def test_every_category_occurs_with_ids_of_nobody() -> None:
    claims = read_csv(CLAIMS)
    labels = {label.zh for label in load_pack("shanghai-minhang").codes["category"].values()}
    assert {claim["救助类别"] for claim in claims} == labels
    assert all(claim["人员编号"].startswith("00") for claim in claims)


@pytest.mark.parametrize(
    ("claim", "benefit", "aid", "more"),
    [
        # 180.00 lies within the first 300 元; of the next 200.00 the deductible takes 120.00.
        ("02", "outpatient-aid", "0.00", {"deducted": "180.00"}),
        ("02", "deductible-subsidy", "180.00", {}),
        ("02", "premium-subsidy", "410.00", {}),
        ("06", "outpatient-aid", "48.00", {"deducted": "120.00"}),
        ("06", "deductible-subsidy", "120.00", {}),
        # 299.99 and 0.02: half of one 分 above 300 元, rounded half-up.
        ("08", "outpatient-aid", "0.01", {"deducted": "0.01"}),
        # 7,200 + 85,500 leave 37,300 of 130,000; then nothing is left.
        ("21", "medical-aid", "37300.00", {"uncapped": "54000.00", "bound_by": "cap"}),
        ("32", "medical-aid", "0.00", {"cap_left": "0.00", "bound_by": "cap"}),
        # 72,000 as low-income leave 58,000 as dibao.
        ("24", "medical-aid", "58000.00", {"bound_by": "cap"}),
        # 100.01 × 50% = 50.005.
        ("11", "medical-aid", "50.01", {}),
        # 1,200.00 paid at the counter where 1,080.00 was due.
        ("25", "medical-aid", "1080.00", {"payable": "0.00", "overpaid": "120.00"}),
        # 48.00 + 876.30 + 1,734.00 leave 141.70 of 2,800.
        ("31", "outpatient-aid", "141.70", {"uncapped": "384.00", "bound_by": "cap"}),
        ("14", "medical-aid", "186400.00", {"cap_left": "", "bound_by": ""}),
        ("34", "", "0.00", {}),
    ],
)
def test_lines_of_the_sample_are_those_worked_out_by_hand(
    lines: dict[tuple[str, str], dict[str, str]],
    claim: str,
    benefit: str,
    aid: str,
    more: dict[str, str],
) -> None:
    line = lines[claim, benefit]
    assert line["aid"] == aid
    assert {name: line[name] for name in more} == more
