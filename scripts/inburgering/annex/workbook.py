"""Lay out the annex workbook: cover, a tab per part of the question, and the checks."""

from __future__ import annotations

import datetime
import itertools
import math
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference, Series
from openpyxl.chart.label import DataLabelList
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.table import Table, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

from inburgering.annex.annex import INTEGER, NOT_APPLICABLE, PERCENTAGE, TEXT, Annex, Block, TabContents
from inburgering.annex.plain_cell import write_plain
from inburgering.annex.question import Question
from inburgering.annex.texts import (
    NO_FEED_FOR_BRUSSELS,
    REJECTED,
    SIGNS,
    accepted_rejections_note,
    december_note,
    definitions,
    dutch_date,
    no_data_note,
    outside_list_note,
    side_figure_note,
    source_line,
    status_line,
)

COVER = "Toelichting"
CONTROL = "Controle"
SUMMARY_OF_THE_QUESTION = "De vraag, samengevat door de redactie (niet letterlijk)"
CONTROL_TITLE = "Controle: totalen, rijen per levering, vergelijking met openbare cijfers"
REVISION = "Herziening"
REVISION_TITLE = "Herziening: waarom een cijfer anders is dan op"

# Locale 413 is Dutch (Netherlands): a point between thousands, a comma before decimals.
NUMBER_FORMATS = {INTEGER: "[$-413]#,##0", PERCENTAGE: "[$-413]0.0%", TEXT: "@"}

BLUE = "1F4E79"
LIGHT_BLUE = "9DC3E6"
TITLE_FONT = Font(name="Calibri", size=16, bold=True, color=BLUE)
BLOCK_FONT = Font(name="Calibri", size=11, bold=True, color=BLUE)
HEADER_FONT = Font(name="Calibri", size=11, bold=True, color="FFFFFF")
HEADER_FILL = PatternFill("solid", fgColor=BLUE)
TOTAL_FONT = Font(name="Calibri", size=11, bold=True)
TOTAL_BORDER = Border(top=Side("thin"), bottom=Side("thin"))
NOTE_FONT = Font(name="Calibri", size=9, italic=True, color="595959")
LINK_FONT = Font(name="Calibri", size=11, color="0563C1", underline="single")
TABLE_STYLE = TableStyleInfo(name="TableStyleLight1", showRowStripes=True)

FIRST_BLOCK_ROW = 5
GAP_COLUMNS = 1
A4 = 9
NARROWEST_COLUMN = 9.5
GAP_WIDTH = 3
MOST_ROWS_ON_A_PAGE = 45
CONTROL_WIDTHS = (46, 23, 20, 17, 19, 19, 17, 20, 17, 15)
REVISION_WIDTHS = (30, 20, 38, 38, 13, 12, 12, *(16 for _ in range(12)))
COVER_WIDTHS = (24, 110)
LINE_HEIGHT = 15


@dataclass(frozen=True)
class PlacedBlock:
    """Where a block stands: the cells of its header row, first and last data row, and first column."""

    block: Block
    sheet: Worksheet
    header_row: int
    first_column: int

    @property
    def last_row(self) -> int:
        """Return the row of the last line of figures."""
        return self.header_row + len(self.block.rows)

    @property
    def last_column(self) -> int:
        """Return the column of the last figure."""
        return self.first_column + len(self.block.columns) - 1


def build_workbook(annex: Annex) -> Workbook:
    """Return the whole annex as a workbook that is not saved yet."""
    question = annex.question
    workbook = Workbook()
    _set_properties(workbook, question)
    for name, value in annex.provenance.items():
        workbook.custom_doc_props.append(StringProperty(name=name, value=value))
    cover = workbook.active
    cover.title = COVER
    for contents in annex.tabs:
        sheet = _add_tab(workbook, question, contents.tab.name, question.title_of(contents.tab))
        _fill_tab(sheet, annex, contents)
    own_tabs: list[tuple[str, str, tuple[int, ...], tuple[Block, ...]]] = [
        (CONTROL, CONTROL_TITLE, CONTROL_WIDTHS, annex.checks)
    ]
    if annex.previous_reference_date:
        title = f"{REVISION_TITLE} {dutch_date(annex.previous_reference_date)}"
        own_tabs.append((REVISION, title, REVISION_WIDTHS, annex.revision))
    for name, title, widths, blocks in own_tabs:
        _fill_own_tab(_add_tab(workbook, question, name, title), widths, blocks)
    _fill_cover(cover, annex, {name: title for name, title, _, _ in own_tabs})
    return workbook


