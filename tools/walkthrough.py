"""Run the commands of a page and write their output into it.

usage: python tools/walkthrough.py PAGE.md…

A page shows commands in blocks that begin with ```console: `$ ` begins a command, `> ` goes on with
it, everything else is its output. All commands of a page run one after the other in one shell, in a
new folder in which `benchmarks` is that of the project.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_BLOCK = re.compile(r"(?<=```console\n).*?(?=```)", re.DOTALL)
_MARK = "=== command"


@dataclass(frozen=True)
class Command:
    """A command of a page, as it is typed, and the output that stands below it."""

    text: str
    output: str


def commands(page: str) -> list[Command]:
    """Return the commands of a page in their order."""
    found: list[Command] = []
    for block in _BLOCK.findall(page):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            lines = part.splitlines(keepends=True)
            more = next(
                (i for i, its in enumerate(lines[1:], 1) if not its.startswith("> ")), len(lines)
            )
            text = lines[0] + "".join(its[2:] for its in lines[1:more])
            found.append(Command(text.rstrip("\n"), "".join(lines[more:])))
    return found


def run(texts: list[str], folder: Path) -> list[str]:
    """Run commands in one shell in a folder; return what each printed."""
    (folder / "benchmarks").symlink_to(ROOT / "benchmarks")
    script = "".join(f"{text}\necho '{_MARK}'\n" for text in texts)
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "COLUMNS": "100",
    }
    environment.pop("MEDIAID_LANG", None)
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.stdout.split(f"{_MARK}\n")[: len(texts)]


def with_outputs(page: str, outputs: list[str]) -> str:
    """Return a page with other outputs below its commands."""
    rest = iter(outputs)

    def renewed(block: re.Match[str]) -> str:
        parts = []
        for command in commands(f"```console\n{block[0]}```"):
            typed = command.text.replace("\n", "\n> ")
            parts.append(f"$ {typed}\n{next(rest)}")
        return "".join(parts)

    return _BLOCK.sub(renewed, page)


def main() -> int:
    for name in sys.argv[1:]:
        path = Path(name)
        page = path.read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory() as folder:
            outputs = run([its.text for its in commands(page)], Path(folder))
        path.write_text(with_outputs(page, outputs), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
