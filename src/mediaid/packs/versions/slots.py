"""Every figure of a pack that is stated for some days: where it is addressed, and what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mediaid.i18n import gettext as _
from mediaid.packs.budget.funding import SHAPES
from mediaid.packs.budget.workfunds import WorkFund
from mediaid.packs.show.money import standards_text, work_fund_text
from mediaid.packs.show.values import leaf_text, leaves

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mediaid.packs.budget.enrolment import Standards
    from mediaid.packs.model import Pack
    from mediaid.packs.schema.rules import Dated, Parameter
    from mediaid.packs.schema.types import Label


@dataclass(frozen=True)
class Slot:
    """A figure: its place as changes address it, its name, its dated values.

    `words` says a value in a line; `written` gives it as a file of the pack has it.
    """

    at: str
    label: str
    values: Sequence[Dated]
    words: Callable[[Any], str]
    written: Callable[[Any], Any]


def slots(pack: Pack) -> Iterator[Slot]:
    """Yield every dated figure of a pack: of benefits first, then what funds and enrols."""
    codes = dict(pack.codes)
    for name, parameter in pack.model.pack.shared.parameters.items():
        yield _parameter(pack, f"shared/parameters/{name}", "", parameter, codes)
    for benefit in pack.benefits:
        for name, parameter in benefit.parameters.items():
            at = f"{benefit.benefit}/parameters/{name}"
            yield _parameter(pack, at, str(benefit.label), parameter, codes)
    for key, funding in pack.funding.items():
        names: dict[str, Mapping[str, Label]] = {
            "component": funding.components,
            "area": funding.areas,
        }
        for shape in SHAPES:
            at = f"funding/{key}/parameters/{shape}"
            its = getattr(funding.parameters, shape)
            yield _parameter(pack, at, str(funding.label), its, names)
    lines = pack.work_funds.work_funds if pack.work_funds else {}
    for key, line in lines.items():
        yield Slot(
            f"work_funds/{key}/values",
            str(line.label),
            line.values,
            work_fund_text,
            WorkFund.written,
        )
    schemes = pack.enrolment.enrolment if pack.enrolment else {}
    for key, scheme in schemes.items():
        at = f"enrolment/{key}/values"
        yield Slot(at, str(scheme.label), scheme.values, _standards_words, _standards)


def _parameter(
    pack: Pack,
    at: str,
    whose: str,
    parameter: Parameter,
    names: Mapping[str, Mapping[str, Label]],
) -> Slot:
    def words(value: Any) -> str:
        by_text: dict[str, list[str]] = {}
        for its, leaf in leaves(value, len(parameter.by)):
            labels = [
                str(names.get(field, {}).get(code, code))
                for field, code in zip(parameter.by, its, strict=True)
            ]
            by_text.setdefault(leaf_text(pack, parameter, leaf), []).append(" / ".join(labels))
        if len(by_text) == 1:
            return next(iter(by_text))
        return _("; ").join(
            _("{value} ({note})").format(value=text, note=_(", ").join(whom))
            for text, whom in by_text.items()
        )

    label = str(parameter.label)
    if whose:
        label = _("{benefit}, {figure}").format(benefit=whose, figure=label)
    return Slot(f"{at}/values", label, parameter.values, words, lambda value: value)


def _standards(value: Standards) -> dict[str, Any]:
    return value.model_dump(mode="json", exclude_none=True)


def _standards_words(value: Standards) -> str:
    return _("; ").join(
        _("{name}: {value}").format(name=label, value=words)
        for label, words in standards_text(value).values()
    )
