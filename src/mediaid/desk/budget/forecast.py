"""A forecast as it is asked for and shown: what is typed, the work itself, its tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from mediaid.desk.budget.fields import AskedFor, Read, take, whole
from mediaid.desk.budget.forecast_tables import bridge_tables, forecast_tables
from mediaid.desk.listing import typed_path
from mediaid.desk.tables import Note, Table
from mediaid.faults import Fault, MediaidError, visible_path, why_not
from mediaid.i18n import gettext as _
from mediaid.packs.show.names import figure_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from mediaid.budget.forecast.book import Book
    from mediaid.budget.forecast.forecast import Forecast
    from mediaid.budget.forecast.terms import Terms
    from mediaid.packs.model import Pack

    Report = Callable[[str, float], None]

YEARS = (1949, 2200)
NO_YEAR = 0
SUFFIXES = (".csv", ".parquet", ".xlsx")
_READING, _FORECAST = 0.15, 0.9
"""Shares of the work by the end of reading, and of the forecast; the bridge is the rest."""


@dataclass(frozen=True)
class Job:
    """A forecast that can be run: plain values alone, so that another process can."""

    pack: str
    readings: Mapping[str, str]
    files: tuple[Path, ...]
    terms: Terms
    register: str = ""
    """The address of a register whose claims take the place of files."""
    last: Path | None = None
    """Last year's budget and execution, for the bridge."""
    ignored: tuple[str, ...] = ()
    """Columns not to read; "*" for all that are not known."""


@dataclass(frozen=True)
class Forecasted:
    """What a forecast says: its tables, and notes (rules, seed, warnings) beside them."""

    title: str
    tables: tuple[Table, ...]
    warnings: tuple[Note, ...]
    notes: tuple[Note, ...]


@dataclass
class ForecastSheet:
    """A forecast as asked for. Texts are kept as typed; `job` says what is wrong with them."""

    pack: str
    readings: Mapping[str, str]
    files: list[Path] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        from mediaid.budget.forecast.terms import SEED, SIMULATED  # noqa: PLC0415 - with its start

        self.texts = {
            "price_growth": "0%",
            "headcount_growth": "0%",
            "price_sd": "3%",
            "headcount_sd": "2%",
            "simulated": str(SIMULATED),
            "seed": str(SEED),
        } | self.texts

    @property
    def fields(self) -> tuple[AskedFor, ...]:
        """What is asked for beside the files."""
        growth = _("a year, such as 2% or -1.5%")
        may = _("how far it may come out otherwise (one standard deviation)")
        return (
            AskedFor("cut_off", _("cut-off"), _("the last day whose claims are used: 2023-08-31")),
            AskedFor("year", _("year to forecast"), _("empty: that of the cut-off; or the next")),
            AskedFor("price_growth", _("growth of prices"), growth),
            AskedFor("headcount_growth", _("growth of persons"), growth),
            AskedFor("price_sd", _("prices ±"), may),
            AskedFor("headcount_sd", _("persons ±"), may),
            AskedFor("policy_year", _("policy of"), _("a year; empty: the year forecast")),
            AskedFor("simulated", _("simulated years"), _("100 to 100,000")),
            AskedFor("seed", _("seed"), _("the same seed gives the same figures")),
            AskedFor("register", _("register"), _("its address, in place of files of claims")),
            AskedFor("last", _("last year"), _("a file of its budget and execution: the bridge")),
            AskedFor("ignored", _("columns not read"), _("names with commas; * for all unknown")),
        )

    def add(self, path: Path) -> int:
        """Add a file, or every claims file of a folder; return how many are new.

        Raises MediaidError where there is none.
        """
        found = [path]
        try:
            if path.is_dir():
                inside = sorted(path.iterdir())
                found = [its for its in inside if its.suffix.lower() in SUFFIXES and its.is_file()]
        except OSError as error:
            raise MediaidError(Fault(visible_path(path), why_not(error))) from None
        if not found:
            kinds = ", ".join(SUFFIXES)
            raise MediaidError(
                Fault(visible_path(path), _("holds no file of: {kinds}").format(kinds=kinds))
            )
        new = [its for its in found if its not in self.files]
        self.files += new
        return len(new)

    def job(self) -> tuple[Job | None, dict[str, str]]:
        """Return the forecast to run, and what is wrong by the field's name; "files" for those."""
        problems: dict[str, str] = {}
        terms = _terms(self.texts, problems)
        register = self.texts.get("register", "").strip()
        if not self.files and not register:
            problems["files"] = _("choose the claims files first")
        elif self.files and register:
            problems["register"] = _("take files of claims or a register, not both")
        if problems or terms is None:
            return None, problems
        ignored = [name.strip() for name in self.texts.get("ignored", "").split(",")]
        last = self.texts.get("last", "").strip()
        return (
            Job(
                self.pack,
                dict(self.readings),
                tuple(self.files),
                terms,
                register,
                typed_path(last, Path.cwd()) if last else None,
                tuple(filter(None, ignored)),
            ),
            problems,
        )


