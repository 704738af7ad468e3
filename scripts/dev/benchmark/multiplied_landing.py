"""Write a landing many times the size of another landing: every copy of a row is about another person.

Every copy has other persons, dossiers, and numbers of contracts and attests, and the copies stand one after the other
in the file. So every figure of the annex, and every number of rejected rows, becomes exactly as many times as large.
"""

from __future__ import annotations

import datetime
import os
import shutil
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from inburgering.intake.extract_contract import AgencyContract, TableContract, read_contracts
from inburgering.intake.landed_version import landed_file

# Numbers break ties, so within a copy the numbers keep their order. A missing number comes last, as the last
# character of Unicode.
NUMBER_OF_COPY = """
printf('%04d', copy) || '~'
|| coalesce(nullif(ltrim("{name}", getvariable('white_space')), ''), chr(1114111)) as "{name}"
"""
# The models remove the same characters.
WHITE_SPACE = "".join(filter(str.isspace, map(chr, range(0x10000))))

# No file has so many rows.
ROW_NUMBER = "row_number + 1000000000 * copy as row_number"

MULTIPLY_TABLE = """
copy (
    select landed.* replace (
        {numbers},
        {row_number},
        case when person_pseudonym is not null then sha256(copy || person_pseudonym) end as person_pseudonym
    )
    from range({copies}) as copies(copy)
    cross join read_parquet($source) as landed
) to ($target) (format parquet, compression zstd)
"""

MULTIPLY_BROKEN_ROWS = """
copy (
    select broken.* replace ({row_number})
    from range({copies}) as copies(copy)
    cross join read_parquet($source) as broken
) to ($target) (format parquet)
"""

MULTIPLY_DELIVERED_FILES = """
copy (
    select * replace (
        {copies} * size_bytes as size_bytes,
        {copies} * rows_delivered as rows_delivered,
        {copies} * rows_broken as rows_broken,
        {copies} * rows_added as rows_added,
        {copies} * rows_gone as rows_gone,
        {copies} * rows_changed as rows_changed,
        case event_type {landed_bytes} end as landed_bytes
    )
    from read_parquet($source)
) to ($target) (format parquet)
"""


def multiply_landing(source: Path, target: Path, copies: int) -> None:
    """Write a landing with every row of `source` `copies` times; the folder `target` must not exist yet."""
    contracts = read_contracts()
    with duckdb.connect() as connection:
        # DuckDB writes a large landing as a stream only when the order of rows is free.
        connection.execute("set preserve_insertion_order = false")
        connection.execute("set enable_progress_bar = false")
        connection.execute("set variable white_space = ?", [WHITE_SPACE])
        for delivery in sorted(source.glob("agency=*/reference_date=*/version=*/delivery.parquet")):
            version = delivery.relative_to(source).parent
            (target / version).mkdir(parents=True)
            agency = version.parts[0].removeprefix("agency=")
            statements = {table.name: _multiply_table(table) for table in contracts[agency].tables}
            statements |= {"broken_rows": MULTIPLY_BROKEN_ROWS, "delivery": MULTIPLY_DELIVERED_FILES}
            for name, statement in statements.items():
                file = version / f"{name}.parquet"
                if name == "delivery":
                    statement = statement.replace("{landed_bytes}", _landed_bytes(contracts[agency], target / version))
                connection.execute(
                    statement.replace("{copies}", str(copies)).replace("{row_number}", ROW_NUMBER),
                    {"source": str(source / file), "target": str(target / file)},
                )


def _landed_bytes(contract: AgencyContract, version: Path) -> str:
    """Return, for each kind of event, the size of the file in which it landed."""
    sizes = {table.event_type: (version / landed_file(table)).stat().st_size for table in contract.tables}
    return " ".join(f"when '{event_type}' then {size}" for event_type, size in sizes.items())


def _multiply_table(table: TableContract) -> str:
    numbers = dict.fromkeys((table.column_of("dossier_number"), table.key_column))
    return MULTIPLY_TABLE.replace("{numbers}", ", ".join(NUMBER_OF_COPY.format(name=name) for name in numbers))


def add_reference_dates(landing: Path, number: int) -> None:
    """Deliver the newest files of every agency again, on each of the `number` days after their reference date."""
    for agency in landing.glob("agency=*"):
        newest = max(agency.glob("reference_date=*"))
        day = datetime.date.fromisoformat(newest.name.partition("=")[2])
        for later in range(1, number + 1):
            reference_date = day + datetime.timedelta(days=later)
            target = newest.with_name(f"reference_date={reference_date}")
            shutil.copytree(newest, target, copy_function=os.link)
            for register in target.glob("*/delivery.parquet"):
                # But for where it landed, which is elsewhere.
                table = pq.read_table(register, partitioning=None).replace_schema_metadata(None)
                register.unlink()
                pq.write_table(table, register)
