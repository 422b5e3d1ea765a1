"""A file of people or bills into the register: recognised, tried, then taken in whole or not.

    found = recognise(register, Request(path))      what the file is taken for: for somebody to see
    plan = try_import(register, found, watch)       what would come of it; nothing is changed
    report = take_in(register, plan, watch)         the same, in one transaction

`watch` is told how far it is, and raises Cancelled to stop with nothing kept.
"""

from __future__ import annotations

import hashlib
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from mediaid.faults import Fault, RegisterError, visible_path, why_not
from mediaid.i18n import gettext as _
from mediaid.mappings.files import known_mappings, load_mapping
from mediaid.mappings.recognise import fit
from mediaid.mappings.recognise import recognise as fits_of
from mediaid.mappings.show import fit_lines
from mediaid.register.determinations.packs import current_pack
from mediaid.register.intake.bills import (
    NOTHING,
    Answers,
    BillChanges,
    compare_bills,
    enter_bills,
    read_bills,
)
from mediaid.register.intake.columns import PEOPLE, TEMPLATE, bills_template
from mediaid.register.intake.files import Defaults, bill_rows, people_rows, unknown_file
from mediaid.register.intake.kept import find_mapping, kept_mappings
from mediaid.register.intake.people import (
    PeopleChanges,
    compare_people,
    enter_people,
    read_people,
)
from mediaid.register.intake.report import Report, unwatched

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from sqlalchemy import Connection

    from mediaid.mappings.files import Loaded
    from mediaid.mappings.recognise import Fit
    from mediaid.packs.model import Pack
    from mediaid.register.intake.bills import GivenBack, ReadBill
    from mediaid.register.intake.people import PersonRow
    from mediaid.register.intake.report import Watch
    from mediaid.register.session import Register

Kind = Literal["people", "bills"]


@dataclass(frozen=True)
class Request:
    """What is to be taken in. Without `kind` and `mapping` the file's headings decide.

    `office` names whose kept mappings are known; `ignore` further headings not to read ('*': all
    unknown ones). `similar_answer` says why bills that look alike are different ones.
    """

    path: Path
    kind: Kind | None = None
    mapping: str = ""
    office: str = ""
    defaults: Defaults = field(default_factory=Defaults)
    ignore: Collection[str] = ()
    similar_answer: str = ""
    of_known_people: bool = False


@dataclass(frozen=True, eq=False)
class Recognised:
    """What a file is taken for. `mapping`: how bills are read, or what a roster's words mean.

    `sure` where it has the register's own headings, or somebody said what it is; else it is to be
    confirmed, by the `lines` that say which column is read as what.
    """

    request: Request
    kind: Kind
    mapping: Loaded | None
    sure: bool
    lines: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Plan:
    """A file read, and what would come of it."""

    found: Recognised
    report: Report
    sha256: str
    _pack: str = field(repr=False)
    """The hash of the rules it was read by."""
    _rows: list[PersonRow] | list[ReadBill] = field(repr=False)
    _given_back: GivenBack = field(repr=False)
    _read: Report = field(repr=False)
    """What reading found."""

    @property
    def possible(self) -> bool:
        """Whether it can be taken in: no row is refused."""
        return not self.report.refused


def recognise(register: Register, request: Request) -> Recognised:
    """Find out what a file is by its headings. Raises MediaidError where that cannot be told."""
    from mediaid.batch.mapped.head import first_rows  # noqa: PLC0415 - polars is slow to load
    from mediaid.batch.source import refuse_no_file  # noqa: PLC0415

    refuse_no_file(request.path)
    rows = first_rows(request.path)
    if not rows:
        raise RegisterError(Fault(visible_path(request.path), _("the file is empty")))
    with register.read() as connection:
        pack = current_pack(connection)
        if request.mapping:
            named = find_mapping(connection, request.office, request.mapping, pack)
        others = [] if request.mapping else _mappings(connection, request.office, pack)
    people = fit(PEOPLE, rows)
    if request.mapping:
        its = fit(named.model, rows)
        as_people = request.kind == "people" or (
            request.kind is None and people.complete and not its.complete
        )
        kind: Kind = "people" if as_people else "bills"
        return Recognised(request, kind, named, True, tuple(fit_lines(its, named)))
    template = bills_template(pack)
    if request.kind == "people":
        return Recognised(request, "people", None, True, ())
    return _by_headings(request, people, [template, *others], rows)


