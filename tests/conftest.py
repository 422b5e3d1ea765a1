"""What all tests share: English, outside tools they may ask for, and how hypothesis searches."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, settings

from mediaid import i18n


@dataclass(frozen=True)
class Tool:
    """A program that pip cannot install: any of these commands will do."""

    commands: tuple[str, ...]
    how_to_get: str


TOOLS = {
    "browser": Tool(("chromium", "chromium-browser", "google-chrome"), "sudo apt install chromium"),
    "java": Tool(("java",), "sudo apt install openjdk-17-jre-headless"),
    "libreoffice": Tool(("soffice", "libreoffice"), "sudo apt install libreoffice"),
    "tmux": Tool(("tmux",), "sudo apt install tmux"),
}


def required_tools() -> set[str]:
    """The tools that MEDIAID_REQUIRE names: without them a test fails instead of skipping."""
    return {name.strip() for name in os.environ.get("MEDIAID_REQUIRE", "").split(",")} - {""}


def pytest_configure() -> None:
    """Refuse a misspelt tool, whose tests would be skipped after all."""
    if unknown := sorted(required_tools() - set(TOOLS)):
        raise pytest.UsageError(
            f"MEDIAID_REQUIRE names {', '.join(unknown)}; known tools are {', '.join(TOOLS)}"
        )


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Messages in English, whatever a test does and wherever it runs; `command.mediaid` is asked
    as a user would ask it, in the default language."""
    i18n.choose("en")
    yield
    i18n.choose(None)


@pytest.fixture(scope="session")
def require() -> Callable[[str], str]:
    """Give `require(tool)`: the path of the tool's command, or else the test ends here.

    Without the tool the test is skipped, saying how to get it, and fails if MEDIAID_REQUIRE names
    the tool. KeyError for a tool that TOOLS does not list.
    """

    def found(name: str) -> str:
        tool = TOOLS[name]
        for command in tool.commands:
            if path := shutil.which(command):
                return path
        message = (
            f"needs {name} (none of these is on the PATH: {', '.join(tool.commands)}); "
            f"get it, for example with: {tool.how_to_get}"
        )
        if name in required_tools():
            pytest.fail(f"MEDIAID_REQUIRE: {message}", pytrace=False)
        pytest.skip(message)

    return found


# No test depends on how fast the machine is. `default` searches anew in every run; `ci` tries the
# same examples each time, so that a red run there is about the change; `thorough` is for a night.
# Choose one by MEDIAID_HYPOTHESIS.
_UNHURRIED = settings(deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("default", _UNHURRIED)
settings.register_profile("ci", _UNHURRIED, derandomize=True, max_examples=200)
settings.register_profile("thorough", _UNHURRIED, max_examples=5000)
settings.load_profile(os.environ.get("MEDIAID_HYPOTHESIS", "default"))