def _terms(texts: Mapping[str, str], problems: dict[str, str]) -> Terms | None:
    """Read the terms; what is wrong goes into `problems`."""
    from mediaid.budget.forecast.terms import Terms  # noqa: PLC0415
    from mediaid.budget.funding.assumptions import parse_growth  # noqa: PLC0415
    from mediaid.desk.packs import read_day  # noqa: PLC0415

    def read(name: str, reader: Callable[[str], Read], empty: Read | None = None) -> Read | None:
        text = texts.get(name, "")
        if empty is None or text.strip():
            return take(problems, name, text, reader)
        return empty

    day = None
    if texts.get("cut_off", "").strip():
        day = read("cut_off", read_day)
    else:
        problems["cut_off"] = _("is missing: fill it in")
    last = 0 if day is None else day.year
    year = read("year", whole(*YEARS), last)
    policy = read("policy_year", whole(*YEARS), NO_YEAR)
    rates = {
        name: read(name, parse_growth, Fraction(0))
        for name in ("price_growth", "headcount_growth", "price_sd", "headcount_sd")
    }
    simulated = read("simulated", whole(100, 100_000))
    seed = read("seed", whole(0, 2**63 - 1))
    if problems or day is None or year is None or simulated is None or seed is None:
        return None
    return Terms(
        year=year,
        cut_off=day,
        price_growth=rates["price_growth"] or Fraction(0),
        headcount_growth=rates["headcount_growth"] or Fraction(0),
        price_sd=float(rates["price_sd"] or 0),
        headcount_sd=float(rates["headcount_sd"] or 0),
        policy_year=policy or None,
        simulated=simulated,
        seed=seed,
    )


# ── the work ──────────────────────────────────────────────────────────────────────────────────


def run(job: Job, report: Report) -> Forecasted:
    """Read the files and forecast. Raises MediaidError for what cannot be read or forecast."""
    from mediaid.budget.forecast.forecast import forecast, path_of  # noqa: PLC0415 - elsewhere
    from mediaid.desk.packs import pack_of  # noqa: PLC0415

    pack = pack_of(job.pack, job.readings)
    book = _book(job, pack, lambda doing, done: report(doing, done * _READING))

    def further(doing: str, done: float) -> None:
        report(doing, _READING + (_FORECAST - _READING) * done)

    found = forecast(book, job.terms, pack, drivers=True, report=further)
    report(_("the way from last year"), _FORECAST)
    bridge = bridge_tables(pack, job.terms.year, path_of(book, job.terms, pack), job.last)
    report(_("done"), 1)
    return forecasted(found, pack, bridge)


def _book(job: Job, pack: Pack, report: Report) -> Book:
    from mediaid.desk.budget.files import read_book  # noqa: PLC0415

    if not job.register:
        return read_book(job.files, pack, job.ignored, report)
    from mediaid.desk.budget.registered import register_book  # noqa: PLC0415
    from mediaid.register.database.open import open_register  # noqa: PLC0415

    report(_("reading the register"), 0)
    register = open_register(job.register)
    try:
        return register_book(register, job.register, pack)
    finally:
        register.close()


def forecasted(its: Forecast, pack: Pack, bridge: Sequence[Table] = ()) -> Forecasted:
    """Put a forecast into tables and notes; `bridge`: tables that are shown with it."""
    title = _("Aid of {year}, forecast from {claims} claims known by {day}").format(
        year=its.terms.year, claims=f"{its.claims:,}", day=its.terms.cut_off
    )
    names = figure_words(pack, its.provisional)
    warnings = [Note(_("[provisional] {names}").format(names=names), "warn")] if names else []
    warnings += [
        Note(_("Beware: {warning}").format(warning=warning), "warn") for warning in its.warnings
    ]
    return Forecasted(
        title, (*forecast_tables(its, pack), *bridge), tuple(warnings), tuple(_notes(its, pack))
    )


def _notes(its: Forecast, pack: Pack) -> Iterator[Note]:
    from mediaid.budget import provenance  # noqa: PLC0415
    from mediaid.budget.forecast.present import assumed_lines  # noqa: PLC0415

    for line in assumed_lines(its.terms):
        yield Note(line, "faint")
    yield Note(_("settled under the policy of {year}").format(year=its.terms.settled_in), "faint")
    yield Note(provenance.as_line(pack), "faint")
