"""Write, per agency, the rows to send back: rejected or odd, with file, sheet, row, column, value and reason."""

from __future__ import annotations

import datetime
import tempfile
import time
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
from inburgering.settings import CHECKOUT, warehouse_file
from inburgering.warehouse.reader import open_build

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


@click.command()
@click.option(
    "--reference-date", type=click.DateTime(["%Y-%m-%d"]), help="The deliveries to report on.  [default: the newest]"
)
@click.option(
    "--output-folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=CHECKOUT / "feedback",
    help="Where to write.  [default: feedback]",
)
@click.option("--last-green", is_flag=True, help="Report on the last green build, whatever ran or changed after it.")
def main(reference_date: datetime.datetime | None, output_folder: Path, last_green: bool) -> None:
    """Write the feedback to every agency from INBURGERING_WAREHOUSE: one workbook per agency, in Dutch."""
    started = time.monotonic()
    with open_build(warehouse_file(), last_green) as connection:
        [(newest,)] = connection.execute("select max(reference_date) from int_current_files").fetchall()
        day = reference_date.date() if reference_date else newest
        agencies = connection.execute(DELIVERED_AGENCIES, [day]).fetchall()
        if not agencies:
            raise click.ClickException(f"no delivery of reference date {day} was built; load it and run dbt build")
        try:
            for line in write_feedback(connection, agencies, day, output_folder):
                click.echo(line)
        except OSError as error:
            raise click.ClickException(
                f"{output_folder}: cannot be written ({error.strerror}); close its workbooks or name another folder "
                "with --output-folder"
            ) from None
    click.echo(f"Wrote {len(agencies)} workbooks, {time.monotonic() - started:.1f} s → {output_folder}")


def write_feedback(
    connection: duckdb.DuckDBPyConnection, agencies: list[tuple[str, str]], day: datetime.date, folder: Path
) -> list[str]:
    """Write a workbook per (agency, label) of a reference date into `folder`; return a line about each."""
    contracts = read_contracts()
    lines = []
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".feedback-", dir=folder) as workspace:
        for agency, label in agencies:
            rows = [to_cells(row, contracts[agency]) for row in connection.execute(FEEDBACK, [day, agency]).fetchall()]
            draft = Path(workspace) / f"terugmelding_{agency}_{day}.xlsx"
            save_reproducibly(feedback_workbook(label, day, rows), draft)
            rejected = sum(row[-1] == "nee" for row in rows)
            lines.append(f"{draft.name}: {rejected} rows rejected, {len(rows) - rejected} warnings about counted rows")
        for draft in Path(workspace).iterdir():
            draft.replace(folder / draft.name)
    return lines


def to_cells(row: tuple, contract: AgencyContract) -> tuple[object, ...]:
    """Put a row of the feedback into the agency's own words: its column names, Dutch yes and no."""
    event_type, file_name, sheet_name, row_number, attribute, value, reason, is_counted = row
    table = next(table for table in contract.tables if table.event_type == event_type)
    column = table.column_of(attribute) if attribute else "–"
    return file_name, sheet_name or "–", row_number, column, value or "", reason, "ja" if is_counted else "nee"


def feedback_workbook(label: str, day: datetime.date, rows: list[tuple[object, ...]]) -> Workbook:
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


if __name__ == "__main__":
    main()
