"""Names and numbers as lists, logs and exports show them."""

from __future__ import annotations


def mask_number(number: str) -> str:
    """Return a document's number with its middle hidden: 3101****002X."""
    if len(number) <= 8:
        return "*" * len(number)
    return number[:4] + "*" * (len(number) - 8) + number[-4:]


def mask_name(name: str) -> str:
    """Return a name with all but its first character hidden: 张**."""
    return name[:1] + "*" * (len(name) - 1)
