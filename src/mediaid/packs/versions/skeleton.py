"""A new city's pack: files with everything that a pack needs, the figures left blank."""

from __future__ import annotations

import re
from pathlib import Path

from mediaid.faults import Fault, PackError, visible_path, why_not
from mediaid.i18n import gettext as _

_PACK = """\
# {pack_file}
pack: {id}
schema: 1
label: {{zh: ___, en: ___}}          # {label}

codes:                              # {codes}
  category:
    dibao: {{zh: 低保对象, en: minimum living guarantee}}
    low_income: {{zh: 低收入家庭成员, en: low-income household}}
    none: {{zh: 非救助对象, en: not entitled to assistance}}
  setting:
    inpatient: {{zh: 住院, en: inpatient}}
    outpatient: {{zh: 门诊, en: outpatient}}
  insurance:
    resident: {{zh: 居民医保, en: residents' insurance}}
    employee: {{zh: 职工医保, en: employees' insurance}}
    none: {{zh: 未参保, en: uninsured}}

benefits: [medical-aid]             # {benefits}

sources:                            # {sources}
  doc-1:
    number: ___                     # {number}
    topic: {{zh: ___, en: ___}}
    seen: yes                       # {seen}
"""

_BENEFIT = """\
# {benefit_file}
benefit: medical-aid
label: {{zh: 医疗救助, en: medical aid}}

when:                               # {when}
  category: [dibao, low_income]
  setting: inpatient

pools:                              # {pools}
  medical-aid-used:
    label: {{zh: 医疗救助年度累计, en: medical aid of the year}}
    holder: person
    period: calendar_year
    counts: aid

parameters:                         # {parameters}
  rate:
    label: {{zh: 救助比例, en: rate}}
    unit: percent
    by: [category]
    values:
      - from: ___                   # {first_day}
        to: ___                     # {last_day}
        after: carry_forward        # {after}
        cite: {{source: doc-1, at: ___}}
        value: {{dibao: ___, low_income: ___}}     # 70%
  cap:
    label: {{zh: 年度限额, en: annual cap}}
    unit: yuan
    by: [category]
    values:
      - from: ___
        to: ___
        after: carry_forward
        cite: {{source: doc-1, at: ___}}
        value: {{dibao: ___, low_income: ___}}     # 50000, unlimited

steps:                              # {steps}
  - base: {{sum: [self_paid]}}
  - rate: {{of: rate}}
  - cap: {{at: cap, pool: medical-aid-used}}
"""


def new_city(folder: Path) -> list[Path]:
    """Write a new pack into a new folder, whose name becomes its id; return the files.

    Raises PackError where there is something already, or the name is none.
    """
    name = folder.absolute().name
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", name):
        raise PackError(
            Fault(
                visible_path(folder),
                _("the folder's name becomes the pack's id: use a-z, 0-9, - and _"),
            )
        )
    texts = {"pack.yaml": _PACK, "medical-aid.yaml": _BENEFIT}
    try:
        folder.mkdir(parents=True)
        for file, text in texts.items():
            (folder / file).write_text(text.format(id=name, **_remarks()), encoding="utf-8")
    except FileExistsError:
        raise PackError(
            Fault(visible_path(folder), _("exists already: name a new folder"))
        ) from None
    except OSError as error:
        raise PackError(
            Fault(
                visible_path(folder),
                _("cannot be written: {reason}").format(reason=why_not(error)),
            )
        ) from error
    return [folder / file for file in texts]


def _remarks() -> dict[str, str]:
    return {
        "pack_file": _("What every file of the pack refers to: codes, documents, the benefits."),
        "label": _("the pack's name, in Chinese and in English"),
        "codes": _("what claims may hold, by their code or either label; add what the city has"),
        "benefits": _("in the order in which they are settled; one file each"),
        "sources": _("every document that a figure cites"),
        "number": _("the document's number"),
        "seen": _("no, if you know of it and have not read the text itself"),
        "benefit_file": _(
            "One benefit: who gets it for which bills, at which figures, step by step."
        ),
        "when": _("all that a claim must meet"),
        "pools": _("what is added up over the year"),
        "parameters": _("the figures, dated and cited; percent as 70%, amounts as 50000"),
        "first_day": _("the first day the document gives, such as 2024-01-01"),
        "last_day": _("the last day; take the line and the next one out if there is none"),
        "after": _("afterwards it goes on, and every result says that it is provisional"),
        "steps": _("from the bill to the aid"),
    }
