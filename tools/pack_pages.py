"""Write docs/packs/: a page for each shipped pack, in English and in Chinese.

usage: python tools/pack_pages.py [check]

With `check` nothing is written; the exit code is 1 if a page is not what would be written.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from mediaid import i18n, load_pack
from mediaid.packs.folder.find import shipped_packs
from mediaid.packs.model import Pack
from mediaid.scenarios import runner
from mediaid.scenarios.coverage.page import page
from mediaid.scenarios.coverage.run import Coverage, coverage
from mediaid.scenarios.coverage.suite import suite_of
from mediaid.scenarios.model import Scenario

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "packs"
SUFFIXES: dict[i18n.Lang, str] = {"en": ".md", "zh": ".zh-CN.md"}


def link(scenario: Scenario) -> str:
    """Return where a scenario stands, seen from the folder of the pages."""
    path = Path(scenario.source.name)
    inside = path.relative_to(ROOT) if path.is_absolute() else path
    return f"../../{inside.as_posix()}#L{scenario.line}"


def covered(pack: Pack) -> Coverage:
    """Try every small change of a shipped pack on its scenarios."""
    return coverage(pack, suite_of([runner.shipped() / pack.id], pack))


def pages(pack: Pack, found: Coverage) -> Iterator[tuple[Path, str]]:
    """Yield the pages of a pack: file and text."""
    before = i18n.language()
    for lang, suffix in SUFFIXES.items():
        i18n.choose(lang)
        yield FOLDER / f"{pack.id}{suffix}", page(pack, found, link)
    i18n.choose(before)


def main() -> int:
    checking = sys.argv[1:] == ["check"]
    stale = 0
    for name in shipped_packs():
        pack = load_pack(name)
        for path, text in pages(pack, covered(pack)):
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                stale += 1
                print(path.relative_to(ROOT), "is stale" if checking else "written")
                if not checking:
                    path.parent.mkdir(exist_ok=True)
                    path.write_text(text, encoding="utf-8")
    return int(checking and stale > 0)


if __name__ == "__main__":
    sys.exit(main())
