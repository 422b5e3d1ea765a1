"""Running scenarios: what passes, what fails, and how a failure is told."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mediaid import load_pack
from mediaid.faults import ScenarioError
from mediaid.packs.folder.find import data_folder
from mediaid.scenarios import runner
from mediaid.scenarios.report import failure_text, summary_text
from scenario_support import INPATIENT, RIGHT, WRONG, write

if TYPE_CHECKING:
    from mediaid.scenarios.outcome import Outcome


def run(path: Path) -> list[Outcome]:
    return runner.run(runner.load(path))


def mismatches(path: Path) -> list[tuple[str, str, str, str]]:
    """Every mismatch of a file, with its place as line:column."""
    return [
        (m.where.removeprefix(f"{path}:"), m.what, m.expected, m.got)
        for outcome in run(path)
        for m in outcome.mismatches
    ]


def faults(path: Path) -> list[str]:
    with pytest.raises(ScenarioError) as refused:
        runner.load(path)
    return [str(fault).removeprefix(f"{path}:") for fault in refused.value.faults]


def test_every_mismatch_is_told_at_once_with_its_place(tmp_path: Path) -> None:
    path = write(tmp_path / "f.yaml", RIGHT, WRONG)
    right, wrong = run(path)
    assert right.ok
    assert not wrong.ok
    assert mismatches(path) == [
        ("10:21", "001 medical-aid aid", "7100.00", "7200.00"),
        ("10:35", "001 medical-aid rate", "80%", "90%"),
        ("10:46", "001 medical-aid cap_left", "1.00", "122800.00"),
        ("11:24", "001 outpatient-aid why_not", "category", "setting"),
    ]


def test_a_failure_shows_both_sides_and_the_explanation(tmp_path: Path) -> None:
    path = write(tmp_path / "f.yaml", WRONG)
    [outcome] = run(path)
    text = failure_text(outcome)
    assert text.startswith(f"{path}:3:5: 错的\n  note: 用来看报错\n")
    assert (
        f"  {path}:7:21: 001 medical-aid aid\n    expected: 7100.00\n    got:      7200.00\n"
    ) in text
    assert "沪医保规[2020]4号" in text  # the engine's explanation of the claim
    assert summary_text([outcome]) == "Scenarios: 1; passed: 0; failed: 1"


def test_a_benefit_that_is_not_named_must_pay_nothing(tmp_path: Path) -> None:
    path = write(
        tmp_path / "f.yaml",
        f"""
        - name: 漏写
          claim: {INPATIENT}
          expect: {{}}
        """,
    )
    assert mismatches(path) == [("6:5", "001 medical-aid aid", "not named, so nothing", "7200.00")]


def test_a_benefit_expected_to_pay_that_does_not_apply_is_a_mismatch(tmp_path: Path) -> None:
    path = write(
        tmp_path / "f.yaml",
        f"""
        - name: 多写
          claim: {INPATIENT}
          expect: {{medical-aid: 7200.00, premium-subsidy: {{aid: 1.00, base: 1.00}}}}
        """,
    )
    assert [(what, got) for _where, what, _expected, got in mismatches(path)] == [
        ("001 premium-subsidy base", "none"),
        ("001 premium-subsidy aid", "0.00"),
    ]


def test_what_a_figure_rests_on_is_compared(tmp_path: Path) -> None:
    path = write(
        tmp_path / "f.yaml",
        f"""
        - name: 依据
          claim: {INPATIENT}
          expect:
            medical-aid: {{aid: 7200.00, cite: [沪民规号], provisional: [medical-aid/rate],
                          bound_by: cap, payable: 7200.01}}
        """,
    )
    assert [(what, expected, got) for _where, what, expected, got in mismatches(path)] == [
        ("001 medical-aid payable", "7200.01", "7200.00"),
        ("001 medical-aid bound_by", "cap", "none"),
        ("001 medical-aid provisional", "medical-aid/rate", "none"),
        ("001 medical-aid cite", "沪民规号", "沪医保规[2020]4号"),
    ]


def test_scenarios_of_a_file_do_not_touch_each_other(tmp_path: Path) -> None:
    """All are settled in one batch; the same person, household and ids are others in each."""
    same = """
        - name: {name}
          claims:
            - {{claim_id: A, person_id: 甲, household_id: 一户, date: 2023-05-01, setting: 住院,
               category: dibao, insurance: resident, self_paid: 144444.44, expect: {{}}}}
            - {{claim_id: B, person_id: 甲, household_id: 一户, date: 2023-05-01, setting: 住院,
               category: dibao, insurance: resident, self_paid: 1.00, reverses: A, expect: {{}}}}
            - {{claim_id: C, person_id: 甲, household_id: 一户, date: 2023-05-01, setting: 住院,
               category: dibao, insurance: resident, self_paid: 144444.44,
               expect: {{medical-aid: {{aid: 130000.00, cap_left: 0.00, bound_by: none}}}}}}
        """
    path = write(tmp_path / "f.yaml", same.format(name="一"), same.format(name="二"))
    assert [outcome.ok for outcome in run(path)] == [True, True]


def test_a_refused_claim_fails_its_own_scenario_only(tmp_path: Path) -> None:
    path = write(
        tmp_path / "f.yaml",
        RIGHT,
        f"""
        - name: 太早
          claim: {INPATIENT.replace("2023", "2022")}
          expect: {{medical-aid: 7200.00}}
        """,
    )
    right, early = run(path)
    assert right.ok
    [mismatch] = early.mismatches
    assert (mismatch.where, mismatch.expected) == (f"{path}:8:5", "accepted")
    assert mismatch.got.startswith("refused: ")
    assert "claim 001, date" in mismatch.got  # the id as a user would count
    assert "2022-05-01" in mismatch.got


def test_a_refusal_is_compared_by_field_and_words(tmp_path: Path) -> None:
    early = INPATIENT.replace("2023", "2022")
    path = write(
        tmp_path / "f.yaml",
        f"""
        - name: 如所料
          claim: {early}
          expect_error: {{field: date, contains: "2022-05-01"}}
        - name: 字段不对
          claim: {early}
          expect_error: {{field: self_paid}}
        - name: 原因不对
          claim: {early}
          expect_error: {{field: date, contains: [2022, "1999"]}}
        - name: 没有拒绝
          claim: {INPATIENT}
          expect_error: {{field: date}}
        """,
    )
    outcomes = run(path)
    assert [outcome.ok for outcome in outcomes] == [True, False, False, False]
    assert [
        (m.where.removeprefix(f"{path}:"), m.what, m.expected)
        for outcome in outcomes
        for m in outcome.mismatches
    ] == [
        ("9:20", "refused field", "self_paid"),
        ("12:33", "message", "1999"),
        ("15:5", "the input", "refused for date"),
    ]
    assert outcomes[-1].mismatches[0].got == "accepted"
    assert outcomes[-1].explanations


def test_mistakes_of_form_and_of_content_are_told_together(tmp_path: Path) -> None:
    path = write(
        tmp_path / "f.yaml",
        """
        - name: 甲
          claim: {date: 2023-05-01, seting: 住院, category: dibau, 参保类型: resident, self_paid: 1}
          expect: {medical-aidd: 1.00}
        - name: 乙
          claim: {date: 2023-05-01}
          expectt: {}
        - name: 丙
          readings: {orphan-setting: both, cap-holder: family}
          claim: {date: 2023-02-30, setting: 住院, category: dibao, insurance: x, self_paid: 1}
          expect: {}
        """,
    )
    told = faults(path)
    assert [fault.split(": ")[0] for fault in told] == [
        "5:5",
        "5:31",
        "5:43",
        "6:14",
        "9:5",
        "11:16",
        "11:38",
        "12:13",
        "12:61",
    ]
    assert "setting 就医类型 is missing" in told[0]
    assert "Did you mean setting?" in told[1]
    assert "Did you mean dibao?" in told[2]
    assert "Did you mean medical-aid?" in told[3]
    assert "unknown key expectt. Did you mean expect?" in told[4]
    assert "Did you mean orphan-settings?" in told[5]
    assert "Known: person, household-poverty, household" in told[6]
    assert "2023-02-30" in told[7]


def test_a_figure_that_can_never_be_is_a_fault_of_the_file(tmp_path: Path) -> None:
    path = write(
        tmp_path / "f.yaml",
        f"""
        - name: 步骤和项目写错
          claim: {INPATIENT}
          expect:
            medical-aid: {{aid: 7200.00, bound_by: cpa, payers: {{city: 1.00}}}}
            aid: {{aid: 1.00, bound_by: anything}}
        - name: 由自负金额限制，没有限制
          claim: {INPATIENT}
          expect:
            medical-aid: {{aid: 7200.00, bound_by: self_paid}}
            outpatient-aid: {{why_not: setting, bound_by: none}}
        """,
    )
    assert faults(path) == [
        "7:35: benefit medical-aid has no step cpa. Did you mean cap? "
        "Known: base, rate, cap, self_paid, none",
        "7:50: the pack does not split medical-aid between payers: remove payers",
        "8:7: the pack has no benefit aid. "
        "Known: medical-aid, outpatient-aid, deductible-subsidy, premium-subsidy",
    ]


def test_a_payer_that_the_pack_does_not_have_is_a_fault(tmp_path: Path) -> None:
    claim = (
        "{date: 2024-03-01, setting: inpatient, category: destitute, insurance: resident, "
        "self_paid: 100.00, hospital_level: primary}"
    )
    path = write(
        tmp_path / "f.yaml",
        f"""
        - name: 承担方写错
          claim: {claim}
          expect:
            inpatient-aid: {{aid: 100.00, payers: {{citty: 1.00, unassigned: 100.00}}}}
        """,
        pack=str(Path(__file__).parent / "packs" / "qinghe"),
    )
    assert faults(path) == [
        "7:45: the pack has no payer citty. Did you mean city? "
        "Known: province, city, county, unassigned"
    ]


def test_history_that_could_not_count_is_refused(tmp_path: Path) -> None:
    """It would be settled after the claim; a reversal counts whenever it is dated."""
    path = write(
        tmp_path / "f.yaml",
        f"""
        - name: 后来的历史
          history:
            - {INPATIENT.replace("2023-05", "2023-06").replace("date:", "日期:")}
            - {INPATIENT.replace("{date", "{claim_id: z, date")}
          claim: {INPATIENT}
          expect: {{medical-aid: 7200.00}}
        - name: 后来的冲销
          history:
            - {INPATIENT.replace("2023-05", "2023-04").replace("{date", "{claim_id: h, date")}
            - {INPATIENT.replace("2023-05", "2023-06").replace("{date", "{reverses: h, date")}
          claim: {INPATIENT}
          expect: {{medical-aid: {{aid: 7200.00, cap_left: 122800.00}}}}
        - name: 几张票据中的最后一张以前
          history:
            - {INPATIENT.replace("2023-05", "2023-06")}
          claims:
            - {INPATIENT[:-1]}, expect: {{medical-aid: 7200.00}}}}
            - {INPATIENT.replace("2023-05", "2023-07")[:-1]}, expect: {{medical-aid: 7200.00}}}}
        - name: 被拒绝的票据以后
          history:
            - {INPATIENT.replace("2023-05", "2023-06")}
          claim: {INPATIENT.replace("8000.00", "x")}
          expect_error: {{field: self_paid}}
        """,
    )
    late = (
        "history of 2023-06-01 comes after the claim of 2023-05-01 and would not count: give it an "
        "earlier day, or remove it"
    )
    assert faults(path) == [
        f"6:10: {late}",
        "7:23: history z has the day of claim 003 and would be settled after it, since claims of "
        "a day are taken in the order of claim_id: give it a smaller claim_id",
        f"24:10: {late}",
    ]


def test_a_pack_that_does_not_exist_is_told_where_it_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "f.yaml", RIGHT, pack="shanghai-minghang")
    [fault] = faults(path)
    assert fault.startswith("1:1: ")
    assert "shanghai-minhang" in fault


def test_funding_is_compared_by_payer_and_component(tmp_path: Path) -> None:
    path = write(
        tmp_path / "f.yaml",
        """
        - name: 一个人
          funding: mutual-aid
          year: 2023
          headcount: {town: 1, street: 0}
          expect:
            city: {total: 1555.01, medical: 1305.00}
            district: {total: 777.50, care: 1.00}
            participants: {total: 130.00}
          provisional: []
        """,
    )
    assert [m[:3] for m in mismatches(path)] == [
        ("9:14", "city total", "1555.01"),
        ("10:33", "district care", "1.00"),
        ("8:5", "town total", "not named, so nothing"),
        ("12:5", "provisional", "–"),
    ]
    [outcome] = run(path)
    assert (
        "town (towns and industrial zones): total 777.50; medical 652.50; care ("
        in outcome.explanations[0]
    )


def test_names_of_a_funding_scenario_are_checked(tmp_path: Path) -> None:
    path = write(
        tmp_path / "f.yaml",
        """
        - name: 名字写错
          funding: mutual-aid
          year: 2023
          headcount: {towns: 1, street: 0}
          expect: {citty: {total: 1.00}, city: {medicine: 1.00}}
        - name: 没有的项目
          funding: mutual-aids
          year: 2023
          headcount: {}
          expect: {}
        """,
    )
    told = faults(path)
    assert [
        "Did you mean town?" in told[1],
        "Did you mean city?" in told[2],
        "Did you mean medical?" in told[3],
        "Did you mean mutual-aid?" in told[4],
    ] == [True] * 4
    assert "the headcount of town is missing" in told[0]


def test_work_funds_are_compared_line_by_line(tmp_path: Path) -> None:
    path = write(
        tmp_path / "f.yaml",
        """
        - name: 漏一项，错一项
          work_funds: 2022
          expect: {resident-incentive: 369400.00, resident-insurance: 550000.00,
                   employee-insurance: 200000.00, supplement: 100000.00, fund-audit: 140000.00}
          total: 1500000.01
        """,
        pack="nanchang-xihu",
    )
    assert [m[1:] for m in mismatches(path)] == [
        ("resident-incentive", "369400.00", "360000.00"),
        ("service-hall", "not named, so nothing", "150000.00"),
        ("total", "1500000.01", "1500000.00"),
    ]


def test_an_overlay_is_found_beside_the_file(tmp_path: Path) -> None:
    base = load_pack("shanghai-minhang").hash
    (tmp_path / "reform.yaml").write_text(
        "overlay: reform\nlabel: {zh: 试改, en: reform}\n"
        f'base: {{pack: shanghai-minhang, hash: "{base}"}}\n'
        "changes:\n  - {at: medical-aid/rate/of/dibao, value: 95%}\n",
        encoding="utf-8",
    )
    path = write(
        tmp_path / "f.yaml",
        RIGHT,
        f"""
        - name: 改成95%
          overlay: reform.yaml
          claim: {INPATIENT}
          expect: {{medical-aid: {{aid: 7600.00, provisional: [medical-aid/rate]}}}}
        """,
    )
    assert mismatches(path) == []


def test_a_pack_may_be_a_folder_beside_the_file(tmp_path: Path) -> None:
    source = data_folder("rules") / "shanghai-minhang"
    target = tmp_path / "rules" / "elsewhere"
    target.mkdir(parents=True)
    for file in source.glob("*.yaml"):
        text = file.read_text(encoding="utf-8").replace("dibao: 90%", "dibao: 95%")
        (target / file.name).write_text(text, encoding="utf-8")
    path = write(
        tmp_path / "scenarios" / "f.yaml",
        f"""
        - name: 别处的规则包
          claim: {INPATIENT}
          expect: {{medical-aid: 7600.00}}
        """,
        pack="../rules/elsewhere",
    )
    assert mismatches(path) == []
    over = runner.run(runner.load(path, "shanghai-minhang"))
    assert over[0].mismatches[0].got == "7200.00"


def test_folders_are_searched_and_other_yaml_left_out(tmp_path: Path) -> None:
    inside = write(tmp_path / "a" / "b.yaml", RIGHT)
    direct = write(tmp_path / "z.yml", RIGHT)
    (tmp_path / "a" / "overlay.yaml").write_text("overlay: x\n", encoding="utf-8")
    (tmp_path / "a" / "broken.yaml").write_bytes(b"\xff\xfe")
    assert runner.find([tmp_path]) == [inside, direct]
    assert runner.find([direct, tmp_path]) == [direct, inside]


def test_a_file_with_only_one_of_the_keys_is_read_and_told(tmp_path: Path) -> None:
    path = tmp_path / "typo.yaml"
    path.write_text("pack: shanghai-minhang\nscenario: []\n", encoding="utf-8")
    assert runner.find([tmp_path]) == [path]
    assert any("Did you mean scenarios?" in fault for fault in faults(path))


def test_paths_without_scenarios_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ScenarioError) as refused:
        runner.find([tmp_path / "none.yaml", tmp_path / "empty"])
    assert [fault.message for fault in refused.value.faults] == [
        "does not exist",
        "holds no scenario file",
    ]


def test_the_form_is_documented_by_scenarios_that_run(tmp_path: Path) -> None:
    text = (data_folder("scenarios") / "README.md").read_text(encoding="utf-8")
    [_before, example, _after] = text.split("```yaml\n")[0:1] + text.split("```yaml\n")[1].split(
        "```\n", 1
    )
    path = tmp_path / "readme.yaml"
    path.write_text(example, encoding="utf-8")
    assert mismatches(path) == []
    assert len(run(path)) == 5


def test_a_field_the_pack_names_itself_may_stand_under_its_label(tmp_path: Path) -> None:
    source = data_folder("rules") / "shanghai-minhang"
    target = tmp_path / "rules" / "own"
    target.mkdir(parents=True)
    for file in source.glob("*.yaml"):
        text = file.read_text(encoding="utf-8").replace(
            "fields: [premium]",
            "fields: [premium]\n"
            "own_fields:\n  meals: {kind: money, label: {zh: 伙食费, en: meals}}",
        )
        if file.name == "medical-aid.yaml":
            text = text.replace("base: {sum: [self_paid]}", "base: {sum: [self_paid, meals]}")
        (target / file.name).write_text(text, encoding="utf-8")
    path = write(
        tmp_path / "f.yaml",
        f"""
        - name: 自定字段
          claim: {INPATIENT[:-1]}, 伙食费: 100.00}}
          expect: {{medical-aid: {{base: 8100.00, aid: 7290.00}}}}
        - name: 自定字段写错
          claim: {INPATIENT[:-1]}, 伙食费: "1,00"}}
          expect_error: {{field: meals, contains: "1,00"}}
        """,
        pack="./rules/own",
    )
    assert mismatches(path) == []


def test_the_history_of_a_refusal_must_be_sound(tmp_path: Path) -> None:
    path = write(
        tmp_path / "f.yaml",
        f"""
        - name: 历史有错
          history:
            - {INPATIENT.replace("8000.00", "x")}
          claim: {INPATIENT.replace("8000.00", "x")}
          expect_error: {{field: self_paid}}
        """,
    )
    [fault] = faults(path)
    assert fault.startswith("6:")
