"""Small extracts written by hand: a valid delivery of every agency, of which a test changes what it is about."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl

from inburgering.intake.extract_contract import read_contracts

# The first columns of every file; HEADERS has the others, by agency and by file or sheet.
COMMON_COLUMNS = 7
CONTRACTS = read_contracts()
HEADERS = {
    agency: {table.sheet_name or table.file_name: list(table.columns[COMMON_COLUMNS:]) for table in contract.tables}
    for agency, contract in CONTRACTS.items()
}
ENCODING = {agency: contract.encoding for agency, contract in CONTRACTS.items() if contract.encoding}
SEPARATOR = {agency: contract.separator for agency, contract in CONTRACTS.items() if contract.separator}
PERSON: dict[str, list[Any]] = {
    "agii": ["D1", "85073003328", "71022", "354", "1", "PLICHT", "student EU+"],
    "atlas": ["D1", "85.07.30-033.28", 11002, "MA", "Man", "Verplicht", "student EU+"],
    "amal": ["D1", "85073003328", "44021", "MAR", "M", "V", "VR08"],
}
DAY: dict[str, Any] = {"agii": "05/05/2023", "atlas": datetime.date(2023, 5, 5), "amal": "2023-05-05"}
# In the year of the reference date, which no question about it shows.
AFTER_THE_YEARS_OF_THE_QUESTION = {
    "agii": "15/01/2024",
    "atlas": datetime.date(2024, 1, 15),
    "amal": "2024-01-15",
}
REFERENCE_DATE = "2024-01-31"
WORKBOOK = "atlas.xlsx"

Rows = list[list[object]]
RowsToWrite = Sequence[Sequence[object]]


def default_rows(agency: str, table: str) -> Rows:
    """Return one valid row of a table."""
    own = HEADERS[agency][table]
    day = DAY[agency]
    if len(own) == 4:
        return [[*PERSON[agency], day, day, day, ""]]
    code = "TT_IBVP" if own[1] in ("TYPE_TRAJECT", "Traject", "trajectory") else "AI023"
    return [[*PERSON[agency], f"{table[0]}1", code, day]]


def header(agency: str, table: str) -> list[str]:
    """Return the columns of a table in file order."""
    return [*CONTRACTS[agency].tables[0].columns[:COMMON_COLUMNS], *HEADERS[agency][table]]


def write_delivery(
    extracts: Path, agency: str, tables: dict[str, Rows] | None = None, reference_date: str = REFERENCE_DATE
) -> Path:
    """Write a delivery; tables that are not given get their one default row. Return its folder."""
    folder = extracts / agency / reference_date
    folder.mkdir(parents=True, exist_ok=True)
    rows = {table: default_rows(agency, table) for table in HEADERS[agency]} | (tables or {})
    if agency == "atlas":
        write_workbook(folder / WORKBOOK, {sheet: [header(agency, sheet), *rows[sheet]] for sheet in rows})
    else:
        for table in rows:
            write_csv(folder / table, agency, [header(agency, table), *rows[table]])
    return folder


def write_deliveries(extracts: Path, reference_date: str = REFERENCE_DATE) -> None:
    """Write the default delivery of all three agencies."""
    for agency in HEADERS:
        write_delivery(extracts, agency, reference_date=reference_date)


def write_csv(path: Path, agency: str, rows: RowsToWrite) -> None:
    """Write rows in the dialect of an agency."""
    with path.open("w", encoding=ENCODING[agency], newline="") as file:
        csv.writer(file, delimiter=SEPARATOR[agency]).writerows(rows)


def write_workbook(path: Path, sheets: Mapping[str, RowsToWrite]) -> None:
    """Write rows to the sheets of a workbook."""
    workbook = openpyxl.Workbook(write_only=True)
    for title, rows in sheets.items():
        sheet = workbook.create_sheet(title)
        for row in rows:
            sheet.append(row)
    workbook.save(path)
