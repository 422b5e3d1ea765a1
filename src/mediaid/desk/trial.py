"""A small bill tried against two policies: written in one line, settled by the engine under each.

`低保 住院 居民 8000` is a bill: codes as they are typed into the form (code, name or pinyin
initials), an amount for what was self-paid, and any other field as `premium=410`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mediaid.desk.assess import assess
from mediaid.desk.case import Bill, Case
from mediaid.desk.choices import exact, matches
from mediaid.desk.form import form_of
from mediaid.i18n import gettext as _
from mediaid.money import plain

if TYPE_CHECKING:
    import datetime as dt

    from mediaid.desk.assess import Assessment, Place
    from mediaid.desk.form import Form, FormField
    from mediaid.packs.model import Pack

_AMOUNT = "self_paid"


@dataclass(frozen=True)
class Tried:
    """A bill under a policy. `wrong` says in words why it could not be settled, if it could not.

    `total` and `aids` (by benefit) are 分; `provisional` are the
    benefits whose aid rests on values that are not confirmed for the day.
    """

    title: str
    day: dt.date
    total: int
    aids: dict[str, int]
    provisional: frozenset[str]
    wrong: tuple[str, ...]
    explanation: tuple[str, ...]


def written(case: Case, position: int, pack: Pack) -> str:
    """Return a bill of a case in one line, as `try_bill` reads it; empty where there is none."""
    form, texts = form_of(pack), dict(case.head)
    if position < len(case.bills):
        texts |= case.bills[position].values
    parts = []
    for its in _fields(form):
        text = texts.get(its.name, "").strip()
        if not text or its.kind == "date" or its.name in ("person_id", "household_id", "visit_id"):
            continue
        if its.kind == "code":
            choice = exact(text, its.choices)
            text = choice.code if choice else text
            label = choice.label if choice else text
            parts.append(label if len(label.split()) == 1 else text)
        elif its.name == _AMOUNT:
            parts.append(text)
        else:
            parts.append(f"{its.name}={text}")
    return " ".join("".join(part.split()) for part in parts)


def try_bill(line: str, pack: Pack, day: dt.date) -> Tried:
    """Settle a bill that is written in one line, alone, as of a day."""
    form = form_of(pack)
    values, wrong = _read(line, form)
    heads = {its.name for its in form.head}
    head = {name: text for name, text in values.items() if name in heads}
    own = {name: text for name, text in values.items() if name not in heads}
    own[pack.dating] = str(day)
    case = Case(pack.id, dict(pack.readings), head, [Bill(own)])
    found = assess(case, form, pack)
    wrong += _said(found, form)
    return Tried(
        _("{pack} ({id})").format(pack=pack.label, id=pack.id),
        day,
        found.total,
        {aid.benefit: aid.case for aid in found.aids},
        frozenset(aid.benefit for aid in found.aids if aid.case and aid.provisional),
        tuple(wrong),
        found.explanation,
    )


def _fields(form: Form) -> list[FormField]:
    """Return the fields a bill is written with, each name once: those of the person come first."""
    fields: dict[str, FormField] = {}
    for its in (*form.head, *form.bill):
        fields.setdefault(its.name, its)
    return list(fields.values())


def _read(line: str, form: Form) -> tuple[dict[str, str], list[str]]:
    """Return the text of each field that a line names, and what of it could not be placed."""
    fields = {its.name: its for its in _fields(form)}
    values: dict[str, str] = {}
    wrong = []
    for token in line.split():
        name, sign, text = token.partition("=")
        if sign:
            named = [its for its in fields.values() if name in (its.name, its.zh, its.en)]
            place = named[0].name if named else ""
        else:
            text = token
            place = _place_of(token, fields, values)
        if place:
            values[place] = text
        else:
            wrong.append(
                _("{text}: neither a code, an amount nor FIELD=VALUE here").format(text=token)
            )
    return values, wrong


def _place_of(text: str, fields: dict[str, FormField], taken: dict[str, str]) -> str:
    """Return the field a word belongs to: the first free one that knows it, exactly or nearly."""
    free = [its for its in fields.values() if its.kind == "code" and its.name not in taken]
    if plain(text)[:1].isdigit():
        return _AMOUNT if _AMOUNT in fields else ""
    for its in free:
        if exact(text, its.choices):
            return its.name
    for its in free:
        if matches(text, its.choices):
            return its.name
    return ""


def _said(found: Assessment, form: Form) -> list[str]:
    def label(place: Place) -> str:
        its = form.find(place[1], of_bill=place[0] is not None)
        return its.label if its else place[1]

    said = [
        _("{name}: {value}").format(name=label(place), value=message)
        for place, message in found.problems.items()
    ]
    if found.missing:
        names = _(", ").join(map(label, found.missing))
        said.append(_("Still to fill in: {fields}").format(fields=names))
    return [*said, *found.general]
