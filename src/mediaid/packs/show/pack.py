"""A whole pack in words and as data."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from mediaid.i18n import gettext as _
from mediaid.packs.schema.values import in_force
from mediaid.packs.show.benefit import benefit_lines
from mediaid.packs.show.money import money_data, money_lines
from mediaid.packs.show.values import Line, cite_data, value_data

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mediaid.packs.budget.facts import Fact
    from mediaid.packs.model import Pack
    from mediaid.packs.schema.rules import Dated


def pack_lines(pack: Pack, day: dt.date) -> Iterator[Line]:
    """Describe a pack as it stands on a day."""
    yield from heading_lines(pack, day)
    yield Line(0, "")
    yield from policy_lines(pack, day)


def heading_lines(pack: Pack, day: dt.date) -> Iterator[Line]:
    """Say which rules these are."""
    yield Line(0, _("{label} ({id}), on {day}").format(label=pack.label, id=pack.id, day=day))
    yield Line(0, _("Rules {hash}").format(hash=pack.hash))
    if pack.overlay:
        yield Line(0, _("Overlay: {overlay}").format(overlay=pack.overlay))
    if pack.draft is not None:
        yield Line(0, _("DRAFT for {year}, not in force").format(year=pack.draft))


def policy_lines(pack: Pack, day: dt.date) -> Iterator[Line]:
    """Describe what the rules say."""
    if not pack.benefits:
        yield Line(
            0, _("The documents of this pack state no benefit of one person with its figures.")
        )
    for number, benefit in enumerate(pack.benefits):
        if number:
            yield Line(0, "")
        yield from benefit_lines(pack, benefit, day)
    yield from _apart(_readings(pack))
    yield from _apart(money_lines(pack, day))
    yield from _apart(_facts(pack))
    yield from _apart(_sources(pack))


def _apart(lines: Iterator[Line]) -> Iterator[Line]:
    for first, line in enumerate(lines):
        if not first:
            yield Line(0, "")
        yield line


def _readings(pack: Pack) -> Iterator[Line]:
    if pack.model.readings:
        yield Line(0, _("Readings of unclear clauses (choose with --reading ID=ALTERNATIVE)"))
    for name, reading in pack.model.readings.items():
        chosen = pack.readings.get(name, reading.default.id)
        yield Line(1, f"{name}")
        yield Line(2, str(reading.question))
        yield Line(
            2,
            _("Basis: {number}, {at}").format(
                number=pack.sources[reading.cite.source].number, at=reading.cite.at
            ),
        )
        choices = {reading.default.id: reading.default.label}
        choices |= {key: other.label for key, other in reading.alternatives.items()}
        for key, label in choices.items():
            mark = "●" if chosen.partition(":")[0] == key else "○"
            asked = getattr(reading.alternatives.get(key), "inputs", {})
            values = ":" + ",".join(f"{wanted}=…" for wanted in asked) if asked else ""
            yield Line(
                2, _("{mark} {key}: {label}").format(mark=mark, key=f"{key}{values}", label=label)
            )


def _facts(pack: Pack) -> Iterator[Line]:
    if pack.facts is None:
        return
    titles = {
        "this": _("What the documents say beside figures"),
        "inferred": _("What is concluded from the figures"),
        "two_things": _("Where a document contradicts itself"),
        "nothing": _("What the documents do not say"),
    }
    for says, title in titles.items():
        facts = [fact for fact in pack.facts.facts.values() if fact.says == says]
        if facts:
            yield Line(0, title)
        for fact in facts:
            yield Line(1, _fact(pack, fact))


def _fact(pack: Pack, fact: Fact) -> str:
    items = _(": {items}").format(items=_(", ").join(map(str, fact.items))) if fact.items else ""
    return _("{text}{items} [{document}, {at}]").format(
        text=str(fact.text).rstrip("。.") if fact.items else fact.text,
        items=items,
        document=pack.sources[fact.cite.source].number,
        at=fact.cite.at,
    )


def _sources(pack: Pack) -> Iterator[Line]:
    yield Line(0, _("Documents"))
    for source in pack.sources.values():
        seen = "" if source.seen == "yes" else _(" (cited, not seen)")
        yield Line(
            1,
            _("{number}: {topic}{seen}").format(
                number=source.number, topic=source.topic, seen=seen
            ),
        )


def pack_data(pack: Pack, day: dt.date) -> dict[str, Any]:
    """Return a pack as it stands on a day, as plain data; amounts are texts in 元."""
    return {
        "pack": pack.id,
        "label": str(pack.label),
        "on": str(day),
        "hash": pack.hash,
        "overlay": pack.overlay,
        "draft": pack.draft,
        "readings": _readings_data(pack),
        "shared": {
            name: value_data(pack, parameter, day)
            for name, parameter in pack.model.pack.shared.parameters.items()
        },
        "benefits": [
            {
                "benefit": benefit.benefit,
                "label": str(benefit.label),
                "when": {
                    name: test.model_dump(mode="json", by_alias=True, exclude_none=True)
                    for name, test in benefit.when.items()
                },
                "steps": [
                    step.model_dump(mode="json", by_alias=True, exclude_defaults=True)
                    | {"verb": step.verb}
                    for step in benefit.steps
                ],
                "parameters": {
                    name: value_data(pack, parameter, day)
                    for name, parameter in benefit.parameters.items()
                },
            }
            for benefit in pack.benefits
        ],
        "facts": [
            {"text": str(fact.text), "says": fact.says, "cite": cite_data(pack, fact.cite)}
            for fact in (pack.facts.facts.values() if pack.facts else ())
        ],
        **money_data(pack, day),
    }


def _readings_data(pack: Pack) -> dict[str, Any]:
    return {
        name: {
            "question": str(reading.question),
            "chosen": pack.readings.get(name, reading.default.id),
            "default": {"id": reading.default.id, "label": str(reading.default.label)},
            "alternatives": {
                key: {"label": str(other.label), "inputs": list(other.inputs)}
                for key, other in reading.alternatives.items()
            },
            "cite": cite_data(pack, reading.cite),
        }
        for name, reading in pack.model.readings.items()
    }


def _dated(pack: Pack) -> list[Sequence[Dated]]:
    """Return the dated values of every figure of a pack that `confirmed` speaks of."""
    found: list[Sequence[Dated]] = [
        parameter.values for benefit in pack.benefits for parameter in benefit.parameters.values()
    ]
    found += [parameter.values for parameter in pack.model.pack.shared.parameters.values()]
    if pack.work_funds:
        found += [line.values for line in pack.work_funds.work_funds.values()]
    return found


def _stated(pack: Pack) -> list[Dated]:
    """Return the confirmed values of a pack."""
    return [value for values in _dated(pack) for value in values if value.status == "confirmed"]


def confirmed(pack: Pack) -> str:
    """Return the days that the pack's confirmed values cover, from the first to the last."""
    stated = _stated(pack)
    if not stated:
        return _("nothing is confirmed")
    first = min(value.from_ for value in stated)
    ends = [value.to for value in stated]
    if None in ends:
        return _("from {start}").format(start=first)
    return _("{start} to {end}").format(start=first, end=max(end for end in ends if end))


def last_confirmed(pack: Pack) -> dt.date:
    """Return a day to show a pack on: today, or the last day its confirmed values cover.

    Where figures have no value on that day, the day on which most of them have one.
    """
    today = dt.date.today()  # noqa: DTZ011 - the office's own calendar day
    stated = _stated(pack)
    ends = [value.to for value in stated if value.to is not None]
    day = min(today, max(ends)) if ends and len(ends) == len(stated) else today
    figures = _dated(pack)
    days = {day}
    days |= {value.from_ for values in figures for value in values}
    days |= {value.to for values in figures for value in values if value.to is not None}

    def rank(other: dt.date) -> tuple[int, bool, int]:
        """Rank days: first by the figures that have a value, then the nearest to `day`."""
        having = sum(in_force(values, other) is not None for values in figures)
        return having, other <= day, -abs((other - day).days)

    return max(days, key=rank)
