"""The columns of the register's own files of people and of bills: headings, and what they hold.

Templates are written from them, and files are read by them, so that the two cannot differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mediaid.batch.template import TemplateColumn
from mediaid.claims.fields import pack_fields
from mediaid.claims.selfpaid import PARTS
from mediaid.i18n import gettext as _
from mediaid.mappings.check import AIDED
from mediaid.mappings.files import Loaded
from mediaid.mappings.model import Mapping
from mediaid.packs.schema.fields import FIELDS
from mediaid.people.documents import KINDS
from mediaid.yamlsource import Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mediaid.packs.model import Pack

TEMPLATE = "template"
"""What the mapping of the register's own files of bills is called."""


@dataclass(frozen=True)
class Wanted:
    """The columns of a file of people; whatever else stands in it is not read."""

    columns: dict[str, Sequence[str]]
    optional: tuple[str, ...]
    ignore: tuple[str, ...] = ()


PEOPLE = Wanted(
    {
        "证件号码": ["身份证号", "身份证号码", "公民身份号码", "number"],
        "证件类型": ["document"],
        "姓名": ["name"],
        "街镇": ["镇街", "街道", "乡镇", "街道/乡镇", "town"],
        "救助类别": ["救助身份", "救助对象类别", "身份类别", "category"],
        "参保类型": ["参保类别", "医保分类", "险种类型", "insurance"],
        "家庭编号": ["户编号", "household"],
        "开始日期": ["起始日期", "认定日期", "from"],
        "结束日期": ["截止日期", "终止日期", "退出日期", "to"],
        "收款人": ["户名", "开户名", "payee"],
        "银行账号": ["收款账号", "银行卡号", "一卡通账号", "account"],
    },
    optional=(
        "证件类型",
        "街镇",
        "救助类别",
        "参保类型",
        "家庭编号",
        "开始日期",
        "结束日期",
        "收款人",
        "银行账号",
    ),
)
"""One row a person and period. A roster of civil affairs is such a file too."""

_BILL = {
    "证件号码": ["身份证号", "身份证号码", "公民身份号码"],
    "证件类型": [],
    "医疗机构": ["医疗机构名称", "就诊医疗机构名称"],
    "发票号": ["发票号码", "票据号"],
    "日期": ["费用日期", "出院日期"],
    "就医类型": ["就诊类别"],
}
_NEEDED = ("证件号码", "医疗机构", "发票号", "日期", "就医类型")
_FURTHER = ("settled_on", "visit_id", "recognised_on", "premium", "area", "hospital_level")
"""Fields of FIELDS that the template offers where the pack reads them."""


def further_fields(pack: Pack) -> dict[str, str]:
    """Return the pack's fields that bills may state beside the usual ones: name → heading."""
    known = pack_fields(pack)
    own = pack.model.pack.own_fields
    return {name: known[name].label.zh for name in (*_FURTHER, *own) if name in known}


def part_headings() -> dict[str, str]:
    """Return the amounts a bill may state: part → heading."""
    return {**{part: label.zh for part, label in PARTS.items()}, AIDED: FIELDS[AIDED].label.zh}


def bills_template(pack: Pack) -> Loaded:
    """Return the mapping by which the register's own files of bills are read."""
    amounts = part_headings()
    further = further_fields(pack)
    columns = dict(_BILL) | {heading: [] for heading in (*amounts.values(), *further.values())}
    columns[amounts["self_paid"]] = [FIELDS["self_paid"].label.zh]
    model = Mapping.model_validate(
        {
            "mapping": TEMPLATE,
            "schema": "1",
            "label": {"zh": "登记模板（单据）", "en": "the register's template for bills"},
            "columns": columns,
            "optional": [name for name in columns if name not in _NEEDED],
            "fields": {
                "claim_id": "发票号",
                "person_id": "证件号码",
                "date": "日期",
                "setting": "就医类型",
                "category": {"roster": "yes"},
                "insurance": {"roster": "yes"},
                **further,
            },
            "amounts": amounts,
            "document": {"column": "证件类型"},
            "register": {"institution": "医疗机构", "invoice_no": "发票号"},
        }
    )
    return Loaded(model, Source(TEMPLATE), Path(TEMPLATE))


def explanations(pack: Pack) -> dict[str, dict[str, str]]:
    """Return what each column may hold, in words: kind of file → heading → text."""
    day = _("a date, such as 2023-05-01")
    yuan = _("an amount in yuan, such as 8000.00; empty: not stated")
    number = _(
        "needed; the 18 characters of the identity card, as text: a spreadsheet cuts off long "
        "numbers"
    )
    kind = _("empty: identity card; else one of the list")
    people = {
        "证件号码": number,
        "证件类型": kind,
        "姓名": _("needed"),
        "街镇": _("town or street; needed, unless it is said for the whole file"),
        "救助类别": _("one of the list; empty: stays as it is"),
        "参保类型": _("one of the list; empty: stays as it is"),
        "家庭编号": _("the same text for all persons of a household; empty: stays as it is"),
        "开始日期": _(
            "the first day on which category, insurance and household hold; {day}"
        ).format(day=day),
        "结束日期": _("the last day; empty: until further notice; {day}").format(day=day),
        "收款人": _("whose account it is, if not the person's; empty: stays as it is"),
        "银行账号": _("where aid is paid, as text; empty: stays as it is"),
    }
    bills = {
        "证件号码": number,
        "证件类型": kind,
        "医疗机构": _("needed; the hospital as the invoice names it"),
        "发票号": _("needed; as text. Institution and number together name a bill: none is taken "
                  "in twice"),
        "日期": _("needed; {day}").format(day=day),
        "就医类型": _("needed; one of the list"),
        **dict.fromkeys(part_headings().values(), yuan),
        **dict.fromkeys(further_fields(pack).values(), _("read by the rules in use")),
    }  # fmt: skip
    headings = part_headings()
    bills[headings["self_paid"]] = _(
        "in yuan: give it, or the amounts it is derived from (in scope less what others paid)"
    )
    bills[headings[AIDED]] = _(
        "in yuan: assistance paid at the counter already; it is taken off, and counts towards the "
        "cap"
    )
    return {"people": people, "bills": bills}


def template_columns(kind: str, pack: Pack) -> list[TemplateColumn]:
    """Return the columns of a template: people or bills."""
    words = explanations(pack)[kind]
    needed = _NEEDED if kind == "bills" else ("证件号码", "姓名", "街镇")
    further = further_fields(pack)
    codes = {
        "证件类型": [label.zh for label in KINDS.values()],
        "救助类别": _labels(pack, "category"),
        "参保类型": _labels(pack, "insurance"),
        "就医类型": _labels(pack, "setting"),
        **{heading: _labels(pack, name) for name, heading in further.items()},
    }
    days = {"日期", "开始日期", "结束日期"}
    days |= {h for name, h in further.items() if pack_fields(pack)[name].kind == "date"}
    amounts = {*part_headings().values()}
    amounts |= {h for name, h in further.items() if pack_fields(pack)[name].kind == "money"}
    return [
        TemplateColumn(
            heading,
            explained,
            "day" if heading in days else "amount" if heading in amounts else "text",
            codes.get(heading, ()),
            heading in needed,
        )
        for heading, explained in words.items()
    ]


def _labels(pack: Pack, name: str) -> list[str]:
    return [label.zh for label in pack.codes.get(name, {}).values()]
