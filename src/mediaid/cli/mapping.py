"""`mediaid mapping`: files of the field, and which column of them is what."""

# ruff: noqa: PLC0415 - a command imports what it needs when it runs: start-up stays fast
from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mediaid.cli.options import DEFAULT_PACK, AsJson, PackOption, Readings, print_json
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mediaid.mappings.files import Loaded
    from mediaid.mappings.recognise import Fit

app = typer.Typer(no_args_is_help=True)

REFUSED = 2


@app.command("list", help=_("The known mappings."))
def list_mappings() -> None:
    from mediaid.mappings.files import FOLDER_VARIABLE

    for loaded in _all():
        typer.echo(_("{id}: {label}").format(id=loaded.name, label=loaded.model.label))
    typer.echo(
        _("more of your own: in the folder that {variable} names").format(variable=FOLDER_VARIABLE)
    )


@app.command("show", help=_("A mapping in words: which column is read as what."))
def show(
    mapping: Annotated[
        str, typer.Argument(metavar="NAME|FILE", help=_("Name or file of the mapping."))
    ],
    pack: PackOption = DEFAULT_PACK,
    reading: Readings = None,
) -> None:
    from mediaid.mappings.files import load_mapping
    from mediaid.mappings.show import mapping_lines
    from mediaid.packs.load import load_pack

    loaded = load_pack(pack, readings=reading or ())
    _print(mapping_lines(load_mapping(mapping, loaded), loaded))


@app.command("check", help=_("Check a mapping: every fault at once, with file, line and column."))
def check(
    mapping: Annotated[
        str, typer.Argument(metavar="FILE", help=_("File (or name) of the mapping."))
    ],
    pack: PackOption = DEFAULT_PACK,
) -> None:
    from mediaid.mappings.files import load_mapping
    from mediaid.packs.load import load_pack

    loaded = load_mapping(mapping, load_pack(pack))
    typer.echo(
        _("{id} is sound for pack {pack}: {columns} columns, {fields} fields").format(
            id=loaded.name,
            pack=pack,
            columns=len(loaded.model.columns),
            fields=len(loaded.model.fields),
        )
    )


@app.command(
    "recognise",
    help=_("Which mapping fits a file, and how sure that is; written out to be edited."),
)
def recognise(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help=_("The file: .csv, .xlsx or .parquet."))
    ],
    mapping: Annotated[
        str | None,
        typer.Option(
            "--mapping",
            metavar="NAME|FILE",
            help=_("Look at this mapping only."),
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="OUT",
            help=_("Write the mapping that fits best here (.yaml), to be edited."),
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    from mediaid.batch.formats import need_libraries
    from mediaid.faults import MediaidError, visible_line
    from mediaid.mappings.files import load_mapping
    from mediaid.mappings.recognise import recognise as fits_of

    need_libraries()
    from mediaid.batch.mapped.head import first_rows
    from mediaid.batch.source import refuse_no_file

    refuse_no_file(file)
    known = {m.name: m for m in ([load_mapping(mapping)] if mapping else _all())}
    fits = fits_of([loaded.model for loaded in known.values()], first_rows(file))
    if not fits:
        raise MediaidError(
            _("no heading of {file} is known to any mapping: {known}").format(
                file=visible_line(str(file)), known=", ".join(known)
            )
        )
    loaded_of = {id(loaded.model): loaded for loaded in known.values()}
    if as_json:
        print_json([_data(fit, loaded_of[id(fit.mapping)]) for fit in fits])
    else:
        _show(fits, loaded_of, file)
    if output is not None:
        _write(output, file, fits[0], loaded_of[id(fits[0].mapping)])
    if not fits[0].complete or _several(fits):
        raise typer.Exit(REFUSED)


def _several(fits: list[Fit]) -> bool:
    return len(fits) > 1 and fits[0].complete and fits[1].complete


def _show(fits: list[Fit], loaded_of: dict[int, Loaded], file: Path) -> None:
    from mediaid.faults import visible_line
    from mediaid.mappings.show import fit_lines

    for place, fit in enumerate(fits):
        lines = list(fit_lines(fit, loaded_of[id(fit.mapping)]))
        # Of what does not fit, and is not the nearest to it either, one line is enough.
        _print(lines if place == 0 or fit.complete else lines[:1])
    best = loaded_of[id(fits[0].mapping)]
    roster = " --roster " + _("ROSTER") if best.model.fields["category"].roster is not None else ""
    if _several(fits):
        typer.echo(_("several mappings fit: compare them, and choose one with --mapping"))
    elif fits[0].complete:
        typer.echo(
            _("if that is right: mediaid batch {file} --mapping {mapping}{roster} -o OUT").format(
                file=visible_line(str(file)), mapping=best.name, roster=roster
            )
        )
    else:
        typer.echo(
            _(
                "no mapping fits as it is. Write one of your own: mediaid mapping recognise {file} "
                "-o OWN.yaml, and decide what its last lines ask"
            ).format(file=visible_line(str(file)))
        )


def _data(fit: Fit, loaded: Loaded) -> dict[str, Any]:
    return {
        "mapping": loaded.name,
        "complete": fit.complete,
        "exact": fit.exact,
        "headings_row": fit.row + 1,
        "columns": {column: fit.headings[at] for column, at in fit.positions.items()},
        "missing": list(fit.missing),
        "unknown": [fit.headings[at] for at in fit.unknown],
        "twice": [fit.headings[at] for at in fit.twice],
    }


def _write(output: Path, file: Path, fit: Fit, loaded: Loaded) -> None:
    import re

    from mediaid.batch.outputs import Outputs, refuse_paths
    from mediaid.mappings.show import own_mapping

    refuse_paths([file, loaded.path], [output])
    name = re.sub(r"[^a-z0-9_-]+", "-", output.stem.lower()).strip("-_") or "own"
    outputs = Outputs([output])
    with outputs as passing:
        passing[0].write_text(own_mapping(loaded, fit, name), encoding="utf-8")
        outputs.publish()
    typer.echo(_("written: {files}").format(files=output))


def _all() -> list[Loaded]:
    """Every known mapping. Raises MediaidError for one that is at fault."""
    from mediaid.mappings.files import known_mappings, load_mapping

    return [load_mapping(name) for name in known_mappings()]


def _print(lines: Iterable[str]) -> None:
    from mediaid.faults import visible_line

    for line in lines:
        typer.echo(visible_line(line))
