"""Values of parameters: from the text of a pack to exact figures, by unit.

A value is held per tuple of codes (empty when the parameter is `by` nothing): 分 or NO_LIMIT for
yuan, a Fraction for percent, an int for count, a tuple of codes for codes, a tuple of
(above 分, Fraction) for bands, a tuple of (payer, Fraction or None for the rest) for shares.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from mediaid.faults import Location, nearest, visible
from mediaid.i18n import gettext as _
from mediaid.money import (
    MAX_DENOMINATOR,
    format_percent,
    half_up,
    parse_percent,
    parse_yuan,
    plain,
)
from mediaid.packs.schema.rules import Dated, Parameter

NO_LIMIT = 2**62
"""`unlimited`: larger than any sum of amounts, and still an int64."""

UNLIMITED = "unlimited"
RESIDUAL = "residual"
_NO_CAP = (
    "不限",
    "无",
    "无限",
    "无限额",
    "不设限",
    "不封顶",
    "无封顶",
    "none",
    "no limit",
    "no cap",
)
"""How people write that there is no cap."""

Codes = tuple[str, ...]
Leaf = Any
Values = dict[Codes, Leaf]
Problem = tuple[Location, str]


@dataclass(frozen=True)
class ShareOf:
    """An amount that is a share of another parameter, such as 25% of per-capita income."""

    share: Fraction
    of: str


class BadValueError(ValueError):
    """A value with parts of its own, and every problem with its place below the value."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(message for _at, message in problems))
        self.problems = tuple(problems)


def parse_value(
    parameter: Parameter, raw: Any, known: Sequence[Collection[str]], needed: Sequence[set[str]]
) -> tuple[Values, list[Problem]]:
    """Read one dated value.

    `known` and `needed` give, for each field of `by`, its codes (with their labels, where
    messages are wanted) and those that must be there.
    Returns the values and every problem with its place below `value`.
    """
    values: Values = {}
    problems: list[Problem] = []
    _descend(parameter, raw, known, needed, (), values, problems)
    return values, problems


def _descend(
    parameter: Parameter,
    raw: Any,
    known: Sequence[Collection[str]],
    needed: Sequence[set[str]],
    at: Codes,
    values: Values,
    problems: list[Problem],
) -> None:
    depth = len(at)
    if depth == len(parameter.by):
        if not depth and isinstance(raw, dict) and _one_each(parameter, raw):
            problems.append(
                (
                    at,
                    _("a value for each code needs `by` in {parameter}, such as {example}").format(
                        parameter=parameter.label, example="by: [category]"
                    ),
                )
            )
            return
        try:
            values[at] = LEAVES[parameter.unit](raw)
        except BadValueError as error:
            problems += [((*at, *below), message) for below, message in error.problems]
        except ValueError as error:
            problems.append((at, str(error)))
        return
    field = parameter.by[depth]
    if not isinstance(raw, dict):
        problems.append((at, _("give one value for each {field}").format(field=field)))
        return
    for code, below in raw.items():
        if code not in known[depth]:
            problems.append(((*at, code), unknown_code(code, field, known[depth])))
        elif code not in needed[depth]:
            problems.append(
                (
                    (*at, code),
                    _(
                        "{code} is not among the {field} codes that {parameter} is used for: "
                        "remove it, or add it to the conditions"
                    ).format(code=code, field=field, parameter=parameter.label),
                )
            )
        else:
            _descend(parameter, below, known, needed, (*at, code), values, problems)
    missing = [code for code in known[depth] if code in needed[depth] and code not in raw]
    if missing:
        problems.append(
            (at, _("no value for {field} {codes}").format(field=field, codes=", ".join(missing)))
        )


def _one_each(parameter: Parameter, raw: Mapping[str, Any]) -> bool:
    """Whether a value without `by` seems to be meant as one for each code."""
    return parameter.unit in ("yuan", "percent", "count") and not {"share", "of"} & set(raw)


