"""Which file formats are read and written: by the extension of the file's name."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Literal

from mediaid.faults import ClaimError, Fault, visible_path
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from pathlib import Path

Format = Literal["csv", "parquet", "xlsx"]
FORMATS: dict[str, Format] = {".csv": "csv", ".parquet": "parquet", ".xlsx": "xlsx"}


LIBRARIES = ("polars", "python_calamine", "xlsxwriter")


def need_libraries() -> None:
    """ClaimError if what reads and writes files is not installed."""
    missing = [name for name in LIBRARIES if find_spec(name) is None]
    if missing:
        raise ClaimError(
            _("reading claims from a file needs {libraries}: pip install 'mediaid[batch]'").format(
                libraries=", ".join(missing)
            )
        )


def format_of(path: Path) -> Format:
    """The format of a file by its extension; ClaimError for any other than those three."""
    found = FORMATS.get(path.suffix.lower())
    if found is not None:
        return found
    raise ClaimError(
        Fault(
            visible_path(path),
            _(
                "claims and results are .csv, .parquet or .xlsx files: save it as one of these, "
                "or name it so"
            ),
        )
    )


def refuse_disguised(path: Path, head: bytes) -> None:
    """ClaimError if a .csv file begins like a file of another kind."""
    if head.startswith(b"PK\x03\x04"):
        wanted = _("it is a workbook or another zip file: name it .xlsx")
    elif head.startswith(b"PAR1"):
        wanted = _("it is a Parquet file: name it .parquet")
    elif head.startswith(b"\xd0\xcf\x11\xe0"):
        wanted = _("it is an old Excel workbook: save it as .xlsx")
    elif head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in head:
        wanted = _("it is UTF-16 text or no text at all: save it as CSV UTF-8")
    else:
        return
    raise ClaimError(Fault(visible_path(path), _("is not a CSV file: {what}").format(what=wanted)))