def _by_headings(
    request: Request, people: Fit, mappings: list[Loaded], rows: list[list[str]]
) -> Recognised:
    """Choose what fits by itself: bills by the template or a mapping, or else people."""
    template = mappings[0]
    loaded_of = {id(loaded.model): loaded for loaded in mappings}
    fits = fits_of([loaded.model for loaded in mappings], rows)
    complete = [loaded_of[id(its.mapping)] for its in fits if its.complete]
    if template in complete:
        return Recognised(request, "bills", template, True, ())
    if len(complete) > 1:
        raise RegisterError(
            Fault(
                visible_path(request.path),
                _("several mappings fit: name one with --mapping ({names})").format(
                    names=", ".join(loaded.name for loaded in complete)
                ),
            )
        )
    if complete:
        its = next(its for its in fits if its.complete)
        lines = tuple(fit_lines(its, complete[0]))
        return Recognised(request, "bills", complete[0], False, lines)
    if people.complete and request.kind is None:
        return Recognised(request, "people", None, True, ())
    nearest = ""
    if fits:
        best = loaded_of[id(fits[0].mapping)]
        nearest = _("The nearest is {name}; it lacks {columns}.").format(
            name=best.name, columns=_(", ").join([*fits[0].missing][:8])
        )
    raise unknown_file(request.path, nearest)


def _mappings(connection: Connection, office: str, pack: Pack) -> list[Loaded]:
    """Return every mapping there is: those the office keeps stand before others of their name."""
    names = dict.fromkeys([*known_mappings(), *(m.name for m in kept_mappings(connection, office))])
    kept = {m.name for m in kept_mappings(connection, office)}
    return [
        find_mapping(connection, office, name, pack) if name in kept else load_mapping(name, pack)
        for name in names
    ]


def try_import(register: Register, found: Recognised, watch: Watch = unwatched) -> Plan:
    """Read a file and compare it with the register; nothing is changed, and nobody waits.

    Raises MediaidError where the file as a whole cannot be read; what is wrong with rows stands in
    the report.
    """
    request = found.request
    watch(_("reading"), 0)
    report = Report()
    sha256 = _sum(request.path)
    given_back = NOTHING
    today = register.clock().date()
    read: list[PersonRow] | list[ReadBill]
    with register.read() as connection:
        pack = current_pack(connection)
    if found.kind == "people":
        people = people_rows(request.path, request.defaults, found.mapping, report)
        read = read_people(people, pack, today, report, watch)
    else:
        mapping = found.mapping or bills_template(pack)
        bills, given_back = bill_rows(
            request.path, mapping, pack, request.defaults, report, today, request.ignore
        )
        read = read_bills(bills, pack, today, report, watch)
    plan = Plan(found, report, sha256, pack.hash, read, given_back, report)
    with register.read() as connection:
        return replace(plan, report=_compare(connection, plan, watch, lock=False).report)


def take_in(register: Register, plan: Plan, watch: Watch = unwatched) -> Report:
    """Take in what was tried: all of it in one transaction, with its audit events, or nothing.

    Raises RegisterError where rows are refused, or the register has changed since so that
    something else would come of it.
    """
    if not plan.possible:
        raise RegisterError(_("rows are refused: nothing is taken in until they are corrected"))
    kind = plan.found.kind
    with register.write(f"{kind}.import") as work:
        changes = _compare(work.connection, plan, watch, lock=True)
        report = changes.report
        same_rules = current_pack(work.connection).hash == plan._pack
        if not same_rules or _counts(report) != _counts(plan.report):
            raise RegisterError(
                _("the register was changed since this was tried: nothing is taken in; try again")
            )
        if isinstance(changes, PeopleChanges):
            enter_people(work, changes, watch)
        else:
            enter_bills(work, changes, watch)
        work.details = _details(plan, report)
        watch(_("writing the audit"), 0.9)
    watch(_("done"), 1)
    return report


def _compare(
    connection: Connection, plan: Plan, watch: Watch, *, lock: bool
) -> PeopleChanges | BillChanges:
    """Compare what was read with the register; the report is that of both, in the file's order."""
    request = plan.found.request
    report = deepcopy(plan._read)
    rows: Any = plan._rows
    changes: PeopleChanges | BillChanges
    if plan.found.kind == "people":
        changes = compare_people(connection, rows, report, watch)
    else:
        answers = Answers(request.similar_answer, request.of_known_people)
        changes = compare_bills(
            connection, rows, report, answers, plan._given_back, lock=lock, watch=watch
        )
    report.refused.sort()
    report.left_out.sort()
    return changes


def _counts(report: Report) -> tuple[Any, ...]:
    """Return what must not differ between what was confirmed and what is taken in."""
    return report.new, report.changed, report.same, report.reversed_bills, report.refused


def _details(plan: Plan, report: Report) -> dict[str, Any]:
    """Return what the audit says of an import: which file, how it was read, what came of it."""
    mapping = plan.found.mapping
    details: dict[str, Any] = {
        "file": plan.found.request.path.name,
        "sha256": plan.sha256,
        "new": report.new,
        "changed": report.changed,
        "same": report.same,
        "reversed": report.reversed,
        "left_out": len(report.left_out),
    }
    if mapping is not None and mapping.name != TEMPLATE:
        details["mapping"] = mapping.name
    return details


def _sum(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise RegisterError(
            Fault(
                visible_path(path),
                _("cannot be read: {reason}").format(reason=why_not(error)),
            )
        ) from error
