"""A pack as one text that can be kept and read back, whatever becomes of its folder."""

from __future__ import annotations

from collections.abc import Mapping

from mediaid.faults import Fault, PackError
from mediaid.i18n import gettext as _
from mediaid.packs.hashing import rules_hash
from mediaid.packs.model import Pack
from mediaid.packs.whole import PackModel


def to_text(pack: Pack) -> str:
    """Return the rules in effect, readings and overlay applied, as JSON."""
    return pack.whole.model_dump_json(by_alias=True, exclude_unset=True)


def from_text(
    text: str, pack_hash: str, base_hash: str, readings: Mapping[str, str], overlay: str | None
) -> Pack:
    """Return the pack that `to_text` was given. Raises PackError where the text was altered."""
    try:
        model = PackModel.model_validate_json(text)
    except ValueError:
        model = None
    if model is None or rules_hash(model) != pack_hash:
        raise PackError(Fault(pack_hash, _("the kept rules were altered: restore a backup")))
    return Pack(model, pack_hash, base_hash, dict(readings), overlay)
