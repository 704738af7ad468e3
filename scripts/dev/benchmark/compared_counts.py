"""Whether two counts of the annex are the same, figure by figure."""

from __future__ import annotations

from pathlib import Path

import duckdb

COUNTS = "select reference_date, year, measure, breakdown, member, persons"
WAREHOUSE = f"{COUNTS} from warehouse.annex_counts where persons <> 0"
RESULT = f"{COUNTS} from read_parquet(?)"

# A figure that only one of the two has differs as well.
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
    """Two counts of the annex that differ, or that count nothing; the message says how many figures."""


def compare_with_warehouse(warehouse: Path, result: Path) -> int:
    """Compare a contestant's counts with those in the warehouse; return the number of figures.

    Raises DifferentCountsError when any figure differs or there is none.
    """
    with duckdb.connect() as connection:
        connection.execute(f"attach '{warehouse}' as warehouse (read_only)")
        found = connection.execute(COMPARE.format(one=WAREHOUSE, other=RESULT, times=1), [str(result)]).fetchone()
    return _same(found, result.name)


def compare_with_multiple(single: Path, result: Path, times: int) -> int:
    """Compare counts with `times` those of the single landing; return the number of figures. Raises as above."""
    with duckdb.connect() as connection:
        found = connection.execute(
            COMPARE.format(one=RESULT, other=RESULT, times=times), [str(single), str(result)]
        ).fetchone()
    return _same(found, result.name)


def _same(found: tuple[int, int], name: str) -> int:
    figures, differing = found
    if differing or not figures:
        raise DifferentCountsError(f"{name}: {differing} of {figures} figures differ")
    return figures
