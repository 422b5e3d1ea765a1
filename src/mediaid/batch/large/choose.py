"""Whether a job is settled in memory or piece by piece; imports little, since every batch asks."""

from __future__ import annotations

from glob import has_magic
from typing import TYPE_CHECKING

from mediaid.batch.formats import format_of
from mediaid.batch.large.inputs import Input
from mediaid.batch.large.limits import WHOLE, usable_memory
from mediaid.batch.large.parts import estimated_rows
from mediaid.batch.source import reading
from mediaid.faults import ClaimError, Fault, visible_path
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from pathlib import Path

    from mediaid.batch.job import Job


def in_pieces(job: Job) -> bool:
    """Whether a job is too large for memory, or asks for what only pieces give."""
    asked = {
        "--opening": job.opening,
        "--closing": job.closing,
        "--summary": job.summary,
        "--resume": job.resume or None,
    }
    if job.mapping is not None:
        _refuse_pieces(job)
        return False
    with reading(job.claims):
        is_file = job.claims.is_file()
        several = not is_file and (job.claims.is_dir() or has_magic(str(job.claims)))
    if several or any(value is not None for value in asked.values()):
        return True
    if not is_file:
        return False
    if format_of(job.claims) == "xlsx":
        return False
    return not fits(job.claims, usable_memory() if job.memory is None else job.memory)


def fits(claims: Path, memory: int) -> bool:
    """Whether a file of claims can be settled in that much memory at once."""
    return estimated_rows(Input(claims, (claims,))) * WHOLE <= memory


def _refuse_pieces(job: Job) -> None:
    """ClaimError for what only pieces give, of a file that a mapping reads: refunds, totals and a
    roster take all of it at once."""
    asked = {"--resume": job.resume or None, "--memory": job.memory}
    faults = [
        Fault(
            name,
            _(
                "does not go with --mapping: a file read by one is settled in memory, whole. "
                "Leave it out; a file that is too large can be split by person"
            ),
        )
        for name, value in asked.items()
        if value is not None
    ]
    if not job.claims.is_file() and (job.claims.is_dir() or has_magic(str(job.claims))):
        faults.append(
            Fault(visible_path(job.claims), _("a mapping reads one file: name it, not a folder"))
        )
    if faults:
        raise ClaimError(faults)
