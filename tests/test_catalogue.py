"""The catalogue's check finds each way a translation can be wrong; what it writes is stable."""

from __future__ import annotations

import gettext
from pathlib import Path

import pytest

import catalogue

CODE = """\
def f(n):
    _("unknown column {name}")
    ngettext("{n} claim", "{n} claims", n)
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small package whose two messages are translated and compiled."""
    write_code(tmp_path, CODE)
    assert catalogue.main(["update"], tmp_path) == 0
    edit(
        tmp_path,
        (
            'msgid "unknown column {name}"\nmsgstr ""',
            'msgid "unknown column {name}"\nmsgstr "没有 {name} 这一列"',
        ),
        ('msgstr[0] ""', 'msgstr[0] "{n} 笔"'),
    )
    assert catalogue.main(["compile", "check"], tmp_path) == 0
    return tmp_path


def write_code(root: Path, code: str) -> None:
    module = root / catalogue.PACKAGE / "sub" / "module.py"
    module.parent.mkdir(parents=True, exist_ok=True)
    module.write_text(code, encoding="utf-8")


def edit(root: Path, *changes: tuple[str, str]) -> None:
    """Replace texts of the .po, each of which must be there."""
    po = root / catalogue.PO
    text = po.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    po.write_text(text, encoding="utf-8")


def test_the_program_can_read_what_is_compiled(root: Path) -> None:
    with (root / catalogue.MO).open("rb") as file:
        messages = gettext.GNUTranslations(file)
    assert messages.gettext("unknown column {name}") == "没有 {name} 这一列"
    assert messages.ngettext("{n} claim", "{n} claims", 2) == "{n} 笔"


def test_new_message_is_missing_at_its_file_and_line(root: Path) -> None:
    write_code(root, CODE + '    _("new")\n')
    assert catalogue.problems(root) == [
        'src/mediaid/sub/module.py:4: "new" is not in mediaid.po: run `make messages`'
    ]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("没有 {name} 这一列", "", "is not translated"),
        ("{n} 笔", "", "is not translated"),
        ("没有 {name} 这一列", "没有这一列", "has a translation without {name}"),
        ("{name} 这", "{nam} 这", "without {name} and with the unknown {nam}"),
        ("{n} 笔", "几笔", "has a translation without {n}"),
        ("{n} 笔", "{n 笔", "has a translation with an unbalanced brace"),
        ('msgid "unknown', '#, fuzzy\nmsgid "unknown', "is fuzzy"),
        ('msgid "unknown', 'msgid "gone"\nmsgstr "没了"\n\nmsgid "unknown', '"gone" is obsolete'),
        (
            'msgid "unknown',
            '#~ msgid "gone"\n#~ msgstr "没"\n\nmsgid "unknown',
            '"gone" is obsolete',
        ),
    ],
)
def test_bad_translation_is_listed(root: Path, old: str, new: str, problem: str) -> None:
    edit(root, (old, new))
    assert catalogue.main(["compile"], root) == 0
    (found,) = catalogue.problems(root)
    assert found.startswith(f"{catalogue.PO.as_posix()}:")
    assert problem in found
    assert catalogue.main(["check"], root) == 1


def test_every_problem_is_listed_at_once(root: Path) -> None:
    edit(root, ("{n} 笔", ""), ("没有 {name} 这一列", ""))
    write_code(root, CODE + '    _("new")\n')
    assert len(catalogue.problems(root)) == 4  # two untranslated, one missing, the .mo behind


def test_mo_that_is_behind_is_found(root: Path) -> None:
    edit(root, ("没有 {name} 这一列", "无 {name} 列"))
    (found,) = catalogue.problems(root)
    assert "is not what mediaid.po compiles to" in found


def test_a_message_within_an_f_string_is_found(root: Path) -> None:
    write_code(root, CODE + """    f"{n}: {_('past')}"\n""")
    assert any(
        found.startswith("src/mediaid/sub/module.py:4:") and "in an f-string" in found
        for found in catalogue.problems(root)
    )


@pytest.mark.parametrize(
    "call",
    ['_(f"row {n}")', '_("row " + n)', '_("row {n}".format(n=n))', 'ngettext("a", f"b{n}", n)'],
)
def test_text_made_at_run_time_is_found(root: Path, call: str) -> None:
    write_code(root, CODE + f"    {call}\n")
    assert any(
        found.startswith("src/mediaid/sub/module.py:4:") and "made at run time" in found
        for found in catalogue.problems(root)
    )


def test_update_keeps_translations_drops_the_gone_and_changes_nothing_twice(root: Path) -> None:
    before = (root / catalogue.PO).read_bytes()
    write_code(root, "\n\n" + CODE)  # other line numbers alone
    assert catalogue.main(["update"], root) == 0
    assert (root / catalogue.PO).read_bytes() == before
    write_code(root, 'ngettext("{n} claim", "{n} claims", 1)\n')
    assert catalogue.main(["update", "compile", "check"], root) == 0
    assert "没有" not in (root / catalogue.PO).read_text(encoding="utf-8")


def test_changed_message_keeps_its_translation_as_fuzzy(root: Path) -> None:
    write_code(root, CODE.replace("unknown column", "unknown columns"))
    assert catalogue.main(["update"], root) == 0
    assert any("is fuzzy" in found for found in catalogue.problems(root))


def test_broken_po_is_an_error(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(root, ('msgid "unknown', 'mgid "unknown'))
    assert catalogue.main(["check"], root) == 1
    assert "mediaid.po" in capsys.readouterr().err
