"""The fields of a claim from the columns that the mapping names: ids, dates, codes, the person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from mediaid.batch.cells import Column, read_column
from mediaid.batch.mapped.cells import (
    read_amounts,
    read_days,
    read_each,
    read_numbers,
    rows_where,
)
from mediaid.claims.cells import parse_code
from mediaid.claims.fields import pack_fields
from mediaid.faults import visible
from mediaid.i18n import gettext as _
from mediaid.mappings.model import LEAVE_OUT
from mediaid.money import plain
from mediaid.people.documents import KINDS, RESIDENT, parse_kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from mediaid.batch.mapped.sheet import Sheet
    from mediaid.claims.fields import Field
    from mediaid.mappings.model import FieldUse

_LEFT_OUT = -2
"""As the position of a code: the record is no claim."""


def read_fields(sheet: Sheet) -> dict[str, Column]:
    """The pack's fields that single columns give; records that the codes leave out are noted."""
    fields = pack_fields(sheet.pack)
    uses = sheet.mapping.model.fields
    return {
        name: read_person(sheet) if name == "person_id" else _read(sheet, fields[name], use)
        for name, use in uses.items()
        if name in fields and use.roster is None
    }


def _read(sheet: Sheet, its: Field, use: FieldUse) -> Column:
    if its.kind == "code":
        return _codes(sheet, its, use)
    if use.value is not None:
        return read_column(pl.Series([use.value]).new_from_index(0, sheet.size), its, sheet.pack)
    cells = sheet.text(use)
    if its.kind == "date":
        return read_days(cells)
    if its.kind == "money":
        amounts = read_amounts(cells)
        return Column(np.maximum(amounts.fen, 0), np.flatnonzero(~amounts.given), amounts.refused)
    cells = cells.zip_with(cells != "", pl.Series([None], dtype=pl.String))
    return read_column(cells, its, sheet.pack)


def _codes(sheet: Sheet, its: Field, use: FieldUse) -> Column:
    """Codes by the mapping's table; else as the pack writes them."""
    codes = sheet.pack.codes[its.name]
    nothing = np.empty(0, dtype=np.int64)
    if use.value is not None:
        place = parse_code(use.value, codes)
        return Column(np.full(sheet.size, place, dtype=np.int16), nothing)
    cells = sheet.text(use)
    missing = -1 if use.otherwise is None else parse_code(use.otherwise, codes)
    read = read_each(cells, _code_reader(sheet, its, use), missing)
    values: NDArray[np.int16] = read.array(np.int16)
    out = np.flatnonzero(values == _LEFT_OUT)
    if len(out):
        values[out] = -1
        words = ", ".join(map(visible, cells.gather(out).unique().sort().to_list()))
        reason = _("left out by the mapping ({heading}: {values})")
        heading = sheet.heading(sheet.where(use))
        sheet.leave_out(out, reason.format(heading=heading, values=words))
    blank = rows_where(cells == "") if use.otherwise is None else nothing
    return Column(values, blank, read.refused)


def _code_reader(sheet: Sheet, its: Field, use: FieldUse) -> Callable[[str], int]:
    codes = sheet.pack.codes[its.name]
    meanings = {plain(written): code for written, code in use.values.items()}
    listed = ", ".join(f"{code}（{label.zh}）" for code, label in codes.items())

    def read(text: str) -> int:
        meant = meanings.get(plain(text))
        if meant == LEAVE_OUT:
            return _LEFT_OUT
        if meant is not None:
            return parse_code(meant, codes)
        try:
            return parse_code(text, codes)
        except ValueError:
            if not meanings:
                raise
            message = _(
                "{value} is not known to mapping {mapping}. Add a line below "
                'fields/{field}/values: "{value}": and one of {codes}; or leave_out if such '
                "records are no claims"
            )
            raise ValueError(
                message.format(
                    value=visible(text), mapping=sheet.mapping.name, field=its.name, codes=listed
                )
            ) from None

    return read


def read_person(sheet: Sheet) -> Column:
    """The persons' numbers, each in the normal form of its kind of document."""
    persons = sheet.text(sheet.mapping.model.fields["person_id"])
    sheet.kinds = _kinds(sheet)
    return read_numbers(persons, sheet.kinds, list(KINDS))


def _kinds(sheet: Sheet) -> NDArray[np.int64]:
    """The kind of each row's document as position in KINDS, −1 where that is a problem."""
    names = list(KINDS)
    document = sheet.mapping.model.document
    if document is None or document.column not in sheet.cells:
        return np.full(sheet.size, names.index(RESIDENT), dtype=np.int64)
    meanings = {plain(written): kind for written, kind in document.values.items()}

    def read(text: str) -> int:
        try:
            return names.index(meanings.get(plain(text)) or parse_kind(text))
        except ValueError as error:
            if not meanings:
                raise
            message = _(
                "{problem}. Or add a line below document/values of mapping {mapping}: "
                '"{value}": and one of these'
            )
            raise ValueError(
                message.format(problem=error, mapping=sheet.mapping.name, value=visible(text))
            ) from None

    found = read_each(sheet.cells[document.column], read, names.index(RESIDENT))
    sheet.refuse(found.refused, sheet.at[document.column])
    kinds: NDArray[np.int64] = found.array(np.int64)
    for rows, _reason in found.refused:
        kinds[rows] = -1
    return kinds
