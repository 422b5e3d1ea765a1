"""Amounts of money in Chinese words (大写金额), as bills and vouchers carry them.

After 正确填写票据和结算凭证的基本规定: an amount that ends in whole 元 or 角 closes with 整, one
that has 分 does not; zeros in a row are read as one 零; an empty group of four digits is read too.
Where the rule leaves a 零 to the writer (壹拾元伍角 or 壹拾元零伍角), none is written.
"""

from __future__ import annotations

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_SIZES = ((10**8, "亿"), (10**4, "万"))
LARGEST = 10**18 - 1
"""The largest amount in 分 that can be put into words."""


def amount_in_words(fen: int) -> str:
    """Put an amount in 分 into words, such as 捌仟元整. Raises ValueError beyond LARGEST."""
    if abs(fen) > LARGEST:
        raise ValueError(fen)
    yuan, rest = divmod(abs(fen), 100)
    jiao, cents = divmod(rest, 10)
    words = "负" if fen < 0 else ""
    if yuan or not rest:
        words += (_whole(yuan) or _DIGITS[0]) + "元"
    if jiao:
        words += _DIGITS[jiao] + "角"
    elif yuan and cents:
        words += _DIGITS[0]
    return words + (_DIGITS[cents] + "分" if cents else "整")


def _whole(number: int) -> str:
    """Put a whole number into words, without a unit; nothing for 0."""
    for size, unit in _SIZES:
        if number >= size:
            above, below = divmod(number, size)
            zero = _DIGITS[0] if 0 < below < size // 10 else ""
            return _whole(above) + unit + zero + _whole(below)
    return _group(number)


def _group(number: int) -> str:
    """Put 1 to 9999 into words; zeros between digits are read once, those at the end not."""
    words, zero = "", False
    for place in reversed(range(4)):
        digit = number // 10**place % 10
        if digit:
            words += (_DIGITS[0] if zero else "") + _DIGITS[digit] + _PLACES[place]
        zero = bool(words) and not digit
    return words
