"""Scenario files from YAML: every fault of a file at once, with line and column."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from mediaid import yamlsource
from mediaid.claims.fields import FIELDS
from mediaid.faults import Fault, MediaidError, ScenarioError, nearest, visible
from mediaid.i18n import gettext as _
from mediaid.scenarios.model import (
    FIRST_PERSON,
    AnyCase,
    Claim,
    EnrolmentCase,
    Expectation,
    Expected,
    FundingCase,
    OneClaim,
    Refusal,
    RefusedClaim,
    Row,
    Scenario,
    ScenarioFile,
    SeveralClaims,
    WorkFundsCase,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from mediaid.faults import Location
    from mediaid.yamlsource import Source

_KINDS: dict[str, type[AnyCase]] = {
    "funding": FundingCase,
    "work_funds": WorkFundsCase,
    "enrolment": EnrolmentCase,
    "expect_error": RefusedClaim,
    "claims": SeveralClaims,
    "claim": OneClaim,
}
_TOP_KEYS = ("pack", "about", "scenarios")


def read(path: Path) -> ScenarioFile:
    """Read a scenario file.

    Faults of single scenarios are kept with the file, so that those against the pack can be told
    together with them. Raises ScenarioError where the file as a whole makes no sense.
    """
    try:
        source = yamlsource.load(path)
    except MediaidError as error:
        raise ScenarioError(error.faults) from error
    return parse(source, path)


def parse(source: Source, path: Path) -> ScenarioFile:
    """Make scenarios of a YAML source, as `read` does."""
    faults = list(_top_faults(source))
    if not isinstance(source.data, dict) or not isinstance(source.data.get("pack"), str):
        raise ScenarioError(faults)
    scenarios = []
    items = source.data.get("scenarios")
    for index, item in enumerate(items if isinstance(items, list) else ()):
        scenario = _scenario(source, ("scenarios", index), item, faults)
        if scenario is not None:
            scenarios.append(scenario)
    faults += _repeated_names(source, scenarios)
    return ScenarioFile(path, source, source.data["pack"], tuple(scenarios), tuple(faults))


def _top_faults(source: Source) -> Iterator[Fault]:
    data = source.data
    if not isinstance(data, dict):
        yield Fault(source.where(), _("a scenario file has the keys pack and scenarios"))
        return
    for key in data:
        if key not in _TOP_KEYS:
            yield Fault(source.where((key,)), _unknown_key(key, _TOP_KEYS))
    if not isinstance(data.get("pack"), str) or not data["pack"]:
        yield Fault(source.where(("pack",)), _("pack is missing: name the pack's id or folder"))
    if not isinstance(data.get("scenarios"), list) or not data["scenarios"]:
        yield Fault(source.where(("scenarios",)), _("scenarios is missing: list at least one"))


def _scenario(source: Source, at: Location, item: Any, faults: list[Fault]) -> Scenario | None:
    """Read one scenario; what is wrong with it is added to `faults`."""
    if not isinstance(item, dict):
        faults.append(Fault(source.where(at), _("a scenario is a list of keys, such as name")))
        return None
    kind = next((model for key, model in _KINDS.items() if key in item), None)
    if kind is None:
        faults.append(
            Fault(
                source.where(at),
                _("a scenario needs one of the keys {keys}").format(
                    keys=", ".join(reversed(_KINDS))
                ),
            )
        )
        return None
    case = _validated(kind, item, source, at, faults)
    if case is None:
        return None
    if isinstance(case, FundingCase | WorkFundsCase | EnrolmentCase):
        return Scenario(source, at, case)
    before = len(faults)
    rows = _rows(source, at, case, faults)
    return Scenario(source, at, case, rows) if len(faults) == before else None


Model = TypeVar("Model", bound=BaseModel)


def _validated(
    model: type[Model], item: Any, source: Source, at: Location, faults: list[Fault]
) -> Model | None:
    """Read `item` as `model`, or add each thing wrong with it to `faults` and return None."""
    try:
        return model.model_validate(item)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            place = (*at, *detail["loc"])
            faults.append(Fault(source.where(place), _in_words(detail, model)))
        return None


def _in_words(detail: Any, model: type[BaseModel]) -> str:
    """Say one pydantic error as a user of the form needs it."""
    name = str(detail["loc"][-1]) if detail["loc"] else ""
    kind = detail["type"]
    if kind == "extra_forbidden":
        known = _known_keys(model, detail["loc"][:-1])
        return _unknown_key(name, known, _MEANT.get(name))
    if kind == "value_error":
        return str(detail["ctx"]["error"])
    if kind == "dict_type" and model is SeveralClaims and detail["loc"][:-1] == ("expect",):
        return _("the expect of several claims is by claim_id, such as {example}").format(
            example="001: {medical-aid: 7200.00}"
        )
    said = {
        "missing": _("{key} is missing"),
        "string_too_short": _("{key} is empty"),
        "string_type": _("{key} must be a single text"),
        "int_type": _("{key} must be a single text"),
        "tuple_type": _("{key} must be a list with at least one entry"),
        "dict_type": _("{key} must be keys with values, such as medical-aid: 7200.00"),
        "model_type": _("{key} must be keys with values, such as medical-aid: 7200.00"),
    }.get(kind)
    return said.format(key=visible(name)) if said else f"{visible(name)}: {detail['msg']}"


def _known_keys(model: type[BaseModel], within: tuple[str | int, ...]) -> list[str]:
    """Keys allowed at a place of a model: only expectations and refusals nest closed models."""
    if "expect_error" in within:
        return list(Refusal.model_fields)
    return list(Expectation.model_fields if within else model.model_fields)


_MEANT = {"amount": "aid", "paid": "aid", "cap": "cap_left", "reason": "why_not"}
"""Keys that people write in an expectation, spelt nothing like the key they mean."""


def _unknown_key(key: str, known: Collection[str], meant: str | None = None) -> str:
    close = nearest(meant if meant is not None and meant in known else key, known)
    return _("unknown key {key}.{nearest} Known: {known}").format(
        key=visible(key), nearest=close, known=", ".join(known)
    )


def _rows(
    source: Source, at: Location, case: OneClaim | SeveralClaims | RefusedClaim, faults: list[Fault]
) -> tuple[Row, ...]:
    """History and claims in one list, with claim_id and person_id filled in."""
    places: list[tuple[Claim, Location]] = [
        (claim, (*at, "history", i)) for i, claim in enumerate(case.history)
    ]
    if isinstance(case, SeveralClaims):
        places += [(claim, (*at, "claims", i)) for i, claim in enumerate(case.claims)]
    else:
        places.append((case.claim, (*at, "claim")))
    rows = []
    for number, (claim, place) in enumerate(places, 1):
        fields, written = _named(source, place, claim, faults)
        # Zero-padded, since claims of a day are taken in the order of their ids as text.
        filled = {"claim_id": f"{number:03d}", "person_id": FIRST_PERSON, **fields}
        rows.append(Row(filled, place, written, claim.expect, (*place, "expect")))
    faults += _repeated_ids(source, rows)
    faults += [
        Fault(
            source.where(row.expected_at),
            _("history is not compared: move the claim to claims, or remove its expect"),
        )
        for row in rows[: len(case.history)]
        if row.expected is not None
    ]
    if isinstance(case, RefusedClaim):
        if rows[-1].expected is not None:
            faults.append(
                Fault(
                    source.where(rows[-1].expected_at),
                    _("expect stands beside expect_error: keep one of the two"),
                )
            )
        return tuple(rows)
    rows[len(case.history) :] = _expected(source, at, case, rows[len(case.history) :], faults)
    return tuple(rows)


HEADINGS = {
    heading: field.name
    for field in FIELDS.values()
    for heading in (field.label.zh, field.label.en, *field.aliases)
}


def _named(
    source: Source, place: Location, claim: Claim, faults: list[Fault]
) -> tuple[dict[str, str], dict[str, str]]:
    """Put the names of fields in place of their headings; return what was written as well."""
    fields: dict[str, str] = {}
    written: dict[str, str] = {}
    for heading, text in claim.fields.items():
        name = HEADINGS.get(heading, heading)
        if name in fields:
            faults.append(
                Fault(
                    source.where((*place, heading)),
                    _("{heading} and {other} are the same field: keep one").format(
                        heading=visible(heading), other=visible(written.get(name, name))
                    ),
                )
            )
        if heading != name:
            written[name] = heading
        fields[name] = text
    return fields, written


def _expected(
    source: Source,
    at: Location,
    case: OneClaim | SeveralClaims,
    rows: list[Row],
    faults: list[Fault],
) -> list[Row]:
    """Give every claim the one expectation written for it, inside it or below."""
    below: dict[str, Expected] = {}
    if isinstance(case, SeveralClaims):
        below = dict(case.expect)
    elif case.expect is not None:
        below = {rows[0].claim_id: case.expect}
    result = []
    for row in rows:
        other = below.pop(row.claim_id, None)
        if row.expected is None and other is None:
            faults.append(
                Fault(
                    source.where(row.at),
                    _("claim {claim} has no expect: write expect: {{}} if nothing is paid").format(
                        claim=row.claim_id
                    ),
                )
            )
        elif row.expected is not None and other is not None:
            faults.append(
                Fault(
                    source.where(row.expected_at),
                    _("claim {claim} has two expect: keep one").format(claim=row.claim_id),
                )
            )
        place: Location = (*at, "expect")
        place = (*place, row.claim_id) if isinstance(case, SeveralClaims) else place
        result.append(row if other is None else replace(row, expected=other, expected_at=place))
    for claim_id in below:
        faults.append(
            Fault(
                source.where((*at, "expect", claim_id)),
                _("there is no claim {claim} in claims.{nearest}").format(
                    claim=visible(claim_id),
                    nearest=nearest(claim_id, [row.claim_id for row in rows]),
                ),
            )
        )
    return result


def _repeated_ids(source: Source, rows: list[Row]) -> Iterator[Fault]:
    seen: set[str] = set()
    for row in rows:
        if row.claim_id in seen:
            at = (*row.at, row.written.get("claim_id", "claim_id"))
            yield Fault(
                source.where(at),
                _("claim_id {claim} stands here a second time").format(claim=visible(row.claim_id)),
            )
        seen.add(row.claim_id)


def _repeated_names(source: Source, scenarios: list[Scenario]) -> Iterator[Fault]:
    seen: set[str] = set()
    for scenario in scenarios:
        if scenario.name in seen:
            yield Fault(
                source.where((*scenario.at, "name")),
                _(
                    "a second scenario has the name {name}: a report could not tell them apart"
                ).format(name=visible(scenario.name)),
            )
        seen.add(scenario.name)


def by_place(fault: Fault) -> tuple[str, list[int], str]:
    """Sort faults of a file by line and column, as numbers."""
    name, *numbers = fault.where.rsplit(":", 2)
    return name, [int(n) for n in numbers if n.isdigit()], fault.message
