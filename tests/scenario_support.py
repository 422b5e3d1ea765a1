"""Scenario files written for a test."""

from __future__ import annotations

from textwrap import dedent, indent
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

INPATIENT = (
    "{date: 2023-05-01, setting: 住院, category: dibao, insurance: resident, self_paid: 8000.00}"
)
"""Pays medical-aid 7200.00, with 122800.00 left under the annual cap."""

RIGHT = f"""\
- name: 对的
  claim: {INPATIENT}
  expect: {{medical-aid: 7200.00}}
"""

WRONG = f"""\
- name: 错的
  note: 用来看报错
  claim: {INPATIENT}
  expect:
    medical-aid: {{aid: 7100.00, rate: 80%, cap_left: 1.00}}
    outpatient-aid: {{why_not: category}}
"""


def write(path: Path, *scenarios: str, pack: str = "shanghai-minhang") -> Path:
    """Write a scenario file and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    body = "".join(indent(dedent(scenario), "  ") for scenario in scenarios)
    path.write_text(f"pack: {pack}\nscenarios:\n{body}", encoding="utf-8")
    return path