def _set_properties(workbook: Workbook, question: Question) -> None:
    properties = workbook.properties
    properties.title = f"Bijlage bij {question.label.lower()}: {question.title}"
    properties.subject = status_line(question)
    properties.creator = "Warehouse inburgering"
    properties.keywords = "inburgering; contracten; attesten; wervingsbrieven"
    properties.language = "nl-BE"
    # By this name `explain_cell.py` finds the question again.
    properties.identifier = question.name
    properties.created = datetime.datetime.combine(question.reference_date, datetime.time())


def _write(sheet: Worksheet, row: int, column: int, value: object, font: Font | None = None) -> None:
    cell = write_plain(sheet, row, column, value)
    if font is not None:
        cell.font = font


def _link(sheet: Worksheet, row: int, column: int, text: str, target_sheet: str) -> None:
    _write(sheet, row, column, text, LINK_FONT)
    cell = sheet.cell(row, column)
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{target_sheet}'!A1", display=text)
    cell.font = LINK_FONT


def _add_tab(workbook: Workbook, question: Question, name: str, title: str) -> Worksheet:
    sheet = workbook.create_sheet(name)
    _write(sheet, 1, 1, title if title.startswith(name) else f"{name}. {title}", TITLE_FONT)
    _write(sheet, 2, 1, status_line(question))
    _link(sheet, 3, 1, f"← {COVER}", COVER)
    _set_up_print(sheet, question)
    return sheet


def _set_up_print(sheet: Worksheet, question: Question) -> None:
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = A4
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.page_margins.top = 0.6
    sheet.page_margins.bottom = 0.8
    sheet.oddFooter.left.text = question.label
    sheet.oddFooter.center.text = "&A"
    sheet.oddFooter.right.text = "&P / &N"
    sheet.sheet_view.showGridLines = False


def _place(sheet: Worksheet, block: Block, row: int, column: int) -> PlacedBlock:
    """Write a block as an Excel table with its title on `row` and its header on the row below."""
    placed = PlacedBlock(block, sheet, row + 1, column)
    _write(sheet, row, column, block.title, BLOCK_FONT)
    for offset, header in enumerate(block.columns):
        _write(sheet, placed.header_row, column + offset, header.header, HEADER_FONT)
        cell = sheet.cell(placed.header_row, column + offset)
        cell.fill = HEADER_FILL
        indent = 1 if header.kind == TEXT and offset > 0 else 0
        cell.alignment = Alignment(horizontal="left" if header.kind == TEXT else "right", indent=indent)
    for number, line in enumerate(block.rows, start=placed.header_row + 1):
        for offset, (header, value) in enumerate(zip(block.columns, line.cells, strict=True)):
            _write(sheet, number, column + offset, value)
            cell = sheet.cell(number, column + offset)
            cell.number_format = NUMBER_FORMATS[header.kind]
            if header.kind == TEXT and offset > 0:
                cell.alignment = Alignment(horizontal="left", indent=1)
            if value == NOT_APPLICABLE:
                cell.alignment = Alignment(horizontal="right")
            if line.is_total:
                cell.font = TOTAL_FONT
                cell.border = TOTAL_BORDER
    last = f"{get_column_letter(placed.last_column)}{placed.last_row}"
    table = Table(displayName=block.table_name, ref=f"{get_column_letter(column)}{placed.header_row}:{last}")
    table.tableStyleInfo = TABLE_STYLE
    sheet.add_table(table)
    return placed


def _place_and_widen(sheet: Worksheet, block: Block, row: int, column: int) -> PlacedBlock:
    placed = _place(sheet, block, row, column)
    _widen(sheet, placed)
    return placed


def _widen(sheet: Worksheet, placed: PlacedBlock) -> None:
    for offset, header in enumerate(placed.block.columns):
        letter = get_column_letter(placed.first_column + offset)
        # The filter button covers the end of a header.
        needed: float = len(header.header) + 4
        if header.kind == TEXT:
            needed = max([needed, *(len(str(row.cells[offset])) + 1 for row in placed.block.rows)])
        needed = max(needed, NARROWEST_COLUMN)
        dimension = sheet.column_dimensions[letter]
        if not dimension.customWidth or dimension.width < needed:
            dimension.width = needed
    sheet.column_dimensions[get_column_letter(placed.last_column + 1)].width = GAP_WIDTH


