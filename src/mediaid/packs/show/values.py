"""The figures of a parameter in force on a day, in words and as data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mediaid.i18n import gettext as _
from mediaid.money import parse_yuan, show_yuan
from mediaid.packs.values import UNLIMITED, in_force

if TYPE_CHECKING:
    from mediaid.packs.model import Pack
    from mediaid.packs.rules import Dated, Parameter
    from mediaid.packs.types import Cite, Label


@dataclass(frozen=True)
class Line:
    """A line of text and how far it is indented."""

    indent: int
    text: str


def standing(dated: Sequence[Dated], day: dt.date) -> tuple[Dated, bool] | None:
    """Return the value in force on a day, and whether it is provisional; None: no value."""
    found = in_force(dated, day)
    if found is None:
        return None
    return found[0], found[1] or found[0].status != "confirmed"


def period(dated: Dated) -> str:
    """Return the days a value is stated for."""
    if dated.to is None:
        return _("from {start}").format(start=dated.from_)
    return _("{start} to {end}").format(start=dated.from_, end=dated.to)


def value_lines(pack: Pack, parameter: Parameter, day: dt.date, indent: int) -> Iterator[Line]:
    """Say a parameter's value on a day, for each code, and cite it."""
    found = standing(parameter.values, day)
    if found is None:
        yield Line(indent, _("no value on {day}: claims of that day are refused").format(day=day))
        return
    dated, provisional = found
    for codes, leaf in leaves(dated.value, len(parameter.by)):
        names = [_code(pack, field, code) for field, code in zip(parameter.by, codes, strict=True)]
        text = leaf_text(pack, parameter, leaf)
        joined = _("{code}: {value}").format(code="／".join(names), value=text) if names else text
        yield Line(indent, joined)
    yield from basis(
        pack, dated.cite, indent, _("stated for {period}").format(period=period(dated)), provisional
    )


def leaves(raw: Any, depth: int, at: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield the codes and the value of each leaf of a value by `depth` fields."""
    if depth == 0:
        yield at, raw
        return
    for code, below in raw.items():
        yield from leaves(below, depth - 1, (*at, code))


def leaf_text(pack: Pack, parameter: Parameter, leaf: Any) -> str:
    """Put one value into words."""
    if parameter.unit == "yuan":
        return _yuan(leaf)
    if parameter.unit == "codes":
        return "、".join(_code(pack, parameter.of or "", code) for code in leaf) or _("none")
    if parameter.unit == "bands":
        return "；".join(
            _("above {above} yuan: {rate}").format(
                above=show_yuan(parse_yuan(band["above"])), rate=band["rate"]
            )
            for band in leaf
        )
    if parameter.unit == "shares":
        return "；".join(
            f"{payer} {_('the rest') if share == 'residual' else share}"
            for payer, share in leaf.items()
        )
    return str(leaf)


def _yuan(leaf: Any) -> str:
    if isinstance(leaf, dict):
        return _("{share} of {name}").format(share=leaf["share"], name=leaf["of"])
    if leaf == UNLIMITED:
        return _("no limit")
    return _("{amount} yuan").format(amount=show_yuan(parse_yuan(str(leaf))))


def _code(pack: Pack, field: str, code: str) -> str:
    label: Label | None = pack.codes.get(field, {}).get(code)
    return str(label) if label else code


def basis(
    pack: Pack, cite: Cite, indent: int, period_text: str, provisional: bool
) -> Iterator[Line]:
    """Cite a value: document number, clause, note, the days it is stated for."""
    number = pack.sources[cite.source].number
    note = _(" ({note})").format(note=cite.note) if cite.note else ""
    yield Line(
        indent,
        _("Basis: {number}, {at}{note}; {period}").format(
            number=number, at=cite.at, note=note, period=period_text
        ),
    )
    if provisional:
        yield Line(indent, _("[provisional] not confirmed for this day"))


def value_data(pack: Pack, parameter: Parameter, day: dt.date) -> dict[str, Any]:
    """Return a parameter's value on a day as plain data."""
    data: dict[str, Any] = {
        "label": str(parameter.label),
        "unit": parameter.unit,
        "by": list(parameter.by),
    }
    found = standing(parameter.values, day)
    if found is None:
        return {**data, "value": None}
    dated, provisional = found
    return {
        **data,
        "value": dated.value,
        "from": str(dated.from_),
        "to": str(dated.to) if dated.to else None,
        "provisional": provisional,
        "cite": cite_data(pack, dated.cite),
    }


def cite_data(pack: Pack, cite: Cite) -> dict[str, Any]:
    """Return a citation as plain data."""
    return {
        "document": pack.sources[cite.source].number,
        "at": cite.at,
        "note": str(cite.note) if cite.note else None,
    }
