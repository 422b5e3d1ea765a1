"""The versions of a pack that an office has adopted: whole, dated, named by their hash.

They stand in the folder `versions` of the pack, one file each (JSON). The pack's own files are what
holds now; a version is what held, and could be computed with, from the day it was adopted.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from mediaid.faults import Fault, PackError
from mediaid.i18n import gettext as _
from mediaid.packs.folder.cache import Kept
from mediaid.packs.folder.stored import from_text
from mediaid.packs.hashing import rules_hash
from mediaid.packs.schema.types import Day, Id, Label, Strict
from mediaid.packs.whole import PackModel

FOLDER = "versions"


class Version(Strict):
    """A version as it is kept. `label` and `draft` say what it was made by, if by a draft."""

    pack: Id
    number: int
    adopted: Day
    hash: str
    draft: Id | None = None
    label: Label | None = None
    content: dict[str, Any]


def versions_of(folder: Path, shown: str) -> list[Version]:
    """Return the versions kept beside a pack, in the order of their adoption.

    Raises PackError with every file that is no version.
    """
    faults: list[Fault] = []
    found: list[Version] = []
    for path in sorted((folder / FOLDER).glob("*.json")):
        try:
            found.append(Version.model_validate_json(path.read_bytes()))
        except (OSError, ValidationError):
            faults.append(
                Fault(
                    f"{shown}/{FOLDER}/{path.name}",
                    _("cannot be read as a version of the pack: restore it from a copy"),
                )
            )
    if faults:
        raise PackError(faults)
    return sorted(found, key=lambda its: its.number)


def known_pack(folder: Path, shown: str, day: dt.date) -> Kept:
    """Return the pack as it was known on a day: the version adopted last by then.

    Raises PackError where none was adopted by then, or where what is kept was altered.
    """
    versions = versions_of(folder, shown)
    if not versions:
        raise PackError(
            Fault(
                shown,
                _(
                    "no version of this pack was ever adopted, so nothing says what was known on "
                    "{day}: mediaid rules adopt keeps one"
                ).format(day=day),
            )
        )
    known = [its for its in versions if its.adopted <= day]
    if not known:
        raise PackError(
            Fault(
                shown,
                _(
                    "nothing could be computed on {day}: the first version of this pack was "
                    "adopted on {first}"
                ).format(day=day, first=versions[0].adopted),
            )
        )
    model = _model(known[-1])
    return Kept(known[-1].hash, model, lambda: model)


def _model(version: Version) -> PackModel:
    text = json.dumps(version.content, ensure_ascii=False)
    return from_text(text, version.hash, version.hash, {}, None).whole


def keep(
    folder: Path, model: PackModel, before: list[Version], adopted: dt.date, **made: Any
) -> Version:
    """Keep a pack as its newest version; `made`: by which draft, under which label."""
    content = json.loads(model.model_dump_json(by_alias=True, exclude_unset=True))
    version = Version(
        pack=model.pack.pack,
        number=before[-1].number + 1 if before else 1,
        adopted=adopted,
        hash=rules_hash(model),
        content=content,
        **made,
    )
    path = folder / FOLDER / f"{version.number:04d}-{adopted}.json"
    path.parent.mkdir(exist_ok=True)
    data = version.model_dump(mode="json", exclude_none=True, exclude={"content"})
    text = json.dumps(data | {"content": content}, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")
    return version
