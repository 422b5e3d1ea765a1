"""The figures of a parameter in force on a day, in words and as data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from mediaid.i18n import gettext as _
from mediaid.money import parse_percent, parse_yuan, show_yuan
from mediaid.packs.schema.values import UNLIMITED, ShareOf, in_force, share_amount

if TYPE_CHECKING:
    from mediaid.packs.model import Pack
    from mediaid.packs.schema.rules import Benefit, Dated, Parameter
    from mediaid.packs.schema.types import Cite, Label


Raw = dict[str, Any]


@dataclass(frozen=True)
class Line:
    """A line of text and how far it is indented."""

    indent: int
    text: str


def period(dated: Dated) -> str:
    """Return the days a value is stated for."""
    if dated.to is None:
        return _("from {start}").format(start=dated.from_)
    return _("{start} to {end}").format(start=dated.from_, end=dated.to)


def value_lines(
    pack: Pack, parameter: Parameter, day: dt.date, indent: int, benefit: Benefit | None = None
) -> Iterator[Line]:
    """Say a parameter's value on a day, for each code, and cite it.

    `benefit`: the one whose parameters its shares are taken of, before the shared ones.
    """
    found = in_force(parameter.values, day)
    if found is None:
        yield Line(indent, _("no value on {day}: claims of that day are refused").format(day=day))
        return
    dated, provisional = found
    for codes, leaf in leaves(dated.value, len(parameter.by)):
        names = [_code(pack, field, code) for field, code in zip(parameter.by, codes, strict=True)]
        text = leaf_text(pack, parameter, leaf)
        whole = _whole(pack, leaf, benefit)
        if whole is not None:
            text = _share_text(leaf, whole, day)
        joined = _("{code}: {value}").format(code=_(" / ").join(names), value=text)
        yield Line(indent, joined if names else text)
    yield from basis(
        pack, dated.cite, indent, _("stated for {period}").format(period=period(dated)), provisional
    )
    wholes: dict[str, Parameter] = {}
    for _codes, leaf in leaves(dated.value, len(parameter.by)):
        whole = _whole(pack, leaf, benefit)
        if whole is not None:
            wholes[leaf["of"]] = whole
    for whole in wholes.values():
        yield Line(indent, _("{field}, as follows:").format(field=whole.label))
        yield from value_lines(pack, whole, day, indent + 1)


def _whole(pack: Pack, leaf: Any, benefit: Benefit | None) -> Parameter | None:
    """Return the parameter that a value is a share of, if it is one."""
    if not isinstance(leaf, dict) or set(leaf) != {"share", "of"}:
        return None
    own = benefit.parameters if benefit else {}
    return own.get(leaf["of"]) or pack.model.pack.shared.parameters.get(leaf["of"])


def _share_text(leaf: Any, whole: Parameter, day: dt.date) -> str:
    """Say a share of another parameter, and the amount it comes to on a day."""
    words = _("{share} of {name}").format(share=leaf["share"], name=whole.label)
    found = in_force(whole.values, day)
    if found is None:
        return words
    amount = parse_yuan(str(found[0].value))
    share = ShareOf(parse_percent(leaf["share"]), leaf["of"])
    return _("{share} ({amount} yuan) = {result} yuan").format(
        share=words, amount=show_yuan(amount), result=show_yuan(share_amount(share, amount))
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
        return _(", ").join(_code(pack, parameter.of or "", code) for code in leaf) or _("none")
    if parameter.unit == "bands":
        return _("; ").join(
            _("above {above} yuan: {rate}").format(
                above=show_yuan(parse_yuan(band["above"])), rate=band["rate"]
            )
            for band in leaf
        )
    if parameter.unit == "shares":
        rest = _("the rest")
        return _("; ").join(
            f"{payer} {rest if share == 'residual' else share}" for payer, share in leaf.items()
        )
    if parameter.unit == "count":
        return f"{int(leaf):,}"
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
    return {**data, **stated_data(pack, parameter.values, day)}


def stated_data(
    pack: Pack, values: Sequence[Any], day: dt.date, more: Callable[[Any], Raw] | None = None
) -> Raw:
    """Return the value in force on a day as plain data, with its days and its citation.

    `more`: what is reckoned from a value that consists of several figures.
    """
    found = in_force(values, day)
    if found is None:
        return {"value": None}
    dated, provisional = found
    value = dated.value
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json", by_alias=True, exclude_none=True)
        value |= more(dated.value) if more else {}
    return {
        "value": value,
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
