"""What the interface takes for granted of Textual beyond its documented names.

When one of these fails after Textual was upgraded, mend what is named here, then this test.
"""

from __future__ import annotations

import inspect
import re
from pathlib import Path

from textual.message_pump import MessagePump
from textual.screen import Screen

import mediaid.tui

SOURCES = Path(mediaid.tui.__file__).parent
PRIVATE = re.compile(r"(?:super\(\)|app|screen|widget|self\.app|self\.screen)\.(_[a-z]\w*)")


def test_the_guard_still_stands_where_messages_are_handled() -> None:
    dispatch = getattr(MessagePump, "_dispatch_message", None)
    assert dispatch is not None, (
        "tui/guard.py: Guarded catches errors of handlers by overriding _dispatch_message, which "
        "MessagePump no longer has. Find the method that calls a message's handlers and override "
        "that; tests/test_tui_screens.py::test_an_error_in_a_handler_is_told_and_ends_nothing "
        "proves that it works."
    )
    assert inspect.iscoroutinefunction(dispatch)
    assert list(inspect.signature(dispatch).parameters) == ["self", "message"]


def test_tests_can_still_read_the_screen() -> None:
    assert callable(getattr(Screen, "_on_timer_update", None)), (
        "tests/tui_support.py: Desk.settled draws what is due by Screen._on_timer_update; find "
        "what Textual's update timer calls now."
    )


def test_no_other_private_name_of_textual_is_used() -> None:
    found = {
        name
        for path in SOURCES.rglob("*.py")
        for name in PRIVATE.findall(path.read_text(encoding="utf-8"))
    }
    assert found == {"_dispatch_message"}, "use the public name, or guard it here as well"
