"""Resident ID numbers, other documents, and what is shown of them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediaid.people.documents import KINDS, Document, parse_document, parse_kind
from mediaid.people.identity import area_warning, check_digit, parse_resident_id
from mediaid.people.masking import mask_id, mask_name

TODAY = dt.date(2026, 1, 1)
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # as the standard prints them


def number(born: dt.date, order: int, area: str = "900000") -> str:
    """A number of an area that does not exist, its check digit from the standard's own table."""
    digits = f"{area}{born:%Y%m%d}{order:03d}"
    total = sum(int(d) * w for d, w in zip(digits, WEIGHTS, strict=True)) % 11
    return digits + "10X98765432"[total]


days = st.dates(dt.date(1900, 1, 1), TODAY)
orders = st.integers(0, 999)


@given(days, orders)
def test_a_number_with_date_and_check_digit_holds(born: dt.date, order: int) -> None:
    text = number(born, order)
    read = parse_resident_id(text, TODAY)
    assert (read.number, read.born, read.female) == (text, born, order % 2 == 0)
    assert "900000" in area_warning(read)


@given(days, orders, st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(born: dt.date, order: int, at: int, by: int) -> None:
    good = number(born, order)
    wrong = good[:at] + str((int(good[at]) + by) % 10) + good[at + 1 :]
    with pytest.raises(ValueError, match=r"check digit|has lost|is not a resident ID"):
        parse_resident_id(wrong, TODAY)


@given(days, orders, st.integers(0, 15))
def test_two_digits_swapped_are_always_found(born: dt.date, order: int, at: int) -> None:
    good = number(born, order)
    swapped = good[:at] + good[at + 1] + good[at] + good[at + 2 :]
    if swapped != good:
        with pytest.raises(ValueError, match=r"check digit|has lost|is not a resident ID"):
            parse_resident_id(swapped, TODAY)


def outcome(text: str) -> str:
    try:
        return parse_resident_id(text, TODAY).number
    except ValueError as error:
        return f"refused: {error}"


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused_with_words(text: str) -> None:
    said = outcome(text)
    assert len(said) == 18 or len(said) > len("refused: ")


def test_what_a_form_or_a_spreadsheet_adds_is_put_right() -> None:
    good = number(dt.date(1950, 2, 28), 25)
    assert good.endswith("X")
    wide = "".join(chr(ord(c) + 0xFEE0) for c in good)
    for text in (f" {good[:6]} {good[6:]} ", good.lower(), f"'{good}", f"\t{good}", wide):
        assert parse_resident_id(text, TODAY).number == good


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "has 0 characters"),
        ("900000500101123", "15 digits"),
        ("9.00000195001011E+17", "lost digits in a spreadsheet"),
        ("900000195001010000", "lost its last digits"),
        (number(dt.date(2026, 1, 2), 1), "nobody living was born on 2026-01-02"),
        ("90000018490101123" + check_digit("90000018490101123"), "nobody living"),
        ("90000019500230123" + check_digit("90000019500230123"), "19500230 .* not a day"),
        ("90000019500228012Y", "17 digits and a digit or X"),
        ("9000001950022801234", "has 19 characters"),
    ],
)
def test_what_is_wrong_is_said(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse_resident_id(text, TODAY)


def test_the_area_is_a_warning_only_where_no_province_has_it() -> None:
    born = dt.date(1960, 5, 6)
    assert area_warning(parse_resident_id(number(born, 7, "310100"), TODAY)) == ""
    # A county that has been abolished since, and codes that no list has yet, are no reason.
    assert area_warning(parse_resident_id(number(born, 7, "319999"), TODAY)) == ""
    assert area_warning(parse_resident_id(number(born, 7, "990000"), TODAY)) != ""
    assert area_warning(parse_resident_id(number(born, 7, "001101"), TODAY)) != ""


def test_other_documents_go_by_kind() -> None:
    assert parse_document("h1234 5678", "hkm_permit") == Document("hkm_permit", "H12345678")
    assert parse_document("军字第2012345号", "military").number == "军字第2012345号"
    with pytest.raises(ValueError, match="has 9 characters"):
        parse_document("H12345678")
    with pytest.raises(ValueError, match="wrong check digit"):
        parse_document("900000195002280124", "hkmt_residence", TODAY)
    for text in ("a\nb", "A;DROP", "12"):
        with pytest.raises(ValueError, match="not the number of a document"):
            parse_document(text, "passport")
    assert [parse_kind(label.zh) for label in KINDS.values()] == list(KINDS)
    with pytest.raises(ValueError, match="Did you mean 居民身份证"):
        parse_kind("居民身分证")


@given(days, orders)
def test_a_masked_number_tells_neither_birth_nor_town(born: dt.date, order: int) -> None:
    text = number(born, order)
    masked = mask_id(text)
    assert len(masked) == 18
    assert masked[3:14] == "*" * 11
    assert masked[:3] + masked[14:] == text[:3] + text[14:]


@given(st.text(max_size=20))
def test_masking_shows_little_of_any_text(text: str) -> None:
    assert len(mask_id(text)) == len(text)
    assert sum(a == b != "*" for a, b in zip(mask_id(text), text, strict=True)) <= 7
    assert mask_name(text)[1:].strip("*") == ""


def test_masked_names() -> None:
    assert [mask_name(n) for n in ("张三丰", "张三", " 张 ", "", "阿不都·热西提")] == [
        "张**",
        "张*",
        "*",
        "",
        "阿******",
    ]
    assert mask_id("H1234567") == "******67"