def unknown_code(code: str, field: str, known: Iterable[str]) -> str:
    """Say that a code is not one of a field's, and what may have been meant.

    `known`: the field's codes, as a mapping if their labels are known.
    """
    message = _("{code} is not a code of {field}.{nearest}").format(
        code=visible(code), field=field, nearest=nearest(code, known)
    )
    if re.fullmatch(r"\d{3}(\.\d+)?", code):
        hint = _("If it ends an amount such as 130,000, write 130000")
        return f"{message} {hint}"
    labelled = _labelled(code, known)
    if labelled is not None:
        hint = _("This is a label: write its code: {code}").format(code=labelled)
        return f"{message} {hint}"
    return message + comma_hint(code)


def _labelled(word: str, known: Iterable[str]) -> str | None:
    """Return the code whose label a word is."""
    if not isinstance(known, Mapping):
        return None
    for code, label in known.items():
        if plain(word) in (plain(str(getattr(label, lang, ""))) for lang in ("zh", "en")):
            return str(code)
    return None


def comma_hint(text: str) -> str:
    """Say how the items of a list are parted, where they are run together by a Chinese mark."""
    if "，" not in text and "、" not in text:
        return ""
    hint = _("Write the comma between the items of a list as , and not as ， or 、")
    return f" {hint}"


def _text(raw: Any) -> str:
    if not isinstance(raw, str):
        raise ValueError(_("a single value is expected here"))
    return raw


def _amount(raw: Any) -> int | ShareOf:
    if isinstance(raw, dict):
        if set(raw) != {"share", "of"}:
            raise ValueError(
                _("a share of another parameter is written {example}").format(
                    example="{share: 25%, of: income}"
                )
            )
        try:
            return ShareOf(parse_percent(_text(raw["share"])), _text(raw["of"]))
        except ValueError as error:
            raise BadValueError([(("share",), str(error))]) from None
    if raw == UNLIMITED:
        return NO_LIMIT
    text = _text(raw)
    if text.strip() in _NO_CAP:
        raise ValueError(
            _("{value} is not an amount in 元: no cap is written {word}").format(
                value=visible(text), word=UNLIMITED
            )
        )
    if re.search(r"[%％]\s*\S", text):
        raise ValueError(
            _(
                "{value} is not an amount in 元: a share of another parameter is written {example}"
            ).format(value=visible(text), example="{share: 25%, of: income}")
        )
    return parse_yuan(text)


def _rate(raw: Any) -> Fraction:
    rate = parse_percent(_text(raw))
    if rate > 1:
        raise ValueError(
            _("{value} is more than the whole: a rate is at most 100%").format(value=visible(raw))
        )
    return rate


def _count(raw: Any) -> int:
    text = plain(_text(raw))
    if not (text.isascii() and text.isdigit() and len(text) <= 7):
        raise ValueError(_("{value} is not a whole number").format(value=visible(text)))
    return int(text)


def _codes(raw: Any) -> Codes:
    if not isinstance(raw, list) or not all(isinstance(item, str) for item in raw):
        raise ValueError(_("a list of codes is expected here, such as [inpatient]"))
    twice = [
        ((i,), _("{code} stands here twice").format(code=visible(code)))
        for i, code in enumerate(raw)
        if code in raw[:i]
    ]
    if twice:
        raise BadValueError(twice)
    return tuple(raw)


def _bands(raw: Any) -> tuple[tuple[int, Fraction], ...]:
    if not isinstance(raw, list) or not raw:
        raise ValueError(
            _("a list of bands is expected: {example}").format(
                example="[{above: 0, rate: 50%}, {above: 10000, rate: 60%}]"
            )
        )
    problems: list[Problem] = []
    bands = [_band(band, i, problems) for i, band in enumerate(raw)]
    if not problems and bands[0][0] != 0:
        problems.append(((0, "above"), _("the first band must be above: 0")))
    for i in range(1, len(bands)):
        if not problems and bands[i][0] <= bands[i - 1][0]:
            problems.append(
                (
                    (i, "above"),
                    _("bands must rise: {above} does not lie above the band before").format(
                        above=visible(str(raw[i]["above"]))
                    ),
                )
            )
    if problems:
        raise BadValueError(problems)
    return tuple(bands)


