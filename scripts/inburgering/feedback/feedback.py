"""Write the feedback to an agency: what is wrong, what it changes and what to do, and then the rows."""

from __future__ import annotations

import datetime
from pathlib import Path

import click
import duckdb

from inburgering.annex.texts import dutch_date, dutch_number, titled
from inburgering.feedback.product import Sheet, Table, write_product
from inburgering.intake.extract_contract import AgencyContract, read_contracts
from inburgering.warehouse.open_build import open_build

DELIVERED_AGENCIES = """
select dim_agency.agency, dim_agency.label
from dim_agency
where
    dim_agency.agency in (select agency from stg_landing__current_files where reference_date = $reference_date)
    and ($agency is null or dim_agency.agency = $agency)
order by dim_agency.sort_order
"""

NEWEST_DELIVERY = "select max(reference_date) from stg_landing__current_files where $agency is null or agency = $agency"

PROBLEMS = """
select
    reason, attribute, rows_reported, rows_not_counted, effect, to_do, expected_form, example,
    rows_new, rows_still_there, rows_solved
from feedback_problems
where reference_date = $reference_date and agency = $agency
order by problem_place
"""

SUMS = """
select
    coalesce(sum(rows_reported), 0), coalesce(sum(rows_not_counted), 0), coalesce(sum(rows_kept), 0),
    coalesce(sum(rows_new), 0), coalesce(sum(rows_solved), 0),
    (select sum(rows_delivered) from stg_landing__current_files
     where reference_date = $reference_date and agency = $agency),
    (select max(reference_date) from stg_landing__current_files
     where reference_date < $reference_date and agency = $agency),
    (select bool_or(is_synthetic) from stg_landing__current_files
     where reference_date = $reference_date and agency = $agency)
from feedback_problems
where reference_date = $reference_date and agency = $agency
"""

ROWS = """
select
    event_type, file_name, sheet_name, row_number, feedback_rows.attribute, delivered_value, feedback_rows.reason,
    is_counted, kept_row_number, is_kept_row, is_new
from feedback_rows
inner join event_types using (event_type)
inner join feedback_problems using (reference_date, agency, problem)
where reference_date = $reference_date and agency = $agency
order by problem_place, event_types.sort_order, coalesce(kept_row_number, row_number), is_kept_row, row_number
"""

PROBLEM_HEADERS = {
    "Probleem": 28,
    "Kolom": 25,
    "Rijen": 9,
    "Niet geteld": 9,
    "Gevolg voor de cijfers": 36,
    "Wat te doen": 38,
    "Verwachte vorm": 24,
    "Voorbeeld": 15,
    "Nieuw": 9,
    "Nog steeds": 9,
    "Opgelost": 12,
}
ROW_HEADERS = {
    "Bestand": 21,
    "Blad": 17,
    "Rij": 9,
    "Kolom": 25,
    "Waarde": 30,
    "Probleem": 52,
    "Geteld": 10,
    "Rij die blijft": 11,
    "Sinds de vorige levering": 16,
}


def report_rejects(
    warehouse: Path,
    folder: Path,
    agency: str | None = None,
    reference_date: datetime.date | None = None,
    last_green: bool = False,
) -> list[str]:
    """Write the feedback to an agency, else to all, on a reference date, else on the newest; return a line about each.

    Raises click.ClickException when the warehouse may not be used, nothing was delivered or a file cannot be written.
    """
    with open_build(warehouse, last_green) as connection:
        [(newest,)] = connection.execute(NEWEST_DELIVERY, {"agency": agency}).fetchall()
        day = reference_date or newest
        chosen = {"agency": agency, "reference_date": day}
        agencies = connection.execute(DELIVERED_AGENCIES, chosen).fetchall()
        if not agencies:
            raise click.ClickException(
                f"no delivery of {agency or 'an agency'} at {day or 'any reference date'} was built; "
                "load it and run dbt build, or name another agency or --reference-date"
            )
        contracts = read_contracts()
        return [_write_feedback(connection, contracts[name], label, day, folder) for name, label in agencies]


