"""Documents that name a person: the resident identity card, and others by kind.

Only resident numbers have a check digit that anybody can verify; of the others the form alone is
looked at. Two documents of different kinds may carry the same number: kind and number together
name a person.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mediaid.faults import nearest, visible
from mediaid.i18n import gettext as _
from mediaid.money import plain
from mediaid.packs.schema.types import Label, codes_in_words
from mediaid.people.identity import MARKS, parse_resident_id
from mediaid.people.masking import mask_id

if TYPE_CHECKING:
    import datetime as dt


def _kind(zh: str, en: str) -> Label:
    return Label.model_construct(zh=zh, en=en)


RESIDENT = "resident_id"
KINDS: dict[str, Label] = {
    RESIDENT: _kind("居民身份证", "resident identity card"),
    "hkmt_residence": _kind(
        "港澳台居民居住证", "residence permit for Hong Kong, Macao and Taiwan residents"
    ),
    "hkm_permit": _kind(
        "港澳居民来往内地通行证", "mainland travel permit for Hong Kong and Macao residents"
    ),
    "taiwan_permit": _kind("台湾居民来往大陆通行证", "mainland travel permit for Taiwan residents"),
    "foreign_permanent": _kind("外国人永久居留证", "foreign permanent resident card"),
    "passport": _kind("护照", "passport"),
    "military": _kind("军警证件", "military or armed police document"),
    "other": _kind("其他证件", "other document"),
}
"""The kinds of documents by code."""


def kind_words(kind: str) -> str:
    """Return a kind of document in words; one that is not known as it is."""
    return str(KINDS.get(kind, kind))


CHECKED = (RESIDENT, "hkmt_residence")
"""Kinds whose numbers are built like a resident number."""
_OTHER_FORM = re.compile(r"[0-9A-Z一-龥()（）\-]{4,40}", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True)
class Document:
    """A kind of KINDS and the number in its normal form."""

    kind: str
    number: str


def parse_document(text: str, kind: str = RESIDENT, today: dt.date | None = None) -> Document:
    """Read the number of a document of a kind.

    Raises ValueError, which says what is wrong and what to do; KeyError for an unknown kind.
    """
    if kind in CHECKED:
        return Document(kind, parse_resident_id(text, today).number)
    number = re.sub(MARKS, "", plain(text)).upper()
    if not _OTHER_FORM.fullmatch(number):
        raise ValueError(
            _(
                "{value} is not the number of a document ({kind}): 4 to 40 letters, digits and "
                "hyphens"
            ).format(value=mask_id(visible(text.strip())), kind=KINDS[kind])
        )
    return Document(kind, number)


def parse_kind(text: str) -> str:
    """Read a kind of document, by its code or either label. Raises ValueError for others."""
    shown = plain(text)
    for code, label in KINDS.items():
        if shown in (code, plain(label.zh), plain(label.en)):
            return code
    known = [*KINDS, *(label.zh for label in KINDS.values())]
    raise ValueError(
        _("{value} is no kind of document.{nearest} Known: {listed}").format(
            value=visible(shown),
            nearest=nearest(shown, known),
            listed=codes_in_words(KINDS),
        )
    )
