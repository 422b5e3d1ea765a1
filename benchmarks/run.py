"""Measure mediaid against its floor and its rivals, and print one table of ratios.

    python -m benchmarks            the whole table, some minutes
    python -m benchmarks --quick    the same on small files, to see that everything works

The table goes to standard output and to build/bench.md, progress to standard error. Before
anything is timed, all results are compared line by line with those of the plain loop; the exit
code is 1 when one differs. A target that is missed is said in the table and changes no exit code,
since it says as much about the machine as about the program.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median

from benchmarks.measure import (
    BenchmarkError,
    Command,
    Contender,
    Times,
    compete,
    ratios,
    run,
    say,
)
from benchmarks.table import Row, Target, render, seconds

HERE = Path(__file__).parent
RIVALS = {
    "DuckDB SQL": "duckdb_sql.py",
    "Polars": "polars_windows.py",
    "pandas": "pandas_groupby.py",
}
CALC = (
    *("calc", "--category", "dibao", "--setting", "inpatient", "--insurance", "resident"),
    *("--self-paid", "8000", "--date", "2023-05-01"),
)
MEDIAID, FLOOR, LOOP, ZEN = "mediaid", "floor", "plain Python loop", "zen-engine"
HOLDER = 2_000


@dataclass(frozen=True)
class Size:
    """How much is measured; ``rows`` is the size of the batch that the targets speak of."""

    rows: int
    rounds: int
    startups: int
    sample: int
    cases: int
    keys: int
    persons: int


FULL = Size(
    rows=1_000_000, rounds=7, startups=15, sample=5_000, cases=2_000, keys=120, persons=250_000
)
QUICK = Size(rows=20_000, rounds=2, startups=3, sample=500, cases=50, keys=24, persons=500)


@dataclass(frozen=True)
class Bench:
    """Where things are, and how much of them."""

    size: Size
    folder: Path
    rivals_python: str
    openfisca_python: str
    counts: dict[Path, int] = field(default_factory=dict)  # persons of a file, lines of a result

    @property
    def mediaid(self) -> Path:
        """The console script that was installed next to this interpreter."""
        return Path(sys.executable).parent / "mediaid"

    def claims(self, rows: int, *, holder: bool = False, years: int = 1) -> Path:
        """A claims file of this shape, made once per run."""
        path = self.folder / f"claims-{rows}-{years}{'-holder' if holder else ''}.parquet"
        if not path.exists():
            shape = ["--rows", str(rows), "--years", str(years)]
            shape += ["--holder-claims", str(HOLDER if holder else 0)]
            self.counts[path] = self.tool("generate.py", path, *shape)
        return path

    def tool(self, script: str, *args: str | Path) -> int:
        """Run a script of this folder that prints a number.

        In a process of its own: what this one had in memory would count as its children's peak.
        """
        command: Command = [sys.executable, HERE / script, *args]
        return int(run(command)[2])

    def result(self, name: str, claims: Path) -> Path:
        """Where a contender writes its result."""
        return self.folder / f"{claims.stem}.{name.replace(' ', '-')}.result.parquet"

    def batch(self, claims: Path, name: str = MEDIAID) -> Contender:
        """Mediaid's batch command, Parquet to Parquet."""
        return Contender(name, [self.mediaid, "batch", claims, "-o", self.result(MEDIAID, claims)])

    def rival(self, name: str, script: str, claims: Path) -> Contender:
        """A hand-written equivalent."""
        path = HERE / "rivals" / script
        return Contender(name, [self.rivals_python, path, claims, self.result(name, claims)])

    def floor(self, claims: Path) -> Contender:
        """Polars reading the claims and writing mediaid's result; see floor.py."""
        template = self.result(MEDIAID, claims)
        target = self.result(FLOOR, claims)
        command: Command = [sys.executable, HERE / "floor.py", claims, template, target]
        return Contender(FLOOR, command, lambda wall, out: wall - float(out.split()[0]))

    def zen(self, claims: Path) -> Contender:
        """A rules engine per claim: a sample's time per claim, times the number of claims."""
        script = HERE / "rivals" / "zen_rules.py"
        command: Command = [self.rivals_python, script, claims, str(self.size.sample)]
        return Contender(ZEN, command, lambda _, out: float(out) * self.size.rows)


