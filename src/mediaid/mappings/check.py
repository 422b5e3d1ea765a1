"""Whether a mapping makes sense: every fault at once, each with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediaid.claims.cells import parse_code
from mediaid.claims.headings import key
from mediaid.claims.selfpaid import PARTS
from mediaid.faults import Location, nearest, visible
from mediaid.i18n import gettext as _
from mediaid.mappings.model import LEAVE_OUT, REGISTER
from mediaid.packs.schema.fields import FIELDS, Field
from mediaid.people.documents import KINDS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from mediaid.mappings.model import FieldUse, Mapping
    from mediaid.packs.model import Pack

    Problems = Iterator[tuple[Location, str]]

AIDED = "already_aided"
AMOUNTS = (*PARTS, AIDED)
"""What may stand under `amounts`."""
NEEDED = ("claim_id", "person_id", "date", "setting", "insurance", "category")


def problems(mapping: Mapping, pack: Pack | None = None) -> Problems:
    """Find everything wrong with a mapping; its codes only if a pack is given."""
    yield from _headings(mapping)
    yield from _references(mapping)
    fields = _fields(pack)
    for name, use in mapping.fields.items():
        yield from _field(name, use, fields, pack)
    dating = () if pack is None else (pack.dating,)
    for name in dict.fromkeys((*NEEDED, *dating)):
        if name not in mapping.fields:
            yield (
                ("fields",),
                _("field {field} {label} is missing: say which column it comes from").format(
                    field=name, label=fields[name].label.zh
                ),
            )
    yield from _amounts(mapping)
    if mapping.document is not None:
        yield from _kinds(mapping.document.values)
    yield from _flags(mapping)
    for name in mapping.register_:
        if name not in REGISTER:
            yield (
                ("register", name),
                _("there is no {name} under register. Known: {known}").format(
                    name=visible(name), known=", ".join(REGISTER)
                ),
            )


def _fields(pack: Pack | None) -> dict[str, Field]:
    own = {} if pack is None else pack.model.pack.own_fields
    return {**FIELDS, **{name: Field(name, field.label, field.kind) for name, field in own.items()}}


def _headings(mapping: Mapping) -> Problems:
    seen: dict[str, str] = {}
    for name, headings in mapping.columns.items():
        for i, heading in enumerate([name, *headings]):
            at: Location = ("columns", name, i - 1) if i else ("columns", name)
            other = seen.setdefault(key(heading), name)
            if other != name:
                yield (
                    at,
                    _("{heading} is a heading of column {other} already").format(
                        heading=visible(heading), other=visible(other)
                    ),
                )
    for i, heading in enumerate(mapping.ignore):
        if key(heading) in seen:
            yield (
                ("ignore", i),
                _("{heading} is a heading of column {other}, so it is read: remove it").format(
                    heading=visible(heading), other=visible(seen[key(heading)])
                ),
            )


def _references(mapping: Mapping) -> Problems:
    for column, uses in mapping.used().items():
        if column not in mapping.columns:
            yield tuple(uses[0].split("/")), _no_column(column, mapping.columns)
    for i, column in enumerate(mapping.optional):
        if column not in mapping.columns:
            yield ("optional", i), _no_column(column, mapping.columns)
    for column in mapping.columns:
        if column not in mapping.used():
            yield (
                ("columns", column),
                _("column {column} is not used: use it, or list its headings under ignore").format(
                    column=visible(column)
                ),
            )


def _no_column(column: str, known: Collection[str]) -> str:
    return _("there is no column {column} under columns.{nearest}").format(
        column=visible(column), nearest=nearest(column, known)
    )


def _field(name: str, use: FieldUse, fields: dict[str, Field], pack: Pack | None) -> Problems:
    at: Location = ("fields", name)
    field = fields.get(name)
    if field is None:
        yield (
            at,
            _("there is no field {field}.{nearest}").format(
                field=visible(name), nearest=nearest(name, fields)
            ),
        )
        return
    if name in AMOUNTS and name != "in_scope":
        yield at, _("{field} belongs under amounts").format(field=name)
    given = [word for word in ("column", "value", "roster") if getattr(use, word) is not None]
    if len(given) != 1:
        yield at, _("give one of column, value and roster")
    if use.roster is not None and name != "category":
        yield (*at, "roster"), _("the roster gives categories and nothing else")
    if field.kind != "code" and (use.values or use.otherwise is not None):
        yield at, _("{field} has no codes: values and otherwise belong to codes").format(field=name)
    if field.kind == "code" and pack is not None:
        yield from _codes(name, use, pack)


def _codes(name: str, use: FieldUse, pack: Pack) -> Problems:
    codes = pack.codes.get(name)
    if codes is None:
        return
    meanings: list[tuple[Location, str]] = [
        (("fields", name, "values", written), code)
        for written, code in use.values.items()
        if code != LEAVE_OUT
    ]
    if use.otherwise is not None:
        meanings.append((("fields", name, "otherwise"), use.otherwise))
    if use.value is not None:
        meanings.append((("fields", name, "value"), use.value))
    for at, code in meanings:
        try:
            parse_code(code, codes)
        except ValueError as error:
            yield at, _("pack {pack}: {problem}").format(pack=pack.id, problem=error)


def _amounts(mapping: Mapping) -> Problems:
    for name in mapping.amounts:
        if name not in AMOUNTS:
            yield (
                ("amounts", name),
                _("there is no amount {name}.{nearest} Known: {known}").format(
                    name=visible(name), nearest=nearest(name, AMOUNTS), known=", ".join(AMOUNTS)
                ),
            )
    given = set(mapping.amounts)
    if not ({"in_scope"} & given or {"self_paid"} & given or {"total", "out_of_scope"} <= given):
        yield (
            ("amounts",),
            _(
                "the self-paid amount cannot be derived: give in_scope, or total and "
                "out_of_scope, or self_paid"
            ),
        )


def _kinds(values: dict[str, str]) -> Problems:
    for written, kind in values.items():
        if kind not in KINDS:
            yield (
                ("document", "values", written),
                _("{kind} is no kind of document.{nearest} Known: {known}").format(
                    kind=visible(kind), nearest=nearest(kind, KINDS), known=", ".join(KINDS)
                ),
            )


def _flags(mapping: Mapping) -> Problems:
    for name in ("valid", "refunded"):
        flag = getattr(mapping, name)
        if flag is None:
            continue
        for i, written in enumerate(flag.no):
            if written in flag.yes:
                yield (
                    (name, "no", i),
                    _("{value} stands under yes as well").format(value=visible(written) or '""'),
                )
        if flag.column is not None and not flag.yes:
            yield (name,), _("say under yes and no what stands in the column")
