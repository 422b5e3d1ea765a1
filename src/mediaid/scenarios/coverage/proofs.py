"""Changes that provably change no figure, each with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mediaid.claims.records import from_records
from mediaid.engine.settle import settle
from mediaid.i18n import gettext as _
from mediaid.packs.schema.values import UNLIMITED
from mediaid.scenarios.coverage.kinds import kinds
from mediaid.scenarios.coverage.mutants import Choice, Mutant
from mediaid.scenarios.coverage.sites import GONE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mediaid.packs.model import Pack
    from mediaid.scenarios.coverage.sites import Change, Plain


def reason(change: Change, plain: Plain, pack: Pack) -> str | None:
    """Say why a change changes nothing; None where that is not proven."""
    if change.at == ("pack", "benefits"):
        return _never_together(change, plain, pack)
    for proof in (
        _nobody_unlimited,
        _asked_by_base,
        _all_or_nothing,
        _carried_anyway,
        _only_of_records,
    ):
        said = proof(change, plain)
        if said is not None:
            return said
    return None


def _never_together(change: Change, plain: Plain, pack: Pack) -> str | None:
    """Neighbours swapped that no claim gets both of, under any reading."""
    pairs = zip(plain["pack"]["benefits"], change.value, strict=True)
    one, two = [before for before, after in pairs if before != after]
    unchanged = Mutant(pack.whole, pack.base_hash)
    for choice in _choices(plain):
        its = unchanged.under(choice)
        numbered = enumerate(kinds(its, "1"))
        rows = ({"claim_id": str(i), "person_id": str(i), **row} for i, row in numbered)
        lines = settle(from_records(rows, its), its).lines
        first, second = (
            set(lines.claim[lines.benefit == lines.benefit_ids.index(benefit)].tolist())
            for benefit in (one, two)
        )
        if first & second:
            return None
    return _("no claim, whatever its codes, gets both {one} and {two}").format(one=one, two=two)


def _choices(plain: Plain) -> Iterator[Choice]:
    """Each alternative of each reading on its own, where it asks for no values."""
    yield Choice()
    for name, its in plain.get("readings", {}).items():
        for key, alternative in its["alternatives"].items():
            if not alternative.get("inputs"):
                yield Choice(((name, key),))


def _nobody_unlimited(change: Change, plain: Plain) -> str | None:
    if change.at[-1] != "counts_unlimited":
        return None
    pool, shared = change.at[-2], plain["pack"]["shared"]["parameters"]
    for benefit in plain["benefits"].values():
        for step in benefit["steps"]:
            if step["verb"] == "cap" and step.get("pool") == pool:
                parameter = {**shared, **benefit["parameters"]}[step["at"]]
                if any(UNLIMITED in _scalars(dated["value"]) for dated in parameter["values"]):
                    return None
    return _("no cap over {pool} is unlimited for anybody").format(pool=pool)


def _scalars(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for below in value.values():
            yield from _scalars(below)
    else:
        yield value


def _asked_by_base(change: Change, plain: Plain) -> str | None:
    if len(change.at) != 4 or change.at[0] != "benefits" or change.at[2] != "when":
        return None
    benefit, field = plain["benefits"][change.at[1]], change.at[3]
    first = benefit["steps"][0]
    above = benefit["when"][field]
    if first["verb"] != "base" or first["sum"] != [field] or first.get("less_aid"):
        return None
    if above != {"above": "0"} or change.value not in (GONE, {"at_least": "0"}):
        return None
    return _("the base is {field} alone, and nothing is paid on 0.00").format(field=field)


def _all_or_nothing(change: Change, plain: Plain) -> str | None:
    if change.at[-1] != "steps" or change.at[0] != "benefits":
        return None
    before = plain["benefits"][change.at[1]]["steps"]
    if len(change.value) != len(before):
        return None
    moved = [step["verb"] for step, now in zip(before, change.value, strict=True) if step != now]
    if sorted(moved) != ["rate", "times"]:
        return None
    return _("times passes all of an amount on or nothing: that commutes with the rate")


def _carried_anyway(change: Change, plain: Plain) -> str | None:
    if change.at[-1] != "to":
        return None
    dated: Any = plain
    for key in change.at[:-1]:
        dated = dated[key]
    if dated.get("status") != "carried" or change.value < dated["to"]:
        return None
    return _("a carried value is provisional before its last day and after it")


def _only_of_records(change: Change, plain: Plain) -> str | None:
    """An alternative without its change of `preselfpay`, which no scenario can notice."""
    if change.at[0] != "readings" or change.at[-1] != "changes":
        return None
    before = plain["readings"][change.at[1]]["alternatives"][change.at[3]]["changes"]
    if [its["at"] for its in before if its not in change.value] != ["pack/preselfpay"]:
        return None
    return _("it decides how self-paid is derived from records; scenarios state the amount")
