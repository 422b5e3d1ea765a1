"""What the self-paid amounts of a file were derived from, row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from mediaid.batch.result import YUAN
from mediaid.claims.fields import FIELDS
from mediaid.claims.selfpaid import NOT_GIVEN, PARTS
from mediaid.packs.schema.types import Label

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mediaid.batch.mapped.read import MappedTable
    from mediaid.i18n import Lang

ROW = Label.model_construct(zh="行号", en="row")
STATED = "stated_"
"""Before the name of an amount of the bill, so that it is not taken for the derived one."""


def derivation_frame(table: MappedTable, chinese: bool) -> pl.DataFrame:
    """One row for each good claim that is no refund: the parts its bill states (null where it
    does not), `preselfpay`, the derived `self_paid`, and what was paid at the counter already.

    Amounts in 元.
    """
    bill, derived = table.bill, table.bill.derived
    assert derived is not None
    rows = np.flatnonzero(table.good() & ~bill.refunds)
    lang: Lang = "zh" if chinese else "en"

    def yuan(fen: NDArray[np.int64]) -> pl.Series:
        return pl.Series(fen).cast(pl.Int128).reinterpret(dtype=YUAN)

    columns = {
        ROW.in_(lang) if chinese else ROW.en: pl.Series(rows + table.source.first_row),
        _name("claim_id", chinese): table.values["claim_id"].gather(rows),
    }
    for part, label in PARTS.items():
        if part in bill.parts:
            fen = derived.part(part)[rows]
            given = pl.Series(fen != NOT_GIVEN)
            heading = f"单据{label.zh}" if chinese else f"{STATED}{part}"
            columns[heading] = yuan(np.maximum(fen, 0)).zip_with(
                given, pl.Series([None], dtype=YUAN)
            )
    preselfpay = pl.Series([table.pack.preselfpay]).new_from_index(0, len(rows))
    columns["先行自付" if chinese else "preselfpay"] = preselfpay
    columns[_name("self_paid", chinese)] = yuan(derived.self_paid[rows])
    columns[_name("already_aided", chinese)] = yuan(bill.already_aided[rows])
    return pl.DataFrame(columns)


def _name(field: str, chinese: bool) -> str:
    return FIELDS[field].label.zh if chinese else field