def checked(bench: Bench, claims: Path) -> None:
    """Everybody's results against the plain loop's; BenchmarkError when one differs."""
    expected = bench.result(LOOP, claims)
    run(bench.rival(LOOP, "plain_loop.py", claims).command)
    for contender in (
        bench.batch(claims),
        *(bench.rival(name, script, claims) for name, script in RIVALS.items()),
    ):
        say(f"comparing {contender.name} with the plain loop on {claims.name}")
        run(contender.command)
        got = bench.result(contender.name, claims)
        bench.counts[got] = bench.tool("check.py", expected, got)
    sample = bench.folder / "zen-sample.parquet"
    run([*bench.zen(claims).command, sample])
    bench.tool("check.py", "--sample", expected, sample)


def batch_rows(bench: Bench) -> list[Row]:
    """The batch against the floor, the rivals and the rules engine."""
    claims = bench.claims(bench.size.rows)
    say(f"batch of {bench.size.rows:,} claims")
    checked(bench, claims)
    contenders = [bench.floor(claims), bench.batch(claims), bench.zen(claims)]
    contenders += [bench.rival(name, script, claims) for name, script in RIVALS.items()]
    times = compete(contenders, bench.size.rounds)
    once, _, _ = run(bench.rival(LOOP, "plain_loop.py", claims).command)
    own = times[MEDIAID]
    strongest = max(RIVALS, key=lambda name: median(ratios(own, times[name])))
    rows = [
        versus(
            "batch",
            own,
            "floor: Polars reads and writes",
            times[FLOOR],
            Target("≤", 3),
            memory=True,
        ),
        versus(
            "batch", own, f"best rival: {strongest}", times[strongest], Target("≤", 1), memory=True
        ),
        versus(
            f"zen-engine, one evaluation per claim, from a sample of {bench.size.sample:,}",
            times[ZEN],
            "batch",
            own,
            Target("≥", 100),
        ),
    ]
    rows += [versus(name, times[name], "floor", times[FLOOR], None, memory=True) for name in RIVALS]
    rows.append(versus(f"{LOOP}, once", Times([once]), "batch", Times([median(own.seconds)]), None))
    return rows


def versus(
    measured: str,
    own: Times,
    against: str,
    other: Times,
    target: Target | None,
    *,
    memory: bool = False,
) -> Row:
    """A row for the ratio of two contenders."""
    detail = f"{seconds(median(own.seconds))} : {seconds(median(other.seconds))}"
    if memory:
        detail += f"; at most {own.peak:,.0f} : {other.peak:,.0f} MB"
    return Row(measured, against, ratios(own, other), target, detail, "×")