def _fill_tab(sheet: Worksheet, annex: Annex, contents: TabContents) -> None:
    """Place the tables of a tab two by two, then its notes and its chart."""
    question, tab = annex.question, contents.tab
    row = FIRST_BLOCK_ROW
    placed: list[PlacedBlock] = []
    for left_block, right_block in itertools.zip_longest(contents.blocks[::2], contents.blocks[1::2]):
        left = _place_and_widen(sheet, left_block, row, 1)
        placed.append(left)
        _write(sheet, left.last_row + 1, 1, source_line(annex), NOTE_FONT)
        row = left.last_row + 4
        if right_block is not None:
            right_column = left.last_column + 1 + GAP_COLUMNS
            right = _place_and_widen(sheet, right_block, left.header_row - 1, right_column)
            _write(sheet, right.last_row + 1, right_column, source_line(annex), NOTE_FONT)
            placed.append(right)
            row = max(row, right.last_row + 4)
    notes = tab_notes(annex, contents)
    for number, text in enumerate(notes):
        _write(sheet, row - 2 + number, 1, text, NOTE_FONT)
    chart_place = f"A{row + len(notes)}"
    if tab.chart == "per_year":
        sheet.add_chart(_yearly_chart(annex, placed[0], placed[1]), chart_place)
    if tab.chart == "reach":
        sheet.add_chart(_reach_chart(placed[0], question), chart_place)
    longest = max(len(block.block.rows) for block in placed)
    sheet.page_setup.fitToHeight = 1 if longest <= MOST_ROWS_ON_A_PAGE else 0
    sheet.freeze_panes = sheet.cell(FIRST_BLOCK_ROW + 2, 1)
    sheet.print_title_rows = f"1:{FIRST_BLOCK_ROW + 1}"


def tab_notes(annex: Annex, contents: TabContents) -> list[str]:
    """Return the notes below the tables of a tab: years without data, and what the question wants."""
    texts = {
        "december_rule": lambda: [december_note(annex.question, annex.december)],
        "no_feed_for_brussels": lambda: [NO_FEED_FOR_BRUSSELS],
        "status_outside_list": lambda: [outside_list_note(annex.question, status) for status in annex.outside_list],
    }
    about = {annex.measures[block.chosen.measure].event_type for block in contents.blocks}
    missing = [no_data_note(annex.question, one) for one in annex.no_data if one.event_type in about]
    shown = [
        texts[note]() if note in texts else [side_figure_note(annex.question, annex.side_figures[note])]
        for note in contents.tab.notes
        if note in texts or note in annex.side_figures
    ]
    return [*missing, *(text for note in shown for text in note)]


def _bar_chart(title: str, y_format: str) -> BarChart:
    chart = BarChart()
    chart.type = "col"
    chart.title = title
    chart.height, chart.width = 9, 24
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.y_axis.numFmt = y_format
    chart.y_axis.scaling.min = 0
    chart.gapWidth = 60
    chart.dataLabels = DataLabelList(showVal=True, showSerName=False, showCatName=False, showLegendKey=False)
    return chart


def _yearly_chart(annex: Annex, contracts: PlacedBlock, attests: PlacedBlock) -> BarChart:
    chart = _bar_chart("Eerste contracten en attesten per jaar", NUMBER_FORMATS[INTEGER])
    for placed, colour in ((contracts, BLUE), (attests, LIGHT_BLUE)):
        title = annex.measures[placed.block.chosen.measure].label
        figures = Reference(placed.sheet, placed.first_column + 1, placed.last_row, placed.last_column, placed.last_row)
        series = Series(figures, title=title)
        series.graphicalProperties.solidFill = colour
        chart.series.append(series)
    chart.set_categories(
        Reference(
            contracts.sheet,
            contracts.first_column + 1,
            contracts.header_row,
            contracts.last_column,
            contracts.header_row,
        )
    )
    chart.legend.position = "b"
    return chart


