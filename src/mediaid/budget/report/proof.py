"""Sheets that let a figure be defended: bridge, reconciliation, targets, provenance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediaid import __version__
from mediaid.budget.bridge.present import lacking, step_names
from mediaid.budget.provenance import draft_words
from mediaid.budget.reconcile.present import exact_text, kind_names
from mediaid.budget.report.model import (
    Cell,
    Formula,
    Sheet,
    Table,
    Term,
    Total,
    count,
    yuan,
)
from mediaid.budget.targets import aim, status_words
from mediaid.faults import visible_line
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from mediaid.budget.bridge.bridge import LineBridge
    from mediaid.budget.report.inputs import Inputs


def bridge_sheet(its: Inputs) -> list[Sheet]:
    """One table a line of the budget: levels, and the changes between them."""
    tables = tuple(_bridge(found, its.need.year) for found in its.bridges)
    return [Sheet(_("Bridge"), tables)] if tables else []


def _bridge(found: LineBridge, year: int) -> Table:
    names, lacks = step_names(year), lacking()
    rows: list[tuple[Cell, ...]] = []
    start: int | None = None
    for at, step in enumerate(found.steps):
        moved = step.kind in ("change", "unexplained")
        amount: Cell = "–" if step.fen is None else yuan(step.fen)
        if step.kind == "unexplained" and step.fen is not None and start is not None:
            # What the next level leaves over the last one and the named changes.
            end = next(i for i in range(at, len(found.steps)) if found.steps[i].kind == "level")
            between = [i for i in range(start + 1, at) if found.steps[i].kind == "change"]
            terms = [Term(end, 1), Term(start, 1, sign=-1)]
            terms += [Term(i, 2, sign=-1) for i in between]
            amount = Formula(yuan(step.fen), tuple(terms))
        if step.kind == "level":
            start = at
        source = step.source or (lacks[step.name] if step.fen is None else "")
        name = names[step.name]
        rows.append((name, None, amount, source) if moved else (name, amount, None, source))
    return Table(
        f"bridge/{found.line}",
        f"{found.code} {found.label}".strip(),
        (_("step"), _("level, yuan"), _("change, yuan"), _("source")),
        tuple(rows),
        (found.note,) if found.note else (),
    )


def reconciliation_sheet(its: Inputs) -> list[Sheet]:
    """Every difference with its size, and contradictions in words."""
    result = its.reconciliation
    if result is None:
        return []
    names = kind_names()
    rows: list[tuple[Cell, ...]] = []
    for finding in result.findings:
        compared, known = finding.compared, finding.compared.known
        amounts: tuple[Cell, Cell, Cell] = (None, None, None)
        exact = finding.stated.exact
        if finding.size is not None and finding.size.denominator == exact.denominator == 1:
            terms = (Term(len(rows), 7), Term(len(rows), 8, sign=-1))
            computed = yuan(int(exact - finding.size))
            amounts = (yuan(int(exact)), computed, Formula(yuan(int(finding.size)), terms))
        rows.append(
            (
                names[finding.kind],
                str(finding.stated.label),
                finding.stated.at,
                exact_text(compared.stated, compared.places),
                exact_text(compared.computed, compared.places),
                exact_text(compared.difference, compared.places),
                compared.unit,
                *amounts,
                "" if known is None else str(known.note),
            )
        )
    heads: tuple[str, ...] = (
        _("kind"), _("figure"), _("at"), _("stated"), _("computed"), _("difference"), _("unit"),
        _("stated, yuan"), _("computed, yuan"), _("difference, yuan"), _("note"),
    )  # fmt: skip
    title = _("{compared} comparisons: {agree} agree, {differ} differ").format(
        compared=len(result.compared),
        agree=result.agree,
        differ=len(result.compared) - result.agree,
    )
    tables = [Table("reconciliation", title, heads, tuple(rows))]
    if result.in_words:
        words = tuple((str(fact.text), fact.cite.at) for _name, fact in result.in_words)
        heads = (_("text"), _("at"))
        tables.append(Table("reconciliation/words", _("Contradictions in words"), heads, words))
    return [Sheet(_("Reconciliation"), tuple(tables))]


def targets_sheet(its: Inputs) -> list[Sheet]:
    """The targets of each project: aimed at, measured, left to enter."""
    sheets = its.pack.targets
    if sheets is None or not its.indicators:
        return []
    words = status_words()
    tables = []
    for name, project in sheets.projects.items():
        rows: list[tuple[Cell, ...]] = []
        for found in its.indicators:
            if found.project == name:
                target = found.target
                rows.append(
                    (
                        str(sheets.groups[target.group]),
                        str(sheets.kinds[target.kind]),
                        str(target.label),
                        aim(target),
                        found.shown,
                        words[found.status],
                        "" if target.note is None else str(target.note),
                    )
                )
        title = _("{label}: {amount} {unit} [{at}]").format(
            label=project.label,
            amount=project.amount,
            unit=project.amount_unit,
            at=project.cite.at,
        )
        heads: tuple[str, ...] = (
            _("group"), _("kind"), _("indicator"), _("aim"), _("measured"), _("status"), _("note"),
        )  # fmt: skip
        tables.append(Table(f"targets/{name}", title, heads, tuple(rows)))
    if its.aided:
        counted: list[tuple[Cell, ...]] = [
            (visible_line(town) or _("(not stated)"), count(n)) for town, n in its.aided.items()
        ]
        total = Total(count(sum(its.aided.values())), 0, len(counted) - 1)
        counted.append((_("total"), total))
        heads = (_("town"), _("persons"))
        tables.append(Table("targets/aided", _("Persons aided"), heads, tuple(counted)))
    return [Sheet(_("Targets"), tuple(tables))]


def provenance_sheet(its: Inputs) -> Sheet:
    """Which rules, which data, which program, which assumptions."""
    pack = its.pack
    rows: list[tuple[Cell, ...]] = [
        (_("rules"), f"{pack.label} ({pack.id})"),
        (_("hash of the rules"), pack.hash),
        (_("program"), f"mediaid {__version__}"),
        (_("year"), str(its.need.year)),
    ]
    if pack.overlay is not None:
        overlay = _("; ").join([visible_line(pack.overlay), *draft_words(pack)])
        rows.append((_("changed by the overlay"), overlay))
    rows += [(_("reading: {name}").format(name=k), v) for k, v in pack.readings.items()]
    rows += [(name, visible_line(value)) for name, value in its.options]
    data: list[tuple[Cell, ...]] = [(visible_line(d.name), d.digest) for d in its.data]
    tables = [Table("provenance", _("How this was made"), ("", ""), tuple(rows))]
    if data:
        heads: tuple[str, ...] = (_("file"), "SHA-256")
        tables.append(Table("provenance/data", _("Data that were read"), heads, tuple(data)))
    sources = tuple(
        (its_source.number, str(its_source.topic), _("seen") if its_source.seen == "yes" else "")
        for its_source in pack.sources.values()
    )
    heads = (_("document"), _("topic"), _("text seen"))
    tables.append(Table("provenance/sources", _("Documents the rules cite"), heads, sources))
    return Sheet(_("Provenance"), tuple(tables))
