"""`mediaid calc`: one claim, settled and explained."""

# ruff: noqa: PLC0415 - a command imports what it needs when it runs: start-up stays fast
from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mediaid.cli.options import (
    DEFAULT_PACK,
    AsJson,
    Drafts,
    KnownOn,
    Overlay,
    PackOption,
    Readings,
    draft_lines,
    known_day,
    print_json,
)
from mediaid.i18n import gettext as _

if TYPE_CHECKING:
    from mediaid.claims.table import Claims
    from mediaid.packs.model import Pack


def calc(  # noqa: PLR0913, PLR0917 - one parameter an option
    category: Annotated[
        str, typer.Option("--category", help=_("Category of the person, as a code or label."))
    ],
    setting: Annotated[str, typer.Option("--setting", help=_("Inpatient or outpatient."))],
    insurance: Annotated[str, typer.Option("--insurance", help=_("Insurance of the person."))],
    self_paid: Annotated[
        str, typer.Option("--self-paid", metavar="YUAN", help=_("What the person bore, in yuan."))
    ],
    date: Annotated[
        str, typer.Option("--date", metavar="YYYY-MM-DD", help=_("Date of the claim."))
    ],
    pack: PackOption = DEFAULT_PACK,
    history: Annotated[
        Path | None,
        typer.Option(
            "--history",
            metavar="FILE",
            help=_("The year's earlier claims: .csv, .xlsx, .parquet."),
            show_default=False,
        ),
    ] = None,
    mapping: Annotated[
        str | None,
        typer.Option(
            "--mapping",
            metavar="NAME|FILE",
            help=_("Read the history by a mapping, such as platform or ledger."),
            show_default=False,
        ),
    ] = None,
    roster: Annotated[
        Path | None,
        typer.Option(
            "--roster",
            metavar="FILE",
            help=_("Who is in which category from when to when, for a mapping without categories."),
            show_default=False,
        ),
    ] = None,
    person: Annotated[
        str,
        typer.Option(
            "--person",
            metavar="ID",
            help=_("The person, where the history holds several."),
            show_default=False,
        ),
    ] = "",
    field: Annotated[
        list[str] | None,
        typer.Option(
            "--field",
            metavar="NAME=VALUE",
            help=_("Another field, such as premium=410; repeatable."),
            show_default=False,
        ),
    ] = None,
    also_category: Annotated[
        list[str] | None,
        typer.Option(
            "--also-category",
            metavar="CATEGORY",
            show_default=False,
            help=_("Another category the person holds: says whether it gives more; repeatable."),
        ),
    ] = None,
    reading: Readings = None,
    overlay: Overlay = None,
    draft: Drafts = False,
    known_on: KnownOn = "",
    as_json: AsJson = False,
) -> None:
    from mediaid.engine.explain import settle_claim
    from mediaid.engine.present import as_data, as_text
    from mediaid.packs.load import load_pack

    rules = load_pack(
        pack,
        readings=reading or (),
        overlay=overlay,
        drafts=draft,
        known_on=known_day(known_on),
    )
    claim = {
        **_fields(field or [], rules),
        "category": category,
        "setting": setting,
        "insurance": insurance,
        "self_paid": self_paid,
        "date": date,
    }
    if rules.dating != "date":
        claim.setdefault(rules.dating, date)
    past = _history(history, rules, mapping, roster)
    claim["person_id"] = person or _only_person(past, str(history))
    if past is not None and "household_id" not in claim:
        claim["household_id"] = _household(str(claim["person_id"]), past, rules, str(history))
    result = settle_claim(claim, rules, past if past is not None else ())
    others = {
        code: settle_claim({**claim, "category": code}, rules, past if past is not None else ()).aid
        for code in also_category or []
    }
    if as_json:
        data = as_data(result) | {"draft": rules.draft, "known_on": known_on or None}
        if others:
            data["other_categories"] = _as_yuan(others)
        print_json(data)
        return
    for line in draft_lines(rules):
        typer.echo(line)
    typer.echo(as_text(result))
    if known_on:
        typer.echo(_("As known on {day}").format(day=known_day(known_on)))
    for code, aid in others.items():
        typer.echo(_other(code, aid, result.aid))


def _as_yuan(amounts: dict[str, int]) -> dict[str, str]:
    from mediaid.money import format_yuan

    return {code: format_yuan(aid) for code, aid in amounts.items()}


def _other(code: str, aid: int, chosen: int) -> str:
    from mediaid.faults import visible
    from mediaid.money import show_yuan

    amount, name = show_yuan(aid), visible(code)
    if aid > chosen:
        return _("As {category} the aid would be more: {aid} yuan").format(
            category=name, aid=amount
        )
    return _("As {category} the aid would be {aid} yuan, not more").format(
        category=name, aid=amount
    )


_OWN_OPTIONS = {
    "category": "--category",
    "setting": "--setting",
    "insurance": "--insurance",
    "self_paid": "--self-paid",
    "date": "--date",
    "person_id": "--person",
}
"""Fields that --field must not give a second value."""


def _fields(pairs: list[str], rules: Pack) -> dict[str, object]:
    """Read `--field NAME=VALUE`, where NAME may be the field's heading in either language."""
    from mediaid.claims.fields import pack_fields
    from mediaid.faults import Fault, MediaidError, visible
    from mediaid.money import plain

    known = pack_fields(rules)
    headings = {
        plain(heading): its.name
        for its in known.values()
        for heading in (its.label.zh, its.label.en, *its.aliases)
    }
    fields: dict[str, object] = {}
    for pair in pairs:
        heading, equals, value = pair.partition("=")
        name = heading if heading in known else headings.get(plain(heading), heading)
        if not equals:
            said = _("write it as NAME=VALUE")
        elif name in fields:
            said = _("the field is given twice")
        elif name in _OWN_OPTIONS:
            said = _("give it with {option}").format(option=_OWN_OPTIONS[name])
        else:
            fields[name] = value
            continue
        raise MediaidError(Fault(f"--field {visible(pair)}", said))
    return fields


def _history(
    path: Path | None, pack: Pack, mapping: str | None, roster: Path | None
) -> Claims | None:
    from mediaid.faults import Fault, MediaidError

    if path is None:
        for option, given in (("--mapping", mapping), ("--roster", roster)):
            if given is not None:
                raise MediaidError(Fault(option, _("belongs to a file read with --history")))
        return None
    from mediaid.batch.history import read_history
    from mediaid.cli.options import chosen_mapping

    return read_history(path, pack, chosen_mapping(mapping, pack, roster), roster)


def _household(person: str, past: Claims, pack: Pack, name: str) -> str:
    from mediaid.batch.history import household_of

    return household_of(person, past, pack, name)


def _only_person(past: Claims | None, name: str) -> str:
    """Return the only person of a history; refuse to guess among several."""
    from mediaid.faults import ClaimError, Fault

    if past is None or not past.n:
        return "P"
    if past.person.max() > 0:
        raise ClaimError(
            Fault(
                name, _("holds claims of several persons: name the one of this claim with --person")
            )
        )
    return past.person_id[0]
