"""`mediaid calc`: one claim in, an explained figure out."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from command import mediaid

ONE = (
    "calc",
    "--category",
    "dibao",
    "--setting",
    "inpatient",
    "--insurance",
    "resident",
    "--self-paid",
    "8000",
    "--date",
    "2023-05-01",
)


def without(name: str, *more: str) -> list[str]:
    """The arguments of ONE without an option, and others instead."""
    at = ONE.index(name)
    return [*ONE[:at], *ONE[at + 2 :], *more]


def test_chinese_is_the_default_and_every_figure_has_its_document(
    capsys: pytest.CaptureFixture[str],
) -> None:
    ran = mediaid(capsys, *ONE)
    assert ran.code == 0
    assert "8,000.00 × 90% = 7,200.00" in ran.out
    assert "沪医保规[2020]4号" in ran.out
    assert "救助合计：7,200.00 元" in ran.out
    assert "122,800.00" in ran.out
    assert "门急诊医疗救助" in ran.out  # why not


@pytest.mark.parametrize("arguments", [["--lang", "en", *ONE], [*ONE, "--lang=en"]])
def test_english_wherever_the_option_stands(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    ran = mediaid(capsys, *arguments)
    assert "Aid in total: 7,200.00 yuan" in ran.out
    assert "outpatient aid: setting is inpatient; the benefit is for outpatient" in ran.out
    assert "No split of this aid between payers is documented." in ran.out


def test_json_has_every_amount_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    ran = mediaid(capsys, *ONE, "--json", "--lang", "en")
    data = json.loads(ran.out)
    assert data["aid"] == data["payable"] == "7200.00"
    medical = data["benefits"][0]
    assert medical["benefit"] == "medical-aid"
    assert medical["rate"] == "90%"
    assert medical["cap_left"] == "122800.00"
    assert [step["step"] for step in medical["steps"]] == ["base", "rate", "cap"]
    assert medical["steps"][1]["citations"][0]["document"] == "沪医保规[2020]4号"
    assert data["pack_hash"].startswith("sha256:")


def test_labels_serve_as_well_as_codes(capsys: pytest.CaptureFixture[str]) -> None:
    ran = mediaid(
        capsys,
        "calc",
        "--category",
        "低保家庭成员",
        "--setting",
        "住院",
        "--insurance",
        "居民医保",
        "--self-paid",
        "８０００。００",
        "--date",
        "2023-05-01",
    )
    assert ran.code == 0
    assert "救助合计：7,200.00 元" in ran.out


def test_every_mistake_is_named_at_once_with_its_remedy(
    capsys: pytest.CaptureFixture[str],
) -> None:
    ran = mediaid(
        capsys,
        "calc",
        "--category",
        "dibo",
        "--setting",
        "inpatient",
        "--insurance",
        "resident",
        "--self-paid",
        "8,000",
        "--date",
        "2023-02-30",
        "--lang",
        "en",
    )
    assert ran.code == 2
    assert ran.out == ""
    assert "Did you mean dibao?" in ran.err
    assert "8,000 has thousands separators: write 8000" in ran.err
    assert "2023-02-30 is not a day of the calendar" in ran.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (without("--date", "--date", "2022-12-31"), "2023-01-01"),
        ([*ONE, "--pack", "shanghai-minhan"], "Did you mean shanghai-minhang?"),
        ([*ONE, "--reading", "cap-holder=houshold"], "Did you mean household?"),
        ([*ONE, "--reading", "cap-holder"], "ID=ALTERNATIVE"),
        ([*ONE, "--field", "premium"], "NAME=VALUE"),
        ([*ONE, "--field", "premum=410"], "Did you mean premium?"),
        ([*ONE, "--overlay", "missing.yaml"], "missing.yaml"),
        ([*ONE, "--lang", "fr"], "zh or en"),
    ],
)
def test_bad_input_ends_with_2_and_says_what_to_do(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    ran = mediaid(capsys, "--lang", "en", *arguments)
    assert ran.code == 2
    assert said in ran.err
    assert "Traceback" not in ran.err


def test_a_premium_is_a_field(capsys: pytest.CaptureFixture[str]) -> None:
    ran = mediaid(capsys, *ONE, "--field", "premium=410", "--json")
    assert json.loads(ran.out)["aid"] == "7610.00"


def test_a_reading_is_named_in_the_result_and_changes_the_hash(
    capsys: pytest.CaptureFixture[str],
) -> None:
    orphan = without("--category", "--category", "orphan", "--json")
    orphan[orphan.index("inpatient")] = "outpatient"
    default = json.loads(mediaid(capsys, *orphan).out)
    other = json.loads(mediaid(capsys, *orphan, "--reading", "orphan-settings=both").out)
    assert (default["aid"], other["aid"]) == ("0.00", "7200.00")
    assert other["readings"]["orphan-settings"] == "both"
    assert default["pack_hash"] != other["pack_hash"]
    note = other["benefits"][0]["steps"][1]["citations"]
    assert note, "the rate keeps its citation"


def test_another_category_of_the_person_is_compared(capsys: pytest.CaptureFixture[str]) -> None:
    low = without("--category", "--category", "low_income")
    ran = mediaid(capsys, *low, "--also-category", "orphan", "--lang", "en")
    assert "As orphan the aid would be more: 7,200.00 yuan" in ran.out
    ran = mediaid(capsys, *ONE, "--also-category", "low_income", "--lang", "en")
    assert "As low_income the aid would be 6,400.00 yuan, not more" in ran.out


def history(folder: Path, *rows: str) -> str:
    """A history file with the standard headings."""
    path = folder / "history.csv"
    head = "claim_id,person_id,date,setting,category,insurance,self_paid"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return str(path)


def test_history_uses_up_the_cap_and_same_day_claims_come_first(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    past = history(tmp_path, "z9,A,2023-05-01,inpatient,dibao,resident,140000")
    ran = mediaid(capsys, *ONE, "--history", past, "--json", "--lang", "en")
    medical = json.loads(ran.out)["benefits"][0]
    assert medical["aid"] == "4000.00"  # 130,000 − 126,000
    assert medical["bound_by"] == "cap"
    assert medical["cap_left"] == "0.00"


@pytest.mark.parametrize(
    ("row", "more", "said"),
    [
        ("h1,A,2023-06-01,inpatient,dibao,resident,100", [], "2023-06-01"),
        ("h1,A,2023-01-01,inpatient,dibo,resident,100", [], "Did you mean dibao?"),
        (
            "h1,A,2023-01-01,inpatient,dibao,resident,100\nh2,B,2023-01-01,inpatient,dibao,resident,1",
            [],
            "--person",
        ),
        ("claim,A,2023-01-01,inpatient,dibao,resident,100", [], "in the history already"),
    ],
)
def test_history_that_cannot_be_used_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, row: str, more: list[str], said: str
) -> None:
    ran = mediaid(capsys, *ONE, "--history", history(tmp_path, row), *more, "--lang", "en")
    assert ran.code == 2
    assert said in ran.err


HOUSEHOLD = [
    "h1,A,2023-02-01,inpatient,dibao,resident,100000,H",
    "h2,B,2023-03-01,inpatient,dibao,resident,40000,H",
    "h3,C,2023-04-01,inpatient,dibao,resident,40000,K",
]


def of_household(folder: Path, *rows: str) -> list[str]:
    """Arguments of a claim of B, whose household has a history."""
    path = history(folder, *rows)
    text = Path(path).read_text(encoding="utf-8").replace("self_paid\n", "self_paid,household_id\n")
    Path(path).write_text(text, encoding="utf-8")
    return [*ONE, "--history", path, "--person", "B", "--lang", "en"]


def test_the_household_is_that_of_the_history(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    by_person = of_household(tmp_path, *HOUSEHOLD)
    by_household = [*by_person, "--reading", "cap-holder=household"]
    medical = [
        json.loads(mediaid(capsys, *arguments, "--json").out)["benefits"][0]
        for arguments in (
            by_person,
            by_household,
            [*by_household, "--field", "household_id=K"],
            [*by_household, "--field", "家庭编号=L"],
        )
    ]
    # 130,000 − 36,000 of B; − 90,000 of A as well; − 36,000 of C; − nothing: all less 7,200
    assert [its["cap_left"] for its in medical] == ["86800.00", "0.00", "86800.00", "122800.00"]
    assert [its["aid"] for its in medical] == ["7200.00", "4000.00", "7200.00", "7200.00"]


def test_of_several_households_one_must_be_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    rows = [*HOUSEHOLD, "h4,B,2023-04-02,inpatient,dibao,resident,1000,K"]
    arguments = of_household(tmp_path, *rows)
    by_household = [*arguments, "--reading", "cap-holder=household"]
    ran = mediaid(capsys, *by_household)
    assert ran.code == 2
    assert "gives person B several households (H, K)" in ran.err
    assert "--field household_id=" in ran.err
    named = mediaid(capsys, *by_household, "--field", "household_id=H", "--json")
    assert json.loads(named.out)["aid"] == "4000.00"
    assert mediaid(capsys, *arguments).code == 0  # by person it makes no difference


def test_a_cancelled_claim_gives_no_household(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    arguments = of_household(
        tmp_path,
        *(f"{row}," for row in HOUSEHOLD),
        "h4,B,2023-04-02,inpatient,dibao,resident,1000,K,",
        "h5,B,2023-04-02,inpatient,dibao,resident,1000,K,h4",
    )
    path = Path(arguments[arguments.index("--history") + 1])
    text = path.read_text(encoding="utf-8").replace("household_id\n", "household_id,reverses\n")
    path.write_text(text, encoding="utf-8")
    ran = mediaid(capsys, *arguments, "--reading", "cap-holder=household", "--json")
    assert json.loads(ran.out)["aid"] == "4000.00"


def test_later_history_is_told_once_and_plainly(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    later = HOUSEHOLD[0].replace("2023-02", "2023-06")
    arguments = of_household(tmp_path, later, *HOUSEHOLD[1:])
    assert mediaid(capsys, *arguments).code == 0  # another person's, which cannot count
    ran = mediaid(capsys, *arguments, "--reading", "cap-holder=household")
    assert ran.code == 2
    assert ran.err == (
        "history: holds claims later than this one of 2023-05-01: h1 of 2023-06-01. Leave them "
        "out of the history, or settle all of the year's claims together with mediaid batch\n"
    )
    next_year = of_household(tmp_path, HOUSEHOLD[1].replace("2023-03", "2024-03"))
    assert mediaid(capsys, *next_year).code == 0  # another year's, which does not count either


def test_a_single_claim_is_not_called_by_an_id_nobody_gave(
    capsys: pytest.CaptureFixture[str],
) -> None:
    early = without("--date", "--date", "2022-12-31")
    assert mediaid(capsys, *early, "--lang", "en").err.startswith("date 日期: 2022-12-31 is before")
    assert mediaid(capsys, *early).err.startswith("date 日期: 2022-12-31 早于")
    named = mediaid(capsys, *early, "--field", "claim_id=Q7", "--lang", "en")
    assert named.err.startswith("claim Q7, date 日期: ")


QINGHE = [
    *("calc", "--pack", str(Path(__file__).parent / "packs" / "qinghe"), "--lang", "en"),
    *("--category", "destitute", "--setting", "inpatient", "--insurance", "resident"),
    *("--self-paid", "100", "--date", "2024-03-01", "--field", "hospital_level=primary"),
]


@pytest.mark.parametrize(
    "given", ["area=urban", "area=市辖区", "户籍地区=市辖区", " 户籍地区 =urban", "住院天数=3"]
)
def test_a_field_may_be_given_under_its_heading(
    capsys: pytest.CaptureFixture[str], given: str
) -> None:
    ran = mediaid(capsys, *QINGHE, "--field", given)
    assert (ran.code, ran.err) == (0, "")
    heading = "days in hospital: 3" if "天数" in given else "area: urban districts"
    assert heading in ran.out


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["area=urban", "户籍地区=市辖区"], "--field 户籍地区=市辖区: the field is given twice"),
        (["日期=2024-04-01"], "--field 日期=2024-04-01: give it with --date"),
        (["person_id=B"], "--field person_id=B: give it with --person"),
        (["户籍=urban"], "户籍 is not used by pack qinghe"),
    ],
)
def test_a_field_that_cannot_be_used_is_refused(
    capsys: pytest.CaptureFixture[str], given: list[str], said: str
) -> None:
    ran = mediaid(capsys, *QINGHE, *(word for pair in given for word in ("--field", pair)))
    assert ran.code == 2
    assert said in ran.err


def test_hostile_text_stays_text(capsys: pytest.CaptureFixture[str]) -> None:
    ran = mediaid(capsys, *without("--category", "--category", "\x1b[31mdibao\u202e[/]"))
    assert ran.code == 2
    assert "\x1b" not in ran.err
    assert "\u202e" not in ran.err


def test_the_installed_command_works_as_a_process() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "mediaid", *ONE, "--json"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    assert json.loads(ran.stdout)["aid"] == "7200.00"
    assert ran.stderr == ""


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["calc", "--help"]])
def test_start_up_loads_no_heavy_library(arguments: list[str]) -> None:
    program = (
        "import sys\n"
        "from mediaid.cli.main import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
        # (typer itself asks for pydantic where it is installed)
        "heavy = {'numpy', 'polars', 'ruamel.yaml', 'textual', 'sqlalchemy'}\n"
        "sys.stderr.write(','.join(sorted(heavy & set(sys.modules))))\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    assert ran.stderr == ""
