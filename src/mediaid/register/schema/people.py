"""Persons, the documents that identify them, and what they were from when to when."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Table,
    Text,
    UniqueConstraint,
)

from mediaid.register.schema.types import Key, Utc, metadata

# `payee` and `account`: whose account aid goes to ("" for the person's own) and which one; payment
# lines take them over.
person = Table(
    "person",
    metadata,
    Column("id", Key, primary_key=True),
    Column("name", Text, nullable=False),
    Column("town", Text, nullable=False),
    Column("payee", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("died_on", Date),
    Column("recorded_at", Utc, nullable=False),
    # Found by how the name begins: PostgreSQL needs its own kind of index for that.
    Index("ix_person_name", "name", postgresql_ops={"name": "text_pattern_ops"}),
    Index("ix_person_town", "town"),
)

identity_document = Table(
    "identity_document",
    metadata,
    Column("id", Key, primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("number", Text, nullable=False),
    UniqueConstraint("kind", "number"),
)

# `code` is a category, an insurance or a household's number, by `kind`. Periods of one kind and
# person never overlap: a trigger refuses them. `to_on` is the last day, NULL while it lasts.
person_period = Table(
    "person_period",
    metadata,
    Column("id", Key, primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("from_on", Date, nullable=False),
    Column("to_on", Date),
    Column("recorded_at", Utc, nullable=False),
    CheckConstraint("kind IN ('category', 'insurance', 'household')", name="kind"),
    CheckConstraint("to_on IS NULL OR to_on >= from_on", name="order"),
    UniqueConstraint("person_id", "kind", "from_on"),
)
