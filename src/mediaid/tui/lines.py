"""What the entry screen says, as plain lines: no widget, nothing computed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len

from mediaid.amount_words import amount_in_words
from mediaid.i18n import gettext as _
from mediaid.money import show_yuan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mediaid.desk.assess import Aid, Assessment, CapUse
    from mediaid.desk.entry import Entry
    from mediaid.desk.form import FormField
    from mediaid.desk.packs import PolicyLine
    from mediaid.desk.trial import Tried

NAMED = 4
"""Missing fields that are named; of more it is said how many."""
USED, THIS, LEFT = "█", "▓", "░"
"""The parts of a cap's bar: told apart by their shading, not by colour."""


class Line(NamedTuple):
    """A line of text: how far it is indented, how it looks, and how many cells at its beginning
    stand alone where it goes on below."""

    text: str
    indent: int = 0
    look: str = "plain"
    hang: int = 0


def pad(text: str, width: int) -> str:
    """Fill a text up with spaces to so many cells; Chinese characters take two."""
    return text + " " * max(width - cell_len(text), 0)


def spread(left: str, right: str, width: int) -> str:
    """Put two texts at either end of a line; one blank at least between them."""
    return left + " " * max(width - cell_len(left) - cell_len(right), 1) + right


def cap_bar(use: CapUse, width: int) -> str:
    """Draw a cap as used before, used by this bill, left; what is more than nothing shows.

    The shares add up to the width; where they have to give way, the largest does.
    """
    amounts = [min(use.used, use.limit), min(use.this, max(use.limit - use.used, 0)), use.left]
    whole = sum(amounts)
    if whole <= 0 or width <= 0:
        return USED * max(width, 0)
    cells = [amount * width // whole or int(amount > 0) for amount in amounts]
    largest = max(range(3), key=lambda i: amounts[i])
    cells[largest] = max(cells[largest] + width - sum(cells), 0)
    return "".join(sign * n for sign, n in zip((USED, THIS, LEFT), cells, strict=True))


def result_lines(found: Assessment, entry: Entry, width: int) -> list[Line]:
    """Say what a case comes to: the total, each benefit, each cap, and what is still to do."""
    lines = list(_todo(found, entry))
    if not found.settled:
        return lines or [
            Line(_("Fill in the person and a bill: the aid appears here."), 0, "faint")
        ]
    if lines:
        lines.append(Line(""))
    whole = len(entry.case.bills) - sum(bill.blank for bill in entry.case.bills)
    lines.append(
        Line(
            spread(
                _("Aid of this case"), _("{aid} yuan").format(aid=show_yuan(found.total)), width
            ),
            0,
            "title",
        )
    )
    lines.append(Line(amount_in_words(found.total), 0, "faint"))
    if found.payable != found.total:
        still = _("{aid} yuan").format(aid=show_yuan(found.payable))
        lines.append(Line(spread(_("Still to pay"), still, width), 0, "strong"))
    if found.settled < whole:
        lines.append(
            Line(
                _("{settled} of {whole} bills are counted").format(
                    settled=found.settled, whole=whole
                ),
                0,
                "warn",
            )
        )
    if entry.form.find("household_id", of_bill=False):
        lines.append(
            Line(
                _("Only this person's bills count here, not those of others in the household"),
                0,
                "warn",
            )
        )
    lines += _aids(found.aids, width)
    for use in found.caps:
        lines += _cap(use, width)
    return lines


def _aids(aids: Sequence[Aid], width: int) -> Iterator[Line]:
    for aid in aids:
        mark = _(" [provisional]") if aid.provisional and (aid.case or aid.bill) else ""
        look = "strong" if aid.case else "faint"
        yield Line(spread(aid.benefit + mark, show_yuan(aid.case), width), 0, look)


def _cap(use: CapUse, width: int) -> Iterator[Line]:
    yield Line("")
    yield Line(
        spread(
            _("{benefit}: {cap}").format(benefit=use.benefit, cap=use.cap),
            show_yuan(use.limit),
            width,
        ),
        0,
        "warn" if not use.left else "plain",
    )
    yield Line(cap_bar(use, width), 0, "plain")
    for sign, name, amount in (
        (USED, _("used before"), use.used),
        (THIS, _("this bill"), use.this),
        (LEFT, _("left"), use.left),
    ):
        yield Line(spread(f"{sign} {name}", show_yuan(amount), width), 0, "faint")


def _todo(found: Assessment, entry: Entry) -> Iterator[Line]:
    for said in found.general:
        yield Line(said, 0, "bad")
    if found.problems:
        yield Line(_("To correct: see beside the fields"), 0, "bad")
    if found.missing and not entry.case.blank:
        names = [place_name(entry, place) for place in found.missing[:NAMED]]
        fields = _(", ").join(names)
        if len(found.missing) > NAMED:
            more = len(found.missing) - NAMED
            fields = _("{fields} and {count} more").format(fields=fields, count=more)
        yield Line(_("Still to fill in: {fields}").format(fields=fields), 0, "warn")


def place_name(entry: Entry, place: tuple[int | None, str]) -> str:
    """Name a field, and its bill where there are several."""
    its = entry.field(place)
    label = its.label if its else place[1]
    if place[0] is None or len(entry.case.bills) <= 2:
        return label
    return _("{field} of bill {number}").format(field=label, number=place[0] + 1)


def field_hint(its: FormField) -> str:
    """Return what belongs into an empty field: its own hint, else that of its kind."""
    if its.hint:
        return its.hint
    said = {
        "money": _("in yuan, such as 8000.00"),
        "date": _("such as 2023-05-01 or 20230501"),
        "code": _("type a code, a name or pinyin initials; space shows all"),
    }.get(its.kind, "")
    if not its.needed:
        said = _("{one}; {other}").format(one=_("may stay empty"), other=said) if said else said
    return _("{name}: {value}").format(name=its.label, value=said) if said else its.label


def guide_lines(registered: bool, key: Callable[[str], str]) -> list[Line]:
    """Say how to begin, where nothing has been typed; `key` gives an action's key."""
    lines = [
        Line(_("How to begin"), 0, "strong"),
        Line(
            _(
                "1. The person, then a line for each bill. Enter goes to the next field that has "
                "to be filled in, Tab to every field."
            ),
            1,
            "faint",
            3,
        ),
        Line(
            _("2. Codes by name or pinyin initials; space shows the list, Enter chooses."),
            1,
            "faint",
            3,
        ),
        Line(
            _(
                "3. The aid stands at the right from the first whole bill on; here stands how it "
                "comes about, step by step, with the clause of each."
            ),
            1,
            "faint",
            3,
        ),
    ]
    last = _("4. {submit} hands the case to the reviewer; {register} finds it again.")
    if not registered:
        last = _("4. No register is open: cases stay drafts. {register} creates or opens one.")
    said = last.format(submit=key("submit"), register=key("show_register"))
    keys = _("{help}: all keys of this screen").format(help=key("help"))
    return [*lines, Line(said, 1, "faint", 3), Line(""), Line(keys, 1, "faint")]


def explanation_lines(found: Assessment | Tried) -> list[Line]:
    """The engine's explanation, with its headings told apart."""
    return [Line(text, 0, _look(text)) for text in found.explanation]


def _look(text: str) -> str:
    if text and not text.startswith(" "):
        return "strong"
    return "faint" if text.startswith("     ") and "=" not in text else "plain"


def policy_lines(lines: Sequence[PolicyLine]) -> list[Line]:
    """A pack in words, with its headings and provisional marks told apart."""
    found = []
    provisional = _("[provisional] not confirmed for this day")
    for line in lines:
        look = "warn" if line.text == provisional else "title" if not line.indent else "plain"
        if "sha256:" in line.text:
            look = "faint"
        found.append(Line(line.text, line.indent, look))
    return found
