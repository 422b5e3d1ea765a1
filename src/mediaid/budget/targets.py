"""The performance targets of a document: aimed at, measured, or left to be entered."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

from mediaid.aligned import aligned
from mediaid.budget import provenance
from mediaid.faults import MediaidError, visible_line
from mediaid.i18n import gettext as _
from mediaid.packs.budget.figures import BASE, round_down
from mediaid.packs.budget.targets import Project, Target

if TYPE_CHECKING:
    from mediaid.packs.model import Pack

DECIMALS = 2
Status = Literal["met", "missed", "not-measured", "to-enter"]
_HOLDS = {
    "=": operator.eq,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


@dataclass(frozen=True)
class Indicator:
    """One indicator of a project's sheet.

    `measured`: in the target's unit; None where nothing measures it here. `status`: met or missed
    as measured; not measured, though records could; or left to be entered by hand.
    """

    project: str
    id: str
    target: Target
    measured: Fraction | None
    status: Status
    basis: str = ""
    """What was counted, in words."""

    @property
    def shown(self) -> str:
        """The measured figure, cut to two decimals: what falls short of 100 never reads 100."""
        if self.measured is None:
            return "–"
        cut = round_down(self.measured, DECIMALS)
        if cut.denominator == 1:
            return str(cut)
        whole, rest = divmod(int(cut * 10**DECIMALS), 10**DECIMALS)
        return f"{whole}.{rest:0{DECIMALS}d}"


@dataclass(frozen=True)
class Counted:
    """A share that an office's records give: `part` of `whole`; `basis` says of what."""

    part: int
    whole: int
    basis: str

    @property
    def percent(self) -> Fraction | None:
        """The share in percent, exact; None where there is nothing to count."""
        return Fraction(self.part * 100, self.whole) if self.whole else None


def indicators(
    pack: Pack,
    headcounts: Mapping[str, int] | None = None,
    records: Mapping[str, Counted] | None = None,
) -> tuple[Indicator, ...]:
    """Return every indicator in the document's order, as far as it is measured.

    `headcounts`: area → persons; `records`: what measures (`paid-on-time` …) → what was counted.
    Raises MediaidError if the pack has no targets.
    """
    if pack.targets is None:
        raise MediaidError(_("pack {pack} has no performance targets").format(pack=pack.id))
    return tuple(
        _indicator(project, name, target, headcounts, records or {})
        for project, sheet in pack.targets.projects.items()
        for name, target in sheet.indicators.items()
    )


def _indicator(
    project: str,
    name: str,
    target: Target,
    headcounts: Mapping[str, int] | None,
    records: Mapping[str, Counted],
) -> Indicator:
    if target.measured_by is None:
        return Indicator(project, name, target, None, "to-enter")
    measured, basis = None, ""
    if target.measured_by == "headcount" and headcounts is not None and target.area is not None:
        measured = Fraction(headcounts.get(target.area, 0), BASE[target.unit or "人"][1])
        basis = _("headcounts as given")
    elif target.measured_by in records and target.unit == "%":
        counted = records[target.measured_by]
        measured, basis = counted.percent, counted.basis
    if measured is None or target.value is None or target.unit is None:
        return Indicator(project, name, target, None, "not-measured", basis)
    holds = _HOLDS[target.sign or "="](measured, Fraction(target.value))
    return Indicator(project, name, target, measured, "met" if holds else "missed", basis)


def aim(target: Target) -> str:
    """Return what is aimed at, such as = 100 % or a quality in words."""
    if target.quality is not None:
        return str(target.quality)
    return " ".join(filter(None, (target.sign, target.value, target.unit)))


def as_data(
    pack: Pack, found: tuple[Indicator, ...], aided: Mapping[str, int] | None = None
) -> dict[str, Any]:
    """Return the targets as plain data; `aided`: town → persons aided."""
    assert pack.targets is not None
    return {
        **provenance.as_data(pack),
        "targets": str(pack.targets.label),
        "aided": None if aided is None else dict(aided),
        "projects": {
            name: {
                "label": str(sheet.label),
                "amount": sheet.amount,
                "unit": sheet.amount_unit,
                "indicators": [_indicator_data(pack, i) for i in found if i.project == name],
            }
            for name, sheet in pack.targets.projects.items()
        },
    }


def _indicator_data(pack: Pack, its: Indicator) -> dict[str, Any]:
    assert pack.targets is not None
    target = its.target
    return {
        "indicator": its.id,
        "label": str(target.label),
        "group": str(pack.targets.groups[target.group]),
        "kind": str(pack.targets.kinds[target.kind]),
        "sign": target.sign,
        "value": target.value,
        "unit": target.unit,
        "quality": None if target.quality is None else str(target.quality),
        "measured_by": target.measured_by,
        "measured": None if its.measured is None else its.shown,
        "basis": its.basis or None,
        "status": its.status,
        "only_in_text": target.only == "text",
        "note": None if target.note is None else str(target.note),
    }


def status_words() -> dict[Status, str]:
    """Return each status in words."""
    return {
        "met": _("met"),
        "missed": _("missed"),
        "not-measured": _("records can measure it; not given here"),
        "to-enter": _("to be entered"),
    }


def as_text(
    pack: Pack, found: tuple[Indicator, ...], aided: Mapping[str, int] | None = None
) -> str:
    """Return the targets as tables, one a project; below them `aided`: town → persons aided."""
    return "\n".join([*_lines(pack, found), *_aided_lines(aided)])


def _aided_lines(aided: Mapping[str, int] | None) -> Iterator[str]:
    if aided is not None:
        yield ""
        yield _("Persons aided")
        rows = [[visible_line(town) or _("(not stated)"), f"{n:,}"] for town, n in aided.items()]
        rows.append([_("total"), f"{sum(aided.values()):,}"])
        yield from (f"  {line}" for line in aligned(rows, left=1))


def _lines(pack: Pack, found: tuple[Indicator, ...]) -> Iterator[str]:
    assert pack.targets is not None
    words = status_words()
    yield provenance.as_line(pack)
    yield str(pack.targets.label)
    for name, sheet in pack.targets.projects.items():
        yield ""
        yield _title(sheet)
        rows = [[_("group"), _("indicator"), _("aim"), _("measured"), _("status")]]
        for its in found:
            if its.project == name:
                group = str(pack.targets.groups[its.target.group])
                label = str(its.target.label)
                rows.append([group, label, aim(its.target), its.shown, words[its.status]])
        yield from (f"  {line}" for line in aligned(rows, left=3))
        for its in found:
            if its.project == name and its.basis:
                yield f"  {its.target.label}: {its.basis}"
            if its.project == name and its.target.note:
                yield f"  {its.target.label}: {its.target.note}"


def _title(sheet: Project) -> str:
    return _("{label}: {amount} {unit} [{at}]").format(
        label=sheet.label, amount=sheet.amount, unit=sheet.amount_unit, at=sheet.cite.at
    )
