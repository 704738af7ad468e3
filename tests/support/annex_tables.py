"""Read the tables of a workbook as a reader sees them: header, rows, and the totals below."""

from __future__ import annotations

from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.utils import range_boundaries
from openpyxl.worksheet.worksheet import Worksheet


def table_cells(sheet: Worksheet, name: str) -> list[tuple[Cell, ...]]:
    """Return the cells of a table, its header first, and the rows directly below it whose last cell is not empty."""
    first_column, first_row, last_column, last_row = range_boundaries(sheet.tables[name].ref)
    while sheet.cell(last_row + 1, last_column).value is not None:
        last_row += 1
    return list(sheet.iter_rows(first_row, last_row, first_column, last_column))


def table_rows(sheet: Worksheet, name: str) -> list[list[Any]]:
    """Return the values of those cells."""
    return [[cell.value for cell in row] for row in table_cells(sheet, name)]


def tables(workbook: Workbook) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows below the header of every table in a workbook, totals included."""
    return {name: [tuple(row) for row in table_rows(sheet, name)[1:]] for sheet in workbook for name in sheet.tables}
