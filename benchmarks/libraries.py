"""Print the libraries that a mediaid command loads: a line of comma-separated module names.

Runs the command in this process and lists, in the order of loading, every module that is neither
Python's own nor mediaid's, as far as it can be imported by its name. ``import`` of this list in a
fresh process is the bare import of the libraries that the command needs.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import sys

STANDARD = sys.stdlib_module_names | {"mediaid", "__main__", "benchmarks"}


def importable(name: str) -> bool:
    """Whether a module can be imported by its name; extensions leave names that cannot."""
    try:
        plain = all(part.isidentifier() for part in name.split("."))
        return plain and importlib.util.find_spec(name) is not None
    except (ImportError, ValueError, AttributeError):
        return False


def main() -> None:
    before = set(sys.modules)
    from mediaid.cli.main import main as run_command  # noqa: PLC0415 - what it loads is the question

    with (
        contextlib.suppress(SystemExit),
        open(os.devnull, "w") as nowhere,  # noqa: PTH123
        contextlib.redirect_stdout(nowhere),
    ):
        run_command(sys.argv[1:])
    loaded = [name for name in list(sys.modules) if name not in before]
    foreign = [name for name in loaded if name.partition(".")[0] not in STANDARD]
    print(",".join(name for name in foreign if importable(name)))


if __name__ == "__main__":
    main()
