"""A case and a person's year as text to read: masked, unless somebody asked to see more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mediaid.desk.register.people import as_of
from mediaid.i18n import gettext as _
from mediaid.money import parse_yuan, show_yuan
from mediaid.packs.schema.rules import Cap
from mediaid.people.documents import kind_words
from mediaid.register.determinations.foresee import standing_of
from mediaid.register.views.cases import case_data
from mediaid.register.views.events import events_data
from mediaid.register.views.people import history_data
from mediaid.register.workflow.words import (
    action_words,
    derivation_words,
    paper_words,
    payment_words,
    state_words,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mediaid.desk.register.office import Office
    from mediaid.packs.model import Pack


class Said(NamedTuple):
    """A line of text: how far it is indented, and how it looks (plain, title, strong …)."""

    text: str
    indent: int = 0
    look: str = "plain"


class Detail(NamedTuple):
    """A case in words; `state` and `correcting` say what can be done with it. `aid`: 分, of the
    determination that holds its room."""

    number: str
    person: int
    name: str
    state: str
    correcting: bool
    aid: int | None
    lines: list[Said]


class YearBill(NamedTuple):
    """A bill in a person's year. `self_paid` and `aid`: 分; None where nothing is determined."""

    date: str
    setting: str
    institution: str
    case: str
    state: str
    counts: bool
    self_paid: int
    aid: int | None


class PoolUse(NamedTuple):
    """What a person's cases use of a pool, and what a cap leaves, in 分; None where none caps.

    `alone`: nobody else uses it, so that both together are the cap.
    """

    label: str
    used: int
    left: int | None
    alone: bool


class Year(NamedTuple):
    """A person's year."""

    year: str
    bills: list[YearBill]
    pools: list[PoolUse]


class PersonDetail(NamedTuple):
    """A person: who it is in words, and the years, the latest first."""

    lines: list[Said]
    years: list[Year]


def reveal(office: Office, subject: str) -> None:
    """Note in the audit that names and numbers are shown in clear."""
    with office.register.write("reveal") as work:
        work.subject = subject


def case_detail(office: Office, number: str, *, clear: bool = False) -> Detail:
    """Return all there is to read of a case. Raises RegisterError where there is none."""
    with office.register.read() as connection:
        data = case_data(connection, number, clear=clear)
        events = events_data(connection, subject=f"case:{number}", limit=500)
    aids = {its["standing"]: its["aid"] for its in data["determinations"]}
    aid = aids.get("pending", aids.get("in_force"))
    return Detail(
        data["case"],
        data["person"],
        data["name"],
        data["state"],
        "pending" in aids and "in_force" in aids,
        None if aid is None else parse_yuan(aid),
        list(_case(data, events, office.pack, aid)),
    )


def _case(
    data: dict[str, Any], events: Sequence[dict[str, Any]], pack: Pack, aid: str | None
) -> Iterator[Said]:
    yield Said(
        _("case {case}: {state}").format(case=data["case"], state=state_words(data["state"])),
        0,
        "title",
    )
    yield Said(
        _("person {person} {name}; accepted by {actor}").format(
            person=data["person"], name=data["name"], actor=data["accepted_by"]
        ),
        1,
    )
    counted = [its for its in data["bills"] if its["counts"]]
    paid = sum(parse_yuan(its["self_paid"]) for its in counted)
    said = _("{count} bills; self-paid {paid} yuan").format(
        count=len(counted), paid=show_yuan(paid)
    )
    if aid is None:
        yield Said(_("{one}; {other}").format(one=said, other=_("no aid determined yet")), 1)
    else:
        given = _("aid {aid} yuan").format(aid=_yuan(aid))
        yield Said(_("{one}; {other}").format(one=said, other=given), 1, "strong")
    yield from _bills(data["bills"], pack)
    yield from _papers(data)
    for its in reversed(data["determinations"]):
        yield from _determination(its)
    yield from _payments(data["payments"])
    yield from _timeline(data)
    yield from _audit(events)


