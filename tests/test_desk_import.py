"""Files into the register as the import's screen asks for it, and choosing them."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from field_files import LI, WANG, ZHAO
from mediaid.desk.importing import ImportSheet, Job, take_file, try_file
from mediaid.desk.listing import completed, list_folder, matching, typed_path
from mediaid.faults import MediaidError
from mediaid.register.database.open import open_register
from mediaid.register.schema import person

HEADINGS = "证件号码,姓名,镇街,救助类别,参保类型,开始日期"
PEOPLE = [
    f"{LI},李甲,样例镇,低保家庭成员,居民医保,2022-01-01",
    f"{WANG},王乙,样例镇,low_income,employee,2023/5/1",
]


def write_people(path: Path, *more: str) -> Path:
    path.write_text("\n".join([HEADINGS, *PEOPLE, *more]) + "\n", encoding="utf-8-sig")
    return path


def quiet(doing: str, done: float) -> None:
    """Report nothing."""


def people_in(place: str) -> int:
    register = open_register(place)
    with register.read() as connection:
        count = connection.scalar(select(func.count()).select_from(person))
    register.close()
    return int(count or 0)


def test_a_file_is_tried_and_then_taken_in(sqlite_place: str, tmp_path: Path) -> None:
    job = Job(sqlite_place, write_people(tmp_path / "people.csv"))
    told: list[float] = []
    tried = try_file(job, quiet)
    assert dict(tried.counts)["new"] == 2
    assert (tried.possible, tried.changes, tried.taken) == (True, True, False)
    assert people_in(sqlite_place) == 0
    taken = take_file(replace(job, seal=tried.seal), lambda _doing, done: told.append(done))
    assert taken.taken
    assert people_in(sqlite_place) == 2
    assert told == sorted(told)
    assert told[-1] == 1
    again = try_file(job, quiet)
    assert (again.possible, again.changes) == (True, False)
    assert dict(again.counts)["there already"] == 2


def test_refused_rows_are_listed_and_nothing_can_be_taken_in(
    sqlite_place: str, tmp_path: Path
) -> None:
    job = Job(sqlite_place, write_people(tmp_path / "people.csv", "123,坏,某镇,低保,居民医保,9"))
    tried = try_file(job, quiet)
    (bad,) = tried.listed
    assert (bad.row, bad.refused) == (4, True)
    assert bad.reason
    assert not tried.possible
    with pytest.raises(MediaidError, match="rows are refused"):
        take_file(replace(job, seal=tried.seal), quiet)
    assert people_in(sqlite_place) == 0


def test_what_was_changed_since_it_was_tried_is_not_taken_in(
    sqlite_place: str, tmp_path: Path
) -> None:
    path = write_people(tmp_path / "people.csv")
    job = Job(sqlite_place, path)
    tried = try_file(job, quiet)
    write_people(path, f"{ZHAO},赵丙,样例镇,散居孤儿,resident,2023-01-01")
    with pytest.raises(MediaidError, match="changed since this was tried"):
        take_file(replace(job, seal=tried.seal), quiet)
    assert people_in(sqlite_place) == 0


def test_what_is_typed_for_an_import_is_read_and_refused(tmp_path: Path) -> None:
    sheet = ImportSheet({"kind": "单据", "since": "２０２３。5。1", "known_people": "s"})
    job, problems = sheet.job()
    assert job is None
    assert set(problems) == {"register", "file"}
    sheet.texts["register"] = "office.db"
    sheet.file = tmp_path / "a.csv"
    job, problems = sheet.job()
    assert problems == {}
    assert job is not None
    assert (job.kind, str(job.since), job.known_people) == ("bills", "2023-05-01", True)
    sheet.texts |= {"kind": "人员", "known_people": "no", "ignored": "a, b ,"}
    job, _problems = sheet.job()
    assert job is not None
    assert (job.kind, job.known_people, job.ignored) == ("people", False, ("a", "b"))
    sheet.texts |= {"kind": "both", "since": "soon", "known_people": "maybe"}
    job, problems = sheet.job()
    assert set(problems) == {"kind", "since", "known_people"}


def test_a_register_that_is_not_there_is_refused(tmp_path: Path) -> None:
    job = Job(str(tmp_path / "none.db"), write_people(tmp_path / "people.csv"))
    with pytest.raises(MediaidError, match="no register"):
        try_file(job, quiet)


# --- choosing files -------------------------------------------------------------------------------


def test_a_folder_is_listed_folders_first(tmp_path: Path) -> None:
    (tmp_path / "年度").mkdir()
    for name in ("b.csv", "A.CSV", "c.txt", ".hidden.csv", "[red]\x1b.csv"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    listing = list_folder(tmp_path, (".csv",))
    assert [its.name for its in listing.entries] == ["年度/", "[red]\x1b.csv", "A.CSV", "b.csv"]
    assert listing.entries[1].size == 1
    assert [its.name for its in matching(listing, "B")] == ["b.csv"]
    assert [its.name for its in matching(listing, "csv")] == ["[red]\x1b.csv", "A.CSV", "b.csv"]
    assert completed(listing, "年") == "年度/"
    assert completed(listing, "zz") == "zz"
    assert "cannot be read" in list_folder(tmp_path / "none", ()).problem


def test_names_are_completed_as_far_as_they_agree(tmp_path: Path) -> None:
    for name in ("claims-2021.csv", "claims-2022.csv", "other.csv"):
        (tmp_path / name).touch()
    listing = list_folder(tmp_path, (".csv",))
    assert completed(listing, "cl") == "claims-202"
    assert completed(listing, "o") == "other.csv"


def test_a_typed_path_is_seen_from_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert typed_path("~/a.csv", Path("/x")) == tmp_path / "a.csv"
    assert typed_path(" b.csv ", tmp_path) == tmp_path / "b.csv"
    assert typed_path(os.sep + "c.csv", tmp_path) == Path(os.sep) / "c.csv"
    assert typed_path("~nobody-by-this-name/a", tmp_path).name == "a"
