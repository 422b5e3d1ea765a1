"""`mediaid rules`: policies in words, and every fault of a pack."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from command import mediaid
from mediaid import load_pack
from mediaid.packs.folder.find import pack_folder, shipped_packs


def test_list_names_every_shipped_pack(capsys: pytest.CaptureFixture[str]) -> None:
    ran = mediaid(capsys, "rules", "list", "--json")
    packs = {pack["pack"]: pack for pack in json.loads(ran.out)}
    assert set(packs) == {"shanghai-minhang", "nanchang-xihu"}
    assert packs["shanghai-minhang"]["benefits"] == [
        "medical-aid",
        "outpatient-aid",
        "deductible-subsidy",
        "premium-subsidy",
    ]
    assert packs["shanghai-minhang"]["funding"] == ["mutual-aid"]
    text = mediaid(capsys, "--lang", "en", "rules", "list").out
    assert "confirmed: 2023-01-01 to 2023-12-31" in text
    assert packs["nanchang-xihu"]["hash"] in text


def test_show_says_who_how_much_and_which_document(capsys: pytest.CaptureFixture[str]) -> None:
    ran = mediaid(capsys, "rules", "show", "shanghai-minhang", "--lang", "en")
    assert ran.code == 0
    for words in (
        "minimum living guarantee: 90%",
        "low-income household: 2,500.00 yuan",
        "special relief: no limit",
        "沪医保规[2020]4号",
        "cap-holder",
        "● person",
        "○ household-poverty",
        "Funding: mutual aid",
        "What the documents do not say",
    ):
        assert words.lower() in " ".join(ran.out.split()).lower(), words
    assert "[provisional] not confirmed for this day" in ran.out  # the funding standard of 2023


def test_show_on_a_later_day_marks_every_carried_value(
    capsys: pytest.CaptureFixture[str],
) -> None:
    data = json.loads(
        mediaid(capsys, "rules", "show", "shanghai-minhang", "--on", "2024-01-01", "--json").out
    )
    values = [value for benefit in data["benefits"] for value in benefit["parameters"].values()]
    assert all(value["provisional"] for value in [*values, *data["shared"].values()])
    data = json.loads(
        mediaid(capsys, "rules", "show", "shanghai-minhang", "--on", "2023-12-31", "--json").out
    )
    assert not any(value["provisional"] for value in data["shared"].values())


def test_show_of_a_reading_shows_its_rules_and_hash(capsys: pytest.CaptureFixture[str]) -> None:
    plain = mediaid(capsys, "rules", "show", "shanghai-minhang", "--lang", "en").out
    ran = mediaid(
        capsys,
        "rules",
        "show",
        "shanghai-minhang",
        "--reading",
        "orphan-settings=both",
        "--lang",
        "en",
    )
    assert "orphan outside an institution: inpatient, outpatient" in ran.out
    assert "● both" in ran.out
    assert plain.splitlines()[1] != ran.out.splitlines()[1]


def test_show_of_xihu_has_its_funds_and_says_what_is_missing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    ran = mediaid(capsys, "rules", "show", "nanchang-xihu", "--lang", "en")
    words = " ".join(ran.out.split())
    assert "184,700 persons × 2.00 yuan = 369,400.00 yuan" in words
    assert "360,000.00" in words
    assert "state no benefit of one person" in words


@pytest.mark.parametrize("name", sorted(shipped_packs()))
def test_check_of_a_sound_pack(capsys: pytest.CaptureFixture[str], name: str) -> None:
    ran = mediaid(capsys, "rules", "check", str(shipped_packs()[name]), "--lang", "en")
    assert ran.code == 0
    assert "is sound" in ran.out


def test_check_names_all_faults_at_once(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = tmp_path / "city"
    shutil.copytree(shipped_packs()["shanghai-minhang"], folder)
    path = folder / "medical-aid.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("dibao: 90%", "dibao: 0.9").replace(
            "low_income: 130000", "low_income: 130,000"
        ),
        encoding="utf-8",
    )
    ran = mediaid(capsys, "rules", "check", str(folder), "--lang", "en")
    assert ran.code == 2
    assert "city/medical-aid.yaml:" in ran.err
    assert "0.9 is not a rate" in ran.err
    assert "130,000 has thousands separators" in ran.err
    data = json.loads(mediaid(capsys, "rules", "check", str(folder), "--json").out)
    assert len(data["faults"]) == 2
    assert all(fault["where"].count(":") == 2 for fault in data["faults"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show", "shanghai"), "Did you mean shanghai-minhang?"),
        (("show", "shanghai-minhang", "--on", "2023-13-01"), "2023-13-01"),
        (("check", "no-such-folder"), "no-such-folder"),
    ],
)
def test_bad_input_ends_with_2(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    ran = mediaid(capsys, "--lang", "en", "rules", *arguments)
    assert ran.code == 2
    assert said in ran.err


def test_show_of_a_share_names_the_other_figure_and_both_citations(
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = str(Path(__file__).parent / "good_pack")
    ran = mediaid(capsys, "rules", "show", folder, "--on", "2024-06-01", "--lang", "en")
    words = " ".join(ran.out.split())
    assert "25% of income per head (40,000.00 yuan) = 10,000.00 yuan" in words
    assert "第六条" in words
    assert "第九条" in words


def test_show_as_data_holds_readings_and_what_is_paid_by_headcount(
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = str(Path(__file__).parent / "good_pack")
    data = json.loads(mediaid(capsys, "--lang", "en", "rules", "show", folder, "--json").out)
    assert data["readings"]["holder"]["default"] == {"id": "person", "label": "a person's"}
    assert list(data["readings"]["holder"]["alternatives"]) == ["household"]
    assert data["readings"]["line"]["alternatives"]["input"]["inputs"] == ["two"]
    xihu = json.loads(mediaid(capsys, "rules", "show", "nanchang-xihu", "--json").out)
    assert xihu["on"] == "2022-12-31"
    assert xihu["work_funds"]["resident-incentive"]["value"]["per_head"] == "2.00"
    assert xihu["work_funds"]["resident-incentive"]["value"]["amount"] == "360000.00"


def test_list_goes_on_past_a_pack_with_faults(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, folder in shipped_packs().items():
        shutil.copytree(folder, tmp_path / name)
    (tmp_path / "nanchang-xihu" / "pack.yaml").write_text("pack: [\n", encoding="utf-8")
    monkeypatch.setattr("mediaid.packs.folder.find.data_folder", lambda _name: tmp_path)
    ran = mediaid(capsys, "--lang", "en", "rules", "list")
    assert ran.code == 0
    assert "shanghai-minhang: " in ran.out
    assert "nanchang-xihu: has " in ran.out
    data = json.loads(mediaid(capsys, "rules", "list", "--json").out)
    assert [("faults" in pack) for pack in data] == [False, True]


def differing(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[str]]:
    """Exit code of `rules diff`, and its lines, 100 cells wide at most."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "100")
        done = mediaid(capsys, "--lang", "en", "rules", "diff", *arguments)
    return done.code, done.out.splitlines()


