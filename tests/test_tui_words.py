"""Amounts in words, and pinyin initials."""

from __future__ import annotations

import cn2an
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediaid.amount_words import LARGEST, amount_in_words
from mediaid.desk.initials import initials
from mediaid.desk.packs import pack_choices, pack_of

EMPTY_GROUP = 10_000


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (0, "零元整"),
        (5, "伍分"),
        (50, "伍角整"),
        (105, "壹元零伍分"),
        (160_32_0, "壹仟陆佰零叁元贰角整"),
        (600_714, "陆仟零柒元壹角肆分"),
        (1_680_32, "壹仟陆佰捌拾元叁角贰分"),
        (10_000_00, "壹万元整"),
        (10_000_100_00, "壹仟万零壹佰元整"),
        (100_007_180_00, "壹亿零柒仟壹佰捌拾元整"),  # cn2an drops this 零
        (1_000_000_000_00, "壹拾亿元整"),
        (130_000_00, "壹拾叁万元整"),
        (-8_000_00, "负捌仟元整"),
    ],
)
def test_amounts_in_words(fen: int, words: str) -> None:
    assert amount_in_words(fen) == words


@given(st.integers(0, 10**13) | st.integers(0, 10**6))
def test_words_agree_with_another_program(fen: int) -> None:
    yuan = fen // 100
    groups = [yuan // EMPTY_GROUP**k % EMPTY_GROUP for k in range(4)]
    highest = max((k for k in range(4) if groups[k]), default=0)
    if 0 in groups[1:highest] and any(groups[:highest]):
        return  # an empty group between others: cn2an leaves its 零 out
    theirs = cn2an.an2cn(f"{yuan}.{fen % 100:02d}", "rmb")
    if theirs.endswith("角"):
        theirs += "整"  # which the rule leaves to the writer
    assert amount_in_words(fen) == theirs


@given(st.integers(1, LARGEST))
def test_words_say_the_amount(fen: int) -> None:
    assert _read(amount_in_words(fen)) == fen


def _read(words: str) -> int:
    """The amount that words say, read digit by digit."""
    digits = {character: value for value, character in enumerate("零壹贰叁肆伍陆柒捌玖")}
    places = {"拾": 10, "佰": 100, "仟": 1000}
    whole, _yuan, rest = words.rpartition("元")
    total = group = digit = 0
    for character in whole:
        if character in digits:
            digit = digits[character]
        elif character in places:
            group, digit = group + digit * places[character], 0
        else:
            unit = 10**4 if character == "万" else 10**8
            number = group + digit
            # 万亿: what stands before 亿 is multiplied as a whole.
            total = (total + number) * unit if unit == 10**8 else total + number * unit
            group = digit = 0
    cents = digits_of = 0
    for character in rest:
        if character in digits:
            digits_of = digits[character]
        else:
            cents += digits_of * {"角": 10, "分": 1, "整": 0}[character]
            digits_of = 0
    return (total + group + digit) * 100 + cents


def test_too_large_an_amount_is_refused() -> None:
    with pytest.raises(ValueError, match="1"):
        amount_in_words(LARGEST + 1)


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("低保", "db"),
        ("居民医保", "jmyb"),
        ("闵行区", "mxq"),
        ("因病支出型贫困家庭（一类）", "ybzcxpkjtyl"),
        ("ICU 3", "icu3"),
        ("啊座匝压昔挖塌撒然期啪哦拿妈垃喀击哈噶发蛾搭擦芭", "azzyxwtsrqponmlkjhgfedcb"),
        ("𠮷", ""),
    ],
)
def test_initials(text: str, letters: str) -> None:
    assert initials(text) == letters


def test_every_label_of_the_shipped_packs_can_be_typed() -> None:
    for choice in pack_choices():
        assert not choice.problem
        pack = pack_of(choice.id, {})
        for codes in pack.codes.values():
            for label in codes.values():
                han = sum("一" <= character <= "龥" for character in label.zh)
                assert len(initials(label.zh)) >= han
