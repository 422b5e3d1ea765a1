"""From a folder of YAML to a checked pack, or every fault of it."""
