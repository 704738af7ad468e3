"""Write what an agency is to deliver: files, columns, codes, examples and changes, with empty templates beside it."""

from __future__ import annotations

import csv
import datetime
import io
from pathlib import Path

import click
import duckdb
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from inburgering.annex.layout import BOLD_FONT
from inburgering.annex.plain_cell import write_plain
from inburgering.annex.texts import dutch_date
from inburgering.feedback.product import Sheet, Table, write_product
from inburgering.intake.extract_contract import AgencyContract, TableContract, read_contracts
from inburgering.warehouse.open_build import open_build

DATES = ("event_date_as_delivered", "letter_sent_on_as_delivered", "registered_on_as_delivered")

AGENCY = "select label, dialect from dim_agency where agency = $agency"

EVENT_TYPES = "select event_type, label from event_types"

COLUMNS = """
select attributes.attribute, attributes.meaning, forms.form, forms.may_be_empty
from attributes
inner join delivered_forms as forms using (attribute)
where forms.dialect = $dialect and coalesce(attributes.event_type, $event_type) = $event_type
"""

CODES = """
select attribute, event_type, code, meaning, is_counted_type
from int_codes
where dialect = $dialect and attribute not in ('nis_code', 'nationality_code')
order by attribute, event_type, code_place
"""

MUNICIPALITIES = """
select code, meaning, valid_from, valid_until
from int_codes
where dialect = $dialect and attribute = 'nis_code'
order by code_place
"""

NATIONALITIES = """
select code, meaning
from int_codes
where dialect = $dialect and attribute = 'nationality_code'
order by code_place
"""

# The changes stand below the files, in the same columns.
FILE_HEADERS = {
    "Bestand": 22,
    "Blad": 22,
    "Vorm": 64,
    "Datums": 26,
    "Inhoud": 18,
    "Kolommen": 15,
    "Elke waarde één keer": 27,
}
CHANGE_HEADERS = ("Vanaf peildatum", "Nieuw", "Wijziging")
COLUMN_HEADERS = {
    "Bestand of blad": 22,
    "Nr.": 9,
    "Kolom": 28,
    "Betekenis": 58,
    "Vorm": 46,
    "Verplicht": 22,
    "Voorbeeld": 30,
}
CODE_HEADERS = {"Kolom": 28, "Code": 45, "Betekenis": 58, "Telt mee": 15}
MUNICIPALITY_HEADERS = {"Code": 14, "Gemeente": 58, "Geldig vanaf": 19, "Vervallen op": 19}
NATIONALITY_HEADERS = {"Code": 14, "Betekenis": 70}
EXAMPLE_WIDTHS = (28, 36, 36, 36)


def write_specification(
    warehouse: Path, folder: Path, agency: str, reference_date: datetime.date, last_green: bool = False
) -> Path:
    """Write what an agency is to deliver at a reference date, and return the workbook.

    Raises click.ClickException when the warehouse may not be used, lacks the agency, or a file cannot be written.
    """
    contracts = read_contracts()
    with open_build(warehouse, last_green) as connection:
        found = connection.execute(AGENCY, {"agency": agency}).fetchall()
        if not found or agency not in contracts:
            raise click.ClickException(f"{agency}: no such agency; expected one of {', '.join(contracts)}")
        [(label, dialect)] = found
        contract = contracts[agency]
        title = f"Wat {label} aanlevert, peildatum {dutch_date(reference_date)}"
        sheets = _sheets(connection, contract, dialect, title, reference_date)
    output = folder / f"aanlevering_{agency}_{reference_date}.xlsx"
    write_product(output, title, reference_date, sheets, _templates(contract, reference_date))
    return output


def _sheets(
    connection: duckdb.DuckDBPyConnection, contract: AgencyContract, dialect: str, title: str, day: datetime.date
) -> list[Sheet]:
    chosen = {"dialect": dialect}
    columns = {
        table.event_type: {
            attribute: about
            for attribute, *about in connection.execute(COLUMNS, chosen | {"event_type": table.event_type}).fetchall()
        }
        for table in contract.tables
    }
    return [
        Sheet(
            "Bestanden",
            title,
            (
                f"Lever de toestand op {dutch_date(day)}, met de hele geschiedenis. "
                "Vul de sjablonen in die bij deze werkmap horen, of maak bestanden met dezelfde namen en dezelfde kop.",
                "Bij een kolom te veel of te weinig of een andere volgorde wordt de hele levering geweigerd.",
                "Spaties voor of na een waarde tellen niet; bij codes maken hoofdletters geen verschil.",
            ),
            tuple(FILE_HEADERS.values()),
            (_files(connection, contract, columns), _changes(contract, day)),
        ),
        Sheet(
            "Kolommen",
            "Kolommen, in de volgorde van het bestand",
            ("Neem de namen van de kolommen letterlijk over, op de eerste rij.",),
            tuple(COLUMN_HEADERS.values()),
            (_columns(contract, columns),),
        ),
        Sheet(
            "Codes",
            "Codes en hun betekenis",
            ("De codes van gemeenten en nationaliteiten staan op de bladen hierna. Meld ons een nieuwe code vooraf.",),
            tuple(CODE_HEADERS.values()),
            (_codes(connection, contract, chosen),),
        ),
        Sheet(
            "Gemeenten",
            "Gemeenten: de NIS-code van de woonplaats op de dag van de gebeurtenis",
            (f"Kolom {contract.tables[0].column_of('nis_code')}. Een streepje: geen begin of einde bekend.",),
            tuple(MUNICIPALITY_HEADERS.values()),
            (
                Table(
                    "gemeenten",
                    tuple(MUNICIPALITY_HEADERS),
                    connection.execute(MUNICIPALITIES, chosen).fetchall(),
                ),
            ),
        ),
        Sheet(
            "Nationaliteiten",
            "Nationaliteiten",
            (f"Kolom {contract.tables[0].column_of('nationality_code')}.",),
            tuple(NATIONALITY_HEADERS.values()),
            (
                Table(
                    "nationaliteiten", tuple(NATIONALITY_HEADERS), connection.execute(NATIONALITIES, chosen).fetchall()
                ),
            ),
        ),
        Sheet(
            "Voorbeelden",
            "Voorbeelden: verzonnen rijen, van niemand",
            ("Deze dossiers en rijksregisternummers bestaan niet.",),
            EXAMPLE_WIDTHS,
            tuple(_examples(table) for table in contract.tables),
        ),
    ]


