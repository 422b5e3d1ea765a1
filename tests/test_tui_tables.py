"""Tables, bars and progress as lines: nothing is wider than its place, amounts end together."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from mediaid.desk.tables import Bar, Money, Note, Row, Table, Unit, show_wan
from mediaid.tui.tables import bar, document, fit, note_lines, progress_line, table_lines

TEXTS = st.text(max_size=30) | st.sampled_from(["七宝镇", "[/]", "\x1b[2J", "镇" * 40])
MONEY = st.integers(-(10**13), 10**13)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    columns = draw(st.integers(1, 6))
    rows = draw(
        st.lists(
            st.tuples(TEXTS, *[MONEY.map(Money)] * columns).map(
                lambda cells: Row(cells, bar=Bar(cells[1].fen, 10**13))
            ),
            max_size=6,
        )
    )
    return Table(draw(TEXTS), tuple(draw(TEXTS) for _ in range(columns + 1)), tuple(rows))


@given(tables(), st.integers(40, 160), st.sampled_from(Unit))
def test_no_row_is_wider_than_its_place_and_every_amount_is_whole(
    table: Table, width: int, unit: Unit
) -> None:
    lines = [line.text for line in document([table], unit, width)]
    assert all(cell_len(line) <= width for line in lines[1:])
    shown = " ".join(lines).split()
    for row in table.rows:
        for cell in row.cells[1:]:
            assert isinstance(cell, Money)
            assert cell.text(unit) in shown
    for line in lines:
        assert not [c for c in line if unicodedata.category(c) in ("Cc", "Cf")]


def test_amounts_end_at_one_column_and_wide_tables_go_on_below() -> None:
    rows = (
        Row(("市级", Money(5_648_226_500), Money(1)), bar=Bar(1, 2)),
        Row(("合计", Money(11_296_453_000), Money(22)), True, Bar(2, 2)),
    )
    table = Table("需求", ("承担方", "合计", "医疗"), rows)
    wide = [line.text for line in table_lines(table, Unit.yuan, 60)]
    assert wide == [
        "需求 (yuan)",
        "承担方            合计  医疗",
        "市级     56,482,265.00  0.01  ███████████████░░░░░░░░░░░░░░░",
        "合计    112,964,530.00  0.22  ██████████████████████████████",
    ]
    narrow = [line.text for line in table_lines(table, Unit.yuan, 24)]
    assert narrow[1:] == [
        "承担方            合计",
        "市级     56,482,265.00",
        "合计    112,964,530.00",
        "",
        "承担方  医疗",
        "市级    0.01",
        "合计    0.22",
    ]


@pytest.mark.parametrize(
    ("fen", "shown"),
    [
        (5_648_226_500, "5,648.23"),
        (49_99, "0.00"),
        (50_00, "0.01"),
        (-50_00, "-0.01"),
        (-49_99, "0.00"),
        (0, "0.00"),
        (149_99, "0.01"),
        (1_234_567_890_000, "1,234,567.89"),
    ],
)
def test_ten_thousands_are_rounded_half_up(fen: int, shown: str) -> None:
    assert show_wan(fen) == shown


@given(MONEY, st.integers(0, 10**13), st.integers(1, 60))
def test_bars_fill_their_width_and_show_what_is_more_than_nothing(
    part: int, whole: int, width: int
) -> None:
    drawn = bar(Bar(part, whole), width)
    assert len(drawn) == width
    assert ("█" in drawn) == (part > 0 and whole > 0)
    assert ("▒" in drawn) == (part < 0 and whole > 0)


@given(st.text(max_size=20), st.integers(1, 30), st.booleans())
def test_fitted_text_has_its_width(text: str, width: int, right: bool) -> None:
    printable = "".join(c for c in text if unicodedata.category(c)[0] not in "CMZ")
    assert cell_len(fit(printable, width, right=right)) == width


def test_notes_and_progress_say_in_signs_what_colours_say() -> None:
    notes = [Note("a", "warn"), Note("b", "bad"), Note("c", "faint")]
    assert [line.text for line in note_lines(notes)] == ["▲ a", "✗ b", "c"]
    assert progress_line("settling\x1b", 0.5, "F8", 4) == "▶ ██░░ 50%  settling\\u001b  (F8: stop)"
