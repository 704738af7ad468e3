"""Decode a sheet of an Excel extract."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

import python_calamine

from inburgering.decoding import (
    BATCH_ROWS,
    LONGEST_VALUE,
    BrokenRow,
    DecodedTable,
    RefusedFileError,
    check_header,
    check_text,
    shown,
)
from inburgering.extract_contract import AgencyContract, TableContract
from inburgering.workbook_file import check_cells

PERSON_NUMBER_DIGITS = 11


def decode_excel(path: Path, agency: AgencyContract, table: TableContract) -> DecodedTable:
    """Open a sheet, check its header and return its rows as text; row numbers are those that Excel shows.

    Dates become dd/mm/yyyy (their time is dropped), whole numbers lose their decimal point, and a person number that
    Excel kept as a number gets its leading zeros back.

    Raises RefusedFileError for a file that is no workbook, a missing sheet, a formula and another header.
    """
    try:
        workbook = python_calamine.CalamineWorkbook.from_path(path)
    except (python_calamine.CalamineError, OSError) as error:
        raise RefusedFileError(
            f"{table.file_name}: cannot be opened as an Excel workbook; deliver a .xlsx file"
        ) from error
    if table.sheet_name not in workbook.sheet_names:
        found = ", ".join(map(shown, workbook.sheet_names))
        raise RefusedFileError(f"{table.file_name}: sheet {table.sheet_name!r} is missing; the workbook has {found}")
    check_cells(path, table)
    try:
        rows = iter(workbook.get_sheet_by_name(table.sheet_name).to_python(skip_empty_area=False))
    except python_calamine.CalamineError as error:
        raise RefusedFileError(f"{table.place}: cannot be read to its end; save the workbook anew") from error
    header = [str(cell) for cell in next(rows, [])]
    while header and not header[-1]:
        header.pop()
    check_header(table.place, table.columns, header)
    decoded = DecodedTable(batches=iter(()))
    decoded.batches = _batches(rows, table, decoded.broken_rows)
    return decoded


def _batches(
    rows: Iterator[list], table: TableContract, broken_rows: list[BrokenRow]
) -> Iterator[list[tuple[int, list[str | None]]]]:
    width = len(table.columns)
    person_number = table.columns.index(table.person_number_column)
    batch: list[tuple[int, list[str | None]]] = []
    for number, cells in enumerate(rows, start=2):
        if all(cell == "" for cell in cells):
            continue
        if any(cell != "" for cell in cells[width:]):
            broken_rows.append(BrokenRow(number, "too_many_fields"))
            continue
        values = [_text(cell) for cell in cells[:width]]
        for value in values:
            if value is not None and not (value.isascii() and value.isprintable()):
                check_text(f"{table.place}, row {number}", value)
        if max(len(value or "") for value in values) > LONGEST_VALUE:
            broken_rows.append(BrokenRow(number, "value_too_long"))
            continue
        if isinstance(cells[person_number], int | float) and values[person_number].isdigit():
            values[person_number] = values[person_number].zfill(PERSON_NUMBER_DIGITS)
        batch.append((number, values))
        if len(batch) == BATCH_ROWS:
            yield batch
            batch = []
    if batch:
        yield batch


def _text(cell: object) -> str | None:
    if isinstance(cell, str):
        return cell or None
    if isinstance(cell, datetime.date):
        return f"{cell.day:02}/{cell.month:02}/{cell.year:04}"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
