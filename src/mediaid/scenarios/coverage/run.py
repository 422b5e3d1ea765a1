"""Changes a pack one place at a time, and asks of each change whether a scenario notices it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mediaid.i18n import gettext as _
from mediaid.scenarios.coverage.mutants import mutant
from mediaid.scenarios.coverage.proofs import reason
from mediaid.scenarios.coverage.sites import Change, Same, plain_form, sites
from mediaid.scenarios.coverage.witness import witness

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mediaid.packs.model import Pack
    from mediaid.scenarios.coverage.suite import Suite
    from mediaid.scenarios.model import Scenario


@dataclass(frozen=True)
class Coverage:
    """What became of each change.

    `nothing`: it provably changes no figure, with the reason; `refused`: a pack so changed would
    not load.
    """

    noticed: tuple[tuple[Change, Scenario], ...]
    unnoticed: tuple[Change, ...]
    nothing: tuple[tuple[Change | Same, str], ...]
    refused: tuple[Change, ...]

    @property
    def complete(self) -> bool:
        """Whether every change that changes anything is noticed."""
        return not self.unnoticed


def coverage(pack: Pack, suite: Suite) -> Coverage:
    """Try every small change of a pack on its scenarios."""
    plain = plain_form(pack.whole)
    noticed: list[tuple[Change, Scenario]] = []
    unnoticed: list[Change] = []
    nothing: list[tuple[Change | Same, str]] = []
    refused: list[Change] = []
    for change in sites(plain):
        if isinstance(change, Same):
            nothing.append((change, _("they have the same value")))
            continue
        changed = mutant(pack, plain, change)
        if changed is None:
            refused.append(change)
        elif (scenario := suite.noticing(changed, change)) is not None:
            noticed.append((change, scenario))
        elif said := reason(change, plain, pack):
            nothing.append((change, said))
        else:
            unnoticed.append(change)
    return Coverage(tuple(noticed), tuple(unnoticed), tuple(nothing), tuple(refused))


def witnessed(pack: Pack, found: Coverage) -> Iterator[tuple[Change, str | None]]:
    """Yield each change that no scenario notices, with one (YAML) that would, if any is found."""
    plain = plain_form(pack.whole)
    for change in found.unnoticed:
        changed = mutant(pack, plain, change)
        yield change, None if changed is None else witness(pack, plain, change, changed)
