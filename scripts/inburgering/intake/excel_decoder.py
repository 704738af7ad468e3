"""Decode a sheet of an Excel extract."""

from __future__ import annotations

import datetime
import itertools
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import polars as pl
import python_calamine

from inburgering.intake.decoding import (
    BATCH_ROWS,
    LONGEST_VALUE,
    WRONGLY_DECODED,
    BrokenRow,
    DecodedTable,
    RefusedFileError,
    batch_of,
    check_header,
    check_text,
    shown,
)
from inburgering.intake.extract_contract import AgencyContract, TableContract
from inburgering.intake.workbook_file import OddCells, check_cells, odd_cells

PERSON_NUMBER_DIGITS = 11


def decode_excel(path: Path, agency: AgencyContract, table: TableContract) -> DecodedTable:
    """Open a sheet, check its header and return its rows as text; row numbers are those that Excel shows.

    Dates become dd/mm/yyyy (their time is cut off), errors such as #N/A are text, whole numbers lose their decimal
    point, and a person number that Excel kept as a number gets its leading zeros back.

    Raises RefusedFileError for a file that is no workbook, a missing sheet, a formula and another header.
    """
    try:
        workbook = python_calamine.CalamineWorkbook.from_path(path)
    except (python_calamine.CalamineError, OSError) as error:
        raise RefusedFileError(
            f"{table.file_name}: cannot be opened as an Excel workbook; deliver a .xlsx file"
        ) from error
    if table.sheet_name not in workbook.sheet_names:
        for name in workbook.sheet_names:
            if name.strip() == table.sheet_name:
                raise RefusedFileError(
                    f"{table.file_name}: sheet '{shown(name)}' has white space around its name; "
                    f"name it {table.sheet_name!r}"
                )
        found = ", ".join(map(shown, workbook.sheet_names))
        raise RefusedFileError(f"{table.file_name}: sheet {table.sheet_name!r} is missing; the workbook has {found}")
    may_be_odd = check_cells(path, table)
    try:
        sheet = workbook.get_sheet_by_name(table.sheet_name)
        odd = odd_cells(path, table) if may_be_odd else None
    except (python_calamine.CalamineError, ElementTree.ParseError) as error:
        raise RefusedFileError(f"{table.place}: cannot be read to its end; save the workbook anew") from error
    rows = sheet.iter_rows()
    if odd:
        rows = _mended(rows, odd, sheet.start[1] if sheet.start else 0)
    empty_columns = sheet.start[1] if sheet.start else 0
    header = [""] * empty_columns + [str(cell) for cell in next(rows, [])]
    while header and not header[-1]:
        header.pop()
    if not header and sheet.start:
        raise RefusedFileError(f"{table.place}: row 1 is empty; put the header into row 1")
    check_header(table.place, table.columns, header)
    decoded = DecodedTable()
    decoded.batches = _batches(rows, sheet.total_height, table, decoded)
    return decoded


def _mended(rows: Iterator[list], odd: OddCells, first_column: int) -> Iterator[list]:
    """Yield rows with the text of their errors, and with the day of a time that was rounded up to the next one."""
    errors, late = defaultdict(list), defaultdict(list)
    for (row, column), text in odd.errors.items():
        errors[row].append((column - first_column, text))
    for row, column in odd.late:
        late[row].append(column - first_column)
    for number, cells in enumerate(rows):
        for column, text in errors.get(number, ()):
            cells[column] = text
        for column in late.get(number, ()):
            cell = cells[column]
            # A day without a time is no datetime.
            if isinstance(cell, datetime.datetime) and cell.time() == datetime.time():
                cells[column] = cell.date() - datetime.timedelta(days=1)
        yield cells


def _batches(
    rows: Iterator[list], last_row: int, table: TableContract, decoded: DecodedTable
) -> Iterator[pl.DataFrame]:
    first_number = 2
    while batch := list(itertools.islice(rows, BATCH_ROWS)):
        yield _batch(batch, first_number, table, decoded.broken_rows)
        first_number += len(batch)
        decoded.share_read = min(1.0, first_number / last_row)


def _batch(rows: list[list], first_number: int, table: TableContract, broken_rows: list[BrokenRow]) -> pl.DataFrame:
    """Return the rows of a batch that are neither empty nor broken; the broken ones join `broken_rows`."""
    cells = list(zip(*rows, strict=True))
    width = len(table.columns)
    texts = dict(zip(table.columns, map(_texts, cells[:width]), strict=True))
    texts[table.person_number_column] = [
        text.zfill(PERSON_NUMBER_DIGITS) if isinstance(cell, int | float) and text and text.isdigit() else text
        for cell, text in zip(
            cells[table.columns.index(table.person_number_column)], texts[table.person_number_column], strict=True
        )
    ]
    beyond = [any(cell != "" for cell in row[width:]) for row in rows] if len(cells) > width else [False] * len(rows)
    values = pl.col(*table.columns)
    judged = (
        batch_of(range(first_number, first_number + len(rows)), texts)
        .with_columns(
            broken=pl.when(pl.Series(beyond))
            .then(pl.lit("too_many_fields"))
            .when(pl.any_horizontal(values.str.len_chars() > LONGEST_VALUE))
            .then(pl.lit("value_too_long"))
        )
        .filter(pl.col("broken").is_not_null() | pl.any_horizontal(values.is_not_null()))
    )
    _check_texts(judged.filter(pl.col("broken").ne_missing("too_many_fields")), table)
    broken = judged.filter(pl.col("broken").is_not_null()).select("row_number", "broken")
    broken_rows += [BrokenRow(*row) for row in broken.iter_rows()]
    return judged.filter(pl.col("broken").is_null()).drop("broken")


def _check_texts(rows: pl.DataFrame, table: TableContract) -> None:
    doubtful = pl.col(*table.columns).str.contains(rf"\x00|{WRONGLY_DECODED.pattern}")
    for number, *texts in rows.filter(pl.any_horizontal(doubtful)).iter_rows():
        for text in filter(None, texts):
            check_text(f"{table.place}, row {number}", text)


def _texts(cells: tuple[object, ...]) -> list[str | None]:
    """Return the cells of a column as text. Most values that are none occur many times, so each is made once."""
    kinds = set(map(type, cells))
    if kinds == {str}:
        return [cell or None for cell in cells]  # type: ignore[misc]
    if bool in kinds:  # True equals 1, and has another text
        return [_text(cell) for cell in cells]
    texts = {cell: _text(cell) for cell in set(cells)}
    return [texts[cell] for cell in cells]


def _text(cell: object) -> str | None:
    if isinstance(cell, str):
        return cell or None
    if isinstance(cell, datetime.date):
        return f"{cell.day:02}/{cell.month:02}/{cell.year:04}"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
