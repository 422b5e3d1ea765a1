"""Which payer bears which part of a payment line, where the rules split the aid."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sqlalchemy import select

from mediaid.money import apportion
from mediaid.register.schema import determination_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

NOT_SPLIT = ""
"""The payer of aid that the rules split between nobody."""


def difference(connection: Connection, now: int, before: int | None) -> dict[str, int]:
    """Return each payer's share of what a determination pays more than the one before, in 分.

    New shares minus old ones: single ones may be negative. Empty where nothing is split.
    """
    more = Counter(_shares(connection, now))
    if before is not None:
        more.subtract(_shares(connection, before))
    if set(more) <= {NOT_SPLIT}:
        return {}
    return {payer: share for payer, share in sorted(more.items()) if share}


def _shares(connection: Connection, number: int) -> dict[str, int]:
    """Return what each payer bears of what a determination pays."""
    lines = connection.execute(
        select(determination_line.c.payable, determination_line.c.payers).where(
            determination_line.c.determination_id == number
        )
    )
    shares: Counter[str] = Counter()
    for line in lines:
        if not line.payable:
            continue
        if not line.payers:
            shares[NOT_SPLIT] += line.payable
            continue
        # The engine splits the aid; less is paid where some was given at the counter already.
        parts = apportion(line.payable, list(line.payers.values()))
        shares.update(dict(zip(line.payers, parts, strict=True)))
    return dict(shares)


def up_to(shares: Mapping[str, int], amount: int) -> dict[str, int]:
    """Return each payer's part of the first `amount` 分 of a line whose shares are given.

    The parts add up to it, and for the whole line they are the shares themselves: `money.apportion`
    with weights of which some may be negative.
    """
    whole = sum(shares.values())
    parts = {payer: amount * share // whole for payer, share in shares.items()}
    by_remainder = sorted(shares, key=lambda payer: -(amount * shares[payer] % whole))
    for payer in by_remainder[: amount - sum(parts.values())]:
        parts[payer] += 1
    return parts
