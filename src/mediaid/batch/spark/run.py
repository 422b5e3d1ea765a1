"""One batch on Spark: the same checks, the same kernel, the same figures as on one machine.

Rows are read and checked by themselves where they lie (`mapInArrow`); suspects of what takes the
whole input to know (repeated ids, reversals) are gathered and judged on the driver, by the code
that does so on one machine; claims are then sent to buckets by their holder and settled there
(`applyInArrow`). The result goes to a folder of a passing name beside its target first.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np
import polars as pl

from mediaid.batch.formats import format_of
from mediaid.batch.headings import Columns, match
from mediaid.batch.large.across import Across, judge
from mediaid.batch.large.refused import no_claims
from mediaid.batch.large.run import sums_together
from mediaid.batch.large.summary_file import write_summary
from mediaid.batch.large.tally import FIGURES, KEYS, notes_of, summed
from mediaid.batch.outputs import Outputs, refuse_paths
from mediaid.batch.problems import Problems
from mediaid.batch.refusals import SHOWN, bad_rows
from mediaid.batch.spark import kernel
from mediaid.batch.spark.kernel import EMPTY, FAULTS, LINE, PART, ROW, SUMS, VOID, Task
from mediaid.batch.spark.session import ROWS_A_BATCH, failing, session
from mediaid.batch.spark.ship import keep_package
from mediaid.batch.summary import Summary
from mediaid.claims.records import from_records
from mediaid.engine.order import components
from mediaid.engine.settle import settle
from mediaid.engine.verbs.split import UNASSIGNED
from mediaid.faults import ClaimError, Fault, visible, visible_path
from mediaid.i18n import gettext as _
from mediaid.i18n import language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mediaid.batch.job import Job, Report

CLAIMS_A_BUCKET = 250_000
"""A bucket is in one worker's memory at a time: about 300 MB."""
LEAST_BUCKETS = 8

IS_BAD = f"{FAULTS} is not null or {VOID} = {kernel.BAD}"

settle_bucket = kernel.settled


def run_on_spark(job: Job, master: str | None, report: Report) -> Summary:
    """Settle Parquet files into a folder of Parquet files.

    Raises ClaimError with what is wrong: then no output appears.
    """
    refuse_options(job)
    if job.summary is not None:
        format_of(job.summary)
        refuse_paths([], [job.summary])
    with session(master) as spark:
        spark.sparkContext.addPyFile(str(keep_package()))
        spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", ROWS_A_BATCH)
        with failing():
            return _Run(spark, job, report).run()


def refuse_options(job: Job) -> None:
    """ClaimError for what is asked of a batch and this engine does not do."""
    asked = {
        "--opening": job.opening,
        "--closing": job.closing,
        "--memory": job.memory,
        "--resume": job.resume or None,
    }
    faults = [
        Fault(name, _("works with --engine embedded only"))
        for name, value in asked.items()
        if value is not None
    ]
    if job.mapping is not None:
        said = _(
            "works with --engine embedded only: Spark reads files with the program's own columns "
            "(docs/claims-files.md)"
        )
        faults.append(Fault("--mapping", said))
    for name, path in (("--output", job.output), ("--rejects", job.rejects)):
        if path is not None and path.suffix.lower() in (".csv", ".xlsx"):
            faults.append(Fault(name, _("Spark writes a folder of Parquet files: name a folder")))
    if faults:
        raise ClaimError(faults)


def location(path: Path) -> str:
    """A path as Spark is told it: one slash of hdfs://host/… is lost when it is read as a path."""
    return re.sub(r"^([a-z][a-z0-9+.-]+):/(?=[^/])", r"\1://", str(path))


