"""A pack as a page (Markdown): each value beside its document, its days and what pins it.

For whoever checks a pack against the documents without the program.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediaid.i18n import gettext as _
from mediaid.packs.budget.funding import SHAPES
from mediaid.packs.show.benefit import field_label, step_words, test_words
from mediaid.packs.show.money import standards_text, work_fund_text
from mediaid.packs.show.pack import confirmed
from mediaid.packs.show.values import leaf_text, leaves, period

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mediaid.faults import Location
    from mediaid.packs.model import Pack
    from mediaid.packs.schema.rules import Benefit, Dated, Parameter, When
    from mediaid.packs.schema.types import Cite, Label
    from mediaid.scenarios.coverage.run import Coverage
    from mediaid.scenarios.model import Scenario

Names = dict[str, "Mapping[str, Label]"]
"""By field, the labels of its codes."""


def page(pack: Pack, found: Coverage, link: Callable[[Scenario], str]) -> str:
    """Return a pack's page; `link` gives where a scenario is to be read."""
    return "\n".join(_Page(pack, found, link).lines()) + "\n"


def cited_lines(pack: Pack, found: Coverage) -> Iterator[str]:
    """Yield the same for a terminal; scenarios are named by file and line."""
    return _Plain(pack, found, lambda its: its.where).lines()


class _Page:
    def __init__(self, pack: Pack, found: Coverage, link: Callable[[Scenario], str]) -> None:
        self.pack = pack
        self.found = found
        self.link = link

    def lines(self) -> Iterator[str]:
        pack = self.pack
        yield from self._title()
        shared = pack.model.pack.shared.parameters
        if shared:
            yield from self._heading(_("Figures that several benefits use"))
            yield from self._values(shared, ("pack", "shared", "parameters"), dict(pack.codes))
        for benefit in pack.benefits:
            yield from self._benefit(benefit)
        yield from self._readings()
        for name, funding in pack.funding.items():
            yield from self._heading(
                _("Funding: {label} ({id})").format(label=funding.label, id=name)
            )
            parameters = {shape: getattr(funding.parameters, shape) for shape in SHAPES}
            names: Names = {"component": funding.components, "area": funding.areas}
            yield from self._values(parameters, ("funding", name, "parameters"), names)
        yield from self._work_funds()
        yield from self._enrolment()
        yield from self._documents()

    def _benefit(self, benefit: Benefit) -> Iterator[str]:
        at: Location = ("benefits", benefit.benefit)
        yield from self._heading(f"{benefit.label} (`{benefit.benefit}`)")
        yield _("For claims that meet all of:")
        yield ""
        yield from (f"- {words}" for words in self._when(benefit, benefit.when, (*at, "when")))
        yield ""
        for number, step in enumerate(benefit.steps):
            yield f"{number + 1}. {self._text(step_words(self.pack, step))}"
            its = self._when(benefit, step.when, (*at, "steps", number, "when"))
            yield from (f"   - {words}" for words in its)
        if benefit.parameters:
            yield ""
            yield from self._values(benefit.parameters, (*at, "parameters"), dict(self.pack.codes))

    def _when(self, benefit: Benefit, when: When, at: Location) -> Iterator[str]:
        for name, test in when.items():
            label = field_label(self.pack, name)
            if test.in_ is not None:
                words = str(self.pack.parameter(benefit, test.in_)[1].label)
            else:
                words = test_words(self.pack, name, test)
            pinned = self._pinned((*at, name))
            asked = _("{field}: {wanted}").format(field=label, wanted=words)
            yield self._text(asked if pinned == _NONE else f"{asked} ({pinned})")

    def _values(
        self, parameters: Mapping[str, Parameter], at: Location, names: Names
    ) -> Iterator[str]:
        yield from self._table(
            _("figure"), _("value"), _("days"), _("document and clause"), _("a scenario")
        )
        for name, parameter in parameters.items():
            for i, dated in enumerate(parameter.values):
                for codes, leaf in leaves(dated.value, len(parameter.by)):
                    place = (*at, name, "values", i, "value", *codes)
                    labels = [
                        str(names.get(field, {}).get(code, code))
                        for field, code in zip(parameter.by, codes, strict=True)
                    ]
                    yield self._row(
                        _(": ").join([str(parameter.label), _(" / ").join(labels)])
                        if labels
                        else str(parameter.label),
                        leaf_text(self.pack, parameter, leaf),
                        _days(dated),
                        self._basis(dated.cite),
                        self._pinned(place),
                    )

    def _readings(self) -> Iterator[str]:
        readings = self.pack.model.readings
        if not readings:
            return
        yield from self._heading(_("Readings of unclear clauses"))
        yield from self._table(
            _("question"), _("default"), _("otherwise"), _("document and clause"), _("a scenario")
        )
        for name, reading in readings.items():
            for key, other in reading.alternatives.items():
                yield self._row(
                    f"`{name}`: {reading.question}",
                    f"`{reading.default.id}`: {reading.default.label}",
                    f"`{key}`: {other.label}",
                    self._basis(reading.cite),
                    self._pinned(("readings", name, "alternatives", key)),
                )

    def _work_funds(self) -> Iterator[str]:
        if self.pack.work_funds is None:
            return
        yield from self._heading(_("Work funds"))
        yield from self._table(
            _("line"), _("value"), _("days"), _("document and clause"), _("a scenario")
        )
        for name, line in self.pack.work_funds.work_funds.items():
            for i, dated in enumerate(line.values):
                yield self._row(
                    str(line.label),
                    work_fund_text(dated.value),
                    _days(dated),
                    self._basis(dated.cite),
                    self._pinned(("work_funds", "work_funds", name, "values", i)),
                )

    def _enrolment(self) -> Iterator[str]:
        if self.pack.enrolment is None:
            return
        yield from self._heading(_("Enrolment standards"))
        yield from self._table(
            _("figure"), _("value"), _("days"), _("document and clause"), _("a scenario")
        )
        for name, scheme in self.pack.enrolment.enrolment.items():
            for i, dated in enumerate(scheme.values):
                at: Location = ("enrolment", "enrolment", name, "values", i, "value")
                for key, (label, words) in standards_text(dated.value).items():
                    yield self._row(
                        _(": ").join([str(scheme.label), label]),
                        words,
                        _days(dated),
                        self._basis(dated.cite),
                        self._pinned((*at, key)),
                    )

    def _documents(self) -> Iterator[str]:
        yield from self._heading(_("Documents"))
        for source in self.pack.sources.values():
            seen = "" if source.seen == "yes" else _(" (cited, not seen)")
            yield "- " + self._text(
                _("{number}: {topic}{seen}").format(
                    number=source.number, topic=source.topic, seen=seen
                )
            )

    def _basis(self, cite: Cite) -> str:
        note = _(" ({note})").format(note=cite.note) if cite.note else ""
        return _("{number}, {at}{note}").format(
            number=self.pack.sources[cite.source].number, at=cite.at, note=note
        )

    def _pinned(self, at: Location) -> str:
        """Link the first scenario that fails when something at or below a place is changed."""
        for change, scenario in self.found.noticed:
            if change.at[: len(at)] == at:
                return self._linked(scenario.name, self.link(scenario))
        return _NONE

    def _title(self) -> Iterator[str]:
        yield f"# {self._text(str(self.pack.label))}"
        yield ""
        said = _("Pack {id}, confirmed {period}, rules {hash}. This page is made by the program.")
        yield said.format(
            id=f"`{self.pack.id}`", period=confirmed(self.pack), hash=f"`{self.pack.hash}`"
        )

    def _heading(self, text: str) -> Iterator[str]:
        yield from ("", f"## {self._text(text)}", "")

    def _table(self, *headings: str) -> Iterator[str]:
        yield "| " + " | ".join(headings) + " |"
        yield "| " + " | ".join("---" for _heading in headings) + " |"

    def _row(self, *cells: str) -> str:
        return "| " + " | ".join(self._text(cell) for cell in cells) + " |"

    def _linked(self, name: str, link: str) -> str:
        return f"[{name}]({link})"

    def _text(self, text: str) -> str:
        """Text that means itself in Markdown, links apart."""
        return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