def _bills(bills: Sequence[dict[str, Any]], pack: Pack) -> Iterator[Said]:
    yield Said("")
    yield Said(_("Bills"), 0, "strong")
    for its in bills:
        settings = pack.codes["setting"]
        setting = str(settings[its["setting"]]) if its["setting"] in settings else its["setting"]
        yield Said(
            _("bill {bill}: {date} {setting}, {institution} {invoice}, self-paid {paid}").format(
                bill=its["bill"],
                date=its["date"],
                setting=setting,
                institution=its["institution"],
                invoice=its["invoice"],
                paid=_yuan(its["self_paid"]),
            )
            + ("" if its["counts"] else " " + _("(does not count)")),
            1,
            "plain" if its["counts"] else "faint",
        )
        if its["derivation"]:
            terms = [{**term, "amount": _yuan(term["amount"])} for term in its["derivation"]]
            yield Said(derivation_words(terms), 2, "faint")
        if its["similar_answer"]:
            why = _("another one because: {why}").format(why=its["similar_answer"])
            yield Said(why, 2, "faint")


def _papers(data: dict[str, Any]) -> Iterator[Said]:
    yield Said("")
    yield Said(_("Papers"), 0, "strong")
    for its in data["papers"]:
        said = _("there")
        if its["waived"]:
            said = _("goes on without: {why}").format(why=its["waived"])
        text = _("{name}: {value}").format(name=paper_words(its["kind"]), value=said)
        yield Said(text, 1, "warn" if its["waived"] else "plain")
    for kind in data["missing_papers"]:
        text = _("{name}: {value}").format(name=paper_words(kind), value=_("missing"))
        yield Said(text, 1, "bad")


def standing_words(standing: str) -> str:
    """Return how a determination stands."""
    return {
        "in_force": _("in force"),
        "pending": _("waiting for approval"),
        "superseded": _("superseded"),
        "withdrawn": _("withdrawn"),
    }[standing]


def _determination(its: dict[str, Any]) -> Iterator[Said]:
    faint = its["standing"] in ("superseded", "withdrawn")
    yield Said("")
    yield Said(
        _("Determination {number} ({standing}): aid {aid}, to pay {payable}").format(
            number=its["number"],
            standing=standing_words(its["standing"]),
            aid=_yuan(its["aid"]),
            payable=_yuan(its["payable"]),
        ),
        0,
        "faint" if faint else "strong",
    )
    if its["approved_by"]:
        said = _("approved by {actor}").format(actor=its["approved_by"])
        yield Said(_("{name}: {value}").format(name=_when(its["approved_at"]), value=said), 1)
        if not its["separation_proven"]:
            yield Said(_("that approver and acceptor are two persons is not proven"), 1, "warn")
    if its["provisional"]:
        names = its["provisional_words"]
        yield Said(_("provisional: {names}").format(names=names), 1, "warn")
    if faint:
        return
    for bill in its["bills"]:
        said = _("bill {bill}: aid {aid}").format(bill=bill["bill"], aid=_yuan(bill["aid"]))
        yield Said(said, 1, "strong")
        yield from _explanation(bill["explanation"])
    yield Said(
        _("rules {hash}; mediaid {version}").format(
            hash=its["pack_hash"], version=its["engine_version"]
        ),
        1,
        "faint",
    )


def _explanation(explanation: dict[str, Any]) -> Iterator[Said]:
    facts = _("; ").join(
        _("{name}: {value}").format(name=name, value=value)
        for name, value in explanation["claim"].items()
    )
    yield Said(facts, 2, "faint")
    for benefit in explanation["benefits"]:
        if benefit["applies"]:
            yield Said(
                _("{benefit}: {aid} yuan").format(
                    benefit=benefit["label"], aid=_yuan(benefit["aid"])
                ),
                2,
                "strong",
            )
        for step in benefit.get("steps", ()):
            yield Said(f"{step['number']}. {step['words']}", 3)
            yield Said(step["formula"], 4)
            yield from (_cited(c) for c in step["citations"])
    refused = [its for its in explanation["benefits"] if not its["applies"]]
    if refused:
        yield Said(_("Why not the others:"), 2, "strong")
    for benefit in refused:
        for why in benefit["why_not"]:
            text = _("{name}: {value}").format(name=benefit["label"], value=why["words"])
            yield Said(text, 3)
            yield from (_cited(c) for c in why["citations"])


def _cited(citation: dict[str, Any]) -> Said:
    parts = [citation["document"], citation["at"]]
    text = _(", ").join(part for part in parts if part)
    return Said(_("Basis: {citation}").format(citation=text), 4, "faint")


def _payments(payments: Sequence[dict[str, Any]]) -> Iterator[Said]:
    if payments:
        yield Said("")
        yield Said(_("Payments"), 0, "strong")
    for its in payments:
        yield Said(
            _("payment {payment}: {kind} {amount}, {state}, outstanding {left}").format(
                payment=its["payment"],
                kind=payment_words(its["kind"]),
                amount=_yuan(its["amount"]),
                state=payment_words(its["state"]),
                left=_yuan(its["outstanding"]),
            ),
            1,
        )


