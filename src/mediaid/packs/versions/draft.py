"""Next year's policy as questions: every value carried forward until a document says otherwise.

A draft is an overlay with the key `draft`. A question is answered by its status: `confirmed` with
the document and clause that say so, or `carried` where the value goes on without one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mediaid.faults import Fault, PackError
from mediaid.i18n import gettext as _
from mediaid.packs.versions.slots import Slot, slots
from mediaid.packs.versions.written import plain_yaml

if TYPE_CHECKING:
    from mediaid.packs.changes.change import Given
    from mediaid.packs.model import Pack
    from mediaid.packs.schema.rules import Dated

FIRST, LAST = 1950, 2199


@dataclass(frozen=True)
class Question:
    """A value that a draft carries forward: which, for which days, and what it was so far."""

    slot: Slot
    year: int
    old: Dated
    ends: dt.date | None

    @property
    def written(self) -> Any:
        """The value so far, as a file has it."""
        return self.slot.written(self.old.value)

    @property
    def words(self) -> str:
        return _("{year}: {figure}, {value} so far: which document, which clause?").format(
            year=self.year, figure=self.slot.label, value=self.slot.words(self.old.value)
        )


def questions(pack: Pack, year: int) -> Iterator[Question]:
    """Yield what a year's document has to say: values that the pack states for that year from its
    first day are left out."""
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    for slot in slots(pack):
        before = [its for its in slot.values if its.from_ < first]
        within = [its.from_ for its in slot.values if first <= its.from_ <= last]
        if not before or first in within:
            continue
        ends = last if before[-1].to is not None or within else None
        if within:
            ends = within[0] - dt.timedelta(days=1)
        yield Question(slot, year, before[-1], ends)


def draft_text(pack: Pack, year: int) -> str:
    """Return a draft of a year as the text of an overlay file.

    Raises PackError where the pack has nothing to carry into that year.
    """
    asked = list(questions(pack, year))
    if not FIRST <= year <= LAST or not asked:
        raise PackError(
            Fault(
                "--year",
                _(
                    "{year}: there is nothing to carry into this year: name the year behind the "
                    "pack's last one ({label})"
                ).format(year=year, label=pack.label),
            )
        )
    zh, en = pack.label.zh, pack.label.en
    label = plain_yaml({"zh": f"{zh}（{year}年）", "en": f"{en}, {year}"})
    return "\n".join(
        [
            *_comment(
                _(
                    "A draft for {year}: the figures of {pack} as they stand, to be looked up one "
                    "by one."
                ).format(year=year, pack=pack.id)
            ),
            *_comment(
                _(
                    "Answer each question: correct the value, cite the document and clause, and "
                    "write status: confirmed. Where no document says anything, write status: "
                    "carried: the value goes on, provisional. A question that you take out leaves "
                    "the pack as it is."
                )
            ),
            *_comment(
                _(
                    "mediaid rules check FILE lists what is unanswered; mediaid rules adopt FILE "
                    "makes the answers the next version of the pack."
                )
            ),
            f"overlay: {pack.id}-{year}",
            "label:",
            *_indented(label, 2),
            f"draft: {year}",
            "base:",
            f"  pack: {pack.id}",
            f"  hash: {pack.hash}",
            "changes:",
            *_comment(_("Documents that the answers cite, one entry each:"), 2),
            f"  # - at: sources/doc-{year}",
            "  #   value: {number: …, topic: {zh: …, en: …}}",
            *(line for its in asked for line in ("", *_change(its))),
            "",
        ]
    )


def _change(its: Question) -> Iterator[str]:
    yield from _comment(its.words, 2)
    yield f"  - at: {its.slot.at}"
    yield f"    from: {its.year}-01-01"
    if its.ends is not None:
        yield f"    to: {its.ends}"
        yield f"    after: {its.old.after}"
    yield "    status: draft"
    yield "    # cite: {source: …, at: …}"
    text = plain_yaml(its.written)
    if isinstance(its.written, dict):
        yield "    value:"
        yield from _indented(text, 6)
    else:
        yield f"    value: {text.strip()}"


def _indented(text: str, by: int) -> list[str]:
    return [" " * by + line for line in text.splitlines()]


def _comment(text: str, by: int = 0) -> list[str]:
    return [" " * by + f"# {text}"]


def unanswered(given: Given, pack: Pack) -> list[Fault]:
    """Return what of a draft is still open, each question at its place, in words."""
    year = given.overlay.draft
    known = {its.slot.at: its for its in questions(pack, year)} if year else {}
    faults = []
    for i, sourced in enumerate(given.changes):
        change = sourced.change
        if change.from_ is None and "status" not in change.model_fields_set:
            continue  # a document, or a step: nothing that a document has to state by itself
        where = given.source.where(("changes", i, "status"))
        if change.status == "draft":
            asked = _("{place} is still a draft: which document, which clause?")
            its = known.get(change.at)
            faults.append(Fault(where, its.words if its else asked.format(place=change.at)))
        elif change.cite is not None:
            continue
        elif change.status == "confirmed":
            said = _("{place} is confirmed by nothing: add cite, with the document and clause")
            faults.append(Fault(where, said.format(place=change.at)))
        elif change.at not in known or change.value != known[change.at].written:
            said = _(
                "{place} is carried, but not as it was: write the value it had, or cite the "
                "document that changes it"
            )
            faults.append(Fault(where, said.format(place=change.at)))
    return faults


def asked_in(given: Given) -> int:
    """Return how many values a draft states."""
    return sum(
        its.change.from_ is not None or "status" in its.change.model_fields_set
        for its in given.changes
    )
