"""Have the messages of a test module in English: `from batch_language import english`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mediaid import i18n


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """English messages in every test of the module that imports this."""
    i18n.choose("en")
    yield
    i18n.choose(None)
