"""Write values to a sheet as what they are: text stays text, whatever it starts with."""

from __future__ import annotations

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.worksheet.worksheet import Worksheet

# What spreadsheet programs take for the start of a formula when a cell is edited or pasted.
FORMULA_STARTS = ("=", "+", "-", "@")


def write_plain(sheet: Worksheet, row: int, column: int, value: object) -> Cell:
    """Write a value and return its cell; control characters that a workbook cannot hold are spelled out."""
    if not isinstance(value, str):
        return sheet.cell(row, column, value)
    cell = sheet.cell(row, column, ILLEGAL_CHARACTERS_RE.sub(lambda found: f"\\x{ord(found[0]):02x}", value))
    cell.data_type = "s"
    cell.quotePrefix = value.startswith(FORMULA_STARTS)
    return cell
