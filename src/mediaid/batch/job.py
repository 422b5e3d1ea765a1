"""What is asked of a batch, and whom it tells how far it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from mediaid.batch.source import Source
    from mediaid.mappings.files import Loaded
    from mediaid.packs.model import Pack


class Report(Protocol):
    """Told what is being done, and which part of all the work was done before (0 to 1)."""

    def __call__(self, doing: str, done: float) -> None: ...


def quiet(doing: str, done: float) -> None:
    """Report nothing."""


@dataclass(frozen=True)
class Job:
    """What to settle. Without `rejects` a single bad row stops everything."""

    claims: Path
    output: Path
    pack: Pack
    rejects: Path | None = None
    ignore: Collection[str] = field(default=())
    chinese_headings: bool = False
    mapping: Loaded | None = None
    roster: Path | None = None
    derivation: Path | None = None
    """Where to write what self-paid amounts were derived from; only with a mapping."""
    opening: Path | None = None
    """Pools to go on from; `closing`: where to write those after these claims."""
    closing: Path | None = None
    summary: Path | None = None
    memory: int | None = None
    """Bytes to stay within; None: what leaves the machine usable."""
    resume: bool = False
    """Keep what is done, and go on from it when the same job is run again."""
    source: Source | None = None
    """The claims, where they have been opened already."""

    @property
    def inputs(self) -> list[Path]:
        """The files that are read."""
        return [path for path in (self.claims, self.roster, self.opening) if path is not None]

    @property
    def outputs(self) -> list[Path]:
        """The files to be written."""
        wanted = (self.output, self.rejects, self.derivation, self.closing, self.summary)
        return [path for path in wanted if path is not None]
