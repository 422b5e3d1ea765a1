"""An answered draft, or files edited by hand, become the pack's next version."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from mediaid.faults import Fault, PackError, why_not
from mediaid.i18n import gettext as _
from mediaid.packs.changes.change import changed_model, raw_rules, read_overlay
from mediaid.packs.changes.select import choose
from mediaid.packs.hashing import rules_hash
from mediaid.packs.model import Pack
from mediaid.packs.read import read_pack
from mediaid.packs.versions.draft import unanswered
from mediaid.packs.versions.kept import FOLDER, Version, keep, versions_of
from mediaid.packs.versions.written import write_back

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mediaid.packs.changes.change import Given
    from mediaid.packs.whole import PackModel


def adopt(folder: Path, target: Path, day: dt.date, draft: Path | None = None) -> Version:
    """Keep a pack as a version from `day` on, in `target` (which may be `folder` itself).

    With `draft`, what it answers comes into the files first. Raises PackError for a draft with
    open questions or for another pack, for days out of order, and where nothing changed; then
    nothing is written.
    """
    model = read_pack(folder, str(folder))
    before = versions_of(folder, str(folder))
    _refuse_days(before, day, folder)
    changed, given = model, None
    if draft is not None:
        given = read_overlay(draft, model, rules_hash(model), adopted=True)
        changed = _answered(model, given)
    if before and before[-1].hash == rules_hash(changed):
        raise PackError(
            Fault(
                str(folder),
                _("is the version of {day} already: nothing has changed since").format(
                    day=before[-1].adopted
                ),
            )
        )
    if target != folder and target.exists():
        raise PackError(Fault(str(target), _("exists already: name a new folder")))
    with _replacing(folder, target) as made:
        if given is not None:
            write_back(made, raw_rules(model), raw_rules(changed))
            again = read_pack(made, target.name)
            if rules_hash(again) != rules_hash(changed):
                raise PackError(
                    Fault(
                        str(draft),
                        _(
                            "these changes cannot be written into the pack's files: make them "
                            "there by hand, then adopt the pack"
                        ),
                    )
                )
            changed = again
        return keep(
            made,
            changed,
            before,
            day,
            draft=given.name if given else None,
            label=given.overlay.label if given else None,
        )


def _refuse_days(before: list[Version], day: dt.date, folder: Path) -> None:
    today = dt.date.today()  # noqa: DTZ011 - the office's own calendar day
    if day > today:
        raise PackError(
            Fault(
                "--on",
                _("{day} is yet to come: a version is adopted today, or was").format(day=day),
            )
        )
    if before and day < before[-1].adopted:
        raise PackError(
            Fault(
                "--on",
                _("{day} lies before the last version of {folder}, adopted on {last}").format(
                    day=day, folder=folder, last=before[-1].adopted
                ),
            )
        )


def _answered(model: PackModel, given: Given) -> PackModel:
    """Return the pack with what a draft answers. Raises PackError with every open question."""
    if given.overlay.draft is None:
        raise PackError(
            Fault(
                given.source.where(("overlay",)),
                _("is an overlay to try, not a draft of a year: add draft: YEAR to adopt it"),
            )
        )
    own = rules_hash(model)
    faults = unanswered(given, Pack(model, own, own))
    if faults:
        raise PackError(faults)
    changed = changed_model(model, given.changes)
    for name, reading in changed.readings.items():
        for key, alternative in reading.alternatives.items():
            if alternative.inputs:
                continue
            _chosen, changes = choose(changed, {name: key})
            changed_model(changed, changes)
    return changed


@contextmanager
def _replacing(folder: Path, target: Path) -> Iterator[Path]:
    """Give a copy of a pack's folder, which comes into the place of `target` when all is done."""
    parent = target.absolute().parent
    try:
        parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".adopting-", dir=parent) as place:
            made = Path(place) / target.name
            made.mkdir()
            for path in folder.iterdir():
                if path.is_file():
                    shutil.copy2(path, made / path.name)
            if (folder / FOLDER).is_dir():
                shutil.copytree(folder / FOLDER, made / FOLDER)
            yield made
            if target == folder:
                folder.rename(Path(place) / "before")
            made.rename(target)
    except OSError as error:
        raise PackError(
            Fault(str(target), _("cannot be written: {reason}").format(reason=why_not(error)))
        ) from error
