"""Write CSV extracts many times the size of the sample, for the loader: every copy of a row is about another person.

A sheet of a workbook holds 1 048 576 rows at most, so agencies that deliver workbooks are left out. Broken lines are
left out too.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from dev.generate_extracts import write_marker
from inburgering.intake.csv_decoder import decode_csv
from inburgering.intake.extract_contract import AgencyContract, TableContract, read_contracts
from inburgering.intake.pseudonyms import is_person_number

NUMBERS = 1_000_000_000
# The numbers of one copy are far from the numbers of the next, so that two copies seldom share a person.
STEP = 381_966_011
QUOTED_EVERY = 20


def multiply_csv_extracts(source: Path, target: Path, copies: int) -> None:
    """Write every row of the CSV files of the sample `copies` times; the folder `target` must not exist yet."""
    target.mkdir(parents=True)
    for agency, contract in read_contracts().items():
        if contract.file_format != "csv":
            continue
        for delivery in sorted((source / agency).iterdir()):
            folder = target / agency / delivery.name
            folder.mkdir(parents=True)
            for table in contract.tables:
                _multiply(delivery / table.file_name, folder / table.file_name, contract, table, copies)
    write_marker(target)


def _multiply(source: Path, target: Path, agency: AgencyContract, table: TableContract, factor: int) -> None:
    # One copy in twenty has all values in quotes, as in the sample.
    rows = pl.concat(list(decode_csv(source, agency, table).batches)).drop("row_number")
    with target.open("wb") as file:
        for copy in range(factor):
            text = _copy_of(rows, table, copy).write_csv(
                include_header=copy == 0,
                separator=agency.separator,
                line_terminator="\r\n",
                quote_style="always" if copy % QUOTED_EVERY == QUOTED_EVERY - 1 else "necessary",
            )
            file.write(text.encode(agency.encoding))


def _copy_of(rows: pl.DataFrame, table: TableContract, copy: int) -> pl.DataFrame:
    # Other dossiers, other contract and attest numbers and other valid person numbers.
    if copy == 0:
        return rows
    person_number = pl.col(table.person_number_column)
    first_nine = (person_number.str.head(9).cast(pl.Int64, strict=False) + copy * STEP) % NUMBERS
    check_number = 97 - first_nine % 97
    other = pl.format("{}{}", first_nine.cast(pl.String).str.zfill(9), check_number.cast(pl.String).str.zfill(2))
    numbers = {table.column_of("dossier_number"), table.key_column}
    return rows.with_columns(
        *(pl.format("{}x{}", pl.lit(copy), pl.col(name)).alias(name) for name in numbers),
        pl.when(is_person_number(rows[table.person_number_column]))
        .then(other)
        .otherwise(person_number)
        .alias(table.person_number_column),
    )
