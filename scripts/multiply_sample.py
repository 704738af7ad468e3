"""Make a large sample to measure with: every CSV row of the sample many times, each time about another person."""

from __future__ import annotations

import shutil
from pathlib import Path

import click
import polars as pl

from inburgering.csv_decoder import decode_csv
from inburgering.extract_contract import AgencyContract, TableContract, read_contracts
from inburgering.pseudonyms import is_person_number
from inburgering.settings import SAMPLE_MARKER, extracts_folder

NUMBERS = 1_000_000_000
# Far from one copy's numbers to the next's, so that copies seldom share a person.
STEP = 381_966_011
QUOTED_EVERY = 20


@click.command()
@click.argument("factor", type=click.IntRange(min=1))
@click.argument("output", type=click.Path(path_type=Path, file_okay=False))
def main(factor: int, output: Path) -> None:
    """Write FACTOR copies of every CSV row of the sample in INBURGERING_EXTRACTS into the new folder OUTPUT.

    Workbooks come along as they are, since Excel has no room for many copies; lines that are broken do not.
    """
    extracts = extracts_folder()
    if not (extracts / SAMPLE_MARKER).is_file():
        raise click.ClickException(f"{extracts}: is no sample; make one with scripts/generate_extracts.py")
    if output.exists():
        raise click.ClickException(f"{output}: exists already; name a new folder")
    output.mkdir(parents=True)
    shutil.copy(extracts / SAMPLE_MARKER, output)
    for agency, contract in read_contracts().items():
        for delivery in sorted((extracts / agency).iterdir()):
            folder = output / agency / delivery.name
            if contract.file_format == "excel":
                shutil.copytree(delivery, folder)
                continue
            folder.mkdir(parents=True)
            for table in contract.tables:
                multiply(delivery / table.file_name, folder / table.file_name, contract, table, factor)


def multiply(source: Path, target: Path, agency: AgencyContract, table: TableContract, factor: int) -> None:
    """Write copies of the rows of a CSV file, one copy in twenty with all values in quotes, as in the sample."""
    rows = pl.concat(list(decode_csv(source, agency, table).batches)).drop("row_number")
    with target.open("wb") as file:
        for copy in range(factor):
            text = copy_of(rows, table, copy).write_csv(
                include_header=copy == 0,
                separator=agency.separator,
                line_terminator="\r\n",
                quote_style="always" if copy % QUOTED_EVERY == QUOTED_EVERY - 1 else "necessary",
            )
            file.write(text.encode(agency.encoding))


def copy_of(rows: pl.DataFrame, table: TableContract, copy: int) -> pl.DataFrame:
    """Return the rows with other dossiers, other contract and attest numbers and other valid person numbers."""
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


if __name__ == "__main__":
    main()
