"""Published figures against arithmetic: what agrees, what differs, by how much."""
