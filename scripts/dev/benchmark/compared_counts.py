"""Compare two counts of the annex figure by figure, and two builds row by row."""

from __future__ import annotations

from pathlib import Path

import duckdb

COUNTS = "select reference_date, year, measure, breakdown, member, persons"
# The implementations count what tabs 1 and 2 show, not the flow from one step to the next.
WAREHOUSE = f"""
{COUNTS} from warehouse.annex_cube
where
    second_breakdown = 'total'
    and measure in (select measure from warehouse.measures where unit = 'persons')
    and breakdown not in (select breakdown from warehouse.annex_breakdowns where other_event_type is not null)
"""
RESULT = f"{COUNTS} from read_parquet(?)"

# A figure that stands in only one of the two counts as different.
COMPARE = """
with one as ({one}),
other as ({other})
select
    count(*) as figures,
    count(*) filter (where {times} * one.persons is distinct from other.persons) as differing
from one
full join other
    on
        one.reference_date is not distinct from other.reference_date
        and one.year is not distinct from other.year
        and one.measure is not distinct from other.measure
        and one.breakdown is not distinct from other.breakdown
        and one.member is not distinct from other.member
"""


TABLES = "select table_name from duckdb_tables() where database_name = ? and not internal order by table_name"
SHARED_COLUMNS = """
select column_name from duckdb_columns()
where database_name in ('warehouse', 'other') and table_name = ?
group by column_name having count(*) = 2
"""
DIFFERING_ROWS = """
select count(*) from (
    (select {columns} from {one}.{table} except all select {columns} from {other}.{table})
)
"""


class DifferentCountsError(Exception):
    """Two counts of the annex or two builds differ, or hold nothing; the message says how many figures or rows."""


def compare_with_warehouse(warehouse: Path, result: Path) -> int:
    """Compare the counts of an implementation with the counts in the warehouse; return the number of figures.

    Raises DifferentCountsError when a figure differs, or when there is no figure.
    """
    with duckdb.connect() as connection:
        connection.execute(f"attach '{warehouse}' as warehouse (read_only)")
        [found] = connection.execute(COMPARE.format(one=WAREHOUSE, other=RESULT, times=1), [str(result)]).fetchall()
    return _same(found, result.name)


def compare_with_multiple(single: Path, result: Path, times: int) -> int:
    """Compare counts with `times` the counts of the landing that was multiplied; return the number of figures.

    Raises DifferentCountsError when a figure differs, or when there is no figure.
    """
    with duckdb.connect() as connection:
        [found] = connection.execute(
            COMPARE.format(one=RESULT, other=RESULT, times=times), [str(single), str(result)]
        ).fetchall()
    return _same(found, result.name)


def compare_builds(warehouse: Path, result: Path) -> dict[str, int]:
    """Compare every table of another build with the table of that name in the warehouse; return the rows of each.

    Compared are the columns that both have: the other build has no labels. Raises DifferentCountsError when a row is in
    one of the two only, and when there is no row at all.
    """
    rows = {}
    with duckdb.connect() as connection:
        connection.execute(f"attach '{warehouse}' as warehouse (read_only)")
        connection.execute(f"attach '{result}' as other (read_only)")
        for (table,) in connection.execute(TABLES, ["other"]).fetchall():
            columns = ", ".join(name for (name,) in connection.execute(SHARED_COLUMNS, [table]).fetchall())
            for one, other in (("warehouse", "other"), ("other", "warehouse")):
                statement = DIFFERING_ROWS.format(columns=columns, one=one, other=other, table=table)
                [(differing,)] = connection.execute(statement).fetchall()
                if differing:
                    raise DifferentCountsError(f"{result.name}, {table}: {differing} rows differ")
            [(rows[table],)] = connection.execute(f"select count(*) from other.{table}").fetchall()
    if not any(rows.values()):
        raise DifferentCountsError(f"{result.name}: no row in any table")
    return rows


def _same(found: tuple[int, int], name: str) -> int:
    figures, differing = found
    if differing or not figures:
        raise DifferentCountsError(f"{name}: {differing} of {figures} figures differ")
    return figures