def _place_of(table: TableContract) -> str:
    return table.sheet_name or table.file_name


def _examples(table: TableContract) -> Table:
    """Return the examples of a table beside its columns, each row of the file in a column of its own."""
    headers = ("Kolom", *(f"Rij {number}" for number in range(1, len(table.examples) + 1)))
    return Table(
        f"voorbeeld_{table.name}", headers, list(zip(table.columns, *table.examples, strict=True)), _place_of(table)
    )


def _files(connection: duckdb.DuckDBPyConnection, contract: AgencyContract, columns: dict[str, dict]) -> Table:
    labels = dict(connection.execute(EVENT_TYPES).fetchall())
    form = (
        "Excel-werkmap (.xlsx), de kop op rij 1, geen formules"
        if contract.file_format == "excel"
        else f"CSV-bestand, {contract.encoding}, scheidingsteken {contract.separator}, aanhalingsteken {contract.quote}"
    )
    rows = [
        (
            table.file_name,
            table.sheet_name,
            form,
            columns[table.event_type]["event_date_as_delivered"][1],
            labels[table.event_type],
            len(table.columns),
            table.key_column,
        )
        for table in contract.tables
    ]
    return Table("bestanden", tuple(FILE_HEADERS), rows)


def _columns(contract: AgencyContract, columns: dict[str, dict]) -> Table:
    rows: list[tuple[object, ...]] = []
    for table in contract.tables:
        for number, (column, attribute) in enumerate(zip(table.columns, table.attributes, strict=True), start=1):
            meaning, form, may_be_empty = columns[table.event_type][attribute]
            example = table.examples[0][number - 1] if table.examples else ""
            required = "nee, mag leeg zijn" if may_be_empty else "ja"
            rows.append((_place_of(table), number, column, meaning, form, required, example or None))
    return Table("kolommen", tuple(COLUMN_HEADERS), rows)


def _codes(connection: duckdb.DuckDBPyConnection, contract: AgencyContract, chosen: dict[str, str]) -> Table:
    """Return the codes in the order of the columns that they stand in."""
    found = connection.execute(CODES, chosen).fetchall()
    rows: dict[tuple[object, ...], None] = {}
    for table in contract.tables:
        for column, of_column in zip(table.columns, table.attributes, strict=True):
            for attribute, event_type, code, meaning, counted in found:
                if attribute == of_column and event_type in (None, table.event_type):
                    rows[column, code, meaning, None if counted is None else "ja" if counted else "nee"] = None
    return Table("codes", tuple(CODE_HEADERS), list(rows))


def _changes(contract: AgencyContract, day: datetime.date) -> Table:
    known = [change for change in contract.changes if change.reference_date <= day]
    known.sort(key=lambda change: change.reference_date, reverse=True)
    rows: list[tuple[object, ...]] = [
        (change.reference_date, "ja" if change.reference_date > _year_before(day) else "nee", change.text)
        for change in known
    ]
    title = f"Wat veranderde (nieuw: na de peildatum {dutch_date(_year_before(day))})"
    return Table("wijzigingen", CHANGE_HEADERS, rows, title)


def _year_before(day: datetime.date) -> datetime.date:
    """Return the same day of the year before; of 29 February, the day before it."""
    last = 28 if (day.month, day.day) == (2, 29) else day.day
    return datetime.date(max(day.year - 1, datetime.MINYEAR), day.month, last)


def _templates(contract: AgencyContract, day: datetime.date) -> dict[str, bytes | Workbook]:
    """Return the files that an agency delivers, with nothing in them but their header."""
    if contract.file_format == "excel":
        return {contract.tables[0].file_name: _empty_workbook(contract, day)}
    return {table.file_name: _empty_csv(contract, table) for table in contract.tables}


def _empty_csv(contract: AgencyContract, table: TableContract) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=contract.separator, quotechar=contract.quote).writerow(table.columns)
    # With a byte order mark, Excel keeps the encoding when it saves the file.
    return text.getvalue().encode("utf-8-sig" if contract.encoding == "utf-8" else contract.encoding)


def _empty_workbook(contract: AgencyContract, day: datetime.date) -> Workbook:
    """Return a workbook whose columns hold text, so that Excel leaves the zeros at the start of a number."""
    workbook = Workbook()
    workbook.properties.language = "nl-BE"
    workbook.properties.created = datetime.datetime.combine(day, datetime.time())
    workbook.remove(workbook.active)
    for table in contract.tables:
        sheet = workbook.create_sheet(table.sheet_name)
        for number, (column, attribute) in enumerate(zip(table.columns, table.attributes, strict=True), start=1):
            write_plain(sheet, 1, number, column).font = BOLD_FONT
            dimension = sheet.column_dimensions[get_column_letter(number)]
            dimension.width = len(column) + 6
            dimension.number_format = "dd/mm/yyyy" if attribute in DATES else "@"
        sheet.freeze_panes = "A2"
    return workbook
