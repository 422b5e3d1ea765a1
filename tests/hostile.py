"""Text that breaks screens, or that a terminal would obey: one corpus for the test of every screen.

Send each of HOSTILE through whatever shows text from outside (a field, a list, a notification, a
dialog, a name read from a file or a register) and look at the screen with `Desk.grid`, which holds
every line against `obeyed` and the screen's width. Take in what a new bug teaches here, so that
every screen is held to it.
"""

from __future__ import annotations

import unicodedata

MARKUP = (
    "张三[/]",
    "[@click=app.quit]李四[/]",
    "[@click=app.do('quit')]陈一",
    "[bold red]王五",
    "[link=https://example.invalid]周六[/link]",
    "[[]] \\[ $text-error {name} %s",
)
"""What Textual or Rich would read as markup, and Python as a format."""

ESCAPES = (
    "\x1b[2J\x1b]0;taken\x07赵六",
    "\x1b]8;;https://example.invalid\x1b\\吴九\x1b]8;;\x1b\\",
    "\x1b]52;c;cm0gLXJm\x07",
    "\x1bP+q544e\x1b\\\x1b_G\x1b\\",
    "\x9b31m\x9d0;taken\x9c",
    "a\x00b\x9bc\x7f\x08\x08",
    "第一行\r\n第二行\t尾\x0b\x0c\x85完",
)
"""What a terminal obeys: colours, titles, links, its clipboard, the cursor."""

UNICODE = (
    "钱\u202e七\u2066八\u200f",
    "孙\u200d\u2028\u2029\ufeff\U000e0041",
    "周" + "\u0301" * 50,
    "\u0301\u20e3先",
    "\ue000\uf8ff\U00020000\U0003134a吴",
    "𠮷\U000e0100野家",
    "郑\ud800",
    "👨‍👩‍👧‍👦🇨🇳👍🏽☎️",
    "\u1160\u115f\u3164 ﷽",
    "ｶﾞ全角ＡＢ　空",
)
"""Direction marks, joiners, heaps of accents, rare and private-use Han, half a pair, odd widths."""

FORMULAS = ("=HYPERLINK(1)", "+1+cmd|'/C calc'!A0", "@SUM(A1)", "-2+3")
"""What a spreadsheet would run."""

LONG = "王" * 10_000

HOSTILE = (*MARKUP, *ESCAPES, *UNICODE, *FORMULAS, LONG)

OBEYED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Kinds of characters that no terminal may be sent from a text."""


def obeyed(text: str) -> list[str]:
    """Return what of a text a terminal could obey or not place: of a line that is shown, none."""
    return [character for character in text if unicodedata.category(character) in OBEYED]
