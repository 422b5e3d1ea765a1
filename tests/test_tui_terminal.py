"""In a real terminal: Chinese typed through it, killed and opened again with the draft there."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

Tmux = Callable[..., str]


@pytest.fixture
def tmux(require: Callable[[str], str], tmp_path: Path) -> Iterator[Tmux]:
    """Give `tmux(*command)` for a server of its own, which ends with the test."""
    program = require("tmux")
    socket = str(tmp_path / "tmux")

    def call(*arguments: str) -> str:
        command = [program, "-S", socket, "-f", os.devnull, *arguments]
        environment = os.environ | {"LC_ALL": "C.UTF-8", "TERM": "xterm-256color"}
        return subprocess.run(
            command, check=True, capture_output=True, text=True, env=environment
        ).stdout

    yield call
    subprocess.run([program, "-S", socket, "kill-server"], check=False, capture_output=True)


def shown(tmux: Tmux, *texts: str) -> str:
    """Wait until the terminal shows all of some texts; return what it shows."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        screen = tmux("capture-pane", "-p")
        if all(text in screen for text in texts):
            return screen
        time.sleep(0.05)
    raise AssertionError(f"{texts} not shown in:\n{tmux('capture-pane', '-p')}")


def opened(tmux: Tmux, state: Path, size: tuple[int, int]) -> None:
    command = f"env MEDIAID_STATE={state} MEDIAID_LANG=zh {sys.executable} -m mediaid; echo $?; cat"
    tmux("new-session", "-d", "-x", str(size[0]), "-y", str(size[1]), command)


@pytest.mark.parametrize("size", [(80, 24), (160, 50)], ids=["80x24", "160x50"])
def test_chinese_is_typed_killed_and_there_again(
    tmux: Tmux, tmp_path: Path, size: tuple[int, int]
) -> None:
    opened(tmux, tmp_path / "state", size)
    shown(tmux, "人员编号", "参保类型", "自负金额")
    tmux("send-keys", "张三丰", "Enter", "低保", "Enter", "jm", "Enter", "2023年5月1日", "Enter")
    tmux("send-keys", "住院", "Enter", "８０００。5")
    shown(tmux, "张三丰", "低保家庭成员", "居民医保", "7,200.45", "柒仟贰佰元肆角伍分")
    pid = tmux("list-panes", "-F", "#{pane_pid}").strip()
    children = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", pid], check=True, capture_output=True, text=True
    )
    os.kill(int(children.stdout.split()[0]), 9)
    shown(tmux, "137")
    tmux("kill-session")
    opened(tmux, tmp_path / "state", size)
    shown(tmux, "张三丰", "8,000.50", "7,200.45")
    tmux("send-keys", "C-q")
    screen = shown(tmux, "0\n")
    assert "Traceback" not in screen


def test_without_a_terminal_it_says_so_and_ends(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "mediaid"],
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env=os.environ | {"MEDIAID_STATE": str(tmp_path), "MEDIAID_LANG": "en"},
    )
    assert ran.returncode == 2
    assert "there is no terminal" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert not list(tmp_path.iterdir())


def test_without_textual_it_says_what_to_install(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from mediaid.cli.main import main  # noqa: PLC0415
    from mediaid.tui import launch  # noqa: PLC0415

    monkeypatch.setattr(launch, "can_open", lambda: True)
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    assert main([]) == 2
    assert "pip install" in capsys.readouterr().err
