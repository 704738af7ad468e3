"""Lay out the control file, which stays inside: what to look at, whether the figures are whole, why one changed."""

from __future__ import annotations

from pathlib import Path

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from inburgering.annex.annex import Annex, Block
from inburgering.annex.layout import BLOCK_FONT, add_sheet, place, set_widths, write
from inburgering.annex.texts import dutch_date, to_look_at, uncapitalised
from inburgering.annex.workbook import FIRST_BLOCK_ROW, set_properties

CONTROL = "Controle"
CONTROL_TITLE = "Controle: wat na te kijken is, en of de cijfers volledig zijn"
REVISION = "Herziening"
REVISION_TITLE = "Herziening: waarom een cijfer anders is dan op"
CONTROL_WIDTHS = (50, 24, 16, 14, 17, 15, 15, 15, 15, 15)
REVISION_WIDTHS = (26, 18, 34, 34, 12, 12, 12, *(15 for _ in range(12)))


def control_file(output: Path) -> Path:
    """Return the control file that belongs to an annex: beside it, by the same name."""
    return output.with_name(f"{output.stem}_controle{output.suffix}")


def build_control_file(annex: Annex) -> Workbook:
    """Return the control file as a workbook that is not saved yet."""
    workbook = Workbook()
    workbook.remove(workbook.active)
    set_properties(workbook, annex)
    workbook.properties.title = f"Controle van de {uncapitalised(workbook.properties.title)}"
    control = add_sheet(workbook, annex, CONTROL, CONTROL_TITLE, CONTROL)
    _fill(control, CONTROL_WIDTHS, _write_what_to_look_at(control, annex), annex.checks)
    if annex.previous_reference_date:
        title = f"{REVISION_TITLE} {dutch_date(annex.previous_reference_date)}"
        _fill(add_sheet(workbook, annex, REVISION, title, CONTROL), REVISION_WIDTHS, FIRST_BLOCK_ROW, annex.revision)
    return workbook


def _write_what_to_look_at(sheet: Worksheet, annex: Annex) -> int:
    """Write what a person must act on, and what to do; return the row where the blocks begin."""
    row = FIRST_BLOCK_ROW
    write(sheet, row, 1, "Na te kijken voor de bijlage vertrekt", BLOCK_FONT)
    lines = list(to_look_at(annex.question, annex.findings)) or [("Niets: alle controles zijn in orde.", "")]
    for what, to_do in lines:
        row += 1
        write(sheet, row, 1, f"{what} {to_do}".strip())
    return row + 2


def _fill(sheet: Worksheet, widths: tuple[int, ...], row: int, blocks: tuple[Block, ...]) -> None:
    """Place blocks one below the other."""
    set_widths(sheet, widths)
    for block in blocks:
        row = place(sheet, block, row).last_row + 3
    sheet.freeze_panes = sheet.cell(FIRST_BLOCK_ROW, 1)
