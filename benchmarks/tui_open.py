"""Open the terminal interface, or an empty Textual app, and end at the first picture.

TEXTUAL_DRIVER=tui_driver:FirstPaint python benchmarks/tui_open.py mediaid|bare
"""

from __future__ import annotations

import os
import sys


def main() -> None:
    os.environ["TEXTUAL_DISABLE_KITTY_KEY"] = "1"
    if sys.argv[1] == "mediaid":
        from mediaid.tui.launch import launch  # noqa: PLC0415 - what it loads is measured

        launch(language_given=True)
    else:
        from textual.app import App  # noqa: PLC0415

        App[None]().run()
    sys.exit("the app ended before anything was drawn")


if __name__ == "__main__":
    main()
