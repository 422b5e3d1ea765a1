"""From one year's policy to the next: drafts, their questions, adoption, what was known when."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from pathlib import Path

import pytest

from command import mediaid
from mediaid import load_pack
from mediaid.faults import PackError
from mediaid.packs.folder.find import pack_folder

MINHANG = "shanghai-minhang"
CAP = "medical-aid/parameters/cap/values"
CLAIM = (
    *("--category", "low_income", "--setting", "inpatient", "--insurance", "resident"),
    *("--self-paid", "200000", "--date", "2024-05-01"),
)
SOURCE = (
    "  - at: sources/doc-2024\n"
    "    value: {number: 虚构〔2024〕1号, topic: {zh: 虚构的限额, en: invented caps}}\n"
)


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """The office's own copy of the Minhang pack, adopted in February 2023."""
    folder = tmp_path / "minhang"
    shutil.copytree(pack_folder(MINHANG), folder)
    return folder


@pytest.fixture
def draft(office: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    path = office.parent / "2024.yaml"
    ran = mediaid(
        capsys, "--lang", "en", "rules", "new", str(office), "--year", "2024", "-o", str(path)
    )
    assert ran.code == 0, ran.err
    return path


def answer(draft: Path, cap: str = "140000") -> None:
    """Answer the cap by an invented document, and carry everything else."""
    text = draft.read_text(encoding="utf-8")
    head, at, rest = text.partition(f"  - at: {CAP}\n")
    cap_part, blank, others = rest.partition("\n\n")
    cap_part = cap_part.replace("status: draft", "status: confirmed").replace(
        "# cite: {source: …, at: …}", "cite: {source: doc-2024, at: 第二条}"
    )
    cap_part = cap_part.replace("low_income: 130000", f"low_income: {cap}")
    head, others = (its.replace("status: draft", "status: carried") for its in (head, others))
    head = head.replace("changes:\n", f"changes:\n{SOURCE}")
    draft.write_text(head + at + cap_part + blank + others, encoding="utf-8")


def adopt(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    ran = mediaid(capsys, "--lang", "en", "rules", "adopt", *words)
    return ran.code, (ran.out + ran.err).strip()


def calc(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    ran = mediaid(capsys, "--lang", "en", "calc", *CLAIM, *words)
    return ran.code, ran.out + ran.err


# --- drafts ---------------------------------------------------------------------------------------


def test_a_draft_asks_for_every_value_of_the_year(
    draft: Path, office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = mediaid(capsys, "--lang", "en", "rules", "check", str(draft), "--pack", str(office))
    assert ran.code == 1
    *asked, last = ran.out.splitlines()
    assert last == "shanghai-minhang-2024: 12 of 12 questions are open"
    assert (
        f"{draft}:22:5: 2024: outpatient deductible, 300.00 yuan so far: which document, "
        "which clause?"
    ) in asked
    loaded = load_pack(office)
    stated = sum(len(b.parameters) for b in loaded.benefits)
    stated += len(loaded.model.pack.shared.parameters) + 3 * len(loaded.funding)
    assert len(asked) == stated == 12


def test_a_pack_of_funds_and_enrolment_alone_has_a_draft(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "2023.yaml"
    words = ("rules", "new", "nanchang-xihu", "--year", "2023", "-o", str(path))
    assert mediaid(capsys, *words).code == 0
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("status: draft", "status: carried"), encoding="utf-8")
    target = tmp_path / "xihu"
    assert adopt(capsys, str(path), "-o", str(target))[0] == 0
    funds = load_pack(target).work_funds
    assert funds is not None
    amounts = {
        (name, value.from_.year): value.value.amount()
        for name, line in funds.work_funds.items()
        for value in line.values
    }
    assert {year for _name, year in amounts} == {2022, 2023}


def test_a_draft_computes_only_where_it_is_asked_for(
    draft: Path, office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(draft)
    rules = ("--pack", str(office), "--overlay", str(draft))
    code, said = calc(capsys, *rules)
    assert code == 2
    assert "2024.yaml:8:1: is a draft for 2024, not in force: --draft computes with it" in said
    code, said = calc(capsys, *rules, "--draft")
    assert code == 0
    assert said.startswith("DRAFT for 2024, not in force: shanghai-minhang-2024\n")
    assert "medical aid: 140,000.00 yuan" in said
    # The answered value is a draft too, until it is adopted.
    assert (
        "drafts: medical aid · settings aided, medical aid · rate, medical aid · annual cap" in said
    )
    data = json.loads(calc(capsys, *rules, "--draft", "--json")[1])
    assert (data["draft"], data["overlay"]) == (2024, "shanghai-minhang-2024")


def test_every_line_of_a_batch_says_that_it_is_a_draft(
    draft: Path, office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    claims, lines = office.parent / "claims.csv", office.parent / "lines.csv"
    claims.write_text(
        "claim_id,person_id,date,setting,category,insurance,self_paid\n"
        "1,A,2024-01-05,inpatient,dibao,resident,100\n"
        "2,B,2024-01-05,inpatient,none,resident,100\n",
        encoding="utf-8",
    )
    words = ("batch", str(claims), "-o", str(lines), "--pack", str(office), "--overlay", str(draft))
    assert mediaid(capsys, "--lang", "en", *words).code == 2
    ran = mediaid(capsys, "--lang", "en", *words, "--draft")
    assert (ran.code, ran.out.splitlines()[0]) == (
        0,
        "DRAFT for 2024, not in force: shanghai-minhang-2024",
    )
    written = lines.read_text(encoding="utf-8").splitlines()
    at = written[0].split(",").index("provisional")
    assert [line.split(",")[at] for line in written[1:]] == [
        "draft:2024;medical-aid/settings;medical-aid/rate;medical-aid/cap",
        "draft:2024",
    ]
    again = office.parent / "again.csv"
    ran = mediaid(
        capsys, "--lang", "en", *words[:3], str(again), *words[4:], "--draft", "--memory", "1MiB"
    )
    if ran.code == 0:
        assert again.read_bytes() == lines.read_bytes()


@pytest.mark.parametrize("year", ["2023", "1200", "2022"])
def test_a_year_with_nothing_to_carry_is_refused(
    year: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "draft.yaml"
    ran = mediaid(capsys, "--lang", "en", "rules", "new", MINHANG, "--year", year, "-o", str(path))
    assert (ran.code, path.exists()) == (2, False)
    assert f"--year: {year}: there is nothing to carry into this year" in ran.err


def test_new_writes_over_nothing(draft: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = draft.read_bytes()
    ran = mediaid(capsys, "rules", "new", MINHANG, "--year", "2024", "-o", str(draft))
    assert (ran.code, draft.read_bytes()) == (2, before)
    ran = mediaid(capsys, "rules", "new", "--city", "-o", str(draft.parent))
    assert ran.code == 2


# --- adoption -------------------------------------------------------------------------------------


def test_open_questions_and_missing_documents_stop_an_adoption(
    draft: Path, office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = adopt(capsys, str(draft), "--pack", str(office))
    assert (code, said.count("which document, which clause?")) == (2, 12)
    answer(draft)
    text = draft.read_text(encoding="utf-8")
    draft.write_text(
        text.replace("    cite: {source: doc-2024, at: 第二条}\n", ""), encoding="utf-8"
    )
    code, said = adopt(capsys, str(draft), "--pack", str(office))
    assert code == 2
    assert said.endswith(f"{CAP} is confirmed by nothing: add cite, with the document and clause")
    assert not (office / "versions").exists()


def test_an_adopted_draft_is_the_packs_next_version(
    draft: Path, office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {its.name: its.read_bytes() for its in office.iterdir() if its.is_file()}
    assert adopt(capsys, str(office), "--on", "2023-02-01")[0] == 0
    answer(draft)
    assert adopt(capsys, str(draft), "--pack", str(office), "--on", "2024-03-05")[0] == 0
    pack = load_pack(office)
    old, new = pack.model.benefits["medical-aid"].parameters["cap"].values
    assert (old.to, new.from_, new.to) == (
        dt.date(2023, 12, 31),
        dt.date(2024, 1, 1),
        dt.date(2024, 12, 31),
    )
    assert (new.status, new.cite.source, new.cite.note) == ("confirmed", "doc-2024", None)
    assert new.value["low_income"] == "140000"
    assert pack.model.benefits["medical-aid"].parameters["rate"].values[1].status == "carried"
    # What was not changed stands as it stood, remarks included.
    after = {its.name: its.read_bytes() for its in office.iterdir() if its.is_file()}
    untouched = ("facts.yaml", "published.yaml", "readings.yaml", "targets.yaml")
    assert all(after[name] == before[name] for name in untouched)
    kept = before["medical-aid.yaml"].decode().splitlines()
    assert set(kept) <= set(after["medical-aid.yaml"].decode().splitlines())
    ran = mediaid(capsys, "--lang", "en", "rules", "versions", str(office))
    assert [line.split()[:3] for line in ran.out.splitlines()] == [
        ["1", "2023-02-01", load_pack(MINHANG).hash],
        ["2", "2024-03-05", pack.hash],
    ]


def test_a_draft_for_another_state_of_the_pack_is_refused(
    draft: Path, office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(draft)
    path = office / "medical-aid.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("dibao: 130000", "dibao: 131000"), encoding="utf-8")
    code, said = adopt(capsys, str(draft), "--pack", str(office))
    assert code == 2
    assert "2024.yaml:11:3: the pack has changed since this overlay was made" in said


def test_a_reform_is_not_adopted_and_a_shipped_pack_stays(
    draft: Path, office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(draft)
    code, said = adopt(capsys, str(draft))
    assert (code, said) == (
        2,
        "shanghai-minhang: comes with mediaid and stays as it is: name a folder of your own "
        "with -o",
    )
    text = draft.read_text(encoding="utf-8")
    draft.write_text(text.replace("draft: 2024\n", ""), encoding="utf-8")
    code, said = adopt(capsys, str(draft), "--pack", str(office))
    assert code == 2
    assert "is an overlay to try, not a draft of a year: add draft: YEAR to adopt it" in said


def test_steps_of_a_draft_are_written_as_a_person_would(
    draft: Path, office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(draft)
    text = draft.read_text(encoding="utf-8")
    draft.write_text(
        text
        + "  - {at: medical-aid/steps/least, after_step: cap, value: {minimum: {at: least}}}\n"
        + "  - at: medical-aid/parameters/least\n"
        + "    value: {label: {zh: 起救, en: least}, unit: yuan, values: [{from: 2023-01-01, "
        + "cite: {source: doc-2024, at: 第三条}, value: 20}]}\n"
        + "  - {at: premium-subsidy/when/category, value: [dibao, low_income]}\n",
        encoding="utf-8",
    )
    code, said = adopt(capsys, str(draft), "--pack", str(office))
    assert code == 0, said
    aid = (office / "medical-aid.yaml").read_text(encoding="utf-8")
    assert "\n  - minimum:\n      name: least\n      at: least\n" in aid
    subsidy = (office / "premium-subsidy.yaml").read_text(encoding="utf-8")
    assert "category: [dibao, low_income]" in subsidy


def test_a_value_that_is_carried_is_the_one_it_was(
    draft: Path, office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(draft)
    text = draft.read_text(encoding="utf-8")
    draft.write_text(text.replace("low_income: 80%", "low_income: 81%"), encoding="utf-8")
    code, said = adopt(capsys, str(draft), "--pack", str(office))
    assert code == 2
    assert "medical-aid/parameters/rate/values is carried, but not as it was" in said


# --- what was known when --------------------------------------------------------------------------


def test_a_figure_as_it_could_be_computed_on_a_day(
    draft: Path, office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    adopt(capsys, str(office), "--on", "2023-02-01")
    answer(draft)
    adopt(capsys, str(draft), "--pack", str(office), "--on", "2024-03-05")
    aids = {}
    for day in ("2023-02-01", "2024-03-04", "2024-03-05", "2025-01-01"):
        code, said = calc(capsys, "--pack", str(office), "--known-on", day)
        assert (code, f"As known on {day}" in said) == (0, True)
        found = re.search(r"Aid in total: ([\d,.]+)", said)
        assert found is not None
        aids[day] = found[1]
    assert aids == {
        "2023-02-01": "130,000.00",
        "2024-03-04": "130,000.00",
        "2024-03-05": "140,000.00",
        "2025-01-01": "140,000.00",
    }
    code, said = calc(capsys, "--pack", str(office), "--known-on", "2023-01-31")
    assert (code, said) == (
        2,
        f"{office}: nothing could be computed on 2023-01-31: the first version of this pack was "
        "adopted on 2023-02-01\n",
    )
    assert "no version of this pack was ever adopted" in calc(capsys, "--known-on", "2023-05-01")[1]


def test_a_kept_version_that_was_altered_is_refused(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    adopt(capsys, str(office), "--on", "2023-02-01")
    [path] = (office / "versions").iterdir()
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"130000"', '"130001"'), encoding="utf-8")
    code, said = calc(capsys, "--pack", str(office), "--known-on", "2023-05-01")
    assert (code, "the kept rules were altered" in said) == (2, True)
    path.write_text("{}", encoding="utf-8")
    code, said = calc(capsys, "--pack", str(office), "--known-on", "2023-05-01")
    assert (code, "cannot be read as a version of the pack" in said) == (2, True)


def test_adoptions_stand_in_the_order_of_their_days(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "is yet to come" in adopt(capsys, str(office), "--on", "2199-01-01")[1]
    assert adopt(capsys, str(office), "--on", "2023-02-01")[0] == 0
    assert "nothing has changed since" in adopt(capsys, str(office), "--on", "2023-03-01")[1]
    path = office / "medical-aid.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("dibao: 130000", "dibao: 131000"), encoding="utf-8")
    assert "lies before the last version" in adopt(capsys, str(office), "--on", "2023-01-31")[1]
    ran = mediaid(capsys, "--lang", "en", "rules", "versions", str(office))
    assert "the files were changed since" in ran.out
    assert adopt(capsys, str(office), "--on", "2023-02-01")[0] == 0


def test_a_failed_adoption_leaves_everything_as_it_was(
    draft: Path, office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mediaid.packs.versions import adopt as adopting  # noqa: PLC0415

    answer(draft)
    before = {its.name: its.read_bytes() for its in office.iterdir()}

    def full(*_arguments: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(adopting, "keep", full)
    with pytest.raises(PackError, match="cannot be written: the disk is full"):
        adopting.adopt(office, office, dt.date(2024, 3, 5), draft)
    assert {its.name: its.read_bytes() for its in office.iterdir()} == before
    assert sorted(its.name for its in office.parent.iterdir()) == ["2024.yaml", "minhang"]


# --- a new city -----------------------------------------------------------------------------------


def test_a_new_city_lists_what_to_fill_in_and_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "river-city"
    assert mediaid(capsys, "rules", "new", "--city", "-o", str(folder)).code == 0
    ran = mediaid(capsys, "--lang", "en", "rules", "check", str(folder))
    faults = ran.err.splitlines()
    blanks = sum(its.read_text(encoding="utf-8").count("___") for its in folder.iterdir())
    assert (ran.code, len(faults)) == (2, blanks)
    assert all(line.endswith("is to be filled in, in the place of ___") for line in faults)
    for path in folder.iterdir():
        text = path.read_text(encoding="utf-8")
        for blank, filled in (
            ("from: ___", "from: 2024-01-01"),
            ("to: ___", "to: 2024-12-31"),
            ("at: ___", "at: 第一条"),
        ):
            text = text.replace(blank, filled)
        head, unit, rest = text.partition("unit: yuan")
        text = head.replace("dibao: ___, low_income: ___", "dibao: 70%, low_income: 50%") + unit
        text += rest.replace("dibao: ___, low_income: ___", "dibao: 50000, low_income: 30000")
        path.write_text(text.replace("___", "某某"), encoding="utf-8")
    ran = mediaid(capsys, "--lang", "en", "rules", "check", str(folder))
    assert (ran.code, ran.err) == (0, "")
