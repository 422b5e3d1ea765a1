"""Widgets that keep what they drew: a key draws anew only what it changes.

Textual draws all within the box around everything that changed, and asks each widget there for
its lines; working out once more that a field has the same lines costs as much as drawing one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.containers import Horizontal, Vertical
from textual.widgets import Static

if TYPE_CHECKING:
    from typing import Self

    from textual.geometry import Region, Size
    from textual.strip import Strip
    from textual.widget import Widget as _Widget
else:
    _Widget = object


class Kept(_Widget):
    """Mixed into a widget before the class of Textual's: it keeps its lines until `refresh`.

    Textual calls `refresh` for whatever changes a look: a value, a style, the colours of what lies
    beneath.
    """

    _kept: tuple[Region, Size, list[Strip]] | None = None

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the lines of a region."""
        kept = self._kept
        if kept is None or kept[0] != crop or kept[1] != self.outer_size:
            kept = self._kept = (crop, self.outer_size, super().render_lines(crop))
        return kept[2]

    def refresh(self, *regions: Region, **how: Any) -> Self:
        """Draw anew what changed."""
        self._kept = None
        return super().refresh(*regions, **how)

    def notify_style_update(self) -> None:
        """Draw anew in another style."""
        self._kept = None
        super().notify_style_update()


class Row(Kept, Horizontal):
    """Widgets side by side."""


class Column(Kept, Vertical):
    """Widgets below each other."""


class Words(Kept, Static):
    """A text that stays, or is given anew by `update`; markup has to be turned off."""
