"""What case entry says beside its fields: no widget, nothing computed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediaid.i18n import gettext as _
from mediaid.tui.lines import place_name

if TYPE_CHECKING:
    from mediaid.desk.assess import Assessment, Place
    from mediaid.desk.case import Bill
    from mediaid.desk.entry import Entry


def beside_bills(entry: Entry, found: Assessment) -> dict[int | None, list[tuple[str, bool]]]:
    """Return, by the bill's position, what stands below it, and whether it is wrong."""
    said: dict[int | None, list[tuple[str, bool]]] = {}
    for place, message in found.problems.items():
        its = entry.field(place)
        text = _("{name}: {value}").format(name=its.label if its else place[1], value=message)
        said.setdefault(place[0], []).append(("▲ " + text, True))
    for position, note in found.notes.items():
        said.setdefault(position, []).append(("! " + note, True))
    for position, derived in found.derived.items():
        said.setdefault(position, []).append(("  " + derived, False))
    return said


def mark_of(position: int, bill: Bill, shown: int | None, registered: bool) -> str:
    """Return what stands left of a bill: its number, and whether it is one of this case."""
    sign = "▸" if position == shown else " "
    if bill.blank or registered:
        return f"{sign}{position + 1}"
    when = _("past") if bill.earlier else _("this")
    return f"{sign}{position + 1} {when}"


def hint_of(entry: Entry, place: Place) -> str:
    """Return what helps with the field at the cursor, or what is in it in words."""
    its = entry.field(place)
    if its is None:
        return ""
    text = entry.text(place)
    said = ""
    if its.kind == "money":
        from mediaid.desk.cells import in_words  # noqa: PLC0415 - loaded with the entry

        said = in_words(text) if text else _("in yuan, such as 8000.00")
    elif its.kind == "date":
        from mediaid.desk.cells import future  # noqa: PLC0415

        said = future(text) if text else _("such as 2023-05-01 or 20230501")
    elif its.kind == "code":
        said = _("type a code, a name or pinyin initials; space shows all")
    elif place == (None, "person_id") and entry.registered is not None:
        said = _("type how the name or the number begins, then choose with Enter")
    name = place_name(entry, place)
    return _("{name}: {value}").format(name=name, value=said) if said else name