def scaling_rows(bench: Bench) -> list[Row]:
    """Twice the rows, and one holder with very many claims."""
    size = bench.size.rows
    files = {
        f"{size // 2:,} rows": bench.claims(size // 2),
        f"{size:,} rows": bench.claims(size),
        f"{size * 2:,} rows": bench.claims(size * 2),
        f"{size:,} rows, a holder with {HOLDER:,}": bench.claims(size, holder=True),
    }
    say("more rows, and one large holder")
    contenders = [bench.batch(path, name) for name, path in files.items()]
    times = compete(contenders, bench.size.rounds)
    half, whole, double, holder = files
    return [
        versus(f"batch, {whole}", times[whole], half, times[half], Target("≤", 2.2)),
        versus(f"batch, {double}", times[double], whole, times[whole], Target("≤", 2.2)),
        versus(f"batch, {holder}", times[holder], "the even file", times[whole], Target("≤", 1.3)),
    ]


def case_rows(bench: Bench) -> list[Row]:
    """One case in-process: each round a fresh process of either side, the median of many calls."""
    say("one case")
    times = str(bench.size.cases)
    commands: dict[str, Command] = {
        "mediaid": [sys.executable, HERE / "one_case.py", times],
        "OpenFisca": [bench.openfisca_python, HERE / "openfisca" / "person_year.py", times],
    }
    medians: dict[str, list[float]] = {}
    for number in range(bench.size.rounds):
        say(f"  round {number + 1} of {bench.size.rounds}")
        for side, command in commands.items():
            _, _, output = run(command)
            for name, micros in json.loads(output).items():
                medians.setdefault(f"{side} {name}", []).append(median(micros) / 1e6)
    own, four = Times(medians["mediaid one"]), Times(medians["mediaid four"])
    case, plain = Times(medians["OpenFisca explained"]), Times(medians["OpenFisca plain"])
    calculation = Times(medians["OpenFisca calculate"])
    millis = [value * 1e3 for value in own.seconds]
    mine = "one case settled and explained"
    return [
        Row(mine, "", millis, Target("<", 1), "", " ms"),
        versus(mine, own, "OpenFisca-Core, the same person-year, traced", case, Target("<", 1)),
        versus(mine, own, "OpenFisca-Core, the same without an explanation", plain, None),
        versus(mine, own, "OpenFisca-Core, calculation alone", calculation, None),
        versus("one case with three earlier bills", four, "OpenFisca-Core, one sum", case, None),
    ]


def startup_rows(bench: Bench) -> tuple[list[Row], str]:
    """Start-up of two commands against bare imports; also the libraries that calc needs."""
    say("start-up")
    python = sys.executable
    _, _, found = run([python, HERE / "libraries.py", *CALC])
    needs = found.strip()
    contenders = [
        Contender("typer", [python, "-c", "import typer"]),
        Contender("version", [bench.mediaid, "--version"]),
        Contender("libraries", [python, "-c", f"import {needs}" if needs else "pass"]),
        Contender("calc", [bench.mediaid, *CALC]),
        Contender("uncached", ["env", "MEDIAID_CACHE=", bench.mediaid, *CALC]),
    ]
    times = compete(contenders, bench.size.startups)
    names = sorted({name.partition(".")[0] for name in needs.split(",")} - {""})
    rows = [
        versus(
            "`mediaid --version`",
            times["version"],
            "`python -c 'import typer'`",
            times["typer"],
            Target("≤", 1.3),
        ),
        versus(
            "`mediaid calc …`",
            times["calc"],
            "import of the libraries it needs",
            times["libraries"],
            Target("≤", 1.5),
        ),
        versus(
            "`mediaid calc …`, pack not cached",
            times["uncached"],
            "the same import",
            times["libraries"],
            None,
        ),
    ]
    return rows, ", ".join(names)


def tui_rows(bench: Bench) -> list[Row]:
    """The terminal interface against an empty Textual app and a bare form of as many fields."""
    say("the terminal interface")
    python, rounds = sys.executable, bench.size.rounds
    os.environ["MEDIAID_STATE"] = str((bench.folder / "state").resolve())
    driver = ["env", "TEXTUAL_DRIVER=tui_driver:FirstPaint", f"PYTHONPATH={HERE}"]
    opened = compete(
        [
            Contender(side, [*driver, python, HERE / "tui_open.py", side])
            for side in ("mediaid", "bare")
        ],
        bench.size.startups,
    )
    typed: dict[str, list[float]] = {}
    for number in range(rounds):
        say(f"  round {number + 1} of {rounds}")
        for side in ("mediaid", "bare"):
            _, _, output = run([python, HERE / "tui_form.py", side, str(bench.size.keys)])
            for name, figure in json.loads(output).items():
                typed.setdefault(f"{side} {name}", []).append(figure / 1e3)
    rows = [
        versus(
            "first picture of the terminal interface",
            opened["mediaid"],
            "of an empty Textual app",
            opened["bare"],
            Target("≤", 1.5),
            memory=True,
        )
    ]
    for name, what in (("amount", "in an amount"), ("bill", "of a bill")):
        own, bare = (Times(typed[f"{side} {name}"]) for side in ("mediaid", "bare"))
        against = "the same in a bare form of as many fields"
        rows.append(versus(f"CPU of a key {what}", own, against, bare, Target("≤", 1.5)))
    return [*rows, *list_rows(bench)]


def list_rows(bench: Bench) -> list[Row]:
    """The terminal interface on a large register against the same on an empty one."""
    tool = [sys.executable, "-m", "benchmarks.tui_register"]
    large, empty = bench.folder / "large.db", bench.folder / "empty.db"
    for path, persons in ((large, bench.size.persons), (empty, 0)):
        for old in bench.folder.glob(f"{path.name}*"):
            old.unlink()
        run([*tool, "make", path, str(persons)])
    more, held = [], []
    for number in range(max(bench.size.rounds // 2, 1)):
        say(f"  round {number + 1}")
        _, with_cases, said = run([*tool, "look", large])
        _, without, _said = run([*tool, "look", empty])
        more.append(with_cases - without)
        held.append(json.loads(said)["busy"])
    large.unlink()
    cases = f"the list of {4 * bench.size.persons:,} cases"
    return [
        Row(f"memory of {cases}", "of an empty register", more, Target("≤", 30), "peaks", " MB"),
        Row(f"longest turn of the event loop in {cases}", "", held, None, "CPU", " ms"),
    ]


def notes(bench: Bench, libraries: str) -> list[str]:
    """What the reader of the table has to know."""
    size = bench.size
    claims = bench.claims(size.rows)
    lines = bench.counts[bench.result(MEDIAID, claims)]
    return [
        f"Batch: {size.rows:,} made-up claims of {bench.counts[claims]:,} persons from Parquet to "
        f"{lines:,} lines in Parquet; each claim draws its own category, so caps change within "
        "the year. Whole processes, start-up included.",
        f"Each ratio is made within one round; median, smallest and largest of {size.rounds} "
        f"rounds ({size.startups} for the start-up), in which all contenders take turns.",
        "Floor: reads the claims and writes mediaid's finished result, less the time to load "
        "that result.",
        "All full rivals gave the same lines, amounts and caps as mediaid and the plain loop; "
        "zen-engine the same aid for its sample.",
        "zen-engine: evaluation alone, without start-up, reading or writing, extrapolated from "
        "the sample to the size of the batch.",
        f"`mediaid calc` loads: {libraries or 'no library'}. The bare import names every module "
        "of theirs that it loads.",
        "Terminal interface: drawn in full for a terminal of 160×50 that shows nothing. A key is "
        "typed when the one before is on the screen; its CPU time includes settling the case, the "
        "explanation and the draft on the disk. Of a bill: field by field, with lists of codes and "
        "a line for the next bill.",
        f"Python {platform.python_version()}, {os.cpu_count()} CPUs, {platform.machine()}, "
        f"{platform.system()}.",
    ]


def arguments(args: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small files, few rounds")
    parser.add_argument("--rows", type=int, help="claims in the batch")
    parser.add_argument("--rounds", type=int, help="rounds of each comparison (start-up: thrice)")
    parser.add_argument("--folder", type=Path, default=Path("build/bench"))
    parser.add_argument("--output", type=Path, default=Path("build/bench.md"))
    parser.add_argument("--rivals-python", default=sys.executable)
    parser.add_argument("--openfisca-python", default=sys.executable)
    return parser.parse_args(args)


def main(args: Sequence[str] | None = None) -> int:
    options = arguments(args)
    size = QUICK if options.quick else FULL
    if options.rows:
        size = replace(size, rows=options.rows)
    if options.rounds:
        size = replace(size, rounds=options.rounds, startups=3 * options.rounds)
    bench = Bench(size, options.folder, options.rivals_python, options.openfisca_python)
    bench.folder.mkdir(parents=True, exist_ok=True)
    os.environ["MEDIAID_CACHE"] = str((bench.folder / "cache").resolve())
    for old in bench.folder.glob("*.parquet"):
        old.unlink()
    try:
        checked(bench, bench.claims(min(50_000, size.rows), years=2))
        rows = [*batch_rows(bench), *scaling_rows(bench), *case_rows(bench)]
        startups, libraries = startup_rows(bench)
        screens = tui_rows(bench)
    except BenchmarkError as error:
        say(str(error))
        return 1
    rows += [*startups, *screens]
    text = render(rows, notes(bench, libraries))
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(text, encoding="utf-8")
    print(text, end="")
    missed = sum(row.missed for row in rows)
    say(f"{missed} of {sum(row.target is not None for row in rows)} targets not met")
    return 0


if __name__ == "__main__":
    sys.exit(main())
