"""What the screens look like, as text: a file per screen and size in tests/snapshots.

After a change that is meant to be seen, write the files anew and look at them in the diff:

    MEDIAID_SNAPSHOTS=renew .venv/bin/pytest tests/test_tui_snapshots.py

A file holds the screen line by line; each is as many cells wide as the screen. The hash of the
rules is blotted out, since it changes with every rule.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from rich.cells import cell_len

from mediaid import i18n
from mediaid.register.demonstration import make_demonstration
from tui_scenes import ALL, ON_THE_DEMONSTRATION, PLAYED
from tui_support import SIZES, Desk, drive

KEPT = [scene for scene in ALL if scene not in PLAYED]
FOLDER = Path(__file__).parent / "snapshots"
_HASH = re.compile(r"(?<=sha256:)[0-9a-f]+")


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDIAID_STATE", str(tmp_path / "state"))


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> str:
    return make_demonstration(tmp_path_factory.mktemp("demonstration") / "register.db")


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "160x50"])
@pytest.mark.parametrize("scene", KEPT)
def test_the_screen_looks_as_it_did(scene: str, size: tuple[int, int], demonstration: str) -> None:
    i18n.choose("zh")
    drawn: list[str] = []

    async def scenario(desk: Desk) -> None:
        await ALL[scene](desk)
        await desk.settled()
        drawn.extend(desk.grid())

    drive(scenario, size, demonstration if scene in ON_THE_DEMONSTRATION else "")
    lines = [_HASH.sub(lambda found: "#" * len(found[0]), line) for line in drawn]
    file = FOLDER / f"{scene}-{size[0]}x{size[1]}.txt"
    if os.environ.get("MEDIAID_SNAPSHOTS") == "renew":
        file.parent.mkdir(exist_ok=True)
        file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    assert lines == file.read_text(encoding="utf-8").splitlines(), f"see the head of {__file__}"


@pytest.mark.parametrize("scene", sorted(PLAYED))
def test_the_other_pictures_can_be_made(scene: str, demonstration: str) -> None:
    i18n.choose("en")

    async def scenario(desk: Desk) -> None:
        await ALL[scene](desk)
        await desk.settled()
        desk.grid()

    drive(scenario, SIZES[0], demonstration if scene in ON_THE_DEMONSTRATION else "")


def test_every_line_of_every_snapshot_is_as_wide_as_its_screen() -> None:
    files = {file.name for file in FOLDER.glob("*.txt")}
    assert files == {f"{scene}-{width}x{height}.txt" for scene in KEPT for width, height in SIZES}
    for file in files:
        width, height = map(int, re.findall(r"(\d+)x(\d+)", file)[0])
        lines = (FOLDER / file).read_text(encoding="utf-8").splitlines()
        assert len(lines) == height
        assert {cell_len(line) for line in lines} == {width}


def test_no_amount_is_cut_where_the_screen_ends(demonstration: Path) -> None:
    """Whatever the width: a part of an amount would be read as another amount."""
    seen: set[int] = set()

    async def scenario(desk: Desk) -> None:
        await ON_THE_DEMONSTRATION["register"](desk)
        for width in (80, 97, 111, 126, 127, 132, 140):
            await desk.pilot.resize_terminal(width, 24)
            await desk.settled()
            for line in desk.grid():
                for amount in re.findall(r"(?<![\w.])[\d,]*\d\.\d*", line):
                    assert re.fullmatch(r"(\d{1,3}(,\d{3})*)\.\d\d", amount), (width, line)
                    seen.add(width)

    drive(scenario, register=str(demonstration))
    assert len(seen) == 7
