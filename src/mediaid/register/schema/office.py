"""The register itself: its settings, its offices, and the numbers they give to cases."""

from sqlalchemy import Column, ForeignKey, Integer, Table, Text

from mediaid.register.schema.types import metadata

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