def _band(raw: Any, i: int, problems: list[Problem]) -> tuple[int, Fraction]:
    if not isinstance(raw, dict) or set(raw) != {"above", "rate"}:
        message = _("a band is written {example}").format(example="{above: 10000, rate: 60%}")
        problems.append(((i,), message))
        return 0, Fraction(0)
    parts: dict[str, Any] = {"above": 0, "rate": Fraction(0)}
    readers: tuple[tuple[str, Callable[[Any], Any]], ...] = (
        ("above", lambda text: parse_yuan(_text(text))),
        ("rate", _rate),
    )
    for key, read in readers:
        try:
            parts[key] = read(raw[key])
        except ValueError as error:
            problems.append(((i, key), str(error)))
    return parts["above"], parts["rate"]


def _share(raw: Any) -> Fraction:
    text = _text(raw)
    top, slash, bottom = text.partition("/")
    if slash and text.isascii() and top.isdigit() and bottom.isdigit():
        if not 0 < int(bottom) <= MAX_DENOMINATOR:
            raise ValueError(
                _("{value} is no share: its denominator is from 1 to 1,000,000").format(
                    value=visible(text)
                )
            )
        return Fraction(int(top), int(bottom))
    return parse_percent(text)


def _shares(raw: Any) -> tuple[tuple[str, Fraction | None], ...]:
    if not isinstance(raw, dict) or not raw:
        raise ValueError(
            _("shares are written {example}").format(
                example="{city: 50%, district: 25%, town: 25%}"
            )
        )
    problems: list[Problem] = []
    shares: dict[str, Fraction | None] = {}
    for payer, share in raw.items():
        try:
            shares[payer] = None if share == RESIDUAL else _share(share)
        except ValueError as error:
            problems.append(((payer,), str(error)))
    residual = [payer for payer, share in shares.items() if share is None]
    total = sum((s for s in shares.values() if s is not None), Fraction(0))
    if len(residual) > 1:
        problems.append(((residual[1],), _("only one payer can be residual")))
    elif not problems and ((not residual and total != 1) or total > 1):
        problems.append(
            (
                (),
                _("the shares sum to {total}, not to 100%").format(total=format_percent(total)),
            )
        )
    if problems:
        raise BadValueError(problems)
    return tuple(shares.items())


LEAVES: dict[str, Callable[[Any], Leaf]] = {
    "yuan": _amount,
    "percent": _rate,
    "count": _count,
    "codes": _codes,
    "bands": _bands,
    "shares": _shares,
}


def share_amount(share: ShareOf, whole: int) -> int:
    """Return the amount in 分 that is a share of `whole` 分, half-up."""
    return half_up(whole, share.share.numerator, share.share.denominator)


def in_force(values: Sequence[Dated], day: dt.date) -> tuple[Dated, bool] | None:
    """Return the dated value for a day, and whether it is provisional: a draft, or carried on, by
    its document or beyond the period that it is confirmed for.

    None where the pack gives no value for the day.
    """
    found: Dated | None = None
    for dated in sorted(values, key=lambda d: d.from_):
        if dated.from_ <= day:
            found = dated
    if found is None:
        return None
    if found.to is None or day <= found.to:
        return found, found.status != "confirmed"
    return (found, True) if found.after == "carry_forward" else None


def date_problems(values: Sequence[Dated]) -> Iterator[Problem]:
    """Find periods that end before they begin, overlap, or stand out of order."""
    for i, dated in enumerate(values):
        if dated.to is None and dated.after == "carry_forward":
            yield (
                (i, "after"),
                _(
                    "after: carry_forward needs `to`, the last day the value is confirmed for: add "
                    "it, or leave `after` out"
                ),
            )
        if dated.to is not None and dated.to < dated.from_:
            yield (
                (i, "to"),
                _("ends on {to}, before it begins on {start}").format(
                    to=dated.to, start=dated.from_
                ),
            )
    for i, (one, two) in enumerate(pairwise(values), 1):
        if two.from_ <= one.from_:
            yield (i, "from"), _("dated values stand in order of their from")
        elif one.to is None or two.from_ <= one.to:
            yield (
                (i, "from"),
                _("overlaps the value before it, which holds until {to}").format(
                    to=one.to or _("further notice")
                ),
            )


def known_codes(parameter: Parameter, codes: Mapping[str, Mapping[str, object]]) -> list[list[str]]:
    """Return the pack's codes of each field in `by`, in the pack's order."""
    return [list(codes.get(field, {})) for field in parameter.by]
