"""What all tests share: English, outside tools they may ask for, and how hypothesis searches."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from mediaid import i18n

if TYPE_CHECKING:
    from postgresql import Server
    from register_support import Office


@dataclass(frozen=True)
class Tool:
    """A program that pip cannot install: any of these commands will do."""

    commands: tuple[str, ...]
    how_to_get: str


TOOLS = {
    "browser": Tool(("chromium", "chromium-browser", "google-chrome"), "sudo apt install chromium"),
    "java": Tool(("java",), "sudo apt install openjdk-17-jre-headless"),
    "libreoffice": Tool(("soffice", "libreoffice"), "sudo apt install libreoffice-calc"),
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


LONGEST = (
    "test_docs_policy_year",
    "test_spark",
    "test_tui_screens",
    "test_tui_import",
    "test_tui_register",
    "test_tui_budget",
    "test_register_model",
    "test_scenario_coverage",
    "test_budget_reconcile",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take longest come first, so that no process is left alone with one of them."""
    place = {name: at for at, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path.stem, len(LONGEST)))


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


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A PostgreSQL server, started when the first test asks for it."""
    from postgresql import running  # noqa: PLC0415 - for few of all tests

    with running() as server:
        yield server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A register with one office and the Minhang rules, to be copied."""
    path = tmp_path_factory.mktemp("register") / "template.db"
    _prepare(str(path))
    return path


@pytest.fixture(scope="session")
def postgresql_template(postgresql: Server) -> str:
    """The same on PostgreSQL: a database's name."""
    name = postgresql.database()
    _prepare(postgresql.url_of(name))
    return name


@pytest.fixture(scope="session")
def renewed_postgresql(postgresql: Server, postgresql_template: str) -> Callable[[], str]:
    """Give a URL of such a register, as good as new with each call: always the same database.

    To make a database takes several times as long, and some 8 MB of disk.
    """
    from register_support import Renewed  # noqa: PLC0415

    return Renewed(postgresql.url_of(postgresql.database(postgresql_template)))


def _prepare(where: str) -> None:
    from mediaid.packs.load import load_pack  # noqa: PLC0415 - for few of all tests
    from mediaid.register.database.open import create_register  # noqa: PLC0415
    from mediaid.register.determinations.packs import adopt_pack  # noqa: PLC0415
    from register_support import Office  # noqa: PLC0415

    office = Office()
    register = create_register(
        where, {"MH": "某镇", "XZ": "莘庄镇"}, clock=office.clock, who=office.who
    )
    with register.write("pack.adopt") as work:
        adopt_pack(work, load_pack("shanghai-minhang"))
    register.close()


@pytest.fixture
def sqlite_place(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh register with offices MH and XZ: its file."""
    path = tmp_path / "register.db"
    shutil.copyfile(sqlite_template, path)
    path.chmod(0o600)
    return str(path)


@pytest.fixture
def postgresql_place(renewed_postgresql: Callable[[], str]) -> str:
    """The same on PostgreSQL: its URL."""
    return renewed_postgresql()


@pytest.fixture(params=["sqlite_place", "postgresql_place"], ids=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest) -> str:
    """The same on each database in turn."""
    found: str = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def office(place: str) -> Iterator[Office]:
    """People at work in a fresh register, on each database."""
    with _at_work(place) as its:
        yield its


@pytest.fixture
def sqlite_office(sqlite_place: str) -> Iterator[Office]:
    """People at work in a fresh register on SQLite."""
    with _at_work(sqlite_place) as its:
        yield its


@pytest.fixture
def postgresql_office(postgresql_place: str) -> Iterator[Office]:
    """People at work in a fresh register on PostgreSQL."""
    with _at_work(postgresql_place) as its:
        yield its


@contextmanager
def _at_work(place: str) -> Iterator[Office]:
    from mediaid.register.database.open import open_register  # noqa: PLC0415
    from register_support import Office  # noqa: PLC0415

    its = Office()
    its.register = open_register(place, clock=its.clock, who=its.who)
    yield its
    its.register.close()


# No test depends on how fast the machine is. `default` searches anew in every run; `ci` tries the
# same examples each time, so that a red run there is about the change; `thorough` is for a night.
# Choose one by MEDIAID_HYPOTHESIS.
_UNHURRIED = settings(deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("default", _UNHURRIED)
settings.register_profile("ci", _UNHURRIED, derandomize=True)
settings.register_profile("thorough", _UNHURRIED, max_examples=5000)
settings.load_profile(os.environ.get("MEDIAID_HYPOTHESIS", "default"))
