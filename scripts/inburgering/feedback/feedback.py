"""Write, per agency, the rows to send back as a workbook: rejected or odd, with place, value and reason."""

from __future__ import annotations

import datetime
import tempfile
from pathlib import Path

import click
import duckdb
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.table import Table, TableStyleInfo

from inburgering.annex.plain_cell import write_plain
from inburgering.annex.reproducible_workbook import save_reproducibly
from inburgering.intake.extract_contract import AgencyContract, read_contracts
from inburgering.warehouse.open_build import open_build
from inburgering.write_errors import reason

HEADERS = ("Bestand", "Blad", "Rij", "Kolom", "Waarde", "Reden", "Geteld")
WIDTHS = (24, 18, 10, 26, 40, 56, 10)
HEADER_ROW = 5

DELIVERED_AGENCIES = """
select dim_agency.agency, dim_agency.label
from dim_agency
where dim_agency.agency in (select agency from int_current_files where reference_date = ?)
order by dim_agency.sort_order
"""

FEEDBACK = """
select event_type, file_name, sheet_name, row_number, attribute, delivered_value, reason, is_counted
from feedback_rows
inner join event_types using (event_type)
where reference_date = ? and agency = ?
order by is_counted, event_types.sort_order, row_number, reason
"""


def report_rejects(
    warehouse: Path, folder: Path, reference_date: datetime.date | None = None, last_green: bool = False
) -> list[str]:
    """Write the feedback on a reference date, else on the newest, and return a line about each workbook.

    Raises click.ClickException when the warehouse may not be used, nothing was delivered or a file cannot be written.
    """
    with open_build(warehouse, last_green) as connection:
        [(newest,)] = connection.execute("select max(reference_date) from int_current_files").fetchall()
        day = reference_date or newest
        agencies = connection.execute(DELIVERED_AGENCIES, [day]).fetchall()
        if not agencies:
            raise click.ClickException(f"no delivery of reference date {day} was built; load it and run dbt build")
        try:
            return _write_feedback(connection, agencies, day, folder)
        except OSError as error:
            raise click.ClickException(
                f"{folder}: cannot be written ({reason(error)}); close its workbooks or name another folder "
                "with --output-folder"
            ) from None


def _write_feedback(
    connection: duckdb.DuckDBPyConnection, agencies: list[tuple[str, str]], day: datetime.date, folder: Path
) -> list[str]:
    """Write a workbook per (agency, label) of a reference date into `folder`; return a line about each."""
    contracts = read_contracts()
    lines = []
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".feedback-", dir=folder) as workspace:
        for agency, label in agencies:
            rows = [_to_cells(row, contracts[agency]) for row in connection.execute(FEEDBACK, [day, agency]).fetchall()]
            draft = Path(workspace) / f"terugmelding_{agency}_{day}.xlsx"
            save_reproducibly(_feedback_workbook(label, day, rows), draft)
            rejected = sum(row[-1] == "nee" for row in rows)
            lines.append(f"{draft.name}: {rejected} rows rejected, {len(rows) - rejected} warnings about counted rows")
        for draft in Path(workspace).iterdir():
            draft.replace(folder / draft.name)
    return lines


def _to_cells(row: tuple, contract: AgencyContract) -> tuple[object, ...]:
    """Put a row of the feedback into the agency's own words: its column names, Dutch yes and no."""
    event_type, file_name, sheet_name, row_number, attribute, value, reason, is_counted = row
    table = next(table for table in contract.tables if table.event_type == event_type)
    column = table.column_of(attribute) if attribute else "–"
    return file_name, sheet_name or "–", row_number, column, value or "", reason, "ja" if is_counted else "nee"


def _feedback_workbook(label: str, day: datetime.date, rows: list[tuple[object, ...]]) -> Workbook:
    """Return the workbook for one agency."""
    workbook = Workbook()
    workbook.properties.title = f"Terugmelding aan {label}, peildatum {day:%d/%m/%Y}"
    workbook.properties.creator = "Warehouse inburgering"
    workbook.properties.created = datetime.datetime.combine(day, datetime.time())
    sheet = workbook.active
    sheet.title = "Terugmelding"
    write_plain(sheet, 1, 1, workbook.properties.title).font = Font(size=16, bold=True)
    write_plain(sheet, 2, 1, "Rijen die niet geteld konden worden (Geteld: nee) en getelde rijen met een opmerking.")
    write_plain(sheet, 3, 1, "Rijksregisternummers staan hier nooit in: zoek de rij op met bestand, blad en rij.")
    for row_index, cells in enumerate([HEADERS, *rows], start=HEADER_ROW):
        for column, value in enumerate(cells, start=1):
            write_plain(sheet, row_index, column, value)
    for column, width in enumerate(WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
        sheet.cell(HEADER_ROW, column).font = Font(bold=True)
    if rows:
        table = Table(displayName="terugmelding", ref=f"A{HEADER_ROW}:G{HEADER_ROW + len(rows)}")
        table.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=True)
        sheet.add_table(table)
    sheet.freeze_panes = sheet.cell(HEADER_ROW + 1, 1)
    sheet.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    return workbook
