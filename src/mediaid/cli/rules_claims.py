"""`mediaid rules diff --claims`: whose aid changes, from what to what, and why."""

# ruff: noqa: PLC0415 - a command imports what it needs when it runs: start-up stays fast
from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from mediaid.budget.compare.changes import Changes
    from mediaid.budget.compare.reform import Comparison
    from mediaid.packs.model import Pack

Claims = Annotated[
    list[Path] | None,
    typer.Option(
        "--claims",
        metavar="FILE",
        show_default=False,
        help=_("Settle these claims under both: .csv, .parquet or .xlsx; repeatable."),
    ),
]
Year = Annotated[
    int | None,
    typer.Option(
        "--year",
        min=1949,
        max=2200,
        metavar="YEAR",
        show_default=False,
        help=_("The year whose claims are compared; default: the latest of the files."),
    ),
]
Persons = Annotated[
    int, typer.Option("--persons", min=0, max=1000, help=_("How many persons to list."))
]
ChangesFile = Annotated[
    Path | None,
    typer.Option(
        "--changes",
        metavar="FILE",
        show_default=False,
        help=_("Write everybody whose aid changes here, ids in clear: .csv or .xlsx."),
    ),
]


@dataclass(frozen=True)
class Settled:
    """The same claims under two packs: the sums, and everybody whose aid changes."""

    packs: tuple[Pack, Pack]
    sums: Comparison
    changes: Changes


def settled(
    files: list[Path], packs: tuple[Pack, Pack], year: int | None, days: tuple[dt.date, ...] | None
) -> Settled:
    """Settle claims under both packs, in the years of `days` if they are given."""
    from mediaid.budget.compare.changes import changes_of
    from mediaid.budget.compare.reform import comparison, settle_both
    from mediaid.desk.budget.files import read_book

    book = read_book(files, packs[0])
    its = max(book.years) if year is None else year
    years = (its, its) if days is None else (days[0].year, days[1].year)
    both = settle_both(book, packs, its, years)
    return Settled(packs, comparison(both, packs, its, years[1]), changes_of(both, packs))


def as_data(its: Settled, persons: int) -> dict[str, Any]:
    """Return the comparison as plain data, with the largest changes."""
    from mediaid.budget.compare.present import as_data as compared
    from mediaid.money import format_yuan

    return {
        **compared(its.packs, its.sums),
        "changed": len(its.changes.persons),
        "moved": its.changes.moved,
        "why": [
            {"why": cause.words, "persons": cause.persons, "difference": format_yuan(cause.fen)}
            for cause in its.changes.causes
        ],
        "largest": [
            {
                "person": person.person,
                "before": format_yuan(person.before),
                "after": format_yuan(person.after),
                "difference": format_yuan(person.difference),
                "why": list(person.why),
            }
            for person in its.changes.persons[:persons]
        ],
    }


def print_text(its: Settled, persons: int) -> None:
    """Print the comparison, the causes, and the largest changes with masked ids."""
    from itertools import islice

    from mediaid.aligned import aligned
    from mediaid.budget.compare.changes import as_rows
    from mediaid.budget.compare.present import as_text
    from mediaid.faults import visible_line
    from mediaid.money import show_yuan
    from mediaid.people.masking import mask_id

    typer.echo("\n" + as_text(its.packs, its.sums) + "\n")
    typer.echo(
        _("{count} persons get another amount; {moved} more the same by other claims").format(
            count=f"{len(its.changes.persons):,}", moved=f"{its.changes.moved:,}"
        )
    )
    causes = [[_("why"), _("persons"), _("difference")]]
    causes += [
        [cause.words, f"{cause.persons:,}", show_yuan(cause.fen)] for cause in its.changes.causes
    ]
    for line in aligned(causes, left=1):
        typer.echo(visible_line(line))
    if not persons or not its.changes.persons:
        return
    rows = [[_("person"), _("before"), _("after"), _("difference"), _("why")]]
    for person, *amounts, why in islice(as_rows(its.changes), persons):
        rows.append([mask_id(person), *amounts, why])
    typer.echo("")
    shown = aligned([row[:-1] for row in rows], left=1)
    for line, row in zip(shown, rows, strict=True):
        typer.echo(visible_line(f"{line}  {row[-1]}"))


def write(its: Settled, path: Path) -> None:
    """Write everybody whose aid changes into a table; amounts in 元, exact."""
    import polars as pl

    from mediaid.batch.formats import format_of
    from mediaid.batch.outputs import Outputs
    from mediaid.batch.result import yuan
    from mediaid.batch.writers import write_table

    rows = its.changes.persons
    frame = pl.DataFrame(
        {
            "person_id": pl.Series([row.person for row in rows], dtype=pl.String),
            "before": pl.Series([row.before for row in rows], dtype=pl.Int64),
            "after": pl.Series([row.after for row in rows], dtype=pl.Int64),
            "difference": pl.Series([row.difference for row in rows], dtype=pl.Int64),
            "why": pl.Series([_("; ").join(row.why) for row in rows], dtype=pl.String),
        }
    ).with_columns(yuan(name) for name in ("before", "after", "difference"))
    outputs = Outputs([path])
    with outputs as (made,):
        write_table(frame, made, format_of(path))
        outputs.publish()
    typer.echo(_("written: {files}").format(files=path), err=True)
