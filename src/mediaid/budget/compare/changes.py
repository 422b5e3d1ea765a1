"""Who gets more or less under another policy, from what to what, and why.

Why is read off the lines of both settlements, figure by figure in the order of the steps: whether
a benefit applies at all, its base, the deductible, the rate, and at last the limits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mediaid.engine.pools import sum_by
from mediaid.i18n import gettext as _
from mediaid.money import show_yuan

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mediaid.budget.compare.reform import Both
    from mediaid.engine.lines import Lines
    from mediaid.packs.model import Pack

    Ints = NDArray[np.int64]


@dataclass(frozen=True)
class PersonChange:
    """What changes for a person. Amounts in 分; `why`: each cause, the largest amount first."""

    person: str
    before: int
    after: int
    why: tuple[str, ...]

    @property
    def difference(self) -> int:
        return self.after - self.before


@dataclass(frozen=True)
class Cause:
    """A reason for changes: how many persons it concerns, and what their claims change by (分)."""

    words: str
    persons: int
    fen: int


@dataclass(frozen=True)
class Changes:
    """Everybody whose aid changes, in the order of the change's size, and the causes.

    `moved`: persons whose sum stays although single claims of theirs change.
    """

    persons: tuple[PersonChange, ...]
    causes: tuple[Cause, ...]
    moved: int


def changes_of(both: Both, packs: tuple[Pack, Pack]) -> Changes:
    """Compare two settlements of the same claims person by person."""
    claims = both.claims
    _names, first, person = np.unique(claims.person, return_index=True, return_inverse=True)
    size = len(first)
    sums = [sum_by(person[its.claim], size, its.aid) for its in (both.before, both.after)]
    whys: dict[int, Counter[str]] = {}
    for claim, words, fen in _lines(both, packs):
        whys.setdefault(int(person[claim]), Counter())[words] += fen
    changed = np.flatnonzero(sums[1] != sums[0])
    order = changed[np.argsort(-np.abs(sums[1] - sums[0])[changed], kind="stable")]
    names = claims.person_id.take(first[order])
    persons = tuple(
        PersonChange(name, int(sums[0][at]), int(sums[1][at]), _largest_first(whys[int(at)]))
        for name, at in zip(names, order.tolist(), strict=True)
    )
    return Changes(persons, _causes(whys), len(whys) - len(persons))


def _largest_first(why: Counter[str]) -> tuple[str, ...]:
    return tuple(sorted(why, key=lambda words: -abs(why[words])))


def _causes(whys: dict[int, Counter[str]]) -> tuple[Cause, ...]:
    persons: Counter[str] = Counter()
    fen: Counter[str] = Counter()
    for why in whys.values():
        persons.update(why.keys())
        fen.update(why)
    causes = [Cause(words, persons[words], fen[words]) for words in persons]
    return tuple(sorted(causes, key=lambda its: -abs(its.fen)))


def _lines(both: Both, packs: tuple[Pack, Pack]) -> Iterator[tuple[int, str, int]]:
    """Yield claim, cause and difference (分) of every benefit of a claim whose aid changes."""
    labels = {its.benefit: str(its.label) for pack in reversed(packs) for its in pack.benefits}
    ids = dict.fromkeys([*both.before.benefit_ids, *both.after.benefit_ids])
    for name in ids:
        one, two = (_Side(its, name, both.claims.n) for its in (both.before, both.after))
        for claim in np.flatnonzero(one.aid != two.aid).tolist():
            words = _("{benefit}: {words}").format(
                benefit=labels.get(name, name), words=_why(one, two, claim)
            )
            yield claim, words, int(two.aid[claim] - one.aid[claim])


class _Side:
    """The lines of one benefit under one policy, by claim."""

    def __init__(self, lines: Lines, name: str, claims: int) -> None:
        self.lines = lines
        self.row = np.full(claims, -1, dtype=np.int64)
        self.aid = np.zeros(claims, dtype=np.int64)
        if name in lines.benefit_ids:
            its = np.flatnonzero(lines.benefit == lines.benefit_ids.index(name))
            self.row[lines.claim[its]] = its
            self.aid[lines.claim[its]] = lines.aid[its]

    def applies(self, claim: int) -> bool:
        return bool(self.row[claim] >= 0)

    def fen(self, claim: int, name: str) -> int:
        return int(getattr(self.lines, name)[self.row[claim]])

    def text(self, claim: int, name: str) -> str:
        texts: Sequence[str] = getattr(self.lines, f"{name}_texts")
        return texts[int(getattr(self.lines, name)[self.row[claim]])]


def _why(one: _Side, two: _Side, claim: int) -> str:
    if not one.applies(claim):
        return _("applies now")
    if not two.applies(claim):
        return _("applies no longer")
    causes = []
    if one.fen(claim, "base") != two.fen(claim, "base"):
        causes.append(_("another base"))
    if one.fen(claim, "deducted") != two.fen(claim, "deducted"):
        causes.append(_("the deductible"))
    rates = one.text(claim, "rate"), two.text(claim, "rate")
    if rates[0] != rates[1]:
        causes.append(_("rate {old} → {new}").format(old=rates[0], new=rates[1]))
    if not causes and one.fen(claim, "uncapped") != two.fen(claim, "uncapped"):
        causes.append(_("another reckoning"))
    limits = [side.text(claim, "bound_by") for side in (one, two)]
    if any(limits):
        causes.append(_limits(*limits))
    return _(", ").join(causes) or _("another reckoning")


def _limits(old: str, new: str) -> str:
    if old and new:
        return _("limit {name}: cuts before and after").format(name=new)
    if new:
        return _("limit {name}: cuts now").format(name=new)
    return _("limit {name}: cuts no longer").format(name=old)


def as_rows(its: Changes) -> Iterator[tuple[str, str, str, str, str]]:
    """Return everybody whose aid changes as texts: person, before, after, difference, why."""
    for person in its.persons:
        yield (
            person.person,
            show_yuan(person.before),
            show_yuan(person.after),
            show_yuan(person.difference),
            _("; ").join(person.why),
        )
