"""The budget as it is handed upward: a workbook with live formulas, and a page with charts."""
