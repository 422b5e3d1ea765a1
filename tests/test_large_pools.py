"""A batch goes on from pools and hands its own on; totals are those of its lines."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from batch_support import claim, read_csv, sample_pack, write_claims
from engine_packs import INVENTED
from engine_support import rows_of, seeds
from large_support import PACKS, cut, in_pieces, write, year
from mediaid import settle
from mediaid.batch.job import Job
from mediaid.batch.run import run
from mediaid.faults import ClaimError
from mediaid.packs.model import Pack


def pools_of(path: Path) -> set[tuple[str, ...]]:
    return {tuple(row.values()) for row in read_csv(path)}


@settings(max_examples=15)
@given(PACKS, seeds(12), st.integers(1, 4), st.sampled_from(("csv", "parquet")))
def test_month_by_month_is_the_whole_at_once(
    pack: Pack, drawn: list[int], pieces: int, kind: str
) -> None:
    """Lines and closing pools; and the pools are those that the engine hands on."""
    rows = rows_of(pack, drawn)
    void = {
        name for row in rows if "reverses" in row for name in (row["claim_id"], row["reverses"])
    }
    rows = [row for row in rows if row["claim_id"] not in void]
    if not rows:
        return
    rows.sort(key=lambda row: row[pack.dating])
    months = sorted({row[pack.dating][:7] for row in rows})
    with TemporaryDirectory() as name, cut(5, pieces):
        folder = Path(name)
        whole = Job(
            write(folder / "all.csv", rows),
            folder / "all-out.csv",
            pack,
            closing=folder / "all-pools.csv",
        )
        in_pieces(whole)
        lines, pools = [], None
        for month in months:
            its = [row for row in rows if row[pack.dating].startswith(month)]
            closing = folder / f"{month}-pools.{kind}"
            out = folder / f"{month}-out.csv"
            in_pieces(
                Job(write(folder / f"{month}.csv", its), out, pack, opening=pools, closing=closing)
            )
            pools = closing
            lines += read_csv(out)
        # Who is to pay what no payer is named for is a column where there is such a claim.
        whole_lines = read_csv(folder / "all-out.csv")
        for line in (*lines, *whole_lines):
            line.setdefault("payer_unassigned", "0.00")
        assert lines == whole_lines
        last = folder / "last.csv"
        if kind == "parquet":
            pl.read_parquet(pools).write_csv(last)  # type: ignore[arg-type]
        else:
            last = pools  # type: ignore[assignment]
        assert pools_of(last) == pools_of(folder / "all-pools.csv")
        wanted = {
            (row.pool, row.holder, row.period, row.amount, row.through)
            for row in settle(rows, pack).closing().rows
        }
        counting = {name for name, pool in pack.pools.items() if pool.counts == "claims"}
        assert wanted == {
            (
                row["pool"],
                row["holder"],
                row["period"],
                int(Decimal(row["amount"]) * (1 if row["pool"] in counting else 100)),
                row["through"],
            )
            for row in read_csv(folder / "all-pools.csv")
        }


def closed(tmp_path: Path) -> Path:
    source = write_claims(tmp_path / "jan.csv", [claim(1), claim(2, person_id="P1")])
    path = tmp_path / "pools.csv"
    run(Job(source, tmp_path / "jan-out.csv", sample_pack(), closing=path))
    return path


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("town-aid-used", "nothing", "pack sample-town has no pool nothing"),
        ("160.00", "160.001", "row 2, column amount: 160.001 is not"),
        ("160.00", "-1", "row 2, column amount"),
        ("2023-05-01", "2023-13-01", "row 2, column through"),
        (",2023,", ",lifetime,", "row 2, column period"),
        ("sha256:", "sha256:0", "was closed under rules"),
        ("holder", "who", "these columns are missing: holder"),
    ],
)
def test_opening_pools_that_cannot_be_are_refused(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    path = closed(tmp_path)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    source = write_claims(tmp_path / "feb.csv", [claim(3, person_id="P1", date="2023-06-01")])
    with pytest.raises(ClaimError, match=said.replace("(", r"\(")):
        run(Job(source, tmp_path / "feb-out.csv", sample_pack(), opening=path))
    assert not (tmp_path / "feb-out.csv").exists()


def test_claims_before_the_opening_and_holders_that_stand_twice_are_refused(tmp_path: Path) -> None:
    path = closed(tmp_path)
    early = write_claims(tmp_path / "early.csv", [claim(3, person_id="P1", date="2023-04-01")])
    with pytest.raises(ClaimError, match="already count until 2023-05-01"):
        run(Job(early, tmp_path / "out.csv", sample_pack(), opening=path))
    text = path.read_text(encoding="utf-8")
    path.write_text(text + text.splitlines()[1] + "\n", encoding="utf-8")
    later = write_claims(tmp_path / "later.csv", [claim(3, person_id="P1", date="2023-06-01")])
    with pytest.raises(ClaimError, match="stands twice"):
        run(Job(later, tmp_path / "out.csv", sample_pack(), opening=path))


@pytest.mark.parametrize("kind", ["csv", "parquet", "xlsx"])
def test_totals_are_those_of_the_lines(tmp_path: Path, kind: str) -> None:
    source = write_claims(tmp_path / "in.csv", year())
    totals, out = tmp_path / f"totals.{kind}", tmp_path / "out.csv"
    with cut(7, 3):
        run(Job(source, out, sample_pack(), summary=totals))
    categories = {row["claim_id"]: str(row["category"]) for row in year()}
    labels = {"poor": "poor", "needy": "needy", "none": "not entitled"}
    wanted: dict[tuple[str, ...], list[Decimal]] = {}
    rows: list[list[object]]
    for line in read_csv(out):
        benefit = "town aid" if line["benefit"] else "none applies"
        key = benefit, labels[categories[line["claim_id"]]], line["date"][:7]
        figures = wanted.setdefault(key, [Decimal(0)] * 4)
        aid, payable = Decimal(line["aid"]), Decimal(line["payable"])
        for at, more in enumerate((Decimal(1), Decimal(aid > 0), aid, payable)):
            figures[at] += more
    if kind == "xlsx":
        _head, *cells, last = CalamineWorkbook.from_path(totals).get_sheet_by_index(0).to_python()
        rows = [list(row) for row in cells]
        columns = zip(*wanted.values(), strict=True)
        found_sums = [round(Decimal(str(cell)), 2) for cell in last[3:]]
        assert found_sums == [sum(column, Decimal(0)) for column in columns]
    elif kind == "csv":
        rows = [list(row.values()) for row in read_csv(totals)]
    else:
        rows = [list(row) for row in pl.read_parquet(totals).rows()]
    found = {
        tuple(map(str, row[:3])): [round(Decimal(str(cell)), 2) for cell in row[3:]] for row in rows
    }
    assert found == wanted


def test_totals_by_area_where_the_claims_have_it(tmp_path: Path) -> None:
    pack = INVENTED[0]()
    rows = [row for row in rows_of(pack, list(range(30))) if "reverses" not in row]
    totals, out = tmp_path / "totals.csv", tmp_path / "o.csv"
    source = write(tmp_path / "in.csv", rows)
    with cut(4, 3):
        run(Job(source, out, pack, summary=totals, chinese_headings=True))
    labels = {code: label.zh for code, label in pack.codes["area"].items()}
    areas = {row["claim_id"]: labels.get(row["area"], "未填") for row in rows}
    wanted: Counter[tuple[str, str]] = Counter()
    for line in read_csv(out):
        area = areas[line["单据号"]]
        wanted[area, "行数"] += 1
        for amount in ("救助金额", "应付金额"):
            wanted[area, amount] += fen(line[amount])
    found: Counter[tuple[str, str]] = Counter()
    for row in read_csv(totals):
        found[row["户籍地区"], "行数"] += int(row["行数"])
        for amount in ("救助金额", "应付金额"):
            found[row["户籍地区"], amount] += fen(row[amount])
    assert found == wanted
    assert len({area for area, _figure in found}) > 2


def fen(yuan: str) -> int:
    return int(Decimal(yuan) * 100)
