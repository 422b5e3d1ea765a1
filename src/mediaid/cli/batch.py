"""`mediaid batch`: settle a file of claims."""

# ruff: noqa: PLC0415 - a command imports what it needs when it runs: start-up stays fast
from __future__ import annotations

import signal
import sys
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mediaid.cli.options import (
    DEFAULT_PACK,
    Drafts,
    IgnoreColumn,
    KnownOn,
    Overlay,
    PackOption,
    Readings,
    draft_lines,
    known_day,
)
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mediaid.batch.job import Job
    from mediaid.batch.summary import Summary
    from mediaid.mappings.files import Loaded
    from mediaid.packs.model import Pack

REFUSED = 2


class Headings(StrEnum):
    """Language of the headings of the output."""

    en = "en"
    zh = "zh"


class Engine(StrEnum):
    """What settles the claims."""

    embedded = "embedded"
    spark = "spark"


def batch(  # noqa: PLR0913, PLR0917 - one parameter an option
    claims: Annotated[
        Path,
        typer.Argument(
            metavar="CLAIMS",
            help=_(
                "The claims: .csv, .parquet or .xlsx, headings in Chinese or English; or a folder "
                "or quoted pattern of .csv or .parquet files."
            ),
            show_default=False,
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="OUT",
            help=_("The result: .csv, .parquet or .xlsx. An existing file is replaced."),
            show_default=False,
        ),
    ],
    pack: PackOption = DEFAULT_PACK,
    reading: Readings = None,
    overlay: Overlay = None,
    draft: Drafts = False,
    known_on: KnownOn = "",
    rejects: Annotated[
        Path | None,
        typer.Option(
            "--rejects",
            metavar="FILE",
            help=_(
                "Write bad rows here, each with its reason, and settle the others. Without it a "
                "single bad row stops everything."
            ),
            show_default=False,
        ),
    ] = None,
    ignore_column: IgnoreColumn = None,
    mapping: Annotated[
        str | None,
        typer.Option(
            "--mapping",
            metavar="NAME|FILE",
            help=_(
                "Read the file by a mapping: platform (settlement records), ledger, or a file of "
                "your own; mediaid mapping recognise says which fits."
            ),
            show_default=False,
        ),
    ] = None,
    roster: Annotated[
        Path | None,
        typer.Option(
            "--roster",
            metavar="FILE",
            help=_("Who is in which category from when to when, for a mapping without categories."),
            show_default=False,
        ),
    ] = None,
    derivation: Annotated[
        Path | None,
        typer.Option(
            "--derivation",
            metavar="FILE",
            help=_("Write here what each self-paid amount was derived from; with --mapping."),
            show_default=False,
        ),
    ] = None,
    headers: Annotated[
        Headings,
        typer.Option(
            "--headers",
            help=_(
                "Language of the result's headings. With zh a CSV file begins with a byte order "
                "mark, so that Excel shows its Chinese."
            ),
        ),
    ] = Headings.en,
    summary: Annotated[
        Path | None,
        typer.Option(
            "--summary",
            metavar="FILE",
            help=_("Write totals by benefit, category, month and area: .xlsx or .csv."),
            show_default=False,
        ),
    ] = None,
    opening: Annotated[
        Path | None,
        typer.Option(
            "--opening",
            metavar="FILE",
            help=_("Pools that earlier claims have used: the --closing of an earlier run."),
            show_default=False,
        ),
    ] = None,
    closing: Annotated[
        Path | None,
        typer.Option(
            "--closing",
            metavar="FILE",
            help=_("Write the pools after these claims: .csv or .parquet."),
            show_default=False,
        ),
    ] = None,
    memory: Annotated[
        str | None,
        typer.Option(
            "--memory",
            metavar="SIZE",
            help=_("Stay within this much memory, such as 1GiB; else half of what is free."),
            show_default=False,
        ),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume",
            help=_(
                "Keep what is done in OUT.work, so that the same command goes on from there after "
                "an interruption."
            ),
        ),
    ] = False,
    engine: Annotated[
        Engine,
        typer.Option(
            "--engine",
            help=_("Where to settle: on this machine, or on Spark, from Parquet to a new folder."),
        ),
    ] = Engine.embedded,
    master: Annotated[
        str | None,
        typer.Option(
            "--master",
            metavar="URL",
            help=_("Spark's master, such as spark://host:7077; else as Spark is configured."),
            show_default=False,
        ),
    ] = None,
) -> None:
    from mediaid.batch.formats import need_libraries

    need_libraries()
    from mediaid.batch.memory import keep_freed_memory

    keep_freed_memory()
    source = None
    if engine is Engine.embedded and not any(
        (mapping, ignore_column, memory, resume, opening, closing, summary)
    ):
        from mediaid.batch.ahead import opened_ahead

        source = opened_ahead(claims)
    from mediaid.batch.job import Job
    from mediaid.batch.large.limits import parse_memory
    from mediaid.batch.summary import show
    from mediaid.packs.load import load_pack

    loaded = load_pack(
        pack,
        readings=reading or (),
        overlay=overlay,
        drafts=draft,
        known_on=known_day(known_on),
    )
    job = Job(
        claims=claims,
        output=output,
        pack=loaded,
        rejects=rejects,
        ignore=ignore_column or (),
        chinese_headings=headers is Headings.zh,
        mapping=_mapping(mapping, loaded, roster, derivation),
        roster=roster,
        derivation=derivation,
        opening=opening,
        closing=closing,
        summary=summary,
        memory=None if memory is None else parse_memory(memory),
        resume=resume,
        source=source,
    )
    try:
        with _ended_by_signal():
            found = _run(job) if engine is Engine.embedded else _run_on_spark(job, master)
    except KeyboardInterrupt:
        typer.echo(_("interrupted: nothing was written"), err=True)
        if resume:
            typer.echo(_("the same command goes on from what is done"), err=True)
        raise typer.Exit(REFUSED) from None
    for line in draft_lines(loaded):
        typer.echo(line)
    typer.echo(show(found))
    typer.echo(_("written: {files}").format(files=", ".join(map(str, job.outputs))))


def _mapping(
    name: str | None, pack: Pack, roster: Path | None, derivation: Path | None
) -> Loaded | None:
    """Load the mapping asked for. Raises MediaidError for options that need one."""
    from mediaid.cli.options import chosen_mapping
    from mediaid.faults import Fault, MediaidError

    if name is None and derivation is not None:
        raise MediaidError(Fault("--derivation", _("belongs to a file read with --mapping")))
    return chosen_mapping(name, pack, roster)


def _run_on_spark(job: Job, master: str | None) -> Summary:
    from mediaid.batch.spark.session import need_spark

    need_spark()
    from mediaid.batch.spark.run import run_on_spark

    def report(doing: str, done: float) -> None:  # noqa: ARG001
        if sys.stderr.isatty():
            typer.echo(doing, err=True)

    return run_on_spark(job, master, report)


@contextmanager
def _ended_by_signal() -> Iterator[None]:
    """Have a polite request to end clean up like Ctrl-C."""

    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGTERM, interrupt)
    except ValueError:  # not the main thread, as when a test calls the command
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _run(job: Job) -> Summary:
    from mediaid.batch.run import run
    from mediaid.cli.progress import progress_bar

    with progress_bar() as report:
        return run(job, report)
