"""A file of the field read through a mapping, into the same table as any file of claims."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from mediaid.batch.cells import Column, read_column
from mediaid.batch.headings import Columns
from mediaid.batch.ids import numbered, repeated
from mediaid.batch.mapped.apart import Apart, rows_apart
from mediaid.batch.mapped.bill import Bill, read_bill
from mediaid.batch.mapped.cells import (
    read_amounts,
    read_days,
    read_each,
    read_numbers,
    rows_where,
    texts,
)
from mediaid.batch.mapped.head import locate
from mediaid.batch.mapped.refunds import Records, Refunds, find_refunds
from mediaid.batch.problems import WHOLE_ROW, Problem, Problems
from mediaid.batch.source import open_source
from mediaid.batch.table import Table, find_problems
from mediaid.claims.cells import parse_code
from mediaid.claims.fields import pack_fields
from mediaid.faults import ClaimError, Fault, visible
from mediaid.i18n import gettext as _
from mediaid.mappings.check import AIDED
from mediaid.mappings.model import LEAVE_OUT
from mediaid.money import plain
from mediaid.people.documents import KINDS, RESIDENT, parse_kind

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from numpy.typing import NDArray

    from mediaid.batch.mapped.roster import Roster
    from mediaid.batch.source import Source
    from mediaid.claims.fields import Field
    from mediaid.mappings.files import Loaded
    from mediaid.mappings.model import FieldUse, Flag
    from mediaid.packs.model import Pack

    Rows = NDArray[np.int64]
    Mask = NDArray[np.bool_]

_LEFT_OUT = -2
"""As the position of a code: the record is no claim."""


def read_mapped(
    path: Path,
    mapping: Loaded,
    pack: Pack,
    roster: Roster | None = None,
    ignore: Collection[str] = (),
) -> Table:
    """Read a file through a mapping and find everything that is wrong with its rows.

    Raises ClaimError where the file as a whole cannot be read.
    """
    fit = locate(path, mapping, ignore)
    use = mapping.model.fields.get("category")
    if use is not None and use.roster is not None and roster is None:
        raise ClaimError(
            Fault(
                visible(str(path)),
                _(
                    "holds no categories: name the file that says who is in which with --roster "
                    "(mapping {mapping})"
                ).format(mapping=mapping.name),
            )
        )
    source = open_source(path, fit.row + 1)
    return _Reader(source, fit.positions, mapping, pack, roster).table()


@dataclass
class _Reader:
    """The columns of a mapping in one file, and what has been understood so far."""

    source: Source
    positions: dict[str, int] | Any
    mapping: Loaded
    pack: Pack
    roster: Roster | None
    cells: dict[str, pl.Series] = field(default_factory=dict)
    left_out: list[tuple[Rows, str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    found: dict[str, Column] = field(default_factory=dict)
    at: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def table(self) -> Table:
        """Understand everything."""
        self._load()
        persons = self._text(self.mapping.model.fields["person_id"])
        bill = read_bill(self.mapping.model.amounts, self.cells, self.positions)
        apart = rows_apart(self.source, persons, bill.positions)
        self.left_out += apart.left_out()
        self._invalid()
        skipped = self._skipped(apart)
        self._simple_fields()
        self._person(persons)
        skipped |= self._skipped(apart)
        self._refunds(bill, skipped)
        skipped |= self._skipped(apart)
        self._amounts(bill, skipped)
        self._category(skipped, bill.refunds)
        self.notes += bill.totals_differ(apart, self.source.first_row)
        return self._assembled(apart, skipped, bill)

    @property
    def size(self) -> int:
        return len(next(iter(self.cells.values())))

    def _load(self) -> None:
        wanted = sorted(set(self.positions.values()))
        frame = self.source.load(wanted)
        blanks = self.mapping.model.blank
        self.cells = {name: texts(frame[str(at)], blanks) for name, at in self.positions.items()}

    def _text(self, use: FieldUse) -> pl.Series:
        """The texts of a field: of several columns, in each row the first that is filled in."""
        here = [self.cells[name] for name in use.column or () if name in self.cells]
        if not here:
            return pl.Series([""], dtype=pl.String).new_from_index(0, self.size)
        found = here[0]
        for other in here[1:]:
            found = found.zip_with(found != "", other)
        return found

    def _where(self, use: FieldUse) -> int:
        """The position of the first column of a field that the file has."""
        here = [self.positions[name] for name in use.column or () if name in self.positions]
        return here[0] if here else WHOLE_ROW

    def _skipped(self, apart: Apart) -> Mask:
        """Which rows are no claims, as far as is known."""
        mask = np.zeros(self.size, dtype=np.bool_)
        mask[apart.empty] = True
        for rows, _reason in self.left_out:
            mask[rows] = True
        return mask

    def _flag(self, flag: Flag, name: str) -> Mask:
        """Where a flag says yes; what is neither yes nor no is a problem."""
        if flag.column not in self.cells:
            return np.zeros(self.size, dtype=np.bool_)
        known = {**dict.fromkeys(flag.no, False), **dict.fromkeys(flag.yes, True)}

        def read(text: str) -> bool:
            if text in known:
                return known[text]
            raise ValueError(
                _(
                    "{value} is not known to mapping {mapping}: add it to yes or no under {name}"
                ).format(value=visible(text) or '""', mapping=self.mapping.name, name=name)
            )

        read_flags = read_each(self.cells[flag.column], read, known.get("", False))
        at = self.positions[flag.column]
        self.problems += [Problem(rows, at, reason) for rows, reason in read_flags.refused]
        if "" not in known:
            blank = rows_where(self.cells[flag.column] == "")
            if len(blank):
                self.problems.append(Problem(blank, at, _("is missing: fill it in")))
        return read_flags.array(np.bool_)

    def _invalid(self) -> None:
        flag = self.mapping.model.valid
        if flag is None or flag.column not in self.cells:
            return
        yes = self._flag(flag, "valid")
        no = self.cells[flag.column].is_in(flag.no).to_numpy()
        rows = np.flatnonzero(~yes & no)
        if len(rows):
            heading = visible(self.source.headings[self.positions[flag.column]])
            self.left_out.append((rows, _("invalid record ({heading})").format(heading=heading)))

    def _simple_fields(self) -> None:
        """The fields that one column gives: ids, dates, codes."""
        fields = pack_fields(self.pack)
        for name, use in self.mapping.model.fields.items():
            its = fields.get(name)
            if its is None or name == "person_id" or use.roster is not None:
                continue
            if its.kind == "code":
                column = self._codes(its, use)
            elif use.column is None:
                one = pl.Series([use.value or ""]).new_from_index(0, self.size)
                column = read_column(one, its, self.pack)
            elif its.kind == "date":
                column = read_days(self._text(use))
            elif its.kind == "money":
                amounts = read_amounts(self._text(use))
                blank = np.flatnonzero(~amounts.given)
                column = Column(np.maximum(amounts.fen, 0), blank, amounts.refused)
            else:
                column = read_column(_none_for_blank(self._text(use)), its, self.pack)
            self.found[name], self.at[name] = column, self._where(use)

    def _codes(self, its: Field, use: FieldUse) -> Column:
        """Codes by the mapping's table; else as the pack writes them."""
        codes = self.pack.codes[its.name]
        cells = self._text(use)
        if use.value is not None:
            place = parse_code(use.value, codes)
            return Column(np.full(self.size, place, dtype=np.int16), np.empty(0, dtype=np.int64))
        missing = -1 if use.otherwise is None else parse_code(use.otherwise, codes)
        read = read_each(cells, self._code_reader(its, use), missing)
        column = Column(read.array(np.int16), rows_where(cells == ""), read.refused)
        if use.otherwise is not None:
            column.blank = np.empty(0, dtype=np.int64)
        out = np.flatnonzero(column.values == _LEFT_OUT)
        if len(out):
            column.values[out] = -1
            heading = visible(self.source.headings[self._where(use)])
            words = ", ".join(map(visible, cells.gather(out).unique().sort().to_list()))
            reason = _("left out by the mapping ({heading}: {values})")
            self.left_out.append((out, reason.format(heading=heading, values=words)))
        return column

    def _code_reader(self, its: Field, use: FieldUse) -> Callable[[str], int]:
        codes = self.pack.codes[its.name]
        meanings = {plain(written): code for written, code in use.values.items()}

        def read(text: str) -> int:
            meant = meanings.get(plain(text))
            if meant == LEAVE_OUT:
                return _LEFT_OUT
            if meant is not None:
                return parse_code(meant, codes)
            try:
                return parse_code(text, codes)
            except ValueError:
                raise ValueError(
                    _(
                        "{value} is not known to mapping {mapping}. Add a line below "
                        'fields/{field}/values: "{value}": and one of {codes}; or leave_out if '
                        "such records are no claims"
                    ).format(
                        value=visible(text),
                        mapping=self.mapping.name,
                        field=its.name,
                        codes=", ".join(f"{code}（{label.zh}）" for code, label in codes.items()),
                    )
                ) from None

        return read

    def _person(self, persons: pl.Series) -> None:
        names = list(KINDS)
        document = self.mapping.model.document
        kinds = np.full(self.size, names.index(RESIDENT), dtype=np.int64)
        if document is not None and document.column in self.cells:
            meanings = {plain(written): kind for written, kind in document.values.items()}

            def read(text: str) -> int:
                try:
                    return names.index(meanings.get(plain(text)) or parse_kind(text))
                except ValueError as error:
                    raise ValueError(
                        _(
                            "{problem}. Or add a line below document/values of mapping {mapping}: "
                            '"{value}": and one of these'
                        ).format(problem=error, mapping=self.mapping.name, value=visible(text))
                    ) from None

            read_kinds = read_each(self.cells[document.column], read, names.index(RESIDENT))
            kinds = read_kinds.array(np.int64)
            at = self.positions[document.column]
            self.problems += [Problem(rows, at, reason) for rows, reason in read_kinds.refused]
            for rows, _reason in read_kinds.refused:
                kinds[rows] = -1
        use = self.mapping.model.fields["person_id"]
        self.found["person_id"] = read_numbers(persons, kinds, names)
        self.at["person_id"] = self._where(use)

    def _refunds(self, bill: Bill, skipped: Mask) -> None:
        """Find what refunds cancel, and put it where reversals are looked for."""
        meant = self.mapping.model.refunded
        if meant is None:
            return
        flagged = np.zeros(self.size, dtype=np.bool_)
        if meant.column is not None and meant.column in self.cells:
            flagged = self._flag(_as_flag(meant), "refunded")
        size_of = bill.size_of()
        here = ~skipped
        marked = np.flatnonzero(here & (flagged | (size_of < 0)))
        reverses = np.full(self.size, "", dtype=object)
        if len(marked):
            found, rows = self._matched(marked, here, flagged, size_of)
            ids = self.found["claim_id"].values
            gone = self._of_records_left_out(found, skipped)
            if gone:
                reason = _("refund of a record that is left out itself")
                left_out = np.array([rows[row] for row in gone], dtype=np.int64)
                self.left_out.append((left_out, reason))
            for row, original in found.reverses.items():
                reverses[rows[row]] = original
            if found.renamed:
                places = [rows[row] for row in found.renamed]
                own = pl.Series(list(found.renamed.values()), dtype=pl.String)
                self.found["claim_id"].values = ids.scatter(places, own)
            if found.elsewhere:
                alone = np.array([rows[row] for row in found.elsewhere], dtype=np.int64)
                reason = _("refunded; what refunds it is not in this file")
                self.left_out.append((np.sort(alone), reason))
            at = self.at["claim_id"]
            for row, reason in found.refused:
                self.problems.append(Problem(np.array([rows[row]], dtype=np.int64), at, reason))
            bill.refunds[[rows[row] for row in found.reverses]] = True
            bill.refunds[[rows[row] for row, _reason in found.refused]] = True
        self.found["reverses"] = Column(
            pl.Series(reverses.tolist(), dtype=pl.String), np.flatnonzero(reverses == "")
        )
        original_at = self.positions.get(meant.original or "")
        self.at["reverses"] = self.at["claim_id"] if original_at is None else original_at

    def _of_records_left_out(self, found: Refunds, skipped: Mask) -> list[int]:
        """Take out the refunds of records that are left out: there is nothing to give back."""
        ids = self.found["claim_id"].values
        out = set(ids.gather(np.flatnonzero(skipped)).to_list())
        suspects = {original for original in found.reverses.values() if original in out}
        if suspects:
            live = ids.filter(pl.Series(~skipped))
            suspects -= set(live.filter(live.is_in(list(suspects))).to_list())
        gone = [row for row, original in found.reverses.items() if original in suspects]
        for row in gone:
            del found.reverses[row]
        return gone

    def _matched(
        self, marked: Rows, here: Mask, flagged: Mask, size_of: Rows
    ) -> tuple[Refunds, list[int]]:
        """The refunds among the rows of the persons concerned, and those rows."""
        persons = self.found["person_id"].values
        concerned = persons.gather(marked).unique()
        rows = np.flatnonzero(here & persons.is_in(concerned.implode()).to_numpy())

        def of(texts_: pl.Series | None) -> list[str] | None:
            return None if texts_ is None else texts_.gather(rows).to_list()

        visit = self.found.get("visit_id")
        meant = self.mapping.model.refunded
        original = self.cells.get(meant.original) if meant and meant.original else None
        records = Records(
            number=(rows + self.source.first_row).tolist(),
            claim_id=of(self.found["claim_id"].values) or [],
            person=of(persons) or [],
            visit=of(visit.values if visit is not None else None),
            original=of(original),
            fen=size_of[rows],
            flagged=flagged[rows],
        )
        return find_refunds(records), rows.tolist()

    def _amounts(self, bill: Bill, skipped: Mask) -> None:
        bill.settle(self.pack.preselfpay, skipped)
        self.problems += bill.problems
        nothing = np.empty(0, dtype=np.int64)
        self.found["self_paid"] = Column(bill.self_paid, nothing)
        self.at["self_paid"] = bill.at
        if AIDED in self.mapping.model.amounts:
            self.found[AIDED] = Column(bill.already_aided, nothing)
            self.at[AIDED] = bill.positions_of(AIDED)[0]

    def _category(self, skipped: Mask, refunds: Mask) -> None:
        use = self.mapping.model.fields["category"]
        if use.roster is None or self.roster is None:
            return
        codes = self.pack.codes["category"]
        otherwise = None if use.otherwise is None else parse_code(use.otherwise, codes)
        days = self.found[self.pack.dating].values
        column, absent = self.roster.look_up(
            self.found["person_id"].values, days, ~(skipped | refunds), otherwise
        )
        self.found["category"], self.at["category"] = column, self.at["person_id"]
        if absent and use.otherwise is not None:
            self.notes.append(
                _(
                    "claims of persons who are not on the roster on that day: {claims}; "
                    "their category is {category}"
                ).format(claims=f"{absent:,}", category=codes[use.otherwise])
            )

    def _assembled(self, apart: Apart, skipped: Mask, bill: Bill) -> Table:
        """The table, in the same form as that of a plain file of claims."""
        out = np.flatnonzero(skipped)
        ids = self.found["claim_id"]
        if len(out):
            ids.values = ids.values.scatter(out, pl.Series([""]).new_from_index(0, len(out)))
        fields = pack_fields(self.pack)
        found = {name: column for name, column in self.found.items() if name in fields}
        table = Table(
            source=self.source,
            pack=self.pack,
            columns=Columns({name: fields[name] for name in found}, self.at, ()),
            size=self.size,
            values={name: column.values for name, column in found.items()},
            persons=numbered(found["person_id"].values),
            problems=Problems(
                self.source.name, self.source.headings, self.size, self.source.first_row
            ),
            empty=skipped,
            blank={name: column.blank for name, column in found.items()},
            left_out=tuple(self.left_out),
            notes=tuple(self.notes),
            bill=bill,
        )
        table.problems.skipped = skipped
        for problem in self.problems:
            table.problems.add(problem)
        find_problems(table, found, repeated(ids.values))
        return table


def _none_for_blank(cells: pl.Series) -> pl.Series:
    return cells.zip_with(cells != "", pl.Series([None], dtype=pl.String))


def _as_flag(meant: Any) -> Flag:
    from mediaid.mappings.model import Flag as Kind  # noqa: PLC0415

    return Kind(column=meant.column, yes=meant.yes, no=meant.no)
