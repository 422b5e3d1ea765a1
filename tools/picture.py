"""Make a picture of a screen from the running program: `python tools/picture.py SCENE FILE …`.

    python tools/picture.py entry docs/images/entry.png --size 132x40 --lang en
    python tools/picture.py all /tmp/pictures --size 80x24

SCENE is one of tests/tui_scenes.py; `all` makes a picture of each in a folder. An .svg names fonts
in which a Chinese character is as wide as two letters, and puts every character into its cell, so
that columns stand whatever font is there. A .png is drawn from it by Chromium, which has to be
installed, with a font such as Noto Sans Mono CJK SC (`apt-get install chromium fonts-noto-cjk`).
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from html import escape
from itertools import groupby
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from rich.cells import cell_len
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import DIMMED_MONOKAI

WIDTH, HEIGHT, FONT, EDGE = 9.0, 22.0, 18.0, 8.0
"""Of a cell, of a character and of the border, in pixels."""
FONTS = "'Noto Sans Mono CJK SC','Sarasa Mono SC','Source Han Mono SC','NSimSun',monospace"
LOWER = "▁▂▃▄▅▆▇█"
LEFT = "█▉▊▋▌▍▎▏"
SHADES = {"░": 0.25, "▒": 0.5, "▓": 0.7}
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


def colour(its: Color | None, default: str, *, foreground: bool) -> str:
    """A colour as #rrggbb."""
    if its is None or its.is_default:
        return default
    return its.get_truecolor(DIMMED_MONOKAI, foreground).hex


def shape(character: str, times: int, x: float, y: float, ink: str) -> str:
    """A block character, so many times, as a box: glyphs of fonts leave gaps between cells."""
    wide = WIDTH * times

    def box(dx: float, dy: float, width: float, height: float, opacity: float = 1) -> str:
        faint = f' opacity="{opacity}"' if opacity < 1 else ""
        return (
            f'<rect x="{x + dx:g}" y="{y + dy:g}" width="{width:g}" height="{height:g}" '
            f'fill="{ink}"{faint}/>'
        )

    if character in SHADES:
        return box(0, 3, wide, HEIGHT - 6, SHADES[character])
    if character == "█":
        return box(0, 3, wide, HEIGHT - 6)
    if character in LOWER:
        height = HEIGHT * (LOWER.index(character) + 1) / 8
        return box(0, HEIGHT - height, wide, height)
    if character in LEFT:
        return box(0, 0, WIDTH * (8 - LEFT.index(character)) / 8, HEIGHT)
    return box(0, 0, wide, HEIGHT / 8) if character == "▔" else ""


def run(segment: Segment, x: float, y: float) -> Iterator[str]:
    """A run of one style: its ground, its blocks, and its letters, each in its cell."""
    style = segment.style or Style()
    ink = colour(style.color, "#e0e0e0", foreground=True)
    ground = colour(style.bgcolor, "#121212", foreground=False)
    if style.reverse:
        ink, ground = ground, ink
    cells = cell_len(segment.text)
    yield (
        f'<rect x="{x:g}" y="{y:g}" width="{cells * WIDTH:g}" height="{HEIGHT:g}" fill="{ground}"/>'
    )
    places, letters, at = [], [], x
    for character, same in groupby(segment.text):
        times = len(list(same))
        box = shape(character, times, at, y, ink)
        if box:
            yield box
        for number in range(times):
            if not box and character != " ":
                places.append(f"{at + number * cell_len(character) * WIDTH:g}")
                letters.append(character)
        at += times * cell_len(character) * WIDTH
    if letters:
        look = ' font-weight="bold"' if style.bold else ""
        look += ' opacity="0.65"' if style.dim else ""
        yield (
            f'<text x="{" ".join(places)}" y="{y + HEIGHT * 0.76:g}" fill="{ink}"{look}>'
            f"{escape(''.join(letters))}</text>"
        )


def svg(lines: list[list[Segment]]) -> str:
    """A screen as a picture."""
    width = max(sum(cell_len(segment.text) for segment in line) for line in lines) * WIDTH
    size = width + 2 * EDGE, len(lines) * HEIGHT + 2 * EDGE
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size[0]:g} {size[1]:g}" '
        f'width="{size[0]:g}" height="{size[1]:g}" font-family="{FONTS}" font-size="{FONT:g}">',
        f'<rect width="{size[0]:g}" height="{size[1]:g}" rx="6" fill="#121212"/>',
    ]
    for row, line in enumerate(lines):
        x = EDGE
        for segment in line:
            parts += run(segment, x, EDGE + row * HEIGHT)
            x += cell_len(segment.text) * WIDTH
    return "\n".join([*parts, "</svg>", ""])


@cache
def demonstration() -> bytes:
    """The register of made-up people."""
    from mediaid.register.demonstration import make_demonstration  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "register.db")
        make_demonstration(file)
        return file.read_bytes()


def drawn(scene: str, size: tuple[int, int], lang: str) -> list[list[Segment]]:
    """Run the program up to a scene; return its screen."""
    with tempfile.TemporaryDirectory() as state:
        os.environ["MEDIAID_STATE"] = state
        from mediaid.i18n import choose  # noqa: PLC0415 - after the state's folder is set
        from tui_scenes import ALL, ON_THE_DEMONSTRATION  # noqa: PLC0415
        from tui_support import Desk, drive  # noqa: PLC0415

        choose("en" if lang == "en" else "zh")
        found: list[list[Segment]] = []

        register = ""
        if scene in ON_THE_DEMONSTRATION:
            register = str(Path(state, "register.db"))
            Path(register).write_bytes(demonstration())

        async def scenario(desk: Desk) -> None:
            await ALL[scene](desk)
            await desk.settled()
            desk.grid()
            found.extend(list(strip) for strip in desk.app.screen._compositor.render_strips())

        drive(scenario, size, register)
        return found


def png(picture: str, file: Path) -> None:
    """Draw an SVG by Chromium; twice as fine as its pixels."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        sys.exit("no Chromium here: write an .svg, or install chromium and fonts-noto-cjk")
    width, height = re.findall(r' (?:width|height)="([0-9.]+)"', picture)[:2]
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "page.html")
        page.write_text(
            f'<meta charset="utf-8"><style>*{{margin:0}}</style>{picture}', encoding="utf-8"
        )
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        options += ["--force-device-scale-factor=1.5", f"--user-data-dir={folder}/user"]
        options += [f"--window-size={round(float(width))},{round(float(height))}"]
        command = [browser, *options, f"--screenshot={file.resolve()}", page.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=120)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("scene", help="a scene, or all")
    parser.add_argument("file", type=Path, help="an .svg or .png; a folder for all")
    parser.add_argument("--size", default="120x36", help="columns and lines")
    parser.add_argument("--lang", default="zh", choices=("zh", "en"))
    options = parser.parse_args()
    columns, rows = map(int, options.size.split("x"))
    pictures = {options.scene: options.file}
    if options.scene == "all":
        from tui_scenes import ALL  # noqa: PLC0415

        pictures = {
            scene: options.file / f"{scene}-{options.size}-{options.lang}.png" for scene in ALL
        }
    for scene, file in pictures.items():
        picture = svg(drawn(scene, (columns, rows), options.lang))
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.suffix == ".png":
            png(picture, file)
        else:
            file.write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()
