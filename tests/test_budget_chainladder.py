"""Chain ladder and Mack's error against the `chainladder` package on published triangles.

The package takes 713 MB with what it needs, too much for every test run: its figures below were
produced once with version 0.10.1 (volume-weighted development, MackChainladder, its sample
triangles "raa" and "genins", both in print since Mack's papers of 1993 and 1994).
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediaid.budget.forecast.chainladder import chain_ladder

RAA = [
    [5012, 8269, 10907, 11805, 13539, 16181, 18009, 18608, 18662, 18834],
    [106, 4285, 5396, 10666, 13782, 15599, 15496, 16169, 16704],
    [3410, 8992, 13873, 16141, 18735, 22214, 22863, 23466],
    [5655, 11555, 15766, 21266, 23425, 26083, 27067],
    [1092, 9565, 15836, 22169, 25955, 26180],
    [1513, 6445, 11702, 12935, 15852],
    [557, 4020, 10946, 12314],
    [1351, 6947, 13112],
    [3133, 5395],
    [2063],
]
RAA_UNSEEN = [
    0, 153.953917, 617.370924, 1636.142163, 2746.736343, 3649.103184, 5435.30259, 10907.19251,
    10649.984101, 16339.442529,
]  # fmt: skip
RAA_ERROR = [
    0, 142.931716, 592.148304, 712.853921, 1452.09033, 1994.987807, 2203.838469, 5354.340512,
    6331.543044, 24565.775709,
]  # fmt: skip
GENINS = [
    [357848, 1124788, 1735330, 2218270, 2745596, 3319994, 3466336, 3606286, 3833515, 3901463],
    [352118, 1236139, 2170033, 3353322, 3799067, 4120063, 4647867, 4914039, 5339085],
    [290507, 1292306, 2218525, 3235179, 3985995, 4132918, 4628910, 4909315],
    [310608, 1418858, 2195047, 3757447, 4029929, 4381982, 4588268],
    [443160, 1136350, 2128333, 2897821, 3402672, 3873311],
    [396132, 1333217, 2180715, 2985752, 3691712],
    [440832, 1288463, 2419861, 3483130],
    [359480, 1421128, 2864498],
    [376686, 1363294],
    [344014],
]
GENINS_UNSEEN = [
    0, 94633.814549, 469511.290064, 709637.820825, 984888.63905, 1419459.457662, 2177640.620136,
    3920301.011952, 4278972.263262, 4625810.694425,
]  # fmt: skip
GENINS_ERROR = [
    0, 71835.187195, 119473.736105, 131572.832898, 260530.014877, 410406.890223, 557795.541748,
    874882.217689, 970959.784587, 1362981.069789,
]  # fmt: skip


def square(rows: list[list[int]]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    width = max(map(len, rows))
    return np.array([[*row, *[np.nan] * (width - len(row))] for row in rows], dtype=np.float64)


@pytest.mark.parametrize(
    ("rows", "unseen", "error", "total", "total_error"),
    [
        (RAA, RAA_UNSEEN, RAA_ERROR, 52135.228261, 26880.740330),
        (GENINS, GENINS_UNSEEN, GENINS_ERROR, 18680855.611924, 2441364.128054),
    ],
    ids=["raa", "genins"],
)
def test_published_triangles(
    rows: list[list[int]],
    unseen: list[float],
    error: list[float],
    total: float,
    total_error: float,
) -> None:
    found = chain_ladder(square(rows))
    assert found.unseen == pytest.approx(unseen, abs=1e-4)
    assert found.unseen.sum() == pytest.approx(total, abs=1e-4)
    assert found.error == pytest.approx(error, abs=1e-4)
    assert found.total_error == pytest.approx(total_error, abs=1e-4)


@given(
    first=st.lists(st.integers(1, 10**6), min_size=2, max_size=6),
    factors=st.lists(st.floats(1, 3), min_size=1, max_size=5),
)
def test_a_triangle_without_noise_is_completed_without_error(
    first: list[int], factors: list[float]
) -> None:
    full = np.array(first, dtype=np.float64)[:, None] * np.cumprod([1.0, *factors])
    triangle = full.copy()
    for origin in range(len(first)):
        triangle[origin, max(1, triangle.shape[1] - origin) :] = np.nan
    found = chain_ladder(triangle)
    assert found.ultimate == pytest.approx(full[:, -1], rel=1e-9)
    assert found.error == pytest.approx(np.zeros(len(first)), abs=1e-3)
