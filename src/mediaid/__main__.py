"""`python -m mediaid` is the command line too."""

from mediaid.cli.main import run

run()
