"""Which column is which: names, Chinese headings, and everything that is refused."""

from __future__ import annotations

import pytest

from batch_support import CHINESE, HEADINGS, sample_pack
from mediaid.batch.headings import match
from mediaid.claims.headings import key
from mediaid.faults import ClaimError


def positions(headings: list[str], *ignore: str) -> dict[str, int]:
    return dict(match(headings, sample_pack(), "a.csv", ignore).positions)


def refusal(headings: list[str], *ignore: str) -> list[str]:
    with pytest.raises(ClaimError) as error:
        match(headings, sample_pack(), "a.csv", ignore)
    return [str(fault) for fault in error.value.faults]


EXPECTED = {name: at for at, name in enumerate(HEADINGS)}


def test_names_and_chinese_headings_both_serve() -> None:
    assert positions(list(HEADINGS)) == EXPECTED
    assert positions(list(CHINESE)) == EXPECTED


def test_the_two_may_be_mixed_in_any_order() -> None:
    mixed = list(reversed([*HEADINGS[:3], *CHINESE[3:]]))
    assert positions(mixed) == {name: 6 - at for name, at in EXPECTED.items()}


@pytest.mark.parametrize(
    "heading",
    [
        "自负金额",
        "自负金额（元）",
        "自负金额(元)",
        " 自负金额 ",
        "自负 金额",
        "SELF_PAID",
        "ｓelf_paid",
        "self-paid amount",
        "\ufeff自负金额".lstrip("\ufeff"),
    ],
)
def test_width_case_spaces_and_units_make_no_difference(heading: str) -> None:
    assert positions([*HEADINGS[:6], heading])["self_paid"] == 6


def test_fields_of_the_pack_have_columns_too() -> None:
    found = positions([*HEADINGS, "住院天数", "ward", "个人缴费（元）", "冲销单据号"])
    assert list(found)[7:] == ["days", "ward", "premium", "reverses"]


def test_an_unknown_column_is_refused_with_the_nearest_and_the_remedy() -> None:
    [message] = refusal([*HEADINGS, "premum"])
    assert "column premum" in message
    assert "Did you mean premium?" in message
    assert "--ignore-column premum" in message
    [message] = refusal([*HEADINGS, "姓名"])
    assert "--ignore-column 姓名" in message


def test_a_standard_column_that_the_pack_does_not_use_says_so() -> None:
    [message] = refusal([*HEADINGS, "医院级别"])
    assert "pack sample-town does not use this field" in message


def test_all_missing_columns_are_named_at_once() -> None:
    [message] = refusal(["claim_id", "person_id", "date"])
    for name in (
        "setting 就医类型",
        "category 救助类别",
        "insurance 参保类型",
        "self_paid 自负金额",
    ):
        assert name in message


def test_a_file_without_any_known_heading_is_told_where_they_belong() -> None:
    assert "first row must hold the headings" in refusal(["C1;P1;2023-05-01"])[-1]


def test_the_same_field_twice_is_refused_in_whatever_language() -> None:
    [message] = refusal([*HEADINGS, "单据号"])
    assert "column 单据号" in message
    assert "(claim_id) as column claim_id" in message
    assert len(refusal([*HEADINGS, "claim_id"])) == 1


def test_everything_wrong_is_said_at_once() -> None:
    assert len(refusal(["claim_id", "单据号", "x", "y"])) == 4


def test_columns_can_be_left_out_by_name() -> None:
    columns = match([*HEADINGS, "姓名", "premium"], sample_pack(), "a.csv", ["姓名", "Premium"])
    assert columns.ignored == (7, 8)
    assert "premium" not in columns.positions


def test_an_asterisk_leaves_out_unknown_columns_alone() -> None:
    columns = match([*HEADINGS, "姓名", "premium", ""], sample_pack(), "a.csv", ["*"])
    assert columns.ignored == (7, 9)
    assert "premium" in columns.positions


def test_leaving_out_a_required_column_makes_it_missing() -> None:
    assert "date 日期" in refusal(list(HEADINGS), "date")[0]


def test_a_column_without_heading_is_refused_by_its_number() -> None:
    [message] = refusal([*HEADINGS, " "])
    assert "column 8" in message
    assert "has no heading" in message


def test_headings_are_compared_by_a_plain_form() -> None:
    assert key(" 自负金额（元） ") == key("自负金额(元)") == "自负金额"
    assert key("金额（万元）") != key("金额")
