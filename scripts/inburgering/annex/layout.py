"""Place blocks on the sheets of a workbook: title, Excel table, totals below it, in one house style."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.table import Table, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

from inburgering.annex.annex import ABSENT, INTEGER, NOTHING, PERCENTAGE, TEXT, Annex, Block
from inburgering.annex.plain_cell import write_plain
from inburgering.annex.texts import status_line, titled

# Locale 413 is Dutch (Netherlands): a point between thousands, a comma before decimals.
NUMBER_FORMATS = {INTEGER: "[$-413]#,##0", PERCENTAGE: "[$-413]0.0%", TEXT: "@"}

BLUE = "1F4E79"
LIGHT_BLUE = "9DC3E6"
TITLE_FONT = Font(name="Calibri", size=16, bold=True, color=BLUE)
BLOCK_FONT = Font(name="Calibri", size=11, bold=True, color=BLUE)
HEADER_FONT = Font(name="Calibri", size=11, bold=True, color="FFFFFF")
HEADER_FILL = PatternFill("solid", fgColor=BLUE)
BOLD_FONT = Font(name="Calibri", size=11, bold=True)
TOTAL_BORDER = Border(top=Side("thin"), bottom=Side("thin"))
NOTE_FONT = Font(name="Calibri", size=9, italic=True, color="595959")
LINK_FONT = Font(name="Calibri", size=11, color="0563C1", underline="single")
TABLE_STYLE = TableStyleInfo(name="TableStyleLight1", showRowStripes=True)

A4 = 9
LINE_HEIGHT = 15


@dataclass(frozen=True)
class PlacedBlock:
    """Where a block stands: its header row, from column A on."""

    block: Block
    sheet: Worksheet
    header_row: int

    @property
    def last_listed_row(self) -> int:
        """Return the last row of the Excel table."""
        return self.header_row + len(self.block.listed_rows)

    @property
    def last_row(self) -> int:
        """Return the last row of figures, totals included."""
        return self.header_row + len(self.block.rows)


def add_sheet(workbook: Workbook, annex: Annex, name: str, title: str, home: str) -> Worksheet:
    """Add a sheet with a title, the state of the figures, and a link to the sheet with the contents."""
    sheet = workbook.create_sheet(name)
    write(sheet, 1, 1, titled(title, annex.is_synthetic), TITLE_FONT)
    write(sheet, 2, 1, status_line(annex.question))
    link(sheet, 3, 1, f"← {home}", home)
    set_up_print(sheet, titled(annex.question.label, annex.is_synthetic))
    return sheet


def set_up_print(sheet: Worksheet, name: str) -> None:
    """Print a sheet on A4, landscape, as wide as the page, with a footer that names the document."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = A4
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.page_margins.top = 0.6
    sheet.page_margins.bottom = 0.8
    sheet.oddFooter.left.text = name.replace("&", "&&")
    sheet.oddFooter.center.text = "&A"
    sheet.oddFooter.right.text = "&P / &N"
    sheet.sheet_view.showGridLines = False


def write(sheet: Worksheet, row: int, column: int, value: object, font: Font | None = None) -> None:
    """Write a value as what it is, in a font."""
    cell = write_plain(sheet, row, column, value)
    if font is not None:
        cell.font = font


def link(sheet: Worksheet, row: int, column: int, text: str, target_sheet: str) -> None:
    """Write a text that leads to the top of a sheet."""
    write(sheet, row, column, text, LINK_FONT)
    cell = sheet.cell(row, column)
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{target_sheet}'!A1", display=text)


def set_widths(sheet: Worksheet, widths: tuple[float, ...]) -> None:
    """Set the widths of the first columns, in characters."""
    for column, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width


def place(sheet: Worksheet, block: Block, row: int) -> PlacedBlock:
    """Write the title of a block on `row`, below it an Excel table, and directly below that its totals.

    Columns have their widths by then; a header that does not fit goes on on a next line.
    """
    placed = PlacedBlock(block, sheet, row + 1)
    write(sheet, row, 1, block.title, BLOCK_FONT)
    lines = 1
    for column, header in enumerate(block.columns, start=1):
        write(sheet, placed.header_row, column, header.header, HEADER_FONT)
        cell = sheet.cell(placed.header_row, column)
        cell.fill = HEADER_FILL
        cell.alignment = Alignment(
            horizontal="left" if header.kind == TEXT else "right",
            indent=1 if header.kind == TEXT and column > 1 else 0,
            vertical="top",
            wrap_text=True,
        )
        width = int(sheet.column_dimensions[get_column_letter(column)].width) - 1
        lines = max(lines, len(textwrap.wrap(header.header, width, break_long_words=False)))
    sheet.row_dimensions[placed.header_row].height = LINE_HEIGHT * lines
    for number, line in enumerate(block.rows, start=placed.header_row + 1):
        for column, (header, value) in enumerate(zip(block.columns, line.cells, strict=True), start=1):
            write(sheet, number, column, value)
            cell = sheet.cell(number, column)
            if block.wraps and column == 1:
                width = int(sheet.column_dimensions[get_column_letter(column)].width) - 1
                cell.alignment = Alignment(vertical="top", wrap_text=True)
                sheet.row_dimensions[number].height = LINE_HEIGHT * len(textwrap.wrap(str(value), width))
            cell.number_format = NUMBER_FORMATS[header.kind]
            if header.kind == TEXT and column > 1:
                cell.alignment = Alignment(horizontal="left", indent=1)
            elif value in (*ABSENT.values(), NOTHING):
                cell.alignment = Alignment(horizontal="right")
            if line.is_total:
                cell.font = BOLD_FONT
                cell.border = TOTAL_BORDER
    add_table(sheet, block.table_name, placed.header_row, len(block.columns), placed.last_listed_row)
    return placed


def add_table(sheet: Worksheet, name: str, header_row: int, columns: int, last_row: int) -> None:
    """Make the cells from column A on an Excel table: the header on `header_row`, and rows up to `last_row`."""
    table = Table(displayName=name, ref=f"A{header_row}:{get_column_letter(columns)}{last_row}")
    table.tableStyleInfo = TABLE_STYLE
    sheet.add_table(table)