def _write_feedback(
    connection: duckdb.DuckDBPyConnection, contract: AgencyContract, label: str, day: datetime.date, folder: Path
) -> str:
    """Write workbook and CSV files for an agency, and return a line about them."""
    chosen = {"agency": contract.agency, "reference_date": day}
    [sums] = connection.execute(SUMS, chosen).fetchall()
    reported, not_counted, kept, new, solved, delivered, previous, is_synthetic = sums
    problems = Table(
        "problemen",
        tuple(PROBLEM_HEADERS),
        [_problem_cells(row, contract) for row in connection.execute(PROBLEMS, chosen).fetchall()],
    )
    rows = Table(
        "terugmelding",
        tuple(ROW_HEADERS),
        [_row_cells(row, contract) for row in connection.execute(ROWS, chosen).fetchall()],
    )
    title = titled(f"Terugmelding aan {label}, peildatum {dutch_date(day)}", is_synthetic)
    compared = (
        f"Nieuw, nog steeds en opgelost: vergeleken met de levering van {dutch_date(previous)}."
        if previous
        else "Dit is de eerste levering: er is geen vorige om mee te vergelijken."
    )
    sheets = [
        Sheet(
            "Problemen",
            title,
            (
                f"{dutch_number(reported)} meldingen over {dutch_number(delivered)} aangeleverde rijen; "
                f"bij {dutch_number(not_counted)} ervan telt de rij niet mee. "
                "Wat het zwaarst weegt in de cijfers, staat bovenaan.",
                f"{compared} Velden die volgens de afspraak leeg mogen zijn, worden niet gemeld.",
                "Het volgende blad toont de rijen. Een voorbeeld is een aangeleverde waarde die niemand aanduidt.",
            ),
            tuple(PROBLEM_HEADERS.values()),
            (problems,),
        ),
        Sheet(
            "Terugmelding",
            titled(
                f"De rijen: {dutch_number(reported)} met een probleem, en {dutch_number(kept)} die blijven",
                is_synthetic,
            ),
            (
                "Bij een dubbele of vervangen rij staat ook de rij die in het bestand blijft. "
                "Filter op Probleem, Bestand of Geteld.",
                "Rijksregisternummers staan hier nooit in: zoek de rij op met bestand, blad en rij.",
            ),
            tuple(ROW_HEADERS.values()),
            (rows,),
        ),
    ]
    output = folder / f"terugmelding_{contract.agency}_{day}.xlsx"
    write_product(output, title, day, sheets, {"problemen.csv": problems.csv, "rijen.csv": rows.csv})
    since = f"; since {previous}: {new} new, {solved} solved" if previous else ""
    return f"{output.name}: {reported} problems of rows, {not_counted} of them of rows that do not count{since}"


def _problem_cells(row: tuple, contract: AgencyContract) -> tuple[object, ...]:
    """Put a kind of problem into the agency's own words."""
    reason, attribute, reported, not_counted, effect, to_do, expected_form, example, *since_before = row
    columns = dict.fromkeys(
        table.key_column if attribute == "event_number" else table.column_of(attribute)
        for table in contract.tables
        if attribute in (*table.attributes, "event_number")
    )
    return (
        reason,
        " / ".join(columns) or None,
        reported,
        not_counted,
        effect,
        to_do,
        expected_form,
        example,
        *since_before,
    )


def _row_cells(row: tuple, contract: AgencyContract) -> tuple[object, ...]:
    """Put a row of the feedback into the agency's own words: its column names, Dutch yes and no."""
    event_type, file_name, sheet_name, row_number, attribute, value, reason, counted, kept_row, is_kept_row, new = row
    table = next(table for table in contract.tables if table.event_type == event_type)
    return (
        file_name,
        sheet_name,
        row_number,
        table.column_of(attribute) if attribute else None,
        value or "",
        reason,
        "blijft" if is_kept_row else "ja" if counted else "nee",
        kept_row,
        None if new is None else "nieuw" if new else "nog steeds",
    )
