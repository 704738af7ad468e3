"""What an agency gets: a workbook of Excel tables and a folder with files beside it, both of them or none."""

from __future__ import annotations

import csv
import datetime
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
from openpyxl import Workbook
from openpyxl.styles import Alignment
from openpyxl.worksheet.worksheet import Worksheet

from inburgering.annex.annex import NOTHING
from inburgering.annex.layout import (
    BLOCK_FONT,
    HEADER_FILL,
    HEADER_FONT,
    LINE_HEIGHT,
    TITLE_FONT,
    add_table,
    set_up_print,
    set_widths,
)
from inburgering.annex.plain_cell import no_formula, write_plain
from inburgering.annex.reproducible_workbook import save_reproducibly
from inburgering.output_files import drafts_beside, replace_together
from inburgering.write_errors import reason

NUMBER = Alignment(vertical="top", horizontal="right", wrap_text=True)
# Away from the number in the cell before it.
TEXT = Alignment(vertical="top", horizontal="left", indent=1, wrap_text=True)
# What a cell loses to its margins, and a header to the button of its filter.
CELL_MARGIN = 3
FILTER_BUTTON = 3
MOST_LINES = 8
MOST_ROWS_ON_A_PAGE = 45


@dataclass(frozen=True)
class Table:
    """Rows under their headers; `name` is what Excel calls the table, and `title` stands above it if there is one."""

    name: str
    headers: tuple[str, ...]
    rows: Sequence[tuple[object, ...]]
    title: str | None = None

    @property
    def csv(self) -> bytes:
        """Return the table as CSV, in which no text is a formula or breaks a line."""
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(
            [self.headers, *([no_formula(v) for v in row] for row in self.rows)]
        )
        return text.getvalue().encode()


@dataclass(frozen=True)
class Sheet:
    """A sheet: its title, notes and tables, one below the other, in columns of these widths."""

    name: str
    title: str
    notes: tuple[str, ...]
    widths: tuple[int, ...]
    tables: tuple[Table, ...]


def write_product(
    output: Path, title: str, day: datetime.date, sheets: list[Sheet], files: Mapping[str, bytes | Workbook]
) -> None:
    """Write a workbook, and `files` into the folder beside it that has its name.

    Raises click.ClickException when they cannot be written.
    """
    try:
        with drafts_beside(output) as drafts:
            draft, draft_folder = drafts.folder / output.name, drafts.folder / output.stem
            save_reproducibly(_workbook(title, day, sheets), draft)
            draft_folder.mkdir()
            for name, content in files.items():
                if isinstance(content, Workbook):
                    save_reproducibly(content, draft_folder / name)
                else:
                    (draft_folder / name).write_bytes(content)
            replace_together(drafts.folder, output.parent, (draft_folder.name, draft.name))
    except OSError as error:
        raise click.ClickException(
            f"{output}: cannot be written ({reason(error)}); close it or name another folder with --output-folder"
        ) from None


def _workbook(title: str, day: datetime.date, sheets: list[Sheet]) -> Workbook:
    workbook = Workbook()
    workbook.properties.title = title
    workbook.properties.creator = "Warehouse inburgering"
    workbook.properties.language = "nl-BE"
    workbook.properties.created = datetime.datetime.combine(day, datetime.time())
    workbook.remove(workbook.active)
    for sheet in sheets:
        _fill(workbook.create_sheet(sheet.name), sheet, title)
    return workbook


def _fill(target: Worksheet, sheet: Sheet, footer: str) -> None:
    set_up_print(target, footer)
    set_widths(target, sheet.widths)
    write_plain(target, 1, 1, sheet.title).font = TITLE_FONT
    for row, note in enumerate(sheet.notes, start=2):
        write_plain(target, row, 1, note)
    row = len(sheet.notes) + 3
    for table in sheet.tables:
        if table.title is not None:
            write_plain(target, row, 1, table.title).font = BLOCK_FONT
            row += 1
        first = row
        row = _place(target, first, table, sheet.widths) + 2
    if len(sheet.tables) == 1:
        target.freeze_panes = target.cell(first + 1, 1)
        target.print_title_rows = f"{first}:{first}"
    # Of a sheet that is little longer than a page, no few lines on a next one.
    target.page_setup.fitToHeight = 1 if row <= MOST_ROWS_ON_A_PAGE else 0


def _place(target: Worksheet, first: int, table: Table, widths: tuple[int, ...]) -> int:
    """Write a table from row `first` on and return its last row; Excel tables have a row, if need be an empty one."""
    numeric = [any(isinstance(row[at], int) for row in table.rows) for at in range(len(table.headers))]
    for column, header in enumerate(table.headers, start=1):
        cell = write_plain(target, first, column, header)
        cell.font, cell.fill, cell.alignment = HEADER_FONT, HEADER_FILL, NUMBER if numeric[column - 1] else TEXT
    # Excel does not fit a row to wrapped text by itself in a file it did not write.
    _set_height(target, first, [(len(text) + FILTER_BUTTON, widths[at]) for at, text in enumerate(table.headers)])
    for row, values in enumerate(table.rows, start=first + 1):
        for column, value in enumerate(values, start=1):
            cell = write_plain(target, row, column, NOTHING if value is None else value)
            cell.alignment = NUMBER if numeric[column - 1] else TEXT
            if isinstance(value, datetime.date):
                cell.number_format = "dd/mm/yyyy"
        _set_height(target, row, [(len(v), widths[at]) for at, v in enumerate(values) if isinstance(v, str)])
    last = first + max(len(table.rows), 1)
    add_table(target, table.name, first, len(table.headers), last)
    return last


def _set_height(target: Worksheet, row: int, lengths: list[tuple[int, int]]) -> None:
    lines = max((math.ceil(length / (width - CELL_MARGIN)) for length, width in lengths), default=1)
    if lines > 1:
        target.row_dimensions[row].height = LINE_HEIGHT * min(lines, MOST_LINES)
