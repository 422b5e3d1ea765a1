"""mediaid: documented medical-assistance policies, settled exactly and explained.

The names below are loaded when they are first used, so that `import mediaid` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mediaid.engine.explain import ClaimResult, settle_claim
    from mediaid.engine.pools import PoolRow, Pools
    from mediaid.engine.settle import Settlement, settle
    from mediaid.faults import ClaimError, Fault, MediaidError, PackError
    from mediaid.packs.load import load_pack
    from mediaid.packs.model import Pack

__version__ = "0.1.0"

__all__ = [
    "ClaimError",
    "ClaimResult",
    "Fault",
    "MediaidError",
    "Pack",
    "PackError",
    "PoolRow",
    "Pools",
    "Settlement",
    "load_pack",
    "settle",
    "settle_claim",
]

_HOMES = {
    "ClaimResult": "engine.explain",
    "settle_claim": "engine.explain",
    "PoolRow": "engine.pools",
    "Pools": "engine.pools",
    "Settlement": "engine.settle",
    "settle": "engine.settle",
    "ClaimError": "faults",
    "Fault": "faults",
    "MediaidError": "faults",
    "PackError": "faults",
    "load_pack": "packs.load",
    "Pack": "packs.model",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"mediaid.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
