"""The claims of a register as a forecast reads them."""

# ruff: noqa: PLC0415 - what reads claims is loaded when there are some to read
from __future__ import annotations

from typing import TYPE_CHECKING

from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from mediaid.budget.forecast.book import Book
    from mediaid.packs.model import Pack
    from mediaid.register.session import Register


def register_book(register: Register, where: str, pack: Pack) -> Book:
    """Read the bills of a register into a book, each known from the day it was recorded.

    Bills of no case, or of one denied or void, are in it too: they use up deductibles.

    `where` names the register in messages. Raises MediaidError where it has no claims.
    """
    from dataclasses import replace

    import numpy as np

    from mediaid.budget.forecast.book import Read, make_book, number_of
    from mediaid.claims.records import from_records
    from mediaid.claims.table import COUNTS, UNASKED
    from mediaid.faults import Fault, MediaidError, visible
    from mediaid.register.views.budget import claims_data

    with register.read() as connection:
        found = claims_data(connection, pack)
    if not any(found.asked):
        raise MediaidError(Fault(visible(where), _("the register holds no bills of cases")))
    read = Read(
        visible(where),
        replace(
            from_records(found.claims, pack),
            void=np.where(np.array(found.asked), COUNTS, UNASKED).astype(np.int64),
        ),
        np.array([number_of(day) for day in found.known], dtype=np.int32),
        found.towns,
    )
    book = make_book([read], pack)
    if not found.without_case:
        return book
    left = _(
        "{count} bills of the register belong to no case: they get no aid, they only use up "
        "deductibles"
    )
    return replace(book, warnings=(left.format(count=f"{found.without_case:,}"),))
