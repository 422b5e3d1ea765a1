"""Taking a file of people or bills into the register: tried first, then taken in whole or not.

Both run in a process of their own (`desk.working`), which opens the register by its address. What
is taken in is tried again there, and refused unless it comes to what was shown: nothing can slip in
between the two.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from mediaid.desk.budget.fields import AskedFor, take
from mediaid.desk.choices import Choice, exact
from mediaid.faults import MediaidError
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator

    from mediaid.register.intake.importing import Plan, Request
    from mediaid.register.intake.report import Report as Counted
    from mediaid.register.session import Register

    Report = Callable[[str, float], None]

Kind = Literal["people", "bills"]
SUFFIXES = (".csv", ".parquet", ".xlsx")
_TRYING = 0.4
"""Share of taking in that is trying again."""


@dataclass(frozen=True)
class Job:
    """A file to be taken in; plain values alone."""

    register: str
    file: Path
    kind: Kind | None = None
    mapping: str = ""
    town: str = ""
    since: dt.date | None = None
    institution: str = ""
    ignored: tuple[str, ...] = ()
    similar: str = ""
    known_people: bool = False
    seal: str = ""
    """What the trial came to that is to be taken in."""


@dataclass(frozen=True)
class Listed:
    """A row that is not taken in: its number in the file, whether it is refused, and why."""

    row: int
    refused: bool
    reason: str


@dataclass(frozen=True)
class Tried:
    """What would come of a file, or came of it (`taken`)."""

    title: str
    recognised: tuple[str, ...]
    sure: bool
    counts: tuple[tuple[str, int], ...]
    listed: tuple[Listed, ...]
    notes: tuple[str, ...]
    possible: bool
    changes: bool
    seal: str
    taken: bool = False


def kinds() -> tuple[Choice, ...]:
    """Return what a file may hold."""
    return (Choice("people", "人员", "people"), Choice("bills", "单据", "bills"))


def answers() -> tuple[Choice, ...]:
    """Return yes and no."""
    return (Choice("yes", "是", "yes"), Choice("no", "否", "no"))


@dataclass
class ImportSheet:
    """An import as asked for. Texts are kept as typed; `job` says what is wrong with them."""

    texts: dict[str, str] = field(default_factory=dict)
    file: Path | None = None

    @property
    def fields(self) -> tuple[AskedFor, ...]:
        """What is asked for; the file is chosen apart."""
        auto = _("empty: its headings say")
        for_rows = _("for rows that do not say it")
        return (
            AskedFor("register", _("register"), _("a file, or the address of a database")),
            AskedFor("kind", _("holds"), _("people or bills; {auto}").format(auto=auto)),
            AskedFor("mapping", _("mapping"), _("how bills are read; {auto}").format(auto=auto)),
            AskedFor("town", _("town or street"), for_rows),
            AskedFor("since", _("category since"), for_rows),
            AskedFor("institution", _("institution"), for_rows),
            AskedFor("ignored", _("columns not read"), _("names with commas; * for all unknown")),
            AskedFor("similar", _("alike, because"), _("why bills that look alike are others")),
            AskedFor(
                "known_people",
                _("known people only"),
                _("yes: bills of people who are not in the register are left out"),
            ),
        )

    def job(self) -> tuple[Job | None, dict[str, str]]:
        """Return what to take in, and what is wrong by the field's name; "file" for the file."""
        from mediaid.desk.packs import read_day  # noqa: PLC0415 - loads numpy and pydantic

        problems: dict[str, str] = {}
        text = {name: its.strip() for name, its in self.texts.items()}
        register = text.get("register", "")
        if not register:
            problems["register"] = _("say which register: the path of its file")
        if self.file is None:
            problems["file"] = _("choose the file first")
        kind = take(problems, "kind", text.get("kind", ""), lambda its: _code(its, kinds()))
        known = take(
            problems,
            "known_people",
            text.get("known_people", ""),
            lambda its: _code(its, answers()),
        )
        since = take(problems, "since", text["since"], read_day) if text.get("since") else None
        if problems or self.file is None:
            return None, problems
        ignored = (name.strip() for name in text.get("ignored", "").split(","))
        return (
            Job(
                register=register,
                file=self.file,
                kind="people" if kind == "people" else "bills" if kind == "bills" else None,
                mapping=text.get("mapping", ""),
                town=text.get("town", ""),
                since=since,
                institution=text.get("institution", ""),
                ignored=tuple(filter(None, ignored)),
                similar=text.get("similar", ""),
                known_people=known == "yes",
            ),
            problems,
        )


