"""Files that hold what is nobody else's business."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from mediaid.faults import Fault, RegisterError, why_not
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from pathlib import Path

OWNER_ALONE = 0o600


def create_private(path: Path) -> int:
    """Create a file that its owner alone reads and writes, whatever the umask; return it open.

    Raises RegisterError where there is one, or it cannot be made.
    """
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, OWNER_ALONE)
    except FileExistsError:
        raise RegisterError(Fault(str(path), _("exists already: it is left as it is"))) from None
    except OSError as error:
        raise RegisterError(Fault(str(path), why_not(error))) from None
    if hasattr(os, "fchmod"):
        os.fchmod(handle, OWNER_ALONE)  # a umask only takes away, be it from the owner
    return handle
