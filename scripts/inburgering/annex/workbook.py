"""Lay out the annex workbook: Toelichting, and a tab per part of the question. It goes to parliament."""

from __future__ import annotations

import datetime
import itertools

from openpyxl import Workbook
from openpyxl.packaging.custom import StringProperty
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

from inburgering.annex.annex import NOT_YET, TEXT, Annex, Block, TabContents
from inburgering.annex.charts import LONGEST_LIST, has_chart, rows_of_chart, tab_chart
from inburgering.annex.cover import COVER, fill_cover
from inburgering.annex.layout import LINE_HEIGHT, NOTE_FONT, PlacedBlock, add_sheet, place, set_widths, write
from inburgering.annex.reproducible_workbook import AlternativeTexts
from inburgering.annex.texts import annex_title, source_line, status_line, tab_notes

FIRST_BLOCK_ROW = 5
# The title and header of a table, its source line and an empty one.
LINES_AROUND_ROWS = 4
NARROWEST_LABEL = 22
WIDEST_LABEL = 44
FIGURE_WIDTH = 12.5
WIDER_FIGURE_WIDTH = 20
# More rows, made to fit on one page, are too small to read with ease.
MOST_ROWS_ON_A_PAGE = 62
SCALE, ROWS_AT_SCALE = 70, 42


def build_workbook(annex: Annex) -> tuple[Workbook, AlternativeTexts]:
    """Return the annex as a workbook that is not saved yet, and the texts of its charts, in their order."""
    question = annex.question
    workbook = Workbook()
    set_properties(workbook, annex)
    titles = {tab.name: question.title_of(tab) for tab in question.tabs}
    fill_cover(workbook.active, annex, titles)
    texts = []
    for contents in annex.tabs:
        title = titles[contents.tab.name]
        shown = title if title.startswith(contents.tab.name) else f"{contents.tab.name}. {title}"
        text = _fill_tab(add_sheet(workbook, annex, contents.tab.name, shown, COVER), annex, contents)
        texts += [text] if text else []
    return workbook, tuple(texts)


def set_properties(workbook: Workbook, annex: Annex) -> None:
    """Say in the properties of a workbook what it is, for whom, and what it was made from."""
    question = annex.question
    properties = workbook.properties
    properties.title = f"{annex_title(annex)}: {question.title}"
    properties.subject = status_line(question)
    properties.creator = "Warehouse inburgering"
    properties.keywords = "inburgering; contracten; attesten; wervingsbrieven"
    properties.language = "nl-BE"
    # By this name `explain_cell.py` finds the question again.
    properties.identifier = question.name
    properties.created = datetime.datetime.combine(question.reference_date, datetime.time())
    for name, value in annex.provenance.items():
        workbook.custom_doc_props.append(StringProperty(name=name, value=value))


def _fill_tab(sheet: Worksheet, annex: Annex, contents: TabContents) -> str | None:
    """Place the tables of a tab below each other, its notes and its chart; return the text of the chart.

    Notes and chart stand below the tables, and above those of several pages, below which no reader would find them.
    """
    _set_widths(sheet, contents)
    lines = sum(len(block.rows) + LINES_AROUND_ROWS for block in contents.blocks) + len(tab_notes(annex, contents))
    has_pages = len(contents.blocks) > 1 and FIRST_BLOCK_ROW + lines + rows_of_chart(contents) > MOST_ROWS_ON_A_PAGE
    is_long = has_pages or max(len(block.listed_rows) for block in contents.blocks) > LONGEST_LIST
    row = FIRST_BLOCK_ROW
    chart_row = row
    if is_long:
        chart_row = _write_notes(sheet, annex, contents, row)
        row = chart_row + rows_of_chart(contents)
    placed = []
    for block in contents.blocks:
        placed.append(place(sheet, block, row))
        write(sheet, placed[-1].last_row + 1, 1, source_line(annex), NOTE_FONT)
        row = placed[-1].last_row + 3
    if not is_long:
        chart_row = _write_notes(sheet, annex, contents, row - 1)
        row = chart_row + rows_of_chart(contents)
    if has_pages:
        _break_between_tables(sheet, placed)
    elif not is_long:
        sheet.page_setup.fitToHeight = 1
    if len(placed) == 1:
        header_row = placed[0].header_row
        sheet.print_title_rows = f"{header_row}:{header_row}"
        sheet.freeze_panes = None if is_long else sheet.cell(header_row + 1, 2)
    if not has_chart(contents):
        return None
    chart = tab_chart(annex, contents, placed)
    sheet.add_chart(chart.chart, f"A{chart_row}")
    return chart.alternative_text


def _break_between_tables(sheet: Worksheet, placed: list[PlacedBlock]) -> None:
    """Let pages end between tables, which Excel does only where a sheet is not fitted to a page."""
    sheet.sheet_properties.pageSetUpPr.fitToPage = False
    sheet.page_setup.scale = SCALE
    page_begins, header_lines = 1, 0
    for block in placed:
        header_lines += _header_lines(block)
        if block.last_row - page_begins + header_lines > ROWS_AT_SCALE:
            page_begins, header_lines = block.header_row - 1, _header_lines(block)
            sheet.row_breaks.append(Break(page_begins - 1))


def _header_lines(placed: PlacedBlock) -> int:
    """Return how many lines the header of a block takes beyond its first."""
    return round(placed.sheet.row_dimensions[placed.header_row].height / LINE_HEIGHT) - 1


def _write_notes(sheet: Worksheet, annex: Annex, contents: TabContents, row: int) -> int:
    """Write the notes of a tab from a row on; return the row after them, one left free."""
    notes = tab_notes(annex, contents)
    for number, text in enumerate(notes):
        write(sheet, row + number, 1, text, NOTE_FONT)
    return row + len(notes) + 1


def _set_widths(sheet: Worksheet, contents: TabContents) -> None:
    """Give labels the room that they need, and all figures the same."""
    needed = [[_width(block, number) for number in range(len(block.columns))] for block in contents.blocks]
    set_widths(sheet, tuple(max(widths) for widths in itertools.zip_longest(*needed, fillvalue=0)))


def _width(block: Block, number: int) -> float:
    column = block.columns[number]
    if column.kind != TEXT:
        return WIDER_FIGURE_WIDTH if any(row.cells[number] == NOT_YET for row in block.rows) else FIGURE_WIDTH
    longest = max(len(str(row.cells[number])) + 2 for row in block.rows)
    return min(max(longest, len(column.header) + 4, NARROWEST_LABEL), WIDEST_LABEL)