def _code(text: str, choices: tuple[Choice, ...]) -> str:
    if not text:
        return ""
    choice = exact(text, choices)
    if choice is None:
        raise ValueError(
            _("write one of: {choices}").format(
                choices=", ".join(f"{its.label} ({its.code})" for its in choices)
            )
        )
    return choice.code


# ── the work ──────────────────────────────────────────────────────────────────────────────────


def try_file(job: Job, report: Report) -> Tried:
    """Say what would come of a file; nothing is changed. Raises MediaidError where it cannot be
    read as a whole."""
    from mediaid.register.intake.importing import recognise, try_import  # noqa: PLC0415

    with _opened(job) as register:
        plan = try_import(register, recognise(register, _request(job)), report)
    return _tried(plan, plan.report)


def take_file(job: Job, report: Report) -> Tried:
    """Take a file in, in one transaction: what was tried, or nothing. Raises MediaidError."""
    from mediaid.register.intake.importing import (  # noqa: PLC0415
        recognise,
        take_in,
        try_import,
    )

    with _opened(job) as register:
        found = recognise(register, _request(job))
        plan = try_import(register, found, lambda doing, done: report(doing, done * _TRYING))
        if _seal(plan) != job.seal:
            raise MediaidError(
                _(
                    "the file or the register was changed since this was tried: nothing is taken "
                    "in; try again"
                )
            )

        def further(doing: str, done: float) -> None:
            report(doing, _TRYING + (1 - _TRYING) * done)

        taken = take_in(register, plan, further)
    return replace(_tried(plan, taken), taken=True)


def save_listed(given: tuple[Path, tuple[Listed, ...], Path], _report: Report) -> None:
    """Write rows that are not taken in to a file, with their reasons: .csv, .xlsx or .parquet.

    `given`: the file, the rows, and the file they stand in, which is not overwritten. Raises
    MediaidError where that cannot be.
    """
    from mediaid.batch.mapped.reasons import write_reasons  # noqa: PLC0415
    from mediaid.i18n import language  # noqa: PLC0415

    path, listed, source = given
    write_reasons(path, [(its.row, its.reason) for its in listed], source, language())


@contextmanager
def _opened(job: Job) -> Iterator[Register]:
    from mediaid.register.database.open import open_register  # noqa: PLC0415

    register = open_register(job.register)
    try:
        yield register
    finally:
        register.close()


def _request(job: Job) -> Request:
    from mediaid.register.intake.files import Defaults  # noqa: PLC0415
    from mediaid.register.intake.importing import Request  # noqa: PLC0415

    return Request(
        path=job.file,
        kind=job.kind,
        mapping=job.mapping,
        defaults=Defaults(job.town, job.since, job.institution),
        ignore=job.ignored,
        similar_answer=job.similar,
        of_known_people=job.known_people,
    )


def _seal(plan: Plan) -> str:
    """Return what tells one trial from another: the file's content, every count of it, and the
    bills that it reverses."""
    its = plan.report
    counts = f"{its.new} {its.changed} {its.same} {len(its.refused)}"
    return f"{plan.sha256} {counts} {','.join(map(str, its.reversed_bills))}"


def _tried(plan: Plan, report: Counted) -> Tried:
    found, mapping = plan.found, plan.found.mapping
    words = {"people": _("people"), "bills": _("bills")}[found.kind]
    title = _("{file}: {kind}").format(file=found.request.path.name, kind=words)
    if mapping is not None:
        title = _("{title}, read by mapping {name}").format(title=title, name=mapping.name)
    listed = [Listed(its.row, True, its.reason) for its in report.refused]
    listed += [Listed(its.row, False, its.reason) for its in report.left_out]
    return Tried(
        title=title,
        recognised=found.lines,
        sure=found.sure,
        counts=(
            (_("new"), report.new),
            (_("changed"), report.changed),
            (_("there already"), report.same),
            (_("to be reversed"), report.reversed),
            (_("left out"), len(report.left_out)),
            (_("refused"), len(report.refused)),
        ),
        listed=tuple(listed),
        notes=tuple(report.notes),
        possible=plan.possible,
        changes=report.changes,
        seal=_seal(plan),
    )
