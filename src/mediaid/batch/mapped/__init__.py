"""Files of the field (settlement records, ledgers) into claims, by a mapping."""
