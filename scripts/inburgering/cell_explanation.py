"""Find out what a figure of an annex counts, and which rows are behind it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click
import duckdb
from openpyxl import load_workbook
from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries

from inburgering.annex_data import MEASURE_TITLES, REACH, REASONS, TOTAL_LABEL
from inburgering.question import Question, TableChoice, read_question

REACH_COLUMNS = {"Uitgenodigd": "invited", "Aangemeld": "registered", "Niet aangemeld": "not_registered"}

ROWS_COLUMNS = "person_key, agency, delivery_version, file_name, sheet_name, row_number, record_number, event_date"


@dataclass(frozen=True)
class Figure:
    """A figure of the annex and how it was counted: persons of a measure in a year, of one member or of all."""

    question: Question
    table: TableChoice
    measure: str
    year: int
    label: str
    value: float

    @property
    def is_total(self) -> bool:
        """Return whether the figure is in the row Totaal."""
        return self.label == TOTAL_LABEL

    def describe(self) -> str:
        """Say in words what is counted."""
        member = "all" if self.is_total else self.label
        return (
            f"{MEASURE_TITLES[self.measure]} ({self.measure}) of {self.year}, {self.table.breakdown}: {member}, "
            f"reference date {self.question.reference_date} = {self.value}"
        )

    def query(self, measure: str) -> str:
        """Return the SQL that lists the rows behind the figure, for a measure."""
        query = (
            f"select {ROWS_COLUMNS}\nfrom annex_counted_persons\n"
            f"where reference_date = date '{self.question.reference_date}'\n"
            f"  and measure = '{measure}'\n  and year = {self.year}"
        )
        if not self.is_total:
            label = self.label.replace("'", "''")
            query += (
                f"\n  and {self.table.breakdown} = (\n    select member from annex_members"
                f" where breakdown = '{self.table.breakdown}' and label = '{label}'\n  )"
            )
        return query + "\norder by agency, file_name, sheet_name, row_number"


def find_figure(workbook_path: Path, place: str) -> Figure:
    """Return the figure at a place like `2c!D14`; raises click.ClickException when no figure is there."""
    sheet_name, _, coordinate = place.rpartition("!")
    try:
        workbook = load_workbook(workbook_path)
        row, column = coordinate_to_tuple(coordinate.replace("$", "").upper())
    except (OSError, KeyError, ValueError) as error:
        text = " ".join(str(error).split())
        raise click.ClickException(
            f"{workbook_path} {place}: not a workbook and a cell like '2c!D14' ({text})"
        ) from None
    sheet_name = sheet_name.strip("'")
    if sheet_name not in workbook.sheetnames:
        raise click.ClickException(f"{workbook_path}: no sheet {sheet_name!r}; it has {', '.join(workbook.sheetnames)}")
    question = read_question(workbook.properties.identifier or "")
    sheet = workbook[sheet_name]
    for table in question.tables:
        if table.name not in sheet.tables:
            continue
        first_column, header_row, last_column, last_row = range_boundaries(sheet.tables[table.name].ref)
        if first_column < column <= last_column and header_row < row <= last_row:
            header = sheet.cell(header_row, column).value
            value = sheet.cell(row, column).value
            label = sheet.cell(row, first_column).value
            return _figure(question, table, header, label, value)
    raise click.ClickException(
        f"{workbook_path}: {place} is no figure of a table of tabs {question.tabs[0].name} to "
        f"{question.tabs[-1].name}; choose a cell with a figure there"
    )


def _figure(question: Question, table: TableChoice, header: str, label: str, value: float) -> Figure:
    if table.measure == REACH:
        return Figure(question, table, REACH_COLUMNS.get(header, REACH), question.last_year, label, value)
    year = question.last_year if table.breakdown == REASONS else int(header)
    return Figure(question, table, table.measure, year, label, value)


def count_rows(connection: duckdb.DuckDBPyConnection, figure: Figure) -> float:
    """Count the rows behind a figure; for a reach, the registered among the invited."""
    if figure.measure == REACH:
        registered, invited = (
            len(connection.execute(figure.query(measure)).fetchall()) for measure in ("registered", "invited")
        )
        return registered / invited if invited else 0
    return len(connection.execute(figure.query(figure.measure)).fetchall())
