"""Which column of a file is which field of a claim."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mediaid.claims.fields import FIELDS, pack_fields
from mediaid.claims.headings import key
from mediaid.faults import ClaimError, Fault, nearest, visible
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from mediaid.claims.fields import Field
    from mediaid.packs.model import Pack

ALL = "*"
"""As the name of a column to ignore: every column that no field has."""


@dataclass(frozen=True)
class Columns:
    """Where each field stands in the file, and the positions that nobody reads."""

    fields: Mapping[str, Field]
    """The fields found, by name, in the order of the file."""
    positions: Mapping[str, int]
    ignored: tuple[int, ...]


def match(headings: Sequence[str], pack: Pack, name: str, ignore: Collection[str] = ()) -> Columns:
    """Find the pack's fields among the headings of the file called `name`.

    Raises ClaimError with everything that is wrong: headings that are unknown, empty or stand
    twice (in Chinese and in English, say), and required columns that are missing.
    """
    fields = pack_fields(pack)
    known = _known(fields.values())
    ignored_keys = {key(wanted) for wanted in ignore}
    faults: list[Fault] = []
    positions: dict[str, int] = {}
    ignored: list[int] = []
    for at, heading in enumerate(headings):
        field = known.get(key(heading))
        if key(heading) in ignored_keys or (field is None and ALL in ignore):
            ignored.append(at)
        elif field is None:
            faults.append(Fault(_column(name, heading, at), _unknown(heading, pack, known)))
        elif field in positions:
            other = visible(headings[positions[field]])
            faults.append(
                Fault(
                    _column(name, heading, at),
                    _(
                        "is the same field ({field}) as column {other}: remove one of them, or "
                        "leave it out with --ignore-column"
                    ).format(field=field, other=other),
                )
            )
        else:
            positions[field] = at
    faults += _missing(fields.values(), positions, pack, name)
    if faults:
        raise ClaimError(faults)
    return Columns({field: fields[field] for field in positions}, positions, tuple(ignored))


def _known(fields: Iterable[Field]) -> dict[str, str]:
    """Normalised heading → field name."""
    return {
        key(heading): field.name
        for field in fields
        for heading in (field.label.en, field.label.zh, *field.aliases, field.name)
    }


def _column(name: str, heading: str, at: int) -> str:
    return _("{file}, row 1, column {column}").format(
        file=name, column=visible(heading) if heading.strip() else at + 1
    )


def _unknown(heading: str, pack: Pack, known: Mapping[str, str]) -> str:
    shown = visible(heading)
    if not shown.strip():
        return _("has no heading: write one, or leave the column out with --ignore-column '*'")
    if key(heading) in _known(FIELDS.values()):
        return _(
            "pack {pack} does not use this field: remove the column, or leave it out with "
            "--ignore-column {column}"
        ).format(pack=pack.id, column=shown)
    return _(
        "is not known.{nearest} Rename it, remove it, or leave it out with --ignore-column "
        "{column} ('*' leaves out all unknown columns)"
    ).format(nearest=nearest(key(heading), known), column=shown)


def _missing(fields: Iterable[Field], found: Collection[str], pack: Pack, name: str) -> list[Fault]:
    missing = [
        f"{field.name} {field.label.zh}"
        for field in fields
        if (field.required or field.name == pack.dating) and field.name not in found
    ]
    if not missing:
        return []
    message = _("these columns are missing: {columns}").format(columns=", ".join(missing))
    if not found:
        message += _(
            ". No heading is known: the first row must hold the headings, separated by "
            "commas in a CSV file"
        )
    return [Fault(_("{file}, row 1").format(file=name), message)]
