"""Pinyin initials (首字母): 低保 → db, to find things by typing on a plain keyboard.

The 3,755 common characters of GB 2312 stand in the order of their pinyin, so where a character
stands gives its first letter. Of the others those are listed that packs and place names use. A
whole pinyin dictionary would take 0.7 s to load and more memory than the rest of the screen.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache

_FIRST = (
    ("a", "啊"), ("b", "芭"), ("c", "擦"), ("d", "搭"), ("e", "蛾"), ("f", "发"), ("g", "噶"),
    ("h", "哈"), ("j", "击"), ("k", "喀"), ("l", "垃"), ("m", "妈"), ("n", "拿"), ("o", "哦"),
    ("p", "啪"), ("q", "期"), ("r", "然"), ("s", "撒"), ("t", "塌"), ("w", "挖"), ("x", "昔"),
    ("y", "压"), ("z", "匝"),
)  # fmt: skip
"""The first character of each letter."""
_STARTS = [character.encode("gb2312") for _letter, character in _FIRST]
_LAST = "座".encode("gb2312")
_OTHERS = {"闵": "m", "瘫": "t", "癌": "a", "瘤": "l", "衢": "q", "鄞": "y", "泸": "l", "亳": "b"}
"""Characters beyond the common ones."""


@lru_cache(maxsize=4096)
def initials(text: str) -> str:
    """Return the first letters of Chinese characters, and ASCII letters and digits as they are.

    What has no letter (punctuation, rare characters) is left out. Of a character with several
    readings the one counts by which GB 2312 places it.
    """
    return "".join(map(_initial, text))


def _initial(character: str) -> str:
    if character.isascii():
        return character.lower() if character.isalnum() else ""
    if character in _OTHERS:
        return _OTHERS[character]
    try:
        code = character.encode("gb2312")
    except UnicodeEncodeError:
        return ""
    if not _STARTS[0] <= code <= _LAST:
        return ""
    return _FIRST[bisect_right(_STARTS, code) - 1][0]
