"""Bring a register's schema to the one this program uses."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config

if TYPE_CHECKING:
    from sqlalchemy import Connection


def upgrade(connection: Connection, to: str = "head") -> None:
    """Run the migrations up to a revision, within the connection's transaction."""
    command.upgrade(_config(connection), to)


def _config(connection: Connection) -> Config:
    config = Config()
    # alembic reads % as the start of a placeholder
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
