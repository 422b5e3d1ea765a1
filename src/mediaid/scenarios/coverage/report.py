"""Rule coverage as text: what no scenario notices, where, and what proves that nothing changes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mediaid.i18n import gettext as _
from mediaid.scenarios.coverage.sites import GONE, Change

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mediaid.faults import Location
    from mediaid.packs.folder.locate import Locator
    from mediaid.scenarios.coverage.run import Coverage
    from mediaid.scenarios.coverage.sites import Plain, Same

_STRUCTURE = {"benefits", "parameters", "values", "value", "pack", "steps"}
_LONG = 70


def summary(pack: str, its: Coverage) -> str:
    """Tell in one line how much of a pack its scenarios pin."""
    noticed, all_ = len(its.noticed), len(its.noticed) + len(its.unnoticed)
    percent = noticed * 1000 // all_ / 10 if all_ else 100.0
    return _(
        "{pack}: {noticed} of {all} changes are noticed ({percent}%); {nothing} change nothing; "
        "{refused} would not load"
    ).format(
        pack=pack,
        noticed=noticed,
        all=all_,
        percent=f"{percent:g}",
        nothing=len(its.nothing),
        refused=len(its.refused),
    )


def proven(its: Coverage, plain: Plain, locator: Locator) -> Iterator[str]:
    """Yield a line for each change that provably changes nothing."""
    for change, why in its.nothing:
        yield f"{locator.where(change.at)}: {_words(change, plain)}: {why}"


def gaps(
    found: Iterable[tuple[Change, str | None]], plain: Plain, locator: Locator
) -> Iterator[str]:
    """Yield a text for each change that no scenario notices, with a scenario that would.

    A scenario that would notice several stands with the first of them.
    """
    shown: dict[str, str] = {}
    for change, witness in found:
        head = f"{locator.where(change.at)}: {_words(change, plain)}: "
        if witness is None:
            yield head + _("no scenario notices this")
        elif witness in shown:
            yield head + _("no scenario notices this; “{name}” would").format(name=shown[witness])
        else:
            shown[witness] = name = _("gap {number}").format(number=len(shown) + 1)
            said = _("no scenario notices this. One that would:")
            yield f"{head}{said}\n  - name: {name}\n{witness}\n"


def _words(change: Change | Same, plain: Plain) -> str:
    if not isinstance(change, Change):
        return f"{_path(change.at, plain)}: {' ⇄ '.join(change.codes)}"
    was: Any = plain
    for key in change.at:
        was = was.get(key, GONE) if isinstance(was, dict) else was[key]
    return f"{_path(change.at, plain)}: {_short(was)} → {_short(change.value)}"


def _path(at: Location, plain: Plain) -> str:
    """Return a place by its names: steps by their verb, dated values by their first day."""
    part: Any = plain
    names = []
    for key in at:
        part = part.get(key, {}) if isinstance(part, dict) else part[key]
        if isinstance(key, int):
            names.append(part.get("name") or part.get("verb") or part.get("from") or str(key + 1))
        elif key not in _STRUCTURE or key == at[-1]:
            names.append(key)
    return "/".join(names)


def _short(value: Any) -> str:
    if isinstance(value, list) and value and all(isinstance(its, dict) for its in value):
        text = ", ".join(str(its.get("name") or its.get("verb") or its.get("at")) for its in value)
    elif isinstance(value, str | int) or value is GONE:
        text = str(value)
    else:
        text = json.dumps(value, ensure_ascii=False).replace('"', "")
    return text if len(text) <= _LONG else text[: _LONG - 1] + "…"