class _Plain(_Page):
    """The page for a terminal: a row is a line, and below it what stands beside it."""

    headings: tuple[str, ...] = ()

    def _title(self) -> Iterator[str]:
        yield _("{label} ({id}), confirmed {period}").format(
            label=self.pack.label, id=self.pack.id, period=confirmed(self.pack)
        )
        yield _("Rules {hash}").format(hash=self.pack.hash)

    def _heading(self, text: str) -> Iterator[str]:
        yield from ("", text.replace("`", ""))

    def _table(self, *headings: str) -> Iterator[str]:
        self.headings = headings
        yield from ()

    def _row(self, *cells: str) -> str:
        first, second, *rest = (cell.replace("`", "") for cell in cells)
        lines = ["  " + _("{code}: {value}").format(code=first, value=second)]
        lines += [
            "    " + _("{name}: {value}").format(name=name, value=cell)
            for name, cell in zip(self.headings[2:], rest, strict=True)
        ]
        return "\n".join(lines)

    def _linked(self, name: str, link: str) -> str:
        return _("{value} ({note})").format(value=name, note=link)

    def _text(self, text: str) -> str:
        return text


_NONE = "–"


def _days(dated: Dated) -> str:
    words = [period(dated)]
    if dated.status != "confirmed":
        words.append(_("provisional"))
    if dated.to is not None:
        words.append(
            _("then carried, provisional") if dated.after == "carry_forward" else _("then none")
        )
    return _("; ").join(words)
