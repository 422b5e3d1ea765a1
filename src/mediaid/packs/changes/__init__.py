"""Changed packs: readings, overlays."""
