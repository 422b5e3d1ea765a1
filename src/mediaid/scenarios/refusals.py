"""Whether input was refused as a scenario expects."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mediaid.i18n import gettext as _
from mediaid.scenarios.outcome import Mismatch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mediaid.faults import Fault, MediaidError
    from mediaid.scenarios.model import Refusal, Scenario


def refusal_mismatch(
    scenario: Scenario, expected: Refusal | None, error: MediaidError | None, key: str
) -> Iterator[Mismatch]:
    """Compare a refusal (`error`, None if there was none) with the one expected, if any.

    `key` is the key of the scenario that says what was expected.
    """
    where = scenario.source.where((*scenario.at, key))
    if expected is None:
        if error is not None:
            yield Mismatch(
                where, _("the input"), _("accepted"), _("refused: {reason}").format(reason=error)
            )
        return
    at = scenario.source.where((*scenario.at, "expect_error"))
    if error is None:
        yield Mismatch(
            at, _("the input"), _("refused for {field}").format(field=expected.field), _("accepted")
        )
        return
    named = [fault for fault in error.faults if _is_about(fault, expected.field)]
    if not named:
        yield Mismatch(
            scenario.source.where((*scenario.at, "expect_error", "field")),
            _("refused field"),
            expected.field,
            str(error),
        )
        return
    said = "\n".join(map(str, named))
    for text in expected.contains:
        if text not in said:
            yield Mismatch(
                scenario.source.where((*scenario.at, "expect_error", "contains")),
                _("message"),
                text,
                said,
            )


def _is_about(fault: Fault, field: str) -> bool:
    """Whether a fault names a field as a whole word: `date` is not `settlement_date`."""
    return re.search(rf"(?<![\w-]){re.escape(field)}(?![\w-])", str(fault)) is not None
