"""What a bureau knows of the year before and its document does not say: budget and execution."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import BeforeValidator, Field, ValidationError

from mediaid import yamlsource
from mediaid.faults import Fault, MediaidError, nearest, visible
from mediaid.i18n import gettext as _
from mediaid.packs.budget.figures import BASE, Exact, Unit
from mediaid.packs.folder.locate import faults_of
from mediaid.packs.schema.types import Id, Strict, Whole

if TYPE_CHECKING:
    from mediaid.packs.model import Pack


def _year(value: object) -> object:
    if isinstance(value, str):
        if not re.fullmatch(r"(19|20)\d\d", value, re.ASCII):
            raise ValueError(
                _("{value} is not a year: write it as 2024").format(value=visible(value))
            )
        return int(value)
    return value


class LastLine(Strict):
    """A line of last year's accounts. `headcounts` (area → persons): of a funding."""

    budget: Exact | None = None
    spent: Exact | None = None
    unit: Unit = "元"
    headcounts: dict[Id, Whole] = {}
    source: str = ""

    def fen(self, part: str) -> int | None:
        """分 of `budget` or `spent`; None where it is not given."""
        text: str | None = getattr(self, part)
        return None if text is None else _exact_fen(text, self.unit)


class LastYear(Strict):
    """A file with `last_year: YEAR`, the line's ids being those of the pack's published figures."""

    last_year: Annotated[int, BeforeValidator(_year)]
    source: Annotated[str, Field(min_length=1, max_length=200)]
    lines: Annotated[dict[Id, LastLine], Field(min_length=1)]


def _exact_fen(text: str, unit: Unit) -> int | None:
    from fractions import Fraction  # noqa: PLC0415 - only where a file is given

    fen = Fraction(text) * BASE[unit][1]
    return int(fen) if fen.denominator == 1 else None


def read_last_year(path: Path, pack: Pack) -> LastYear:
    """Read and check a file of last year's accounts.

    Raises MediaidError with every fault and its line: unknown lines or areas, amounts below 0 or
    not in whole 分, a unit that is no money, an area whose headcount is missing.
    """
    source = yamlsource.load(path)
    try:
        read = LastYear.model_validate(source.data)
    except ValidationError as error:
        raise MediaidError(faults_of(error, LastYear, source)) from None
    known = pack.published.lines if pack.published else {}
    faults: list[Fault] = []
    for name, line in read.lines.items():
        at = ("lines", name)
        if name not in known:
            faults.append(
                Fault(
                    source.where(at),
                    _("{name} is not among: {known}.{nearest}").format(
                        name=visible(name),
                        known=", ".join(known) or "–",
                        nearest=nearest(name, known),
                    ),
                )
            )
            continue
        if BASE[line.unit][0] != "分":
            message = _("{unit} is no unit of money: write 元 or 万元").format(unit=line.unit)
            faults.append(Fault(source.where((*at, "unit")), message))
            continue
        for part in ("budget", "spent"):
            text: str | None = getattr(line, part)
            if text is not None and text.startswith("-"):
                faults.append(Fault(source.where((*at, part)), _("an amount is never negative")))
            elif text is not None and line.fen(part) is None:
                faults.append(Fault(source.where((*at, part)), _("is not in whole 分")))
        areas = pack.funding[pays].areas if (pays := known[name].pays) in pack.funding else {}
        wrong = [area for area in line.headcounts if area not in areas]
        missing = [area for area in areas if line.headcounts and area not in line.headcounts]
        faults += [
            Fault(
                source.where((*at, "headcounts", area)),
                _("{name} is not among: {known}.{nearest}").format(
                    name=visible(area),
                    known=", ".join(areas) or "–",
                    nearest=nearest(area, areas),
                ),
            )
            for area in wrong
        ]
        faults += [
            Fault(
                source.where((*at, "headcounts")), _("no headcount for area {area}").format(area=a)
            )
            for a in missing
        ]
    if faults:
        raise MediaidError(faults)
    return read
