"""A mapping in words, alone or beside a file, and as an editable file for one office."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediaid.claims.selfpaid import PARTS
from mediaid.faults import visible
from mediaid.i18n import gettext as _
from mediaid.mappings.check import AIDED
from mediaid.mappings.recognise import needed
from mediaid.packs.schema.fields import FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mediaid.mappings.files import Loaded
    from mediaid.mappings.model import FieldUse, Mapping
    from mediaid.mappings.recognise import Fit
    from mediaid.packs.model import Pack
    from mediaid.packs.schema.types import Label


def mapping_lines(loaded: Loaded, pack: Pack | None = None) -> Iterator[str]:
    """Describe what is read from which column."""
    mapping = loaded.model
    yield _("{id}: {label}").format(id=loaded.name, label=mapping.label)
    for name, use in mapping.fields.items():
        yield f"  {name} {_label(name)} ← {_use(use)}"
        for written, code in use.values.items():
            yield f"    {visible(written)} → {code}"
    for part, columns in mapping.amounts.items():
        yield f"  {part} {_amount(part)} ← {' + '.join(columns)}"
    if "in_scope" in mapping.amounts or "total" in mapping.amounts:
        yield "  " + formula(mapping, pack)
    if mapping.valid is not None:
        yield "  " + _("invalid records: {column} is {values}; left out and listed").format(
            column=mapping.valid.column, values=_or(mapping.valid.no)
        )
    if mapping.refunded is not None:
        yield "  " + _refunds(mapping)
    yield "  " + _("a file may lack: {columns}").format(
        columns="、".join(mapping.optional) or _("none of these")
    )


def formula(mapping: Mapping, pack: Pack | None) -> str:
    """How the self-paid amount is derived with the parts of this mapping."""
    plus, minus = ["in_scope"], []
    if "in_scope" not in mapping.amounts:
        plus, minus = ["total"], ["out_of_scope"]
    preselfpay = "out" if pack is None else pack.preselfpay
    if preselfpay == "in" and plus == ["in_scope"]:
        plus.append("paid_first")
    if preselfpay == "out" and plus == ["total"] and "paid_first" in mapping.amounts:
        minus.append("paid_first")
    payers = ("pooled_fund", "critical_illness", "other_insurance", "other_relief")
    minus += [part for part in payers if part in mapping.amounts]
    terms = " + ".join(map(_amount, plus)) + "".join(f" − {_amount(part)}" for part in minus)
    return _("self-paid = {terms} (preselfpay: {preselfpay})").format(
        terms=terms, preselfpay=preselfpay
    )


def _label(name: str) -> Label | str:
    return FIELDS[name].label if name in FIELDS else ""


def _amount(part: str) -> str:
    return str(FIELDS[AIDED].label if part == AIDED else PARTS[part])


def _use(use: FieldUse) -> str:
    if use.roster is not None:
        said = _("the roster (--roster FILE)")
    elif use.column is None:
        said = _("always {value}").format(value=use.value)
    else:
        said = _(", where empty ").join(use.column)
    if use.otherwise is not None:
        said += _("; otherwise {code}").format(code=use.otherwise)
    return said


def _or(words: Sequence[str]) -> str:
    return " / ".join(visible(word) or '""' for word in words)


def _refunds(mapping: Mapping) -> str:
    refunded = mapping.refunded
    assert refunded is not None
    if refunded.column is None:
        return _("refunds: records with negative amounts; each cancels its original")
    said = _("refunds: {column} is {values}; each cancels its original").format(
        column=refunded.column, values=_or(refunded.yes)
    )
    if refunded.original is not None:
        said += _(", named by {column}").format(column=refunded.original)
    return said


def fit_lines(fit: Fit, loaded: Loaded) -> Iterator[str]:
    """Describe how a mapping fits a file, for somebody to confirm."""
    mapping = loaded.model
    total = len(needed(mapping))
    found = total - len(fit.missing)
    if fit.exact:
        sure = _("sure: every column is known")
    elif fit.complete:
        sure = _("likely: all it needs is there, but some headings are unknown")
    else:
        sure = _("not by itself: columns are missing or stand twice")
    yield _("{id} ({label}): {found} of {total} needed columns; {sure}").format(
        id=loaded.name, label=mapping.label, found=found, total=total, sure=sure
    )
    if fit.depth > 1:
        rows = f"{fit.row}–{fit.row + 1}"
        yield "  " + _("headings in rows {rows}, joined").format(rows=rows)
    else:
        yield "  " + _("headings in row {row}").format(row=fit.row + 1)
    uses = mapping.used()
    for column, at in sorted(fit.positions.items(), key=lambda item: item[1]):
        yield f"  {column_name(at)} {visible(fit.headings[at])} → {', '.join(uses[column])}"
    for column in fit.missing:
        yield "  " + _("missing: {column} ({uses})").format(
            column=column, uses=", ".join(uses[column])
        )
    for at in fit.unknown:
        yield "  " + _("unknown: {letters} {heading}").format(
            letters=column_name(at), heading=visible(fit.headings[at])
        )
    for at in fit.twice:
        yield "  " + _("twice: {letters} {heading}").format(
            letters=column_name(at), heading=visible(fit.headings[at])
        )


def column_name(at: int) -> str:
    """The name of a column in a spreadsheet: A for 0, AA for 26."""
    name = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def own_mapping(loaded: Loaded, fit: Fit, name: str) -> str:
    """The text of a mapping for this file: that of the one that fits, under another name, with
    what is still to be decided as comments at its end."""
    lines = loaded.path.read_text(encoding="utf-8-sig").rstrip().splitlines()
    lines = [f"mapping: {name}" if line.startswith("mapping:") else line for line in lines]
    if fit.missing:
        lines += ["", "# " + _("To decide: these columns are not in the file. Write its heading")]
        lines.append("# " + _("behind the column under columns, or list it under optional."))
        lines += [f"#   {column}" for column in fit.missing]
    unknown = [fit.headings[at].strip() for at in fit.unknown if fit.headings[at].strip()]
    if unknown:
        lines += ["", "# " + _("To decide: these headings of the file are not known. Write each")]
        lines.append("# " + _("behind a column under columns, or under ignore if it is not read."))
        lines += [f"#   {visible(heading)}" for heading in unknown]
    return "\n".join(lines) + "\n"
