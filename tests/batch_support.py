"""What the tests of `mediaid.batch` share: a small pack, and files of claims written plainly."""

from __future__ import annotations

import atexit
import csv
import datetime as dt
import shutil
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from tempfile import mkdtemp

import polars as pl
import xlsxwriter  # type: ignore[import-untyped]

from mediaid.packs.load import load_pack
from mediaid.packs.model import Pack

# A made-up town: 80% for the poor and 60% for the needy, at most 1,000 元 a person and year, in
# force from 2023 and carried on after that year.
PACK = """\
pack: sample-town
schema: 1
label: {zh: 样例镇, en: sample town}
dating: date
codes:
  category:
    poor: {zh: 低保, en: poor}
    needy: {zh: 低收入, en: needy}
    none: {zh: 非救助对象, en: not entitled}
  setting:
    inpatient: {zh: 住院, en: inpatient}
    outpatient: {zh: 门急诊, en: outpatient}
  insurance:
    resident: {zh: 居民医保, en: residents' insurance}
    none: {zh: 未参保, en: uninsured}
fields: [household_id, visit_id, premium, already_aided, reverses, recognised_on]
own_fields:
  days: {kind: count, label: {zh: 住院天数, en: days in hospital}}
  ward: {kind: code, label: {zh: 病区, en: ward}}
benefits: [town-aid]
sources:
  town-1: {number: 镇1号, topic: {zh: 样例, en: a sample}}
"""
WARDS = """\
  ward:
    a: {zh: 甲, en: ward A}
    b: {zh: 乙, en: ward B}
"""
BENEFIT = """\
benefit: town-aid
label: {zh: 镇救助, en: town aid}
when: {category: [poor, needy], setting: inpatient}
pools:
  town-aid-used: {label: {zh: 已用, en: used}, holder: person, period: calendar_year, counts: aid}
parameters:
  rate:
    label: {zh: 比例, en: rate}
    unit: percent
    by: [category]
    values:
      - from: 2023-01-01
        to: 2023-12-31
        after: carry_forward
        cite: {source: town-1, at: 第一条}
        value: {poor: 80%, needy: 60%}
  cap:
    label: {zh: 限额, en: cap}
    unit: yuan
    values:
      - {from: 2023-01-01, cite: {source: town-1, at: 第二条}, value: 1000}
steps:
  - base: {sum: [self_paid]}
  - rate: {of: rate}
  - cap: {at: cap, pool: town-aid-used}
"""

HEADINGS = ("claim_id", "person_id", "date", "setting", "category", "insurance", "self_paid")
CHINESE = ("单据号", "人员编号", "日期", "就医类型", "救助类别", "参保类型", "自负金额（元）")

Row = Sequence[object]


@lru_cache(maxsize=1)
def pack_folder() -> Path:
    """The pack of the sample town, written to a folder."""
    folder = Path(mkdtemp(prefix="mediaid-batch-pack-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "pack.yaml").write_text(
        PACK.replace("fields: [", WARDS + "fields: [", 1), encoding="utf-8"
    )
    (folder / "town-aid.yaml").write_text(BENEFIT, encoding="utf-8")
    return folder


@lru_cache(maxsize=1)
def sample_pack() -> Pack:
    """The pack of the sample town."""
    return load_pack(pack_folder())


def claim(number: int = 1, **cells: object) -> dict[str, object]:
    """A good claim, with some of its cells changed."""
    good: dict[str, object] = {
        "claim_id": f"C{number}",
        "person_id": f"P{number}",
        "date": "2023-05-01",
        "setting": "inpatient",
        "category": "poor",
        "insurance": "resident",
        "self_paid": "100.00",
    }
    return good | cells


def write_rows(path: Path, headings: Sequence[object], rows: Iterable[Row]) -> Path:
    """Write a file of the kind its name says; Parquet columns take the type of their cells."""
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([headings, *rows])
    elif path.suffix == ".xlsx":
        write_sheets(path, {"单据": [headings, *rows]})
    else:
        columns = list(zip(*rows, strict=True)) or [()] * len(headings)
        pl.DataFrame(
            {str(heading): list(column) for heading, column in zip(headings, columns, strict=True)},
            strict=False,
        ).write_parquet(path)
    return path


def write_claims(path: Path, claims: Sequence[Mapping[str, object]]) -> Path:
    """Write claims given as dictionaries with the same keys."""
    names = list(claims[0])
    return write_rows(path, names, [[row[name] for name in names] for row in claims])


def write_sheets(path: Path, sheets: Mapping[str, Iterable[Row]]) -> Path:
    """Write a workbook; cells keep their Python types."""
    workbook = xlsxwriter.Workbook(path, {"strings_to_formulas": False})
    day = workbook.add_format({"num_format": "yyyy-mm-dd"})
    for name, rows in sheets.items():
        sheet = workbook.add_worksheet(name)
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, dt.date):
                    sheet.write_datetime(at, column, cell, day)
                elif isinstance(cell, str):
                    sheet.write_string(at, column, cell)
                elif cell is not None:
                    sheet.write(at, column, cell)
    workbook.close()
    return path


def read_csv(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV result as text."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def leftovers(folder: Path) -> list[str]:
    """Files in a folder that only a failed run would have left."""
    return [path.name for path in folder.iterdir() if path.name.startswith(".")]
