"""How a step is put into words."""

from __future__ import annotations

from dataclasses import dataclass

from mediaid.money import show_yuan as yuan

__all__ = ["Explained", "yuan"]


@dataclass(frozen=True)
class Explained:
    """A step in words, its formula with the figures, and whether it is a cap that binds."""

    words: str
    formula: str
    binds: bool = False
