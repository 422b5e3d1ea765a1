"""Whether a pack makes sense: every fault at once, each with its place."""
