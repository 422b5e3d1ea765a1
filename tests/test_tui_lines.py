"""Harmless text, bars and lines: the parts of the screens that are no widgets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from hostile import HOSTILE, obeyed
from mediaid import i18n
from mediaid.desk.assess import CapUse
from mediaid.desk.choices import matches
from mediaid.desk.initials import initials
from mediaid.tui import actions
from mediaid.tui.app import MediaidApp
from mediaid.tui.lines import LEFT, THIS, USED, cap_bar, pad, spread
from mediaid.tui.screens import budget, case, help, importing, policy, register
from mediaid.tui.screens.page import Page
from mediaid.tui.text import harmless, typed
from mediaid.tui.widgets.bars import fitting
from mediaid.tui.wrap import NARROWEST, hung, wrapped

PAGES = ("entry", "register", "case", "person", "import", "budget", "policy", "help")
LOADED = (budget, case, help, importing, policy, register)
"""Modules whose screens are looked through."""


@given(st.text() | st.sampled_from(HOSTILE))
def test_no_text_carries_anything_a_terminal_obeys(text: str) -> None:
    for shown in (harmless(text), typed(text, 200)):
        assert not obeyed(shown)
        shown.encode("utf-8")
    assert harmless(harmless(text)) == harmless(text)


def test_names_with_rare_characters_stay_as_they_are() -> None:
    for name in ("𠮷野家", "\U0003134a", "\ue000", "阿卜杜拉·买买提", "É́"):
        assert typed(name, 200) == name
        assert harmless(name) == name


def test_long_text_is_cut_and_heaped_accents_are_spelt_out() -> None:
    assert len(harmless("王" * 20_000)) == 10_001
    assert "\\u0301" in harmless("a" + "\u0301" * 5)


@given(st.text(), st.integers(NARROWEST, 60))
def test_wrapped_lines_fit_and_lose_nothing_but_spaces(text: str, width: int) -> None:
    shown = harmless(text)
    lines = wrapped(shown, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(shown.split())


@given(
    st.integers(1, 10**9), st.integers(0, 10**9), st.integers(0, 10**9), st.integers(3, 200)
)  # fmt: skip
def test_a_bar_is_as_wide_as_asked_and_hides_nothing(
    limit: int, used: int, this: int, width: int
) -> None:
    used = min(used, limit)
    this = min(this, limit - used)
    bar = cap_bar(CapUse("b", "c", limit, used, this), width)
    assert len(bar) == width
    for sign, amount in ((USED, used), (THIS, this), (LEFT, limit - used - this)):
        assert (sign in bar) == (amount > 0)


def test_texts_are_filled_up_by_cells() -> None:
    assert pad("低保", 6) == "低保  "
    assert cell_len(spread("救助", "8.00", 20)) == 20


# --- the registry ---------------------------------------------------------------------------------


def test_a_row_begins_with_no_comma_and_an_amount_keeps_its_unit() -> None:
    assert wrapped("类别：低保家庭成员，居民医保", 18) == ("类别：低保家庭成", "员，居民医保")
    assert wrapped("一次自负 8,000.00 元", 18) == ("一次自负", "8,000.00 元")
    assert wrapped("依据（沪医保规）第二项", 16)[0] == "依据（沪医保规）"
    assert hung("F7  把选中的案件推进一步", 16, 4) == ["F7  把选中的案件", "    推进一步"]


@pytest.mark.parametrize("page", PAGES)
def test_the_palette_finds_every_action_by_chinese_english_and_initials(page: str) -> None:
    for action in actions.on(page):
        choices = [its.choice for its in actions.on(page)]
        for name in (action.zh, action.en, initials(action.zh), action.en.split()[0].upper()):
            assert action.id in [its.code for its in matches(name, choices)], (name, action.id)


def test_every_action_of_the_registry_has_its_method_where_it_can_be_done() -> None:
    screens = {its.page: its for its in _subclasses(Page) if its.page}
    assert set(screens) == set(PAGES)
    for action in actions.ACTIONS:
        homes: list[type] = [screens[page] for page in action.screen.split()] or [MediaidApp]
        for home in homes:
            assert callable(getattr(home, f"do_{action.id}", None)), (home, action.id)


def _subclasses(kind: type[Page]) -> set[type[Page]]:
    return {kind}.union(*map(_subclasses, kind.__subclasses__()))


def test_ids_and_keys_are_taken_once() -> None:
    for page in PAGES:
        keys = [action.key for action in actions.on(page)]
        assert len(keys) == len(set(keys))
    assert len(actions.BY_ID) == len(actions.ACTIONS)


@pytest.mark.parametrize("lang", i18n.LANGS)
@pytest.mark.parametrize("page", PAGES)
def test_the_footer_fits_eighty_columns_and_keeps_the_way_out(page: str, lang: i18n.Lang) -> None:
    i18n.choose(lang)
    keys = actions.keymap({})
    shown = fitting(list(actions.footer_of(page)), keys, 80)
    width = sum(cell_len(actions.key_name(keys[a.id])) + cell_len(a.name) + 2 for a in shown)
    assert width <= 80
    assert {"help", "palette", "quit"} <= {action.id for action in shown}
    if page == "entry":
        assert {"submit", "new"} <= {action.id for action in shown}


def test_a_key_of_ones_own_must_be_free() -> None:
    assert actions.keymap({"save": "f11"})["save"] == "f11"
    assert actions.keymap({"save": "ctrl+q"})["save"] == "ctrl+k"
    assert actions.keymap({"nothing": "f11"}) == actions.keymap({})