@dataclass
class _Run:
    spark: Any
    job: Job
    report: Report
    _frames: list[Any] = field(default_factory=list)

    def run(self) -> Summary:
        job, report = self.job, self.report
        outputs = [path for path in (job.output, job.rejects) if path is not None]
        for path in outputs:
            self._refuse_existing(path)
        report(_("reading"), 0)
        try:
            counts = self._counts()
            if counts.claims == 0:
                raise no_claims(_Named(visible_path(job.claims)))  # type: ignore[arg-type]
            across = self._across()
            bad = counts.bad + len(self._newly_bad(across))
            if bad and job.rejects is None:
                raise ClaimError([*self._faults(across), bad_rows(self._name, bad, counts.claims)])
            report(_("settling"), 0.4)
            summary = self._write(counts, across, bad)
            report(_("done"), 1)
        finally:
            for frame in self._frames:
                frame.unpersist()
        return summary

    # --- the input --------------------------------------------------------------------------------

    @cached_property
    def _name(self) -> str:
        return visible_path(self.job.claims)

    @cached_property
    def _raw(self) -> Any:
        """All columns as they stand in the files, then file and place in it."""
        # All columns of all files: by itself Spark takes those of one file, and reads no others.
        with failing(self._name):
            frame = self.spark.read.parquet(location(self.job.claims), mergeSchema=True)
        return frame.select("*", "_metadata.file_path", "_metadata.row_index")

    @cached_property
    def _headings(self) -> list[str]:
        return list(self._raw.columns[:-2])

    @cached_property
    def _columns(self) -> Columns:
        return match(self._headings, self.job.pack, self._name, self.job.ignore)

    @cached_property
    def _task(self) -> Task:
        pack = self.job.pack
        files = [row[0] for row in self._raw.select("file_path").distinct().collect()]
        payers = settle(from_records([], pack), pack).lines.payers
        more = [UNASSIGNED] if payers else []
        return Task(
            pack=kernel.packed(pack),
            language=language(),
            files=tuple(sorted(files)),
            headings=tuple(self._headings),
            ignore=tuple(self.job.ignore),
            fields=tuple(self._columns.fields),
            overpaid="already_aided" in self._columns.fields,
            payers=tuple(dict.fromkeys([*payers, *more])),
            chinese=self.job.chinese_headings,
        )

    @cached_property
    def _rows(self) -> Any:
        """Every row understood, kept: it is looked at several times."""
        task, understood = self._task, kernel.understood
        types = [f"{ROW} bigint", f"{FAULTS} string", f"{EMPTY} boolean"] + [
            f"`{name}` {kernel.spark_type(its)}" for name, its in self._columns.fields.items()
        ]
        rows = self._raw.mapInArrow(lambda batches: understood(task, batches), ", ".join(types))
        return self._kept(rows)

    def _kept(self, frame: Any) -> Any:
        from pyspark import StorageLevel  # noqa: PLC0415

        frame = frame.persist(StorageLevel.DISK_ONLY)
        self._frames.append(frame)
        return frame

    # --- what is wrong ----------------------------------------------------------------------------

    def _counts(self) -> _Counts:
        from pyspark.sql import functions as sql  # noqa: PLC0415

        claims, bad = (
            self._rows.where(f"not {EMPTY}").agg(sql.count("*"), sql.count(FAULTS)).collect()[0]
        )
        return _Counts(claims, bad)

    def _across(self) -> Across:
        """Judge ids that stand more than once, reversals, and what those name."""
        rows = self._rows
        ids = rows.where("claim_id <> ''").groupBy("claim_id").count().where("count > 1")
        wanted = ids.select("claim_id")
        has_reversals = "reverses" in self._columns.fields
        extra = ["reverses"] if has_reversals else []
        if has_reversals:
            reversing = rows.where("reverses <> ''")
            wanted = wanted.union(reversing.selectExpr("reverses as claim_id"))
        names = [ROW, FAULTS, "claim_id", "person_id", *extra]
        found = rows.select(names).join(wanted.distinct(), "claim_id", "left_semi")
        if has_reversals:
            found = found.select(names).union(reversing.select(names))
        frame = pl.from_arrow(found.select(names).toArrow())
        assert isinstance(frame, pl.DataFrame)
        suspects = frame.unique(ROW).sort(ROW)
        numbers = suspects[ROW].to_numpy()
        problems = _Places(self._name, self._headings, self._task.files, numbers)
        problems.bad |= suspects[FAULTS].is_not_null().to_numpy()
        texts = suspects.select("claim_id", "person_id")
        if has_reversals:
            reversal = suspects.filter(pl.col("reverses") != "").select(
                pl.col(ROW).alias("row"), "reverses"
            )
        else:
            reversal = pl.DataFrame(schema={"row": pl.Int64, "reverses": pl.String})
        across = judge(numbers, texts, reversal, problems, self._columns)
        self._known_bad = numbers[suspects[FAULTS].is_not_null().to_numpy()]
        return across

    def _newly_bad(self, across: Across) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """Rows that are bad for problems across rows alone."""
        return np.setdiff1d(across.bad(), self._known_bad)

    def _faults(self, across: Across) -> list[Fault]:
        """The first faults in the order of the input."""
        found: list[tuple[int, int, str]] = []
        first = self._rows.where(f"{FAULTS} is not null").select(ROW, FAULTS)
        for row, faults in first.orderBy(ROW).limit(SHOWN).collect():
            found += [(row, column, message) for column, message in json.loads(faults)]
        for problem in across.problems:
            rows = across.rows[problem.rows[:SHOWN]].tolist()
            found += [(row, problem.column, problem.message) for row in rows]
        found.sort(key=lambda its: its[:2])
        return [self._fault(*its) for its in found[:SHOWN]]

    def _fault(self, row: int, column: int, message: str) -> Fault:
        file = self._task.files[row >> kernel.FILE_SHIFT]
        name = visible_path(re.sub("^file:/+", "/", file))
        return Fault(
            _("{file}, row {row}, column {column}").format(
                file=name, row=kernel.row_number(row), column=visible(self._headings[column])
            ),
            message,
        )

    # --- the result -------------------------------------------------------------------------------

    def _write(self, counts: _Counts, across: Across, bad: int) -> Summary:
        job = self.job
        work = self._beside(job.output)
        outputs = Outputs([] if job.summary is None else [job.summary])
        try:
            with outputs as passing:
                self._settled(counts, across).write.partitionBy(PART).parquet(location(work))
                results = [(work / f"{PART}={LINE}", job.output)]
                if job.rejects is not None:
                    self._rejected(across).write.parquet(location(work / "rejects"))
                    results.append((work / "rejects", job.rejects))
                summary, total = self._summed(work, counts, across, bad)
                if job.summary is not None:
                    write_summary(
                        total,
                        job.pack,
                        "area" in self._columns.fields,
                        notes_of(summary, self._name),
                        passing[0],
                        job.summary,
                        job.chinese_headings,
                    )
                self._place(results)
                outputs.publish()
        finally:
            self._remove(work)
        return summary

    def _settled(self, counts: _Counts, across: Across) -> Any:
        from pyspark.sql import functions as sql  # noqa: PLC0415

        rows = self._marked(across).where(f"not {EMPTY} and not ({IS_BAD})").drop(FAULTS, EMPTY)
        buckets = max(LEAST_BUCKETS, -(-counts.claims // CLAIMS_A_BUCKET))
        rows = self._with_key(rows).withColumn(
            "_bucket", sql.pmod(sql.xxhash64("_key"), sql.lit(buckets)).cast("int")
        )
        task, settle_its = self._task, settle_bucket
        types = [f"`{name}` {_type_of(name)}" for name in kernel.line_names(task)]
        # As many partitions as buckets: Spark would otherwise put several into one task, and join
        # small ones, which costs memory and leaves cores idle.
        return (
            rows.drop("_key")
            .repartition(buckets, "_bucket")
            .groupBy("_bucket")
            .applyInArrow(
                lambda table: settle_its(task, table.drop_columns(["_bucket"])),
                ", ".join([*types, f"{PART} int"]),
            )
        )

    def _marked(self, across: Across) -> Any:
        """All rows, with what is known of each from others."""
        from pyspark.sql import functions as sql  # noqa: PLC0415

        states = pl.DataFrame({ROW: across.rows, VOID: across.void})
        bad = states[ROW].is_in(across.bad().tolist())
        states = states.with_columns(
            pl.when(bad).then(kernel.BAD).otherwise(pl.col(VOID)).alias(VOID)
        ).filter(pl.col(VOID) != 0)
        if states.is_empty():
            return self._rows.withColumn(VOID, sql.lit(0).cast("bigint"))
        marks = self.spark.createDataFrame(states.to_arrow(), f"{ROW} bigint, {VOID} bigint")
        return self._rows.join(marks, ROW, "left").fillna(0, [VOID])

    def _with_key(self, rows: Any) -> Any:
        """Give each claim the key of its group; see `mediaid.engine.order.groups`."""
        from pyspark.sql import functions as sql  # noqa: PLC0415

        if not (self.job.pack.by_household and "household_id" in self._columns.fields):
            return rows.withColumn("_key", sql.col("person_id"))
        own = sql.concat(sql.lit("p:"), sql.col("person_id"))
        named = sql.concat(sql.lit("h:"), sql.col("household_id"))
        rows = rows.withColumn(
            "_household", sql.when(sql.col("household_id") == "", own).otherwise(named)
        )
        pairs = rows.select("person_id", "_household").distinct()
        several = pairs.groupBy("person_id").count().where("count > 1").select("person_id")
        joined = pl.from_arrow(pairs.join(several, "person_id", "left_semi").toArrow())
        assert isinstance(joined, pl.DataFrame)
        if joined.is_empty():
            return rows.withColumnRenamed("_household", "_key")
        _persons, person = np.unique(joined["person_id"].to_numpy(), return_inverse=True)
        names, household = np.unique(joined["_household"].to_numpy(), return_inverse=True)
        root = names[components(person, household)]
        mapping = pl.DataFrame({"_household": joined["_household"], "_root": root.tolist()})
        roots = self.spark.createDataFrame(
            mapping.unique().to_arrow(compat_level=pl.CompatLevel.oldest()),
            "_household string, _root string",
        )
        return (
            rows.join(roots, "_household", "left")
            .withColumn("_key", sql.coalesce("_root", "_household"))
            .drop("_root", "_household")
        )

    def _rejected(self, across: Across) -> Any:
        from mediaid.batch.large.refused import FILE  # noqa: PLC0415
        from mediaid.batch.rejects import REASON, unlike  # noqa: PLC0415
        from mediaid.batch.rejects import ROW as NUMBER  # noqa: PLC0415

        task, refused = self._task, kernel.refused
        lang = "zh" if task.chinese else "en"
        names = unlike([NUMBER.in_(lang), REASON.in_(lang), *self._headings])  # type: ignore[arg-type]
        types = ["_file string", f"`{names[0]}` bigint"] + [
            f"`{name}` string" for name in names[1:]
        ]
        rejected = self._raw.mapInArrow(
            lambda batches: refused(task, across, batches), ", ".join(types)
        )
        return rejected.withColumnRenamed("_file", FILE.in_(lang))  # type: ignore[arg-type]

    def _summed(
        self, work: Path, counts: _Counts, across: Across, bad: int
    ) -> tuple[Summary, pl.DataFrame]:
        """What all buckets came to, from the rows they wrote beside their lines."""
        parts = self.spark.read.parquet(location(work / f"{PART}={SUMS}")).select("reason")
        found = [json.loads(row[0]) for row in parts.collect()]
        provisional: Counter[str] = Counter()
        for its in found:
            provisional.update(dict(its["provisional"]))
        settled = sum(its["settled"] for its in found)
        summary = Summary(
            pack=self.job.pack,
            claims=counts.claims,
            settled=settled,
            rejected=bad,
            of_settled_holders=self._related(across) if bad else 0,
            lines=sum(its["lines"] for its in found),
            sums=sums_together([its["sums"] for its in found], self.job.pack),
            provisional=tuple(sorted(provisional.items())),
            left_out=(),
            notes=(),
        )
        assert settled + bad == counts.claims
        schema = dict.fromkeys((*KEYS, *FIGURES), pl.Int64)
        total = summed([pl.DataFrame(its["tally"], schema=schema) for its in found])
        return summary, total

    def _related(self, across: Across) -> int:
        """How many bad rows belong to a person or household with good ones."""
        from pyspark.sql import functions as sql  # noqa: PLC0415

        rows = self._marked(across).where(f"not {EMPTY}")
        bad, good = rows.where(IS_BAD), rows.where(f"not ({IS_BAD})")
        found = sql.lit(False)
        for name in ("person_id", "household_id"):
            if name in self._columns.fields:
                known = good.where(f"{name} <> ''").select(
                    name, sql.lit(True).alias(f"_known_{name}")
                )
                bad = bad.join(known.distinct(), name, "left")
                found = found | sql.coalesce(f"_known_{name}", sql.lit(False))
        return int(bad.where(found).count())

    # --- files ------------------------------------------------------------------------------------

    def _file_system(self, path: Path) -> tuple[Any, Any]:
        jvm = self.spark._jvm
        its = jvm.org.apache.hadoop.fs.Path(location(path))
        return its.getFileSystem(self.spark._jsc.hadoopConfiguration()), its

    def _refuse_existing(self, path: Path) -> None:
        files, its = self._file_system(path)
        if files.exists(its):
            raise ClaimError(
                Fault(
                    visible_path(path),
                    _("exists already: Spark's results go to a new folder; remove it first"),
                )
            )

    def _beside(self, path: Path) -> Path:
        return path.with_name(f"_{path.name}.{uuid4().hex[:8]}.work")

    def _place(self, results: Sequence[tuple[Path, Path]]) -> None:
        """Give finished folders their names."""
        for made, target in results:
            files, source = self._file_system(made)
            its = self._file_system(target)[1]
            if not files.exists(source):
                files.mkdirs(source)
            files.create(self._file_system(made / "_SUCCESS")[1]).close()
            if not files.rename(source, its):
                raise ClaimError(
                    Fault(visible_path(target), _("cannot be written: {reason}").format(reason=""))
                )

    def _remove(self, path: Path) -> None:
        files, its = self._file_system(path)
        files.delete(its, True)


@dataclass(frozen=True)
class _Counts:
    """Claims of the input, and those that are bad by themselves."""

    claims: int
    bad: int


@dataclass(frozen=True)
class _Named:
    name: str


class _Places(Problems):
    """Problems of rows from all over the input, named by file where there are several."""

    def __init__(
        self,
        name: str,
        headings: Sequence[str],
        files: Sequence[str],
        rows: np.ndarray[tuple[int], np.dtype[np.int64]],
    ) -> None:
        super().__init__(name, headings, len(rows))
        self._files, self._rows = files, rows

    def number(self, row: int) -> str:
        """Return 17, or part-00001.parquet:17 among several files."""
        at = int(self._rows[row])
        number = str(kernel.row_number(at))
        if len(self._files) == 1:
            return number
        return f"{visible(Path(self._files[at >> kernel.FILE_SHIFT]).name)}:{number}"


def _type_of(name: str) -> str:
    from mediaid.batch.result import MONEY, PAYER  # noqa: PLC0415

    if name in MONEY or name.startswith(PAYER):
        return "decimal(18,2)"
    return "date" if name == "date" else "string"
