"""Claims from a few rows of text, such as a form, a scenario or a history file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mediaid.claims.cells import parse_cell
from mediaid.claims.fields import pack_fields
from mediaid.claims.reversals import cancel
from mediaid.claims.table import COUNTS, NO_DATE, Claims, TextList
from mediaid.faults import ClaimError, Fault, nearest, visible
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mediaid.claims.fields import Field
    from mediaid.packs.model import Pack

Row = dict[str, "int | str"]
_MISSING = {"money": 0, "count": -1, "code": -1, "date": int(NO_DATE)}
_TYPES = {"money": np.int64, "count": np.int64, "code": np.int16, "date": np.int32}


def from_records(rows: Iterable[Mapping[str, object]], pack: Pack, first_row: int = 1) -> Claims:
    """Check rows of field name → text and return them as a claims table.

    Raises ClaimError with every fault; rows are numbered from `first_row`; row 0 stands for a
    single claim that is no row of a file, and is not named.
    """
    fields = pack_fields(pack)
    faults: list[Fault] = []
    parsed = [_row(row, fields, pack, number, faults) for number, row in enumerate(rows, first_row)]
    ids: dict[str, int] = {}
    for number, row in enumerate(parsed):
        claim_id = row.get("claim_id")
        if isinstance(claim_id, str) and ids.setdefault(claim_id, number) != number:
            faults.append(
                _fault(
                    first_row + number,
                    fields["claim_id"],
                    _("{claim} stands in row {other} already: every claim has its own id").format(
                        claim=visible(claim_id), other=first_row + ids[claim_id]
                    ),
                )
            )
    void, refused = cancel(
        ids,
        [(i, str(row["reverses"])) for i, row in enumerate(parsed) if "reverses" in row],
        lambda i: parsed[i].get("person_id"),
    )
    if "reverses" in fields:
        faults += [_fault(first_row + i, fields["reverses"], reason) for i, reason in refused]
    if faults:
        raise ClaimError(faults)
    return _table(parsed, fields, pack, void)


def _fault(row: int, field: Field, message: str) -> Fault:
    column = f"{field.name} {field.label.zh}"
    where = _("row {row}, {column}").format(row=row, column=column) if row else column
    return Fault(where, message)


def _row(
    row: Mapping[str, object],
    fields: Mapping[str, Field],
    pack: Pack,
    number: int,
    faults: list[Fault],
) -> Row:
    parsed: Row = {}
    for name, value in row.items():
        if value is None or (text := str(value)).strip() == "":
            continue
        field = fields.get(name)
        if field is None:
            faults.append(
                Fault(
                    _("row {row}").format(row=number) if number else "",
                    _("field {name} is not used by pack {pack}.{nearest}").format(
                        name=visible(name), pack=pack.id, nearest=nearest(name, fields)
                    ),
                )
            )
            continue
        try:
            parsed[name] = parse_cell(field, text, pack)
        except ValueError as error:
            faults.append(_fault(number, field, str(error)))
            parsed[name] = _MISSING.get(field.kind, "")
    for field in fields.values():
        needed = field.required or field.name == pack.dating
        if needed and field.name not in parsed:
            faults.append(_fault(number, field, _("is missing: fill it in")))
    return parsed


def _numbered(keys: Sequence[object]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    numbers: dict[object, int] = {}
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.int64)


def _table(
    rows: Sequence[Row], fields: Mapping[str, Field], pack: Pack, void: Mapping[int, int]
) -> Claims:
    columns = {
        field.name: np.array(
            [row.get(field.name, _MISSING[field.kind]) for row in rows], dtype=_TYPES[field.kind]
        )
        for field in fields.values()
        if field.kind in _TYPES
    }

    def of_kind(*kinds: str) -> dict[str, np.ndarray[tuple[int], np.dtype[np.int64]]]:
        return {name: column for name, column in columns.items() if fields[name].kind in kinds}

    persons = [str(row["person_id"]) for row in rows]
    households = [str(row.get("household_id", "")) for row in rows]
    visits = [str(row.get("visit_id", "")) for row in rows]
    return Claims(
        claim_id=TextList(str(row["claim_id"]) for row in rows),
        person_id=TextList(persons),
        date=columns[pack.dating],
        person=_numbered(persons),
        household=_numbered(
            [(h or None, "" if h else p) for p, h in zip(persons, households, strict=True)]
        ),
        visit=_numbered(
            [(p, v or i) for i, (p, v) in enumerate(zip(persons, visits, strict=True))]
        ),
        codes=of_kind("code"),  # type: ignore[arg-type]
        amounts=of_kind("money"),
        counts=of_kind("count"),
        dates=of_kind("date"),  # type: ignore[arg-type]
        void=np.array([void.get(i, COUNTS) for i in range(len(rows))], dtype=np.int64)
        if void
        else None,
        household_id=TextList(households),
        visit_id=TextList(visits),
    )