def test_a_pack_does_not_differ_from_itself(capsys: pytest.CaptureFixture[str]) -> None:
    code, lines = differing(capsys, "shanghai-minhang")
    assert (code, lines[-1]) == (0, "no differences")


def test_a_reading_adds_a_step_and_a_condition(capsys: pytest.CaptureFixture[str]) -> None:
    code, lines = differing(
        capsys,
        "shanghai-minhang",
        *("--reading", "cap-holder=household-poverty", "--reading", "deductible-who=dibao"),
    )
    assert code == 1
    medical = lines.index("medical aid (medical-aid)")
    assert lines[medical + 1].startswith(
        "  + 4. Cap, counted in medical aid of the year (household)"
    )
    assert lines[medical + 2] == "    + only for claims that meet:"
    outpatient = lines.index("outpatient aid (outpatient-aid)")
    assert "      + category: minimum living guarantee" in lines[outpatient:]
    assert "    - ● person: a person's" in lines
    assert "    + ○ person: a person's" in lines


def test_after_the_confirmed_year_every_figure_is_provisional(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, lines = differing(
        capsys, "shanghai-minhang", "--on", "2023-06-01", "--then", "2024-06-01"
    )
    assert code == 1
    changed = {line.strip() for line in lines[5:] if line.strip()[:2] in ("+ ", "- ")}
    assert changed == {"+ [provisional] not confirmed for this day"}


def test_an_overlay_shows_old_and_new_figures_with_their_citations(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    overlay = tmp_path / "next.yaml"
    overlay.write_text(
        f"""\
overlay: next
label: {{zh: 试, en: trial}}
base: {{pack: shanghai-minhang, hash: "{load_pack("shanghai-minhang").hash}"}}
changes:
  - {{at: medical-aid/rate/of/dibao, value: 85%}}
""",
        encoding="utf-8",
    )
    done = mediaid(capsys, "rules", "diff", "shanghai-minhang", "--overlay", str(overlay), "--json")
    assert done.code == 1
    found = json.loads(done.out)["differences"]
    assert (found[0]["old"], found[0]["new"]) == ("低保家庭成员：90%", "低保家庭成员：85%")
    assert found[0]["path"] == ["医疗救助（medical-aid）", "2. 比例"]
    assert any("叠加 next" in (its["new"] or "") for its in found)


def test_another_pack_differs_in_whole_benefits(capsys: pytest.CaptureFixture[str]) -> None:
    code, lines = differing(capsys, "shanghai-minhang", "nanchang-xihu")
    assert code == 1
    assert "- medical aid (medical-aid)" in lines
    assert not any(line.startswith("+ medical aid") for line in lines)


def test_a_day_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    done = mediaid(
        capsys, "--lang", "en", "rules", "diff", "shanghai-minhang", "--then", "2023-13-01"
    )
    assert done.code == 2
    assert "2023-13-01" in done.err


def test_each_value_stands_beside_its_clause_its_days_and_a_scenario(
    capsys: pytest.CaptureFixture[str],
) -> None:
    ran = mediaid(capsys, "--lang", "en", "rules", "show", "nanchang-xihu", "--cite")
    assert ran.code == 0
    lines = ran.out.splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("  residents' insurance: "))
    days, clause, scenario = lines[at + 1 : at + 4]
    assert days == "    days: 2022-01-01 to 2022-12-31; then carried, provisional"
    assert clause.startswith("    document and clause: ")
    assert "work-funds.yaml:" in scenario


def test_a_folder_of_another_account_is_told_not_a_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    look = Path.is_dir

    def refuse(path: Path) -> bool:  # root is let in everywhere
        if path.name == "theirs":
            raise PermissionError(13, "Permission denied", str(path))
        return look(path)

    monkeypatch.setattr(Path, "is_dir", refuse)
    ran = mediaid(capsys, "rules", "check", str(tmp_path / "theirs"), "--lang", "en")
    assert ran.code == 2
    assert "theirs: the system does not let you read or write it" in ran.err


def test_why_the_system_refuses_a_file_is_said_in_the_users_language(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    pack, out = tmp_path / "office", tmp_path / "out.csv"
    shutil.copytree(pack_folder("shanghai-minhang"), pack)
    (pack / "notes.yaml").mkdir()
    file = pack / "pack.yaml"
    said = {
        ("rules", "check", str(pack)): "notes.yaml: 无法读取：这是文件夹",
        ("rules", "new", "--city", "-o", str(file / "new")): "无法写入：路径中有一段不是文件夹",
        ("rules", "new", "shanghai-minhang", "--year", "2024", "-o", str(file / "a")): (
            "无法写入：路径中有一段不是文件夹"
        ),
        (
            "rules",
            "show",
            "shanghai-minhang",
            "--overlay",
            str(pack / "no.yaml"),
        ): "无法读取：没有这个文件或文件夹",
        ("batch", str(tmp_path / f"{300 * 'x'}.csv"), "-o", str(out)): "无法读取：名称太长",
    }
    for command, words in said.items():
        ran = mediaid(capsys, *command)
        assert (ran.code, words in ran.err) == (2, True), ran.err
