"""The charts of the annex, each made of cells of the tables on its tab, with a text for those who cannot see it."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

from openpyxl.chart import BarChart, LineChart, Reference, Series
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.marker import DataPoint
from openpyxl.drawing.text import CharacterProperties, ParagraphProperties

from inburgering.annex.annex import INTEGER, PERCENTAGE, Annex, Block, Column, TabContents
from inburgering.annex.layout import BLUE, LIGHT_BLUE, NUMBER_FORMATS, PlacedBlock
from inburgering.annex.texts import dutch_list, joined_titles, titled

COLOURS = (BLUE, LIGHT_BLUE, "7F7F7F", "C55A11")
SERIES_COLOURS = (BLUE, "C55A11", "7F7F7F", "548235", "7030A0", "000000", LIGHT_BLUE, "BF9000")
# Of a longer list, the first rows are shown: a list that long has its largest figures first.
LONGEST_LIST = 20
SHOWN_OF_A_LONGER_LIST = 10
# Names below columns do not fit when there are more.
MOST_COLUMNS = 8
# In centimetres; a row of cells is half a centimetre high.
HEIGHT, WIDTH = 8.5, 26
HEIGHT_OF_A_BAR = 0.9
ROW = 15 * 2.54 / 72
TITLE = ParagraphProperties(defRPr=CharacterProperties(sz=1200, b=True))


@dataclass(frozen=True)
class TabChart:
    """A chart, and what it shows in words."""

    chart: BarChart | LineChart
    alternative_text: str


def has_chart(contents: TabContents) -> bool:
    """Return whether a tab has a chart."""
    return _charted(contents) is not None


def rows_of_chart(contents: TabContents) -> int:
    """Return how many rows of cells the chart of a tab covers, with one left free."""
    return math.ceil(_height(contents) / ROW) + 1 if has_chart(contents) else 0


def tab_chart(annex: Annex, contents: TabContents, placed: list[PlacedBlock]) -> TabChart:
    """Return the chart of a tab that has one, from where its blocks stand."""
    described = _chart_of(annex, contents, placed)
    # A chart is also copied out of its sheet.
    title = described.chart.title.tx.rich.p[0].r[0]
    title.t = titled(title.t, annex.is_synthetic)
    return described


def _chart_of(annex: Annex, contents: TabContents, placed: list[PlacedBlock]) -> TabChart:
    if contents.tab.chart == "within_months" and (
        by_year := [block for block in placed if block.block.chosen.rows == "years"]
    ):
        described = _within_months(by_year[0])
        described.chart.height = HEIGHT
        return described
    charted = placed[_charted(contents) or 0]
    shares = [column for column in charted.block.columns if column.kind == PERCENTAGE]
    if contents.tab.chart == "per_year" and charted.block.chosen.has_year_columns:
        described = _per_year(annex, charted)
    elif contents.tab.chart == "stacked" and charted.block.chosen.has_year_columns:
        described = _stacked(annex, charted)
    elif contents.tab.chart == "reach" and shares:
        described = _reach(annex, charted, shares[0])
    else:
        described = _last_year(annex, charted)
    described.chart.height = _height(contents)
    return described


def _charted(contents: TabContents) -> int | None:
    """Return which block of a tab the chart shows: the first with members that are not too many pairs."""
    for number, block in enumerate(contents.blocks):
        if block.chosen.rows == "members" and (block.label_columns == 1 or len(block.listed_rows) <= LONGEST_LIST):
            return number
    return None


def _shown(block: Block) -> int:
    """Return how many rows of a block a chart shows: all, or the first of a long list."""
    rows = len(block.listed_rows)
    return rows if rows <= LONGEST_LIST else SHOWN_OF_A_LONGER_LIST


def _height(contents: TabContents) -> float:
    if contents.tab.chart != "last_year" or _charted(contents) is None:
        return HEIGHT
    return max(HEIGHT, 2 + HEIGHT_OF_A_BAR * _shown(contents.blocks[_charted(contents) or 0]))


def _per_year(annex: Annex, placed: PlacedBlock) -> TabChart:
    """Show the totals of a table: a column per measure and year."""
    block, sheet = placed.block, placed.sheet
    measures = [annex.measures[measure] for measure in block.chosen.measures]
    title = f"{joined_titles(measures)} per jaar"
    chart = _bar_chart(title, NUMBER_FORMATS[INTEGER])
    first, last = 1 + block.label_columns, len(block.columns)
    series = Series(Reference(sheet, first, placed.last_row, last, placed.last_row), title=title)
    for place, figure in enumerate(block.rows[-1].figures):
        point = DataPoint(idx=place)
        point.graphicalProperties.solidFill = COLOURS[block.chosen.measures.index(figure.measure) % len(COLOURS)]
        series.dPt.append(point)
    chart.series.append(series)
    chart.set_categories(Reference(sheet, first, placed.header_row, last, placed.header_row))
    chart.legend = None
    return TabChart(chart, f"Kolommen: {title}. De cijfers zijn de totalen van de tabel {block.table_name}.")


def _within_months(placed: PlacedBlock) -> TabChart:
    """Show the shares of each year of a table of years: a line per year, as far as its shares are given."""
    block, sheet = placed.block, placed.sheet
    title = block.title
    chart = LineChart()
    _set_up(chart, title, "0%")
    chart.y_axis.scaling.max = 1
    last = len(block.columns)
    for row in range(placed.header_row + 1, placed.last_listed_row + 1):
        name, *shares = block.listed_rows[row - placed.header_row - 1].cells
        given = list(itertools.takewhile(lambda share: not isinstance(share, str), shares))
        if not given:
            continue
        series = Series(Reference(sheet, 2, row, 1 + len(given), row), title=str(name))
        series.graphicalProperties.line.solidFill = SERIES_COLOURS[len(chart.series) % len(SERIES_COLOURS)]
        series.marker.symbol = "circle"
        series.smooth = False
        chart.series.append(series)
    chart.set_categories(Reference(sheet, 2, placed.header_row, last, placed.header_row))
    return TabChart(chart, f"Lijnen, een per jaar: {title}. De cijfers staan in de tabel {block.table_name}.")


def _stacked(annex: Annex, placed: PlacedBlock) -> TabChart:
    """Show of what members every year is made up: a column per year, the members above each other."""
    block, sheet = placed.block, placed.sheet
    measures = [annex.measures[measure] for measure in block.chosen.measures]
    title = f"{joined_titles(measures)} per {_labels_of(block)}"
    chart = _bar_chart(title, NUMBER_FORMATS[INTEGER])
    chart.grouping, chart.overlap = "stacked", 100
    chart.dataLabels = None
    first, last = 1 + block.label_columns, len(block.columns)
    for row, listed in enumerate(block.listed_rows, start=placed.header_row + 1):
        series = Series(Reference(sheet, first, row, last, row), title=str(listed.cells[0]))
        series.graphicalProperties.solidFill = SERIES_COLOURS[len(chart.series) % len(SERIES_COLOURS)]
        chart.series.append(series)
    chart.set_categories(Reference(sheet, first, placed.header_row, last, placed.header_row))
    return TabChart(
        chart, f"Gestapelde kolommen, een per jaar: {title}. De cijfers staan in de tabel {block.table_name}."
    )


def _reach(annex: Annex, placed: PlacedBlock, share: Column) -> TabChart:
    """Show a share per member."""
    block, header = placed.block, share.header
    column = 1 + block.columns.index(share)
    title = f"{header} per {_labels_of(block)}, {annex.question.year_header(annex.question.last_year)}"
    chart = _bar_chart(title, "0%")
    _add(chart, placed, header, column, placed.last_listed_row)
    _name(chart, placed, placed.last_listed_row)
    chart.y_axis.scaling.max = 1
    chart.legend = None
    return TabChart(chart, f"Kolommen: {title}. De cijfers staan in de tabel {block.table_name}.")


def _last_year(annex: Annex, placed: PlacedBlock) -> TabChart:
    """Show the members in the last year: all, or the first of a long list."""
    block = placed.block
    shown = _shown(block)
    last_row = placed.header_row + shown
    year = annex.question.last_year
    of_year = {
        figure.measure: place
        for place, figure in enumerate(block.rows[0].figures, start=1 + block.label_columns)
        if figure.year == year
    }
    counts = {measure: place for measure, place in of_year.items() if not annex.measures[measure].is_share}
    # Persons and shares do not go on one axis.
    columns = counts or of_year
    measures = [annex.measures[measure] for measure in columns]
    of_long_list = f", de {shown} met het grootste aantal" if shown < len(block.listed_rows) else ""
    title = f"{joined_titles(measures)} per {_labels_of(block)}, {annex.question.year_header(year)}{of_long_list}"
    chart = _bar_chart(title, NUMBER_FORMATS[INTEGER] if counts else "0%")
    for measure, column in columns.items():
        _add(chart, placed, annex.measures[measure].label, column, last_row)
    _name(chart, placed, last_row)
    if shown > MOST_COLUMNS:
        chart.type = "bar"
        chart.x_axis.scaling.orientation = "maxMin"
    return TabChart(chart, f"Staven: {title}. De cijfers staan in de tabel {block.table_name}.")


def _labels_of(block: Block) -> str:
    """Name what the rows of a block are, as a title does."""
    return dutch_list([column.header.lower() for column in block.columns[: block.label_columns]])


def _bar_chart(title: str, y_format: str) -> BarChart:
    chart = BarChart()
    chart.type = "col"
    _set_up(chart, title, y_format)
    chart.gapWidth = 60
    chart.dataLabels = DataLabelList(showVal=True, showSerName=False, showCatName=False, showLegendKey=False)
    return chart


def _set_up(chart: BarChart | LineChart, title: str, y_format: str) -> None:
    chart.title = title
    chart.title.tx.rich.p[0].pPr = TITLE
    chart.title.overlay = False
    chart.width = WIDTH
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.y_axis.numFmt = y_format
    chart.y_axis.scaling.min = 0
    chart.legend.position = "b"


def _add(chart: BarChart, placed: PlacedBlock, name: str, column: int, last_row: int) -> None:
    """Add a series: the figures of a column."""
    series = Series(Reference(placed.sheet, column, placed.header_row + 1, column, last_row), title=name)
    series.graphicalProperties.solidFill = COLOURS[len(chart.series) % len(COLOURS)]
    chart.series.append(series)


def _name(chart: BarChart, placed: PlacedBlock, last_row: int) -> None:
    """Name the bars by the labels of their rows."""
    chart.set_categories(Reference(placed.sheet, 1, placed.header_row + 1, placed.block.label_columns, last_row))
