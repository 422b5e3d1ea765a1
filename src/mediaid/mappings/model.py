"""What a mapping says: which column of a file is what of a claim.

The form of a mapping file, described for offices in docs/field-files.md. Values stay text; codes
are looked up in the pack when a file is read.
"""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from mediaid.packs.schema.types import Id, Label, Strict

REGISTER = ("institution", "invoice_no", "name", "town")
"""What the register keeps of a bill and its person beside the claim: not read to settle it."""

LEAVE_OUT = "leave_out"
"""As the meaning of a code: records with it are no claims; they are left out and listed."""


def _columns(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


ColumnNames = Annotated[list[str], BeforeValidator(_columns), Field(min_length=1)]
"""One column, or several, by their names under `columns`."""


def _use(value: Any) -> Any:
    return {"column": value} if isinstance(value, str | list) else value


class FieldUse(Strict):
    """Where a field's values come from: a column (of several the first that is filled in), the
    roster, or one value for all. `values` translates what the column holds."""

    column: ColumnNames | None = None
    value: str | None = None
    roster: Literal["yes"] | None = None
    values: dict[str, str] = {}
    otherwise: str | None = None


class Kinds(Strict):
    """Which column says what kind of document a number belongs to. Without it every number is
    that of a resident identity card."""

    column: str
    values: dict[str, str] = {}


class Flag(Strict):
    """A column of yes and no, with what stands for either."""

    column: str
    yes: list[str]
    no: list[str]


class Refunded(Strict):
    """How a refund shows: by a flag, by negative amounts, or both; and what names its original."""

    column: str | None = None
    yes: list[str] = []
    no: list[str] = []
    original: str | None = None


class Mapping(Strict):
    """A mapping file."""

    mapping: Id
    schema_: Literal["1"] = Field(alias="schema")
    label: Label
    columns: Annotated[dict[str, list[str]], Field(min_length=1)]
    optional: list[str] = []
    fields: dict[str, Annotated[FieldUse, BeforeValidator(_use)]]
    amounts: dict[str, ColumnNames]
    document: Kinds | None = None
    valid: Flag | None = None
    refunded: Refunded | None = None
    register_: dict[str, ColumnNames] = Field(default={}, alias="register")
    blank: list[str] = []
    ignore: list[str] = []

    def used(self) -> dict[str, list[str]]:
        """Column name → what it is used for, in words of the mapping file."""
        found: dict[str, list[str]] = {}
        for name, use in self.fields.items():
            for column in use.column or ():
                found.setdefault(column, []).append(f"fields/{name}")
        for name, columns in self.amounts.items():
            for column in columns:
                found.setdefault(column, []).append(f"amounts/{name}")
        for name, columns in self.register_.items():
            for column in columns:
                found.setdefault(column, []).append(f"register/{name}")
        for name, part in (
            ("document", self.document),
            ("valid", self.valid),
            ("refunded", self.refunded),
        ):
            if part is not None and part.column is not None:
                found.setdefault(part.column, []).append(name)
        if self.refunded is not None and self.refunded.original is not None:
            found.setdefault(self.refunded.original, []).append("refunded")
        return found
