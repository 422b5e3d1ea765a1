"""How much of an input is in memory at a time."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from mediaid.faults import ClaimError, Fault, visible
from mediaid.i18n import gettext as _

BASE = 240 << 20
"""What the program takes before it reads anything, libraries included, and buffers of files."""
A_PART = 2_000
A_PIECE = 1_000
"""Bytes a claim while it is read, and while it is settled; two parts or pieces at a time."""
WHOLE = 700
"""Bytes a claim when everything is settled in memory."""
LEAST = 768 << 20
"""Reading Parquet alone takes half a GiB: its row groups are read ahead."""
LARGEST_PART = 200_000
LARGEST_PIECE = 1 << 18
"""Larger ones cost more a claim: their arrays outgrow the caches, and what was freed for them."""
MOST_PIECES = 4096
BYTES_AN_ID = 64
LARGEST_BUCKET = 1 << 22

_UNITS = {"": 0, "k": 10, "m": 20, "g": 30, "t": 40}


@dataclass(frozen=True)
class Sizes:
    """Claims read at a time (`part`), pieces to settle, and buckets of claim ids."""

    part: int
    pieces: int
    buckets: int


def parse_memory(text: str) -> int:
    """Bytes of 1GiB, 512M, 1.5 GB …; ClaimError for anything else and for too little."""
    found = re.fullmatch(
        r"([0-9]{1,9}(?:\.[0-9]{1,3})?)([kmgt]?)(?:i?b)?", text.strip().lower().replace(" ", "")
    )
    if found is None:
        raise ClaimError(
            Fault("--memory", _("{text} is no size: write 1GiB, say").format(text=visible(text)))
        )
    size = int(float(found[1]) * (1 << _UNITS[found[2]]))
    if size < LEAST:
        raise ClaimError(
            Fault(
                "--memory",
                _("{text} is too little: at least {least} MiB are needed").format(
                    text=visible(text), least=LEAST >> 20
                ),
            )
        )
    return size


def usable_memory() -> int:
    """Half of the memory that is free now, so that the machine stays usable; 2 GiB if unknown."""
    free = 4 << 30
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                free = int(line.split()[1]) << 10
    except (OSError, ValueError):
        if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
            free = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    return max(LEAST, free // 2)


def sizes(memory: int, rows: int) -> Sizes:
    """Cut about `rows` claims so that the work stays within `memory` bytes."""
    room = max(memory - BASE, LEAST - BASE)
    part = min(LARGEST_PART, room // (2 * A_PART))
    piece = min(LARGEST_PIECE, room // (2 * A_PIECE))
    bucket = min(LARGEST_BUCKET, room // BYTES_AN_ID)
    return Sizes(
        part=part,
        pieces=min(MOST_PIECES, max(1, -(-rows // piece))),
        buckets=max(1, -(-rows // bucket)),
    )
