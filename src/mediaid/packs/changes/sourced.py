"""A change, and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass

from mediaid.packs.schema.readings import Change
from mediaid.packs.schema.types import Label


@dataclass(frozen=True)
class Sourced:
    """A change and who makes it: a reading or an overlay, named in the citations of its values.

    `draft` changes make the values they touch drafts, unless they say otherwise. Of changes that
    are `answered` nothing but what they cite themselves is cited, or what was cited before.
    """

    change: Change
    by: Label
    where: str
    draft: bool
    answered: bool = False
