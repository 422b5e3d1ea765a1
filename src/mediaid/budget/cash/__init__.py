"""When the money of a year moves, from whom to whom, as the pack's documents say."""
