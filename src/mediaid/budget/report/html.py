"""A report as one page that needs nothing else: no script, no picture file, no network."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

from mediaid.budget.report.model import Cell, Total, number_of, numeric
from mediaid.faults import visible_line
from mediaid.i18n import language
from mediaid.money import show_yuan

if TYPE_CHECKING:
    from mediaid.budget.report.model import Report, Sheet, Table

STYLE = """
:root{color-scheme:light}
body{font-family:"Noto Sans CJK SC","Noto Sans SC","Source Han Sans SC","Microsoft YaHei",
"PingFang SC","Hiragino Sans GB","WenQuanYi Micro Hei",sans-serif;color:#1a202c;margin:2rem auto;
max-width:1100px;padding:0 1rem;line-height:1.5}
h1{font-size:1.6rem;margin-bottom:0}h2{margin-top:2.5rem;border-bottom:2px solid #1f5f8b}
h3{font-size:1rem;margin:1.5rem 0 .4rem}
nav{margin:1rem 0;display:flex;flex-wrap:wrap;gap:.3rem 1rem}
a{color:#1f5f8b}.wide{overflow-x:auto}table{border-collapse:collapse;font-size:.85rem}
th,td{padding:.25rem .6rem;border-bottom:1px solid #e2e8f0;text-align:left;vertical-align:top}
th{background:#edf2f7}th.n{text-align:right}td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
tr.total td{font-weight:bold;border-top:1px solid #1a202c}td.moved{font-style:italic;color:#b7410e}
.note{color:#4a5568;font-size:.85rem;margin:.2rem 0}svg{width:100%;height:auto;margin-top:1rem}
svg text{font-size:13px;fill:#1a202c}svg text.halo{paint-order:stroke;stroke:#fff;
stroke-width:4px}svg text.title{font-size:16px;font-weight:bold}
@media print{body{margin:0;max-width:none}h2{break-before:page}svg,table{break-inside:avoid}}
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def page(report: Report) -> bytes:
    """Return a report as the bytes of an HTML page in UTF-8."""
    return "".join(_parts(report)).encode()


def _parts(report: Report) -> Iterator[str]:
    lang = "zh-CN" if language().startswith("zh") else "en"
    yield f'<!DOCTYPE html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n'
    yield f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield f"<title>{_text(report.title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
    yield f'<h1>{_text(report.title)}</h1>\n<p class="note">{_text(report.subtitle)}</p>\n<nav>'
    for at, sheet in enumerate(report.sheets):
        yield f'<a href="#s{at}">{_text(sheet.name)}</a>'
    yield "</nav>\n"
    for at, sheet in enumerate(report.sheets):
        yield f'<section id="s{at}">\n<h2>{_text(sheet.name)}</h2>\n'
        yield from (f"{svg}\n" for svg in report.charts.get(sheet.name, ()))
        yield from _tables(sheet)
        yield "</section>\n"
    yield "</body>\n</html>\n"


def _tables(sheet: Sheet) -> Iterator[str]:
    for table in sheet.tables:
        yield f'<h3>{_text(table.title)}</h3>\n<div class="wide"><table>\n'
        yield from _rows(table)
        yield "</table></div>\n"
        yield from (f'<p class="note">{_text(note)}</p>\n' for note in table.notes)


def _rows(table: Table) -> Iterator[str]:
    if any(table.heads):
        kinds = [' class="n"' if numeric(table, at) else "" for at in range(len(table.heads))]
        heads = "".join(
            f"<th{kind}>{_text(head)}</th>" for kind, head in zip(kinds, table.heads, strict=True)
        )
        yield f"<thead><tr>{heads}</tr></thead>\n"
    yield "<tbody>\n"
    for row in table.rows:
        total = any(isinstance(cell, Total) for cell in row)
        yield '<tr class="total">' if total else "<tr>"
        yield from map(_cell, row)
        yield "</tr>\n"
    yield "</tbody>\n"


def _cell(cell: Cell) -> str:
    number = number_of(cell)
    if number is None:
        return f"<td>{_text(cell if isinstance(cell, str) else '')}</td>"
    shown = f"{number.value:,}" if number.measure == "count" else show_yuan(number.value)
    return f'<td class="n{" moved" if number.moved else ""}">{shown}</td>'


def _text(text: str) -> str:
    return escape(visible_line(text))
