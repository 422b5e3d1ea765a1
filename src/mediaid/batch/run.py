"""One batch: a file of claims in, a file of lines out, both whole or neither."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediaid.batch.any_source import open_source
from mediaid.batch.drafts import marked
from mediaid.batch.formats import format_of
from mediaid.batch.job import Job, quiet
from mediaid.batch.large.choose import in_pieces
from mediaid.batch.outputs import Outputs, refuse_paths, refusing
from mediaid.batch.refusals import SHOWN, refuse_bad_rows, refuse_no_claims
from mediaid.batch.rejects import rejects_frame, rejects_of_settled_holders
from mediaid.batch.result import result_frame, with_headings
from mediaid.batch.summary import Summary, provisional_of, sums_of
from mediaid.batch.table import read_table
from mediaid.batch.writers import refuse_too_long, unwatched, write_table
from mediaid.engine.pieces import settle_in_pieces
from mediaid.faults import ClaimError, Fault, MediaidError, visible_path
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import polars as pl

    from mediaid.batch.job import Report
    from mediaid.batch.table import Table


def run(job: Job, report: Report = quiet) -> Summary:
    """Settle a file of claims; write its lines and its rejected rows; say what it came to.

    Raises ClaimError with what is wrong: then no output appears, nor changes.
    """
    if in_pieces(job):
        from mediaid.batch.large.run import run_in_pieces  # noqa: PLC0415 - only what is needed

        return run_in_pieces(job, report)
    for path in job.outputs:
        format_of(path)
    refuse_paths(job.inputs, job.outputs)
    outputs = Outputs(job.outputs)
    with outputs as passing:
        report(_("reading"), 0)
        table = read_claims(job)
        refuse_no_claims(table)
        if job.rejects is None:
            refuse_bad_rows(table)
        refuse_too_long(table.count - table.problems.count, format_of(job.output), job.output)
        report(_("settling"), 0.35)
        places = dict(zip(job.outputs, passing, strict=True))
        frame, summary = _settled(table, job, places)
        report(_("writing"), 0.6)
        _write(frame, passing[0], job.output, job, lambda p: report(_("writing"), 0.6 + 0.4 * p))
        if job.rejects is not None:
            rejected = rejects_frame(table, job.chinese_headings)
            _write(rejected, places[job.rejects], job.rejects, job)
        if job.derivation is not None:
            from mediaid.batch.derivation import derivation_frame  # noqa: PLC0415
            from mediaid.batch.mapped.read import MappedTable  # noqa: PLC0415

            assert isinstance(table, MappedTable)
            derived = derivation_frame(table, job.chinese_headings)
            _write(derived, places[job.derivation], job.derivation, job)
        outputs.publish()
        report(_("done"), 1)
    return summary


def read_claims(job: Job) -> Table:
    """Read the job's claims, through its mapping if it has one.

    Raises ClaimError where the file as a whole cannot be read.
    """
    if job.mapping is None:
        try:
            return read_table(job.source or open_source(job.claims), job.pack, job.ignore)
        except ClaimError as error:
            raise ClaimError(_hint(job.claims) or error.faults) from error
    from mediaid.batch.mapped.read import read_mapped  # noqa: PLC0415 - only what is needed
    from mediaid.batch.mapped.roster import read_roster  # noqa: PLC0415

    roster = None
    if job.roster is not None:
        use = job.mapping.model.fields["category"]
        roster = read_roster(job.roster, job.pack, use.values)
    return read_mapped(job.claims, job.mapping, job.pack, roster, job.ignore)


def _hint(path: Path) -> list[Fault]:
    """Which mapping a file that is no plain file of claims fits, if any."""
    from mediaid.batch.mapped.head import first_rows  # noqa: PLC0415 - when something is wrong
    from mediaid.mappings.files import known_mappings, load_mapping  # noqa: PLC0415
    from mediaid.mappings.recognise import recognise  # noqa: PLC0415

    try:
        mappings = [load_mapping(name) for name in known_mappings()]
        fits = recognise([mapping.model for mapping in mappings], first_rows(path))
    except MediaidError:
        return []
    message = _(
        "has not the columns of a file of claims, and looks like {label}: read it with "
        "--mapping {mapping}"
    )
    return [
        Fault(visible_path(path), message.format(label=mapping.model.label, mapping=mapping.name))
        for fit in fits
        if fit.complete
        for mapping in mappings
        if mapping.model is fit.mapping
    ]


def _settled(table: Table, job: Job, places: Mapping[Path, Path]) -> tuple[pl.DataFrame, Summary]:
    claims = table.claims()
    if job.opening is None and job.closing is None:
        lines = marked(settle_in_pieces(claims, job.pack), job.pack)
    else:
        from mediaid.batch.large.whole import settle_with_pools  # noqa: PLC0415 - few ask

        lines = marked(settle_with_pools(claims, job, places), job.pack)
    refuse_too_long(lines.n, format_of(job.output), job.output)
    overpaid = "already_aided" in table.columns.positions
    frame = with_headings(result_frame(lines, claims, overpaid), job.chinese_headings)
    summary = Summary(
        pack=job.pack,
        claims=table.count,
        settled=claims.n,
        rejected=table.problems.count,
        of_settled_holders=rejects_of_settled_holders(table),
        lines=lines.n,
        sums=sums_of(lines, claims, job.pack),
        left_out=tuple(
            (reason, tuple((rows[:SHOWN] + table.source.first_row).tolist()), len(rows))
            for rows, reason in table.left_out
        ),
        notes=table.notes,
        provisional=provisional_of(lines),
    )
    if job.summary is not None:
        from mediaid.batch.large.whole import write_totals  # noqa: PLC0415 - few ask

        write_totals(lines, claims, summary, table, places[job.summary], job)
    return frame, summary


def _write(
    frame: pl.DataFrame,
    passing: Path,
    target: Path,
    job: Job,
    written: Callable[[float], None] = unwatched,
) -> None:
    with refusing(target):
        write_table(frame, passing, format_of(target), job.chinese_headings, written)
