"""Compare two counts of the annex, figure by figure."""

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


class DifferentCountsError(Exception):
    """Two counts of the annex differ, or count nothing; the message says how many figures."""


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


def _same(found: tuple[int, int], name: str) -> int:
    figures, differing = found
    if differing or not figures:
        raise DifferentCountsError(f"{name}: {differing} of {figures} figures differ")
    return figures
