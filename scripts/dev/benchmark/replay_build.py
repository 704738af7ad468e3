"""Run only the SQL of a build: python scripts/dev/benchmark/replay_build.py LOG DATABASE.

Whatever dbt itself does is not in it, so that a build can be compared with a script by hand in processor seconds.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import duckdb

# As in profiles.yml.
SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "preserve_insertion_order": "false",
    "memory_limit": "3500MB",
    "checkpoint_threshold": "4GB",
}
# dbt has a connection for each node, and leaves some transactions open.
OF_A_TRANSACTION = ("BEGIN", "COMMIT", "ROLLBACK")


def main(log: str, database: str) -> None:
    """Run every statement of a JSON log at level debug in a new database, which must have the name of the warehouse."""
    with duckdb.connect(database, config=SETTINGS) as connection, Path(log).open(encoding="utf-8") as file:
        # The publisher makes it, and not by dbt: a build of all.
        connection.execute("create table dates_to_build as select cast(null as date) as first_date")
        for line in file:
            event = json.loads(line)
            if event["info"]["name"] == "SQLQuery" and event["data"]["sql"] not in OF_A_TRANSACTION:
                # The log of a seed ends in three dots.
                connection.execute(event["data"]["sql"].rstrip().removesuffix("...")).fetchall()
        connection.execute("drop table dates_to_build")
        connection.execute("checkpoint")


if __name__ == "__main__":
    main(*sys.argv[1:])