def _timeline(data: dict[str, Any]) -> Iterator[Said]:
    yield Said("")
    yield Said(_("Timeline"), 0, "strong")
    yield Said(f"{_when(data['accepted_at'])}  {data['accepted_by']}  {state_words('accepted')}", 1)
    for its in data["steps"]:
        said = f"{_when(its['at'])}  {its['by']}  {action_words(its['action'])}"
        if its["reason"]:
            said = _("{name}: {value}").format(name=said, value=its["reason"])
        yield Said(said, 1)


def _audit(events: Sequence[dict[str, Any]]) -> Iterator[Said]:
    yield Said("")
    yield Said(_("Audit"), 0, "strong")
    for its in events:
        name = its["action"]
        words = action_words(name.removeprefix("case."))
        said = _("{words} ({name})").format(words=words, name=name) if words not in name else name
        yield Said(f"{its['event']}  {_when(its['at'])}  {its['actor']}  {said}", 1, "faint")


def _yuan(text: str) -> str:
    return show_yuan(parse_yuan(text))


def _when(instant: str) -> str:
    """Show an instant by the calendar of China, to the minute."""
    from datetime import datetime  # noqa: PLC0415 - only here

    from mediaid.register.calendar import CHINA  # noqa: PLC0415

    return datetime.fromisoformat(instant).astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


def person_detail(office: Office, person: int, *, clear: bool = False) -> PersonDetail:
    """Return a person's years: their bills, and what is used and left of the pools."""
    with office.register.read() as connection:
        data = history_data(connection, person, clear=clear)
        standing = standing_of(connection, person)
    today = office.register.clock().date()
    years = sorted({its["date"][:4] for its in data["bills"]}, reverse=True)
    return PersonDetail(
        list(_person(data, as_of(standing, today), office.pack)),
        [_year(data, year, office.pack) for year in years],
    )


def _person(data: dict[str, Any], now: str, pack: Pack) -> Iterator[Said]:
    yield Said(
        _("person {person}: {name}, {town}").format(
            person=data["person"], name=data["name"], town=data["town"]
        ),
        0,
        "title",
    )
    if data["died_on"]:
        yield Said(_("died on {day}").format(day=data["died_on"]), 1, "warn")
    for its in data["documents"]:
        name = kind_words(its["kind"])
        yield Said(_("{name}: {value}").format(name=name, value=its["number"]), 1)
    yield Said(_("today: {what}").format(what=now), 1)
    for its in data["periods"]:
        labels = pack.codes.get(its["kind"], {})
        label = str(labels[its["code"]]) if its["code"] in labels else its["code"]
        yield Said(f"{its['from']} – {its['to'] or '…'}  {label}", 1, "faint")


def _year(data: dict[str, Any], year: str, pack: Pack) -> Year:
    settings = pack.codes["setting"]
    bills = [
        YearBill(
            its["date"],
            str(settings[its["setting"]]) if its["setting"] in settings else its["setting"],
            its["institution"],
            its["case"] or _("no case yet"),
            state_words(its["state"] or "") if its["counts"] else _("does not count"),
            its["counts"],
            parse_yuan(its["self_paid"]),
            None if its["aid"] is None else parse_yuan(its["aid"]),
        )
        for its in data["bills"]
        if its["date"][:4] == year
    ]
    used = {its["pool"]: parse_yuan(its["used"]) for its in data["pools"] if its["period"] == year}
    left = {
        its["benefit"]: parse_yuan(its["left"]) for its in data["left"] if str(its["year"]) == year
    }
    return Year(year, bills, list(_pools(used, left, pack)))


def _pools(used: Mapping[str, int], left: Mapping[str, int], pack: Pack) -> Iterator[PoolUse]:
    """Put what is used of a pool beside what the benefits that it caps have left."""
    capped = set()
    for name, benefit in pack.model.benefits.items():
        if name in left:
            pool = next((step.pool for step in benefit.steps if isinstance(step, Cap)), "")
            pool = pool or ""
            capped.add(pool)
            alone = pool in pack.pools and pack.pools[pool].holder == "person"
            yield PoolUse(str(benefit.label), used.get(pool, 0), left[name], alone)
    for pool, amount in used.items():
        if pool not in capped:
            label = str(pack.pools[pool].label) if pool in pack.pools else pool
            yield PoolUse(label, amount, None, True)
