"""The register itself: its settings, its offices, and the numbers they give to cases."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from mediaid.register.schema.types import Key, Utc, metadata

setting = Table(
    "setting",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

office = Table(
    "office",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
)

# The last 受理号 an office has given in a year.
case_counter = Table(
    "case_counter",
    metadata,
    Column("office", ForeignKey("office.code"), primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
)

# Mappings of files that an office keeps by name, as YAML. The last row of a name holds; in one that
# removes it, `content` is NULL.
kept_mapping = Table(
    "kept_mapping",
    metadata,
    Column("id", Key, primary_key=True),
    Column("office", ForeignKey("office.code"), nullable=False),
    Column("name", Text, nullable=False),
    Column("content", Text),
    Column("kept_by", Text, nullable=False),
    Column("kept_at", Utc, nullable=False),
    Index("ix_kept_mapping_office", "office", "name", "id"),
)
