"""Settle a register again under changed rules, and say what that changes.

The determinations come about as all others do (`determinations.recompute`): they supersede what is
in force and wait for approval. To see what would change, do it in a trial.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from mediaid.faults import Fault, RegisterError
from mediaid.i18n import gettext as _
from mediaid.register.audit.chain import digest
from mediaid.register.determinations.packs import adopt_pack
from mediaid.register.determinations.recompute import rerun_group
from mediaid.register.determinations.store import outcomes_of, stands_of
from mediaid.register.schema import aid_case, person, rule_pack, standing

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mediaid.packs.model import Pack
    from mediaid.register.determinations.store import Stand
    from mediaid.register.session import Work

NO_PAYER = ""
"""Whose share no document states."""


@dataclass(frozen=True)
class CaseChange:
    """A determination that changes. Amounts in 分.

    `approved`: whether one is in force already, so that the difference is money to pay or to
    reclaim. `before` and `after`: what is payable; `payers`: the difference in aid, by payer.
    """

    case: str
    person_id: int
    name: str
    town: str
    approved: bool
    before: int
    after: int
    payers: Mapping[str, int]
    was_provisional: tuple[str, ...]
    provisional: tuple[str, ...]

    @property
    def difference(self) -> int:
        return self.after - self.before

    @property
    def supplement(self) -> int:
        """补差 to pay."""
        return max(self.difference, 0) if self.approved else 0

    @property
    def reclaim(self) -> int:
        """追回 to reclaim."""
        return max(-self.difference, 0) if self.approved else 0


@dataclass(frozen=True)
class Rerun:
    """What changes under a pack, for bills from a day on."""

    pack: Pack
    since: dt.date
    changes: tuple[CaseChange, ...]

    @property
    def code(self) -> str:
        """Names the list: who confirms it has seen this one and no other."""
        rows = [[its.case, its.approved, its.before, its.after] for its in self.changes]
        found = digest({"pack": self.pack.hash, "since": str(self.since), "rows": rows})
        return found.removeprefix("sha256:")[:12]


def rerun(work: Work, pack: Pack, since: dt.date = dt.date.min) -> Rerun:
    """Decide by a pack from now on, and settle again what was given for bills from a day on.

    Only what was decided by an earlier state of the same pack is. Raises RegisterError where the
    register never decided by such a pack.
    """
    _refuse_strangers(work.connection, pack)
    adopt_pack(work, pack)
    changes = tuple(_changes(work, pack, since))
    work.details = {
        "since": str(since),
        "cases": [its.case for its in changes],
        "supplement": sum(its.supplement for its in changes),
        "reclaim": sum(its.reclaim for its in changes),
    }
    return Rerun(pack, since, changes)


def confirm(work: Work, pack: Pack, since: dt.date, code: str) -> Rerun:
    """Do what a list with this code says. Raises RegisterError where it would be another one."""
    found = rerun(work, pack, since)
    if found.code != code:
        raise RegisterError(
            Fault(
                f"--confirm {code}",
                _(
                    "this is not what would change now (the list has the code {code}): print the "
                    "list again and look through it"
                ).format(code=found.code),
            )
        )
    return found


def _refuse_strangers(connection: Connection, pack: Pack) -> None:
    known = set(connection.scalars(select(rule_pack.c.pack).distinct()))
    if pack.id not in known:
        raise RegisterError(
            _("this register never decided by {pack}, but by {known}").format(
                pack=pack.id, known=", ".join(sorted(known)) or "–"
            )
        )


def _changes(work: Work, pack: Pack, since: dt.date) -> Iterator[CaseChange]:
    holders = (
        select(aid_case.c.person_id)
        .join(standing, standing.c.case_id == aid_case.c.id)
        .where(or_(standing.c.in_force_id.is_not(None), standing.c.pending_id.is_not(None)))
        .distinct()
        .order_by(aid_case.c.person_id)
    )
    done: set[int] = set()
    for person_id in work.connection.scalars(holders).all():
        if person_id in done:
            continue
        before, group = rerun_group(work, person_id, pack, since)
        done.update(group)
        after = stands_of(work.connection, group)
        for case_id, stand in sorted(before.items()):
            if after[case_id].latest.id != stand.latest.id:
                yield _change(work.connection, stand, after[case_id])


def _change(connection: Connection, before: Stand, after: Stand) -> CaseChange:
    old = before.in_force if before.in_force is not None else before.latest
    new = after.latest
    outcomes = outcomes_of(connection, [old.id, new.id])
    payers: Counter[str] = Counter()
    for row, sign in ((old, -1), (new, 1)):
        for its in outcomes[row.id]:
            for line in its.lines:
                payers[NO_PAYER] += sign * (line["aid"] - sum(line["payers"].values()))
                for payer, share in line["payers"].items():
                    payers[payer] += sign * share
    about = connection.execute(
        select(aid_case.c.number, aid_case.c.person_id, person.c.name, person.c.town)
        .join(person, person.c.id == aid_case.c.person_id)
        .where(aid_case.c.id == before.case_id)
    ).one()
    return CaseChange(
        case=about.number,
        person_id=about.person_id,
        name=about.name,
        town=about.town,
        approved=before.in_force is not None,
        before=old.payable,
        after=new.payable,
        payers={payer: fen for payer, fen in payers.items() if fen},
        was_provisional=tuple(old.provisional),
        provisional=tuple(new.provisional),
    )
