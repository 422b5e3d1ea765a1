"""The standard claim fields: their names, Chinese headings and kinds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mediaid.packs.schema.types import Label

Kind = Literal["id", "date", "code", "money", "count", "text"]


@dataclass(frozen=True)
class Field:
    """A column: `name` in files and packs, `label` and `aliases` as headings."""

    name: str
    label: Label
    kind: Kind
    required: bool = False
    aliases: tuple[str, ...] = ()


def _field(name: str, zh: str, en: str, kind: Kind, *aliases: str, required: bool = False) -> Field:
    return Field(name, Label.model_construct(zh=zh, en=en), kind, required, aliases)


FIELDS: dict[str, Field] = {
    field.name: field
    for field in (
        _field("claim_id", "单据号", "claim", "id", required=True),
        _field("person_id", "人员编号", "person", "id", required=True),
        _field("date", "日期", "date", "date", required=True),
        _field("setting", "就医类型", "setting", "code", required=True),
        _field("category", "救助类别", "category", "code", required=True),
        _field("insurance", "参保类型", "insurance", "code", required=True),
        _field("self_paid", "自负金额", "self-paid amount", "money", required=True),
        _field("household_id", "家庭编号", "household", "id"),
        _field("visit_id", "就诊编号", "visit", "id"),
        _field("settled_on", "结算日期", "settlement date", "date"),
        _field("recognised_on", "认定日期", "recognition date", "date"),
        _field("in_scope", "政策范围内金额", "amount in scope", "money"),
        _field("already_aided", "已救助金额", "assistance already paid", "money"),
        _field("premium", "个人缴费", "individual premium", "money"),
        _field("reverses", "冲销单据号", "claim it reverses", "id"),
        _field("area", "户籍地区", "area", "code"),
        _field("hospital_level", "医院级别", "hospital level", "code"),
    )
}
"""The standard columns. The required ones stand in every file; a pack declares which others it
reads, and may name its own."""
