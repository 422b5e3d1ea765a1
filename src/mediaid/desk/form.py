"""Which fields a case has under a pack: those of the person, and those of each bill."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mediaid.claims.fields import pack_fields
from mediaid.claims.selfpaid import PARTS
from mediaid.desk.choices import Choice
from mediaid.i18n import language

if TYPE_CHECKING:
    from mediaid.packs.model import Pack
    from mediaid.packs.schema.fields import Field, Kind

_PERSON = ("person_id", "household_id", "category", "insurance", "area", "recognised_on")
"""Fields that belong to the person, in the order in which they are asked."""
_FIRST = ("date", "setting", "hospital_level", "self_paid")
"""The bill's first columns; the pack's other fields follow."""
_APART = ("claim_id", "reverses")
"""Bills are numbered here, and a mistake is corrected in place."""
OVERRIDES = ("category", "insurance")
"""What a single bill may have otherwise than the person now has: its last columns."""
_KNOWN = ("category", "insurance", "household_id")
"""What the register knows of a person, day by day."""


@dataclass(frozen=True)
class FormField:
    """A field of a form. `needed`: nothing can be done without it. `hint`: what belongs into it,
    where its kind does not say so."""

    name: str
    zh: str
    en: str
    kind: Kind
    needed: bool
    choices: tuple[Choice, ...] = ()
    hint: str = ""

    @property
    def label(self) -> str:
        """The name in the user's language."""
        return self.zh if language() == "zh" else self.en


@dataclass(frozen=True)
class Form:
    """The fields of the person and those of each bill, in the order in which they are asked."""

    head: tuple[FormField, ...]
    bill: tuple[FormField, ...]

    def find(self, name: str, *, of_bill: bool) -> FormField | None:
        """Return a field by its name."""
        fields = self.bill if of_bill else self.head
        return next((field for field in fields if field.name == name), None)


def form_of(pack: Pack, *, registered: bool = False) -> Form:
    """Return the form for a pack: its own fields, and no household or visit it does not ask for.

    `registered`: the case goes to a register, which knows what the person is and wants to know
    each bill by its institution and number.
    """
    fields = pack_fields(pack)
    holders = {pool.holder for pool in pack.pools.values()}
    left_out = {*_APART}
    if "household" not in holders:
        left_out.add("household_id")
    if "visit" not in holders:
        left_out.add("visit_id")
    if registered:
        left_out |= {*_KNOWN}
    names = [name for name in fields if name not in left_out]
    head = [name for name in _PERSON if name in names]
    first = [name for name in _FIRST if name in names]
    rest = [name for name in names if name not in (*head, *first) and name not in PARTS]
    person = tuple(_field(pack, fields[name]) for name in head)
    own = () if registered else OVERRIDES
    return Form(
        tuple(_wanted(its) if registered and its.name == "person_id" else its for its in person),
        (
            *(_field(pack, fields[name]) for name in first),
            *(BILL_NAMES if registered else ()),
            *_PARTS,
            *(_field(pack, fields[name]) for name in rest),
            *(_field(pack, fields[name], needed=False) for name in own),
        ),
    )


BILL_NAMES = (
    FormField("institution", "医疗机构", "institution", "text", True),
    FormField("invoice_no", "发票号", "invoice number", "text", True),
)
"""What a register knows a bill by."""

_PARTS = tuple(
    FormField(name, label.zh, label.en, "money", False)
    for name, label in PARTS.items()
    if name != "self_paid"
)
"""The amounts of a bill from which self-paid is derived."""


def _wanted(its: FormField) -> FormField:
    return FormField(its.name, "人员", "person", its.kind, True)


def _field(pack: Pack, its: Field, needed: bool | None = None) -> FormField:
    codes = pack.codes.get(its.name, {}) if its.kind == "code" else {}
    if needed is None:
        needed = (its.required and its.name != "person_id") or its.name == pack.dating
    return FormField(
        its.name,
        its.label.zh,
        its.label.en,
        its.kind,
        needed,
        tuple(Choice(code, label.zh, label.en) for code, label in codes.items()),
    )
