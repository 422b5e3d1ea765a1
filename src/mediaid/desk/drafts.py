"""Drafts: a file a case, written as it is typed, so that nothing that was typed is ever lost."""

from __future__ import annotations

import datetime as dt
import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mediaid.desk.case import Case
from mediaid.desk.state import Held, state_folder, write_private

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = 1


@dataclass(frozen=True)
class Kept:
    """A draft in the folder. `left_open`: it was on the screen when the program last ended."""

    name: str
    saved: str
    left_open: bool
    case: Case


def drafts_folder() -> Path:
    """Return the folder of drafts."""
    return state_folder() / "drafts"


class Draft:
    """The draft of the case on the screen; at most one process holds it."""

    def __init__(self, name: str | None = None) -> None:
        self.name = name or _new_name()
        self._path = drafts_folder() / f"{self.name}.json"
        self._held = Held(self._path.with_suffix(".lock"))
        self._written = ""

    def take(self) -> bool:
        """Hold the draft; False when another window has it open."""
        return self._held.take()

    def keep(self, case: Case, *, durable: bool = False, left_open: bool = True) -> None:
        """Write the case as it is. Raises MediaidError when it cannot be written."""
        if case.blank:
            self._path.unlink(missing_ok=True)
            self._written = ""
            return
        text = json.dumps([left_open, case.to_data()], ensure_ascii=False)
        if text == self._written and not durable:
            return
        saved = dt.datetime.now().astimezone().isoformat(timespec="seconds")
        data = {"schema": SCHEMA, "saved": saved, "open": left_open, "case": case.to_data()}
        write_private(self._path, json.dumps(data, ensure_ascii=False), durable=durable)
        self._written = text

    def close(self, case: Case) -> None:
        """Keep the draft for later and let go of it."""
        self.keep(case, durable=True, left_open=False)
        self._held.release()

    def discard(self) -> None:
        """Remove the draft for good."""
        self._path.unlink(missing_ok=True)
        self._held.release()


def kept() -> list[Kept]:
    """Return all drafts that can be read, the latest first."""
    found = []
    folder = drafts_folder()
    for path in folder.glob("*.json") if folder.is_dir() else ():
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            if data["schema"] != SCHEMA:
                continue
            case = Case.from_data(data["case"])
            found.append(Kept(path.stem, str(data["saved"]), data["open"] is True, case))
        except (OSError, ValueError, KeyError, TypeError):
            continue  # left where it is for somebody to look at, but nothing to go on with
    return sorted(found, key=lambda draft: (draft.saved, draft.name), reverse=True)


def reopen() -> tuple[Draft, Case] | None:
    """Take up the case that was on the screen when the program ended, unless another window has."""
    for draft in kept():
        if draft.left_open:
            taken = Draft(draft.name)
            if taken.take():
                return taken, draft.case
    return None


def _new_name() -> str:
    now = dt.datetime.now().astimezone()
    return f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
