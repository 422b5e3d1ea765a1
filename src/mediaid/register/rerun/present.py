"""What changed rules change, by person, town and payer: as data and as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mediaid.aligned import aligned
from mediaid.i18n import gettext as _
from mediaid.money import format_yuan, show_yuan
from mediaid.people.masking import mask_name
from mediaid.register.rerun.changes import NO_PAYER

if TYPE_CHECKING:
    from mediaid.register.rerun.changes import CaseChange, Rerun


def as_data(its: Rerun, *, confirmed: bool, clear: bool = False) -> dict[str, Any]:
    """Return the list as plain data; amounts are 元 as text."""
    return {
        "pack": its.pack.id,
        "hash": its.pack.hash,
        "since": None if its.since.year == 1 else str(its.since),
        "confirmed": confirmed,
        "code": its.code,
        "changes": [
            {
                "case": change.case,
                "person": change.person_id,
                "name": change.name if clear else mask_name(change.name),
                "town": change.town,
                "approved": change.approved,
                "before": format_yuan(change.before),
                "after": format_yuan(change.after),
                "supplement": format_yuan(change.supplement),
                "reclaim": format_yuan(change.reclaim),
                "payers": {payer or None: format_yuan(fen) for payer, fen in change.payers.items()},
                "was_provisional": list(change.was_provisional),
                "provisional": list(change.provisional),
            }
            for change in its.changes
        ],
        "towns": {town: _money(rows) for town, rows in _by_town(its).items()},
        "payers": _payers_data(its),
        "total": _money(list(its.changes)),
    }


def _money(rows: list[CaseChange]) -> dict[str, str]:
    return {
        "supplement": format_yuan(sum(row.supplement for row in rows)),
        "reclaim": format_yuan(sum(row.reclaim for row in rows)),
    }


def _by_town(its: Rerun) -> dict[str, list[CaseChange]]:
    towns: dict[str, list[CaseChange]] = {}
    for change in its.changes:
        towns.setdefault(change.town, []).append(change)
    return dict(sorted(towns.items()))


def _payers(its: Rerun) -> dict[str, tuple[int, int]]:
    """Return what the determinations in force give more and less, by payer."""
    more: Counter[str] = Counter()
    less: Counter[str] = Counter()
    for change in its.changes:
        if change.approved:
            for payer, fen in change.payers.items():
                (more if fen > 0 else less)[payer] += abs(fen)
    return {payer: (more[payer], less[payer]) for payer in sorted({*more, *less})}


def _payers_data(its: Rerun) -> list[dict[str, str | None]]:
    return [
        {"payer": payer or None, "more": format_yuan(more), "less": format_yuan(less)}
        for payer, (more, less) in _payers(its).items()
    ]


def as_lines(its: Rerun, *, confirmed: bool, clear: bool = False) -> Iterator[str]:
    """Return the list as text."""
    yield _("{label}, pack {pack}, {hash}").format(
        label=its.pack.label, pack=its.pack.id, hash=its.pack.hash
    )
    if not its.changes:
        yield _("no determination changes")
        return
    yield ""
    yield from aligned(list(_rows(its, clear)), left=4)
    yield ""
    yield from aligned(list(_sums(its)), left=1)
    waiting = sum(not change.approved for change in its.changes)
    if waiting:
        yield _(
            "{count} were not approved yet: no money moves but what is approved in the end"
        ).format(count=waiting)
    cleared = sum(bool(row.was_provisional) and not row.provisional for row in its.changes)
    if cleared:
        yield _("{count} are no longer provisional").format(count=cleared)
    if confirmed:
        yield _(
            "{count} superseding determinations wait for approval: mediaid register case approve"
        ).format(count=len(its.changes))
    else:
        yield _("nothing was changed; to do so: --confirm {code}").format(code=its.code)


def _rows(its: Rerun, clear: bool) -> Iterator[list[str]]:
    yield [
        *(_("person"), _("name"), _("town"), _("case")),
        *(_("payable so far"), _("payable now"), _("to pay"), _("to reclaim")),
    ]
    for row in its.changes:
        yield [
            str(row.person_id),
            row.name if clear else mask_name(row.name),
            row.town,
            row.case,
            show_yuan(row.before),
            show_yuan(row.after),
            show_yuan(row.supplement) if row.approved else _("not approved yet"),
            show_yuan(row.reclaim) if row.approved else "",
        ]


def _sums(its: Rerun) -> Iterator[list[str]]:
    yield ["", _("determinations"), _("to pay"), _("to reclaim")]
    groups = [*_by_town(its).items(), (_("total"), list(its.changes))]
    for name, rows in groups:
        yield [
            name,
            str(len(rows)),
            show_yuan(sum(row.supplement for row in rows)),
            show_yuan(sum(row.reclaim for row in rows)),
        ]
    for payer, amounts in _payers(its).items():
        label = _("no split documented") if payer == NO_PAYER else payer
        yield [_("payer: {payer}").format(payer=label), "", *map(show_yuan, amounts)]
