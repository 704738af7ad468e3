"""Write values to a sheet or a CSV as what they are: text stays text, whatever it starts with."""

from __future__ import annotations

import re

from openpyxl.cell.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from inburgering.intake.decoding import LONGEST_VALUE
from inburgering.screen import on_one_line

# What spreadsheet programs take for the start of a formula when a cell is edited or pasted.
FORMULA_STARTS = ("=", "+", "-", "@")

# What XML cannot hold, or (a carriage return) does not give back as it was.
NOT_IN_XML = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")

# Excel reads _x003D_ as the character with that number, unless the first _ is written so itself.
NUMBERED_CHARACTER = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


def spelled_out(text: str) -> str:
    """Return text as a cell can hold it: control characters by their code, and … for an end that does not fit."""
    text = NUMBERED_CHARACTER.sub("_x005F_", text)
    text = NOT_IN_XML.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"


def write_plain(sheet: Worksheet, row: int, column: int, value: object) -> Cell:
    """Write a value and return its cell; control characters that a workbook cannot hold are spelled out."""
    if not isinstance(value, str):
        return sheet.cell(row, column, value)
    cell = sheet.cell(row, column, spelled_out(value))
    cell.data_type = "s"
    cell.quotePrefix = value.startswith(FORMULA_STARTS)
    return cell


def no_formula(value: object) -> object:
    """Return text so that no spreadsheet takes it for a formula when it opens the CSV, and no line breaks in it."""
    if not isinstance(value, str):
        return value
    text = on_one_line(value)
    return f"'{text}" if text.strip().startswith(FORMULA_STARTS) else text
