"""Terminals that are none: Textual draws for them as for a real one, and nobody looks.

Textual takes the class from the environment: TEXTUAL_DRIVER=tui_driver:FirstPaint.
"""

from __future__ import annotations

import os

from textual.drivers.headless_driver import HeadlessDriver

SIZE = (160, 50)


class Nowhere(HeadlessDriver):
    """A terminal of a fixed size that shows nothing; the app takes it for a real one."""

    sent = 0
    """Bytes a terminal would have had to read."""

    @property
    def is_headless(self) -> bool:
        return False

    def _get_terminal_size(self) -> tuple[int, int]:
        return SIZE

    def write(self, data: str) -> None:
        """Count what is sent."""
        Nowhere.sent += len(data.encode())


class FirstPaint(Nowhere):
    """Ends the process as soon as a whole screen has been drawn."""

    def write(self, data: str) -> None:
        """Wait for a screen: as many characters at least as it has lines."""
        if data.count("\n") >= SIZE[1] - 1 or len(data) >= SIZE[0] * SIZE[1] // 2:
            os._exit(0)
