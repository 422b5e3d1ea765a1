"""A Spark session for a job, or what is missing for one."""

from __future__ import annotations

import shutil
import sys
from contextlib import contextmanager
from importlib.util import find_spec
from os import environ
from typing import TYPE_CHECKING, Any

from mediaid.faults import ClaimError, Fault, visible
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator

ROWS_A_BATCH = 50_000
"""Rows that go to Python at a time: with Spark's own 10,000 its start costs more than the work."""


def need_spark() -> None:
    """ClaimError if PySpark or Java is missing."""
    missing = [name for name in ("pyspark", "pyarrow") if find_spec(name) is None]
    if missing:
        raise ClaimError(
            _("--engine spark needs {libraries}: pip install 'mediaid[spark]'").format(
                libraries=", ".join(missing)
            )
        )
    if shutil.which("java") is None and "JAVA_HOME" not in environ:
        raise ClaimError(
            _(
                "--engine spark needs Java 17: install it, on Debian with sudo apt install "
                "openjdk-17-jre-headless"
            )
        )


@contextmanager
def session(master: str | None) -> Iterator[Any]:
    """Open a session, and close it unless it was there before."""
    from pyspark.sql import SparkSession  # noqa: PLC0415 - a second of import

    before = SparkSession.getActiveSession()
    if before is not None:
        yield before
        return
    builder = SparkSession.builder.appName("mediaid").config("spark.ui.enabled", "false")
    builder = builder.config("spark.ui.showConsoleProgress", "false")
    try:
        spark = _started(builder, master)
    except Exception as error:  # whatever Java says
        said = str(error).strip().splitlines()
        raise ClaimError(
            Fault(
                "--master",
                _("Spark does not start: {reason}").format(
                    reason=visible(said[0] if said else type(error).__name__)
                ),
            )
        ) from error
    try:
        yield spark
    finally:
        spark.stop()


@contextmanager
def failing(where: str = "Spark") -> Iterator[None]:
    """Turn what Spark raises into a ClaimError with the line that says what it is."""
    from py4j.protocol import Py4JError  # type: ignore[import-untyped]  # noqa: PLC0415
    from pyspark.errors import PySparkException  # noqa: PLC0415

    try:
        yield
    except (PySparkException, Py4JError) as error:
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        telling = [line for line in lines if "Error: " in line or "Exception: " in line]
        reason = visible((telling or lines or [type(error).__name__])[-1])
        raise ClaimError(
            Fault(where, _("Spark has failed: {reason}").format(reason=reason))
        ) from error


def _started(builder: Any, master: str | None) -> Any:
    """With this master, else that of spark-defaults.conf or spark-submit, else on this machine."""
    if master is None:
        try:
            return builder.getOrCreate()
        except Exception as error:
            if "master URL must be set" not in str(error):
                raise
        master = "local[*]"
    if master.startswith("local"):
        # Workers on this machine find what the driver has, whatever its `python3` is.
        environ.setdefault("PYSPARK_PYTHON", sys.executable)
    return builder.master(master).getOrCreate()
