"""Read a written annex back and compare every figure with the warehouse."""

from __future__ import annotations

from pathlib import Path

import click
from openpyxl import load_workbook

from inburgering.annex_data import AnnexData, Block
from inburgering.question import Question


def expected_blocks(question: Question, data: AnnexData) -> dict[str, Block]:
    """Select every block of the annex anew, keyed by the name of its Excel table."""
    blocks = [*(data.block(table) for table in question.tables), *data.control_blocks(), *data.revision_blocks()]
    return {block.table_name: block for block in blocks}


def check_workbook(path: Path, question: Question, data: AnnexData) -> int:
    """Compare every cell of every table in the workbook with the warehouse and return how many cells there were.

    Raises click.ClickException naming the first cell that differs, or a table that is missing or not expected.
    """
    expected = expected_blocks(question, data)
    workbook = load_workbook(path)
    found = {name: (sheet, sheet.tables[name].ref) for sheet in workbook for name in sheet.tables}
    if set(found) != set(expected):
        differing = ", ".join(sorted(set(found) ^ set(expected)))
        raise click.ClickException(f"{path}: the tables {differing} are missing or unexpected; report this as a bug")
    cells = 0
    for name, (sheet, place) in found.items():
        block = expected[name]
        wanted = [tuple(column.header for column in block.columns), *block.rows]
        written = sheet[place]
        if len(written) != len(wanted):
            raise click.ClickException(f"{path}: table {name} has {len(written)} rows, the warehouse {len(wanted)}")
        for cell_row, wanted_row in zip(written, wanted, strict=True):
            for cell, value in zip(cell_row, wanted_row, strict=True):
                if cell.value != as_written(value) or isinstance(cell.value, str) != isinstance(value, str):
                    raise click.ClickException(
                        f"{path}: {sheet.title}!{cell.coordinate} is {cell.value!r}, the warehouse says {value!r}"
                    )
                cells += 1
    return cells


def as_written(value: object) -> object:
    """Return a value as a workbook can hold it: openpyxl writes fractions with 16 significant digits."""
    return float(f"{value:.16g}") if isinstance(value, float) else value
