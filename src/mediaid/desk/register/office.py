"""An open register, as the desk sees it."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mediaid.faults import RegisterError
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from mediaid.packs.model import Pack
    from mediaid.register.session import Register


@dataclass(frozen=True)
class Office:
    """A register that is open. `offices`: code → name, of those that take in cases in it.

    `identity` tells this register from all others; `actor` is who works here, as the register knows
    it; `demonstration`: its people are made up.
    """

    register: Register
    identity: str
    actor: str
    offices: dict[str, str]
    pack: Pack
    demonstration: bool

    @property
    def place(self) -> str:
        """The register's address, without a password."""
        return str(self.register.place)

    @property
    def name(self) -> str:
        """The file's name, or the whole address of a database: short enough for a bar."""
        path = self.register.place.path
        return self.place if path is None else path.name

    def close(self) -> None:
        """Close all connections."""
        self.register.close()


def open_office(where: str) -> Office:
    """Open a register. Raises RegisterError, which says what to do."""
    if (
        importlib.util.find_spec("sqlalchemy") is None
        or importlib.util.find_spec("alembic") is None
    ):
        raise RegisterError(_("the register needs its libraries: pip install 'mediaid[register]'"))
    from mediaid.register.database.open import open_register  # noqa: PLC0415 - may be missing
    from mediaid.register.session import read_setting  # noqa: PLC0415
    from mediaid.register.views.office import office_data  # noqa: PLC0415

    # Somebody waits before the screen: what another program holds longer is said sooner.
    register = open_register(where, busy_seconds=10)
    try:
        with register.read() as connection:
            its = office_data(connection)
            identity = read_setting(connection, "register") or ""
            actor = register.who(connection).name
    except BaseException:
        register.close()
        raise
    return Office(register, identity, actor, its.offices, its.pack, its.demonstration)
