"""Two people at one register, each in a real terminal: from an empty register to an approved case.

On PostgreSQL, where who somebody is comes from the role they log in with.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from mediaid.register.database.open import open_register
from mediaid.register.database.roles import APPROVER, CLERK, REVIEWER, make_roles
from mediaid.register.views.cases import case_data
from register_support import resident_number
from test_tui_terminal import Tmux, shown, tmux
from tui_support import SIZES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from postgresql import Server

__all__ = ["tmux"]

STAFF = {"desk_clerk": (CLERK,), "desk_approver": (REVIEWER, APPROVER)}


@pytest.fixture
def urls(postgresql: Server, postgresql_template: str) -> Iterator[dict[str, str]]:
    """An empty register, and the URL by which each of the staff opens it."""
    database = postgresql.database(postgresql_template)
    register = open_register(postgresql.url_of(database))
    make_roles(register)
    register.close()
    for name, groups in STAFF.items():
        postgresql.run(f"CREATE ROLE {name} LOGIN IN ROLE {', '.join(groups)}")
    yield {
        "owner": postgresql.url_of(database),
        **{name: postgresql.url_of(database, name) for name in STAFF},
    }
    for name in STAFF:
        postgresql.run(f"DROP ROLE {name}")


def opened(tmux: Tmux, state: Path, url: str, size: tuple[int, int] = SIZES[0]) -> None:
    """Open the interface as somebody, in a terminal of their own."""
    command = (
        f"env MEDIAID_STATE={state} MEDIAID_LANG=zh {sys.executable} -m mediaid "
        f"--register '{url}'; echo ended $?; cat"
    )
    tmux("new-session", "-d", "-x", str(size[0]), "-y", str(size[1]), command)


def keys(tmux: Tmux, *words: str) -> None:
    tmux("send-keys", *words)


def test_from_an_empty_register_to_an_approved_case(  # noqa: PLR0915 - one story
    tmux: Tmux, tmp_path: Path, urls: dict[str, str]
) -> None:
    (tmp_path / "clerk").mkdir()
    (tmp_path / "clerk" / "settings.json").write_text('{"office": "MH"}', encoding="utf-8")
    opened(tmux, tmp_path / "clerk", urls["desk_clerk"])
    shown(tmux, "人员", "自负金额")
    keys(tmux, "张示")
    shown(tmux, "新人员：张示")
    keys(tmux, "Enter")
    shown(tmux, "证件种类")
    keys(tmux, resident_number(3), "Enter", "某镇", "Enter", "低保", "Enter", "jm", "Enter")
    keys(tmux, "２０２３年1月1日", "Enter")
    shown(tmux, "张*", "低保家庭成员")
    keys(tmux, "20230501", "Enter", "住院", "Enter", "８０００。5")
    shown(tmux, "7,200.45", "柒仟贰佰元肆角伍分")

    # The terminal is closed with a kill, and opened again: the draft is there, and the person.
    pid = tmux("list-panes", "-F", "#{pane_pid}").strip()
    children = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", pid], check=True, capture_output=True, text=True
    )
    os.kill(int(children.stdout.split()[0]), 9)
    shown(tmux, "ended 137")
    tmux("kill-session")
    opened(tmux, tmp_path / "clerk", urls["desk_clerk"])
    shown(tmux, "张*", "低保家庭成员", "7,200.45")

    keys(tmux, "Tab", "Tab", "Tab", "Tab", "示范医院", "Tab", "A1", "C-s")
    shown(tmux, "出院小结", "费用清单")
    keys(tmux, "Space", "Enter", "Space", "Enter", "Space", "Enter")
    shown(tmux, "7,200.45", "y：是")
    keys(tmux, "y")
    shown(tmux, "MH-", "已提交")
    keys(tmux, "F10")
    shown(tmux, "待审核")
    keys(tmux, "F7")
    shown(tmux, "y：是")
    keys(tmux, "y")
    shown(tmux, "您的数据库角色无权这样做")
    keys(tmux, "Enter", "C-q")
    shown(tmux, "ended 0")
    tmux("kill-session")

    # Somebody else reviews, approves, and explains the figure to the claimant, on a large screen.
    opened(tmux, tmp_path / "approver", urls["desk_approver"], SIZES[1])
    shown(tmux, "人员", "自负金额")
    keys(tmux, "F10")
    shown(tmux, "待审核")
    keys(tmux, "F7")
    shown(tmux, "y：是")
    keys(tmux, "y")
    shown(tmux, "待审批", "7,200.45")
    keys(tmux, "F7")
    shown(tmux, "y：是")
    keys(tmux, "y")
    shown(tmux, "待发放")
    keys(tmux, "张示", "Enter")
    shown(tmux, "待发放", "示范医院")
    shown(tmux, "8,000.50 × 90% = 7,200.45")
    keys(tmux, "F6")
    shown(tmux, "2023 年单据", "7,200.45", "122,799.55")
    keys(tmux, "Escape")
    shown(tmux, "待发放", "示范医院")
    keys(tmux, "C-q")
    assert "Traceback" not in shown(tmux, "ended 0")

    register = open_register(urls["owner"])
    with register.read() as connection:
        numbers = case_data(connection, _only_case(connection))
    register.close()
    assert (numbers["state"], numbers["accepted_by"]) == ("approved", "desk_clerk")
    (determination,) = numbers["determinations"]
    assert determination["approved_by"] == "desk_approver"
    assert determination["separation_proven"]
    assert determination["aid"] == "7200.45"


def _only_case(connection: object) -> str:
    from sqlalchemy import Connection, select  # noqa: PLC0415

    from mediaid.register.schema import aid_case  # noqa: PLC0415

    assert isinstance(connection, Connection)
    return str(connection.execute(select(aid_case.c.number)).scalar_one())