def _reach_chart(reach: PlacedBlock, question: Question) -> BarChart:
    chart = _bar_chart(f"Bereik per agentschap, {question.last_year}", "0%")
    chart.add_data(Reference(reach.sheet, reach.last_column, reach.header_row + 1, max_row=reach.last_row))
    chart.set_categories(Reference(reach.sheet, reach.first_column, reach.header_row + 1, max_row=reach.last_row))
    chart.series[0].graphicalProperties.solidFill = BLUE
    chart.y_axis.scaling.max = 1
    chart.legend = None
    return chart


def _fill_own_tab(sheet: Worksheet, widths: tuple[int, ...], blocks: tuple[Block, ...]) -> None:
    """Place the blocks of a tab that every annex has, one below the other."""
    _set_widths(sheet, widths)
    row = FIRST_BLOCK_ROW
    for block in blocks:
        placed = _place(sheet, block, row, 1)
        lines = [
            math.ceil((len(column.header) + 4) / width) for column, width in zip(block.columns, widths, strict=False)
        ]
        sheet.row_dimensions[placed.header_row].height = LINE_HEIGHT * max(lines)
        for column in range(1, placed.last_column + 1):
            header = sheet.cell(placed.header_row, column)
            header.alignment = Alignment(
                horizontal=header.alignment.horizontal, indent=header.alignment.indent, vertical="top", wrap_text=True
            )
        row = placed.last_row + 3
    sheet.freeze_panes = sheet.cell(FIRST_BLOCK_ROW, 1)


def _set_widths(sheet: Worksheet, widths: tuple[int, ...]) -> None:
    for column, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width


def _fill_cover(sheet: Worksheet, annex: Annex, own_tabs: dict[str, str]) -> None:
    question = annex.question
    _set_up_print(sheet, question)
    _set_widths(sheet, COVER_WIDTHS)
    _write(sheet, 1, 1, f"Bijlage bij {question.label.lower()}", TITLE_FONT)
    row = 2
    for label, text in (
        ("Onderwerp", question.title),
        ("Vraag van", f"{question.asked_by}, {question.asked_in}, {dutch_date(question.asked_on)}"),
        ("Vraag aan", question.answered_by),
        ("Peildatum", status_line(question)),
        (
            "Momentopname",
            "Ook de cijfers van afgesloten jaren kunnen later nog met enkele personen wijzigen. Kleine aantallen zijn "
            "niet afgerond en niet weggelaten.",
        ),
        *((REJECTED, accepted_rejections_note(accepted)) for accepted in annex.accepted_rejections),
    ):
        row = _cover_line(sheet, row, label, text)
    row = _cover_heading(sheet, row, "De vraag" if question.is_quoted else SUMMARY_OF_THE_QUESTION)
    for tab in question.tabs:
        for part in tab.answers:
            _cover_line(sheet, row, part, question.sub_questions[part])
            _link(sheet, row, 1, part, tab.name)
            row += 1
    row = _cover_heading(sheet, row, "Tabbladen")
    for tab in question.tabs:
        _cover_line(sheet, row, tab.name, question.title_of(tab))
        _link(sheet, row, 1, tab.name, tab.name)
        row += 1
    for name, title in own_tabs.items():
        _link(sheet, row, 1, name, name)
        _write(sheet, row, 2, title)
        row += 1
    for heading, lines in (("Definities", tuple(definitions(annex).items())), ("Tekens", SIGNS)):
        row = _cover_heading(sheet, row, heading)
        for label, text in lines:
            row = _cover_line(sheet, row, label, text)
    sheet.page_setup.fitToHeight = 1


def _cover_heading(sheet: Worksheet, row: int, heading: str) -> int:
    _write(sheet, row + 1, 1, heading, BLOCK_FONT)
    return row + 2


def _cover_line(sheet: Worksheet, row: int, label: str, text: str) -> int:
    _write(sheet, row, 1, label, TOTAL_FONT)
    _write(sheet, row, 2, text)
    sheet.cell(row, 1).alignment = Alignment(vertical="top")
    sheet.cell(row, 2).alignment = Alignment(wrap_text=True, vertical="top")
    # Excel does not fit a row to wrapped text by itself in a file it did not write.
    sheet.row_dimensions[row].height = LINE_HEIGHT * math.ceil(len(text) / COVER_WIDTHS[1])
    return row + 1
